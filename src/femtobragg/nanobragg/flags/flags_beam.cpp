// Flags of the beam and of sampling, one row for each.
#include "femtobragg/nanobragg/flags/flag_groups.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::nanobragg {
namespace {

using O = Options;
using V = FlagValues;

constexpr std::string_view beam = "Beam";
constexpr std::string_view sampling = "Sampling";

/// The parts of a word between separators: at most `most`, and none is empty.
std::vector<std::string> parts_of(const V& v, char separator, std::size_t most) {
  std::vector<std::string> parts = split(v.word(0), separator);
  if (parts.size() > most || std::ranges::any_of(parts, &std::string::empty)) v.refuse(0, "see the form in the help");
  return parts;
}

double number_in(const V& v, const std::string& part) {
  const std::optional<double> number = parse_number(part);
  if (!number || !std::isfinite(*number)) v.refuse(0, "its parts must be numbers");
  return *number;
}

/// From percent to a fraction; wider bands would reach energies below zero.
double band_in(const V& v, const std::string& part) {
  constexpr double widest = 60;
  const double percent = number_in(v, part);
  if (!(percent >= 0 && percent <= widest)) v.refuse(0, "a bandwidth must be 0 to 60 %");
  return percent / 100;
}

void set_bandwidth(O& o, const V& v) { o.beam.bandwidth = GaussianBand{band_in(v, v.word(0))}; }

void set_pink(O& o, const V& v) {
  const auto parts = parts_of(v, ':', 2);
  PinkBand band{band_in(v, parts[0])};
  if (parts.size() == 2) band.tail = number_in(v, parts[1]);
  if (!(band.tail >= 0.01 && band.tail <= 100)) v.refuse(0, "the tail must be 0.01 to 100 times as wide as the edge");
  if (band.fwhm > 0.2) v.refuse(0, "a pink band must be at most 20 % wide");
  o.beam.pink = band;
}

void set_two_colour(O& o, const V& v) {
  const auto parts = parts_of(v, ':', 3);
  if (parts.size() != 3) v.refuse(0, "it must be dE:RATIO:PERCENT");
  const TwoColours colours{number_in(v, parts[0]), number_in(v, parts[1]), band_in(v, parts[2])};
  if (!(colours.ratio >= 0)) v.refuse(0, "the ratio must not be negative");
  o.beam.two_colour = colours;
}

void set_sase(O& o, const V& v) {
  SasePulse pulse;
  for (const std::string& part : parts_of(v, ',', 2)) {
    const std::size_t colon = part.find(':');
    const std::string key = part.substr(0, colon), value = colon == std::string::npos ? "" : part.substr(colon + 1);
    if (key == "bandwidth")
      pulse.fwhm = band_in(v, value);
    else if (key == "spikes")
      pulse.spikes = number_in(v, value);
    else
      v.refuse(0, "it must be bandwidth:PERCENT,spikes:N");
  }
  if (!(pulse.fwhm > 0)) v.refuse(0, "the bandwidth must be above zero");
  if (!(pulse.spikes >= 1 && pulse.spikes <= most_spikes)) v.refuse(0, "there must be 1 to 500 spikes");
  o.beam.sase = pulse;
}

void set_wavelengths(O& o, const V& v) {
  o.beam.wavelengths_as_rows = v.word(0) == "rows";
  o.beam.wavelengths.reset();
  if (o.beam.wavelengths_as_rows) return;
  o.beam.wavelengths = v.integer(0);
  if (*o.beam.wavelengths < 1 || *o.beam.wavelengths > 2'000'000) v.refuse(0, "it must be 1 to 2000000, or rows");
}

}  // namespace

std::vector<Flag> beam_flags() {
  // clang-format off
  return {
      usual({{"lambda", "wave", "wavelength"}, beam, 1, 1, "A", "1", "wavelength",
       [](O& o, const V& v) {
         o.beam.wavelength_m = metres_from_angstrom(v.number(0));
         if (v.strict() && !(o.beam.wavelength_m > 0)) v.refuse(0, "a wavelength must be above zero");
       }}),
      {{"energy"}, beam, 1, 1, "eV", "from -lambda", "photon energy",
       [](O& o, const V& v) {
         const double energy = v.number(0);
         if (v.strict() && !(energy > 0)) v.refuse(0, "an energy must be above zero");
         o.beam.wavelength_m = metres_from_angstrom(angstrom_from_eV(energy));
       }},
      {{"dispersion"}, beam, 1, 1, "%", "0", "full width of the spectrum", [](O& o, const V& v) { o.beam.dispersion.range = not_negative(v, v.number(0) / 100.0); }},
      {{"dispsteps"}, beam, 1, 1, "N", "as many as -accuracy needs; nanoBragg: 2", "number of wavelengths", [](O& o, const V& v) { o.beam.dispersion.count = step_count(v); }},
      {{"spectrum"}, beam, 1, 1, "FILE", "none", "spectrum: columns energy or wavelength, and weight; or the beam of a NeXus file (.h5, .nxs)", [](O& o, const V& v) { o.beam.spectrum_file = v.word(0); }},
      {{"spectrum_unit"}, beam, 1, 1, "eV | keV | A", "from the numbers", "unit of the spectrum's first column",
       [](O& o, const V& v) {
         o.beam.spectrum_unit = formats::spectrum_unit_named(v.word(0));
         if (!o.beam.spectrum_unit) v.refuse(0, "it must be eV, keV or A");
       }},
      {{"bandwidth"}, beam, 1, 1, "%", "0", "Gaussian spectrum with this full width at half maximum", set_bandwidth},
      {{"pink"}, beam, 1, 1, "%[:TAIL]", "none; TAIL 3", "undulator harmonic: full width, and width of its low-energy tail relative to its edge", set_pink},
      {{"two_colour"}, beam, 1, 1, "dE:RATIO:%", "none", "a second colour dE eV above the first, with RATIO times its photons; full widths", set_two_colour},
      {{"sase"}, beam, 1, 1, "bandwidth:%,spikes:N", "none; spikes 10", "a pulse of a free-electron laser that starts from noise; -seed and -shot select it", set_sase},
      {{"shot"}, beam, 1, 1, "N", "0", "which pulse of -sase, or which shot of a NeXus spectrum",
       [](O& o, const V& v) {
         o.beam.shot = v.integer(0);
         if (o.beam.shot < 0) v.refuse(0, "it must not be negative");
       }},
      {{"wavelengths"}, beam, 1, 1, "N | rows", "as required by the image", "number of wavelengths of a spectrum; rows: use the rows of the file", set_wavelengths},
      {{"divergence"}, beam, 1, 1, "mrad", "0", "full width of the divergence, both ways",
       [](O& o, const V& v) { o.beam.horizontal_rad.range = o.beam.vertical_rad.range = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"hdivrange"}, beam, 1, 1, "mrad", "0", "horizontal divergence", [](O& o, const V& v) { o.beam.horizontal_rad.range = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"vdivrange"}, beam, 1, 1, "mrad", "0", "vertical divergence", [](O& o, const V& v) { o.beam.vertical_rad.range = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"hdivstep"}, beam, 1, 1, "mrad", "from the count", "horizontal spacing", [](O& o, const V& v) { o.beam.horizontal_rad.step = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"vdivstep"}, beam, 1, 1, "mrad", "from the count", "vertical spacing", [](O& o, const V& v) { o.beam.vertical_rad.step = not_negative(v, radians_from_mrad(v.number(0))); }},
      {{"divsteps"}, beam, 1, 1, "N", "as many as -accuracy needs; nanoBragg: 2", "divergence steps, both ways", [](O& o, const V& v) { o.beam.horizontal_rad.count = o.beam.vertical_rad.count = step_count(v); }},
      {{"hdivsteps"}, beam, 1, 1, "N", "as many as -accuracy needs; nanoBragg: 2", "horizontal steps", [](O& o, const V& v) { o.beam.horizontal_rad.count = step_count(v); }},
      {{"vdivsteps"}, beam, 1, 1, "N", "as many as -accuracy needs; nanoBragg: 2", "vertical steps", [](O& o, const V& v) { o.beam.vertical_rad.count = step_count(v); }},
      {{"round_div"}, beam, 0, 0, "", "on", "exclude the corners of the divergence grid", [](O& o, const V&) { o.beam.round_divergence = true; }},
      {{"square_div"}, beam, 0, 0, "", "off", "keep the corners", [](O& o, const V&) { o.beam.round_divergence = false; }},
      {{"polar"}, beam, 1, 1, "K", "0", "polarization (Kahn factor), -1 to 1: twice the fraction of XDS or DIALS, minus 1",
       [](O& o, const V& v) {
         o.beam.polarization = v.number(0);
         if (v.strict() && std::abs(*o.beam.polarization) > 1) v.refuse(0, "a polarization fraction must be -1 to 1");
         o.beam.no_polarization = false;
       }},
      {{"nopolar"}, beam, 0, 0, "", "off", "no polarization factor", [](O& o, const V&) { o.beam.no_polarization = true; }},
      {{"fluence"}, beam, 1, 1, "photons/m^2", "1.25932e+29", "incident fluence", [](O& o, const V& v) { o.beam.fluence_per_m2 = not_negative(v, v.number(0)); }},
      usual({{"flux"}, beam, 1, 1, "photons/s", "0", "flux; with exposure and beam size, the fluence", [](O& o, const V& v) { o.beam.flux_per_s = not_negative(v, v.number(0)); }}),
      {{"exposure"}, beam, 1, 1, "s", "1", "exposure time", [](O& o, const V& v) { o.beam.exposure_s = not_negative(v, v.number(0)); }},
      {{"beam_profile"}, beam, 1, 1, "flat | gaussian", "flat", "photons are spread evenly over a square of the beam size, or as a Gaussian with that full width at half maximum",
       [](O& o, const V& v) {
         if (v.word(0) != "flat" && v.word(0) != "gaussian") v.refuse(0, "it must be flat or gaussian");
         o.beam.profile = v.word(0) == "flat" ? BeamProfile::Flat : BeamProfile::Gaussian;
       }, true},
      usual({{"beamsize"}, beam, 1, 1, "mm", "0.1", "edge of the beam; full width of a Gaussian one", [](O& o, const V& v) { o.beam.size_m = not_negative(v, metres_from_mm(v.number(0))); }}),

      {{"interpolate"}, sampling, 0, 0, "", "if any N <= 2", "tricubic interpolation of structure factors", [](O& o, const V&) { o.sampling.interpolate = true; }},
      {{"nointerpolate"}, sampling, 0, 0, "", "if all N > 2", "nearest structure factor", [](O& o, const V&) { o.sampling.interpolate = false; }},
      {{"oversample"}, sampling, 1, 1, "N", "from spot and pixel size", "sub-pixels along each edge",
       [](O& o, const V& v) {
         o.sampling.oversample = v.integer(0);
         if (v.strict() && o.sampling.oversample < 0) v.refuse(0, "it must not be negative; 0 is automatic");
         if (o.sampling.oversample > 1000000) v.refuse(0, "at most 1000000 sub-pixels along an edge");
       }},
      {{"accuracy"}, sampling, 1, 1, "E", "0.01", "relative error of integrated intensities that chosen numbers of rotation steps, sources and mosaic domains may cause",
       [](O& o, const V& v) {
         o.sampling.accuracy = v.number(0);
         if (!(o.sampling.accuracy > 0 && o.sampling.accuracy < 1)) v.refuse(0, "it must be above 0 and below 1");
       }, false, false, 0, SIZE_MAX, true},
      {{"oversample_thick"}, sampling, 0, 0, "", "off", "absorption for each sub-pixel (always so without quirks)", [](O& o, const V&) { o.oversample.thick = true; }},
      {{"oversample_polar"}, sampling, 0, 0, "", "off", "polarization for each sub-pixel (always so without quirks)", [](O& o, const V&) { o.oversample.polar = true; }},
      {{"oversample_omega"}, sampling, 0, 0, "", "off", "solid angle for each sub-pixel (always so without quirks)", [](O& o, const V&) { o.oversample.omega = true; }},
  };
  // clang-format on
}

}  // namespace femtobragg::nanobragg
