// Scattering from a stretch of the beam, against a fine sum over its points.
#include <gtest/gtest.h>

#include "femtobragg/simulate/compile_plan.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

constexpr double thomson_m2 = 7.94079248018965e-30;

/// Smooth, with a broad peak: cubics between points that are close enough to follow it to eight digits.
double intensity_at(double stol_per_m) {
  const double s = stol_per_m * 1e-10;
  return 20 * std::exp(-9 * s * s) * (1 + 1.5 * std::exp(-0.5 * std::pow((s - 0.16) / 0.04, 2)));
}

Background air(double from_m, double to_m) {
  Background b;
  b.name = "air";
  constexpr int points = 2000;
  constexpr double step = 9e9 / points, shift = 1e-4 * step;
  const auto slope = [&](double s) { return (intensity_at(s + shift) - intensity_at(s - shift)) / (2 * shift); };
  for (int i = 0; i < points; ++i) {
    b.stol_per_m.push_back(step * i);
    b.intensity_e2.push_back(intensity_at(step * i));
    if (i + 1 == points) break;
    b.slope_e2_m.push_back(slope(step * i));
    b.slope_e2_m.push_back(slope(step * (i + 1)));
  }
  b.molecules = 3e12;
  b.from_m = from_m;
  b.to_m = to_m;
  return b;
}

Experiment with_path(double from_m, double to_m) {
  Experiment e = isotropic_experiment();
  e.water_edge_m = 0;
  e.beam.apply_polarization = true;
  e.backgrounds = {air(from_m, to_m)};
  e.detector.panels = {facing_panel(0.1, 7e-3, 15)};
  return e;
}

/// By its definition: so many points of the path, each with its own angle, distance, obliquity and polarization. In
/// equal steps of the angle at the pixel, so that they crowd where the path comes close.
double expected_photons(const Experiment& e, const Vec3d& at, const Panel& panel) {
  const Background& b = e.backgrounds[0];
  const double across = std::hypot(at.y, at.z);
  const auto angle_from = [&](double z) { return std::atan2(across, at.x - z); };
  const double first = angle_from(b.from_m), last = angle_from(b.to_m);
  constexpr int points = 20000;
  double sum = 0;
  for (int k = 0; k < points; ++k) {
    const double u = (k + 0.5) / points, near_m = at.x - b.to_m, far_m = at.x - b.from_m;
    // On the axis in equal steps of 1 / distance.
    double distance_m = 1 / ((1 - u) / far_m + u / near_m), share = distance_m * distance_m / (near_m * far_m) / points;
    if (across > 1e-6) {
      const double angle = first + (last - first) * u;
      distance_m = across / std::tan(angle);
      share = across / std::pow(std::sin(angle), 2) * (last - first) / points / (b.to_m - b.from_m);
    }
    const double z = at.x - distance_m;
    const Vec3d away = at - Vec3d{z, 0, 0};
    const double distance = norm(away), cosine = away.x / distance;
    const double facing = dot(away, panel.normal) / distance;
    const double stol = std::sin(0.5 * std::atan2(across, at.x - z)) / e.beam.wavelength_m;
    const double area = panel.pixel_size_m * panel.pixel_size_m;
    sum += share * area * facing / (distance * distance) * intensity_at(stol) * 0.5 * (1 + cosine * cosine);
  }
  return thomson_m2 * e.beam.fluence_per_m2 * b.scale * b.molecules * sum;
}

using BeamPath = EachWay;

void expect_integral(const Experiment& e, const Image& image) {
  const Panel& panel = e.detector.panels[0];
  for (std::size_t slow = 0; slow < panel.n_slow; ++slow)
    for (std::size_t fast = 0; fast < panel.n_fast; ++fast) {
      const double expected = expected_photons(e, pixel_centre(panel, fast, slow), panel);
      EXPECT_GT(expected, 0);
      ASSERT_NEAR(static_cast<double>(image.row(slow)[fast]), expected, 1e-6 * expected) << fast << " " << slow;
    }
}

TEST_P(BeamPath, IsTheIntegralAroundTheSample) {
  const Experiment e = with_path(-0.05, 0.03);
  expect_integral(e, rendered(e).image);
}

TEST_P(BeamPath, IsTheIntegralUpToAMillimetreInFrontOfTheDetector) {
  const Experiment e = with_path(0.01, 0.099);
  expect_integral(e, rendered(e).image);
}

TEST_P(BeamPath, IsTheIntegralOnATiltedPanel) {
  Experiment e = with_path(-0.02, 0.06);
  Panel& panel = e.detector.panels[0];
  const Vec3d middle = panel.origin_m + 0.5 * 15 * panel.pixel_size_m * (panel.fast_axis + panel.slow_axis);
  constexpr double angle = 0.5;
  const Mat3d turn = {{std::cos(angle), 0, std::sin(angle)}, {0, 1, 0}, {-std::sin(angle), 0, std::cos(angle)}};
  panel.origin_m = middle + turn * (panel.origin_m - middle);
  for (Vec3d* axis : {&panel.fast_axis, &panel.slow_axis, &panel.normal}) *axis = turn * *axis;
  expect_integral(e, rendered(e).image);
}

/// On the axis the factor against a point at the sample is D^2 / ((D - z1) (D - z2)).
TEST_P(BeamPath, OnTheAxisHasAClosedForm) {
  Experiment e = with_path(0, 0.035);
  e.beam.apply_polarization = false;
  e.backgrounds[0].stol_per_m = {0, 1e10};
  e.backgrounds[0].intensity_e2 = {4, 4};
  e.backgrounds[0].slope_e2_m.clear();
  Experiment point = e;
  point.backgrounds[0].from_m = point.backgrounds[0].to_m = 0;
  const double ratio =
      static_cast<double>(rendered(e).image.row(7)[7]) / static_cast<double>(rendered(point).image.row(7)[7]);
  EXPECT_NEAR(ratio, 0.1 * 0.1 / (0.1 * 0.065), 1e-6);
}

/// A short path is a point: that also holds for sub-pixels, layers and several directions.
TEST_P(BeamPath, ThatIsShortIsAPoint) {
  Experiment e = with_path(-1e-8, 1e-8);
  e.sampling.oversample = 2;
  e.detector.panels[0].sensor = Sensor::of(4.5e-4, 2000, 3);
  const Vec3d aside = unit(Vec3d{-1, 0.05, 0.02});
  e.beam.sources = {{{-1, 0, 0}, 0.8e-10, 1}, {aside, 1.3e-10, 3}};
  e.beam.wavelength_m = 1.175e-10;
  Experiment point = e;
  point.backgrounds[0].from_m = point.backgrounds[0].to_m = 0;
  const Image found = rendered(e).image, expected = rendered(point).image;
  for (std::size_t i = 0; i < found.pixels.size(); ++i)
    EXPECT_NEAR(found.pixels[i], expected.pixels[i], 1e-6 * static_cast<double>(expected.pixels[i]));
}

/// The halves of a path with half of the molecules each add up.
TEST_P(BeamPath, AddsUpOfItsParts) {
  Experiment whole = with_path(-0.04, 0.06);
  whole.detector.panels[0].sensor = Sensor::of(4.5e-4, 2000, 3);
  Experiment parts = whole;
  parts.backgrounds = {air(-0.04, 0.01), air(0.01, 0.06)};
  for (Background& part : parts.backgrounds) part.molecules *= 0.5;
  const Image found = rendered(parts).image, expected = rendered(whole).image;
  for (std::size_t i = 0; i < found.pixels.size(); ++i)
    EXPECT_NEAR(found.pixels[i], expected.pixels[i], 1e-6 * static_cast<double>(expected.pixels[i]));
}

void make_ring(Background& ring, double deviation) {
  ring.stol_per_m.clear(), ring.intensity_e2.clear(), ring.slope_e2_m.clear();
  constexpr double centre = 1.2e9;
  const double step = 0.25 * deviation;
  const auto bell = [](double z) { return std::exp(-0.5 * z * z); };
  for (double s = 0; s < 4e9; s += step) {
    const double z = (s - centre) / deviation, next = (s + step - centre) / deviation;
    ring.stol_per_m.push_back(s);
    ring.intensity_e2.push_back(1 + 100 * bell(z));
    ring.slope_e2_m.push_back(-100 * z * bell(z) / deviation);
    ring.slope_e2_m.push_back(-100 * next * bell(next) / deviation);
  }
  ring.slope_e2_m.resize(ring.slope_e2_m.size() - 2);
}

/// Rings far sharper than the angle changes along the path, against pieces so short that each needs few points.
TEST_P(BeamPath, ResolvesSharpRings) {
  Experiment whole = with_path(-0.01, 0.06), parts = whole;
  make_ring(whole.backgrounds[0], 4e6);
  const Background& ring = whole.backgrounds[0];
  constexpr int pieces = 50;
  parts.backgrounds.clear();
  for (int k = 0; k < pieces; ++k) {
    Background piece = ring;
    piece.molecules /= pieces;
    piece.from_m = -0.01 + 0.07 * k / pieces;
    piece.to_m = -0.01 + 0.07 * (k + 1) / pieces;
    parts.backgrounds.push_back(piece);
  }
  const Image found = rendered(whole).image, expected = rendered(parts).image;
  for (std::size_t i = 0; i < found.pixels.size(); ++i)
    EXPECT_NEAR(found.pixels[i], expected.pixels[i], 2e-6 * static_cast<double>(expected.pixels[i]));
}

TEST(BeamPaths, ThatNeedTooManyPointsAreRefused) {
  Experiment e = with_path(-0.05, 0.09);
  make_ring(e.backgrounds[0], 1e5);
  EXPECT_THROW(compile_plan(e), Error);
}

INSTANTIATE_TEST_SUITE_P(backends, BeamPath, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
