// From sums over terms to derivatives of photons: the chain rule through one sample of the sensor, for numbers and for
// packs.
#pragma once

#include <cstddef>
#include <type_traits>

#include "femtobragg/kernel/plan_gradient.h"
#include "femtobragg/kernel/sample.h"

namespace femtobragg::kernel {

/// Sums over the terms of one incident direction at one sample: intensity is weight F_cell^2 (L / N)^2.
template <class T>
struct TermSums {
  T intensity;
  Vec3<T> by_diffracted;  ///< with respect to the diffracted unit vector
  Mat3<T> by_axes;        ///< rows: with respect to the axes a, b, c before spindle and mosaic rotation, 1/m
  T by_twist, by_stretch;
  Vec3<T> by_log_cells;  ///< with respect to the logarithms of the numbers of cells
};

/// A sample of the sensor, and the weight of its photons.
template <class T>
struct SampleView {
  Vec3<T> diffracted;
  T distance_m, fast_m, slow_m;  ///< from the sample; along the panel, from its corner
  T solid_angle_sr, captured, polarization;

  FB_HD T share() const { return solid_angle_sr * captured * polarization; }
};

template <class T>
FB_HD void scale(TermSums<T>& sums, const T& gain) {
  sums.intensity = gain * sums.intensity;
  sums.by_diffracted = gain * sums.by_diffracted;
  sums.by_axes = {gain * sums.by_axes.row_x, gain * sums.by_axes.row_y, gain * sums.by_axes.row_z};
  sums.by_twist = gain * sums.by_twist;
  sums.by_stretch = gain * sums.by_stretch;
  sums.by_log_cells = gain * sums.by_log_cells;
}

/// From a derivative with respect to the layer's depth to those with respect to the numbers that determine it.
template <class T, class Add>
FB_HD void add_depth(const Layer& layer, const T& by_depth_m, Add&& add) {
  add(slot::thickness, number<T>(layer.depth_by_thickness_m) * by_depth_m);
  add(slot::attenuation, number<T>(layer.depth_by_attenuation_m2) * by_depth_m);
}

/// From a derivative with respect to the sample's position to those with respect to the numbers that determine it.
template <class T, class Add>
FB_HD void add_place(const PanelNumbers& panel, const Layer& layer, const SampleView<T>& view,
                     const Vec3<T>& by_position, Add&& add) {
  const auto add_vector = [&](std::size_t slot, const Vec3<T>& v) {
    add(slot, v.x);
    add(slot + 1, v.y);
    add(slot + 2, v.z);
  };
  if (panel.bending == Bending::Flat) {
    add_vector(slot::origin, by_position);
    add_vector(slot::fast, view.fast_m * by_position);
    add_vector(slot::slow, view.slow_m * by_position);
    add_vector(slot::normal, number<T>(layer.depth_m) * by_position);
    add_depth(layer, dot(by_position, vec3_of<T>(panel.normal)), add);
    return;
  }
  // position = (radius + depth) outward, outward = cos(u) cos(w) beam + sin(u) fast + cos(u) sin(w) slow.
  const T per_radius = number<T>(1 / panel.radius_m), reach = number<T>(panel.radius_m + layer.depth_m);
  const T u = (view.fast_m - number<T>(panel.beam_fast_m)) * per_radius;
  const T w = (view.slow_m - number<T>(panel.beam_slow_m)) * per_radius;
  const T sin_u = physics::sine(u), cos_u = physics::cosine(u), sin_w = physics::sine(w), cos_w = physics::cosine(w);
  const auto frame = physics::frame_of<T>(panel.curved);
  const T along_beam = dot(by_position, frame.beam), along_fast = dot(by_position, frame.fast),
          along_slow = dot(by_position, frame.slow);
  add_vector(slot::frame_beam, reach * (cos_u * cos_w) * by_position);
  add_vector(slot::frame_fast, reach * sin_u * by_position);
  add_vector(slot::frame_slow, reach * (cos_u * sin_w) * by_position);
  const T outward = cos_u * cos_w * along_beam + sin_u * along_fast + cos_u * sin_w * along_slow;
  const T by_u = reach * (cos_u * along_fast - sin_u * (cos_w * along_beam + sin_w * along_slow));
  const T by_w = reach * cos_u * (cos_w * along_slow - sin_w * along_beam);
  add(slot::radius, outward - (by_u * u + by_w * w) * per_radius);
  add(slot::beam_fast, -by_u * per_radius);
  add(slot::beam_slow, -by_w * per_radius);
  add_depth(layer, outward, add);
}

/// What scatters is the sample.
struct AtSample {};
/// What scatters is a point of the beam.
template <class T>
struct OnBeam {
  T place_m;           ///< along the beam from the sample
  T plane_distance_m;  ///< from there to the plane of the layer
};

/// Calls add(slot, value) with the derivatives of one sample lit from one direction; its photons are the intensity
/// weighted by `view`, which is that from `origin`.
template <class T, class Add, class Origin = AtSample>
FB_HD void add_sample(const PlanView& plan, const PanelNumbers& panel, const MotionView& motion, std::size_t direction,
                      const Layer& layer, const SampleView<T>& view, const TermSums<T>& sums, Add&& add,
                      [[maybe_unused]] const Origin& origin = {}) {
  constexpr bool on_beam = !std::is_same_v<Origin, AtSample>;
  const Direction& beam = plan.directions[direction];
  const Vec3<T> incident = vec3_of<T>(beam.incident);
  const T share = view.share();
  const T photons = sums.intensity * share;
  const auto add_vector = [&](std::size_t slot, const Vec3<T>& v) {
    add(slot, v.x);
    add(slot + 1, v.y);
    add(slot + 2, v.z);
  };

  // The crystal.
  add_vector(slot::a, share * sums.by_axes.row_x);
  add_vector(slot::b, share * sums.by_axes.row_y);
  add_vector(slot::c, share * sums.by_axes.row_z);
  if (!motion.twist.empty()) add(slot::twist, share * sums.by_twist);
  if (!motion.stretch.empty()) add(slot::stretch, share * sums.by_stretch);
  if (motion.cells) {
    const Vec3d& n = plan.domain.cells;
    const Vec3<T> by_log = share * sums.by_log_cells;
    add_vector(slot::cells,
               {by_log.x * number<T>(1 / n.x), by_log.y * number<T>(1 / n.y), by_log.z * number<T>(1 / n.z)});
  }
  add(slot::intensity_scale, photons);

  // The beam: scattering vectors are (diffracted - incident) / wavelength.
  Vec3<T> by_diffracted = share * sums.by_diffracted;
  Vec3<T> by_incident = -by_diffracted, by_e{}, by_b{};
  if (plan.apply_polarization) {
    const auto slope = physics::polarization_slope(incident, view.diffracted, physics::frame_of<T>(beam.polarization),
                                                   number<T>(plan.polarization_fraction));
    const T unpolarized = sums.intensity * view.solid_angle_sr * view.captured;
    by_diffracted = by_diffracted + unpolarized * slope.by_diffracted;
    by_incident = by_incident + unpolarized * slope.by_incident;
    by_e = unpolarized * slope.by_e;
    by_b = unpolarized * slope.by_b;
    add(slot::polarization, unpolarized * slope.by_fraction);
  }
  const MotionView::Turn& turn = motion.turns[direction];
  const auto turned = [](const Mat3d& m, const Vec3<T>& v) {
    const Mat3d columns = transpose(m);
    return Vec3<T>{dot(vec3_of<T>(columns.row_x), v), dot(vec3_of<T>(columns.row_y), v),
                   dot(vec3_of<T>(columns.row_z), v)};
  };
  add_vector(slot::beam, turned(turn.incident, by_incident) + turned(turn.e, by_e) + turned(turn.b, by_b));

  // The sensor.
  if (panel.absorbs) {
    const Vec3<T> normal = vec3_of<T>(panel.normal);
    const T cosine = panel.normal_incidence ? number<T>(1) : dot(view.diffracted, normal);
    const auto slope = physics::captured_fraction_slope(number<T>(layer.front_m), number<T>(layer.back_m),
                                                        number<T>(panel.attenuation_per_m), cosine);
    const T arriving = sums.intensity * view.solid_angle_sr * view.polarization;
    add(slot::attenuation, arriving * slope.by_attenuation);
    add(slot::thickness, arriving * slope.by_depth);
    if (!panel.normal_incidence) {
      by_diffracted = by_diffracted + arriving * slope.by_cosine * normal;
      add_vector(slot::normal, arriving * slope.by_cosine * view.diffracted);
    }
  }

  // The sample's position: only components across the ray rotate it; the distance sets the solid angle.
  const bool facing = panel.facing_area_m2 > 0;
  const T power = number<T>(facing ? physics::facing_pixel_power : physics::flat_pixel_power);
  const T outward = power * photons - dot(view.diffracted, by_diffracted);
  const Vec3<T> by_position = (by_diffracted + outward * view.diffracted) / view.distance_m;
  add_place(panel, layer, view, by_position, add);
  T by_plane_m = number<T>(0);
  if (!facing) {
    if constexpr (on_beam)
      by_plane_m = photons / origin.plane_distance_m;
    else
      by_plane_m = photons * number<T>(1 / (panel.plane_distance_m + layer.depth_m));
    add(slot::plane_distance, by_plane_m);
    add_depth(layer, by_plane_m, add);
  }
  // The point lies at place x incident: it turns with the beam, and its distance from the plane changes with the
  // normal.
  if constexpr (on_beam) {
    const Vec3<T> normal = vec3_of<T>(panel.normal);
    add_vector(slot::beam, turned(turn.incident, -origin.place_m * (by_position + by_plane_m * normal)));
    add_vector(slot::normal, -(origin.place_m * by_plane_m) * incident);
  }
}

}  // namespace femtobragg::kernel
