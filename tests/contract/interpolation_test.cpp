// Structure factors between lattice points, and the choice of the nearest one.
#include <gtest/gtest.h>

#include <random>

#include "femtobragg/physics/tricubic.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

/// A polynomial of third degree in each index, positive on the table.
double polynomial(double h, double k, double l) {
  const auto cubic = [](double x, double a, double b, double c) { return 40 + a * x + b * x * x + c * x * x * x; };
  return cubic(h, 1.5, -0.3, 0.08) * cubic(k, -0.7, 0.4, 0.05) + 0.02 * h * k * cubic(l, 2, 0.2, -0.06);
}

constexpr HklBox box{{-6, -5, -4}, {6, 7, 8}};

StructureFactors cubic_table() {
  StructureFactors table = StructureFactors::table(box, 0, "test");
  for (std::int64_t h = box.min[0]; h <= box.max[0]; ++h)
    for (std::int64_t k = box.min[1]; k <= box.max[1]; ++k)
      for (std::int64_t l = box.min[2]; l <= box.max[2]; ++l)
        table.values[table.index(h, k, l)] =
            polynomial(static_cast<double>(h), static_cast<double>(k), static_cast<double>(l));
  table.default_amplitude = 7;
  return table;
}

physics::StructureFactorBox view(const StructureFactors& t) {
  const auto number = [](std::int64_t i) { return static_cast<double>(i); };
  return {t.values.data(),      number(t.box.min[0]), number(t.box.max[0]), number(t.box.min[1]),
          number(t.box.max[1]), number(t.box.min[2]), number(t.box.max[2]), t.default_amplitude};
}

TEST(Tricubic, IsExactForCubicPolynomials) {
  const StructureFactors table = cubic_table();
  std::mt19937_64 generator(5);
  std::uniform_real_distribution<double> h(-4, 4), k(-3, 5), l(-2, 6);
  for (int i = 0; i < 2000; ++i) {
    const Vec3d hkl{h(generator), k(generator), l(generator)};
    ASSERT_TRUE(physics::can_interpolate(view(table), hkl));
    // 64 terms of size 5000: rounding.
    EXPECT_NEAR(physics::tricubic_structure_factor(view(table), hkl), polynomial(hkl.x, hkl.y, hkl.z), 1e-9);
  }
}

TEST(Tricubic, EqualsTheTableAtLatticePoints) {
  const StructureFactors table = cubic_table();
  for (double h = -4; h <= 4; ++h)
    for (double k = -3; k <= 5; ++k)
      for (double l = -2; l <= 6; ++l)
        EXPECT_DOUBLE_EQ(physics::tricubic_structure_factor(view(table), {h, k, l}), polynomial(h, k, l));
}

TEST(Tricubic, NeedsTwoTableEntriesOnEachSide) {
  const StructureFactors table = cubic_table();
  const auto possible = [&](double h, double k, double l) { return physics::can_interpolate(view(table), {h, k, l}); };
  EXPECT_TRUE(possible(-4, 0, 0) && possible(4, 0, 0) && possible(0, -3, 0) && possible(0, 5, 0));
  EXPECT_TRUE(possible(0, 0, -2) && possible(0, 0, 6));
  EXPECT_FALSE(possible(-4.001, 0, 0) || possible(4.001, 0, 0) || possible(0, -3.001, 0) || possible(0, 5.001, 0));
  EXPECT_FALSE(possible(0, 0, -2.001) || possible(0, 0, 6.001));
}

TEST(Tricubic, WeightsOfLagrange) {
  const auto w = physics::lagrange_weights(0.25);
  EXPECT_DOUBLE_EQ(w[0], -0.0546875);
  EXPECT_DOUBLE_EQ(w[1], 0.8203125);
  EXPECT_DOUBLE_EQ(w[2], 0.2734375);
  EXPECT_DOUBLE_EQ(w[3], -0.0390625);
}

TEST(NearestIndex, TiesGoDown) {
  const auto nearest = [](double h) { return physics::nearest_hkl(Vec3d{h, 0, 0}).x; };
  EXPECT_EQ(nearest(0.5), 0);
  EXPECT_EQ(nearest(1.5), 1);
  EXPECT_EQ(nearest(-0.5), -1);
  EXPECT_EQ(nearest(-2.5), -3);
  EXPECT_EQ(nearest(0.5000001), 1);
  EXPECT_EQ(nearest(-0.4999999), 0);
  EXPECT_EQ(nearest(3), 3);
}

TEST(NearestIndex, OutsideTheTableIsTheDefault) {
  const StructureFactors table = cubic_table();
  EXPECT_EQ(physics::nearest_structure_factor(view(table), {7, 0, 0}), 7);
  EXPECT_EQ(physics::nearest_structure_factor(view(table), {0, -6, 0}), 7);
  EXPECT_EQ(physics::nearest_structure_factor(view(table), {0, 0, 9}), 7);
  EXPECT_DOUBLE_EQ(physics::nearest_structure_factor(view(table), {6, -5, 8}), polynomial(6, -5, 8));
}

using Interpolation = EachWay;

/// A single cell on a panel whose indices reach beyond the table: each pixel is F^2 with the solid angle and the
/// polarization, F from the polynomial inside and from the nearest entry outside.
TEST_P(Interpolation, IsWhatPixelsUse) {
  Experiment e = simple_experiment();
  e.crystal = crystal_of(cell_of(30, 40, 50, 75, 95, 105), 1);
  e.structure_factors = std::make_shared<const StructureFactors>(cubic_table());
  const Panel& panel = e.detector.panels[0];
  const auto table = view(*e.structure_factors);
  for (const bool interpolate : {true, false}) {
    e.sampling.interpolate = interpolate;
    const Image image = rendered(e).image;
    int inside = 0, outside = 0;
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      const Vec3d at = pixel_centre(panel, i % panel.n_fast, i / panel.n_fast);
      const Vec3d q = (unit(at) - Vec3d{1, 0, 0}) / e.beam.wavelength_m;
      const Vec3d hkl{dot(q, e.crystal.axes.a_m), dot(q, e.crystal.axes.b_m), dot(q, e.crystal.axes.c_m)};
      const bool between = interpolate && physics::can_interpolate(table, hkl);
      ++(between ? inside : outside);
      const double f = between ? polynomial(hkl.x, hkl.y, hkl.z)
                               : physics::nearest_structure_factor(table, physics::nearest_hkl(hkl));
      const double expected = f * f * solid_angle_of(panel, at) * unpolarized_factor({1, 0, 0}, at);
      ASSERT_NEAR(static_cast<double>(image.pixels[i]), expected,
                  1.1 * float_rounding * expected + error_of_floats(image))
          << i;
    }
    EXPECT_GT(outside, 100);
    EXPECT_EQ(inside > 100, interpolate);
  }
}

INSTANTIATE_TEST_SUITE_P(backends, Interpolation, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
