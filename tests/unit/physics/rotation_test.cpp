// Rotations about lab axes, and the angles that lead to a given one.
#include "femtobragg/physics/rotation.h"

#include <gtest/gtest.h>

namespace femtobragg::physics {
namespace {

Mat3d rotation_of(const Vec3d& angles) {
  const auto turned = [&](const Vec3d& axis) { return rotate_about_lab_axes(axis, angles); };
  return transpose(Mat3d{turned({1, 0, 0}), turned({0, 1, 0}), turned({0, 0, 1})});
}

void expect_same(const Mat3d& a, const Mat3d& b, double tolerance) {
  for (const Vec3d& axis : {Vec3d{1, 0, 0}, Vec3d{0, 1, 0}, Vec3d{0, 0, 1}})
    EXPECT_NEAR(norm(a * axis - b * axis), 0, tolerance);
}

TEST(LabAxisAngles, MakeTheRotation) {
  for (const double x : {-3.0, -0.4, 0.0, 2.0})
    for (const double y : {-1.5, -0.2, 0.0, 1.0})
      for (const double z : {-2.0, 0.0, 0.3, 3.1})
        expect_same(rotation_of(lab_axis_angles(rotation_of({x, y, z}))), rotation_of({x, y, z}), 1e-14);
}

TEST(LabAxisAngles, MakeTheRotationWhereTwoAxesCoincide) {
  for (const double y : {pi / 2, -pi / 2})
    for (const double x : {-3.0, -0.4, 0.0, 2.0})
      for (const double z : {-2.0, 0.0, 0.3, 3.1}) {
        const Vec3d angles = lab_axis_angles(rotation_of({x, y, z}));
        EXPECT_EQ(angles.x, 0);
        expect_same(rotation_of(angles), rotation_of({x, y, z}), 1e-12);
      }
}

}  // namespace
}  // namespace femtobragg::physics
