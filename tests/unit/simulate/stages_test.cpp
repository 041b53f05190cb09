// Each stage of a detector against its law: mean and variance on flat fields, curves against their formulas, point
// spreads against integrals.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <random>

#include "femtobragg/base/error.h"
#include "femtobragg/physics/counting.h"
#include "femtobragg/physics/dead_time.h"
#include "femtobragg/physics/escape.h"
#include "femtobragg/physics/point_spread.h"
#include "femtobragg/simulate/detect.h"
#include "femtobragg/simulate/stages/bad_pixels.h"
#include "femtobragg/simulate/stages/convolution.h"
#include "femtobragg/simulate/stages/exposure.h"
#include "femtobragg/simulate/stages/random_block.h"
#include "tests/unit/simulate/small_images.h"

namespace femtobragg {
namespace {

constexpr std::size_t edge = 256;

Detector square(std::size_t n, double pixel_m = 1e-4) {
  Detector detector;
  detector.panels.push_back(Panel::flat(
      {.origin_m = {0.1, 0, 0}, .fast = {0, 0, 1}, .slow = {0, -1, 0}, .pixel_m = pixel_m, .n_fast = n, .n_slow = n}));
  return detector;
}

Image flat(double photons, std::size_t n = edge) {
  return {n, n, std::vector<float>(n * n, static_cast<float>(photons))};
}

Image after(const Image& image, const Response& response, const NoiseKey& key = {}) {
  const Detector detector = square(image.n_fast);
  return values_after(Detection(image, detector, response, key), image.shape());
}

struct Moments {
  double mean = 0, variance = 0, fourth = 0, count = 0;

  explicit Moments(const Image& image) : count(static_cast<double>(image.pixels.size())) {
    for (const float value : image.pixels) mean += static_cast<double>(value) / count;
    for (const float value : image.pixels) {
      const double square = std::pow(static_cast<double>(value) - mean, 2);
      variance += square / count;
      fourth += square * square / count;
    }
  }
  double error_of_mean() const { return std::sqrt(variance / count); }
  double error_of_variance() const { return std::sqrt((fourth - variance * variance) / count); }
};

/// Mean and variance within four standard errors, and some rounding of floats.
void expect_moments(const Image& image, double mean, double variance, const std::string& what) {
  const Moments found(image);
  EXPECT_NEAR(found.mean, mean, 4 * found.error_of_mean() + 1e-6 * mean) << what;
  EXPECT_NEAR(found.variance, variance, 4 * found.error_of_variance() + 1e-6 * variance) << what;
}

double correlation(const Image& a, const Image& b) {
  const Moments of_a(a), of_b(b);
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i)
    sum += (static_cast<double>(a.pixels[i]) - of_a.mean) * (static_cast<double>(b.pixels[i]) - of_b.mean);
  return sum / of_a.count / std::sqrt(of_a.variance * of_b.variance);
}

constexpr double means[] = {0.01, 0.3, 7, 150, 1e4, 1e6};

TEST(Stages, HaveTheMomentsOfTheirLaws) {
  for (const double mean : means) {
    const std::string at = " at " + std::to_string(mean);
    const Image image = flat(mean);
    expect_moments(after(image, {.counting_noise = true}), mean, mean, "counting" + at);
    expect_moments(after(image, {.flat_field = 0.03}), mean, std::pow(0.03 * mean, 2), "flat field" + at);
    expect_moments(after(image, {.counting_noise = true, .quanta = 7}), mean, mean * (1 + 1.0 / 7), "quanta" + at);
    expect_moments(after(image, {.exposure_s = 0.1, .counting_noise = true, .dark_electrons_per_s = 30}), mean + 3,
                   mean + 3, "dark current" + at);
    expect_moments(after(image, {.exposure_s = 0.1, .counting_noise = true, .quanta = 10, .dark_electrons_per_s = 300}),
                   mean + 3, mean * 1.1 + 0.3, "dark current in electrons" + at);
    expect_moments(after(image, {.gain = 1.8, .readout_noise = 3, .offset = 40}), 1.8 * mean + 40, 9, "read-out" + at);
    expect_moments(after(image, {.counting_noise = true, .gain = 1.8}), 1.8 * mean, 1.8 * 1.8 * mean, "gain" + at);
  }
}

TEST(RandomBlocks, HaveTheNumbersOfTheirStreams) {
  const physics::RandomPlace first{
      .seed = 0x123456789abc, .use = physics::RandomUse::Readout, .frame = 70000, .panel = 3, .pixel = 4294967200u};
  stages::Block one, two, normals, expected, counts;
  stages::draw_uniform(first, 64, one, two);
  stages::draw_normal(first, 64, normals);
  const double some[] = {0, 1e-5, 0.3, 9.9, 10, 11, 25, 1e3, 1e9, infinity, nan, -2, 1e301};
  for (int turn = 0; turn < 13; ++turn) {
    for (std::size_t i = 0; i < 64; ++i) expected[i] = some[(i + static_cast<std::size_t>(turn)) % std::size(some)];
    stages::draw_counts(first, 61, expected.data(), counts.data());
    for (std::size_t i = 0; i < 61; ++i) {
      physics::RandomPlace place = first;
      place.pixel += static_cast<std::uint32_t>(i);
      physics::RandomStream stream(place), again(place), third(place);
      EXPECT_EQ(one[i], stream.uniform());
      EXPECT_EQ(two[i], stream.uniform());
      EXPECT_EQ(normals[i], again.normal());
      if (expected[i] >= 0)
        EXPECT_EQ(counts[i], physics::poisson_count(expected[i], third)) << expected[i];
      else
        EXPECT_EQ(std::isnan(counts[i]), std::isnan(expected[i]));
    }
  }
}

TEST(Exposure, IsOneFactorOfAFrame) {
  const Image image = flat(100, 8);
  const Detector detector = square(8);
  double sum = 0, squares = 0;
  constexpr int frames = 4000;
  for (std::uint32_t frame = 0; frame < frames; ++frame) {
    const Response response{.exposure_s = 0.1, .flicker = 0.03, .shutter_jitter_s = 0.002};
    const Image one = values_after(Detection(image, detector, response, {1, frame}, 1), image.shape());
    EXPECT_EQ(std::ranges::min(one.pixels), std::ranges::max(one.pixels));
    const double factor = static_cast<double>(one.pixels[0]) / 100;
    sum += factor, squares += (factor - 1) * (factor - 1);
  }
  const double variance = 0.03 * 0.03 + 2 * 0.02 * 0.02;
  EXPECT_NEAR(sum / frames, 1, 4 * std::sqrt(variance / frames));
  EXPECT_NEAR(squares / frames, variance, 4 * variance * std::sqrt(2.0 / frames));
}

TEST(Exposure, IsLeftToThePhiStepsWhereTheyHaveIt) {
  const Image image = flat(100, 8);
  EXPECT_EQ(after(image, {.flicker = 0.1, .flicker_in_steps = true}).pixels, image.pixels);
}

/// Steps are independent, and their mean has the rms of the exposure.
TEST(LightOfSteps, IsWhiteNoise) {
  for (const std::size_t steps : {1, 4, 25}) {
    const Response response{.exposure_s = 0.1, .flicker = 0.02, .flicker_in_steps = true};
    constexpr int frames = 4000;
    double mean = 0, of_means = 0, of_steps = 0, neighbours = 0;
    for (std::uint32_t frame = 0; frame < frames; ++frame) {
      const std::vector<double> light = stages::light_of_steps(response, {3, frame}, steps);
      ASSERT_EQ(light.size(), steps);
      const double n = static_cast<double>(steps), all = std::accumulate(light.begin(), light.end(), 0.0) / n;
      mean += all / frames, of_means += std::pow(all - 1, 2) / frames;
      of_steps += std::pow(light[0] - 1, 2) / frames;
      if (steps > 1) neighbours += (light[0] - 1) * (light[1] - 1) / frames;
    }
    const double variance = 0.02 * 0.02, each = variance * static_cast<double>(steps),
                 of_variance = 4 * std::sqrt(2.0 / frames);
    EXPECT_NEAR(mean, 1, 4 * 0.02 / std::sqrt(frames));
    EXPECT_NEAR(of_means, variance, of_variance * variance);
    EXPECT_NEAR(of_steps, each, of_variance * each);
    EXPECT_NEAR(neighbours, 0, 4 * each / std::sqrt(frames));
  }
}

/// The shutter's edges move by g2 and g3 of one exposure, whatever the number of steps: the light of all steps together
/// is that of the whole exposure, and only steps at the ends have less.
TEST(LightOfSteps, FollowsTheShutter) {
  const Response whole{.exposure_s = 0.1, .shutter_jitter_s = 0.01};
  Response in_steps = whole;
  in_steps.flicker_in_steps = true;
  int early = 0, late = 0;
  for (std::uint32_t frame = 0; frame < 200; ++frame) {
    const NoiseKey key{5, frame};
    const std::vector<double> light = stages::light_of_steps(in_steps, key, 50);
    EXPECT_NEAR(std::accumulate(light.begin(), light.end(), 0.0) / 50, stages::ExposureStage::factor_of(whole, key),
                1e-12);
    EXPECT_EQ(light[25], 1);
    // Late: dark steps, one that is partly lit, and full ones.
    ++(light[0] > 1 ? early : late);
    EXPECT_TRUE(light[0] <= 1 || light[1] == 1);
    EXPECT_TRUE(light[0] > 1 || std::ranges::is_sorted(light.begin(), light.begin() + 25));
    for (std::size_t i = 1; i < 25; ++i) EXPECT_TRUE(light[i] == 0 || light[i] == 1 || light[i + 1] == 1) << i;
  }
  EXPECT_GT(early, 50);
  EXPECT_GT(late, 50);
}

TEST(LightOfSteps, IsRefusedWhereItWouldBeLessThanNothing) {
  const Response response{.flicker = 0.05, .flicker_in_steps = true};
  EXPECT_NO_THROW(stages::light_of_steps(response, {}, 25));
  EXPECT_THROW(stages::light_of_steps(response, {}, 26), Error);
}

/// Photon by photon: from anywhere in a pixel, in any direction, over a way of mean length L.
TEST(Escape, IsTheWayOfFluorescence) {
  std::mt19937_64 generator(11);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::exponential_distribution<double> way(1.0);
  for (const auto& [length, fast, slow] : {std::array{100.0, 172.0, 172.0}, {60.0, 55.0, 75.0}}) {
    constexpr int photons = 400000;
    std::map<std::pair<int, int>, double> found;
    for (int i = 0; i < photons; ++i) {
      const double cosine = 2 * uniform(generator) - 1, turn = 2 * std::numbers::pi * uniform(generator);
      const double across = length * way(generator) * std::sqrt(1 - cosine * cosine);
      const double x = uniform(generator) + across * std::cos(turn) / fast,
                   y = uniform(generator) + across * std::sin(turn) / slow;
      ++found[{static_cast<int>(std::floor(x)), static_cast<int>(std::floor(y))}];
    }
    const physics::EscapeSpread spread(length);
    for (int x = -3; x <= 3; ++x)
      for (int y = -3; y <= 3; ++y) {
        const double expected = photons * spread.pixel_share(fast, slow, std::abs(x), std::abs(y));
        EXPECT_NEAR(found[std::pair(x, y)], expected, 4.5 * std::sqrt(expected)) << x << " " << y;
      }
  }
}

TEST(Escape, MovesAFractionOfTheSignal) {
  Image image = flat(0, 101);
  image.pixels[50 * 101 + 50] = 1000;
  const Response response{.escape = {.fraction = 0.3, .length_m = 1e-4}};
  const Image found = after(image, response);
  const physics::EscapeSpread spread(1e-4);
  EXPECT_NEAR(static_cast<double>(found.pixels[50 * 101 + 50]), 700 + 300 * spread.pixel_share(1e-4, 1e-4, 0, 0), 1e-3);
  EXPECT_NEAR(static_cast<double>(found.pixels[48 * 101 + 51]), 300 * spread.pixel_share(1e-4, 1e-4, 1, 2), 1e-3);
  EXPECT_NEAR(std::accumulate(found.pixels.begin(), found.pixels.end(), 0.0), 1000, 1e-3);
  for (const float value : found.pixels) EXPECT_GE(value, 0.0f) << "what is dark can be counted";
  const Image even = after(flat(50, 101), response);
  EXPECT_NEAR(static_cast<double>(even.pixels[50 * 101 + 50]), 50, 1e-4);
}

TEST(FlatField, BelongsToTheDetector) {
  const Image image = flat(1e4);
  const auto map = [&](std::uint64_t detector, const NoiseKey& key) {
    return after(image, {.flat_field = 0.03, .detector_seed = detector}, key);
  };
  EXPECT_NEAR(correlation(map(1, {1, 0}), map(1, {9, 5})), 1, 1e-9);
  EXPECT_NEAR(correlation(map(1, {1, 0}), map(2, {1, 0})), 0, 4.0 / edge);
}

TEST(Stages, DrawNumbersOfTheirOwn) {
  const Image image = flat(100);
  const Response counting{.counting_noise = true};
  Response more = counting;
  more.dark_electrons_per_s = 10;
  more.readout_noise = 2;
  more.quanta = 100;
  const Detector detector = square(edge);
  const auto counted = [&](const Response& r) {
    return values_after(Detection(image, detector, stages_until(stages_of(r, {3, 4}), "counting")), image.shape());
  };
  EXPECT_EQ(counted(counting).pixels, counted(more).pixels) << "stages more or less change nothing before them";
  const Image noise = after(image, {.readout_noise = 2}), photons = after(image, counting);
  EXPECT_NEAR(correlation(noise, photons), 0, 4.0 / edge);
}

/// A counter, photon by photon: what it counts after some dead times that nobody sees.
class Counter {
 public:
  Counter(DeadTimeKind kind, double rate, double tau) : kind_(kind), tau_(tau), gap_(rate) {}

  double counted_in(double seconds) {
    const double begin = 20 * tau_, end = begin + seconds;
    double busy_until = -1, pulse_until = -1;
    double counted = 0;
    const auto count = [&](double t) { counted += t >= begin && t < end; };
    for (double t = gap_(generator_); t < end; t += gap_(generator_)) {
      switch (kind_) {
        case DeadTimeKind::NonParalyzable:
          if (t >= busy_until) count(t), busy_until = t + tau_;
          break;
        case DeadTimeKind::Paralyzable:
          if (t >= pulse_until) count(t);
          pulse_until = t + tau_;
          break;
        case DeadTimeKind::Retrigger:
          // While the pulse is there, the counter looks again after each dead time.
          while (busy_until >= 0 && busy_until <= t) {
            const bool still_there = pulse_until > busy_until;
            if (still_there) count(busy_until);
            busy_until = still_there ? busy_until + tau_ : -1;
          }
          if (busy_until < 0) count(t), busy_until = t + tau_;
          pulse_until = t + tau_;
          break;
      }
    }
    return counted;
  }

 private:
  DeadTimeKind kind_;
  double tau_;
  std::exponential_distribution<double> gap_;
  std::mt19937_64 generator_{5};
};

constexpr DeadTimeKind dead_time_kinds[] = {DeadTimeKind::Paralyzable, DeadTimeKind::Retrigger,
                                            DeadTimeKind::NonParalyzable};

/// The mean and the variance of pixels are those of counters, at x photons in a dead time.
TEST(DeadTime, HasTheMomentsOfCountersPhotonByPhoton) {
  constexpr double dead_times = 2000, tau = 1 / dead_times;
  for (const double x : {0.1, 1.0, 2.0})
    for (const DeadTimeKind kind : dead_time_kinds) {
      const double photons = x * dead_times;
      Counter counter(kind, photons, tau);
      Image direct = Image::zeros(static_cast<std::size_t>(4e6 / photons), 1);
      for (float& pixel : direct.pixels) pixel = static_cast<float>(counter.counted_in(1));
      const Moments expected(direct), found(after(flat(photons), {.counting_noise = true, .dead_time = {kind, tau}}));
      const std::string at = "kind " + std::to_string(static_cast<int>(kind)) + ", x = " + std::to_string(x);
      // The mean is that of a curve at a number of photons which fluctuates: half a count at most.
      EXPECT_NEAR(found.mean, expected.mean, 4 * std::hypot(found.error_of_mean(), expected.error_of_mean()) + 0.5)
          << at;
      EXPECT_NEAR(found.variance, expected.variance,
                  4 * std::hypot(found.error_of_variance(), expected.error_of_variance()) + 1)
          << at;
    }
}

TEST(DeadTime, HasTheMomentsOfItsFormulas) {
  constexpr double photons = 1e6;
  for (const double x : {0.01, 0.3, 1.0, 5.0}) {
    const double busy = x / photons;
    const physics::Counted expected[] = {physics::counted_paralyzable(photons, busy),
                                         physics::counted_with_retrigger(photons, busy),
                                         physics::counted_nonparalyzable(photons, busy)};
    for (std::size_t i = 0; i < 3; ++i) {
      const Moments found(after(flat(photons), {.counting_noise = true, .dead_time = {dead_time_kinds[i], busy}}));
      EXPECT_NEAR(found.mean, expected[i].mean, 4 * found.error_of_mean() + 0.5) << i << " " << x;
      EXPECT_NEAR(found.variance, expected[i].variance, 4 * found.error_of_variance() + 1) << i << " " << x;
    }
  }
}

TEST(DeadTime, CountsWholePhotonsAndNeverMoreThanThereWere) {
  const Image photons = after(flat(300), {.counting_noise = true});
  for (const DeadTimeKind kind : dead_time_kinds) {
    const Image found = after(flat(300), {.counting_noise = true, .dead_time = {kind, 1e-3}});
    for (std::size_t i = 0; i < found.pixels.size(); ++i) {
      EXPECT_EQ(found.pixels[i], std::floor(found.pixels[i]));
      EXPECT_LE(found.pixels[i], photons.pixels[i]);
      EXPECT_GE(found.pixels[i], 0);
    }
  }
}

TEST(DeadTime, IsAStageOfTheResponse) {
  const Image image = flat(1e6, 8);
  const Image found = after(image, {.exposure_s = 0.5, .dead_time = {DeadTimeKind::NonParalyzable, 1e-7}});
  EXPECT_NEAR(static_cast<double>(found.pixels[0]), 1e6 / (1 + 1e6 / 0.5 * 1e-7), 0.1);
}

double relative_rms(const Image& image) {
  const Moments found(image);
  return std::sqrt(found.variance) / found.mean;
}

/// What pixels make of the light that reaches them: a point spread does not smooth it.
TEST(FlatField, ActsAfterThePointSpread) {
  constexpr std::size_t n = 192, margin = 60;
  for (const SpreadShape shape : {SpreadShape::Gaussian, SpreadShape::Fibre}) {
    const Response response{.flat_field = 0.01, .point_spread = {shape, 2e-4}};
    const Image found = after(flat(1e4, n), response), even = after(flat(1e4, n), {.point_spread = {shape, 2e-4}});
    Image middle = Image::zeros(n - 2 * margin, n - 2 * margin);
    for (std::size_t slow = 0; slow < middle.n_slow; ++slow)
      for (std::size_t fast = 0; fast < middle.n_fast; ++fast)
        middle.pixels[slow * middle.n_fast + fast] =
            found.row(slow + margin)[fast + margin] / even.row(slow + margin)[fast + margin];
    EXPECT_NEAR(relative_rms(middle), 0.01, 4 * 0.01 / std::sqrt(2.0 * 72 * 72));
  }
}

/// Without one, photons are drawn from what the pixel is sensitive to: the variance of a pixel is its mean.
TEST(FlatField, ActsBeforePhotonsAreCountedWithoutAPointSpread) {
  expect_moments(after(flat(1), {.flat_field = 0.3, .counting_noise = true}), 1, 1 + 0.3 * 0.3, "sensitivity first");
}

/// The share of a pixel by a fine sum over distances between places of both pixels, which have a triangular
/// distribution.
double summed_share(auto&& density, double edge_x, double edge_y, double x, double y) {
  constexpr int n = 200;
  double sum = 0;
  for (int i = -n + 1; i < n; ++i)
    for (int k = -n + 1; k < n; ++k)
      sum += (n - std::abs(i)) * (n - std::abs(k)) * density(x + edge_x * i / n, y + edge_y * k / n);
  return sum * edge_x * edge_y / std::pow(n, 4);
}

TEST(PointSpread, IsIntegratedOverBothPixels) {
  constexpr double sigma = 0.6, pi = std::numbers::pi;
  const auto gaussian = [&](double x, double y) {
    return std::exp(-(x * x + y * y) / 2 / sigma / sigma) / (2 * pi * sigma * sigma);
  };
  const physics::FibreSpread fibre(0.5);
  const auto moffat = [&](double x, double y) { return 0.5 / (2 * pi * std::pow(0.25 + x * x + y * y, 1.5)); };
  for (const double fast : {0.0, 1.0, 3.0})
    for (const double slow : {0.0, 1.0, 2.0}) {
      const double share =
          physics::gaussian_pixel_share(sigma, 1, fast) * physics::gaussian_pixel_share(sigma, 0.8, slow);
      EXPECT_NEAR(share, summed_share(gaussian, 1, 0.8, fast, 0.8 * slow), 2e-4 * share) << fast << " " << slow;
      const double part = fibre.pixel_share(1, 0.8, fast, slow);
      EXPECT_NEAR(part, summed_share(moffat, 1, 0.8, fast, 0.8 * slow), 2e-4 * part) << fast << " " << slow;
    }
}

/// A derivative by differences whose error falls with the fourth power of the step.
double slope_of(auto&& f, double x, double h) {
  return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
}

TEST(PointSpread, SharesChangeWithTheWidthAsTheirRatesSay) {
  for (const double width : {0.2, 0.6, 3.0})
    for (const double fast : {0.0, 1.0, 3.0, 20.0})
      for (const double slow : {0.0, 2.0}) {
        const auto gaussian = [&](double sigma) { return physics::gaussian_pixel_share(sigma, 0.8, fast); };
        EXPECT_NEAR(physics::gaussian_pixel_share_rate(width, 0.8, fast), slope_of(gaussian, width, 1e-3 * width),
                    1e-9 / width)
            << width << " " << fast;
        const auto fibre = [&](double g) { return physics::FibreSpread(g).pixel_share(1, 0.8, fast, slow); };
        EXPECT_NEAR(physics::FibreSpread(width).pixel_share_rate(1, 0.8, fast, slow),
                    slope_of(fibre, width, 1e-3 * width), 1e-9 / width)
            << width << " " << fast << " " << slow;
      }
}

TEST(PointSpread, HasNoStepWhereItsRuleChanges) {
  for (const double g : {0.05, 0.3, 1.0, 5.0}) {
    const physics::FibreSpread fibre(g);
    // The law of the tails, with the first term that the size of pixels adds: squares of distances grow by 1/3.
    for (double x = 14; x < 19; ++x) {
      const double expected =
          fibre.density(x, 0) + (15 * x * x / std::pow(g * g + x * x, 3.5) - 6 / std::pow(g * g + x * x, 2.5)) * g /
                                    (2 * std::numbers::pi) / 12;
      EXPECT_NEAR(fibre.pixel_share(1, 1, x, 0), expected, 2e-4 * expected) << g << " " << x;
    }
  }
}

TEST(PointSpread, SharesAddUpToOne) {
  for (const double sigma : {0.01, 0.3, 2.0, 30.0}) {
    double sum = physics::gaussian_pixel_share(sigma, 1, 0);
    for (double steps = 1; steps < 400; ++steps) sum += 2 * physics::gaussian_pixel_share(sigma, 1, steps);
    EXPECT_NEAR(sum, 1, 1e-12) << sigma;
  }
  // Beyond a square with half edge R: the same fraction as the closed form of the point spread itself has there.
  for (const double g : {0.02, 0.4, 3.0}) {
    const physics::FibreSpread fibre(g);
    constexpr int reach = 300;
    double sum = 0;
    for (int slow = -reach; slow <= reach; ++slow)
      for (int fast = -reach; fast <= reach; ++fast) sum += fibre.pixel_share(1, 1, fast, slow);
    const double r = reach + 0.5;
    const double inside = 4 * std::atan(r * r / (g * std::sqrt(g * g + 2 * r * r))) / (2 * std::numbers::pi);
    EXPECT_NEAR(sum, inside, 1e-6) << g;
  }
}

/// Full width at half maximum of the row through the middle.
double width_of(const Image& image, std::size_t middle) {
  const std::span<const float> row = image.row(middle);
  const float half = row[middle] / 2;
  std::size_t right = middle;
  while (row[right + 1] > half) ++right;
  const double part = static_cast<double>((row[right] - half) / (row[right] - row[right + 1]));
  return 2 * (static_cast<double>(right - middle) + part);
}

TEST(PointSpread, HasItsWidthAndKeepsItsPhotons) {
  constexpr std::size_t n = 401, middle = 200;
  Image image = flat(0, n);
  image.pixels[middle * n + middle] = 1e6f;
  const Detector detector = square(n, 1e-5);
  for (const SpreadShape shape : {SpreadShape::Gaussian, SpreadShape::Fibre}) {
    const Response response{.point_spread = {shape, 30e-5}};
    const Image found = values_after(Detection(image, detector, response), image.shape());
    EXPECT_NEAR(width_of(found, middle), 30, 0.3);
    const double sum = std::accumulate(found.pixels.begin(), found.pixels.end(), 0.0);
    const double g = 30 / (2 * std::sqrt(std::cbrt(4.0) - 1)), r = n / 2.0;
    const double inside = shape == SpreadShape::Gaussian
                              ? 1
                              : 4 * std::atan(r * r / (g * std::sqrt(g * g + 2 * r * r))) / (2 * std::numbers::pi);
    EXPECT_NEAR(sum / 1e6, inside, 1e-6);
  }
}

/// Every pixel from every other.
std::vector<double> direct(const std::vector<double>& values, std::size_t n_fast, auto&& share) {
  std::vector<double> out(values.size());
  const auto distance = [](std::size_t a, std::size_t b) { return a > b ? a - b : b - a; };
  for (std::size_t to = 0; to < out.size(); ++to)
    for (std::size_t from = 0; from < out.size(); ++from)
      out[to] += values[from] * share(distance(to / n_fast, from / n_fast), distance(to % n_fast, from % n_fast));
  return out;
}

TEST(Convolution, IsTheDirectSumAndDoesNotWrap) {
  const std::vector<double> line{0.5, 0.2, 0.04}, other{0.6, 0.15, 0.05, 0.01};
  const auto at = [](const std::vector<double>& shares, std::size_t steps) {
    return steps < shares.size() ? shares[steps] : 0;
  };
  const auto far = [](std::size_t slow, std::size_t fast) {
    return 1 / (1 + static_cast<double>(2 * slow * slow + fast * fast));
  };
  for (const std::size_t n_fast : {1u, 2u, 13u, 40u})
    for (const std::size_t n_slow : {1u, 3u, 19u})
      for (const int threads : {1, 3, 7}) {
        std::vector<double> values;
        for (std::size_t i = 0; i < n_fast * n_slow; ++i) values.push_back(static_cast<double>(i * i % 17));
        std::vector<double> near = values, everywhere = values;
        stages::convolve({n_fast, n_slow, near.data(), n_fast}, line, other, threads);
        const auto expected = direct(
            values, n_fast, [&](std::size_t slow, std::size_t fast) { return at(other, slow) * at(line, fast); });
        for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(near[i], expected[i], 1e-12);
        stages::convolve_everywhere(
            {n_fast, n_slow, everywhere.data(), n_fast},
            [&](std::size_t slow, std::span<double> shares) {
              for (std::size_t fast = 0; fast < shares.size(); ++fast) shares[fast] = far(slow, fast);
            },
            threads);
        const auto spread = direct(values, n_fast, far);
        for (std::size_t i = 0; i < spread.size(); ++i) EXPECT_NEAR(everywhere[i], spread[i], 1e-10);
      }
}

TEST(PointSpread, StaysWithinItsPanelAndLeavesWhatIsNoNumber) {
  Image image = flat(0, 20);
  image.pixels[5 * 20 + 9] = 100;
  image.pixels[5 * 20 + 3] = nan;
  Detector detector = square(10);
  detector.panels.push_back(detector.panels[0]);
  detector.panels[0].n_slow = detector.panels[1].n_slow = 20;
  detector.panels[1].data_fast = 10;
  for (const SpreadShape shape : {SpreadShape::Gaussian, SpreadShape::Fibre}) {
    const Response response{.point_spread = {shape, 3e-4}};
    const Image found = values_after(Detection(image, detector, response), image.shape());
    EXPECT_GT(found.pixels[5 * 20 + 8], 1);
    EXPECT_EQ(found.pixels[5 * 20 + 10], 0) << "the other panel";
    EXPECT_TRUE(std::isnan(found.pixels[5 * 20 + 3]));
    EXPECT_TRUE(std::isfinite(found.pixels[5 * 20 + 4]));
  }
}

Response adaptive(bool raw) {
  Response r;
  r.adaptive.raw = raw;
  r.adaptive.ranges = {{.most_photons = 25, .gain = 500, .pedestal = 2500, .noise = 12, .code = 0},
                       {.most_photons = 800, .gain = -17, .pedestal = 14500, .noise = 3, .code = 1},
                       {.gain = -1.3, .pedestal = 14500, .noise = 3, .code = 3}};
  return r;
}

TEST(AdaptiveGain, GivesThePhotonsBackWithinTheNoiseOfItsRange) {
  for (const double photons : {0.0, 3.0, 24.0, 26.0, 700.0, 5000.0, 10000.0}) {
    const GainRange range = adaptive(false).adaptive.ranges[photons <= 25 ? 0 : photons <= 800 ? 1 : 2];
    const double noise = std::hypot(range.noise, std::sqrt(1.0 / 12)) / std::abs(range.gain);
    const Moments found(after(flat(photons), adaptive(false)));
    EXPECT_NEAR(found.mean, photons, 4 * noise / edge + 1e-6 * photons) << photons;
    EXPECT_NEAR(std::sqrt(found.variance), noise, 0.03 * noise) << photons;
  }
}

TEST(AdaptiveGain, PutsTheRangeAboveTheBitsOfTheConverter) {
  const auto word = [](double photons) {
    const Image image = flat(photons, 2);
    const Detector detector = square(2);
    return detect(image, detector, adaptive(true)).pixels[0];
  };
  EXPECT_EQ(word(10) >> 14, 0);
  EXPECT_EQ(word(100) >> 14, 1);
  EXPECT_EQ(word(5000) >> 14, 3);
  EXPECT_NEAR((word(100) & 0x3fff), 14500 - 1700, 20);
  EXPECT_EQ(word(1e6) & 0x3fff, 0) << "the converter ends at 0";
}

/// Photons of a pixel through a detector that shows overloads in the usual way.
std::pair<std::int32_t, ResponseCounts> read_out(double photons, const Response& response) {
  const Image image = flat(photons, 2);
  const Detector detector = square(2);
  const Counts found = detect(image, detector, response);
  return {found.pixels[0], found.counts};
}

TEST(AdaptiveGain, IsOverloadedWhereTheConverterEnds) {
  Response response = adaptive(false);
  for (GainRange& range : response.adaptive.ranges) range.noise = 0;
  const double end = 14500 / 1.3, step = 1 / 1.3;
  const double largest = largest_number(response);
  EXPECT_NEAR(largest, end - step, 0.5);
  EXPECT_EQ(as_read_out(square(2), response).panels[0].saturation, largest);
  EXPECT_EQ(read_out(end - 2 * step, response).second.overloads, 0u);
  for (const double photons : {end + 1, 1e6, 1e30}) {
    const auto [number, counts] = read_out(photons, response);
    EXPECT_EQ(number, largest + 1) << photons;
    EXPECT_EQ(counts.overloads, 4u) << photons;
  }
  response.saturation = 5000;
  EXPECT_EQ(read_out(6000, response).first, 5001);
  response.saturation = infinity;
  response.gain = 2;
  response.offset = 7;
  EXPECT_NEAR(largest_number(response), 2 * (end - step) + 7, 0.5);
  EXPECT_EQ(read_out(1e6, response).first, largest_number(response) + 1);
}

TEST(AdaptiveGain, CountsRawNumbersAtTheEndOfTheConverter) {
  const auto overloads = [](double photons, const Response& response) {
    return read_out(photons, response).second.overloads;
  };
  EXPECT_EQ(overloads(5000, adaptive(true)), 0u);
  EXPECT_EQ(overloads(1e6, adaptive(true)), 4u);
  EXPECT_EQ(largest_number(adaptive(true)), 65535) << "the last range ends at its least number";
  Response up = adaptive(true);
  up.adaptive.ranges[2] = {.gain = 1.3, .pedestal = 4000, .noise = 3, .code = 3};
  EXPECT_EQ(largest_number(up), 65534);
  EXPECT_EQ(overloads(5000, up), 0u);
  EXPECT_EQ(read_out(1e6, up).first, 65535);
  EXPECT_EQ(overloads(1e6, up), 4u) << "once each";
  Detector masked = square(2);
  masked.panels[0].mask = {1, 0, 0, 1};
  EXPECT_EQ(detect(flat(1e6, 2), masked, adaptive(true)).counts.overloads, 2u);
  masked.panels[0].saturation = 10000;
  EXPECT_EQ(as_read_out(masked, adaptive(true)).panels[0].saturation, 65535) << "photons of a panel are no raw numbers";
}

TEST(Saturation, IsTheLargestValidNumber) {
  const Image image = image_of(4, {99, 100.4f, 100.6f, 1e6f});
  const Detector detector = [] {
    Detector d = square(4);
    d.panels[0].n_slow = 1;
    return d;
  }();
  const Counts found = detect(image, detector, {.saturation = 100});
  EXPECT_EQ(found.pixels, (std::vector<std::int32_t>{99, 100, 101, 101}));
  EXPECT_EQ(found.counts.overloads, 2u);
  EXPECT_EQ(as_read_out(detector, {.saturation = 100}).panels[0].saturation, 100);
}

TEST(BadPixels, HaveTheirFractionsAndStayWhereTheyAre) {
  const Image image = flat(50);
  Response r{.offset = 10, .saturation = 1000};
  r.bad_pixels = {.dead = 0.02, .hot = 0.01, .twinkling = 0.03, .masked = false};
  const auto counted = [&](const Image& found, auto&& is) {
    return static_cast<double>(std::ranges::count_if(found.pixels, is)) / static_cast<double>(found.pixels.size());
  };
  const Image first = after(image, r, {1, 0}), second = after(image, r, {1, 1});
  const auto dead = [](float v) { return v == 10; };
  const auto hot = [](float v) { return v == 1001; };
  EXPECT_NEAR(counted(first, dead), 0.02, 4 * std::sqrt(0.02) / edge);
  EXPECT_NEAR(counted(first, hot), 0.01, 4 * std::sqrt(0.01) / edge);
  EXPECT_NEAR(counted(first, [&](float v) { return v != 60 && !dead(v) && !hot(v); }), 0.015,
              4 * std::sqrt(0.015) / edge);
  for (std::size_t i = 0; i < first.pixels.size(); ++i) {
    EXPECT_EQ(dead(first.pixels[i]), dead(second.pixels[i]));
    EXPECT_EQ(hot(first.pixels[i]), hot(second.pixels[i]));
  }
  r.bad_pixels.masked = true;
  const Detector detector = square(edge);
  const Counts marked = detect(image, detector, r);
  for (std::size_t i = 0; i < first.pixels.size(); ++i)
    EXPECT_EQ(marked.pixels[i] == -1, dead(first.pixels[i]) || hot(first.pixels[i]));
}

TEST(BadPixels, HaveNumbersOfTheConverterWhereTheyAreRaw) {
  Response r = adaptive(true);
  r.bad_pixels = {.dead = 0.02, .hot = 0.02, .twinkling = 0.1, .masked = false};
  const Image image = flat(100);
  const Detector detector = square(edge);
  const Counts found = detect(image, detector, r, {1, 0});
  std::array<std::size_t, 4> seen{};
  for (std::size_t pixel = 0; pixel < found.pixels.size(); ++pixel) {
    const std::int32_t word = found.pixels[pixel];
    const int code = word >> 14;
    const stages::PixelHealth health = stages::health_of(r, 0, static_cast<std::uint32_t>(pixel));
    ++seen[static_cast<std::size_t>(health)];
    switch (health) {
      case stages::PixelHealth::Sound: EXPECT_EQ(code, 1); break;
      case stages::PixelHealth::Dead: EXPECT_EQ(word, 2500); break;
      case stages::PixelHealth::Hot: EXPECT_EQ(word, 3 << 14); break;
      case stages::PixelHealth::Twinkling: EXPECT_TRUE(code == 0 || code == 1 || code == 3) << word; break;
    }
  }
  for (const std::size_t pixels : seen) EXPECT_GT(pixels, 1000u);
}

TEST(Response, NamesItsStages) {
  const std::vector<Stage> all = stages_of({.counting_noise = true, .gain = 2, .offset = 3}, {});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(name_of(all[0]), "counting");
  EXPECT_EQ(name_of(all[2]), "pedestal");
  EXPECT_EQ(stages_until(stages_of({.counting_noise = true, .gain = 2}, {}), "counting").size(), 1u);
  EXPECT_TRUE(stages_until(stages_of({.gain = 2}, {}), "photons").empty());
  EXPECT_THROW(stages_until(stages_of({.gain = 2}, {}), "counting"), Error);
  EXPECT_THROW(stages_until(stages_of({.gain = 2}, {}), "colour"), Error);
}

TEST(Response, IsRefusedIfNoDetectorHasIt) {
  const auto refused = [](Response r) { EXPECT_THROW(stages_of(r, {}), Error); };
  refused({.exposure_s = 0});
  refused({.flicker = -0.1});
  refused({.flicker_in_steps = true});
  refused({.escape = {.fraction = 1.5, .length_m = 1e-4}});
  refused({.escape = {.fraction = 0.1}});
  refused({.escape = {.length_m = 1e-4}});
  refused({.shutter_jitter_s = infinity});
  refused({.flat_field = nan});
  refused({.charge_sharing_fwhm_m = -1});
  refused({.point_spread = {SpreadShape::Fibre, -1}});
  refused({.dead_time = {DeadTimeKind::Retrigger, -1}});
  refused({.quanta = -1});
  refused({.dark_electrons_per_s = -1});
  refused({.gain = 0});
  refused({.readout_noise = -1});
  refused({.offset = nan});
  refused({.saturation = 0});
  refused({.bad_pixels = {.dead = 0.6, .hot = 0.6}});
  refused({.detector_seed = std::uint64_t{1} << 48});
  Response r = adaptive(true);
  r.gain = 2;
  refused(r);
  r = adaptive(false);
  r.adaptive.ranges[1].most_photons = 3;
  refused(r);
  r = adaptive(false);
  r.adaptive.ranges[2].pedestal = 0;
  refused(r);
  refused({.exposure_s = 1e-6, .dead_time = {DeadTimeKind::Retrigger, 1e-7}});
}

}  // namespace
}  // namespace femtobragg
