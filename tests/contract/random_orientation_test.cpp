// Random rotations: uniform over all orientations; mosaic tilts within their spread.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "femtobragg/physics/mosaic_rotation.h"
#include "femtobragg/physics/rotation.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

constexpr std::size_t draws = 100000;

std::vector<Mat3d> uniform_rotations() {
  std::mt19937_64 generator(20240229);
  std::uniform_real_distribution<double> deviate(0, 1);
  std::vector<Mat3d> rotations;
  for (std::size_t i = 0; i < draws; ++i) {
    const double u1 = deviate(generator), u2 = deviate(generator), u3 = deviate(generator);
    rotations.push_back(physics::uniform_random_rotation(u1, u2, u3));
  }
  return rotations;
}

std::vector<Mat3d> mosaic_rotations(float spread_rad) {
  std::mt19937_64 generator(3);
  std::uniform_real_distribution<double> deviate(-1, 1);
  std::vector<Mat3d> rotations;
  for (std::size_t i = 0; i < draws; ++i) {
    const double r1 = deviate(generator), r2 = deviate(generator), r3 = deviate(generator);
    rotations.push_back(physics::mosaic_rotation(spread_rad, r1, r2, r3));
  }
  return rotations;
}

/// The angle of a rotation, well conditioned for small ones too.
double angle_of(const Mat3d& u) {
  const Vec3d twice_axis{u.row_z.y - u.row_y.z, u.row_x.z - u.row_z.x, u.row_y.x - u.row_x.y};
  return std::atan2(norm(twice_axis), u.row_x.x + u.row_y.y + u.row_z.z - 1.0);
}

void expect_rotation(const Mat3d& u) {
  const Mat3d product = u * transpose(u);
  // A few operations on numbers of order one: rounding below 1e-14.
  EXPECT_NEAR(norm(product.row_x - Vec3d{1, 0, 0}), 0, 1e-14);
  EXPECT_NEAR(norm(product.row_y - Vec3d{0, 1, 0}), 0, 1e-14);
  EXPECT_NEAR(norm(product.row_z - Vec3d{0, 0, 1}), 0, 1e-14);
  EXPECT_NEAR(dot(u.row_x, cross(u.row_y, u.row_z)), 1, 1e-14);
}

/// Largest distance between the distribution of the values and a cumulative law (Kolmogorov, Smirnov).
double distance_from(std::vector<double> values, const std::function<double(double)>& law) {
  std::ranges::sort(values);
  const double n = static_cast<double>(values.size());
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double expected = law(values[i]);
    largest = std::max({largest, std::abs(expected - static_cast<double>(i) / n),
                        std::abs(expected - static_cast<double>(i + 1) / n)});
  }
  return largest;
}

/// Exceeded by one in a thousand samples that follow the law: sqrt(-ln(0.001 / 2) / (2 n)).
const double significant = std::sqrt(-std::log(0.0005) / 2.0 / static_cast<double>(draws));

TEST(UniformRotation, IsARotation) {
  for (const Mat3d& u : uniform_rotations()) expect_rotation(u);
}

TEST(UniformRotation, AnglesFollowTheInvariantMeasure) {
  std::vector<double> angles;
  for (const Mat3d& u : uniform_rotations()) angles.push_back(angle_of(u));
  const auto law = [](double angle) { return (angle - std::sin(angle)) / pi; };
  EXPECT_LT(distance_from(angles, law), significant);
  // The test can tell a law that is wrong by 1 %.
  EXPECT_GT(distance_from(angles, [&](double angle) { return law(angle / 1.01); }), significant);
}

TEST(UniformRotation, CarriesAnyDirectionEvenlyOverTheSphere) {
  for (const Vec3d& start : {Vec3d{1, 0, 0}, Vec3d{0, 1, 0}, Vec3d{0, 0, 1}, unit(Vec3d{1, -2, 3})}) {
    Vec3d sum{};
    std::vector<double> heights[3];
    for (const Mat3d& u : uniform_rotations()) {
      const Vec3d v = u * start;
      sum = sum + v;
      heights[0].push_back(v.x);
      heights[1].push_back(v.y);
      heights[2].push_back(v.z);
    }
    // Each component of the mean has the deviation 1 / sqrt(3 n); the length exceeds 4 of them once in 1000 samples.
    EXPECT_LT(norm(sum) / static_cast<double>(draws), 4.0 / std::sqrt(3.0 * static_cast<double>(draws)));
    // Zones of equal height have equal areas (Archimedes).
    for (const auto& components : heights)
      EXPECT_LT(distance_from(components, [](double z) { return 0.5 * (z + 1.0); }), significant);
  }
}

TEST(MosaicRotation, IsARotationWithinTheSpread) {
  for (const float spread : {0.02f, 0.5f}) {
    for (const Mat3d& u : mosaic_rotations(spread)) {
      expect_rotation(u);
      EXPECT_LE(angle_of(u), static_cast<double>(spread) * (1 + float_rounding));
    }
  }
}

TEST(MosaicRotation, AnglesFollowTheCubeRootLaw) {
  constexpr double spread = 0.5;
  std::vector<double> fractions;
  double sum = 0;
  for (const Mat3d& u : mosaic_rotations(static_cast<float>(spread))) {
    fractions.push_back(angle_of(u) / spread);
    sum += fractions.back();
  }
  // angle / spread = cbrt(1 - r^2), r even over (-1, 1): P(below x) = 1 - sqrt(1 - x^3).
  const auto law = [](double x) { return 1.0 - std::sqrt(std::max(0.0, 1.0 - x * x * x)); };
  EXPECT_LT(distance_from(fractions, law), significant);
  // The mean is the integral of cbrt(1 - r^2), (sqrt(pi) / 2) gamma(4/3) / gamma(11/6) = 0.8413; deviation 0.18.
  const double mean = 0.5 * std::sqrt(pi) * std::tgamma(4.0 / 3.0) / std::tgamma(11.0 / 6.0);
  EXPECT_NEAR(mean, 0.841, 5e-4);
  EXPECT_NEAR(sum / static_cast<double>(draws), mean, 4 * 0.18 / std::sqrt(static_cast<double>(draws)));
}

TEST(MosaicRotation, AxesHaveNoPreference) {
  constexpr double spread = 0.5;
  std::vector<double> heights[3];
  for (const Mat3d& u : mosaic_rotations(static_cast<float>(spread))) {
    const Vec3d axis = unit(Vec3d{u.row_z.y - u.row_y.z, u.row_x.z - u.row_z.x, u.row_y.x - u.row_x.y});
    heights[0].push_back(axis.x);
    heights[1].push_back(axis.y);
    heights[2].push_back(axis.z);
  }
  for (const auto& components : heights)
    EXPECT_LT(distance_from(components, [](double z) { return 0.5 * (z + 1.0); }), significant);
}

TEST(LabAxisAngles, RebuildTheRotation) {
  const auto rotations = uniform_rotations();
  for (std::size_t i = 0; i < 1000; ++i) {
    const Vec3d angles = physics::lab_axis_angles(rotations[i]);
    const Vec3d v{0.3, -0.8, 0.5};
    // Rounding, enlarged where y is close to 90 degrees.
    EXPECT_NEAR(norm(physics::rotate_about_lab_axes(v, angles) - rotations[i] * v), 0, 1e-12);
  }
}

}  // namespace
}  // namespace femtobragg::tests
