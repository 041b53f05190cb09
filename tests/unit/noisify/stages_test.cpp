// Photons to numbers: streams that share a table, and what happens to numbers at the ends of their range.
#include "femtobragg/noisify/stages.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace femtobragg::noisify {
namespace {

/// With flicker and calibration on, they take the two deviates of each pair in turn, from the first seed.
TEST(Deviates, OfTwoSeedsShareTheirPairs) {
  Deviates both(7, 99), one(7, std::nullopt);
  for (int i = 0; i < 5; ++i) {
    const float first = one.gaussian(), second = one.gaussian();
    EXPECT_EQ(both.gaussian(), first);
    EXPECT_EQ(both.calibration(), second);
  }
}

TEST(Deviates, TheCalibrationsDefaultActsAsSeedOne) {
  Deviates unnamed(7, std::nullopt), one(8, 1);
  EXPECT_EQ(unnamed.calibration(), one.calibration());
  EXPECT_FALSE(unnamed.seed_used());
  unnamed.poisson(5);
  EXPECT_TRUE(unnamed.seed_used());
}

/// Above a million photons the noise takes the spare deviates of the calibration.
TEST(Deviates, BrightPixelsDoNotUseTheSeed) {
  std::vector<float> photons(20, 3e6f), other = photons;
  const Settings settings;
  Deviates first(1, std::nullopt), second(2, std::nullopt);
  draw_photons(photons, settings, first);
  draw_photons(other, settings, second);
  EXPECT_EQ(photons, other);
  EXPECT_FALSE(first.seed_used());
}

template <class T>
std::vector<T> stored(const std::vector<float>& photons, const Settings& settings, double limit,
                      StoredNumbers& counts) {
  std::vector<T> numbers(photons.size());
  store_numbers(photons, settings, limit, nullptr, std::span(numbers), counts);
  return numbers;
}

TEST(StoredNumbers, AreCutOffWrappedAndClipped) {
  Settings settings;
  settings.adc = 0;
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  const std::vector<float> photons = {0, 3.9f, -0.9f, -3.7f, 65535, 65536, 1e9f, -1e30f, nan, inf};
  StoredNumbers narrow, wide;
  EXPECT_EQ(stored<std::uint16_t>(photons, settings, 65535, narrow),
            (std::vector<std::uint16_t>{0, 3, 0, 65533, 65535, 65535, 65535, 0, 0, 65535}));
  EXPECT_EQ(stored<std::uint32_t>(photons, settings, 2147483647, wide),
            (std::vector<std::uint32_t>{0, 3, 0, 4294967293u, 65535, 65536, 1000000000, 0, 0, 2147483647}));
  EXPECT_EQ(narrow.overloads, 3u);
  EXPECT_EQ(wide.overloads, 1u);
  EXPECT_EQ(narrow.negative, 2u);
  EXPECT_EQ(narrow.not_numbers, 1u);
  EXPECT_EQ(narrow.cut_off, 3u);
}

}  // namespace
}  // namespace femtobragg::noisify
