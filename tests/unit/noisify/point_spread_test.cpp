// The point spread: its numbers, and the same sums in the same order as the plainest loop.
#include "femtobragg/noisify/point_spread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace femtobragg::noisify {
namespace {

/// Light of each pixel into each neighbour, one after the other, and one rounding for each.
std::vector<float> plain_spread(const std::vector<float>& photons, std::size_t n_fast, const SpreadKernel& kernel,
                                std::int64_t all_radius, double& lost) {
  const auto nf = static_cast<std::int64_t>(n_fast), n = static_cast<std::int64_t>(photons.size()), ns = n / nf;
  std::vector<float> out(photons.size());
  lost = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double x = static_cast<double>(photons[static_cast<std::size_t>(i)]);
    if (!(x > 0)) continue;
    const double wanted = all_radius > 0 ? static_cast<double>(all_radius) : kernel.radius(x);
    const auto r =
        std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min(wanted, static_cast<double>(std::max(nf, ns)))));
    for (std::int64_t dx = -r; dx <= r; ++dx)
      for (std::int64_t dy = -r; dy <= r; ++dy) {
        const std::int64_t fast = i % nf + dx, slow = i / nf + dy, at = slow * nf + fast;
        if (dx * dx + dy * dy > r * r || fast < 0 || slow < 0 || fast > nf || slow > ns || at >= n) continue;
        float& target = out[static_cast<std::size_t>(at)];
        target = static_cast<float>(static_cast<double>(target) + x * kernel.value(dx, dy));
      }
    lost += kernel.beyond(x, kernel.tail(static_cast<double>(r)));
  }
  for (float& target : out) target = static_cast<float>(static_cast<double>(target) + lost / static_cast<double>(n));
  return out;
}

void expect_plain(std::vector<float> photons, std::size_t n_fast, const SpreadKernel& kernel, std::int64_t radius) {
  double lost = 0;
  const std::vector<float> expected = plain_spread(photons, n_fast, kernel, radius, lost);
  const Spread found = spread_photons(photons, n_fast, kernel, radius);
  EXPECT_EQ(found.lost, lost);
  ASSERT_EQ(photons.size(), expected.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) different += photons[i] != expected[i];
  EXPECT_EQ(different, 0u);
}

std::vector<float> random_photons(std::size_t n, double lit, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<float> photons(n);
  for (float& pixel : photons)
    if (uniform(random) < lit) pixel = static_cast<float>(std::exp(9 * uniform(random)));
  return photons;
}

TEST(PointSpread, RadiiAndRemaindersOfASpot) {
  const SpreadKernel gauss(SpreadShape::Gaussian, 1.5), fibre(SpreadShape::Fibre, 1.5);
  EXPECT_EQ(gauss.radius(1e4), 4);
  EXPECT_NEAR(gauss.beyond(1e4, gauss.tail(4)), 2.7376e-05, 1e-9);
  EXPECT_EQ(fibre.radius(1e4), 980);
  EXPECT_NEAR(fibre.beyond(1e4, fibre.tail(31)), 315.512, 1e-3);
  EXPECT_TRUE(std::isnan(gauss.radius(0.009)));
}

TEST(PointSpread, KernelsHaveVolumeOneAndTheirWidth) {
  for (const SpreadShape shape : {SpreadShape::Gaussian, SpreadShape::Fibre}) {
    const double width = 60;
    const SpreadKernel kernel(shape, width);
    EXPECT_NEAR(kernel.value(30, 0) / kernel.value(0, 0), 0.5, 1e-3);
    EXPECT_NEAR(kernel.value(0, 30) / kernel.value(0, 0), 0.5, 1e-3);
    double sum = 0;
    constexpr std::int64_t r = 300;
    for (std::int64_t x = -r; x <= r; ++x)
      for (std::int64_t y = -r; y <= r; ++y) sum += kernel.value(x, y);
    EXPECT_NEAR(sum, 1, shape == SpreadShape::Gaussian ? 1e-9 : 0.13);
  }
}

/// A flat field of 1000 photons: what goes over the right edge comes back on the left. The width is 150 um of
/// 0.1 mm, in single precision.
TEST(PointSpread, WrapsAtTheRightEdge) {
  std::vector<float> photons(31 * 21, 1000.0f);
  const double width = static_cast<double>(150e-6f) / (0.1 / 1000);
  const Spread found = spread_photons(photons, 31, SpreadKernel(SpreadShape::Gaussian, width), 0);
  EXPECT_TRUE(found.wrapped);
  EXPECT_EQ(static_cast<int>(photons[31 * 10]), 999);
  EXPECT_EQ(static_cast<int>(photons[31 * 10 + 30]), 783);
  EXPECT_EQ(static_cast<int>(photons[0]), 614);
  EXPECT_EQ(static_cast<int>(photons[30]), 614);
  EXPECT_EQ(static_cast<int>(photons[31 * 20]), 828);
}

/// Whole photons that the pixels of an image hold of a spot of 1e4, in the middle and in the last corner.
TEST(PointSpread, LosesPhotonsAtTheEdges) {
  const auto kept = [](SpreadShape shape, std::size_t at) {
    std::vector<float> photons(31 * 21);
    photons[at] = 1e4f;
    spread_photons(photons, 31, SpreadKernel(shape, 1.5), 0);
    return std::accumulate(photons.begin(), photons.end(), 0,
                           [](int sum, float p) { return sum + static_cast<int>(p); });
  };
  constexpr std::size_t middle = 31 * 10 + 15, corner = 31 * 21 - 1;
  EXPECT_EQ(kept(SpreadShape::Gaussian, middle), 9988);
  EXPECT_EQ(kept(SpreadShape::Gaussian, corner), 6585);
  EXPECT_EQ(kept(SpreadShape::Fibre, middle), 9292);
  EXPECT_EQ(kept(SpreadShape::Fibre, corner), 4714);
}

TEST(PointSpread, DarkImagesStayDark) {
  std::vector<float> photons(200);
  const Spread found = spread_photons(photons, 20, SpreadKernel(SpreadShape::Gaussian, 1.5), 0);
  EXPECT_EQ(found.lost, 0);
  EXPECT_FALSE(found.wrapped);
  EXPECT_EQ(photons, std::vector<float>(200));
}

/// Dense, sparse, brighter and fainter images, radii of all pixels and of each, wider and narrower than the image.
TEST(PointSpread, AddsInTheOrderOfThePlainLoop) {
  for (const SpreadShape shape : {SpreadShape::Gaussian, SpreadShape::Fibre})
    for (const double width : {0.3, 1.7, 6.0})
      for (const double lit : {1.0, 0.3, 0.02}) {
        const SpreadKernel kernel(shape, width);
        SCOPED_TRACE(testing::Message() << static_cast<int>(shape) << " " << width << " " << lit);
        expect_plain(random_photons(93 * 37, lit, 1), 93, kernel, 0);
        expect_plain(random_photons(200 * 9, lit, 2), 200, kernel, 0);
        expect_plain(random_photons(7 * 90, lit, 3), 7, kernel, 0);
        expect_plain(random_photons(150 * 40, lit, 4), 150, kernel, 5);
      }
}

TEST(PointSpread, AddsInTheOrderOfThePlainLoopInNarrowImages) {
  const SpreadKernel kernel(SpreadShape::Fibre, 2);
  for (const std::size_t n_fast : {1, 2, 3, 64, 65})
    for (const std::int64_t radius : {0, 1, 3})
      expect_plain(random_photons(n_fast * 11, 0.8, 7), n_fast, kernel, radius);
}

TEST(PointSpread, SkipsNegativePixels) {
  std::vector<float> photons = random_photons(30 * 20, 0.5, 5);
  for (std::size_t i = 0; i < photons.size(); i += 7) photons[i] = -photons[i];
  expect_plain(photons, 30, SpreadKernel(SpreadShape::Gaussian, 1.2), 0);
}

}  // namespace
}  // namespace femtobragg::noisify
