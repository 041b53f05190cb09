// Worked numbers of crystal set-up: cells, random orientations, matrices and sizes.
#include <gtest/gtest.h>

#include "femtobragg/assemble/crystal.h"

#include "femtobragg/base/units.h"
#include "femtobragg/model/unit_cell.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::assemble {
namespace {

/// Eight decimals are known.
void expect_vector(const Vec3d& actual, const Vec3d& expected) {
  EXPECT_NEAR(actual.x, expected.x, 5.1e-9);
  EXPECT_NEAR(actual.y, expected.y, 5.1e-9);
  EXPECT_NEAR(actual.z, expected.z, 5.1e-9);
}

void expect_angles(const UnitCell& cell, const std::array<double, 3>& degrees, double tolerance) {
  EXPECT_NEAR(degrees_from_radians(cell.alpha_rad), degrees[0], tolerance);
  EXPECT_NEAR(degrees_from_radians(cell.beta_rad), degrees[1], tolerance);
  EXPECT_NEAR(degrees_from_radians(cell.gamma_rad), degrees[2], tolerance);
}

using AxesOfCell = ReciprocalAxes (*)(const UnitCell&);

UnitCell cell_with(const std::array<double, 6>& typed, AxesOfCell axes_of) {
  const UnitCell cell = completed_cell(typed);
  const auto real = real_axes(axes_of(cell), &cell);
  return cell_of_axes(real.a, real.b, real.c);
}

TEST(CrystalSetup, TriclinicCellAsTheReference) {
  const UnitCell cell = completed_cell({30, 40, 50, 75, 95, 105});
  EXPECT_NEAR(cell_volume(cell), 55967.68146563603, 1e-9);
  const ReciprocalAxes axes = older_reciprocal_axes(cell);
  expect_vector(axes.c, {0.00044769, -0.00535898, 0.01992855});
  const auto real = real_axes(axes, &cell);
  expect_vector(real.a, {28.97021336, -7.33767625, -2.62397503});
  expect_vector(real.b, {0, 38.62774038, 10.38738048});
  expect_vector(real.c, {0, 0, 50});
  expect_angles(cell_of_axes(real.a, real.b, real.c), {74.948657, 95.017835, 105.005498}, 5.1e-7);
}

TEST(CrystalSetup, TriclinicCellAsItShouldBe) {
  const UnitCell cell = completed_cell({30, 40, 50, 75, 95, 105});
  const ReciprocalAxes axes = upright_reciprocal_axes(cell);
  EXPECT_NEAR(axes.c.z, 0.02, 1e-16);
  const auto real = real_axes(axes, &cell);
  expect_vector(real.a, {28.97100375, -7.33787645, -2.61467228});
  expect_vector(real.b, {0, 38.63703305, 10.35276180});
  expect_angles(cell_of_axes(real.a, real.b, real.c), {75, 95, 105}, 1e-12);
}

TEST(CrystalSetup, OtherCells) {
  const AxesOfCell on = older_reciprocal_axes, off = upright_reciprocal_axes;
  expect_angles(cell_with({70, 80, 90, 70, 80, 110}, on), {70.7613, 80.4037, 110.419}, 5.1e-4);
  expect_angles(cell_with({50, 50, 50, 80, 80, 80}, on), {79.9584, 79.9584, 79.9877}, 5.1e-5);
  expect_angles(cell_with({70, 80, 90, 70, 80, 110}, off), {70, 80, 110}, 1e-12);
  expect_angles(cell_with({50, 50, 50, 80, 80, 80}, off), {80, 80, 80}, 1e-12);
  for (const AxesOfCell quirks : {on, off}) {
    expect_angles(cell_with({50, 60, 70, 90, 110, 90}, quirks), {90, 110, 90}, 1e-12);
    expect_angles(cell_with({50, 50, 60, 90, 90, 120}, quirks), {90, 90, 120}, 1e-12);
  }
}

TEST(CrystalSetup, CellsAreCompleted) {
  EXPECT_EQ(completed_cell({40, 0, 0, 0, 0, 0}), completed_cell({40, 40, 40, 90, 90, 90}));
  EXPECT_EQ(completed_cell({40, 50, 0, 0, -1, 0}), completed_cell({40, 50, 40, 90, 90, 90}));
}

TEST(CrystalSetup, RandomMissets) {
  const std::vector<std::pair<std::int64_t, Vec3d>> as_reference = {{1, {4.662957, -11.844979, 17.622548}},
                                                                    {5, {142.144470, 55.074207, 35.266329}},
                                                                    {7, {22.076402, 19.703339, 8.204977}},
                                                                    {17, {26.049659, -53.541820, 89.769219}},
                                                                    {42, {-11.585887, 56.207689, -1.333374}}};
  const std::vector<std::pair<std::int64_t, Vec3d>> as_it_should_be = {{1, {-101.811213, 34.838132, 142.388191}},
                                                                       {5, {-146.393930, -38.225792, 38.157312}},
                                                                       {17, {29.224215, -45.306483, 1.646043}}};
  const auto expect = [](const auto& misset, const auto& list) {
    for (const auto& [seed, degrees] : list) {
      RandomNumbers random;
      std::int64_t state = -seed;
      const Vec3d angles = misset(state, random);
      // Six decimals are known.
      EXPECT_NEAR(degrees_from_radians(angles.x), degrees.x, 5.1e-7) << seed;
      EXPECT_NEAR(degrees_from_radians(angles.y), degrees.y, 5.1e-7) << seed;
      EXPECT_NEAR(degrees_from_radians(angles.z), degrees.z, 5.1e-7) << seed;
    }
  };
  expect([](std::int64_t& seed,
            RandomNumbers& random) { return physics::lab_axis_angles(random.mosaic_rotation(90.0f, seed)); },
         as_reference);
  expect(random_misset_rad, as_it_should_be);
}

TEST(CrystalSetup, MatricesCarryTheWavelength) {
  // Columns are reciprocal axes times the wavelength in angstrom.
  const ReciprocalAxes axes = reciprocal_axes_of_matrix({1, 2, 3, 4, 5, 6, 7, 8, 10}, 2e-10);
  EXPECT_NEAR(norm(axes.a - Vec3d{0.5, 2, 3.5}), 0, 1e-15);
  EXPECT_NEAR(norm(axes.b - Vec3d{1, 2.5, 4}), 0, 1e-15);
  EXPECT_NEAR(norm(axes.c - Vec3d{1.5, 3, 5}), 0, 1e-15);
  EXPECT_ANY_THROW(reciprocal_axes_of_matrix({1, 2, 3, 4, 5, 6, 7, 8, 9}, 1e-10));
}

TEST(CrystalSetup, SizesMakeCells) {
  const UnitCell cell = completed_cell({30, 40, 50, 75, 95, 105});
  const CrystalAxes axes = CrystalAxes::from_reciprocal(upright_reciprocal_axes(cell), &cell);
  CrystalScene options;
  options.cells = {2, 3, 4};
  EXPECT_EQ(cell_counts(options, {}, axes), (std::array<double, 3>{2, 3, 4}));
  // 21 nm along a, 16 nm along b and c.
  EXPECT_EQ(cell_counts(options, {2.1e-8, 1.6e-8, 1.6e-8}, axes), (std::array<double, 3>{7, 4, 4}));
  EXPECT_EQ(cell_counts(options, {0, 1e-12, 1.6e-8}, axes), (std::array<double, 3>{2, 1, 4}));
}

TEST(CrystalSetup, MosaicDomainsBeginWithTheIdentity) {
  CrystalScene options;
  RandomNumbers random;
  EXPECT_TRUE(mosaic_rotations(options, random).empty());
  options.mosaic_rad = radians_from_degrees(1);
  RandomNumbers again;
  const auto domains = mosaic_rotations(options, again);
  ASSERT_EQ(domains.size(), 10u);
  EXPECT_EQ(domains[0], Mat3d::identity());
  EXPECT_NEAR(domains[1].row_x.y, -0.0159487717, 5.1e-11);
}

}  // namespace
}  // namespace femtobragg::assemble
