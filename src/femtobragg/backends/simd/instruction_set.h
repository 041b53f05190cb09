// What each instruction set offers to the backend: strip kernels and a measure of its speed.
#pragma once

#include <cstddef>
#include <vector>

#include "femtobragg/kernel/strip_job.h"

namespace femtobragg::backends::simd_backend {

/// Numbers in the lanes, and the width of tiles (kernel/tile.h).
enum class LaneKind { WideDouble, NarrowDouble, WideFloat, NarrowFloat };

/// A lattice factor as the tiles evaluate it.
enum class LaneShape { OddFewCells, FewCells, Parallelepiped, Ellipsoid, Gaussian, Tophat };

using StripFunction = void (*)(kernel::StripJob& job, void* scratch);

struct InstructionSet {
  const char* name;
  bool (*runs_here)();          ///< whether this processor and system have it
  std::size_t wide_float_tile;  ///< pixels of a wide tile of float lanes
  std::size_t scratch_bytes;    ///< for each thread, aligned to simd::alignment
  StripFunction (*strip)(LaneShape shape, LaneKind kind);
  double (*multiply_adds)(bool float_lanes, std::size_t rounds);  ///< number of multiply-adds that it made
};

/// The compiled instruction sets that this processor has, the widest first.
std::vector<const InstructionSet*> available_instruction_sets();

}  // namespace femtobragg::backends::simd_backend
