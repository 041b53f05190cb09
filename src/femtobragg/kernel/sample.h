// Steps that all pixel nests share: where a sample is, what it sees, and the term of one crystal orientation.
#pragma once

#include <cstddef>
#include <span>

#include "femtobragg/base/plane.h"
#include "femtobragg/kernel/observer.h"
#include "femtobragg/kernel/plan.h"
#include "femtobragg/physics/scattering_vector.h"
#include "femtobragg/physics/sensor_absorption.h"
#include "femtobragg/physics/solid_angle.h"
#include "femtobragg/physics/tricubic.h"

namespace femtobragg::kernel {

/// What older programs carry from one pixel to the next in raster order. Nothing changes it unless their rules apply.
struct Carry {
  bool first_sweep = false;    ///< no orientation has been rendered yet
  bool interpolating = false;  ///< interpolation has not reached the table's edge yet
};

/// Photons of a pixel, and the solid angle that the report sums.
struct PixelValue {
  double photons = 0;
  double solid_angle_sr = 0;
};

/// A point of the sensor as seen from the sample. T is a number, or a pack for the pixels of a tile.
template <class T>
struct SensorPoint {
  Vec3<T> position_m;
  T distance_m;
  Vec3<T> diffracted;  ///< unit vector
};

template <class T>
FB_HD Vec3<T> bent_position(const PanelNumbers& panel, const Vec3<T>& flat_m, T fast_m, T slow_m, double depth_m) {
  if (panel.bending == Bending::Spherical)
    return physics::on_sphere(physics::frame_of<T>(panel.curved), number<T>(panel.radius_m),
                              fast_m - number<T>(panel.beam_fast_m), slow_m - number<T>(panel.beam_slow_m),
                              number<T>(depth_m));
  return physics::on_sphere_from_lab_axes(flat_m, vec3_of<T>(panel.curved.beam), vec3_of<T>(panel.fast_axis),
                                          vec3_of<T>(panel.slow_axis), number<T>(panel.radius_m));
}

template <class T>
FB_HD Vec3<T> sensor_position(const PanelNumbers& panel, T fast_m, T slow_m, double depth_m) {
  const Vec3<T> flat = point_of_plane(panel, fast_m, slow_m, depth_m);
  return panel.bending == Bending::Flat ? flat : bent_position(panel, flat, fast_m, slow_m, depth_m);
}

template <class T>
FB_HD SensorPoint<T> sensor_point(const PanelNumbers& panel, T fast_m, T slow_m, double depth_m) {
  const Vec3<T> position = sensor_position(panel, fast_m, slow_m, depth_m);
  const T distance = norm(position);
  return {position, distance, position / distance};
}

/// Offset of a sub-pixel's centre from the corner of the panel.
FB_HD inline double sub_pixel_offset_m(const PanelNumbers& panel, std::size_t oversample, std::size_t pixel,
                                       std::size_t sub) {
  const double edge = panel.pixel_size_m / static_cast<double>(oversample);
  return edge * static_cast<double>(pixel * oversample + sub) + edge / 2.0;
}

/// From a point that is so far from the pixel's plane.
template <class T>
FB_HD T solid_angle_from(const PanelNumbers& panel, const T& distance_m, const T& plane_distance_m) {
  return panel.facing_area_m2 > 0
             ? physics::facing_pixel_solid_angle(number<T>(panel.facing_area_m2), distance_m)
             : physics::flat_pixel_solid_angle(number<T>(panel.pixel_area_m2), distance_m, plane_distance_m);
}
template <class T>
FB_HD T solid_angle_at(const PanelNumbers& panel, const T& distance_m, double depth_m) {
  return solid_angle_from(panel, distance_m, number<T>(panel.plane_distance_m + depth_m));
}
template <class T>
FB_HD T solid_angle(const PanelNumbers& panel, const SensorPoint<T>& point, double depth_m) {
  return solid_angle_at(panel, point.distance_m, depth_m);
}

/// Solid angle of a sub-pixel at the sensor's surface.
template <class T>
FB_HD T surface_solid_angle(const PanelNumbers& panel, T fast_m, T slow_m) {
  return solid_angle_at(panel, norm(sensor_position(panel, fast_m, slow_m, 0)), 0);
}

template <class T>
FB_HD T captured_fraction(const PanelNumbers& panel, const SensorPoint<T>& point, const Layer& layer) {
  const T cosine = panel.normal_incidence ? T(1.0) : dot(point.diffracted, vec3_of<T>(panel.normal));
  return physics::captured_fraction(T(layer.front_m), T(layer.back_m), T(panel.attenuation_per_m), cosine);
}

template <class T>
FB_HD T polarization(const PlanNumbers& plan, const Direction& direction, const Vec3<T>& diffracted) {
  return physics::polarization_factor(vec3_of<T>(direction.incident), diffracted,
                                      physics::frame_of<T>(direction.polarization),
                                      number<T>(plan.polarization_fraction));
}

/// Whether the resolution limit excludes this scattering vector.
template <class T>
FB_HD auto is_cut(const PlanNumbers& plan, const Vec3<T>& q_per_m) {
  using Mask = decltype(physics::beyond_resolution(q_per_m, T(plan.d_min_m)));
  return plan.d_min_m > 0 ? physics::beyond_resolution(q_per_m, T(plan.d_min_m)) : Mask(false);
}

struct NearestLookup {
  FB_HD static double structure_factor(const PlanNumbers& plan, const Vec3d&, const Vec3d& hkl0, Carry&) {
    return physics::nearest_structure_factor(plan.structure_factors, hkl0);
  }
};

struct TricubicLookup {
  FB_HD static double structure_factor(const PlanNumbers& plan, const Vec3d& hkl, const Vec3d& hkl0, Carry& carry) {
    if (carry.interpolating) {
      if (physics::can_interpolate(plan.structure_factors, hkl))
        return physics::tricubic_structure_factor(plan.structure_factors, hkl);
      if (plan.interpolation_stops_for_good) carry.interpolating = false;
    }
    return physics::nearest_structure_factor(plan.structure_factors, hkl0);
  }
};

/// Photons of a term with relative lattice factor 1 and amplitude 1, before the sample's weights. `table_scale`: where
/// amplitudes come from a table that is scaled.
FB_HD inline double term_gain(const PlanNumbers& plan, double table_scale = 1) {
  const double cells = plan.domain.total_cells / table_scale;
  return plan.intensity_scale / plan.divisor() * cells * cells;
}

/// F_cell^2 F_latt^2 of one orientation. False if the lattice factor is exactly zero: then there is no term.
template <class Shape, class Lookup, class Observer>
FB_HD bool crystal_term(const PlanNumbers& plan, const Orientation& axes, const Vec3d& q_per_m, Carry& carry,
                        double& term, Observer& observer, std::size_t orientation) {
  const Vec3d hkl{dot(axes.a, q_per_m), dot(axes.b, q_per_m), dot(axes.c, q_per_m)};
  const Vec3d hkl0 = physics::nearest_hkl(hkl);
  const double f_latt = Shape::lattice_factor(plan.domain, hkl, hkl0);
  const bool counts = f_latt != 0 || plan.background_in_sum != 0;
  const double f_cell = counts ? Lookup::structure_factor(plan, hkl, hkl0, carry) : 0.0;
  term = f_cell * f_cell * f_latt * f_latt;
  if constexpr (Observer::enabled) {
    Vec3d along{};
    if constexpr (Shape::by_axes) along = Shape::axis_factors(plan.domain, hkl, hkl0);
    observer.term({orientation, axes.a, axes.b, axes.c, hkl, hkl0, along, f_latt, f_cell});
  }
  return counts;
}

/// The orientations of the next sweep over phi and mosaic domains.
FB_HD inline std::span<const Orientation> next_sweep(const PlanView& plan, Carry& carry) {
  const bool first = carry.first_sweep && !plan.first_sweep_orientations.empty();
  carry.first_sweep = false;
  return first ? plan.first_sweep_orientations : plan.orientations;
}

}  // namespace femtobragg::kernel
