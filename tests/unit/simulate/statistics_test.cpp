// The numbers that summarise an image, and numbers of one type in another.
#include "femtobragg/simulate/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "femtobragg/simulate/stored_row.h"
#include "tests/unit/simulate/small_images.h"

namespace femtobragg {
namespace {

Coverage all_of(const Image& image) { return {image.shape(), {0, image.n_fast, 0, image.n_slow}, {}}; }

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

using Row = std::vector<std::uint16_t>;
using Counts = std::vector<std::int32_t>;

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
