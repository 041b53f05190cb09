// Dual numbers and rotation vectors against differences of doubles.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "femtobragg/base/dual.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/physics/rotation_vector.h"

namespace femtobragg {
namespace {

using D = Dual<double, 2>;

/// The same formula in both number types; both its slopes.
template <class F>
void expect_right_slopes(F f, double x, double y) {
  const D dual = f(D::variable(x, 0), D::variable(y, 1));
  const double h = 1e-6;
  EXPECT_DOUBLE_EQ(dual.value, f(x, y));
  EXPECT_NEAR(dual.rates[0], (f(x + h, y) - f(x - h, y)) / (2 * h), 2e-9 * (1 + std::abs(dual.rates[0])));
  EXPECT_NEAR(dual.rates[1], (f(x, y + h) - f(x, y - h)) / (2 * h), 2e-9 * (1 + std::abs(dual.rates[1])));
}

TEST(Dual, FollowsEveryOperation) {
  expect_right_slopes([](auto x, auto y) { return x + y * x - y; }, 1.3, -0.4);
  expect_right_slopes([](auto x, auto y) { return -x / y; }, 1.3, -0.4);
  expect_right_slopes(
      [](auto x, auto y) {
        using std::cos, std::sin;
        return sin(x) * cos(y);
      },
      1.3, -0.4);
  expect_right_slopes(
      [](auto x, auto y) {
        using std::exp, std::sqrt;
        return sqrt(x) * exp(y);
      },
      1.3, -0.4);
  expect_right_slopes(
      [](auto x, auto y) {
        using std::abs;
        return abs(x) * abs(y);
      },
      1.3, -0.4);
}

TEST(Dual, ComparesByItsValue) {
  EXPECT_TRUE(D::variable(1, 0) == D(1.0));
  EXPECT_TRUE(D::variable(1, 0) < D(2.0));
  EXPECT_EQ(select(D(1.0) > D(0.0), D(5.0), D(6.0)).value, 5.0);
  EXPECT_EQ(number<D>(2.5).value, 2.5);
}

double distance(const Mat3d& a, const Mat3d& b) {
  return norm(a.row_x - b.row_x) + norm(a.row_y - b.row_y) + norm(a.row_z - b.row_z);
}

TEST(RotationVector, IsTheRotationAboutItsAxis) {
  const Vec3d axis = unit(Vec3d{1, -2, 0.5});
  for (const double angle : {0.0, 1e-9, 1e-4, 0.3, 2.0, 3.1})
    EXPECT_LT(distance(physics::rotation_by(angle * axis), rotation_matrix(axis, angle)), 2e-15) << angle;
}

TEST(RotationVector, ComesBackFromItsMatrix) {
  for (const Vec3d& axis : {unit(Vec3d{1, -2, 0.5}), unit(Vec3d{-0.1, 2, 0.5}), unit(Vec3d{0.2, 0.3, -4})})
    for (const double angle : {0.0, 1e-9, 1e-4, 0.3, 2.0, 3.1})
      EXPECT_LT(norm(physics::vector_of_rotation(physics::rotation_by(angle * axis)) - angle * axis), 4e-15) << angle;
}

TEST(RotationVector, LeftJacobianTurnsFurther) {
  const Vec3d by{0.3, -0.2, 0.9};
  const double h = 1e-5;
  for (const double size : {0.0, 1e-4, 0.2, 0.49, 0.51, 2.5}) {
    const Vec3d at = size * unit(Vec3d{1, -2, 0.5});
    const Mat3d back = transpose(physics::rotation_by(at - h * by)), further = physics::rotation_by(at + h * by);
    const Vec3d turn = (0.5 / h) * physics::vector_of_rotation(further * back);
    EXPECT_LT(norm(turn - physics::left_jacobian(at) * by), 1e-9) << size;
  }
}

}  // namespace
}  // namespace femtobragg
