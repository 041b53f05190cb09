// Distances of directions from the beam, at points of a strip that are close enough to speak for all of it.
#include "femtobragg/backends/simd/alike_strips.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/backends/backend.h"
#include "femtobragg/kernel/sample.h"

namespace femtobragg::backends::simd_backend {

using kernel::PanelPlan;
using kernel::Plan;

std::vector<bool> strips_beyond(const Plan& plan, const PanelPlan& panel, double q_per_m) {
  std::vector<bool> beyond(gradient_strips(panel), false);
  if (!std::isfinite(q_per_m)) return beyond;
  constexpr std::size_t run = 16;  // pixels that one point speaks for
  const Vec3d beam = plan.directions.front().incident;
  double spread = 0, longest_m = 0;
  for (const kernel::Direction& direction : plan.directions) spread = std::max(spread, norm(direction.incident - beam));
  for (const kernel::Ray& ray : plan.rays) longest_m = std::max(longest_m, ray.wavelength_m);
  const double least_change = q_per_m * longest_m + spread;
  const double pixel_m = panel.pixel_size_m * std::max(norm(panel.fast_axis), norm(panel.slow_axis));
  for (std::size_t strip = 0; strip < beyond.size(); ++strip) {
    const std::size_t begin = panel.slow_begin + strip * kernel::strip_rows,
                      end = std::min(begin + kernel::strip_rows, panel.slow_end);
    const double slow_m = 0.5 * static_cast<double>(begin + end) * panel.pixel_size_m;
    const double around_m =
        pixel_m * std::hypot(0.5 * run, 0.5 * static_cast<double>(end - begin)) + panel.layers.back().depth_m;
    bool all = true;
    for (std::size_t fast = panel.fast_begin; all && fast < panel.fast_end; fast += run) {
      const double fast_m = (static_cast<double>(fast) + 0.5 * run) * panel.pixel_size_m;
      const Vec3d position = kernel::sensor_position(panel, fast_m, slow_m, 0);
      const double distance_m = norm(position);
      all = distance_m > around_m &&
            norm(position / distance_m - beam) - around_m / (distance_m - around_m) > least_change;
    }
    beyond[strip] = all;
  }
  return beyond;
}

}  // namespace femtobragg::backends::simd_backend
