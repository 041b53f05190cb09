// What each instruction set offers to the backend: strip kernels and a measure of its speed.
#pragma once

#include <cstddef>
#include <typeinfo>
#include <vector>

#include "femtobragg/backends/simd/kernels/gradient_job.h"
#include "femtobragg/backends/simd/kernels/label_job.h"
#include "femtobragg/backends/simd/kernels/smooth_patches.h"
#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/backends/simd/lane_shapes.h"

namespace femtobragg::backends {
struct HotLoop;
}

namespace femtobragg::backends::simd_backend {

/// Numbers in the lanes, and the width of tiles (backends/simd/kernels/tile.h).
enum class LaneKind { WideDouble, NarrowDouble, WideFloat, NarrowFloat };
inline constexpr std::size_t lane_kinds = 4;

/// A strip kernel, and what is known of its innermost loop. Where a shape has no float lanes all is null.
struct Strip {
  void (*render)(kernel::StripJob& job, void* scratch);
  std::size_t lanes;                                 ///< numbers that one instruction handles
  std::size_t tile_pixels;                           ///< computed together
  const std::type_info *strip_kernel, *tile_kernel;  ///< whose functions hold the loop
};

/// Kernels that differentiate, or tell reflections apart. Those that go by reflections have narrow tiles of doubles.
struct GradientSet {
  void (*strips[lane_shapes][lane_kinds])(const kernel::GradientJob& job, void* scratch);
  void (*amplitudes[lane_shapes])(const kernel::AmplitudeJob& job, void* scratch);
  void (*labels[lane_shapes])(const kernel::LabelJob& job, void* scratch);
  std::size_t scratch_bytes;  ///< for each thread, aligned to simd::alignment
};

/// Constants only: to read them must not need the instructions.
struct InstructionSet {
  const char* name;
  bool (*runs_here)();          ///< whether this processor and system have it
  std::size_t wide_float_tile;  ///< pixels of a wide tile of float lanes
  std::size_t scratch_bytes;    ///< for each thread, aligned to simd::alignment
  Strip strips[lane_shapes][lane_kinds];
  double (*multiply_adds)(bool float_lanes, std::size_t rounds);  ///< number of multiply-adds that it made
  const GradientSet* gradients;
  void (*fit_patch)(kernel::PatchJob& job);  ///< finds polynomials for a background
};

inline const Strip& strip_of(const InstructionSet& set, LaneShape shape, LaneKind kind) {
  return set.strips[static_cast<std::size_t>(shape)][static_cast<std::size_t>(kind)];
}

inline auto gradient_strip_of(const InstructionSet& set, LaneShape shape, LaneKind kind) {
  return set.gradients->strips[static_cast<std::size_t>(shape)][static_cast<std::size_t>(kind)];
}

inline bool is_double(LaneKind kind) { return kind == LaneKind::WideDouble || kind == LaneKind::NarrowDouble; }

HotLoop hot_loop_of(const InstructionSet& set, LaneShape shape, LaneKind kind);
/// All that there are.
std::vector<HotLoop> hot_loops_of(const InstructionSet& set);

/// The widest first.
std::vector<const InstructionSet*> compiled_instruction_sets();
/// Those of them that this processor has.
std::vector<const InstructionSet*> available_instruction_sets();

}  // namespace femtobragg::backends::simd_backend
