// Lattice factors for packs against the formulas they stand for, lane by lane, and the sines that they are made of.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/physics/lattice_factor/few_cells.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "tests/agreement/random.h"
#include "tests/unit/lanes.h"

namespace femtobragg::tests {
namespace {

constexpr int points = 20000;

template <class Real>
Vec3d rounded(const Vec3d& v) {
  const auto round = [](double x) { return static_cast<double>(static_cast<Real>(x)); };
  return {round(v.x), round(v.y), round(v.z)};
}

physics::Domain<double> domain_of_cells(const Vec3d& cells, double fudge) {
  const Mat3d width{{cells.x * cells.x, 0, 0}, {0, cells.y * cells.y, 0}, {0, 0, cells.z * cells.z}};
  return {cells, cells.x * cells.y * cells.z, fudge, width};
}

/// A distance from a lattice point: anywhere, or close to it.
Vec3d random_distance(Random& random) {
  const double reach = random.chance(0.5) ? 0.5 : random.log_between(1e-2, 0.5);
  const double x = random.between(-reach, reach), y = random.between(-reach, reach), z = random.between(-reach, reach);
  return {x, y, z};
}

/// (L / N)^2 by the formula itself, with digits to spare: it loses some next to lattice points.
template <class Shape>
double squared_amplitude(const physics::Domain<double>& domain, const Vec3d& d) {
  using Wide = long double;
  const auto wide = [](const Vec3d& v) { return Vec3<Wide>{v.x, v.y, v.z}; };
  const Mat3d& w = domain.width;
  const physics::Domain<Wide> wide_domain{
      wide(domain.cells), domain.total_cells, domain.fudge, {wide(w.row_x), wide(w.row_y), wide(w.row_z)}};
  const Wide amplitude = Shape::lattice_factor(wide_domain, wide(d), Vec3<Wide>{}) / wide_domain.total_cells;
  return static_cast<double>(amplitude * amplitude);
}

/// Distances are what the number type can hold: the error of Miller indices is the business of tiles.
template <class Real, class Shape, class Evaluated = Shape>
void expect_close(const physics::Domain<double>& domain, Random& random, double bound) {
  using P = Lanes<Real>;
  const Vec3d d = rounded<Real>(random_distance(random));
  const typename Evaluated::template Relative<P> relative(domain);
  ASSERT_NEAR(only_value(physics::relative_at(relative, vec3_of<P>(d))), squared_amplitude<Shape>(domain, d), bound)
      << "cells " << domain.cells.x << " " << domain.cells.y << " " << domain.cells.z << ", fudge " << domain.fudge
      << ", at " << d.x << " " << d.y << " " << d.z;
}

template <class Real>
class PackedLatticeFactor : public testing::Test {
 protected:
  /// Of the peak. Rounding of N d is 2^-24 or 2^-53 of as much as N / 2 fringes, with a slope of about two.
  static constexpr double bound = std::is_same_v<Real, float> ? 1e-6 : 1e-13;

  template <class Shape, class Evaluated = Shape>
  static void expect_close_for_random_domains(std::int64_t most_cells) {
    Random random(1);
    for (int i = 0; i < points; ++i) {
      const double fudge = random.chance(0.5) ? 1 : random.log_between(0.1, 10);
      const double a = static_cast<double>(random.whole(1, most_cells));
      const double b = static_cast<double>(random.whole(1, most_cells));
      const double c = static_cast<double>(random.whole(1, most_cells));
      expect_close<Real, Shape, Evaluated>(domain_of_cells({a, b, c}, fudge), random, bound);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
};

/// A distance in two parts, the first on a grid: next to lattice points, and far from them with many cells.
TEST(PackedParallelepiped, KeepsThePhaseOfManyCells) {
  using P = Lanes<float>;
  Random random(2);
  for (int i = 0; i < points; ++i) {
    const double n = static_cast<double>(random.whole(9, 512));
    const physics::Domain<double> domain = domain_of_cells({n, n, n}, 1);
    const physics::Parallelepiped::Relative<P> relative(domain);
    auto ratio = relative.start();
    double expected = 1, brightness = 1e-6;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double near = random.chance(0.5) ? 0.49 : random.log_between(1e-9, 0.49);
      const double x = random.between(-near, near), off = random.between(-2e-3, 2e-3);
      const float high = static_cast<float>(std::nearbyint((x + off) * 1048576) / 1048576);
      const float low = static_cast<float>(x - static_cast<double>(high));
      relative.add(ratio, axis, P(high), P(low));
      const double d = static_cast<double>(high) + static_cast<double>(low);
      expected *= d == 0 ? 1 : std::sin(n * pi * d) / (n * std::sin(pi * d));
      brightness *= std::min(1.0, 1 / (n * std::sin(pi * std::abs(d))));
    }
    // Relative to the fringe where it is bright, not to the spot.
    const double actual = std::sqrt(only_value(relative.value(ratio)));
    ASSERT_NEAR(actual, std::abs(expected), 2e-6 * std::abs(expected) + brightness) << "cells " << n;
  }
}

using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(PackedLatticeFactor, Reals);

TYPED_TEST(PackedLatticeFactor, Parallelepiped) {
  this->template expect_close_for_random_domains<physics::Parallelepiped>(60);
}
TYPED_TEST(PackedLatticeFactor, Ellipsoid) { this->template expect_close_for_random_domains<physics::Ellipsoid>(60); }
TYPED_TEST(PackedLatticeFactor, Gaussian) { this->template expect_close_for_random_domains<physics::Gaussian>(60); }
TYPED_TEST(PackedLatticeFactor, FewCells) {
  this->template expect_close_for_random_domains<physics::Parallelepiped, physics::FewCells<true>>(8);
}

TYPED_TEST(PackedLatticeFactor, FewOddCells) {
  Random random(2);
  for (const double a : {1., 3., 5.})
    for (const double b : {1., 3., 5.})
      for (const double c : {1., 3., 5.})
        for (int i = 0; i < points / 20; ++i)
          expect_close<TypeParam, physics::Parallelepiped, physics::FewCells<false>>(domain_of_cells({a, b, c}, 1),
                                                                                     random, this->bound);
}

/// The polynomial's error as it is stated, and four roundings: two sums and two products are of the result's size.
TYPED_TEST(PackedLatticeFactor, SineOfPi) {
  using P = Lanes<TypeParam>;
  const bool is_float = std::is_same_v<TypeParam, float>;
  const double relative = is_float ? 5.4e-9 + 4 * std::ldexp(1, -24) : 1.5e-16 + 4 * std::ldexp(1, -53);
  constexpr long double exact_pi = 3.14159265358979323846264L;
  Random random(3);
  for (int i = 0; i < points; ++i) {
    const double reach = random.chance(0.5) ? 0.5 : random.log_between(1e-9, 0.5);
    const double x = static_cast<double>(static_cast<TypeParam>(random.between(-reach, reach)));
    const double exact = static_cast<double>(std::sin(exact_pi * static_cast<long double>(x)));
    ASSERT_NEAR(only_value(physics::sin_pi(number<P>(x))), exact, relative * std::abs(exact)) << "at " << x;
  }
}

}  // namespace
}  // namespace femtobragg::tests
