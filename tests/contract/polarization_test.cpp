// The polarization factor: an electron does not shine along the direction in which it swings.
#include <gtest/gtest.h>

#include "femtobragg/physics/polarization.h"
#include "tests/contract/bragg.h"

namespace femtobragg::tests {
namespace {

const Vec3d along{1, 0, 0}, electric{0, 0, 1}, magnetic{0, 1, 0};

double factor(const Vec3d& diffracted, double fraction) {
  return physics::polarization_factor(along, diffracted, physics::polarization_frame(along, electric), fraction);
}

/// The sum of two dipoles, along the electric and the magnetic axis, of intensities (1 + K)/2 and (1 - K)/2.
double two_dipoles(const Vec3d& diffracted, double fraction) {
  const double e = dot(diffracted, electric), b = dot(diffracted, magnetic);
  return 0.5 * (1 + fraction) * (1 - e * e) + 0.5 * (1 - fraction) * (1 - b * b);
}

// A handful of operations in double precision.
constexpr double rounding = 1e-14;

TEST(Polarization, AtARightAngle) {
  EXPECT_NEAR(factor(electric, 1), 0, rounding);
  EXPECT_NEAR(factor(magnetic, 1), 1, rounding);
  EXPECT_NEAR(factor(electric, -1), 1, rounding);
  EXPECT_NEAR(factor(magnetic, -1), 0, rounding);
  for (const Vec3d& d : {electric, magnetic}) EXPECT_NEAR(factor(d, 0), 0.5, rounding);
  EXPECT_NEAR(factor(electric, 0.9), 0.05, rounding);
}

TEST(Polarization, IsOneForwardAndBackward) {
  for (const double fraction : {-1.0, 0.0, 0.5, 1.0}) {
    EXPECT_NEAR(factor(along, fraction), 1, rounding);
    EXPECT_NEAR(factor(-along, fraction), 1, rounding);
  }
}

TEST(Polarization, IsThatOfTwoDipoles) {
  for (double two_theta = 0.05; two_theta < 3.1; two_theta += 0.1)
    for (double azimuth = 0; azimuth < 6.3; azimuth += 0.1)
      for (const double fraction : {-1.0, -0.3, 0.0, 0.9, 1.0}) {
        const Vec3d d = direction_at(two_theta, azimuth);
        EXPECT_NEAR(factor(d, fraction), two_dipoles(d, fraction), rounding);
      }
}

TEST(Polarization, AveragesOverTheAzimuthToUnpolarizedLight) {
  for (const double two_theta : {0.1, 0.7, 1.5, 2.5})
    for (const double fraction : {-0.5, 0.9}) {
      double mean = 0;
      for (int i = 0; i < 12; ++i) mean += factor(direction_at(two_theta, 2 * pi * i / 12), fraction) / 12;
      const double c = std::cos(two_theta);
      EXPECT_NEAR(mean, 0.5 * (1 + c * c), rounding);
    }
}

TEST(Polarization, FrameIsRightHandedAndAcrossTheBeam) {
  const Vec3d beam = unit(Vec3d{1, 0.1, -0.2});
  const auto frame = physics::polarization_frame(beam, electric);
  EXPECT_NEAR(dot(frame.e, beam), 0, rounding);
  EXPECT_NEAR(dot(frame.b, beam), 0, rounding);
  EXPECT_NEAR(dot(frame.e, frame.b), 0, rounding);
  EXPECT_NEAR(norm(frame.e), 1, rounding);
  EXPECT_NEAR(norm(frame.b), 1, rounding);
  EXPECT_GT(dot(frame.e, electric), 0.9);
}

using PolarizedImage = EachWay;

TEST_P(PolarizedImage, HasTheFactorInEachPixel) {
  Experiment e = isotropic_experiment();
  e.detector.panels = {facing_panel(0.05, 2e-3, 61)};  // to 60 degrees
  const Panel& panel = e.detector.panels[0];
  const Image plain = rendered(e).image;
  e.beam.apply_polarization = true;
  for (const double fraction : {0.0, 0.9, -1.0}) {
    e.beam.polarization_fraction = fraction;
    const Image image = rendered(e).image;
    for (std::size_t slow = 0; slow < panel.n_slow; slow += 6)
      for (std::size_t fast = 0; fast < panel.n_fast; fast += 6) {
        const double expected =
            two_dipoles(unit(pixel_centre(panel, fast, slow)), fraction) * static_cast<double>(plain.row(slow)[fast]);
        EXPECT_NEAR(static_cast<double>(image.row(slow)[fast]), expected, 2 * float_rounding * expected);
      }
  }
}

INSTANTIATE_TEST_SUITE_P(backends, PolarizedImage, testing::ValuesIn(ways()), word_for);

TEST(Polarization, SumOfSquaresIsTheSame) {
  const Vec3d incident = unit(Vec3d{1, 0.2, -0.1});
  const auto frame = physics::polarization_frame(incident, Vec3d{0, 0.1, 1});
  for (const double fraction : {-1.0, 0.0, 0.3, 1.0})
    for (const Vec3d& d : {Vec3d{1, 0, 0}, Vec3d{0, 1, 0}, Vec3d{-1, 2, 3}, Vec3d{0.1, -1, 0.3}, incident}) {
      const Vec3d diffracted = unit(d);
      EXPECT_NEAR(physics::polarization_from_components(dot(diffracted, incident), dot(diffracted, frame.e),
                                                        dot(diffracted, frame.b), fraction),
                  physics::polarization_factor(incident, diffracted, frame, fraction), 1e-15);
    }
}

}  // namespace
}  // namespace femtobragg::tests
