// From photons to integers, and the numbers that summarise an image.
#include "femtobragg/simulate/detector_response.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "femtobragg/simulate/statistics.h"

namespace femtobragg {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

Image image_of(std::size_t n_fast, std::vector<float> pixels) {
  Image image = Image::zeros(n_fast, pixels.size() / n_fast);
  image.pixels = std::move(pixels);
  return image;
}

Coverage all_of(const Image& image) { return {image.shape(), {0, image.n_fast, 0, image.n_slow}, {}}; }

std::vector<std::uint16_t> scaled(const std::vector<float>& pixels, double scale, double offset,
                                  ResponseCounts* counts = nullptr) {
  const Image image = image_of(pixels.size(), pixels);
  std::vector<std::uint16_t> row(pixels.size(), 77);
  ResponseCounts own;
  scaled_row(image, all_of(image), 0, scale, offset, row, counts ? *counts : own);
  return row;
}

using Row = std::vector<std::uint16_t>;

TEST(ScaledRow, RoundsToNearest) {
  EXPECT_EQ(scaled({0.0f, 0.4f, 0.5f, 1.49f, 1.5f}, 1, 0), (Row{0, 0, 1, 1, 2}));
  EXPECT_EQ(scaled({2.0f, 3.0f}, 10, 40), (Row{60, 70}));
}

TEST(ScaledRow, CountsWhatItClips) {
  ResponseCounts counts;
  EXPECT_EQ(scaled({65535.0f, 65536.0f, 1e9f, -1.0f}, 1, 0, &counts), (Row{65535, 65535, 65535, 0}));
  EXPECT_EQ(counts.overloads, 2u);
}

/// The sum is rounded to float before it is cut off: just below a half goes up where floats are coarse.
TEST(ScaledRow, RoundsThroughFloat) {
  EXPECT_EQ(scaled({1}, 40000.4999, 0), (Row{40001}));
  EXPECT_EQ(scaled({1}, 40000.49, 0), (Row{40000}));
  EXPECT_EQ(scaled({1}, 10.4999, 0), (Row{10}));
}

TEST(ScaledRow, Clips) {
  ResponseCounts counts;
  EXPECT_EQ(scaled({65534.4f, 65535, 65536, 1e30f, infinity}, 1, 0, &counts), (Row{65534, 65535, 65535, 65535, 65535}));
  EXPECT_EQ(counts.unusable, 0u);
  EXPECT_EQ(scaled({1, 50}, 1, -40), (Row{0, 10}));
}

TEST(ScaledRow, NegativeAndNanAreZeroAndNanIsCounted) {
  ResponseCounts counts;
  EXPECT_EQ(scaled({nan, -1, -100, 5, -infinity}, 1, 40, &counts), (Row{0, 39, 0, 45, 0}));
  EXPECT_EQ(counts.unusable, 1u);
}

TEST(ScaledRow, ZeroOutsideTheRegionAndOffsetUnderTheMask) {
  const Image image = image_of(4, {1, 2, 0, 4});
  Coverage coverage = all_of(image);
  coverage.region = {1, 3, 0, 1};
  coverage.mask = {1, 1, 0, 1};
  Row row(4, 77);
  ResponseCounts counts;
  scaled_row(image, coverage, 0, 1, 40, row, counts);
  EXPECT_EQ(row, (Row{0, 42, 40, 0}));
}

Row noisy(const std::vector<float>& pixels, double offset, ResponseCounts& counts) {
  const Image image = image_of(pixels.size(), pixels);
  Row row(pixels.size(), 77);
  noisy_row(
      image, all_of(image), 0, offset, [](double mean) { return mean; }, row, counts);
  return row;
}

TEST(NoisyRow, TruncatesClipsAndCounts) {
  ResponseCounts counts;
  EXPECT_EQ(noisy({0, 1.9f, 65495, 65496, 1e9f}, 40, counts), (Row{40, 41, 65535, 65535, 65535}));
  EXPECT_EQ(counts.overloads, 2u);
  EXPECT_EQ(counts.unusable, 0u);
  EXPECT_NEAR(counts.photons, 1e9 + 65495 + 65496 + 1.9, 1e-3);
}

TEST(NoisyRow, UnusablePixelsAreZero) {
  ResponseCounts counts;
  EXPECT_EQ(noisy({nan, -1, 5, 50}, -40, counts), (Row{0, 0, 0, 10}));
  EXPECT_EQ(counts.unusable, 3u);
}

TEST(NoisyRow, DrawsOnlyInsideTheRegion) {
  const Image image = image_of(4, {1, 2, 3, 4});
  Coverage coverage = all_of(image);
  coverage.region = {1, 3, 0, 1};
  std::vector<double> means;
  Row row(4, 77);
  ResponseCounts counts;
  const PoissonDeviate draw = [&](double mean) { return means.push_back(mean), mean; };
  noisy_row(image, coverage, 0, 0, draw, row, counts);
  EXPECT_EQ(means, (std::vector<double>{2, 3}));
  EXPECT_EQ(row, (Row{0, 2, 3, 0}));
}

TEST(GreyRow, TruncatesAndClips) {
  const Image image = image_of(6, {0.9f, 2.6f, 1000, -5, nan, infinity});
  std::vector<std::uint8_t> row(6, 77);
  grey_row(image, all_of(image), 0, 0.5, row);
  EXPECT_EQ(row, (std::vector<std::uint8_t>{0, 1, 255, 0, 0, 255}));
}

TEST(Statistics, OfAWholeImage) {
  const Image image = image_of(2, {1, 2, 3, 6});
  const ImageStatistics s = image_statistics(image, all_of(image), true);
  EXPECT_EQ(s.count, 4u);
  EXPECT_EQ(s.max, 6);
  EXPECT_EQ(s.max_fast, 1u);
  EXPECT_EQ(s.max_slow, 1u);
  EXPECT_EQ(s.mean, 3);
  EXPECT_DOUBLE_EQ(s.rms, std::sqrt(50.0 / 3));
  EXPECT_DOUBLE_EQ(s.rmsd, std::sqrt(14.0 / 3));
}

TEST(Statistics, FirstOfEqualMaxima) {
  const Image image = image_of(4, {0, 5, 5, 1});
  EXPECT_EQ(image_statistics(image, all_of(image), true).max_fast, 1u);
}

TEST(Statistics, SquaresAreFloats) {
  const Image image = image_of(1, {4097.3f, 0});
  const float square = 4097.3f * 4097.3f;
  EXPECT_EQ(image_statistics(image, all_of(image), true).rms, std::sqrt(static_cast<double>(square)));
}

/// As older programs do.
TEST(Statistics, SquaresBeyondFloatsAreFinite) {
  const Image image = image_of(1, {1e25f, 0});
  EXPECT_FLOAT_EQ(static_cast<float>(image_statistics(image, all_of(image), true).rms), 1e25f);
  EXPECT_TRUE(std::isinf(image_statistics(image, all_of(image), true, true).rms));
}

TEST(Statistics, MaskedPixels) {
  const Image image = image_of(4, {4, 0, 2, 0});
  Coverage coverage = all_of(image);
  coverage.mask = {1, 0, 1, 0};
  const ImageStatistics without = image_statistics(image, coverage, false),
                        with = image_statistics(image, coverage, true);
  EXPECT_EQ(with.count, 2u);
  EXPECT_EQ(with.mean, 3);
  EXPECT_DOUBLE_EQ(with.rms, without.rms);
  EXPECT_DOUBLE_EQ(without.rmsd, std::sqrt(2.0));
  // Masked pixels count among the deviations and in their number.
  EXPECT_DOUBLE_EQ(with.rmsd, std::sqrt(20.0 / 3.0));
}

TEST(Statistics, OddImages) {
  const Image dark = image_of(2, {0, 0});
  EXPECT_FALSE(image_statistics(dark, all_of(dark), true).has_max);
  const Image one = image_of(1, {5});
  EXPECT_EQ(image_statistics(one, all_of(one), true).rms, 5);
  Coverage nothing = all_of(one);
  nothing.region = {1, 0, 0, 1};
  EXPECT_EQ(image_statistics(one, nothing, true).count, 0u);
  EXPECT_EQ(image_statistics(one, nothing, true).mean, 0);
  const Image broken = image_of(2, {nan, 5});
  EXPECT_EQ(image_statistics(broken, all_of(broken), true).max, 5);
  EXPECT_TRUE(std::isnan(image_statistics(broken, all_of(broken), true).mean));
}

/// Two panels side by side with a gap, the right one a row lower; photons count upwards.
struct TwoPanels {
  Image image = image_of(5, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  Detector detector;
  TwoPanels() {
    Panel left;
    left.n_fast = 2;
    left.n_slow = 2;
    left.mask = {1, 0, 1, 1};
    Panel right = left;
    right.mask.clear();
    right.n_slow = 1;
    right.data_fast = 3;
    right.data_slow = 1;
    right.saturation = 8.5;
    // In no order.
    detector.panels = {right, left};
  }
};

using Counts = std::vector<std::int32_t>;

TEST(CountedRow, MarksWhatIsNotRenderedAndDrawsInOrder) {
  const TwoPanels t;
  std::vector<double> drawn;
  const PoissonDeviate twice = [&](double mean) {
    drawn.push_back(mean);
    return 2 * mean;
  };
  ResponseCounts counts;
  Counts row(5, 77);
  counted_row(t.image, t.detector, 0, twice, row, counts);
  EXPECT_EQ(row, (Counts{2, -1, -1, -1, -1}));
  // What is masked is drawn too, as on other noise images.
  EXPECT_EQ(drawn, (std::vector<double>{1, 2}));
  counted_row(t.image, t.detector, 1, twice, row, counts);
  EXPECT_EQ(row, (Counts{12, 14, -1, 9, 9}));
  EXPECT_EQ(counts.overloads, 2u);
  EXPECT_EQ(counts.photons, 2 + 12 + 14 + 18 + 20);
}

TEST(CountedRow, RoundsWithoutNoise) {
  TwoPanels t;
  t.image.pixels[5] = 6.5f;
  t.image.pixels[6] = nan;
  t.image.pixels[9] = infinity;
  ResponseCounts counts;
  Counts row(5, 77);
  rounded_row(t.image, t.detector, 1, row, counts);
  EXPECT_EQ(row, (Counts{7, -1, -1, 9, 9}));
  EXPECT_EQ(counts.unusable, 1u);
  EXPECT_EQ(counts.overloads, 2u);
}

TEST(StoredRow, CountsWhatDoesNotFit) {
  const std::vector<float> values = {-1, 0.4f, 0.5f, 65535.4f, 65536, nan, infinity};
  StoredCounts counts;
  Row row(values.size());
  stored_row<float, std::uint16_t>(values, 1, 0, row, counts);
  EXPECT_EQ(row, (Row{0, 0, 1, 65535, 65535, 0, 65535}));
  EXPECT_EQ(counts.too_small, 1u);
  EXPECT_EQ(counts.too_large, 2u);
  EXPECT_EQ(counts.not_numbers, 1u);
  const Counts whole = {2147483647, -2147483647, 3};
  Counts stored(3);
  counts = {};
  stored_row<std::int32_t, std::int32_t>(whole, 1, 0, stored, counts);
  EXPECT_EQ(stored, whole);
  stored_row<std::int32_t, std::int32_t>(whole, 2, 1, stored, counts);
  EXPECT_EQ(stored, (Counts{2147483647, -2147483647 - 1, 7}));
  EXPECT_EQ(counts.too_large + counts.too_small, 2u);
}

}  // namespace
}  // namespace femtobragg
