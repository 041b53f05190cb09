// Backgrounds between the pixels that are computed, against every pixel.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

constexpr double deviation_per_m = 2e8;  ///< of a ring, in sin(theta) / lambda

/// A panel of 300 x 300 pixels with the beam in a corner, and a background with a ring on a curve.
Experiment with_ring(double ring, double from_m, double to_m) {
  Experiment e = isotropic_experiment();
  e.beam.apply_polarization = true;
  e.detector.panels = {facing_panel(0.1, 0.15e-3, 300)};
  e.detector.panels[0].origin_m = {0.1, 3e-3, -3e-3};
  Background b{.name = "ring", .molecules = 3e12, .from_m = from_m, .to_m = to_m};
  const auto intensity = [&](double s) {
    return 20 * std::exp(-9e-20 * s * s) + ring * std::exp(-0.5 * std::pow((s - 1.1e9) / deviation_per_m, 2));
  };
  constexpr double step = 1e6, shift = 1e3;
  const auto slope = [&](double s) { return (intensity(s + shift) - intensity(s - shift)) / (2 * shift); };
  for (double s = 0; s < 6e9; s += step) {
    b.stol_per_m.push_back(s);
    b.intensity_e2.push_back(intensity(s));
    b.slope_e2_m.push_back(slope(s));
    b.slope_e2_m.push_back(slope(s + step));
  }
  b.slope_e2_m.resize(2 * b.stol_per_m.size() - 2);
  e.backgrounds = {b};
  return e;
}

Image image_of(const Experiment& e, const char* device, int threads = 1) {
  return render(compile_plan(e), 0, {.device = device, .control = {.threads = threads}}).image;
}

TEST(SmoothBackground, IsThatOfEveryPixel) {
  for (const auto& [ring, from_m, to_m] :
       {std::array{0.0, 0.0, 0.0}, {30, 0, 0}, {30, -0.02, 0.03}, {0, 0.02, 0.098}}) {
    const Experiment e = with_ring(ring, from_m, to_m);
    const Image every = image_of(e, "reference"), smooth = image_of(e, "simd");
    double most = 0;
    for (std::size_t i = 0; i < every.pixels.size(); ++i)
      most = std::max(most, std::abs(static_cast<double>(smooth.pixels[i]) / static_cast<double>(every.pixels[i]) - 1));
    EXPECT_LT(most, 2e-7) << ring << " " << from_m;
  }
}

TEST(SmoothBackground, DoesNotDependOnTheRegion) {
  Experiment e = with_ring(3, -0.02, 0.03);
  const Image whole = image_of(e, "simd");
  e.detector.panels[0].region = RegionOfInterest{101, 211, 37, 250};
  const Image part = image_of(e, "simd");
  for (std::size_t slow = 37; slow < 250; ++slow)
    for (std::size_t fast = 101; fast < 211; ++fast) ASSERT_EQ(part.row(slow)[fast], whole.row(slow)[fast]);
}

TEST(SmoothBackground, DoesNotDependOnThreads) {
  const Experiment e = with_ring(3, -0.02, 0.03);
  EXPECT_EQ(image_of(e, "simd", 1).pixels, image_of(e, "simd", 3).pixels);
}

}  // namespace
}  // namespace femtobragg::tests
