// Divergence and dispersion as lists of sources.
#include "femtobragg/simulate/source_grid.h"

#include "femtobragg/base/memory.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg {
namespace {

/// Outside the ellipse inscribed in the grid. Points at the ends of the ranges need a margin of a tenth; an even count
/// of them has no point on the axis.
bool in_corner(const SourceGrid& grid, double horizontal, double vertical) {
  const SampledRange& h = grid.horizontal_rad;
  const SampledRange& v = grid.vertical_rad;
  if (h.range == 0 || v.range == 0) return false;
  const auto squared = [&](double x, const SampledRange& axis) {
    const double shift = grid.ends && axis.count % 2 == 0 ? axis.step * axis.step / 4.0 : 0.0;
    return (x * x - shift) / (axis.range * axis.range);
  };
  return (squared(horizontal, h) + squared(vertical, v)) * 4.0 > (grid.ends ? 1.1 : 1 + 1e-9);
}

void require_memory_for(std::uint64_t points, const SampledRange& other) {
  require_memory(checked_product({points, static_cast<std::uint64_t>(other.count), sizeof(Source)}),
                 "the list of sources", std::to_string(points) + " x " + std::to_string(other.count) + " sources",
                 "use fewer divergence or dispersion steps");
}

}  // namespace

std::vector<DivergencePoint> divergence_points(const SourceGrid& grid) {
  require_memory_for(static_cast<std::uint64_t>(grid.horizontal_rad.count), grid.vertical_rad);
  std::vector<DivergencePoint> points;
  for (std::int64_t i = 0; i < grid.horizontal_rad.count; ++i)
    for (std::int64_t j = 0; j < grid.vertical_rad.count; ++j) {
      const double horizontal = grid.horizontal_rad.at(i), vertical = grid.vertical_rad.at(j);
      if (!grid.elliptical || !in_corner(grid, horizontal, vertical)) points.push_back({horizontal, vertical});
    }
  return points;
}

std::vector<Source> sources_on_grid(const SourceGrid& grid, const Vec3d& beam_direction, const Vec3d& polarization_axis,
                                    double wavelength_m) {
  const std::vector<DivergencePoint> points = divergence_points(grid);
  require_memory_for(points.size(), grid.wavelength);
  const Vec3d vertical_axis = unit(cross(beam_direction, polarization_axis));
  std::vector<Source> sources;
  for (const DivergencePoint& point : points) {
    Vec3d towards = physics::rotate_about_axis(-beam_direction, polarization_axis, point.vertical_rad);
    towards = physics::rotate_about_axis(towards, vertical_axis, point.horizontal_rad);
    for (std::int64_t k = 0; k < grid.wavelength.count; ++k)
      sources.push_back({unit(towards), wavelength_m * (1.0 + grid.wavelength.at(k)), 1.0});
  }
  return sources;
}

}  // namespace femtobragg
