// Rounding errors of Miller indices decide which lanes are good enough.
#include "femtobragg/backends/simd/lane_choice.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/base/units.h"
#include "femtobragg/kernel/plan_rules.h"
#include "femtobragg/kernel/sample.h"

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

}  // namespace

std::optional<std::string> why_not_tiles(const kernel::Plan& plan, const kernel::PanelPlan& panel) {
  using kernel::Factor;
  if (const char* const reason = kernel::why_pixel_by_pixel(plan, panel)) return reason;
  if (!(plan.domain.fudge > 0)) return "spots have no width";
  constexpr double most_rad = 0.4;
  if (!(half_angle(panel, kernel::longest_tile) < most_rad)) return "a row of few pixels spans a large angle";
  if (kernel::has_no_polarization_plane(plan)) return "the polarization axis is along the beam";
  if (!plan.ordered_sums) return std::nullopt;
  for (const Factor rule : {plan.capture, plan.polarization, plan.solid_angle})
    if (rule == Factor::RunningProduct) return "factors multiply a running sum";
  if (plan.recompute_disabled_polarization && !plan.apply_polarization)
    return "polarization is applied although it is off";
  if (plan.polarization == Factor::FirstSample && plan.d_min_m > 0)
    return "polarization is taken from the first sample within the resolution";
  return std::nullopt;
}

LaneShape lane_shape(const kernel::Plan& plan) {
  return with_lane_shape(plan.shape, plan.domain, [](LaneShape shape, auto) { return shape; });
}

namespace {

/// What the evaluator of a plan's lattice factors says of floats; no slope: they cannot hold them.
std::optional<double> slope_in_floats(const kernel::Plan& plan) {
  return with_lane_shape(plan.shape, plan.domain, [&]<class Lanes>(LaneShape, Lanes) -> std::optional<double> {
    if (!Lanes::in_floats || !Lanes::floats_hold(plan.domain)) return std::nullopt;
    return Lanes::steepest_slope(plan.domain);
  });
}

}  // namespace

LaneKind lane_kind(const kernel::Plan& plan, const kernel::PanelPlan& panel, const RunControl& control,
                   std::size_t wide_tile, bool all_alike) {
  const bool wide = all_alike && control.tolerance == 0;
  const LaneKind doubles = wide ? LaneKind::WideDouble : LaneKind::NarrowDouble;
  if (control.number_type == NumberType::Float64) return doubles;
  const std::optional<double> slope = slope_in_floats(plan);
  if (!slope) return doubles;
  // Of so few none may lie on a fringe; and they cost nothing.
  constexpr std::size_t few_pixels = 64;
  if ((panel.fast_end - panel.fast_begin) * (panel.slow_end - panel.slow_begin) < few_pixels) return doubles;
  constexpr double rounding = 6e-8, allowed = 1.2e-6;
  const double angle = half_angle(panel, wide_tile), steepest = steepest_index(plan);
  // Wide: h is rounded where it is largest.
  if (wide && *slope * (0.5 + steepest * angle) * rounding < allowed) return LaneKind::WideFloat;
  // Narrow, of half the pixels: only the deviation from equal steps is rounded. Whole steps are exact below 16, and the
  // deviation must not reach the next lattice point.
  const double half = 0.5 * angle, curved = steepest * half * half;
  if (*slope * curved * rounding < allowed && curved < 0.1 && steepest * half < kernel::most_reflections)
    return LaneKind::NarrowFloat;
  return doubles;
}

double least_brightness_in_floats(const kernel::Plan& plan) {
  return with_lane_shape(plan.shape, plan.domain,
                         []<class Lanes>(LaneShape, Lanes) { return Lanes::least_brightness_in_floats; });
}

}  // namespace femtobragg::backends::simd_backend
