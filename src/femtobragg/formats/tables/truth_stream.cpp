// Streams of CrystFEL, version 2.3: one chunk with one crystal. Its frame has z along the beam and y up, x then points
// to the left, looking along the beam.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/rotation.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/truth_file.h"

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
  const auto length = [](const Vec3d& v) { return norm(v) * 1e9; };
  const auto angle = [](const Vec3d& a, const Vec3d& b) {
    return degrees_from_radians(std::acos(dot(a, b) / (norm(a) * norm(b))));
  };
  std::string text = "Cell parameters ";
  for (const Vec3d& v : {axes.a_m, axes.b_m, axes.c_m}) text += format_fixed(length(v), 5) + " ";
  text += "nm, ";
  for (const double x : {angle(axes.b_m, axes.c_m), angle(axes.c_m, axes.a_m), angle(axes.a_m, axes.b_m)})
    text += format_fixed(x, 5) + " ";
  return text + "deg\n";
}

/// Names as a geometry file has them; panels without one are p0, p1 ...
std::string panel_name(const Panel& panel, std::size_t number) {
  return panel.name.empty() ? "p" + std::to_string(number) : panel.name;
}

std::string reflection_line(const TruthReflection& r, const Panel& panel) {
  std::string line;
  for (const std::int64_t index : r.hkl) line += right_aligned(std::to_string(index), 4) + " ";
  line += right_aligned(format_fixed(r.photons, 4), 14) + " " +
          right_aligned(format_fixed(std::sqrt(r.photons), 4), 10) + " ";
  // Neither the peak nor the background is part of the truth.
  line += right_aligned("0.00", 10) + " " + right_aligned("0.00", 10) + " ";
  line += right_aligned(format_fixed(r.fast_px + static_cast<double>(panel.data_fast), 3), 10) + " ";
  line += right_aligned(format_fixed(r.slow_px + static_cast<double>(panel.data_slow), 3), 10) + " ";
  return line + panel_name(panel, r.panel) + "\n";
}

/// Axes with the spindle at the middle of the sweep, in CrystFEL's frame.
CrystalAxes turned_axes(const TruthRecord& record) {
  const Spindle& spindle = record.experiment.spindle;
  const double phi = spindle.phi_start_rad + 0.5 * spindle.phi_range_rad;
  const Mat3d rotation = transpose(ours_from_crystfel) * (record.frame * rotation_matrix(spindle.axis, phi));
  return record.experiment.crystal.axes.turned(rotation);
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

double finest_per_nm(const TruthRecord& record, const CrystalAxes& axes) {
  double most = 0;
  for (const TruthReflection& r : record.truth.reflections) {
    const auto index = [&](std::size_t i) { return static_cast<double>(r.hkl[i]); };
    most = std::max(most, norm(index(0) * axes.a_star_A + index(1) * axes.b_star_A + index(2) * axes.c_star_A));
  }
  return 10 * most;
}

}  // namespace

std::string truth_stream(const TruthRecord& record) {
  const Experiment& e = record.experiment;
  const CrystalAxes axes = turned_axes(record);
  const Panel& first = e.detector.panels.front();
  const double finest = finest_per_nm(record, axes),
               largest_m = std::max({norm(e.crystal.cells[0] * axes.a_m), norm(e.crystal.cells[1] * axes.b_m),
                                     norm(e.crystal.cells[2] * axes.c_m)});
  std::string words;
  for (const std::string& word : record.command) words += (words.empty() ? "" : " ") + word;
  std::string text = "CrystFEL stream format 2.3\nGenerated by " + record.program + "\nCommand line: " + words +
                     "\n----- Begin chunk -----\nImage filename: " + (record.image.empty() ? "none" : record.image) +
                     "\n";
  if (record.frame_in_image) text += "Event: //" + std::to_string(*record.frame_in_image) + "\n";
  text += "Image serial number: " + std::to_string(record.number + 1) + "\nhit = 1\nindexed_by = none\n";
  text += "photon_energy_eV = " + format_fixed(hc_eV_angstrom / angstrom_from_metres(e.beam.wavelength_m), 3) + "\n";
  text += "beam_divergence = " + exponential(divergence_rad(e.beam)) +
          " rad\nbeam_bandwidth = " + exponential(bandwidth(e.beam)) + " (fraction)\n";
  text += "average_camera_length = " + format_fixed(std::abs(dot(first.origin_m, first.normal)), 6) + " m\n";
  text += "num_peaks = 0\nnum_saturated_peaks = 0\n--- Begin crystal\n" + cell_line(axes);
  text += star("astar", axes.a_star_A) + star("bstar", axes.b_star_A) + star("cstar", axes.c_star_A);
  text += "lattice_type = triclinic\ncentering = P\n";
  text += "profile_radius = " + format_fixed(0.5e-9 / largest_m, 5) + " nm^-1\n";
  text += "predict_refl/det_shift x = 0.000 y = 0.000 mm\n";
  text += "diffraction_resolution_limit = " + format_fixed(finest, 2) + " nm^-1 or " +
          format_fixed(finest > 0 ? 10 / finest : 0, 2) + " A\n";
  text += "num_reflections = " + std::to_string(record.truth.reflections.size()) +
          "\nnum_saturated_reflections = 0\nnum_implausible_reflections = 0\nReflections measured after indexing\n"
          "   h    k    l              I   sigma(I)       peak background      fs/px      ss/px panel\n";
  for (const TruthReflection& r : record.truth.reflections) text += reflection_line(r, e.detector.panels[r.panel]);
  return text + "End of reflections\n--- End crystal\n----- End chunk -----\n";
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
