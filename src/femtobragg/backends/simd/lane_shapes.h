// The lattice factors as tiles evaluate them: that of each crystal shape, and the special ones of some shapes.
#pragma once

#include <cstddef>

#include "femtobragg/physics/lattice_factor/shapes.h"

namespace femtobragg::backends::simd_backend {

/// Number of an evaluator: its place in the list of all, shape after shape.
enum class LaneShape : std::size_t {};

template <class Shape>
struct LanesOf {
  using List = TypeList<Shape>;
};
template <class Shape>
requires requires { typename Shape::Lanes; }
struct LanesOf<Shape> {
  using List = typename Shape::Lanes;
};

/// Calls f with the number of each evaluator, and null pointers to it and to its shape.
template <class F>
constexpr void for_each_lane_shape(F&& f) {
  std::size_t place = 0;
  for_each_type(physics::Shapes{}, [&]<class Shape>(Shape* shape) {
    for_each_type(typename LanesOf<Shape>::List{},
                  [&]<class Lanes>(Lanes* lanes) { f(LaneShape{place++}, lanes, shape); });
  });
}

inline constexpr std::size_t lane_shapes = [] {
  std::size_t count = 0;
  for_each_lane_shape([&](LaneShape, auto*, auto*) { ++count; });
  return count;
}();

/// Calls f with the number of the evaluator that serves a domain, and an object of its type.
template <class F>
auto with_lane_shape(CrystalShape shape, const physics::Domain<double>& domain, F&& f) {
  return physics::with_shape(shape, [&]<class Shape>(Shape) {
    const auto first_of = [&]<class Lanes, class... Others>(TypeList<Lanes, Others...>, const auto& again) {
      if constexpr (sizeof...(Others) > 0)
        if (!Lanes::serves(domain)) return again(TypeList<Others...>{}, again);
      std::size_t number = 0;
      for_each_lane_shape([&]<class Each>(LaneShape at, Each*, auto*) {
        if constexpr (std::is_same_v<Each, Lanes>) number = static_cast<std::size_t>(at);
      });
      return f(LaneShape{number}, Lanes{});
    };
    return first_of(typename LanesOf<Shape>::List{}, first_of);
  });
}

}  // namespace femtobragg::backends::simd_backend
