// What reaches pixels of the light of a gas path, against sums over many of its points.
#include "femtobragg/simulate/path_transmission.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

constexpr std::size_t n = 41;

/// A panel of 41 x 41 pixels of 2 mm, 100 mm behind the sample, and gas whose scattering falls with the angle.
Experiment gas(double from_m, double to_m) {
  Experiment e = isotropic_experiment();
  e.water_edge_m = 0;
  e.beam.apply_polarization = true;
  e.detector.panels = {facing_panel(0.1, 2e-3, n)};
  e.backgrounds = {{.name = "gas",
                    .stol_per_m = {0, 8e9},
                    .intensity_e2 = {50, 5},
                    .molecules = 1e12,
                    .from_m = from_m,
                    .to_m = to_m}};
  return e;
}

Obstacle disc(double diameter_m, double distance_m) {
  return {.shape = ObstacleShape::Disc, .size_m = diameter_m, .distance_m = distance_m};
}

double passes(const kernel::Plan& plan, std::size_t fast, std::size_t slow) {
  return plan.panels[0].passes(plan.backgrounds[1], fast, slow);
}

/// The mean over so many points of the path of `left(z)`, weighted by what each sends to the pixel.
template <class Left>
double mean_over_path(const Experiment& e, const Vec3d& at, Left&& left) {
  const Background& b = e.backgrounds[0];
  constexpr int points = 40000;
  double arriving = 0, all = 0;
  for (int k = 0; k < points; ++k) {
    const double z = b.from_m + (b.to_m - b.from_m) * (k + 0.5) / points;
    const Vec3d away = at - Vec3d{z, 0, 0};
    const double distance = norm(away), cosine = away.x / distance;
    const double stol = std::sqrt(0.5 * (1 - cosine)) / e.beam.wavelength_m;
    const double share = (50 - 45 * stol / 8e9) * 0.5 * (1 + cosine * cosine) * cosine / (distance * distance);
    all += share;
    arriving += share * left(z);
  }
  return arriving / all;
}

template <class Left>
void expect_means(const Experiment& e, double error, Left&& left) {
  const kernel::Plan plan = compile_plan(e);
  double least = 1, most = 0;
  for (std::size_t slow = 0; slow < n; ++slow)
    for (std::size_t fast = 0; fast < n; ++fast) {
      const Vec3d at = pixel_centre(e.detector.panels[0], fast, slow);
      const double expected = mean_over_path(e, at, [&](double z) { return left(at, z); });
      ASSERT_NEAR(passes(plan, fast, slow), expected, error) << fast << " " << slow;
      least = std::min(least, expected), most = std::max(most, expected);
    }
  EXPECT_GT(most - least, 10 * error);
}

/// Across the beam, where the way from z to a pixel is when it is so far from the sample.
double off_axis_m(const Vec3d& at, double z, double distance_m) {
  return std::hypot(at.y, at.z) * (distance_m - z) / (at.x - z);
}

TEST(PathBehindAStop, IsTheMeanOverItsPoints) {
  Experiment e = gas(-0.03, 0.06);
  e.attenuation.obstacles = {disc(4e-3, 0.03)};
  expect_means(e, 5e-4,
               [](const Vec3d& at, double z) { return z > 0.03 || off_axis_m(at, z, 0.03) < 2e-3 ? 0.0 : 1.0; });
}

TEST(PathBehindAStop, ThatIsBesideTheBeamSeesOnlyItsShadow) {
  Experiment e = gas(-0.03, 0.06);
  e.attenuation.obstacles = {disc(4e-3, 0.03)};
  e.attenuation.obstacles[0].offset_m = {5e-3, 2e-3};
  // Fast is along z, slow along -y.
  expect_means(e, 5e-4, [](const Vec3d& at, double z) {
    if (z >= 0.03) return 1.0;
    const double share = (0.03 - z) / (at.x - z);
    return std::hypot(share * at.z - 5e-3, share * -at.y - 2e-3) < 2e-3 ? 0.0 : 1.0;
  });
}

TEST(PathBehindAStop, WithAnArmIsTheMeanOverItsPoints) {
  Experiment e = gas(-0.02, 0.02);
  e.attenuation.obstacles = {disc(1e-3, 0.03)};
  e.attenuation.obstacles[0].arm_width_m = 0.6e-3;
  expect_means(e, 5e-4, [](const Vec3d& at, double z) {
    const double share = (0.03 - z) / (at.x - z), u = share * at.z, v = share * -at.y;
    return std::hypot(u, v) < 0.5e-3 || (u > 0 && std::abs(v) < 0.3e-3) ? 0.0 : 1.0;
  });
}

TEST(PathBehindAStop, ThatBeginsBehindItIsDark) {
  Experiment e = gas(0.04, 0.06);
  e.attenuation.obstacles = {disc(2e-3, 0.03)};
  const kernel::Plan plan = compile_plan(e);
  for (const std::size_t i : {0, 13, 20, 40}) EXPECT_EQ(passes(plan, i, 20), 0);
}

/// Upstream of the sample, gas looks past a stop whose shadow from the sample is larger than the pixel.
TEST(PathBehindAStop, ShinesIntoTheShadowOfTheSample) {
  Experiment e = gas(-0.08, -0.04);
  e.attenuation.obstacles = {disc(4e-3, 0.03)};
  const kernel::Plan plan = compile_plan(e);
  const std::size_t dark = 22;  // 4 mm from the beam, of 6.7 mm that are dark
  EXPECT_EQ(plan.panels[0].passes(dark, 20), 0);
  const Vec3d at = pixel_centre(e.detector.panels[0], dark, 20);
  EXPECT_GT(off_axis_m(at, -0.08, 0.03), 2e-3);
  EXPECT_GT(passes(plan, dark, 20), 0.1);
}

TEST(PathInGas, LosesLightAlongItsOwnWay) {
  Experiment e = gas(-0.03, 0.06);
  e.attenuation.media = {{.matter = {.attenuation_per_m = 6}, .from_m = 0.01, .to_m = 0.08}};
  expect_means(e, 2e-4, [](const Vec3d& at, double z) {
    const double of_beam = std::clamp(z - 0.01, 0.0, 0.07), stretch = norm(at - Vec3d{z, 0, 0}) / (at.x - z);
    const double of_way = std::max(0.0, 0.08 - std::max(z, 0.01)) * stretch;
    return std::exp(-6 * (of_beam + of_way));
  });
}

/// Gas that surrounds the sample: the beam is brighter upstream, as its fluence is that at the sample.
TEST(PathInGas, IsBrighterUpstream) {
  Experiment e = gas(-0.03, 0.06);
  e.attenuation.media = {{.matter = {.attenuation_per_m = 6}}};
  const double along = std::exp(-6 * 0.1);
  EXPECT_NEAR(passes(compile_plan(e), 20, 20), along, 1e-6);
}

TEST(PathAroundASlab, HasLessBeamBehindIt) {
  Experiment e = gas(-0.03, 0.06);
  e.attenuation.sample = {.form = SampleForm::Slab, .matter = {.attenuation_per_m = 700}, .thickness_m = 1e-3};
  expect_means(e, 2e-4, [](const Vec3d& at, double z) {
    return std::exp(-0.7 * (z > 0 ? 1 : norm(at - Vec3d{z, 0, 0}) / (at.x - z)));
  });
}

TEST(PathAroundACylinder, HasLessBeamBehindIt) {
  Experiment e = gas(0.01, 0.06);
  e.attenuation.sample = {.form = SampleForm::Cylinder,
                          .matter = {.attenuation_per_m = 700},
                          .thickness_m = 1e-3,
                          .direction = Vec3d{0, 1, 0}};
  e.attenuation.lit.width_m = e.attenuation.lit_background.width_m = 1.6e-3;
  double sum = 0;
  constexpr int points = 100000;
  for (int k = 0; k < points; ++k) {
    const double y = 0.8e-3 * (2 * (k + 0.5) / points - 1);
    sum += std::exp(-700 * 2 * std::sqrt(std::max(0.0, 0.25e-6 - y * y)));
  }
  EXPECT_NEAR(passes(compile_plan(e), 7, 9), sum / points, 1e-4);
}

/// Whatever lies between the corners of cells, each pixel has its own value.
TEST(CellsOfPixels, DoNotMissAWire) {
  Experiment e = gas(-0.002, 0.002);
  e.detector.panels = {facing_panel(0.1, 0.2e-3, 200)};
  for (const double angle : {0.02, 0.4, 1.3, 2.2}) {
    e.attenuation.obstacles = {
        {.shape = ObstacleShape::Rod, .size_m = 4e-5, .distance_m = 0.03, .direction_rad = angle}, disc(1.5e-4, 0.03)};
    e.attenuation.obstacles[0].offset_m = {1e-3 * std::sin(angle), -1e-3 * std::cos(angle)};
    e.attenuation.obstacles[1].offset_m = {-3e-3, 2e-3};
    const kernel::Plan plan = compile_plan(e);
    const PathTransmission path(e, plan, plan.panels[0], plan.backgrounds[1]);
    PathTransmission::Scratch scratch;
    int shaded = 0;
    for (std::size_t slow = 0; slow < 200; ++slow)
      for (std::size_t fast = 0; fast < 200; ++fast) {
        const double exact = path.at(pixel_centre(e.detector.panels[0], fast, slow), scratch);
        ASSERT_NEAR(passes(plan, fast, slow), exact, 1e-3) << angle << " " << fast << " " << slow;
        shaded += exact < 0.9;
      }
    EXPECT_GT(shaded, 100);
  }
}

TEST(PathTransmission, OfAShadowOnThePanelIsItsShadow) {
  Experiment e = gas(-0.03, 0.06);
  e.attenuation.obstacles = {{.shape = ObstacleShape::Polygon, .corners_px = {0, 0, 10.5, 0, 10.5, 41, 0, 41}}};
  const kernel::Plan plan = compile_plan(e);
  for (std::size_t fast = 0; fast < n; ++fast)
    EXPECT_NEAR(passes(plan, fast, 20), fast < 10 ? 0 : fast > 10 ? 1 : 0.5, 1e-5);
}

TEST(PathTransmission, IsKeptWhileNothingChanges) {
  Experiment e = gas(-0.03, 0.06);
  e.attenuation.obstacles = {disc(4e-3, 0.03)};
  const kernel::Plan first = compile_plan(e);
  e.backgrounds[0].scale = 2;
  const kernel::Plan same = compile_plan(e, &first);
  EXPECT_EQ(same.panels[0].path_transmission, first.panels[0].path_transmission);
  e.backgrounds[0].to_m = 0.05;
  const kernel::Plan other = compile_plan(e, &first);
  EXPECT_NE(other.panels[0].path_transmission, first.panels[0].path_transmission);
}

}  // namespace
}  // namespace femtobragg::tests
