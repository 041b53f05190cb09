// Rounding errors of Miller indices decide which lanes are good enough.
#include "femtobragg/backends/simd/lane_choice.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/base/units.h"
#include "femtobragg/kernel/sample.h"
#include "femtobragg/physics/lattice_factor/few_cells.h"

namespace femtobragg::backends::simd_backend {
namespace {

/// Angle from the centre of a tile to its end, at the place of the panel where it is largest: right below the sample.
double half_angle(const kernel::PanelPlan& panel, std::size_t tile) {
  const double nearest = panel.bending == kernel::Bending::Flat ? std::abs(panel.plane_distance_m) : panel.radius_m;
  return std::atan(0.5 * static_cast<double>(tile) * panel.pixel_size_m / nearest);
}

/// Largest change of a Miller index for a unit change of direction.
double steepest_index(const kernel::Plan& plan) {
  double longest = 0, shortest_wavelength = plan.rays.front().wavelength_m;
  for (const kernel::Orientation& axes : plan.orientations)
    longest = std::max({longest, norm(axes.a), norm(axes.b), norm(axes.c)});
  for (const kernel::Ray& ray : plan.rays) shortest_wavelength = std::min(shortest_wavelength, ray.wavelength_m);
  return longest / shortest_wavelength;
}

/// Largest change of (L / N)^2 for a unit change of a Miller index, within a factor of two. Relative to a full spot;
/// for the fringes of parallelepipeds relative to a fringe, for no pixel may lie on a spot.
double steepest_slope(const kernel::Plan& plan) {
  const Vec3d& cells = plan.domain.cells;
  const Mat3d& width = plan.domain.width;
  const double most_cells = std::max({cells.x, cells.y, cells.z});
  switch (plan.shape) {
    case physics::Shape::Ellipsoid: return 1.7 * most_cells * std::sqrt(plan.domain.fudge);
    case physics::Shape::Gaussian:
      return 1.7 * std::sqrt(plan.domain.fudge * std::max({width.row_x.x, width.row_y.y, width.row_z.z}));
    default: return most_cells <= physics::few_cells ? 1.7 * most_cells : 2 * pi * most_cells;
  }
}

/// Whether lattice factors are the same from both lattice points half-way between them, as fringes are.
bool whole_cells(const kernel::Plan& plan) {
  const Vec3d& n = plan.domain.cells;
  return n.x == std::floor(n.x) && n.y == std::floor(n.y) && n.z == std::floor(n.z);
}

/// Whether floats can hold the argument of a shape's sines: that of ellipsoids is a distance in turns, which must not
/// be long where they still shine; parallelepipeds multiply a distance in two parts by the number of cells.
bool floats_hold_phase(const kernel::Plan& plan) {
  const Vec3d& cells = plan.domain.cells;
  const double most_cells = std::max({cells.x, cells.y, cells.z});
  switch (plan.shape) {
    case physics::Shape::Ellipsoid: return most_cells * std::sqrt(plan.domain.fudge) <= 20;
    case physics::Shape::Parallelepiped: return whole_cells(plan) && most_cells <= physics::most_cells_in_floats;
    default: return true;
  }
}

/// Whether floats can hold the form of spots that lean over, as widths in 1/angstrom of oblique cells do. Their squared
/// distance is a difference of large numbers, and they must have ended half-way between lattice points: from one side
/// they are not what they are from the other, and rounding would decide which of the two counts.
bool floats_hold_form(const kernel::Plan& plan) {
  const Mat3d& width = plan.domain.width;
  if (plan.shape != physics::Shape::Gaussian || (width.row_x.y == 0 && width.row_y.z == 0 && width.row_z.x == 0))
    return true;
  constexpr double dark = 1e-7, most_cancelled = 3;
  const double radius = physics::Gaussian::radius(plan.domain, dark);
  const Mat3d dual = inverse(width);
  const double reach = radius * std::sqrt(std::max({dual.row_x.x, dual.row_y.y, dual.row_z.z}));
  const double cancelled =
      std::max({width.row_x.x * dual.row_x.x, width.row_y.y * dual.row_y.y, width.row_z.z * dual.row_z.z});
  return reach < 0.5 && cancelled < most_cancelled;
}

}  // namespace

std::optional<std::string> why_not_tiles(const kernel::Plan& plan, const kernel::PanelPlan& panel) {
  using kernel::Factor;
  if (!plan.first_sweep_orientations.empty()) return "the first sweep of orientations differs from the others";
  if (plan.interpolation_stops_for_good) return "interpolation stops for good where an index leaves the table";
  if (panel.bending == kernel::Bending::LabAxes) return "the detector is bent about lab axes";
  if (!(plan.steps > 0)) return "there are no steps";
  if (!(plan.domain.fudge > 0)) return "spots have no width";
  constexpr double most_rad = 0.4;
  if (!(half_angle(panel, kernel::longest_tile) < most_rad)) return "a row of few pixels spans a large angle";
  const auto has_no_plane = [](const kernel::Direction& d) { return norm(d.polarization.e) == 0; };
  if (plan.apply_polarization && std::ranges::any_of(plan.directions, has_no_plane))
    return "the polarization axis lies along the beam";
  if (!plan.ordered_sums) return std::nullopt;
  for (const Factor rule : {plan.capture, plan.polarization, plan.solid_angle})
    if (rule == Factor::RunningProduct) return "factors multiply a running sum";
  if (plan.recompute_disabled_polarization && !plan.apply_polarization)
    return "polarization is applied though it is off";
  if (plan.polarization == Factor::FirstSample && plan.d_min_m > 0)
    return "polarization is taken from the first sample within the resolution";
  return std::nullopt;
}

LaneShape lane_shape(const kernel::Plan& plan) {
  switch (plan.shape) {
    case physics::Shape::Ellipsoid: return LaneShape::Ellipsoid;
    case physics::Shape::Gaussian: return LaneShape::Gaussian;
    case physics::Shape::Tophat: return LaneShape::Tophat;
    case physics::Shape::Parallelepiped: break;
  }
  const Vec3d& cells = plan.domain.cells;
  const double most = std::max({cells.x, cells.y, cells.z});
  if (!whole_cells(plan)) return LaneShape::Parallelepiped;
  const auto odd = [](double n) { return std::fmod(n, 2.0) == 1.0; };
  if (most <= 5 && odd(cells.x) && odd(cells.y) && odd(cells.z)) return LaneShape::OddFewCells;
  return most <= physics::few_cells ? LaneShape::FewCells : LaneShape::Parallelepiped;
}

LaneKind lane_kind(const kernel::Plan& plan, const kernel::PanelPlan& panel, const RunControl& control,
                   std::size_t wide_tile, bool all_alike) {
  const bool wide = all_alike && control.tolerance == 0;
  const LaneKind doubles = wide ? LaneKind::WideDouble : LaneKind::NarrowDouble;
  if (control.number_type == NumberType::Float64 || plan.shape == physics::Shape::Tophat || !floats_hold_phase(plan) ||
      !floats_hold_form(plan))
    return doubles;
  // Of so few none may lie on a fringe; and they cost nothing.
  constexpr std::size_t few_pixels = 64;
  if ((panel.fast_end - panel.fast_begin) * (panel.slow_end - panel.slow_begin) < few_pixels) return doubles;
  const double slope = steepest_slope(plan);
  constexpr double rounding = 6e-8, allowed = 1.2e-6;
  const double angle = half_angle(panel, wide_tile), steepest = steepest_index(plan);
  // Wide: h is rounded where it is largest.
  if (wide && slope * (0.5 + steepest * angle) * rounding < allowed) return LaneKind::WideFloat;
  // Narrow, of half the pixels: only the deviation from equal steps is rounded. Whole steps are exact below 16, and the
  // deviation must not reach the next lattice point.
  const double half = 0.5 * angle, curved = steepest * half * half;
  if (slope * curved * rounding < allowed && curved < 0.1 && steepest * half < kernel::most_reflections)
    return LaneKind::NarrowFloat;
  return doubles;
}

double least_brightness_in_floats(const kernel::Plan& plan) {
  switch (lane_shape(plan)) {
    // Slopes grow with the square root of how deep a tail is in exponents: at exp(-18) they are four times as steep
    // as the steepest part of a spot, relative to what is there.
    case LaneShape::Gaussian: return 1e-8;
    // Fringes keep their phase, and with it nearly all digits.
    case LaneShape::Ellipsoid: return 1e-5;
    case LaneShape::OddFewCells:
    case LaneShape::FewCells: return 1e-2;
    // Chosen for fringes; see steepest_slope().
    case LaneShape::Parallelepiped:
    case LaneShape::Tophat: break;
  }
  return 0;
}

}  // namespace femtobragg::backends::simd_backend
