// The list of crystal shapes. A new shape is one header and one line here.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "femtobragg/physics/lattice_factor/ellipsoid.h"
#include "femtobragg/physics/lattice_factor/gaussian.h"
#include "femtobragg/physics/lattice_factor/parallelepiped.h"
#include "femtobragg/physics/lattice_factor/tophat.h"

namespace femtobragg::physics {

/// Number of a shape in plans; the order of model/crystal.h.
enum class Shape { Parallelepiped, Ellipsoid, Gaussian, Tophat };

/// Calls f with an object of the shape's type.
template <class F>
auto with_shape(Shape shape, F&& f) {
  switch (shape) {
    case Shape::Ellipsoid: return std::forward<F>(f)(Ellipsoid{});
    case Shape::Gaussian: return std::forward<F>(f)(Gaussian{});
    case Shape::Tophat: return std::forward<F>(f)(Tophat{});
    case Shape::Parallelepiped: break;
  }
  return std::forward<F>(f)(Parallelepiped{});
}

}  // namespace femtobragg::physics
