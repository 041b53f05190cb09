// From photons to the numbers of a detector: stages in rows, rounding, marks.
#include "femtobragg/simulate/detect.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "femtobragg/base/error.h"
#include "femtobragg/simulate/stages/numbers.h"
#include "tests/unit/simulate/small_images.h"

namespace femtobragg {
namespace {

/// One panel that fills the image.
Detector all_of(const Image& image) {
  Detector detector;
  detector.panels.resize(1);
  detector.panels[0].n_fast = image.n_fast;
  detector.panels[0].n_slow = image.n_slow;
  return detector;
}

double same(double mean) { return mean; }

/// The numbers of a row of pixels, and what became of them.
template <class T>
std::vector<T> numbers(const std::vector<float>& pixels, const Response& response, ResponseCounts* counts = nullptr) {
  const Image image = image_of(pixels.size(), pixels);
  const Detector detector = all_of(image);
  Detection detection(image, detector, serial_stages_of(response, same), response.rounding);
  std::vector<T> row(pixels.size(), 77);
  detection.row(0, std::span<T>(row));
  if (counts) *counts = detection.counts();
  return row;
}

using Row = std::vector<std::uint16_t>;
using Wide = std::vector<std::int32_t>;

Row scaled(const std::vector<float>& pixels, double gain, double offset, ResponseCounts* counts = nullptr) {
  return numbers<std::uint16_t>(pixels, {.gain = gain, .offset = offset, .rounding = Rounding::NearestInFloat}, counts);
}
Row noisy(const std::vector<float>& pixels, double offset, ResponseCounts& counts) {
  return numbers<std::uint16_t>(pixels, {.counting_noise = true, .offset = offset, .rounding = Rounding::CutOff},
                                &counts);
}

TEST(Response, ByDefaultGivesThePhotons) {
  EXPECT_EQ(numbers<std::uint16_t>({0.0f, 7.4f, 7.5f, 65535.0f}, {}), (Row{0, 7, 8, 65535}));
  EXPECT_EQ(numbers<std::int32_t>({0.0f, 7.4f, 7.5f, 1e6f}, {}), (Wide{0, 7, 8, 1000000}));
  EXPECT_TRUE(stages_of({}, {}).empty());
}

TEST(Scaled, RoundsToNearest) {
  EXPECT_EQ(scaled({0.0f, 0.4f, 0.5f, 1.49f, 1.5f}, 1, 0), (Row{0, 0, 1, 1, 2}));
  EXPECT_EQ(scaled({2.0f, 3.0f}, 10, 40), (Row{60, 70}));
}

TEST(Scaled, CountsWhatItClips) {
  ResponseCounts counts;
  EXPECT_EQ(scaled({65535.0f, 65536.0f, 1e9f, -1.0f}, 1, 0, &counts), (Row{65535, 65535, 65535, 0}));
  EXPECT_EQ(counts.overloads, 2u);
}

/// The sum is rounded to float before it is cut off: just below a half goes up where floats are coarse.
TEST(Scaled, RoundsThroughFloat) {
  EXPECT_EQ(scaled({1}, 40000.4999, 0), (Row{40001}));
  EXPECT_EQ(scaled({1}, 40000.49, 0), (Row{40000}));
  EXPECT_EQ(scaled({1}, 10.4999, 0), (Row{10}));
  EXPECT_EQ(numbers<std::uint16_t>({1}, {.gain = 40000.4999}), (Row{40000})) << "others need not";
}

TEST(Scaled, Clips) {
  ResponseCounts counts;
  EXPECT_EQ(scaled({65534.4f, 65535, 65536, 1e30f, infinity}, 1, 0, &counts), (Row{65534, 65535, 65535, 65535, 65535}));
  EXPECT_EQ(counts.not_numbers + counts.below_zero, 0u);
  EXPECT_EQ(scaled({1, 50}, 1, -40), (Row{0, 10}));
}

TEST(Scaled, NegativeAndNanAreZeroAndNanIsCounted) {
  ResponseCounts counts;
  EXPECT_EQ(scaled({nan, -1, -100, 5, -infinity}, 1, 40, &counts), (Row{0, 39, 0, 45, 0}));
  EXPECT_EQ(counts.not_numbers, 1u);
  EXPECT_EQ(counts.below_zero, 0u) << "zero is what older programs expect";
}

TEST(Scaled, ZeroOutsideTheRegionAndOffsetUnderTheMask) {
  const Image image = image_of(4, {1, 2, 0, 4});
  Detector detector = all_of(image);
  detector.panels[0].region = RegionOfInterest{1, 3, 0, 1};
  detector.panels[0].mask = {1, 1, 0, 1};
  Row row(4, 77);
  Detection detection(image, detector, {.offset = 40, .rounding = Rounding::NearestInFloat});
  detection.row(0, std::span(row));
  EXPECT_EQ(row, (Row{0, 42, 40, 0}));
}

TEST(Noisy, TruncatesClipsAndCounts) {
  ResponseCounts counts;
  EXPECT_EQ(noisy({0, 1.9f, 65495, 65496, 1e9f}, 40, counts), (Row{40, 41, 65535, 65535, 65535}));
  EXPECT_EQ(counts.overloads, 2u);
  EXPECT_EQ(counts.not_numbers + counts.below_zero, 0u);
  EXPECT_NEAR(counts.photons, 1e9 + 65495 + 65496 + 1.9, 1e-3);
}

TEST(Noisy, UnusablePixelsAreZero) {
  ResponseCounts counts;
  EXPECT_EQ(noisy({nan, -1, 5, 50}, -40, counts), (Row{0, 0, 0, 10}));
  EXPECT_EQ(counts.not_numbers, 1u);
  EXPECT_EQ(counts.below_zero, 2u);
}

TEST(Noisy, DrawsOnlyInsideTheRegionAndBeforeTheGain) {
  const Image image = image_of(4, {1, 2, 3, 4});
  Detector detector = all_of(image);
  detector.panels[0].region = RegionOfInterest{1, 3, 0, 1};
  std::vector<double> means;
  Row row(4, 77);
  Detection detection(
      image, detector,
      serial_stages_of({.counting_noise = true, .gain = 5}, [&](double mean) { return means.push_back(mean), mean; }),
      Rounding::CutOff);
  detection.row(0, std::span(row));
  EXPECT_EQ(means, (std::vector<double>{2, 3}));
  EXPECT_EQ(row, (Row{0, 10, 15, 0}));
}

TEST(Grey, TruncatesAndClips) {
  EXPECT_EQ(numbers<std::uint8_t>({0.9f, 2.6f, 1000, -5, nan, infinity}, {.gain = 0.5, .rounding = Rounding::CutOff}),
            (std::vector<std::uint8_t>{0, 1, 255, 0, 0, 255}));
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

TEST(Detect, MarksWhatIsNotRenderedAndDrawsInOrder) {
  const TwoPanels t;
  std::vector<double> drawn;
  const auto twice = [&](double mean) {
    drawn.push_back(mean);
    return 2 * mean;
  };
  const Counts found =
      detect(Detection(t.image, t.detector, serial_stages_of({.counting_noise = true}, twice)), t.image.shape());
  EXPECT_EQ(found.pixels, (Wide{2, -1, -1, -1, -1, 12, 14, -1, 9, 9}));
  // What is masked is drawn too, as on other noise images.
  EXPECT_EQ(drawn, (std::vector<double>{1, 2, 6, 7, 9, 10}));
  EXPECT_EQ(found.counts.overloads, 2u);
  EXPECT_EQ(found.counts.photons, 2 + 12 + 14 + 18 + 20);
}

TEST(Detect, CutsOffBeforeItLooksForOverloads) {
  const Image image = image_of(2, {100.7f, 101.2f});
  Detector detector = all_of(image);
  detector.panels[0].saturation = 100;
  const Counts cut = detect(image, detector, {.rounding = Rounding::CutOff});
  EXPECT_EQ(cut.pixels, (Wide{100, 101}));
  EXPECT_EQ(cut.counts.overloads, 1u);
}

TEST(Detect, CountsWhatIsBelowZero) {
  const Image image = image_of(3, {-3, 2, nan});
  const Counts found = detect(image, all_of(image), {});
  EXPECT_EQ(found.pixels, (Wide{0, 2, -1}));
  EXPECT_EQ(found.counts.below_zero, 1u);
  EXPECT_EQ(found.counts.not_numbers, 1u);
}

/// What becomes of the values of a response in a file of either kind.
template <class T>
ResponseCounts counts_of(const std::vector<float>& values, const std::vector<std::uint8_t>& mask,
                         const Response& response) {
  const Image image = image_of(values.size(), values);
  Detector detector = all_of(image);
  detector.panels[0].mask = mask;
  Detection detection(image, detector, response);
  std::vector<T> row(values.size());
  detection.row(0, std::span<T>(row));
  return detection.counts();
}

TEST(Detect, CountsTheSameInFilesOfEveryKind) {
  const std::vector<float> values{-0.4f, -0.6f, -1.4f, 100.4f, 100.6f, 1e9f, nan, -infinity, infinity, 7};
  const std::vector<std::uint8_t> masks[] = {{}, {1, 0, 1, 1, 1, 0, 1, 1, 0, 1}, {0, 1, 0, 0, 0, 1, 0, 0, 1, 0}};
  for (const Rounding rounding : {Rounding::Nearest, Rounding::CutOff}) {
    std::uint64_t below = 0, above = 0, no_numbers = 0;
    for (const auto& mask : masks) {
      const Response response{.saturation = 100, .rounding = rounding};
      const ResponseCounts wide = counts_of<std::int32_t>(values, mask, response),
                           narrow = counts_of<std::uint16_t>(values, mask, response);
      EXPECT_EQ(wide.overloads, narrow.overloads);
      EXPECT_EQ(wide.below_zero, narrow.below_zero);
      EXPECT_EQ(wide.not_numbers, narrow.not_numbers);
      if (mask.empty())
        below = wide.below_zero, above = wide.overloads, no_numbers = wide.not_numbers;
      else
        below -= wide.below_zero, above -= wide.overloads, no_numbers -= wide.not_numbers;
    }
    EXPECT_EQ(below + above + no_numbers, 0u) << "a mask and its opposite make the whole";
  }
  const ResponseCounts rounded = counts_of<std::uint16_t>(values, {}, {.saturation = 100});
  EXPECT_EQ(rounded.below_zero, 3u);
  EXPECT_EQ(rounded.overloads, 3u);
  EXPECT_EQ(rounded.not_numbers, 1u);
  EXPECT_EQ((counts_of<std::uint16_t>({65535.4f}, {}, {}).overloads), 0u) << "it is rounded to the largest number";
  EXPECT_EQ((counts_of<std::uint16_t>({65535.6f}, {}, {}).overloads), 1u);
}

TEST(Detect, NeedsRandomNumbersForNoise) {
  EXPECT_THROW(serial_stages_of({.counting_noise = true}, {}), Error);
  EXPECT_TRUE(serial_stages_of({}, {}).empty());
}

TEST(Detect, RoundsWithoutNoise) {
  TwoPanels t;
  t.image.pixels[5] = 6.5f;
  t.image.pixels[6] = nan;
  t.image.pixels[9] = infinity;
  const Counts found = detect(t.image, t.detector, {});
  EXPECT_EQ(found.pixels, (Wide{1, -1, -1, -1, -1, 7, -1, -1, 9, 9}));
  EXPECT_EQ(found.counts.not_numbers, 1u);
  EXPECT_EQ(found.counts.overloads, 2u);
}

/// The sum over a square of neighbours inside the image.
class Neighbours : public ImageStage {
 public:
  explicit Neighbours(std::ptrdiff_t reach) : reach_(reach) {}
  std::string_view name() const override { return "neighbours"; }
  void apply(std::vector<double>& values, const Detector& detector, int) override {
    const auto n_fast = static_cast<std::ptrdiff_t>(detector.panels[0].n_fast);
    const auto n_slow = static_cast<std::ptrdiff_t>(detector.panels[0].n_slow);
    const std::vector<double> before = values;
    for (std::ptrdiff_t slow = 0; slow < n_slow; ++slow)
      for (std::ptrdiff_t fast = 0; fast < n_fast; ++fast) {
        double sum = 0;
        for (std::ptrdiff_t y = std::max<std::ptrdiff_t>(0, slow - reach_); y <= std::min(n_slow - 1, slow + reach_);
             ++y)
          for (std::ptrdiff_t x = std::max<std::ptrdiff_t>(0, fast - reach_); x <= std::min(n_fast - 1, fast + reach_);
               ++x)
            sum += before[static_cast<std::size_t>(y * n_fast + x)];
        values[static_cast<std::size_t>(slow * n_fast + fast)] = sum;
      }
  }

 private:
  std::ptrdiff_t reach_;
};

std::vector<Stage> blurs() {
  std::vector<Stage> stages;
  stages.emplace_back(std::make_unique<Neighbours>(1));
  stages.emplace_back(std::make_unique<stages::GainStage>(3));
  stages.emplace_back(std::make_unique<Neighbours>(2));
  stages.emplace_back(std::make_unique<stages::OffsetStage>(1));
  return stages;
}

/// Whole numbers, so that sums are exact in any order.
Image bumpy_image() {
  Image image = Image::zeros(7, 23);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<float>(i * i % 101);
  return image;
}

/// Pixel by pixel: a square of 3, then one of 5, neither beyond the image.
TEST(StagesThatMixPixels, TakeTheirPlaceAmongTheOthers) {
  const Image image = bumpy_image();
  const Detector detector = all_of(image);
  const auto sum_around = [](std::size_t reach, std::size_t fast, std::size_t slow, auto&& value) {
    double sum = 0;
    for (std::size_t y = slow - std::min(slow, reach); y < std::min<std::size_t>(23, slow + reach + 1); ++y)
      for (std::size_t x = fast - std::min(fast, reach); x < std::min<std::size_t>(7, fast + reach + 1); ++x)
        sum += value(x, y);
    return sum;
  };
  const auto pixel = [&](std::size_t x, std::size_t y) { return static_cast<double>(image.row(y)[x]); };
  const auto once = [&](std::size_t x, std::size_t y) { return 3 * sum_around(1, x, y, pixel); };
  for (const int threads : {1, 2, 5}) {
    const Image found = values_after(Detection(image, detector, blurs(), Rounding::Nearest, threads), image.shape());
    for (std::size_t slow = 0; slow < 23; ++slow)
      for (std::size_t fast = 0; fast < 7; ++fast)
        EXPECT_EQ(static_cast<double>(found.row(slow)[fast]), sum_around(2, fast, slow, once) + 1)
            << fast << " " << slow;
  }
}

TEST(StagesThatMixPixels, FollowRandomNumbersInRasterOrder) {
  const Image image = bumpy_image();
  const Detector detector = all_of(image);
  std::vector<double> means;
  std::vector<Stage> stages =
      serial_stages_of({.counting_noise = true}, [&](double mean) { return means.push_back(mean), mean; });
  stages.emplace_back(std::make_unique<Neighbours>(1));
  Detection detection(image, detector, std::move(stages), Rounding::Nearest, 4);
  std::vector<std::int32_t> row(7);
  detection.row(0, std::span(row));
  EXPECT_EQ(means, std::vector<double>(image.pixels.begin(), image.pixels.end()));
}

/// Two panels side by side, whose pixels expect the same number of photons.
Detector twins(std::size_t n_fast, std::size_t n_slow) {
  Detector detector;
  detector.panels.resize(2);
  for (Panel& panel : detector.panels) panel.n_fast = n_fast, panel.n_slow = n_slow;
  detector.panels[1].data_fast = n_fast;
  return detector;
}

TEST(CountingNoise, DependsOnThePlaceAlone) {
  const Image image{64, 700, std::vector<float>(64 * 700, 5.0f)};
  const Detector detector = twins(32, 700);
  const Response response{.counting_noise = true};
  const Counts one = detect(image, detector, response, {7, 3}, 1);
  for (const int threads : {2, 3, 8}) {
    const Counts many = detect(image, detector, response, {7, 3}, threads);
    EXPECT_EQ(many.pixels, one.pixels);
    EXPECT_EQ(many.counts.photons, one.counts.photons);
  }
  EXPECT_EQ(one.counts.photons, std::accumulate(one.pixels.begin(), one.pixels.end(), 0.0));
  // The second panel elsewhere: its own noise goes with it.
  Detector moved = detector;
  std::swap(moved.panels[0].data_fast, moved.panels[1].data_fast);
  const Counts there = detect(image, moved, response, {7, 3}, 2);
  for (std::size_t slow = 0; slow < 700; slow += 99)
    for (std::size_t fast = 0; fast < 32; ++fast)
      EXPECT_EQ(there.pixels[slow * 64 + fast], one.pixels[slow * 64 + 32 + fast]);
}

TEST(CountingNoise, IsOthersForOtherSeedsFramesAndPanels) {
  const Image image{64, 100, std::vector<float>(6400, 50.0f)};
  const Detector detector = twins(32, 100);
  const auto counts = [&](const NoiseKey& key) {
    return detect(image, detector, {.counting_noise = true}, key).pixels;
  };
  const auto correlation = [](std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - 50.0) * (b[i] - 50.0) / 50;
    return sum / static_cast<double>(a.size());
  };
  const auto first = counts({1, 0});
  EXPECT_NEAR(correlation(first, first), 1, 0.1);
  for (const NoiseKey& key : {NoiseKey{2, 0}, NoiseKey{1, 1}, NoiseKey{1ull << 40, 0}})
    EXPECT_NEAR(correlation(first, counts(key)), 0, 0.05) << key.seed << " " << key.frame;
  std::vector<std::int32_t> left, right;
  for (std::size_t i = 0; i < first.size(); ++i) (i % 64 < 32 ? left : right).push_back(first[i]);
  EXPECT_NEAR(correlation(left, right), 0, 0.07);
  EXPECT_NEAR(correlation(std::span(first).first(6399), std::span(first).last(6399)), 0, 0.05) << "neighbours";
}

TEST(CountingNoise, LeavesWhatIsNoExpectation) {
  const Image image = image_of(4, {nan, -1, 0, infinity});
  const Detector detector = all_of(image);
  const Counts counts = detect(image, detector, {.counting_noise = true});
  EXPECT_EQ(counts.pixels[0], -1);
  EXPECT_EQ(counts.pixels[1], 0);
  EXPECT_EQ(counts.pixels[2], 0);
  EXPECT_EQ(counts.pixels[3], std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(counts.counts.not_numbers, 1u);
  EXPECT_EQ(counts.counts.below_zero, 1u);
  EXPECT_EQ(counts.counts.overloads, 1u);
}

TEST(OffsetStage, AddsToEveryPixel) {
  const Image image = image_of(2, {1, nan});
  const Image after = values_after(Detection(image, all_of(image), Response{.offset = 2.5}), image.shape());
  EXPECT_EQ(after.pixels[0], 3.5);
  EXPECT_TRUE(std::isnan(after.pixels[1]));
}

}  // namespace
}  // namespace femtobragg
