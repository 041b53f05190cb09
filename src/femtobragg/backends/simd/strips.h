// The instantiations of the strip kernel for one instruction set. Included once by the file of each set, and compiled
// with its flags: whatever is instantiated here carries the set in its name, so that no other processor meets its code.
#pragma once

#include <algorithm>

#include "femtobragg/backends/simd/instruction_set.h"
#include "femtobragg/kernel/strip.h"
#include "femtobragg/physics/lattice_factor/few_cells.h"

namespace femtobragg::backends::simd_backend {

template <class Set>
struct Strips {
  template <class Real, class Shape, kernel::TileWidth width>
  static void render(kernel::StripJob& job, void* scratch) {
    using Kernel = kernel::StripKernel<Set, Real, Shape, width>;
    Kernel(job, *static_cast<typename Kernel::Scratch*>(scratch)).render();
  }

  template <class Shape>
  static StripFunction of_kind(LaneKind kind) {
    using enum kernel::TileWidth;
    switch (kind) {
      case LaneKind::WideFloat: return render<float, Shape, Wide>;
      case LaneKind::NarrowFloat: return render<float, Shape, Narrow>;
      case LaneKind::WideDouble: return render<double, Shape, Wide>;
      case LaneKind::NarrowDouble: break;
    }
    return render<double, Shape, Narrow>;
  }

  static StripFunction strip(LaneShape shape, LaneKind kind) {
    switch (shape) {
      case LaneShape::OddFewCells: return of_kind<physics::FewCells<false>>(kind);
      case LaneShape::FewCells: return of_kind<physics::FewCells<true>>(kind);
      case LaneShape::Parallelepiped: return of_kind<physics::Parallelepiped>(kind);
      case LaneShape::Ellipsoid: return of_kind<physics::Ellipsoid>(kind);
      case LaneShape::Gaussian: return of_kind<physics::Gaussian>(kind);
      case LaneShape::Tophat: break;
    }
    return of_kind<physics::Tophat>(kind);
  }

  static constexpr std::size_t wide_float_tile =
      kernel::TileKernel<Set, float, physics::Parallelepiped, kernel::TileWidth::Wide>::pixels;

  template <class Real, class Shape>
  static constexpr std::size_t scratch_of =
      sizeof(typename kernel::StripKernel<Set, Real, Shape, kernel::TileWidth::Wide>::Scratch);
  /// Compact shapes and narrow tiles take less.
  static constexpr std::size_t scratch_bytes =
      std::max(scratch_of<float, physics::Parallelepiped>, scratch_of<double, physics::Parallelepiped>);

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

}  // namespace femtobragg::backends::simd_backend
