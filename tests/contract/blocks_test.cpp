// A crystal of many mosaic blocks is brighter than one block, and otherwise the same.
#include <gtest/gtest.h>

#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

Experiment with_blocks(double blocks) {
  Experiment e = simple_experiment();
  e.crystal.lit_volume_m3 = blocks * block_volume_m3(e.crystal);
  return e;
}

using Blocks = EachWay;

/// Photons are stored as floats; a power of two changes none of their digits.
TEST_P(Blocks, AreBrighterByTheirNumber) {
  const Image one = rendered(simple_experiment()).image, many = rendered(with_blocks(0x1p40)).image;
  ASSERT_GT(one.pixels[brightest_pixel(one)], 0);
  for (std::size_t i = 0; i < one.pixels.size(); ++i) {
    const double expected = 0x1p40 * static_cast<double>(one.pixels[i]);
    EXPECT_NEAR(static_cast<double>(many.pixels[i]), expected, 1e-8 * expected);
  }
}

TEST_P(Blocks, LeaveTheBackgroundAlone) {
  const auto with_background = [](Experiment e) {
    e.water_edge_m = 1e-6;
    e.backgrounds = {{"air", {0, 1e10}, {4e9, 1e9}, 1}};
    return e;
  };
  Experiment dark = with_background(simple_experiment());
  dark.structure_factors = uniform_factors(0);
  const Image background = rendered(dark).image, crystal = rendered(simple_experiment()).image;
  const Image both = rendered(with_background(with_blocks(3))).image;
  for (std::size_t i = 0; i < both.pixels.size(); ++i) {
    const double expected = static_cast<double>(background.pixels[i]) + 3 * static_cast<double>(crystal.pixels[i]);
    EXPECT_NEAR(static_cast<double>(both.pixels[i]), expected,
                4 * float_rounding * expected + 3 * error_of_floats(crystal));
  }
  ASSERT_GT(background.pixels[0], 0);
}

/// By an older program's rule it starts the sum of the crystal.
TEST_P(Blocks, LeaveABackgroundInTheSumAlone) {
  Experiment dark = with_blocks(1000);
  dark.structure_factors = uniform_factors(0);
  dark.water_edge_m = 1e-6;
  dark.sampling.compatibility.background_in_sum = true;
  Experiment one = dark;
  one.crystal.lit_volume_m3 = 0;
  const Image many_image = rendered(dark).image, one_image = rendered(one).image;
  ASSERT_GT(one_image.pixels[0], 0);
  for (std::size_t i = 0; i < one_image.pixels.size(); i += 17)
    EXPECT_NEAR(static_cast<double>(many_image.pixels[i]), static_cast<double>(one_image.pixels[i]),
                2 * float_rounding * static_cast<double>(one_image.pixels[i]));
}

/// The same crystal in smaller blocks: there are more of them.
TEST(BlockNumber, FollowsTheirSizeAndTheCell) {
  Experiment e = with_blocks(1e6);
  const double volume = e.crystal.lit_volume_m3;
  e.crystal.cells = {10, 5, 5};
  EXPECT_NEAR(compile_plan(e).blocks, 5e5, 1e-6);
  e.crystal = crystal_of(cell_of(60, 40, 50, 75, 95, 105), 5);
  e.crystal.lit_volume_m3 = volume;
  EXPECT_NEAR(compile_plan(e).blocks, 5e5, 1e-6);
  e.crystal.lit_volume_m3 = 0;
  EXPECT_EQ(compile_plan(e).blocks, 1);
}

INSTANTIATE_TEST_SUITE_P(backends, Blocks, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
