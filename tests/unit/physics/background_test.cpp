// Profiles at and between their points.
#include "femtobragg/physics/background.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace femtobragg::tests {
namespace {

using physics::Background;

const std::vector<double> stol = {1, 2, 3, 4, 5}, intensity = {10, 30, 20, 20, 0};

/// With equal steps found by a division, or by a search.
Background profile(bool search) { return {7, {stol.data(), intensity.data(), stol.size(), search ? 0.0 : 1.0}}; }

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
    const double ends[] = {1, 5}, values[] = {4, 12};
    const Background line{1, {ends, values, 2, steps}};
    EXPECT_DOUBLE_EQ(background_intensity(line, 2.0), 6);
    EXPECT_DOUBLE_EQ(background_slope(line, 2.0), 2);
  }
}

}  // namespace
}  // namespace femtobragg::tests
