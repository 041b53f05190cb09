// Unit cells: real and reciprocal axes are dual, and the cell comes back from its axes.
#include <gtest/gtest.h>

#include "femtobragg/model/unit_cell.h"

#include "tests/contract/bragg.h"

namespace femtobragg::tests {
namespace {

const std::vector<UnitCell> cells = {cell_of(50, 50, 50, 90, 90, 90),  cell_of(50, 60, 70, 90, 110, 90),
                                     cell_of(50, 50, 60, 90, 90, 120), cell_of(60, 60, 60, 75, 75, 75),
                                     cell_of(50, 50, 50, 80, 80, 80),  cell_of(30, 40, 50, 75, 95, 105),
                                     cell_of(70, 80, 90, 70, 80, 110), cell_of(25, 90, 140, 101, 64, 83)};

// A few dozen operations in double precision.
constexpr double rounding = 1e-12;

void expect_dual(const CrystalAxes& axes) {
  const Vec3d real[] = {1e10 * axes.a_m, 1e10 * axes.b_m, 1e10 * axes.c_m};
  const Vec3d reciprocal[] = {axes.a_star_A, axes.b_star_A, axes.c_star_A};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(dot(real[i], reciprocal[j]), i == j ? 1 : 0, rounding);
}

void expect_cell(const UnitCell& actual, const UnitCell& expected) {
  EXPECT_NEAR(actual.a_A, expected.a_A, rounding * expected.a_A);
  EXPECT_NEAR(actual.b_A, expected.b_A, rounding * expected.b_A);
  EXPECT_NEAR(actual.c_A, expected.c_A, rounding * expected.c_A);
  EXPECT_NEAR(actual.alpha_rad, expected.alpha_rad, rounding);
  EXPECT_NEAR(actual.beta_rad, expected.beta_rad, rounding);
  EXPECT_NEAR(actual.gamma_rad, expected.gamma_rad, rounding);
}

TEST(UnitCellAxes, AreDual) {
  for (const UnitCell& cell : cells) {
    const ReciprocalAxes reciprocal = reciprocal_axes_of_cell(cell);
    expect_dual(CrystalAxes::from_reciprocal(reciprocal));
    expect_dual(CrystalAxes::from_reciprocal(reciprocal, &cell));
  }
}

TEST(UnitCellAxes, GiveTheCellBack) {
  for (const UnitCell& cell : cells) {
    const ReciprocalAxes reciprocal = reciprocal_axes_of_cell(cell);
    for (const UnitCell* edges : {static_cast<const UnitCell*>(nullptr), &cell}) {
      const auto real = real_axes(reciprocal, edges);
      expect_cell(cell_of_axes(real.a, real.b, real.c), cell);
    }
  }
}

TEST(UnitCellAxes, StandInTheLabAsAgreed) {
  for (const UnitCell& cell : cells) {
    const ReciprocalAxes axes = reciprocal_axes_of_cell(cell);
    EXPECT_GT(axes.a.x, 0);
    EXPECT_EQ(axes.a.y, 0);
    EXPECT_EQ(axes.a.z, 0);
    EXPECT_GT(axes.b.y, 0);
    EXPECT_EQ(axes.b.z, 0);
    // c* rises above the plane of a* and b* by 1/c, because c stands at right angles to that plane.
    EXPECT_NEAR(axes.c.z, 1.0 / cell.c_A, rounding / cell.c_A);
  }
}

TEST(UnitCellAxes, SpacePlanesAsTheMetricSays) {
  for (const UnitCell& cell : cells) {
    const ReciprocalAxes axes = reciprocal_axes_of_cell(cell);
    for (const Reflection& r : {Reflection{1, 0, 0, 0}, Reflection{0, -2, 0, 0}, Reflection{3, -4, 5, 0}}) {
      const Vec3d g =
          static_cast<double>(r.h) * axes.a + static_cast<double>(r.k) * axes.b + static_cast<double>(r.l) * axes.c;
      const double d = plane_spacing_A(cell, r);
      EXPECT_NEAR(1.0 / norm(g), d, rounding * d);
    }
  }
}

TEST(UnitCellAxes, EncloseTheVolumeOfTheMetric) {
  for (const UnitCell& u : cells) {
    const double ca = std::cos(u.alpha_rad), cb = std::cos(u.beta_rad), cg = std::cos(u.gamma_rad);
    const double volume = u.a_A * u.b_A * u.c_A * std::sqrt(1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg);
    const ReciprocalAxes axes = reciprocal_axes_of_cell(u);
    EXPECT_NEAR(dot(axes.a, cross(axes.b, axes.c)) * volume, 1, rounding);
  }
}

TEST(UnitCellAxes, ImpossibleAnglesAreRefused) {
  for (const UnitCell& cell : {cell_of(30, 40, 50, 60, 60, 130), cell_of(30, 40, 50, 120, 120, 125),
                               cell_of(0, 40, 50, 90, 90, 90), cell_of(30, 40, -50, 90, 90, 90)})
    EXPECT_ANY_THROW(reciprocal_axes_of_cell(cell));
}

/// Three axes in a plane: the volume is zero but for the rounding of the angles.
TEST(UnitCellAxes, FlatCellsAreRefused) {
  for (const UnitCell& cell :
       {cell_of(30, 40, 50, 120, 120, 120), cell_of(30, 40, 50, 60, 70, 130), cell_of(30, 40, 50, 100, 120, 140)})
    EXPECT_ANY_THROW(reciprocal_axes_of_cell(cell));
}

}  // namespace
}  // namespace femtobragg::tests
