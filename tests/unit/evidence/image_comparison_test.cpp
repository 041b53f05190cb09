// Numbers of a comparison against ones that can be worked out by hand.
#include "femtobragg/evidence/compare/image_comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/evidence/compare/comparison.h"
#include "femtobragg/formats/io/digest.h"

namespace femtobragg::evidence {
namespace {

Image image_of(std::size_t n_fast, std::vector<float> pixels) {
  const std::size_t n_slow = pixels.size() / n_fast;
  return {n_fast, n_slow, std::move(pixels)};
}

ImageComparison compared(const Image& first, const Image& second) {
  return compare_images(first, second, {0, first.n_fast, 0, first.n_slow});
}

/// A round spot whose maximum lies at that place.
void add_spot(Image& image, double fast, double slow, double photons) {
  for (std::size_t s = 0; s < image.n_slow; ++s)
    for (std::size_t f = 0; f < image.n_fast; ++f) {
      const double df = static_cast<double>(f) - fast, ds = static_cast<double>(s) - slow;
      image.row(s)[f] += static_cast<float>(photons * std::exp(-0.1 * (df * df + ds * ds)));
    }
}

TEST(ImageComparison, ByHand) {
  const ImageComparison c = compared(image_of(2, {1, 2, 3, 4}), image_of(2, {1, 2, 3, 8}));
  EXPECT_EQ(c.pixels, 4u);
  EXPECT_DOUBLE_EQ(c.mse, 4.0);
  EXPECT_DOUBLE_EQ(c.rmse, 2.0);
  EXPECT_DOUBLE_EQ(c.max_abs_diff, 4.0);
  EXPECT_EQ(c.max_abs_at.fast, 1u);
  EXPECT_EQ(c.max_abs_at.slow, 1u);
  EXPECT_DOUBLE_EQ(c.max_rel_diff, 0.5);
  EXPECT_DOUBLE_EQ(c.sum_first, 10.0);
  EXPECT_DOUBLE_EQ(c.sum_second, 14.0);
  EXPECT_DOUBLE_EQ(c.sum_ratio, 1.4);
  // Means 2.5 and 3.5: products 11, squares 5 and 29.
  EXPECT_NEAR(c.correlation, 11.0 / std::sqrt(5.0 * 29.0), 1e-15);
}

TEST(ImageComparison, DeviationsAreThoseOfTheRegion) {
  Comparison c;
  c.first = image_of(4, {4, 4, 4, 4, 4, 4, 4, 4});
  c.second = image_of(4, {5, 5, 4, 4, 400, 400, 400, 400});
  compare(c);
  EXPECT_DOUBLE_EQ(c.full_colour_sigma, 50) << "396 / sqrt(202) = 27.9";
  c.terms.roi = ImageRegion{0, 4, 0, 1};
  compare(c);
  EXPECT_DOUBLE_EQ(c.full_colour_sigma, 0.5) << "1 / sqrt(4.5) = 0.47";
}

TEST(ImageComparison, KeepsDigitsOnABrightGround) {
  std::vector<float> first, second;
  for (int i = 0; i < 1000; ++i) {
    first.push_back(1e6f + static_cast<float>(i % 7));
    second.push_back(1e6f + static_cast<float>(i % 7) * 2);
  }
  EXPECT_NEAR(compared(image_of(100, first), image_of(100, second)).correlation, 1.0, 1e-12);
}

TEST(ImageComparison, EqualImagesAgreeEvenIfDark) {
  const ImageComparison c = compared(image_of(2, {0, 0, 0, 0}), image_of(2, {0, 0, 0, 0}));
  EXPECT_EQ(c.correlation, 1.0);
  EXPECT_EQ(c.sum_ratio, 1.0);
  EXPECT_EQ(c.peaks.matched, 0u);
  EXPECT_FALSE(c.peaks.mean_distance_px);
}

TEST(ImageComparison, FlatAgainstOtherIsNoNumber) {
  EXPECT_TRUE(std::isnan(compared(image_of(2, {1, 1, 1, 1}), image_of(2, {2, 2, 2, 2})).correlation));
}

TEST(ImageComparison, CountsWhatIsNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const ImageComparison c = compared(image_of(2, {1, nan, 3, 4}), image_of(2, {1, nan, 3, 4}));
  EXPECT_EQ(c.not_finite, 1u);
  EXPECT_TRUE(std::isnan(c.correlation));
}

TEST(ImageComparison, RegionLeavesTheRestOut) {
  const Image first = image_of(3, {9, 1, 2, 9, 3, 4}), second = image_of(3, {0, 1, 2, 0, 3, 4});
  EXPECT_EQ(compare_images(first, second, {1, 3, 0, 2}).max_abs_diff, 0.0);
  EXPECT_EQ(compare_images(first, second, {0, 3, 0, 2}).max_abs_diff, 9.0);
}

TEST(Peaks, AreFoundAndMatchedOneToOne) {
  Image first = Image::zeros(60, 40), second = Image::zeros(60, 40);
  add_spot(first, 10, 10, 100);
  add_spot(first, 40, 25, 50);
  add_spot(second, 10.5, 10, 100);  // half a pixel away
  add_spot(second, 40, 27, 50);     // two
  add_spot(second, 20, 30, 80);     // in the second only
  const PeakMatch match = compared(first, second).peaks;
  EXPECT_EQ(match.first, 2u);
  EXPECT_EQ(match.second, 3u);
  EXPECT_EQ(match.matched, 2u);
  EXPECT_NEAR(*match.mean_distance_px, 1.25, 0.02);
  EXPECT_NEAR(*match.max_distance_px, 2.0, 0.02);
}

TEST(Peaks, BeyondTheGateDoNotMatch) {
  EXPECT_EQ(match_peaks({{10, 10, 1}}, {{15, 10, 1}}).matched, 0u);
  EXPECT_EQ(match_peaks({{10, 10, 1}}, {{14.9, 10, 1}}).matched, 1u);
}

/// The nearest pair first: the one that is left over has no partner within the gate.
TEST(Peaks, NoneIsUsedTwice) {
  const PeakMatch match = match_peaks({{10, 10, 1}, {13, 10, 1}}, {{12.5, 10, 1}});
  EXPECT_EQ(match.matched, 1u);
  EXPECT_DOUBLE_EQ(*match.max_distance_px, 0.5);
}

TEST(Peaks, APlateauIsOnePeakInItsMiddle) {
  const Image image = image_of(4, {0, 0, 0, 0, 0, 5, 5, 0, 0, 0, 0, 0});
  const auto peaks = find_peaks(image, {0, 4, 0, 3});
  ASSERT_EQ(peaks.size(), 1u);
  EXPECT_DOUBLE_EQ(peaks[0].fast, 1.5);
  EXPECT_DOUBLE_EQ(peaks[0].slow, 1.0);
}

TEST(Resampling, TakesTheNearestPixel) {
  const Image image = image_of(2, {1, 2, 3, 4});
  EXPECT_EQ(resampled(image, {4, 2}).pixels, (std::vector<float>{1, 1, 2, 2, 3, 3, 4, 4}));
  EXPECT_EQ(resampled(image, {1, 1}).pixels, (std::vector<float>{4}));
  EXPECT_EQ(resampled(image, {2, 2}).pixels, image.pixels);
}

Comparison judged(double correlation, double sum_ratio, std::optional<double> threshold, std::optional<double> sums) {
  Comparison c;
  c.numbers.correlation = correlation;
  c.numbers.sum_ratio = sum_ratio;
  c.terms.threshold = threshold;
  c.terms.sum_tolerance = sums;
  return c;
}

TEST(Verdict, FollowsWhatWasAsked) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(judged(0.5, 3, {}, {}).verdict(), Verdict::NotJudged);
  EXPECT_EQ(judged(0.9, 3, 0.9, {}).verdict(), Verdict::Agreed);
  EXPECT_EQ(judged(0.89, 1, 0.9, {}).verdict(), Verdict::Disagreed);
  EXPECT_EQ(judged(1, 1.02, 0.9, 0.01).verdict(), Verdict::Disagreed);
  EXPECT_EQ(judged(0, 1.005, {}, 0.01).verdict(), Verdict::Agreed);
  EXPECT_EQ(judged(1, nan, {}, 0.01).verdict(), Verdict::Disagreed);
  EXPECT_EQ(judged(nan, 1, {}, {}).verdict(), Verdict::NotANumber);
}

TEST(ImageComparison, RefusesARegionWithoutPixels) {
  Comparison c;
  c.first = c.second = image_of(2, {1, 2, 3, 4});
  c.terms.roi = ImageRegion{2, 5, 0, 1};
  EXPECT_THROW(compare(c), Error);
  c.terms.roi = ImageRegion{1, 1, 0, 1};
  EXPECT_THROW(compare(c), Error);
  c.terms.roi = ImageRegion{1, 500, 1, 500};
  compare(c);
  EXPECT_EQ(c.numbers.pixels, 1u);
}

/// FIPS 180-2, and RFC 4648.
TEST(Digest, KnownAnswers) {
  EXPECT_EQ(formats::sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(formats::sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(formats::base64_of("foob"), "Zm9vYg==");
  EXPECT_EQ(formats::base64_of(""), "");
  EXPECT_THROW(formats::sha256_of_file("/nonexistent/file"), Error);
}

}  // namespace
}  // namespace femtobragg::evidence
