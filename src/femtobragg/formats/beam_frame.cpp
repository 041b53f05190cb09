// Rotations of whole geometries, and where the beam meets a panel.
#include "femtobragg/formats/beam_frame.h"

#include <cmath>

#include "femtobragg/base/mat3.h"

namespace femtobragg::formats {
namespace {

/// The shortest rotation of one unit vector onto x (Rodrigues, with the angle's sine and cosine from products).
Mat3d onto_x(const Vec3d& from) {
  const Vec3d x{1, 0, 0}, axis = cross(from, x);
  const double cosine = dot(from, x);
  // Against x every turn by half a circle is as short: about y, so that up stays up.
  if (cosine < -1 + 1e-12) return {{-1, 0, 0}, {0, 1, 0}, {0, 0, -1}};
  const double k = 1 / (1 + cosine);
  const Vec3d& a = axis;
  return {{cosine + k * a.x * a.x, k * a.x * a.y - a.z, k * a.x * a.z + a.y},
          {k * a.y * a.x + a.z, cosine + k * a.y * a.y, k * a.y * a.z - a.x},
          {k * a.z * a.x - a.y, k * a.z * a.y + a.x, cosine + k * a.z * a.z}};
}

}  // namespace

Geometry turned(Geometry g, const Mat3d& rotation) {
  const auto turn = [&](Vec3d& v) { v = rotation * v; };
  for (Panel& panel : g.detector.panels)
    for (Vec3d* v : {&panel.origin_m, &panel.fast_axis, &panel.slow_axis, &panel.normal}) turn(*v);
  turn(g.beam_direction);
  if (g.polarization_axis) turn(*g.polarization_axis);
  if (g.spindle_axis) turn(*g.spindle_axis);
  if (g.crystal) {
    CrystalAxes& axes = g.crystal->axes;
    for (Vec3d* v : {&axes.a_m, &axes.b_m, &axes.c_m, &axes.a_star_A, &axes.b_star_A, &axes.c_star_A}) turn(*v);
  }
  return g;
}

Geometry with_beam_along_x(const Geometry& geometry) {
  const Vec3d beam = unit(geometry.beam_direction);
  if (beam == Vec3d{1, 0, 0}) return geometry;
  Geometry g = turned(geometry, onto_x(beam));
  g.beam_direction = {1, 0, 0};
  return g;
}

std::optional<BeamSpot> beam_spot(const Panel& panel, const Vec3d& beam_direction) {
  const Vec3d beam = unit(beam_direction), normal = cross(panel.fast_axis, panel.slow_axis);
  const double towards = dot(beam, normal);
  const double distance = dot(panel.origin_m, normal) / towards;
  if (!(distance > 0) || !std::isfinite(distance) || std::abs(towards) < 1e-9 * norm(normal)) return std::nullopt;
  // Axes need not be at right angles: the components along them come from the reciprocal pair.
  const Vec3d d = distance * beam - panel.origin_m;
  const double area = dot(normal, normal);
  return BeamSpot{dot(cross(d, panel.slow_axis), normal) / area / panel.pixel_size_m,
                  dot(cross(panel.fast_axis, d), normal) / area / panel.pixel_size_m, distance};
}

double normal_distance_m(const Panel& panel) {
  return std::abs(dot(panel.origin_m, unit(cross(panel.fast_axis, panel.slow_axis))));
}

}  // namespace femtobragg::formats
