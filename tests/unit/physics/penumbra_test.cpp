// Edges against sums over many points of pixel and source.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "femtobragg/physics/penumbra.h"

namespace femtobragg::physics {
namespace {

/// Share of the sum of uniform deviates (and a normal one) below a distance, by a histogram that is convolved with one
/// after the other.
double by_convolution(const EdgeBlur& blur, double distance) {
  constexpr int half = 4000;
  constexpr double step = 1e-3;
  std::vector<double> density(2 * half + 1, 0.0);
  density[half] = 1;
  const auto convolve = [&](auto&& weight_of) {
    std::vector<double> next(density.size(), 0.0), kernel;
    double total = 0;
    for (int k = -half; k <= half; ++k) kernel.push_back(weight_of(k * step)), total += kernel.back();
    for (int i = 0; i <= 2 * half; ++i) {
      if (density[static_cast<std::size_t>(i)] < 1e-14) continue;
      for (int k = -half; k <= half; ++k)
        if (i + k >= 0 && i + k <= 2 * half && kernel[static_cast<std::size_t>(k + half)] > 0)
          next[static_cast<std::size_t>(i + k)] +=
              density[static_cast<std::size_t>(i)] * kernel[static_cast<std::size_t>(k + half)] / total;
    }
    density = next;
  };
  for (const double w : blur.width)
    if (w > 0)
      // The share of the step around x that the box has.
      convolve([&](double x) { return std::clamp((0.5 * w - std::abs(x)) / step + 0.5, 0.0, 1.0); });
  if (blur.deviation > 0)
    convolve([&](double x) { return std::exp(-0.5 * x * x / (blur.deviation * blur.deviation)); });
  double sum = 0;
  for (int i = 0; i <= 2 * half; ++i) {
    const double x = (i - half) * step;
    sum += density[static_cast<std::size_t>(i)] * std::clamp((distance - x) / step + 0.5, 0.0, 1.0);
  }
  return sum;
}

TEST(PenumbraFormula, IsTheConvolutionOfItsBoxes) {
  const EdgeBlur blurs[] = {{.width = {1}},
                            {.width = {0.7, 0.3}},
                            {.width = {0.8, 0}},
                            {.width = {0.5, 0.4, 0.9}},
                            {.width = {0.5, 0.4, 0.3, 0.2}},
                            {.width = {0.6, 0.3}, .deviation = 0.2},
                            {.width = {0.6}, .deviation = 0.1},
                            {.deviation = 0.3}};
  for (const EdgeBlur& blur : blurs)
    for (const double distance : {-0.6, -0.21, 0.0, 0.1, 0.45})
      EXPECT_NEAR(share_below(blur, distance), by_convolution(blur, distance), 2e-5) << distance;
}

TEST(PenumbraFormula, KeepsItsDigitsWithNarrowBoxes) {
  for (const double narrow : {0.0, 1e-9, 1e-4, 0.9e-3, 1.1e-3, 5e-3})
    EXPECT_NEAR(share_below({.width = {1, narrow, narrow, narrow}}, 0.2), 0.7, 1e-5) << narrow;
}

TEST(PenumbraFormula, EndsWhereAllLightIsOnOneSide) {
  EXPECT_EQ(share_below({.width = {1, 1}}, 1), 1);
  EXPECT_EQ(share_below({.width = {1, 1}}, -1), 0);
  EXPECT_EQ(share_below({.width = {1, 1}, .deviation = 0.1}, INFINITY), 1);
  EXPECT_NEAR(share_below({.width = {1, 1}, .deviation = 0.1}, -1.79), 0, 1e-14);
}

}  // namespace
}  // namespace femtobragg::physics
