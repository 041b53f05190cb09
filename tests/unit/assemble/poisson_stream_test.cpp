// Deviates in blocks against those drawn one by one: the same bits.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "femtobragg/assemble/poisson_stream.h"

namespace femtobragg::assemble {
namespace {

void expect_same_deviates(const std::vector<float>& means, std::int64_t seed) {
  std::vector<float> counts(means.size());
  PoissonStream stream({}, -seed);
  const std::size_t half = means.size() / 2;
  stream.draw(std::span(means).first(half), std::span(counts).first(half));
  stream.draw(std::span(means).subspan(half), std::span(counts).subspan(half));
  RandomNumbers random;
  std::int64_t state = -seed;
  for (std::size_t k = 0; k < means.size(); ++k) {
    const float expected = random.poisson(means[k], state);
    if (std::isnan(expected))
      ASSERT_TRUE(std::isnan(counts[k])) << k;
    else
      ASSERT_EQ(std::bit_cast<std::uint32_t>(counts[k]), std::bit_cast<std::uint32_t>(expected))
          << k << " " << means[k];
  }
}

/// From `least` to `greatest`, by equal factors.
std::vector<float> means_between(double least, double greatest, std::size_t n) {
  std::vector<float> means;
  for (std::size_t k = 0; k < n; ++k)
    means.push_back(
        static_cast<float>(least * std::pow(greatest / least, static_cast<double>(k) / static_cast<double>(n))));
  return means;
}

TEST(PoissonStream, DarkPixels) { expect_same_deviates(means_between(1e-9, 1, 200000), 1); }
TEST(PoissonStream, FewPhotons) { expect_same_deviates(means_between(0.5, 12, 200000), 2); }
TEST(PoissonStream, ManyPhotons) {
  expect_same_deviates(means_between(11.9, 1000, 500000), 3);
  expect_same_deviates(means_between(1000, 1e6, 500000), 4);
}
TEST(PoissonStream, BrightPixels) { expect_same_deviates(means_between(0.9e6, 1e20, 200000), 5); }

TEST(PoissonStream, AllKindsMixed) {
  std::vector<float> means;
  for (int k = 0; k < 200000; ++k) means.push_back(static_cast<float>(std::pow(10.0, (k * 7919) % 90 / 10.0 - 1)));
  means[10] = std::numeric_limits<float>::quiet_NaN();
  means[700] = -3;
  means[701] = 0;
  means[1500] = std::numeric_limits<float>::infinity();
  expect_same_deviates(means, 6);
}

}  // namespace
}  // namespace femtobragg::assemble
