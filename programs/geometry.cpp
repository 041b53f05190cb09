// `femtobragg geometry`: converts geometry files, and tells what is in them.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <optional>
#include <span>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/model/coverage.h"
#include "femtobragg/nanobragg/flags/field_flags.h"
#include "femtobragg/nanobragg/setup/usual_values.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

struct GeometrySettings {
  std::string input, output, named_output;
  std::optional<double> clen_m, distance_mm, wavelength_A;
  std::vector<std::size_t> pixels;
  std::string detector;
  std::optional<std::int64_t> experiment;
  Words panels;
};

std::optional<GeometrySettings> geometry_settings(const Words& words) {
  GeometrySettings s;
  CommandOptions options("Converts geometry files:   femtobragg geometry IN [OUT]\nWithout OUT it prints what IN says.",
                         "femtobragg geometry");
  options.footer(
      "IN is read by content: DIALS, CrystFEL (.geom, .stream), pyFAI, XDS, NXmx, headers of CBF and SMV images. OUT "
      "by suffix: .expt, "
      ".json, .geom, .nxs, .h5, .hdf5.");
  options.add("in", s.input, "a geometry file, or an image with a header").required().type("IN");
  options.add("output", s.output, "the file to write").type("OUT");
  options.add("-o,--out", s.named_output, "the same, as other commands have it").type("OUT");
  options
      .add("--clen", s.clen_m,
           "encoder reading of the camera length (m), for CrystFEL files that leave it to the images; coffset is "
           "added")
      .type("METRES");
  options.add("--distance", s.distance_mm, "from the sample to the first panel (mm), instead of --clen: clen + coffset")
      .type("MM");
  options.add("--detpixels", s.pixels, "pixel counts, for .poni files that do not state them")
      .type("FAST SLOW")
      .values(2);
  options.add("--detector", s.detector, "the detector, for .poni files that do not name it").type("NAME");
  options
      .add("--experiment", s.experiment,
           "which experiment of a DIALS list, or crystal of a CrystFEL stream, counted from 0")
      .type("N")
      .range(0, 1e9);
  options.add("--wavelength", s.wavelength_A, "wavelength (A) to write, instead of what the file states");
  options.add("--panel", s.panels, "only these panels, by name or number from 0; they keep their pixels in the image")
      .separated_by_commas();
  if (!options.parse(words)) return {};
  if (!s.output.empty() && !s.named_output.empty())
    throw Error::usage({.what = "two files to write",
                        .where = "--out " + s.named_output,
                        .value = s.output,
                        .rule = "one is written",
                        .remedy = "remove one of them"});
  if (s.output.empty()) s.output = s.named_output;
  if (s.clen_m && !std::isfinite(*s.clen_m))
    throw Error::usage({.what = "impossible camera length", .where = "--clen", .rule = "it must be finite (m)"});
  if (s.distance_mm && !(*s.distance_mm > 0))
    throw Error::usage({.what = "impossible distance", .where = "--distance", .rule = "it must be above zero (mm)"});
  if (s.clen_m && s.distance_mm)
    throw Error::usage({.what = "the camera length is given twice",
                        .where = "--clen --distance",
                        .rule = "the distance is clen + coffset",
                        .remedy = "remove one of them"});
  if (s.wavelength_A && !(*s.wavelength_A > 0))
    throw Error::usage({.what = "impossible wavelength", .where = "--wavelength", .rule = "it must be above zero (A)"});
  return s;
}

void keep_panels(Detector& detector, const Words& names) {
  if (names.empty()) return;
  std::vector<Panel> kept;
  for (const std::string& name : names) {
    auto found = std::ranges::find(detector.panels, name, &Panel::name);
    const auto number = parse_integer(name);
    if (found == detector.panels.end() && number && *number >= 0 &&
        static_cast<std::size_t>(*number) < detector.panels.size())
      found = detector.panels.begin() + *number;
    if (found == detector.panels.end())
      throw Error::usage({.what = "there is no such panel",
                          .where = "--panel",
                          .value = in_quotes(name),
                          .rule = "the file has " + counted(detector.panels.size(), "panel"),
                          .remedy = "omit OUT to see their names"});
    kept.push_back(*found);
  }
  detector.panels = std::move(kept);
  if (overlapping_panels(detector))
    throw Error::usage({.what = "a panel is named twice", .where = "--panel", .remedy = "name each panel once"});
}

std::string text_of(const Vec3d& v, int digits) {
  return format_number(v.x, digits) + " " + format_number(v.y, digits) + " " + format_number(v.z, digits);
}

std::string summary(const Geometry& g) {
  const ImageShape shape = g.detector.image_shape();
  std::string text = counted(g.detector.panels.size(), "panel") + " in an image of " + std::to_string(shape.n_fast) +
                     " x " + std::to_string(shape.n_slow) + " pixels\n";
  if (g.wavelength_m) text += "wavelength " + format_number(angstrom_from_metres(*g.wavelength_m), 9) + " A\n";
  text += "beam " + text_of(g.beam_direction, 9) + "\n";
  if (g.polarization_fraction) text += "polarization " + format_number(*g.polarization_fraction) + "\n";
  if (g.polarization_axis) text += "electric field " + text_of(*g.polarization_axis, 9) + "\n";
  if (g.spindle_axis) text += "spindle " + text_of(*g.spindle_axis, 9) + "\n";
  if (g.oscillation)
    text += "oscillation from " + format_number(degrees_from_radians(g.oscillation->start_rad)) + " deg, " +
            counted(g.oscillation->frames, "frame") + " of " +
            format_number(degrees_from_radians(g.oscillation->width_rad)) + " deg\n";
  if (g.crystal)
    text += "crystal a " + text_of(angstrom_from_metres(g.crystal->axes.a_m), 7) + "  b " +
            text_of(angstrom_from_metres(g.crystal->axes.b_m), 7) + "  c " +
            text_of(angstrom_from_metres(g.crystal->axes.c_m), 7) + " A" +
            (g.crystal->space_group.empty() ? "" : ", " + g.crystal->space_group) + "\n";
  for (std::size_t i = 0; i < g.detector.panels.size(); ++i) {
    const Panel& p = g.detector.panels[i];
    const auto masked = std::ranges::count(p.mask, std::uint8_t{0});
    text += "panel " + std::to_string(i) + (p.name.empty() ? "" : " " + p.name) + ": " + std::to_string(p.n_fast) +
            " x " + std::to_string(p.n_slow) + " at " + std::to_string(p.data_fast) + " " +
            std::to_string(p.data_slow) + ", pixel " + formats::pixel_edges_mm(p) + " mm, corner at " +
            text_of(1000.0 * p.origin_m, 9) + " mm" +
            (masked > 0 ? ", " + std::to_string(masked) + " pixels masked" : "") +
            (p.sensor.thickness_m > 0 ? ", " + format_number(um_from_metres(p.sensor.thickness_m)) + " um " +
                                            (p.sensor.material.empty() ? "sensor" : p.sensor.material)
                                      : "") +
            "\n";
  }
  return text;
}

formats::GeometryGaps gaps_of(const GeometrySettings& s) {
  formats::GeometryGaps gaps{.clen_m = s.clen_m, .distance_m = {}, .detector = s.detector};
  if (s.experiment) gaps.experiment = static_cast<std::size_t>(*s.experiment);
  if (s.distance_mm) gaps.distance_m = metres_from_mm(*s.distance_mm);
  if (s.pixels.size() == 2) {
    gaps.n_fast = s.pixels[0];
    gaps.n_slow = s.pixels[1];
  }
  return gaps;
}

}  // namespace

int geometry(const Words& words) {
  const std::optional<GeometrySettings> settings = geometry_settings(words);
  if (!settings) return 0;
  const GeometrySettings& s = *settings;
  Geometry g = formats::read_geometry(s.input, gaps_of(s));
  keep_panels(g.detector, s.panels);
  if (s.wavelength_A) g.wavelength_m = metres_from_angstrom(*s.wavelength_A);
  for (const std::string& note : g.notes) std::cerr << "note: " << nanobragg::in_flags(note) << "\n";
  for (const std::string& doubt : nanobragg::doubtful_file_numbers(g))
    std::cerr << "warning: " << s.input << ": " << doubt << "\n";
  if (s.output.empty()) {
    std::cout << summary(g);
    return 0;
  }
  formats::require_inputs_kept(std::span(&s.input, 1), std::span(&s.output, 1));
  for (const std::string& note : formats::write_geometry(s.output, g)) std::cerr << "note: " << note << "\n";
  return 0;
}

}  // namespace femtobragg::programs
