// Flat panels, and bent ones of either kind.
#include "femtobragg/simulate/point_of_panel.h"

#include <cmath>

#include "femtobragg/base/plane.h"

namespace femtobragg {

double mean_depth_m(const kernel::PanelPlan& panel) {
  double sum = 0, total = 0;
  for (const kernel::Layer& layer : panel.layers) {
    const double mu = panel.attenuation_per_m;
    const double captured = panel.absorbs ? std::exp(-layer.front_m * mu) - std::exp(-layer.back_m * mu) : 1.0;
    sum += captured * layer.depth_m;
    total += captured;
  }
  return total > 0 ? sum / total : 0;
}

Vec3d point_of(const kernel::PanelPlan& panel, double fast_px, double slow_px, double depth_m) {
  const double fast = fast_px * panel.pixel_size_m, slow = slow_px * panel.pixel_size_m;
  const Vec3d flat = point_of_plane(panel, fast, slow, depth_m);
  switch (panel.bending) {
    case kernel::Bending::Spherical:
      return physics::on_sphere(panel.curved, panel.radius_m, fast - panel.beam_fast_m, slow - panel.beam_slow_m,
                                depth_m);
    case kernel::Bending::LabAxes:
      return physics::on_sphere_from_lab_axes(flat, panel.curved.beam, panel.fast_axis, panel.slow_axis,
                                              panel.radius_m);
    case kernel::Bending::Flat: break;
  }
  return flat;
}

}  // namespace femtobragg
