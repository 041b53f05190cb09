// The list of crystal shapes. A new shape is one header and one line here.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "femtobragg/base/type_list.h"
#include "femtobragg/physics/lattice_factor/ellipsoid.h"
#include "femtobragg/physics/lattice_factor/gaussian.h"
#include "femtobragg/physics/lattice_factor/parallelepiped.h"
#include "femtobragg/physics/lattice_factor/tophat.h"

namespace femtobragg {
namespace physics {

/// In the order of their numbers; the first is what a crystal has that is not given a shape.
using Shapes = TypeList<Parallelepiped, Ellipsoid, Gaussian, Tophat>;

template <class... Listed>
inline std::span<const ShapeInfo> shape_infos(TypeList<Listed...>) {
  static constexpr ShapeInfo infos[] = {info_of<Listed>...};
  return infos;
}
/// What each says of itself, in order.
inline std::span<const ShapeInfo> shape_infos() { return shape_infos(Shapes{}); }

}  // namespace physics

/// Number of a shape in experiments and plans: its place in the list. Names only for what C++ code asks for by name.
enum class CrystalShape : int {
  Parallelepiped = place_in<physics::Parallelepiped>(physics::Shapes{}),
  Ellipsoid = place_in<physics::Ellipsoid>(physics::Shapes{}),
  Gaussian = place_in<physics::Gaussian>(physics::Shapes{}),
  Tophat = place_in<physics::Tophat>(physics::Shapes{}),
};

namespace physics {

/// Whether it is the number of a listed shape.
inline bool is_listed(CrystalShape shape) { return static_cast<std::size_t>(shape) < Shapes::size; }

/// For listed shapes.
inline const ShapeInfo& shape_info(CrystalShape shape) { return shape_infos()[static_cast<std::size_t>(shape)]; }

/// Calls f with an object of the shape's type. For listed shapes.
template <class F>
decltype(auto) with_shape(CrystalShape shape, F&& f) {
  return with_type_at(Shapes{}, static_cast<std::size_t>(shape), std::forward<F>(f));
}

}  // namespace physics
}  // namespace femtobragg
