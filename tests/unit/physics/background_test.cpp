// Profiles at and between their points.
#include "femtobragg/physics/background.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace femtobragg::tests {
namespace {

using physics::Background;

const std::vector<double> stol = {1, 2, 3, 4, 5}, intensity = {10, 30, 20, 20, 0};

const std::vector<physics::CubicPiece> lines = {{10, 20}, {30, -10}, {20, 0}, {20, -20}, {0}};

/// With equal steps found by a division, or by a search.
Background profile(bool search) { return {7, {stol.data(), lines.data(), stol.size(), search ? 0.0 : 1.0}}; }

TEST(BackgroundProfile, HasItsIntensitiesAtItsPoints) {
  for (const bool search : {false, true})
    for (std::size_t i = 0; i < stol.size(); ++i)
      EXPECT_EQ(background_intensity(profile(search), stol[i]), intensity[i]) << search << i;
}

TEST(BackgroundProfile, RunsStraightBetweenThem) {
  for (const bool search : {false, true}) {
    EXPECT_DOUBLE_EQ(background_intensity(profile(search), 1.25), 15);
    EXPECT_DOUBLE_EQ(background_intensity(profile(search), 4.75), 5);
    EXPECT_DOUBLE_EQ(background_slope(profile(search), 1.25), 20);
    EXPECT_DOUBLE_EQ(background_slope(profile(search), 2.5), -10);
    EXPECT_DOUBLE_EQ(background_slope(profile(search), 3.5), 0);
  }
}

TEST(BackgroundProfile, HoldsItsEnds) {
  for (const bool search : {false, true})
    for (const double far : {0.0, 0.999, 5.001, 1e300, HUGE_VAL}) {
      EXPECT_EQ(background_intensity(profile(search), far), far < 1 ? 10 : 0);
      EXPECT_EQ(background_slope(profile(search), far), 0);
    }
}

TEST(BackgroundProfile, IsOneWhereItIsFlat) {
  EXPECT_EQ(background_intensity(Background{7, {}}, 3.0), 1);
  EXPECT_EQ(background_slope(Background{7, {}}, 3.0), 0);
}

TEST(BackgroundProfile, OfTwoPointsIsALine) {
  for (const double steps : {0.0, 0.25}) {
    const double ends[] = {1, 5};
    const physics::CubicPiece pieces[] = {{4, 2}, {12}};
    const Background line{1, {ends, pieces, 2, steps}};
    EXPECT_DOUBLE_EQ(background_intensity(line, 2.0), 6);
    EXPECT_DOUBLE_EQ(background_slope(line, 2.0), 2);
  }
}

TEST(BackgroundProfile, FollowsACubicExactly) {
  const auto cubic = [](double x) { return 3 + x * (-2 + x * (0.5 + 0.25 * x)); };
  const auto slope = [](double x) { return -2 + x * (1 + 0.75 * x); };
  const double ends[] = {1, 4};
  const physics::CubicPiece pieces[] = {physics::cubic_between(3, cubic(1), cubic(4), slope(1), slope(4)), {cubic(4)}};
  const Background background{1, {ends, pieces, 2, 0}};
  for (const double x : {1.1, 2.0, 3.3, 3.999}) {
    EXPECT_NEAR(background_intensity(background, x), cubic(x), 1e-13);
    EXPECT_NEAR(background_slope(background, x), slope(x), 1e-13);
  }
}

}  // namespace
}  // namespace femtobragg::tests
