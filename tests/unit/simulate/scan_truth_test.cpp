// The truth of a series from those of its frames.
#include "femtobragg/simulate/scan_truth.h"

#include <gtest/gtest.h>

#include "femtobragg/base/units.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

constexpr double degree = pi / 180;

TruthReflection reflection(std::array<std::int64_t, 3> hkl, double phi_deg, double photons, const Vec3d& ray) {
  TruthReflection r;
  r.hkl = hkl;
  r.phi_rad = phi_deg * degree;
  r.photons = photons;
  r.fast_px = phi_deg;
  r.amplitude = 7;
  r.sigma = 3;
  r.pixels = 1 + photons;
  r.background = 2 * photons;
  r.diffracted = unit(ray);
  return r;
}

/// Frames of a degree from ten degrees on.
Experiment sweep() {
  Experiment e = simple_experiment();
  e.spindle.phi_start_rad = 10 * degree;
  e.spindle.phi_range_rad = degree;
  return e;
}

TEST(ScanTruth, AddsUpFrames) {
  const Experiment e = sweep();
  const Vec3d ray = e.beam.direction, across = cross(unit(e.beam.direction), e.spindle.axis);
  ScanTruth scan(e);
  scan.add({{reflection({1, 2, 3}, 10.8, 1, ray + 0.1 * across)}, 0, 5});
  scan.add({{reflection({1, 2, 3}, 11.2, 3, ray + 0.1 * across), reflection({1, 2, 3}, 11.5, 8, ray - 0.1 * across)},
            0,
            12});
  scan.add({{reflection({0, 0, 1}, 12.5, 1e-9, ray)}, 0, 1});
  const ScanTruth::Result whole = std::move(scan).take(1e-6);
  EXPECT_EQ(whole.truth.photons, 18);
  ASSERT_EQ(whole.truth.reflections.size(), 2u) << "both crossings; the faint one is left out";
  const TruthReflection& first = whole.truth.reflections[0];
  EXPECT_EQ(first.photons, 4);
  EXPECT_EQ(first.amplitude, 7);
  // Variances and backgrounds add up; the area is a mean over the photons.
  EXPECT_NEAR(first.sigma, std::sqrt(18.0), 1e-12);
  EXPECT_NEAR(first.background, 8, 1e-12);
  EXPECT_NEAR(first.pixels, (1 * 2 + 3 * 4) / 4.0, 1e-12);
  EXPECT_NEAR(first.fast_px, 11.1, 1e-12);
  EXPECT_NEAR(first.phi_rad, 11.1 * degree, 1e-12);
  EXPECT_NEAR(whole.places[0].frame, 1.1, 1e-9);
  EXPECT_EQ(whole.places[0].first_frame, 0u);
  EXPECT_EQ(whole.places[0].last_frame, 1u);
  EXPECT_EQ(whole.truth.reflections[1].photons, 8);
  EXPECT_NEAR(whole.places[1].frame, 1.5, 1e-9);
}

TEST(ScanTruth, ATurnLaterIsAnotherTime) {
  const Experiment e = sweep();
  const Vec3d ray = e.beam.direction;
  ScanTruth scan(e);
  for (int frame = 0; frame < 361; ++frame) {
    Truth truth;
    if (frame % 360 == 0) truth.reflections = {reflection({1, 0, 0}, 10.5 + frame, 2, ray)};
    scan.add(truth);
  }
  const ScanTruth::Result whole = std::move(scan).take(0);
  ASSERT_EQ(whole.places.size(), 2u);
  EXPECT_NEAR(whole.places[0].frame, 0.5, 1e-9);
  EXPECT_NEAR(whole.places[1].frame, 360.5, 1e-9);
}

TEST(ScanTruth, StillsCountByTheirNumbers) {
  Experiment e = sweep();
  e.spindle.phi_range_rad = 0;
  ScanTruth scan(e);
  scan.add({{reflection({1, 0, 0}, 10, 1, e.beam.direction)}, 0, 1});
  scan.add({{reflection({1, 0, 0}, 10, 3, e.beam.direction)}, 0, 3});
  const ScanTruth::Result whole = std::move(scan).take(0);
  ASSERT_EQ(whole.places.size(), 1u);
  EXPECT_EQ(whole.truth.reflections[0].photons, 4);
  EXPECT_EQ(whole.places[0].frame, 0.75);
}

}  // namespace
}  // namespace femtobragg::tests
