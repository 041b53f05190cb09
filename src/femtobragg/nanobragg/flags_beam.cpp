// Flags of the beam and of sampling, one row for each.
#include "femtobragg/nanobragg/flag_groups.h"

#include <cmath>

namespace femtobragg::nanobragg {
namespace {

using O = Options;
using V = FlagValues;

constexpr std::string_view beam = "Beam";
constexpr std::string_view sampling = "Sampling";

}  // namespace

std::vector<Flag> beam_flags() {
  // clang-format off
  return {
      {{"lambda", "wave", "wavelength"}, beam, 1, 1, "A", "1", "wavelength",
       [](O& o, const V& v) {
         o.beam.wavelength_m = metres_from_angstrom(v.number(0));
         if (v.strict() && !(o.beam.wavelength_m > 0)) v.refuse(0, "a wavelength is above zero");
       }},
      {{"energy"}, beam, 1, 1, "eV", "from -lambda", "photon energy",
       [](O& o, const V& v) {
         const double energy = v.number(0);
         if (v.strict() && !(energy > 0)) v.refuse(0, "an energy is above zero");
         o.beam.wavelength_m = metres_from_angstrom(angstrom_from_eV(energy));
       }},
      {{"dispersion"}, beam, 1, 1, "%", "0", "full width of the spectrum", [](O& o, const V& v) { o.beam.dispersion.range = not_negative(v, v.number(0) / 100.0); }},
      {{"dispsteps"}, beam, 1, 1, "N", "2 with -dispersion", "number of wavelengths", [](O& o, const V& v) { o.beam.dispersion.count = step_count(v); }},
      {{"divergence"}, beam, 1, 1, "mrad", "0", "full width of the divergence, both ways",
       [](O& o, const V& v) { o.beam.horizontal_rad.range = o.beam.vertical_rad.range = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"hdivrange"}, beam, 1, 1, "mrad", "0", "horizontal divergence", [](O& o, const V& v) { o.beam.horizontal_rad.range = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"vdivrange"}, beam, 1, 1, "mrad", "0", "vertical divergence", [](O& o, const V& v) { o.beam.vertical_rad.range = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"hdivstep"}, beam, 1, 1, "mrad", "from the count", "horizontal spacing", [](O& o, const V& v) { o.beam.horizontal_rad.step = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"vdivstep"}, beam, 1, 1, "mrad", "from the count", "vertical spacing", [](O& o, const V& v) { o.beam.vertical_rad.step = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"divsteps"}, beam, 1, 1, "N", "2 with a range", "divergence steps, both ways", [](O& o, const V& v) { o.beam.horizontal_rad.count = o.beam.vertical_rad.count = step_count(v); }},
      {{"hdivsteps"}, beam, 1, 1, "N", "2 with a range", "horizontal steps", [](O& o, const V& v) { o.beam.horizontal_rad.count = step_count(v); }},
      {{"vdivsteps"}, beam, 1, 1, "N", "2 with a range", "vertical steps", [](O& o, const V& v) { o.beam.vertical_rad.count = step_count(v); }},
      {{"round_div"}, beam, 0, 0, "", "on", "leave out the corners of the divergence grid", [](O& o, const V&) { o.beam.round_divergence = true; }},
      {{"square_div"}, beam, 0, 0, "", "off", "keep the corners", [](O& o, const V&) { o.beam.round_divergence = false; }},
      {{"polar"}, beam, 1, 1, "K", "0", "polarization fraction, -1 to 1",
       [](O& o, const V& v) {
         o.beam.polarization = v.number(0);
         if (v.strict() && std::abs(o.beam.polarization) > 1) v.refuse(0, "a polarization fraction is -1 to 1");
         o.beam.no_polarization = false;
       }},
      {{"nopolar"}, beam, 0, 0, "", "off", "no polarization factor", [](O& o, const V&) { o.beam.no_polarization = true; }},
      {{"fluence"}, beam, 1, 1, "photons/m^2", "1.25932e+29", "incident fluence", [](O& o, const V& v) { o.beam.fluence_per_m2 = not_negative(v, v.number(0)); }},
      {{"flux"}, beam, 1, 1, "photons/s", "0", "flux; with exposure and beam size it sets the fluence", [](O& o, const V& v) { o.beam.flux_per_s = not_negative(v, v.number(0)); }},
      {{"exposure"}, beam, 1, 1, "s", "1", "exposure time", [](O& o, const V& v) { o.beam.exposure_s = not_negative(v, v.number(0)); }},
      {{"beamsize"}, beam, 1, 1, "mm", "0.1", "edge of the beam", [](O& o, const V& v) { o.beam.beam_size_m = not_negative(v, metres_from_mm(v.number(0))); }},

      {{"interpolate"}, sampling, 0, 0, "", "if any N <= 2", "tricubic interpolation of structure factors", [](O& o, const V&) { o.crystal.interpolate = true; }},
      {{"nointerpolate"}, sampling, 0, 0, "", "if all N > 2", "nearest structure factor", [](O& o, const V&) { o.crystal.interpolate = false; }},
      {{"oversample"}, sampling, 1, 1, "N", "from spot and pixel size", "sub-pixels along each edge",
       [](O& o, const V& v) {
         o.sampling.oversample = v.integer(0);
         if (v.strict() && o.sampling.oversample < 0) v.refuse(0, "it is not negative; 0 is automatic");
         if (o.sampling.oversample > 1000000) v.refuse(0, "at most 1000000 sub-pixels along an edge");
       }},
      {{"oversample_thick"}, sampling, 0, 0, "", "off", "absorption for each sub-pixel (always so without quirks)", [](O& o, const V&) { o.sampling.oversample_thick = true; }},
      {{"oversample_polar"}, sampling, 0, 0, "", "off", "polarization for each sub-pixel (always so without quirks)", [](O& o, const V&) { o.sampling.oversample_polar = true; }},
      {{"oversample_omega"}, sampling, 0, 0, "", "off", "solid angle for each sub-pixel (always so without quirks)", [](O& o, const V&) { o.sampling.oversample_omega = true; }},
  };
  // clang-format on
}

}  // namespace femtobragg::nanobragg
