// Lattice factor of a block of cells: the interference function of Laue.
#pragma once

#include <cmath>

#include "femtobragg/base/units.h"
#include "femtobragg/physics/lattice_factor/domain.h"
#include "femtobragg/physics/sine.h"

namespace femtobragg::physics {

/// Largest number of cells for which a distance in two parts keeps its phase in floats.
inline constexpr double most_cells_in_floats = 512;

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

  /// (L / N)^2 for packs, see domain.h: one division serves all three axes.
  template <class T>
  struct Relative {
    using Lane = typename LaneOf<T>::type;
    Lane cells[3], total_cells;

    explicit Relative(const Domain<double>& domain)
        : cells{static_cast<Lane>(domain.cells.x), static_cast<Lane>(domain.cells.y),
                static_cast<Lane>(domain.cells.z)},
          total_cells(static_cast<Lane>(domain.total_cells)) {}

    struct Ratio {
      T numerator, denominator;
    };
    Ratio start() const { return {T(Lane(1)), T(total_cells)}; }

    [[gnu::always_inline]] void add(Ratio& ratio, std::size_t axis, const T& distance) const {
      const T turns = T(cells[axis]) * distance;
      multiply(ratio, axis, distance, turns - nearbyint(turns));
    }

    /// The distance is high + low, high a multiple of 2^-20: then its product with the number of cells keeps its phase,
    /// which decides how bright a fringe is.
    [[gnu::always_inline]] void add(Ratio& ratio, std::size_t axis, const T& high, const T& low) const {
      const T n(cells[axis]);
      // The product of n and `coarse` is exact: both have few digits.
      const T coarse = nearbyint(high * number<T>(1024)) * number<T>(1. / 1024), turns = n * coarse;
      const T phase = (turns - nearbyint(turns)) + n * ((high - coarse) + low);
      multiply(ratio, axis, high + low, phase - nearbyint(phase));
    }

    [[gnu::always_inline]] static T value(const Ratio& ratio) {
      const T quotient = ratio.numerator / ratio.denominator;
      return quotient * quotient;
    }

   private:
    /// `phase`: n times the distance, less a whole number. Next to the lattice point both sines must see the same
    /// distance.
    [[gnu::always_inline]] void multiply(Ratio& ratio, std::size_t axis, const T& distance, const T& phase) const {
      // Far below one fringe, far above underflow: keeps 0 / 0 away from the lattice point itself.
      const T x = max(abs(distance), number<T>(1e-10)), turns = T(cells[axis]) * x;
      ratio.numerator = ratio.numerator * sin_pi(select(turns < number<T>(0.25), turns, phase));
      ratio.denominator = ratio.denominator * sin_pi(x);
    }
  };
};

}  // namespace femtobragg::physics
