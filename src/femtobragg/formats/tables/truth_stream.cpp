// Streams of CrystFEL, version 2.3: one chunk, with each crystal in the beam. Its frame has z along the beam and y up,
// x then points to the left, looking along the beam.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/rotation.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geom_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/truth_file.h"
#include "femtobragg/model/crystal.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {
namespace {

std::string signed_number(double x, int decimals) { return (std::signbit(x) ? "" : "+") + format_fixed(x, decimals); }

/// Readers of streams expect an exponent here.
std::string exponential(double x) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.begin(), text.end(), x, std::chars_format::scientific, 2).ptr};
}

std::string star(const char* name, const Vec3d& per_A) {
  const Vec3d v = 10.0 * per_A;
  return std::string(name) + " = " + signed_number(v.x, 7) + " " + signed_number(v.y, 7) + " " + signed_number(v.z, 7) +
         " nm^-1\n";
}

std::string cell_line(const CrystalAxes& axes) {
  const std::array cell = numbers_of(cell_of(axes));
  std::string text = "Cell parameters ";
  for (std::size_t i = 0; i < 3; ++i) text += format_fixed(0.1 * cell[i], 5) + " ";
  text += "nm, ";
  for (std::size_t i = 3; i < 6; ++i) text += format_fixed(cell[i], 5) + " ";
  return text + "deg\n";
}

std::string reflection_line(const TruthReflection& r, const Panel& panel, const std::string& panel_name) {
  std::string line;
  for (const std::int64_t index : r.hkl) line += right_aligned(std::to_string(index), 4) + " ";
  line += right_aligned(format_fixed(r.photons, 4), 14) + " " + right_aligned(format_fixed(r.sigma, 4), 10) + " ";
  // The peak is that of a measurement. The background is that of a pixel.
  line += right_aligned("0.00", 10) + " " + right_aligned(format_fixed(background_of_pixel(r), 2), 10) + " ";
  line += right_aligned(format_fixed(r.fast_px + static_cast<double>(panel.data_fast), 3), 10) + " ";
  line += right_aligned(format_fixed(r.slow_px + static_cast<double>(panel.data_slow), 3), 10) + " ";
  return line + panel_name + "\n";
}

/// From the lab to CrystFEL's frame, with the spindle at the middle of the sweep.
Mat3d rotation_to_crystfel(const TruthRecord& record) {
  const Spindle& spindle = record.experiment.spindle;
  const double phi = spindle.phi_start_rad + 0.5 * spindle.phi_range_rad;
  return transpose(ours_from_crystfel) * (record.frame * rotation_matrix(spindle.axis, phi));
}

/// The full width of a rectangular spectrum with the same standard deviation, over the mean: CrystFEL takes all
/// wavelengths within it for equally strong.
double bandwidth(const Beam& beam) {
  double total = 0, sum = 0, squares = 0;
  for (const Source& s : beam.sources) {
    total += s.weight;
    sum += s.weight * s.wavelength_m;
  }
  const double mean = sum / total;
  for (const Source& s : beam.sources) squares += s.weight * (s.wavelength_m - mean) * (s.wavelength_m - mean);
  return total > 0 ? std::sqrt(12 * squares / total) / mean : 0;
}

/// The full angle of the cone that holds all directions, as CrystFEL takes it (twice the largest from the middle).
double divergence_rad(const Beam& beam) {
  Vec3d sum{};
  for (const Source& s : beam.sources) sum = sum + s.weight * unit(s.direction);
  double most = 0;
  for (const Source& s : beam.sources)
    if (s.weight > 0) most = std::max(most, std::atan2(norm(cross(s.direction, sum)), dot(s.direction, sum)));
  return 2 * most;
}

/// As in a .geom file of the run; nothing where the format cannot say where the detector is.
std::string geometry_section(const TruthRecord& record) {
  const Geometry g = turned(geometry_stated_of(record.experiment), record.frame);
  const bool flat =
      std::ranges::all_of(g.detector.panels, [](const Panel& panel) { return panel.curvature == Curvature::Flat; });
  if (!flat || !(g.detector.panels.front().origin_m.x > 0)) return {};
  std::vector<std::string> notes;  // of what the rest of the stream says, or no stream
  return "----- Begin geometry file -----\n" + geom_text(g, notes) + "----- End geometry file -----\n";
}

std::string crystal_text(const TruthRecord& record, std::size_t lattice, const CrystalAxes& axes) {
  const Experiment& e = record.experiment;
  const double largest_m = std::max(
      {norm(e.crystal.cells[0] * axes.a_m), norm(e.crystal.cells[1] * axes.b_m), norm(e.crystal.cells[2] * axes.c_m)});
  double finest_per_nm = 0;
  std::size_t count = 0;
  std::string rows;
  const std::vector<std::string> names = geom_panel_names(e.detector);
  for (const TruthReflection& r : record.truth.reflections) {
    if (r.lattice != lattice) continue;
    ++count;
    finest_per_nm = std::max(finest_per_nm, 10 * norm(lattice_point_per_A(axes, r.hkl)));
    rows += reflection_line(r, e.detector.panels[r.panel], names[r.panel]);
  }
  std::string text = "--- Begin crystal\n" + cell_line(axes);
  text += star("astar", axes.a_star_A) + star("bstar", axes.b_star_A) + star("cstar", axes.c_star_A);
  text += "lattice_type = triclinic\ncentering = P\n";
  text += "profile_radius = " + format_fixed(0.5e-9 / largest_m, 5) + " nm^-1\n";
  text += "predict_refl/det_shift x = 0.000 y = 0.000 mm\n";
  text += "diffraction_resolution_limit = " + format_fixed(finest_per_nm, 2) + " nm^-1 or " +
          format_fixed(finest_per_nm > 0 ? 10 / finest_per_nm : 0, 2) + " A\n";
  text += "num_reflections = " + std::to_string(count) +
          "\nnum_saturated_reflections = 0\nnum_implausible_reflections = 0\nReflections measured after indexing\n"
          "   h    k    l              I   sigma(I)       peak background      fs/px      ss/px panel\n";
  return text + rows + "End of reflections\n--- End crystal\n";
}

}  // namespace

std::string truth_stream(const TruthRecord& record) {
  const Experiment& e = record.experiment;
  const Panel& first = e.detector.panels.front();
  std::string words;
  for (const std::string& word : record.command) words += (words.empty() ? "" : " ") + word;
  std::string text = "CrystFEL stream format 2.3\nGenerated by " + record.program + "\nCommand line: " + words + "\n" +
                     geometry_section(record) +
                     "----- Begin chunk -----\nImage filename: " + (record.image.empty() ? "none" : record.image) +
                     "\n";
  if (record.frame_in_image) text += "Event: //" + std::to_string(*record.frame_in_image) + "\n";
  text += "Image serial number: " + std::to_string(record.number + 1) + "\nhit = 1\nindexed_by = none\n";
  text += "photon_energy_eV = " + format_fixed(hc_eV_angstrom / angstrom_from_metres(e.beam.wavelength_m), 3) + "\n";
  text += "beam_divergence = " + exponential(divergence_rad(e.beam)) +
          " rad\nbeam_bandwidth = " + exponential(bandwidth(e.beam)) + " (fraction)\n";
  text += "average_camera_length = " + format_fixed(std::abs(dot(first.origin_m, first.normal)), 6) + " m\n";
  text += "num_peaks = 0\nnum_saturated_peaks = 0\n";
  const std::vector<CrystalAxes> crystals = crystals_of(record);
  const Mat3d rotation = rotation_to_crystfel(record);
  for (std::size_t i = 0; i < crystals.size(); ++i) text += crystal_text(record, i, crystals[i].turned(rotation));
  return text + "----- End chunk -----\n";
}

std::string joined_streams(const std::vector<std::string>& files) {
  std::string joined;
  for (const std::string& file : files) {
    const std::string text = read_file(file, "the reflections of a frame");
    // The heading is that of the first.
    joined += text.substr(joined.empty() ? 0 : std::min(text.find("----- Begin chunk -----"), text.size()));
  }
  return joined;
}

}  // namespace femtobragg::formats
