// Random numbers of places, and Poisson deviates against their law.
#include "femtobragg/physics/counting.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "femtobragg/physics/random_stream.h"

namespace femtobragg::physics {
namespace {

TEST(RandomStreams, AreThoseOfPhilox) {
  // The known answer of Random123 for a counter and a key of zeros.
  const auto block = r123::Philox4x32()(r123::Philox4x32::ctr_type{}, r123::Philox4x32::key_type{});
  EXPECT_EQ(block[0], 0x6627e8d5u);
  EXPECT_EQ(block[1], 0xe169c58du);
  EXPECT_EQ(block[2], 0xbc57ac4cu);
  EXPECT_EQ(block[3], 0x9b00dbd8u);
  RandomStream stream({.seed = 0});
  EXPECT_NEAR(stream.uniform(), 0x9b00dbd8bc57ac4cull * 0x1p-64, 1e-15);
  EXPECT_NEAR(stream.uniform(), 0xe169c58d6627e8d5ull * 0x1p-64, 1e-15);
}

TEST(RandomStreams, DifferWhereAnyPartOfThePlaceDiffers) {
  const RandomPlace place{.seed = 5, .use = RandomUse::Counting, .frame = 1, .panel = 2, .pixel = 3};
  const double first = RandomStream(place).uniform();
  std::vector<RandomPlace> others(6, place);
  others[0].seed = 6;
  others[1].seed = 5 + (1ull << 32);
  others[2].use = RandomUse{2};
  others[3].frame = 2;
  others[4].panel = 3;
  others[5].pixel = 4;
  for (const RandomPlace& other : others) EXPECT_NE(RandomStream(other).uniform(), first);
  EXPECT_EQ(RandomStream(place).uniform(), first);
}

TEST(RandomStreams, NormalDeviatesHaveTheirMoments) {
  RandomStream stream({.seed = 11});
  constexpr int count = 400000;
  double sum = 0, squares = 0, fourth = 0;
  for (int i = 0; i < count; ++i) {
    const double x = stream.normal();
    sum += x, squares += x * x, fourth += x * x * x * x;
  }
  EXPECT_NEAR(sum / count, 0, 4 / std::sqrt(count));
  EXPECT_NEAR(squares / count, 1, 4 * std::sqrt(2.0 / count));
  EXPECT_NEAR(fourth / count, 3, 4 * std::sqrt(96.0 / count));
}

/// By the direct formula in long double.
long double probability(long double n, long double mean) {
  return std::exp(n * std::log(mean) - mean - std::lgamma(n + 1));
}

TEST(PoissonProbability, AgreesWithTheDirectFormula) {
  for (const double mean : {0.01, 1.0, 9.0, 10.0, 15.0, 120.0, 1e4, 1e6, 1e9})
    for (const double sigmas : {-5.0, -2.0, -0.1, 0.0, 0.3, 3.0, 6.0}) {
      const double n = std::floor(mean + sigmas * std::sqrt(mean));
      if (n < 0) continue;
      const double direct = static_cast<double>(std::log(probability(n, mean)));
      // What the direct formula loses in its large terms.
      const double rounding =
          4 * static_cast<double>(std::numeric_limits<long double>::epsilon()) * mean * std::log(mean + 1);
      EXPECT_NEAR(log_poisson_probability(n, mean), direct, 1e-12 + rounding) << n << " " << mean;
    }
}

/// Draws `count` deviates and compares how many fall into bins of neighbouring numbers with their probabilities.
double chi_squared_per_degree(double mean, int count, std::size_t& degrees) {
  const double sigma = std::sqrt(mean), width = std::max(1.0, std::floor(sigma / 4));
  const double from = std::max(0.0, std::floor(mean - 6 * sigma)),
               bins = std::ceil((mean + 6 * sigma + 12 - from) / width);
  std::vector<double> expected(static_cast<std::size_t>(bins)), found(expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    long double sum = 0;
    const double first = from + static_cast<double>(i) * width;
    for (double n = first; n < first + width; ++n) sum += probability(n, mean);
    expected[i] = static_cast<double>(sum) * count;
  }
  for (int i = 0; i < count; ++i) {
    RandomStream stream({.seed = 3, .use = RandomUse::Counting, .pixel = static_cast<std::uint32_t>(i)});
    const double n = poisson_count(mean, stream);
    EXPECT_EQ(n, std::floor(n));
    const double bin = std::floor((n - from) / width);
    if (bin >= 0 && bin < bins) ++found[static_cast<std::size_t>(bin)];
  }
  double chi = 0;
  degrees = 0;
  double rest_found = count, rest_expected = count;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] < 10) continue;
    chi += (found[i] - expected[i]) * (found[i] - expected[i]) / expected[i];
    rest_found -= found[i], rest_expected -= expected[i];
    ++degrees;
  }
  if (rest_expected >= 10)
    chi += (rest_found - rest_expected) * (rest_found - rest_expected) / rest_expected, ++degrees;
  degrees = std::max<std::size_t>(1, degrees - 1);
  return chi / static_cast<double>(degrees);
}

class PoissonCounts : public testing::TestWithParam<double> {};

TEST_P(PoissonCounts, FollowTheirLaw) {
  std::size_t degrees = 0;
  const double chi = chi_squared_per_degree(GetParam(), 400000, degrees);
  EXPECT_NEAR(chi, 1, 4.5 * std::sqrt(2.0 / static_cast<double>(degrees))) << degrees << " degrees of freedom";
}
INSTANTIATE_TEST_SUITE_P(means, PoissonCounts,
                         testing::Values(1e-3, 0.03, 0.5, 1.0, 3.3, 9.99, 10.0, 10.7, 14.0, 30.0, 100.0, 1234.5, 1e5,
                                         1e6, 1e7, 1e9));

TEST(PoissonCounts, OfNothing) {
  RandomStream stream({.seed = 1});
  EXPECT_EQ(poisson_count(0, stream), 0);
  EXPECT_EQ(poisson_count(-3, stream), 0);
  EXPECT_EQ(poisson_count(std::nan(""), stream), 0);
  EXPECT_TRUE(std::isinf(poisson_count(INFINITY, stream)));
  EXPECT_GT(poisson_count(1e38, stream), 0.9e38);
}

}  // namespace
}  // namespace femtobragg::physics
