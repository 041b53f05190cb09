// The instantiations of the differentiating kernels for one instruction set; as strips.h.
#pragma once

#include <algorithm>

#include "femtobragg/backends/simd/instruction_set.h"
#include "femtobragg/backends/simd/kernels/strip_amplitudes.h"
#include "femtobragg/backends/simd/kernels/strip_gradient.h"
#include "femtobragg/backends/simd/kernels/strip_labels.h"
#include "femtobragg/backends/simd/lane_shapes.h"

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
  template <class Shape>
  static void label(const kernel::LabelJob& job, void* scratch) {
    using Kernel = kernel::StripLabels<Set, Shape>;
    Kernel(job, *static_cast<typename Kernel::Scratch*>(scratch)).label();
  }

  template <class Real, class Shape>
  static constexpr std::size_t scratch_of =
      sizeof(typename kernel::StripGradient<Set, Real, Shape, kernel::TileWidth::Wide>::Scratch);
  /// Narrow tiles take less.
  static constexpr std::size_t scratch_bytes = [] {
    std::size_t most = 0;
    for_each_lane_shape([&]<class Lanes, class Shape>(LaneShape, Lanes*, Shape*) {
      most = std::max({most, scratch_of<double, Lanes>, sizeof(typename kernel::StripAmplitudes<Set, Shape>::Scratch),
                       sizeof(typename kernel::StripLabels<Set, Shape>::Scratch)});
      if constexpr (Lanes::in_floats) most = std::max(most, scratch_of<float, Lanes>);
    });
    return most;
  }();
};

template <class Set>
constexpr GradientSet described_gradients() {
  using S = GradientStrips<Set>;
  GradientSet set{};
  set.scratch_bytes = S::scratch_bytes;
  // Amplitudes need no special evaluators.
  for_each_lane_shape([&]<class Lanes, class Shape>(LaneShape shape, Lanes*, Shape*) {
    using enum kernel::TileWidth;
    auto* const strips = set.strips[static_cast<std::size_t>(shape)];
    strips[static_cast<std::size_t>(LaneKind::WideDouble)] = S::template differentiate<double, Lanes, Wide>;
    strips[static_cast<std::size_t>(LaneKind::NarrowDouble)] = S::template differentiate<double, Lanes, Narrow>;
    if constexpr (Lanes::in_floats) {
      strips[static_cast<std::size_t>(LaneKind::WideFloat)] = S::template differentiate<float, Lanes, Wide>;
      strips[static_cast<std::size_t>(LaneKind::NarrowFloat)] = S::template differentiate<float, Lanes, Narrow>;
    }
    set.amplitudes[static_cast<std::size_t>(shape)] = S::template differentiate_amplitudes<Shape>;
    set.labels[static_cast<std::size_t>(shape)] = S::template label<Shape>;
  });
  return set;
}

}  // namespace femtobragg::backends::simd_backend
