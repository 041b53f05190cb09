// The instantiations of the differentiating kernels for one instruction set; as strips.h.
#pragma once

#include <algorithm>

#include "femtobragg/backends/simd/instruction_set.h"
#include "femtobragg/backends/simd/kernels/strip_amplitudes.h"
#include "femtobragg/backends/simd/kernels/strip_gradient.h"
#include "femtobragg/physics/lattice_factor/few_cells.h"

namespace femtobragg::backends::simd_backend {

template <class Set>
struct GradientStrips {
  template <class Real, class Shape, kernel::TileWidth width>
  static void differentiate(const kernel::GradientJob& job, void* scratch) {
    using Kernel = kernel::StripGradient<Set, Real, Shape, width>;
    Kernel(job, *static_cast<typename Kernel::Scratch*>(scratch)).differentiate();
  }
  template <class Shape>
  static void differentiate_amplitudes(const kernel::AmplitudeJob& job, void* scratch) {
    using Kernel = kernel::StripAmplitudes<Set, Shape>;
    Kernel(job, *static_cast<typename Kernel::Scratch*>(scratch)).differentiate();
  }

  /// Compact shapes and narrow tiles take less, amplitudes too.
  template <class Real>
  static constexpr std::size_t scratch_of =
      sizeof(typename kernel::StripGradient<Set, Real, physics::Parallelepiped, kernel::TileWidth::Wide>::Scratch);
  static constexpr std::size_t scratch_bytes =
      std::max({scratch_of<float>, scratch_of<double>,
                sizeof(typename kernel::StripAmplitudes<Set, physics::Parallelepiped>::Scratch)});
};

template <class Set>
constexpr GradientSet described_gradients() {
  using S = GradientStrips<Set>;
  GradientSet set{};
  set.scratch_bytes = S::scratch_bytes;
  const auto row = [&]<class Shape, class AmplitudeShape>(LaneShape shape, Shape*, AmplitudeShape*) {
    using enum kernel::TileWidth;
    auto* const strips = set.strips[static_cast<std::size_t>(shape)];
    strips[static_cast<std::size_t>(LaneKind::WideDouble)] = S::template differentiate<double, Shape, Wide>;
    strips[static_cast<std::size_t>(LaneKind::NarrowDouble)] = S::template differentiate<double, Shape, Narrow>;
    strips[static_cast<std::size_t>(LaneKind::WideFloat)] = S::template differentiate<float, Shape, Wide>;
    strips[static_cast<std::size_t>(LaneKind::NarrowFloat)] = S::template differentiate<float, Shape, Narrow>;
    set.amplitudes[static_cast<std::size_t>(shape)] = S::template differentiate_amplitudes<AmplitudeShape>;
  };
  constexpr physics::Parallelepiped* block = nullptr;
  row(LaneShape::OddFewCells, static_cast<physics::FewCells<false>*>(nullptr), block);
  row(LaneShape::FewCells, static_cast<physics::FewCells<true>*>(nullptr), block);
  row(LaneShape::Parallelepiped, block, block);
  constexpr physics::Ellipsoid* ellipsoid = nullptr;
  row(LaneShape::Ellipsoid, ellipsoid, ellipsoid);
  constexpr physics::Gaussian* gaussian = nullptr;
  row(LaneShape::Gaussian, gaussian, gaussian);
  constexpr physics::Tophat* tophat = nullptr;
  row(LaneShape::Tophat, tophat, tophat);
  return set;
}

}  // namespace femtobragg::backends::simd_backend
