// The flags of nonBragg; usage and parsing are made from this table.
#include <algorithm>
#include <array>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/version.h"
#include "femtobragg/nonbragg/flags.h"

namespace femtobragg::nonbragg {
namespace {

using O = Options;
using V = nanobragg::FlagValues;

double mm(const V& v) { return metres_from_mm(v.number(0)); }
double mrad(const V& v) { return radians_from_mrad(v.number(0)); }
double degrees(const V& v, std::size_t i = 0) { return radians_from_degrees(v.number(i)); }

template <int per_angstrom>
void name_table(O& o, const V& v) {
  constexpr double per_m[] = {1e10, 1e10 / 4, 1e10 / pi / 4};
  o.table = {v.word(0), per_m[per_angstrom]};
}

void set_twotheta(O& o, const V& v) {
  o.detector.twotheta_rad = degrees(v);
  o.detector.pivot = Pivot::Sample;
  o.odd.axis_set_angle = v.flag().find("-twotheta_axis") != std::string::npos;
}

/// A coordinate of the detector, and the pivot that goes with it.
template <std::optional<double> DetectorOptions::*member, Pivot pivot>
void place(O& o, const V& v) {
  o.detector.*member = mm(v);
  o.detector.pivot = pivot;
}
template <std::optional<double> DetectorOptions::*member>
void org(O& o, const V& v) {
  o.detector.*member = v.number(0);
  o.detector.pivot = Pivot::Sample;
  o.odd.org_given = true;
}

// clang-format off
const auto flags = std::to_array<Flag>({
    {{"-stol"}, {}, 1, "FILE", "", "table of sin(theta)/lambda (1/A) and structure factors (electrons)", name_table<0>},
    {{"-4stol"}, {}, 1, "FILE", "", "the same with 4 sin(theta)/lambda", name_table<1>},
    {{"-Q"}, {}, 1, "FILE", "", "the same with 4 pi sin(theta)/lambda", name_table<2>},

    {{}, {"-samplesize", "-sample_size"}, 1, "MM", "0.1", "edge of a cube of the sample", [](O& o, const V& v) { o.sample.size_m = {mm(v), mm(v), mm(v)}; }},
    {{}, {"-sample_thick", "-sample_x", "-thick"}, 1, "MM", "0.1", "sample along the beam", [](O& o, const V& v) {
       o.sample.size_m.x = mm(v);
       o.odd.thick_prefix |= v.flag().starts_with("-thick") && v.flag() != "-thick" && v.flag() != "-thickness";
     }},
    {{}, {"-sample_width", "-sample_y", "-width"}, 1, "MM", "0.1", "sample across the beam, y", [](O& o, const V& v) { o.sample.size_m.y = mm(v); }},
    {{}, {"-sample_heigh", "-sample_z", "-heigh"}, 1, "MM", "0.1", "sample across the beam, z", [](O& o, const V& v) { o.sample.size_m.z = mm(v); }},
    {{}, {"-density", "-sample_den"}, 1, "G/CM3", "1", "density of the sample", [](O& o, const V& v) { o.sample.density_g_per_m3 = v.number(0) * 1e6; }},
    {{}, {"-molecules", "-sample_molecules"}, 1, "N", "", "molecules in the beam, instead of a density", [](O& o, const V& v) { o.sample.molecules = v.number(0); }},
    {{"-MW"}, {"-molecular"}, 1, "G/MOL", "18", "mass of a molecule", [](O& o, const V& v) { o.sample.molar_mass_g = v.number(0); }},

    {{}, {"-img"}, 1, "FILE", "", "take the geometry from an SMV image, and make a table of its pixels"},
    {{}, {"-ignore"}, 1, "ADU", "", "leave out pixels of the image with this value; may be repeated", [](O& o, const V& v) { o.inverse.ignored.push_back(static_cast<std::uint16_t>(v.integer(0))); }},
    {{}, {"-gain"}, 1, "ADU", "1", "what a photon makes in the image", [](O& o, const V& v) { o.inverse.gain = v.number(0); }},
    {{}, {"-stolout"}, 1, "FILE", "output.stol", "table made of the image", [](O& o, const V& v) { o.inverse.table = v.word(0); }},
    {{}, {"-noreject"}, 0, "", "", "no effect", [](O& o, const V&) { o.odd.no_reject = true; }},

    {{}, {"-Xbeam"}, 1, "MM", "Xclose", "direct beam along fast; the detector turns about it", place<&DetectorOptions::beam_fast_m, Pivot::Beam>},
    {{}, {"-Ybeam"}, 1, "MM", "Yclose", "direct beam along slow", place<&DetectorOptions::beam_slow_m, Pivot::Beam>},
    {{}, {"-Xclose"}, 1, "MM", "centre", "near point along fast; the detector turns about the sample", place<&DetectorOptions::close_fast_m, Pivot::Sample>},
    {{}, {"-Yclose"}, 1, "MM", "centre", "near point along slow", place<&DetectorOptions::close_slow_m, Pivot::Sample>},
    {{}, {"-ORGX"}, 1, "PX", "", "near point along fast; wins over -Xclose", org<&DetectorOptions::org_fast_px>},
    {{}, {"-ORGY"}, 1, "PX", "", "near point along slow; wins over -Yclose", org<&DetectorOptions::org_slow_px>},
    {{}, {"-pivot"}, 1, "sample | beam", "beam", "what the detector turns about", [](O& o, const V& v) {
       if (v.word(0).find("sample") != std::string::npos) o.detector.pivot = Pivot::Sample;
       if (v.word(0).find("beam") != std::string::npos) o.detector.pivot = Pivot::Beam;
     }},
    {{}, {"-distance"}, 1, "MM", "100", "sample to direct beam spot", [](O& o, const V& v) { o.detector.distance_m = mm(v); o.detector.pivot = Pivot::Beam; o.odd.distance_given = true; }},
    {{}, {"-close_distance"}, 1, "MM", "", "sample to near point", place<&DetectorOptions::close_distance_m, Pivot::Sample>},
    {{}, {"-twotheta"}, 1, "DEG", "0", "swing of the detector", set_twotheta},
    {{}, {"-twotheta_axis"}, 3, "X Y Z", "0 1 0", "axis of the swing; X is also read as an angle", [](O& o, const V& v) { o.detector.twotheta_axis = v.vector(); o.odd.twotheta_axis_given = true; }},
    {{}, {"-fdet_vector"}, 3, "X Y Z", "0 0 1", "direction of fast pixels", [](O& o, const V& v) { o.detector.fast = v.vector(); }},
    {{}, {"-sdet_vector"}, 3, "X Y Z", "0 -1 0", "direction of slow pixels", [](O& o, const V& v) { o.detector.slow = v.vector(); }},
    {{}, {"-beam_vector"}, 3, "X Y Z", "1 0 0", "direction of the beam", [](O& o, const V& v) { o.beam.direction = v.vector(); }},
    {{}, {"-polar_vector"}, 3, "X Y Z", "0 0 1", "direction of polarization", [](O& o, const V& v) { o.beam.polarization_axis = v.vector(); }},
    {{}, {"-odet_vector", "-pix0_vector", "-spindle_axis"}, 3, "X Y Z", "", "no effect"},
    {{}, {"-detector_rotx"}, 1, "DEG", "0", "turn of the detector about x", [](O& o, const V& v) { o.detector.rotation_rad.x = degrees(v); }},
    {{}, {"-detector_roty"}, 1, "DEG", "0", "about y", [](O& o, const V& v) { o.detector.rotation_rad.y = degrees(v); }},
    {{}, {"-detector_rotz"}, 1, "DEG", "0", "about z", [](O& o, const V& v) { o.detector.rotation_rad.z = degrees(v); }},
    {{"-detsize"}, {}, 1, "MM", "102.4", "edges of the detector", [](O& o, const V& v) { o.detector.size_fast_m = o.detector.size_slow_m = mm(v); }},
    {{}, {"-detsize_x"}, 1, "MM", "102.4", "along fast", [](O& o, const V& v) { o.detector.size_fast_m = mm(v); }},
    {{}, {"-detsize_y"}, 1, "MM", "102.4", "along slow", [](O& o, const V& v) { o.detector.size_slow_m = mm(v); }},
    {{"-detpixels"}, {}, 1, "N", "by size", "pixels along both edges", [](O& o, const V& v) { o.detector.n_fast = o.detector.n_slow = v.integer(0); }},
    {{}, {"-detpixels_f", "-detpixels_x"}, 1, "N", "by size", "along fast", [](O& o, const V& v) { o.detector.n_fast = v.integer(0); }},
    {{}, {"-detpixels_s", "-detpixels_y"}, 1, "N", "by size", "along slow", [](O& o, const V& v) { o.detector.n_slow = v.integer(0); }},
    {{}, {"-pixel"}, 1, "MM", "0.1", "edge of a pixel", [](O& o, const V& v) { o.detector.pixel_m = mm(v); }},
    {{}, {"-curved_det"}, 0, "", "", "bend the detector; ignored as the last word", [](O& o, const V& v) { (v.is_last_word() ? o.odd.curved_last : o.detector.curved) = true; }},
    {{}, {"-point_pixel"}, 0, "", "", "solid angle 1/R^2 for all pixels", [](O& o, const V&) { o.detector.point_pixel = true; }},
    {{}, {"-Fmap"}, 0, "", "", "the image is F itself", [](O& o, const V&) { o.amplitude_map = true; }},
    {{}, {"-oversample"}, 1, "N", "1", "sub-pixels along an edge", [](O& o, const V& v) {
       o.oversample = std::max<std::int64_t>(1, v.integer(0));
       o.odd.oversample_prefix |= v.flag() != "-oversample";
     }},
    {{}, {"-roi"}, 4, "XMIN XMAX YMIN YMAX", "whole", "region of interest, both ends included", [](O& o, const V& v) { o.detector.roi = {v.integer(0), v.integer(1), v.integer(2), v.integer(3)}; }},

    {{}, {"-lambda", "-wave"}, 1, "A", "1", "wavelength", [](O& o, const V& v) { o.beam.wavelength_m = metres_from_angstrom(v.number(0)); }},
    {{}, {"-energy"}, 1, "EV", "", "the same as an energy", [](O& o, const V& v) { o.beam.wavelength_m = metres_from_angstrom(angstrom_from_eV(v.number(0))); }},
    {{}, {"-dispersion"}, 1, "%", "0", "spread of the wavelengths", [](O& o, const V& v) { o.beam.dispersion.range = v.number(0) / 100.0; }},
    {{}, {"-dispsteps"}, 1, "N", "", "wavelengths", [](O& o, const V& v) { o.beam.dispersion.count = v.integer(0); }},
    {{}, {"-divergence"}, 1, "MRAD", "", "both divergences", [](O& o, const V& v) { o.beam.horizontal_rad.range = o.beam.vertical_rad.range = mrad(v); }},
    {{}, {"-hdivrange"}, 1, "MRAD", "", "horizontal divergence", [](O& o, const V& v) { o.beam.horizontal_rad.range = mrad(v); }},
    {{}, {"-vdivrange"}, 1, "MRAD", "", "vertical divergence", [](O& o, const V& v) { o.beam.vertical_rad.range = mrad(v); }},
    {{"-hdivstep"}, {}, 1, "MRAD", "", "horizontal step", [](O& o, const V& v) { o.beam.horizontal_rad.step = mrad(v); }},
    {{"-vdivstep"}, {}, 1, "MRAD", "", "vertical step", [](O& o, const V& v) { o.beam.vertical_rad.step = mrad(v); }},
    {{}, {"-hdivsteps"}, 1, "N", "", "horizontal points", [](O& o, const V& v) { o.beam.horizontal_rad.count = v.integer(0); }},
    {{}, {"-vdivsteps"}, 1, "N", "", "vertical points", [](O& o, const V& v) { o.beam.vertical_rad.count = v.integer(0); }},
    {{}, {"-divsteps"}, 1, "N", "", "points of both", [](O& o, const V& v) { o.beam.horizontal_rad.count = o.beam.vertical_rad.count = v.integer(0); }},
    {{}, {"-round_div"}, 0, "", "round", "round divergence", [](O& o, const V&) { o.beam.elliptical = true; }},
    {{}, {"-square_div"}, 0, "", "", "square divergence", [](O& o, const V&) { o.beam.elliptical = false; }},
    {{}, {"-sourcefile"}, 1, "FILE", "", "sources: X Y Z weight wavelength(m)", [](O& o, const V& v) { o.beam.sources = v.word(0); }},
    {{}, {"-source_distance"}, 1, "MM", "10000", "no effect: sources are directions"},
    {{"-polar"}, {}, 1, "K", "0", "degree of polarization", [](O& o, const V& v) { o.beam.polarization = v.number(0); o.beam.polarize = true; }},
    {{}, {"-nopolar"}, 0, "", "", "no polarization factor", [](O& o, const V&) { o.beam.polarize = false; }},
    {{}, {"-fluence"}, 1, "PHOTONS/M2", "1.26e29", "photons per area", [](O& o, const V& v) { o.beam.fluence_per_m2 = v.number(0); }},
    {{}, {"-flux"}, 1, "PHOTONS/S", "0", "photons in the beam, instead of a fluence", [](O& o, const V& v) { o.beam.flux_per_s = v.number(0); }},
    {{}, {"-exposure"}, 1, "S", "1", "time of the exposure", [](O& o, const V& v) { o.beam.exposure_s = v.number(0); }},
    {{}, {"-beamsize"}, 1, "MM", "0.1", "edge of the beam; negative: wider than the sample", [](O& o, const V& v) { o.beam.size_m = mm(v); }},

    {{"-phi"}, {}, 1, "DEG", "0", "for the header", [](O& o, const V& v) { o.rotation.start_rad = degrees(v); }},
    {{}, {"-osc"}, 1, "DEG", "0", "for the header", [](O& o, const V& v) { o.rotation.steps_rad.range = degrees(v); }},
    {{"-phistep"}, {}, 1, "DEG", "", "for the header", [](O& o, const V& v) { o.rotation.steps_rad.step = degrees(v); }},
    {{}, {"-phisteps"}, 1, "N", "", "for the header", [](O& o, const V& v) { o.rotation.steps_rad.count = v.integer(0); }},

    {{}, {"-floatfile", "-floatimage"}, 1, "FILE", "floatimage.bin", "photons, as floats", [](O& o, const V& v) { o.output.float_file = v.word(0); }},
    {{}, {"-intfile", "-intimage"}, 1, "FILE", "intimage.img", "photons, scaled, as SMV", [](O& o, const V& v) { o.output.int_file = v.word(0); }},
    {{}, {"-pgmfile", "-pgmimage"}, 1, "FILE", "image.pgm", "a picture", [](O& o, const V& v) { o.output.pgm_file = v.word(0); }},
    {{}, {"-noisefile", "-noiseimage"}, 1, "FILE", "noiseimage.img", "photons with counting noise, as SMV", [](O& o, const V& v) { o.output.noise_file = v.word(0); o.output.noise = true; }},
    {{}, {"-nonoise"}, 0, "", "", "no noise image, unless a later flag names it", [](O& o, const V&) { o.output.noise = false; }},
    {{}, {"-nopgm"}, 0, "", "", "no effect", [](O& o, const V&) { o.odd.no_pgm = true; }},
    {{}, {"-scale"}, 1, "FACTOR", "auto", "of the scaled image", [](O& o, const V& v) { o.output.scale = v.number(0); }},
    {{}, {"-pgmscale"}, 1, "FACTOR", "auto", "of the picture", [](O& o, const V& v) { o.output.pgm_scale = v.number(0); }},
    {{}, {"-adc"}, 1, "ADU", "40", "added to pixels of SMV images, and subtracted from those of -img", [](O& o, const V& v) { o.output.adc_offset = v.number(0); }},
    {{}, {"-seed"}, 1, "N", "clock", "of the noise", [](O& o, const V& v) { o.output.seed = v.integer(0); }},
    {{}, {"-printout"}, 0, "", "", "print every pixel", [](O& o, const V&) { o.output.print_pixels = true; }},
    {{}, {"-printout_pixel"}, 2, "FAST SLOW", "", "print one pixel", [](O& o, const V& v) { o.output.print_pixel = {v.integer(0), v.integer(1)}; }},
    {{}, {"-progress", "-noprogress", "-coherent"}, 0, "", "", "no effect"},
});
// clang-format on

}  // namespace

std::span<const Flag> flag_table() { return flags; }

std::string usage_text() {
  constexpr std::size_t column = 34;
  std::string text = "nonBragg (femtobragg " + std::string(version) +
                     "): X-ray scattering of amorphous materials\n\n"
                     "usage: nonBragg -stol water.stol [FLAG ...]\n"
                     "       nonBragg -stol bins.stol -img measured.img -stolout measured.stol\n\n";
  for (const Flag& flag : flags) {
    std::string names;
    for (const auto& list : {flag.exact, flag.inside})
      for (const std::string_view name : list) names += (names.empty() ? "" : " ") + std::string(name);
    if (!flag.value_text.empty()) names += " " + std::string(flag.value_text);
    const std::string by_itself = flag.default_text.empty() ? "" : " [" + std::string(flag.default_text) + "]";
    text += padded("  " + names, column) + wrapped(std::string(flag.help) + by_itself, column) + "\n";
  }
  return text;
}

}  // namespace femtobragg::nonbragg
