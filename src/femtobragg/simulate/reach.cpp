// Angles at the corners of panels.
#include "femtobragg/simulate/reach.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/units.h"

namespace femtobragg {
namespace {

/// For rounding errors.
constexpr double margin = 1 + 1e-9;

/// The largest angle between a direction and the corners of a panel's sensor, front and back. Cones below a right angle
/// are convex, so no other point of a flat panel lies further out than its farthest corner; beyond a right angle
/// anything is possible.
double largest_angle(const Panel& panel, const Vec3d& beam) {
  if (panel.curvature != Curvature::Flat) {
    // Arcs from the direct-beam point, which need not lie on the panel.
    const Vec3d spot = panel.curvature_radius_m * beam - panel.origin_m;
    const double fast = dot(panel.fast_axis, spot), slow = dot(panel.slow_axis, spot);
    const auto arc = [&](std::size_t n, double at) {
      return std::max(std::abs(at), std::abs(static_cast<double>(n) * panel.pixel_size_m - at));
    };
    return std::min(pi, (arc(panel.n_fast, fast) + arc(panel.n_slow, slow)) / panel.curvature_radius_m);
  }
  double most = 0;
  for (const double depth_m : {0.0, panel.sensor.thickness_m})
    for (const Vec3d& at : panel.corners_m(depth_m))
      most = std::max(most, std::atan2(norm(cross(at, beam)), dot(at, beam)));
  return most < 0.5 * pi ? most : pi;
}

}  // namespace

double farthest_scattering_per_m(const Experiment& experiment) {
  double most = 0;
  for (const Source& source : experiment.beam.sources)
    for (const Panel& panel : experiment.detector.panels) {
      const double angle = std::min(pi, margin * largest_angle(panel, -source.direction));
      most = std::max(most, 2 * std::sin(0.5 * angle) / source.wavelength_m);
    }
  const double d_min = experiment.sampling.d_min_m;
  return d_min > 0 ? std::min(most, 1 / d_min) : most;
}

double finest_listed_A(const StructureFactors& factors, const CrystalAxes& axes) {
  if (!factors.has_table()) return 0;
  const HklBox& box = factors.box;
  double most = 0;
  std::size_t at = 0;
  for (std::int64_t h = box.min[0]; h <= box.max[0]; ++h)
    for (std::int64_t k = box.min[1]; k <= box.max[1]; ++k)
      for (std::int64_t l = box.min[2]; l <= box.max[2]; ++l)
        if (factors.values[at++] != 0) {
          const Vec3d g = static_cast<double>(h) * axes.a_star_A + static_cast<double>(k) * axes.b_star_A +
                          static_cast<double>(l) * axes.c_star_A;
          most = std::max(most, dot(g, g));
        }
  return most > 0 ? 1.0 / std::sqrt(most) : 0;
}

}  // namespace femtobragg
