// What the SIMD backend makes of a table of structure factors.
#include "femtobragg/backends/simd/amplitude_tables.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/agreement/random.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

using backends::simd_backend::AmplitudeTableStore;
using backends::simd_backend::ends_of_lines;
using backends::simd_backend::PlanAmplitudes;

double table_q_per_m(const kernel::Plan& plan) {
  return backends::simd_backend::table_q_per_m(plan, ends_of_lines(plan.structure_factors));
}

constexpr double unlimited = std::numeric_limits<double>::infinity();

/// A triclinic crystal with two reflections.
class AmplitudeTables : public testing::Test {
 protected:
  std::vector<double> values = std::vector<double>(9 * 7 * 5);
  kernel::Plan plan;

  AmplitudeTables() {
    plan.structure_factors = {values.data(), -4, 4, -3, 3, -2, 2, 0};
    plan.orientations = {{{30e-10, 1e-10, 2e-10}, {-5e-10, 50e-10, 0}, {3e-10, -8e-10, 80e-10}}};
    at(1, 2, -1) = -3;
    at(-3, 0, 2) = 6;
  }
  double& at(int h, int k, int l) { return values[index(h, k, l)]; }
  std::size_t index(int h, int k, int l) const { return plan.structure_factors.index(h, k, l); }

  Vec3d hkl_of(const Vec3d& q) const {
    const kernel::Orientation& axes = plan.orientations.front();
    return {dot(axes.a, q), dot(axes.b, q), dot(axes.c, q)};
  }
};

TEST_F(AmplitudeTables, SquaresAreRelativeToTheLargest) {
  const AmplitudeTableStore store(plan, 1 / backends::simd_backend::largest_amplitude(plan), true);
  const float* const squared = store.tables().squared;
  ASSERT_TRUE(squared);
  EXPECT_EQ(squared[index(-3, 0, 2)], 1.0f);
  EXPECT_EQ(squared[index(1, 2, -1)], 0.25f);
  EXPECT_EQ(squared[index(0, 0, 0)], 0.0f);
  EXPECT_FALSE(AmplitudeTableStore(plan, 1, false).tables().squared);
}

TEST_F(AmplitudeTables, NeighboursOfReflectionsAreLit) {
  const AmplitudeTableStore store(plan, 1, true);
  for (int h = -4; h <= 4; ++h)
    for (int k = -3; k <= 3; ++k)
      for (int l = -2; l <= 2; ++l) {
        const auto near = [&](int a, int b, int c) {
          return std::abs(h - a) <= 1 && std::abs(k - b) <= 1 && std::abs(l - c) <= 1;
        };
        EXPECT_EQ(store.tables().lit[index(h, k, l)] != 0, near(1, 2, -1) || near(-3, 0, 2)) << h << k << l;
      }
}

TEST_F(AmplitudeTables, NoLongerScatteringVectorHasAnAmplitude) {
  const double most = table_q_per_m(plan);
  Random random(1);
  double longest = 0;
  for (int i = 0; i < 200000; ++i) {
    const auto along = [&] { return random.between(-1, 1) * 1.5 * most; };
    const double x = along(), y = along(), z = along();
    const Vec3d q{x, y, z};
    if (physics::nearest_structure_factor(plan.structure_factors, physics::nearest_hkl(hkl_of(q))) == 0) continue;
    longest = std::max(longest, norm(q));
  }
  EXPECT_LE(longest, most);
  EXPECT_GT(longest, 0.8 * most);
}

TEST_F(AmplitudeTables, OutsideIsWhatDiffersFromNoEntry) {
  kernel::Plan other = plan;
  other.structure_factors.outside = 1;
  // All zeros of the table are entries of their own now, out to its corner.
  EXPECT_GT(table_q_per_m(other), table_q_per_m(plan));
  const double zero = 0;
  other.structure_factors = {&zero, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_LT(table_q_per_m(other), table_q_per_m(plan));
}

TEST_F(AmplitudeTables, NoLimitWhereAmplitudesReachFurther) {
  kernel::Plan other = plan;
  other.interpolate = true;
  EXPECT_EQ(table_q_per_m(other), unlimited);
  other = plan;
  other.structure_factors = {};
  EXPECT_EQ(table_q_per_m(other), unlimited);
  other = plan;
  other.orientations.push_back(plan.orientations.front());
  EXPECT_EQ(table_q_per_m(other), table_q_per_m(plan));
  other.orientations.back().a = other.orientations.back().a * 0.9;
  EXPECT_EQ(table_q_per_m(other), unlimited) << "another cell";
}

TEST_F(AmplitudeTables, LinesEndWhereEntriesDiffer) {
  at(1, 2, 0) = 5;
  at(1, 2, 2) = 1;
  const std::vector<Vec3d> ends = ends_of_lines(plan.structure_factors);
  EXPECT_EQ(ends, (std::vector<Vec3d>{{-3, 0, 2}, {-3, 0, 2}, {1, 2, -1}, {1, 2, 2}}));
}

/// Whoever keeps the same table shares what was made of it; a table that nobody keeps may be another one by now.
TEST_F(AmplitudeTables, AreSharedByPlansOfOneTable) {
  plan.set_table(shared(values));
  PlanAmplitudes first(plan);
  const auto* const squared = first.tables(true).squared;
  kernel::Plan turned = plan;
  turned.orientations.front().a = turned.orientations.front().a * 2.0;
  PlanAmplitudes second(turned, &first);
  EXPECT_EQ(second.tables(true).squared, squared);
  EXPECT_EQ(second.table_q_per_m(), table_q_per_m(turned));
  EXPECT_NE(second.table_q_per_m(), first.table_q_per_m());

  kernel::Plan other = plan;
  other.set_table(shared(values));
  EXPECT_NE(PlanAmplitudes(other, &first).tables(true).squared, squared) << "another table, though equal";
  other = plan;
  other.structure_factors.outside = 1;
  EXPECT_NE(PlanAmplitudes(other, &first).tables(true).squared, squared) << "other amplitudes outside";
  other = plan;
  other.table_keeper.reset();
  EXPECT_NE(PlanAmplitudes(other, &first).tables(true).squared, squared) << "nobody keeps it";
}

}  // namespace
}  // namespace femtobragg::tests
