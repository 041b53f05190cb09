// The reference program's random numbers, value by value.
#include "femtobragg/assemble/random_numbers.h"

#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/base/units.h"

namespace femtobragg::assemble {
namespace {

/// Deviates of a stream that begins with that seed and a fresh table.
template <class Draw>
std::vector<float> draw(std::int64_t seed, std::size_t count, Draw&& next) {
  RandomNumbers random;
  std::int64_t state = -seed;
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(next(random, state));
  return values;
}

const auto uniform = [](RandomNumbers& random, std::int64_t& state) { return random.uniform(state); };
const auto gaussian = [](RandomNumbers& random, std::int64_t& state) { return random.gaussian(state); };

void expect_near(const std::vector<float>& actual, const std::vector<float>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_FLOAT_EQ(actual[i], expected[i]) << i;
}

TEST(RandomNumbers, UniformStreams) {
  expect_near(draw(1, 6, uniform), {0.415999353f, 0.091964893f, 0.75641048f, 0.52970022f, 0.930436492f, 0.383502066f});
  expect_near(draw(5, 6, uniform), {0.172860548f, 0.680409431f, 0.917078257f, 0.91751039f, 0.766779184f, 0.648500979f});
  expect_near(draw(12345678, 6, uniform),
              {0.765989304f, 0.023453664f, 0.589726627f, 0.535101593f, 0.982231438f, 0.693016112f});
  expect_near(draw(987, 6, uniform),
              {0.844667077f, 0.162796617f, 0.512820065f, 0.340820283f, 0.0751167163f, 0.57714963f});
}

TEST(RandomNumbers, SeedsZeroAndOneAreTheSame) { EXPECT_EQ(draw(0, 10, uniform), draw(1, 10, uniform)); }

TEST(RandomNumbers, PositiveStateStartsWithOneOnAFreshTable) {
  RandomNumbers random;
  std::int64_t state = 7;
  EXPECT_FLOAT_EQ(random.uniform(state), 0.415999353f);
}

TEST(RandomNumbers, Gaussian) {
  expect_near(draw(1, 6, gaussian),
              {-0.836853981f, -0.172279969f, 0.187117606f, 1.61543977f, -0.17677407f, 0.653144717f});
}

TEST(RandomNumbers, PoissonOfEachBranch) {
  const std::vector<std::pair<float, std::vector<float>>> expected = {
      {0.5f, {0, 0, 1, 1, 1, 1}},
      {5.0f, {5, 5, 8, 5, 6, 6}},
      {11.9f, {15, 14, 12, 13, 16, 11}},
      {12.0f, {7, 10, 10, 13, 10, 9}},
      {100.0f, {86, 96, 73, 94, 103, 95}},
      {5000.0f, {4903, 4977, 4809, 4962, 5023, 4966}},
      {2e6f, {1998816.5f, 1999756.38f, 2000264.62f, 2002284.62f, 1999750.0f, 2000923.62f}}};
  for (const auto& [mean, values] : expected)
    expect_near(
        draw(1, 6, [mean = mean](RandomNumbers& random, std::int64_t& state) { return random.poisson(mean, state); }),
        values);
}

/// ln Gamma by Lanczos's sum, in single precision.
float plain_log_gamma(float argument) {
  const double v = static_cast<double>(argument), c[] = {76.18009172947146,  -86.50532032941677,   24.01409824083091,
                                                         -1.231739572450155, 1.208650973866179e-3, -5.395239384953e-6};
  double sum = 1.000000000190015;
  for (int k = 0; k < 6; ++k) sum += c[k] / (v + static_cast<double>(k + 1));
  return static_cast<float>(-((v + 5.5) - (v + 0.5) * std::log(v + 5.5)) + std::log(2.5066282746310005 * sum / v));
}

/// Rejection without any shortcut.
float plain_poisson(float mean, RandomNumbers& random, std::int64_t& state) {
  const double x = static_cast<double>(mean);
  const float width = static_cast<float>(std::sqrt(2.0 * x)), log_mean = static_cast<float>(std::log(x));
  const float at_mean = mean * log_mean - plain_log_gamma(mean + 1.0f);
  while (true) {
    float y = 0, candidate = 0;
    do {
      y = static_cast<float>(std::tan(pi * static_cast<double>(random.uniform(state))));
      candidate = width * y + mean;
    } while (candidate < 0.0f);
    candidate = std::floor(candidate);
    const float exponent = candidate * log_mean - plain_log_gamma(candidate + 1.0f) - at_mean;
    const double chance = 0.9 * (1.0 + static_cast<double>(y * y)) * std::exp(static_cast<double>(exponent));
    if (!(random.uniform(state) > static_cast<float>(chance))) return candidate;
  }
}

/// Tables and series decide as the plain formulas do, at all means and at the ends of the tables' ranges.
TEST(RandomNumbers, PoissonShortcutsChangeNothing) {
  std::vector<float> means = {12, 23.999f, 24, 63.99f, 64, 255.9f, 256, 1023.9f, 1024, 8191.9f, 8192, 65535.9f, 65536};
  for (int i = 0; i < 400; ++i) means.push_back(12 * std::exp(11.3f * static_cast<float>(i) / 400));
  RandomNumbers random, plain;
  std::int64_t state = -5, plain_state = -5;
  std::size_t different = 0;
  for (int repeat = 0; repeat < 2000; ++repeat)
    for (const float mean : means) different += random.poisson(mean, state) != plain_poisson(mean, plain, plain_state);
  EXPECT_EQ(different, 0u);
  EXPECT_EQ(state, plain_state);
}

TEST(RandomNumbers, SecondMosaicDomainOfTheDefaultSeed) {
  RandomNumbers random;
  std::int64_t state = -12345678;
  const auto spread = static_cast<float>(radians_from_degrees(1.0));
  random.mosaic_rotation(spread, state);
  const Mat3d u = random.mosaic_rotation(spread, state);
  const double expected[3][3] = {{0.9998636859, -0.0159487717, 0.0042715638},
                                 {0.0159528481, 0.9998723202, -0.0009219525},
                                 {-0.0042563144, 0.0009899705, 0.9999904518}};
  const Vec3d rows[] = {u.row_x, u.row_y, u.row_z};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(rows[i].x, expected[i][0], 1e-10);
    EXPECT_NEAR(rows[i].y, expected[i][1], 1e-10);
    EXPECT_NEAR(rows[i].z, expected[i][2], 1e-10);
  }
}

}  // namespace
}  // namespace femtobragg::assemble
