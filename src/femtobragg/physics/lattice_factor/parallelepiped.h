// Lattice factor of a block of cells: the interference function of Laue.
#pragma once

#include <cmath>

#include "femtobragg/base/units.h"
#include "femtobragg/physics/lattice_factor/domain.h"
#include "femtobragg/physics/sine.h"

namespace femtobragg::physics {

struct Parallelepiped {
  /// Whether the lattice factor is the same from both lattice points half-way between them.
  static constexpr bool smooth_half_way = true;
  /// Whether spots end, without fringes from one to the next.
  static constexpr bool compact = false;

  /// sin(N pi h) / sin(pi h); N where the denominator is exactly zero at h = 0, 1 for a single cell.
  template <class T>
  static T along_axis(T h, T n) {
    using std::sin;
    if (!(n > T(1))) return T(1);
    const T x = T(pi) * h;
    return x == T(0) ? n : sin(n * x) / sin(x);
  }

  template <class T>
  static T lattice_factor(const Domain<T>& domain, const Vec3<T>& hkl, const Vec3<T>&) {
    return along_axis(hkl.x, domain.cells.x) * along_axis(hkl.y, domain.cells.y) * along_axis(hkl.z, domain.cells.z);
  }

  /// (L / N)^2 from the distance to the nearest lattice point, for packs: one division serves all three axes.
  template <class T>
  struct Relative {
    Vec3<T> cells;

    explicit Relative(const Domain<double>& domain) : cells(vec3_of<T>(domain.cells)) {}

    T operator()(const Vec3<T>& d) const {
      using std::abs;
      using std::max;
      using std::nearbyint;
      // Far below one fringe, far above underflow: keeps 0 / 0 away from the lattice point itself.
      const T tiny = number<T>(1e-10);
      const auto above = [&](const T& x, const T& n) {
        const T turns = n * x;
        return sin_pi(turns - nearbyint(turns));
      };
      const T x = max(abs(d.x), tiny), y = max(abs(d.y), tiny), z = max(abs(d.z), tiny);
      const T numerator = above(x, cells.x) * above(y, cells.y) * above(z, cells.z);
      const T denominator = (cells.x * sin_pi(x)) * (cells.y * sin_pi(y)) * (cells.z * sin_pi(z));
      const T ratio = numerator / denominator;
      return ratio * ratio;
    }
  };
};

}  // namespace femtobragg::physics
