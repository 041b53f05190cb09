// Vectors, windows and masks.
#include "femtobragg/formats/geometry/geometry_parts.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/model/coverage.h"

namespace femtobragg::formats {
namespace {

/// Tilts of real beams that were meant to be along the axis are less.
constexpr double slight_rad = 0.1;

[[noreturn]] void refuse_part(const std::string& where, const char* what, const std::string& value, const char* rule) {
  throw Error::runtime({.what = what, .where = where, .value = value, .rule = rule, .remedy = "correct the file"});
}

/// The rotation with the smallest angle that takes one unit vector to another, which is not its opposite.
Mat3d smallest_rotation(const Vec3d& from, const Vec3d& to) {
  const Vec3d v = cross(from, to);
  const double c = dot(from, to), k = 1 / (1 + c);
  return {{c + k * v.x * v.x, k * v.x * v.y - v.z, k * v.x * v.z + v.y},
          {k * v.y * v.x + v.z, c + k * v.y * v.y, k * v.y * v.z - v.x},
          {k * v.z * v.x - v.y, k * v.z * v.y + v.x, c + k * v.z * v.z}};
}

std::string name_of(const Panel& panel, std::size_t i) {
  return panel.name.empty() ? std::to_string(i) : in_quotes(panel.name);
}

}  // namespace

Panel upright_panel(double distance_m, double pixel_fast_m, double pixel_slow_m, double fast, double slow) {
  Panel panel;
  panel.pixel_size_m = pixel_fast_m;
  panel.fast_axis = {0, 0, 1};
  panel.slow_axis = {0, -pixel_slow_m / pixel_fast_m, 0};
  panel.origin_m = {distance_m, slow * pixel_slow_m, -fast * pixel_fast_m};
  return panel;
}

std::string pixel_edges_mm(const Panel& panel) {
  const auto mm = [](double metres) { return format_number(mm_from_metres(metres)); };
  return panel.has_equal_edges() ? mm(panel.pixel_size_m) : mm(panel.edge_fast_m()) + " x " + mm(panel.edge_slow_m());
}

void complete_panel(Panel& panel, const std::string& where) {
  if (!(panel.pixel_size_m > 0) || !(panel.pixel_size_m < 1))
    refuse_part(where, "impossible pixel size", format_number(mm_from_metres(panel.pixel_size_m)) + " mm",
                "it must be above zero and below a metre");
  if (panel.n_fast == 0 || panel.n_slow == 0 || panel.n_fast > most_pixels / panel.n_slow)
    refuse_part(where, "impossible number of pixels",
                std::to_string(panel.n_fast) + " x " + std::to_string(panel.n_slow),
                "a panel must have at least one and at most 2^32");
  if (!is_finite(panel.origin_m) || !is_finite(panel.fast_axis) || !is_finite(panel.slow_axis))
    refuse_part(where, "the position of a panel is not finite", "", "origin and axes must be finite");
  const Vec3d area = cross(panel.fast_axis, panel.slow_axis);
  const double sides = norm(panel.fast_axis) * norm(panel.slow_axis);
  if (!(sides > 1e-12) || !(sides < 1e12) || !(norm(area) > 1e-3 * sides))
    refuse_part(where, "the axes of a panel do not span a plane", format_number(norm(area)),
                "fast and slow must point in different directions");
  panel.set_plane();
}

void require_no_length(const std::string& where, const GeometryGaps& gaps) {
  const auto& given_m = gaps.clen_m ? gaps.clen_m : gaps.distance_m;
  if (given_m)
    throw Error::usage({.what = "a distance, although the file states its own",
                        .where = where,
                        .value = format_number(*given_m) + " m",
                        .rule = "it is only for CrystFEL files that leave the camera length to the images",
                        .remedy = "remove the distance"});
}

void require_separate_windows(const Detector& detector, const std::string& where) {
  const ImageShape shape = detector.image_shape();
  const auto area = checked_product({shape.n_fast, shape.n_slow});
  if (!area || *area > most_pixels)
    refuse_part(where, "too many pixels", std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow),
                "a detector's image can have at most 2^32");
  if (const auto clash = overlapping_panels(detector))
    refuse_part(where, "panels share data",
                name_of(detector.panels[clash->first], clash->first) + " and " +
                    name_of(detector.panels[clash->second], clash->second),
                "each panel must have its own pixels in the image");
}

void stack_along_slow(Detector& detector) {
  std::size_t slow = 0;
  for (Panel& panel : detector.panels) {
    panel.data_fast = 0;
    panel.data_slow = slow;
    slow += panel.n_slow;
  }
}

void require_maskable(std::size_t pixels, const std::string& where) {
  if (pixels > most_masked_pixels)
    refuse_part(where, "masks have too many pixels", std::to_string(pixels),
                "panels with masked pixels can have at most 2^28 pixels in total");
}

void need_mask(Panel& panel) {
  if (!panel.mask.empty()) return;
  require_memory(checked_product({panel.n_fast, panel.n_slow}), "the mask of a panel",
                 std::to_string(panel.n_fast) + " x " + std::to_string(panel.n_slow), "check its pixel counts");
  panel.mask.assign(panel.n_fast * panel.n_slow, 1);
}

void mask_out(Panel& panel, const PixelRectangle& r) {
  const std::size_t fast_end = std::min(r.fast_end, panel.n_fast), slow_end = std::min(r.slow_end, panel.n_slow);
  if (r.fast_begin >= fast_end || r.slow_begin >= slow_end) return;
  need_mask(panel);
  for (std::size_t slow = r.slow_begin; slow < slow_end; ++slow) {
    const auto row = panel.mask.begin() + static_cast<std::ptrdiff_t>(slow * panel.n_fast);
    std::fill(row + static_cast<std::ptrdiff_t>(r.fast_begin), row + static_cast<std::ptrdiff_t>(fast_end),
              std::uint8_t{0});
  }
}

std::vector<PixelRectangle> masked_rectangles(const Panel& panel) {
  std::vector<PixelRectangle> done;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> open;  // runs of the row before, and where they began
  if (panel.mask.empty()) return done;
  for (std::size_t slow = 0; slow <= panel.n_slow; ++slow) {
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> runs;
    for (std::size_t fast = 0; slow < panel.n_slow && fast < panel.n_fast; ++fast) {
      if (!panel.masked(fast, slow)) continue;
      const std::size_t begin = fast;
      while (fast < panel.n_fast && panel.masked(fast, slow)) ++fast;
      const auto before = open.find({begin, fast});
      runs[{begin, fast}] = before == open.end() ? slow : before->second;
    }
    for (const auto& [run, first] : open)
      if (!runs.contains(run)) done.push_back({run.first, first, run.second, slow});
    open = std::move(runs);
  }
  return done;
}

void note_uneven_turn(const std::vector<double>& starts, std::vector<std::string>& notes) {
  constexpr double most = 0.01;
  for (std::size_t i = 2; i < starts.size(); ++i) {
    const double first = starts[1] - starts[0], step = starts[i] - starts[i - 1];
    if (std::abs(step - first) <= most * std::abs(first)) continue;
    notes.push_back("the scan rotates unevenly: all frames get the width of the first");
    return;
  }
}

std::optional<double> wavelength_of(std::optional<double> stated_m, std::optional<double> energy_eV,
                                    std::vector<std::string>& notes) {
  if (!energy_eV) return stated_m;
  const double metres = metres_from_angstrom(angstrom_from_eV(*energy_eV));
  constexpr double rounded = 2e-3;  // as people type them
  if (stated_m && std::abs(metres - *stated_m) > rounded * metres)
    notes.push_back("the energy means " + format_number(angstrom_from_metres(metres)) + " A, but the wavelength is " +
                    format_number(angstrom_from_metres(*stated_m)) + " A, which is used");
  return stated_m ? stated_m : metres;
}

CrystalAxes axes_of_real(const Vec3d& a_m, const Vec3d& b_m, const Vec3d& c_m, const std::string& where) {
  try {
    return CrystalAxes::from_real(a_m, b_m, c_m);
  } catch (const Error& error) {
    ErrorText parts = error.parts();
    parts.where = where;
    parts.remedy = "correct the file";
    throw Error::runtime(std::move(parts));
  }
}

void require_cell_of_axes(const CrystalAxes& axes, const std::array<double, 6>& stated, const std::string& where) {
  const std::array<double, 6> found = numbers_of(cell_of(axes));
  constexpr double most_share = 5e-3, most_degrees = 0.3;  // of refined numbers, rounded
  const auto words = [](const std::array<double, 6>& cell) {
    std::string text;
    for (const double value : cell) text += (text.empty() ? "" : " ") + format_number(value, 5);
    return text;
  };
  for (std::size_t i = 0; i < 3; ++i)
    if (!(std::abs(found[i] - stated[i]) <= most_share * stated[i]) ||
        !(std::abs(found[i + 3] - stated[i + 3]) <= most_degrees))
      throw Error::runtime({.what = "the crystal's axes contradict its cell",
                            .where = where,
                            .value = words(stated),
                            .rule = "the axes have the cell " + words(found),
                            .remedy = "correct the file"});
}

Geometry turned(Geometry g, const Mat3d& rotation) {
  const auto turn = [&](Vec3d& v) { v = rotation * v; };
  for (Panel& panel : g.detector.panels)
    for (Vec3d* v : {&panel.origin_m, &panel.fast_axis, &panel.slow_axis, &panel.normal}) turn(*v);
  turn(g.beam_direction);
  if (g.polarization_axis) turn(*g.polarization_axis);
  if (g.spindle_axis) turn(*g.spindle_axis);
  const auto turn_crystal = [&](StatedCrystal& crystal) {
    crystal.axes = crystal.axes.turned(rotation);
    for (CrystalAxes& axes : crystal.at_scan_points) axes = axes.turned(rotation);
  };
  if (g.crystal) turn_crystal(*g.crystal);
  for (StatedCrystal& crystal : g.other_crystals) turn_crystal(crystal);
  return g;
}

double beam_tilt_rad(const Geometry& geometry) {
  const Vec3d beam = unit(geometry.beam_direction);
  return std::atan2(std::hypot(beam.y, beam.z), beam.x);
}

Mat3d rotation_to_nearly_usual_frame(const Geometry& geometry) {
  return beam_tilt_rad(geometry) < slight_rad ? Mat3d::identity() : rotation_to_usual_frame(geometry);
}

Mat3d rotation_to_usual_frame(const Geometry& geometry) {
  const Vec3d beam = unit(geometry.beam_direction);
  if (beam_tilt_rad(geometry) < slight_rad) return smallest_rotation(beam, {1, 0, 0});
  for (const std::optional<Vec3d>& axis : {geometry.spindle_axis, geometry.polarization_axis}) {
    if (!axis) continue;
    const Vec3d across = *axis - dot(*axis, beam) * beam;
    if (!(norm(across) > 0.1 * norm(*axis))) continue;
    const Vec3d z = unit(across);
    return {beam, cross(z, beam), z};
  }
  if (beam.x > -0.99) return smallest_rotation(beam, {1, 0, 0});
  // Nearly backwards: half a turn about the vertical first.
  const Mat3d half_turn{{-1, 0, 0}, {0, 1, 0}, {0, 0, -1}};
  return smallest_rotation(half_turn * beam, {1, 0, 0}) * half_turn;
}

}  // namespace femtobragg::formats
