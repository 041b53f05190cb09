// Geometries with the beam along x, and where the beam meets a panel.
#include "femtobragg/formats/image/beam_frame.h"

#include <cmath>

#include "femtobragg/base/plane.h"
#include "femtobragg/formats/geometry/geometry_parts.h"

namespace femtobragg::formats {
Geometry with_beam_along_x(const Geometry& geometry) {
  const Vec3d beam = unit(geometry.beam_direction);
  if (beam == Vec3d{1, 0, 0}) return geometry;
  Geometry g = turned(geometry, rotation_to_usual_frame(geometry));
  g.beam_direction = {1, 0, 0};
  return g;
}

std::optional<BeamSpot> beam_spot(const Panel& panel, const Vec3d& beam_direction) {
  const Vec3d beam = unit(beam_direction), normal = cross(panel.fast_axis, panel.slow_axis);
  const double towards = dot(beam, normal);
  const double distance = distance_to_plane(panel.origin_m, normal, beam);
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
