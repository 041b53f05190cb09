// Bits of masks, against areas that are known.
#include "femtobragg/simulate/pixel_mask.h"

#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/simulate/detect.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

constexpr std::size_t edge = 101;

/// A point of light, and an opaque disc of 4 mm half way to 101 pixels of 0.2 mm: the shadow's radius is 20 pixels.
Experiment behind_disc() {
  Experiment e = simple_experiment();
  e.detector.panels = {facing_panel(0.1, 0.2e-3, edge)};
  e.attenuation.obstacles = {{.shape = ObstacleShape::Disc, .size_m = 4e-3, .distance_m = 0.05}};
  return e;
}

/// The share of a pixel that is outside of a circle about the image's middle, by 100 x 100 points.
double outside(std::size_t fast, std::size_t slow, double radius_px) {
  constexpr int points = 100;
  int sum = 0;
  for (int i = 0; i < points; ++i)
    for (int j = 0; j < points; ++j)
      sum += std::hypot(static_cast<double>(fast) + (i + 0.5) / points - 50.5,
                        static_cast<double>(slow) + (j + 0.5) / points - 50.5) > radius_px;
  return static_cast<double>(sum) / (points * points);
}

TEST(PixelMask, MarksShadowsBelowALimit) {
  Experiment e = behind_disc();
  for (const double limit : {0.9, 0.5, 0.05}) {
    e.attenuation.mask_below = limit;
    const PixelMask mask = pixel_mask_of(e, nullptr);
    ASSERT_EQ(mask.size(), edge * edge);
    for (std::size_t slow = 0; slow < edge; ++slow)
      for (std::size_t fast = 0; fast < edge; ++fast) {
        const double left = outside(fast, slow, 20);
        if (std::abs(left - limit) < 0.02) continue;
        EXPECT_EQ(mask[slow * edge + fast], left < limit ? pixel_bits::user : 0) << fast << " " << slow << " " << left;
      }
  }
  e.attenuation.mask_below = 0;
  EXPECT_FALSE(masks_shadows(e));
  EXPECT_EQ(pixel_mask_of(e, nullptr), PixelMask(edge * edge, 0));
}

/// What weakens all light alike casts no shadow, and neither does an obstacle that lets enough through.
TEST(PixelMask, HasNoMatterAndNoThinObstacles) {
  Experiment e = behind_disc();
  e.attenuation.obstacles[0].transmission = 0.95;
  e.attenuation.media = {{.matter = {.attenuation_per_m = 50}}};
  EXPECT_EQ(pixel_mask_of(e, nullptr), PixelMask(edge * edge, 0));
}

TEST(PixelMask, SaysWhyPixelsDoNotCount) {
  Experiment e = behind_disc();
  e.attenuation = {};
  Panel left = facing_panel(0.1, 0.2e-3, 40), right = left;
  right.data_fast = 45;
  left.mask.assign(1600, 1);
  left.mask[3 * 40 + 7] = 0;
  right.region = RegionOfInterest{0, 40, 10, 40};
  e.detector.panels = {left, right};
  Response response;
  response.bad_pixels = {.dead = 0.1, .hot = 0.05};
  const PixelMask mask = pixel_mask_of(e, &response);
  ASSERT_EQ(mask.size(), 85u * 40u);
  EXPECT_EQ(mask[3 * 85 + 42], pixel_bits::gap);
  EXPECT_TRUE(mask[3 * 85 + 7] & pixel_bits::user);
  EXPECT_TRUE(mask[9 * 85 + 50] & pixel_bits::user) << "not rendered";
  EXPECT_FALSE(mask[10 * 85 + 50] & pixel_bits::user);
  int dead = 0, hot = 0;
  for (const std::uint32_t bits : mask)
    dead += (bits & pixel_bits::dead) != 0, hot += (bits & pixel_bits::over_responding) != 0;
  EXPECT_NEAR(dead, 320, 4 * std::sqrt(320.0));
  EXPECT_NEAR(hot, 160, 4 * std::sqrt(160.0));

  // Counts mark the same pixels, but for shadows.
  const Image image{85, 40, std::vector<float>(85 * 40, 5)};
  const Counts counts = detect(image, e.detector, response);
  for (std::size_t i = 0; i < mask.size(); ++i) EXPECT_EQ(counts.pixels[i] == -1, mask[i] != 0) << i;
  response.bad_pixels.masked = false;
  for (const std::uint32_t bits : pixel_mask_of(e, &response))
    EXPECT_FALSE(bits & (pixel_bits::dead | pixel_bits::over_responding));
}

}  // namespace
}  // namespace femtobragg::tests
