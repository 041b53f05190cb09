// Directions come from the record of a pixel: the code that renders it knows best where it stands.
#include "femtobragg/nanobragg/sight.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/simulate/render.h"

namespace femtobragg::nanobragg {
namespace {

/// The plan with the shortest wave, one orientation and one sample a pixel.
kernel::Plan single_rays(const kernel::Plan& plan) {
  kernel::Plan single = plan;
  const auto shortest = std::ranges::min_element(plan.rays, {}, &kernel::Ray::wavelength_m);
  single.directions = {plan.directions[shortest->direction]};
  single.directions.front().ray_begin = 0;
  single.directions.front().ray_end = 1;
  single.rays = {*shortest};
  single.rays.front().direction = 0;
  single.orientations.resize(1);
  single.first_sweep_orientations.clear();
  single.interpolate = single.interpolation_stops_for_good = false;
  single.oversample = 1;
  single.steps = 1;
  single.d_min_m = 0;
  single.panels.front().layers.resize(1);
  single.panels.front().mask = nullptr;
  return single;
}

std::optional<FinestCorner> finest_corner(const kernel::Plan& plan) {
  if (plan.orientations.empty()) return std::nullopt;
  const kernel::PanelPlan& panel = plan.panels.front();
  if (panel.fast_end <= panel.fast_begin || panel.slow_end <= panel.slow_begin) return std::nullopt;
  kernel::Plan single = single_rays(plan);
  kernel::PanelPlan& only = single.panels.front();
  std::optional<FinestCorner> finest;
  for (const std::size_t slow : {panel.slow_begin, panel.slow_end - 1})
    for (const std::size_t fast : {panel.fast_begin, panel.fast_end - 1}) {
      only.fast_begin = fast, only.fast_end = fast + 1;
      only.slow_begin = slow, only.slow_end = slow + 1;
      const kernel::Recorder record = record_pixel(single, 0, fast, slow, {.device = "reference", .control = {}});
      const kernel::Recorder::Ray& ray = record.samples().front().rays.front();
      const double d_A = angstrom_from_metres(1.0 / norm(ray.q_per_m));
      if (!finest || d_A < finest->d_A) finest = {{fast, slow}, d_A, ray.terms.front().hkl0};
    }
  return finest;
}

std::optional<DetectorPixel> direct_beam(const DetectorGeometry& g, const Panel& panel) {
  if (!(dot(g.beam, g.normal) > 0)) return std::nullopt;
  const double fast = std::floor(g.beam_point.fast / g.pixel_m), slow = std::floor(g.beam_point.slow / g.pixel_m);
  if (!(fast >= 0 && slow >= 0)) return std::nullopt;
  const DetectorPixel pixel{static_cast<std::size_t>(fast), static_cast<std::size_t>(slow)};
  return panel.region.contains(pixel.fast, pixel.slow) ? std::optional(pixel) : std::nullopt;
}

/// Of several panels: the pixel of the image.
std::optional<DetectorPixel> direct_beam(const Vec3d& beam, const std::vector<Panel>& panels) {
  for (const Panel& panel : panels) {
    const Vec3d area = cross(panel.fast_axis, panel.slow_axis);
    const double metres = dot(panel.origin_m, area) / dot(beam, area);
    if (!(metres > 0)) continue;
    const Vec3d spot = (metres * beam - panel.origin_m) / (panel.pixel_size_m * dot(area, area));
    const double fast = std::floor(dot(cross(spot, panel.slow_axis), area)),
                 slow = std::floor(dot(cross(panel.fast_axis, spot), area));
    if (!(fast >= 0 && slow >= 0)) continue;
    const DetectorPixel pixel{static_cast<std::size_t>(fast), static_cast<std::size_t>(slow)};
    if (panel.region.contains(pixel.fast, pixel.slow))
      return DetectorPixel{panel.data_fast + pixel.fast, panel.data_slow + pixel.slow};
  }
  return std::nullopt;
}

}  // namespace

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

Sight sight_of(const Scene& scene, const kernel::Plan& plan) {
  const Crystal& crystal = scene.experiment.crystal;
  const StructureFactors& factors = *scene.experiment.structure_factors;
  const Vec3d& edges = crystal.axes.lengths_m;
  const std::vector<Panel>& panels = scene.experiment.detector.panels;
  // Behind the sample, distances along the beam are negative.
  const double reciprocal_pixel_m = std::abs(scene.reciprocal_pixel_m);
  return {.corner = finest_corner(plan),
          .direct_beam = panels.size() == 1 ? direct_beam(scene.geometry, panels.front())
                                            : direct_beam(scene.experiment.beam.direction, panels),
          .list_d_A = finest_listed_A(factors, crystal.axes),
          .direct_amplitude = factors.has_table() && factors.box.contains(0, 0, 0)
                                  ? factors.values[factors.index(0, 0, 0)]
                                  : factors.default_amplitude,
          .spot_px = reciprocal_pixel_m / scene.largest_dimension_m,
          .spacing_px = reciprocal_pixel_m / std::max({edges.x, edges.y, edges.z})};
}

}  // namespace femtobragg::nanobragg
