// The instantiations of the strip kernel for one instruction set. Included once by the file of each set, and compiled
// with its flags: whatever is instantiated here carries the set in its name, so that no other processor meets its code.
#pragma once

#include <algorithm>

#include "femtobragg/backends/simd/instruction_set.h"
#include "femtobragg/backends/simd/kernels/smooth_square.h"
#include "femtobragg/backends/simd/kernels/strip.h"
#include "femtobragg/backends/simd/lane_shapes.h"

namespace femtobragg::backends::simd_backend {

template <class Set>
struct Strips {
  template <class Real, class Shape, kernel::TileWidth width>
  static void render(kernel::StripJob& job, void* scratch) {
    using Kernel = kernel::StripKernel<Set, Real, Shape, width>;
    Kernel(job, *static_cast<typename Kernel::Scratch*>(scratch)).render();
  }

  template <class Real, class Shape, kernel::TileWidth width>
  static constexpr Strip strip_with() {
    using Kernel = kernel::StripKernel<Set, Real, Shape, width>;
    return {render<Real, Shape, width>, simd::lanes<simd::Pack<Real, Set>>, Kernel::tile, &typeid(Kernel),
            &typeid(typename Kernel::Tile)};
  }

  /// The largest that there are.
  static constexpr std::size_t wide_float_tile = [] {
    std::size_t most = 0;
    for_each_lane_shape([&]<class Lanes>(LaneShape, Lanes*, auto*) {
      if constexpr (Lanes::in_floats)
        most = std::max(most, kernel::TileKernel<Set, float, Lanes, kernel::TileWidth::Wide>::pixels);
    });
    return most;
  }();

  template <class Real, class Shape>
  static constexpr std::size_t scratch_of =
      sizeof(typename kernel::StripKernel<Set, Real, Shape, kernel::TileWidth::Wide>::Scratch);
  /// Narrow tiles take less.
  static constexpr std::size_t scratch_bytes = [] {
    std::size_t most = 0;
    for_each_lane_shape([&]<class Lanes>(LaneShape, Lanes*, auto*) {
      most = std::max(most, scratch_of<double, Lanes>);
      if constexpr (Lanes::in_floats) most = std::max(most, scratch_of<float, Lanes>);
    });
    return most;
  }();

  static void fit_patch(kernel::PatchJob& job) { kernel::fit_patch<simd::Pack<double, Set>>(job); }

  /// Independent chains of multiply-adds, enough of them to hide their latency.
  template <class Real>
  static double multiply_add_chains(std::size_t rounds) {
    using P = simd::Pack<Real, Set>;
    constexpr std::size_t chains = 12;
    P sums[chains];
    for (std::size_t c = 0; c < chains; ++c) sums[c] = P(static_cast<Real>(c));
    const P factor(static_cast<Real>(0.999)), term(static_cast<Real>(0.001));
    for (std::size_t r = 0; r < rounds; ++r)
      for (P& sum : sums) sum = sum * factor + term;
    alignas(simd::alignment) Real last[simd::lanes<P>];
    P total = sums[0];
    for (std::size_t c = 1; c < chains; ++c) total += sums[c];
    simd::store(last, total);
    volatile Real keep = last[0];
    static_cast<void>(keep);
    return static_cast<double>(rounds * chains * simd::lanes<P>);
  }
  static double multiply_adds(bool float_lanes, std::size_t rounds) {
    return float_lanes ? multiply_add_chains<float>(rounds) : multiply_add_chains<double>(rounds);
  }
};

/// The description of an instruction set: a row of strips for each LaneShape, in it one for each LaneKind.
template <class Set>
constexpr InstructionSet described(const char* name, bool (*runs_here)(), const GradientSet* gradients) {
  using S = Strips<Set>;
  InstructionSet set{name, runs_here,        S::wide_float_tile, S::scratch_bytes,
                     {},   S::multiply_adds, gradients,          S::fit_patch};
  for_each_lane_shape([&]<class Lanes>(LaneShape shape, Lanes*, auto*) {
    using enum kernel::TileWidth;
    Strip* const strips = set.strips[static_cast<std::size_t>(shape)];
    strips[static_cast<std::size_t>(LaneKind::WideDouble)] = S::template strip_with<double, Lanes, Wide>();
    strips[static_cast<std::size_t>(LaneKind::NarrowDouble)] = S::template strip_with<double, Lanes, Narrow>();
    if constexpr (Lanes::in_floats) {
      strips[static_cast<std::size_t>(LaneKind::WideFloat)] = S::template strip_with<float, Lanes, Wide>();
      strips[static_cast<std::size_t>(LaneKind::NarrowFloat)] = S::template strip_with<float, Lanes, Narrow>();
    }
  });
  return set;
}

}  // namespace femtobragg::backends::simd_backend
