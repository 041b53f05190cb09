// Sources on a grid of divergence angles and wavelengths.
#pragma once

#include <cstdint>
#include <vector>

#include "femtobragg/model/beam.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// `count` values, `step` apart, the first at `start`. `range` is the full width that they represent.
struct SampledRange {
  double start = 0;
  double step = 0;
  double range = 0;
  std::int64_t count = 1;

  double at(std::int64_t i) const { return step * static_cast<double>(i) + start; }

  friend bool operator==(const SampledRange&, const SampledRange&) = default;
};

struct SourceGrid {
  SampledRange horizontal_rad, vertical_rad;
  SampledRange wavelength;  ///< relative to the central one: lambda = lambda0 (1 + value)
  bool elliptical = true;   ///< exclude the corners of the divergence grid
  bool ends = false;        ///< the ends of the ranges are points of the grid (older programs)
};

/// A divergence point of the grid.
struct DivergencePoint {
  double horizontal_rad = 0, vertical_rad = 0;
};

std::vector<DivergencePoint> divergence_points(const SourceGrid& grid);

/// One source for each divergence point and, innermost, each wavelength. Throws Error if they exceed the memory.
std::vector<Source> sources_on_grid(const SourceGrid& grid, const Vec3d& beam_direction, const Vec3d& polarization_axis,
                                    double wavelength_m);

}  // namespace femtobragg
#pragma GCC visibility pop
