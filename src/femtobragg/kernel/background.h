// Backgrounds in a pixel: what scatters into every sample, whatever the crystal does.
#pragma once

#include <cstddef>
#include <span>

#include "femtobragg/kernel/sample.h"
#include "femtobragg/physics/background.h"
#include "femtobragg/physics/beam_path.h"

namespace femtobragg::kernel {

/// Whether any background adds photons.
[[gnu::always_inline]] FB_HD inline bool has_background(const PlanView& plan) {
  for (const physics::Background& background : plan.backgrounds)
    if (background.scale != 0) return true;
  return false;
}

/// What the sum over samples and rays of a background is divided by; layers add up.
[[gnu::always_inline]] FB_HD inline double background_samples(const PlanView& plan, std::size_t oversample) {
  return static_cast<double>(oversample * oversample) * static_cast<double>(plan.rays.size());
}

/// A point of the sensor as seen from a point of the beam.
template <class T>
struct PathRay {
  SensorPoint<T> point;  ///< from there
  T place_m;             ///< of the scattering point, along the beam from the sample
  T plane_distance_m;    ///< from there to the plane of the layer
  T solid_angle_sr;      ///< times the share of the molecules for which the point stands
  T captured;
};

/// Calls f with the rays from the points of a background's path to a point of a layer.
template <class T, class F>
FB_HD void for_each_path_ray(const PanelNumbers& panel, const physics::PathNodes& path, const Direction& direction,
                             const Vec3<T>& position_m, const Layer& layer, F&& f) {
  const Vec3<T> incident = vec3_of<T>(direction.incident);
  const double plane_m = panel.plane_distance_m + layer.depth_m, approach = dot(direction.incident, panel.normal);
  const T distance_from_m = norm(position_m - number<T>(path.from_m) * incident);
  const T distance_to_m = norm(position_m - number<T>(path.to_m) * incident);
  for (std::size_t k = 0; k < path.count; ++k) {
    const auto node = physics::path_point(path.from_m, path.to_m, distance_from_m, distance_to_m, path.place[k]);
    const Vec3<T> away = position_m - node.place_m * incident;
    const T distance_m = norm(away);
    PathRay<T> ray;
    ray.point = {away, distance_m, away / distance_m};
    ray.place_m = node.place_m;
    ray.plane_distance_m = number<T>(plane_m) - number<T>(approach) * node.place_m;
    ray.solid_angle_sr =
        number<T>(path.weight[k]) * node.density * solid_angle_from(panel, distance_m, ray.plane_distance_m);
    ray.captured = panel.absorbs ? captured_fraction(panel, ray.point, layer) : number<T>(1);
    f(ray);
  }
}

/// The rays that a background needs of a direction.
FB_HD inline std::span<const Ray> rays_for(const PlanView& plan, const physics::Background& background,
                                           const Direction& direction) {
  const bool in_band = direction.band_end > direction.band_begin && direction.band_per_m < background.smooth_over_per_m;
  return in_band ? plan.band_rays.subspan(direction.band_begin, direction.band_end - direction.band_begin)
                 : plan.rays.subspan(direction.ray_begin, direction.ray_end - direction.ray_begin);
}

/// Sum over the rays of a direction of weight x intensity over scale.
template <class T>
FB_HD T background_of_direction(const PlanView& plan, const physics::Background& background, const Direction& direction,
                                const Vec3<T>& diffracted) {
  if (background.is_flat()) return T(direction.weight);
  T sum(0.0);
  for (const Ray& one : rays_for(plan, background, direction)) {
    const Vec3<T> q =
        physics::scattering_vector(diffracted, vec3_of<T>(direction.incident), number<T>(one.wavelength_m));
    T intensity = physics::background_intensity(background, physics::sin_theta_over_lambda(q));
    if (background.rings.rings)
      intensity += EachLane<T>::of(q.x, q.y, q.z, [&](double x, double y, double z) {
        return physics::powder_intensity(background.rings, {x, y, z});
      });
    sum += number<T>(one.weight) * intensity;
  }
  return sum;
}

/// Contribution of a background to a sample: the sum over directions, and over the points of its path, of background x
/// polarization x solid angle x capture.
template <class T>
FB_HD T background_weight(const PlanView& plan, const PanelNumbers& panel, const physics::Background& background,
                          const SensorPoint<T>& point, const Layer& layer) {
  T sum(0.0);
  const auto scattered = [&](const Direction& direction, const Vec3<T>& diffracted) {
    return background_of_direction(plan, background, direction, diffracted) *
           (plan.apply_polarization ? polarization(plan, direction, diffracted) : T(1.0));
  };
  if (background.has_path()) {
    for (const Direction& direction : plan.directions)
      for_each_path_ray(panel, background.path, direction, point.position_m, layer, [&](const PathRay<T>& ray) {
        sum += scattered(direction, ray.point.diffracted) * ray.solid_angle_sr * ray.captured;
      });
    return sum;
  }
  for (const Direction& direction : plan.directions) sum += scattered(direction, point.diffracted);
  return sum * solid_angle(panel, point, layer.depth_m) *
         (panel.absorbs ? captured_fraction(panel, point, layer) : T(1.0));
}

/// Photons of a background in a pixel, or in a pack of pixels, if nothing is in the way. `point_at(layer, sub_fast,
/// sub_slow)`: its samples, `oversample` in each direction.
template <class T, class PointAt>
FB_HD T photons_of(const PlanView& plan, const PanelView& panel, const physics::Background& background,
                   std::size_t oversample, PointAt&& point_at) {
  T weight(0.0);
  for (std::size_t layer = 0; layer < panel.layers.size(); ++layer)
    for (std::size_t sub_slow = 0; sub_slow < oversample; ++sub_slow)
      for (std::size_t sub_fast = 0; sub_fast < oversample; ++sub_fast)
        weight += background_weight(plan, panel, background, point_at(layer, sub_fast, sub_slow), panel.layers[layer]);
  return T(plan.intensity_scale * background.scale) * weight / T(background_samples(plan, oversample));
}

/// Photons of all backgrounds that reach a pixel: each has its own way there.
FB_HD inline double background_photons(const PlanView& plan, const PanelView& panel, std::size_t fast,
                                       std::size_t slow) {
  const auto point_at = [&](std::size_t layer, std::size_t sub_fast, std::size_t sub_slow) {
    return sensor_point(panel, sub_pixel_offset_m(panel, plan.oversample, fast, sub_fast),
                        sub_pixel_offset_m(panel, plan.oversample, slow, sub_slow), panel.layers[layer].depth_m);
  };
  double photons = 0;
  for (const physics::Background& background : plan.backgrounds)
    if (background.scale != 0)
      photons +=
          photons_of<double>(plan, panel, background, plan.oversample, point_at) * panel.passes(background, fast, slow);
  return photons;
}

}  // namespace femtobragg::kernel
