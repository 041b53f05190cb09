// What obstacles and matter leave in each pixel, against areas that are known and against sums of many rays.
#include "femtobragg/simulate/transmission.h"

#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/simulate/simulation.h"
#include "tests/contract/experiments.h"
#include "tests/unit/refusals.h"

namespace femtobragg::tests {
namespace {

/// 101 pixels of 0.2 mm, 100 mm from the sample.
Experiment behind(std::vector<Obstacle> obstacles) {
  Experiment e = simple_experiment();
  e.detector.panels = {facing_panel(0.1, 0.2e-3, 101)};
  e.attenuation.obstacles = std::move(obstacles);
  return e;
}

Obstacle disc(double diameter_m, double distance_m) {
  return {.shape = ObstacleShape::Disc, .size_m = diameter_m, .distance_m = distance_m};
}

/// In the middle of the image.
constexpr double middle_px = 50.5;

class Map {
 public:
  explicit Map(const Experiment& experiment, std::size_t panel = 0)
      : plan_(compile_plan(experiment)), panel_(plan_.panels[panel]) {}

  double at(std::size_t fast, std::size_t slow) const { return panel_.passes(fast, slow); }
  /// Pixels of light that are missing.
  double lost() const {
    double sum = 0;
    for (std::size_t slow = 0; slow < panel_.n_slow; ++slow)
      for (std::size_t fast = 0; fast < panel_.n_fast; ++fast) sum += 1 - at(fast, slow);
    return sum;
  }
  const kernel::PanelPlan& panel() const { return panel_; }

 private:
  kernel::Plan plan_;
  const kernel::PanelPlan& panel_;
};

/// The mean over n x n points of a pixel, and as many of the lit sample, of what rays between them are left with.
double by_rays(const Experiment& e, std::size_t fast, std::size_t slow, int n) {
  const Obstruction obstruction(e);
  const Panel& panel = e.detector.panels[0];
  const LitSample& lit = e.attenuation.lit;
  double sum = 0, total = 0;
  const int sources = lit.width_m > 0 ? n : 1;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < sources; ++k)
        for (int l = 0; l < sources; ++l) {
          const bool gaussian = lit.profile == BeamProfile::Gaussian;
          const double span = gaussian ? 3 : 1;
          const double y = span * ((k + 0.5) / sources - 0.5), z = span * ((l + 0.5) / sources - 0.5);
          const double weight = gaussian ? std::exp(-4 * std::log(2) * (y * y + z * z)) : 1;
          const Vec3d from{0, y * lit.width_m, z * lit.width_m};
          const Vec3d to =
              point_on(panel, static_cast<double>(fast) + (i + 0.5) / n, static_cast<double>(slow) + (j + 0.5) / n);
          sum += weight * transmission(obstruction.view(), from, to);
          total += weight;
        }
  return sum / total;
}

/// Compares every pixel of a row and of a slanted line that is neither dark nor fully lit.
void expect_rays(const Experiment& e, int n, double error) {
  const Map map(e);
  int edges = 0;
  for (std::size_t i = 0; i < 101; ++i)
    for (const std::size_t slow : {std::size_t{50}, 20 + i / 2}) {
      if (map.at(i, slow) == 0 || map.at(i, slow) == 1) continue;
      ++edges;
      EXPECT_NEAR(map.at(i, slow), by_rays(e, i, slow, n), error) << i << " " << slow;
    }
  EXPECT_GT(edges, 3);
}

TEST(Shadow, OfADiscFromAPointIsADisc) {
  const Experiment e = behind({disc(3e-3, 0.05)});
  const Map map(e);
  const double radius_px = 1.5e-3 * (0.1 / 0.05) / 0.2e-3;
  for (std::size_t slow = 0; slow < 101; ++slow)
    for (std::size_t fast = 0; fast < 101; ++fast) {
      const double r =
          std::hypot(static_cast<double>(fast) + 0.5 - middle_px, static_cast<double>(slow) + 0.5 - middle_px);
      if (r < radius_px - 0.71) {
        EXPECT_EQ(map.at(fast, slow), 0);
      }
      if (r > radius_px + 0.71) {
        EXPECT_EQ(map.at(fast, slow), 1);
      }
    }
  EXPECT_NEAR(map.lost(), pi * radius_px * radius_px, 0.1);
  expect_rays(e, 400, 0.01);
}

TEST(Shadow, HasTheAreaOfItsCone) {
  const double magnified = 0.1 / 0.04;
  Obstacle square{.shape = ObstacleShape::Square, .size_m = 2.013e-3, .distance_m = 0.04, .offset_m = {1.1e-4, -7e-5}};
  EXPECT_NEAR(Map(behind({square})).lost(), std::pow(2.013e-3 * magnified / 0.2e-3, 2), 0.3);
  // Without a penumbra the edges along the lines are a 64th of a pixel wrong at most.
  Obstacle triangle{.shape = ObstacleShape::Polygon, .distance_m = 0.04, .corners_m = {0, 0, 3e-3, 1e-3, 1e-3, 2.5e-3}};
  const double area_m2 = 0.5 * std::abs(3e-3 * 2.5e-3 - 1e-3 * 1e-3);
  EXPECT_NEAR(Map(behind({triangle})).lost(), area_m2 * std::pow(magnified / 0.2e-3, 2), 0.2);
  triangle.transmission = 0.75;
  EXPECT_NEAR(Map(behind({triangle})).lost(), 0.25 * area_m2 * std::pow(magnified / 0.2e-3, 2), 0.05);
}

TEST(Shadow, OfARodGoesFromEdgeToEdge) {
  Obstacle rod{.shape = ObstacleShape::Rod, .size_m = 1.5e-3, .distance_m = 0.05, .direction_rad = in_radians(30)};
  const Map map(behind({rod}));
  EXPECT_EQ(map.at(50, 50), 0);
  EXPECT_EQ(map.at(90, 50 + 23), 0);  // 40 x tan 30
  EXPECT_EQ(map.at(10, 50 - 23), 0);
  EXPECT_EQ(map.at(90, 27), 1);
  // Its shadow is 15 pixels wide, and 101 / cos 30 long.
  EXPECT_NEAR(map.lost(), 15 * 101 / std::cos(in_radians(30)), 0.5);
}

TEST(Shadow, OfAnArmBeginsAtTheStop) {
  Obstacle stop = disc(3e-3, 0.05);
  stop.arm_width_m = 0.5e-3;
  stop.direction_rad = in_radians(90);
  const Map map(behind({stop}));
  EXPECT_EQ(map.at(50, 100), 0);  // along slow
  EXPECT_EQ(map.at(50, 0), 1);
  EXPECT_EQ(map.at(100, 50), 1);
  // The arm's shadow is 5 pixels wide; what it adds begins at the disc.
  const double disc_px = 15, half_width = 2.5;
  const double below_arc = half_width * std::sqrt(disc_px * disc_px - half_width * half_width) +
                           disc_px * disc_px * std::asin(half_width / disc_px);
  EXPECT_NEAR(map.lost(), pi * disc_px * disc_px + 2 * half_width * middle_px - below_arc, 0.2);
}

TEST(Penumbra, OfAnEdgeIsTheBeamsProfile) {
  // An edge along slow, 40 mm from the sample: the beam of 0.4 mm is 0.6 mm wide on the detector, 3 pixels.
  Obstacle edge{
      .shape = ObstacleShape::Polygon, .distance_m = 0.04, .corners_m = {0, -0.1, 0.1, -0.1, 0.1, 0.1, 0, 0.1}};
  Experiment e = behind({edge});
  e.attenuation.lit = {0.4e-3, BeamProfile::Flat};
  const Map flat(e);
  e.attenuation.lit.profile = BeamProfile::Gaussian;
  const Map gaussian(e);
  const auto mean = [](double x, auto&& of_point) {
    double sum = 0;
    for (int i = 0; i < 1000; ++i) sum += of_point(x + (i + 0.5) / 1000 - 0.5);
    return sum / 1000;
  };
  for (std::size_t fast = 40; fast < 62; ++fast) {
    const double x = static_cast<double>(fast) + 0.5 - middle_px;
    const auto ramp = [](double at) { return std::clamp(0.5 - at / 3, 0.0, 1.0); };
    const auto bell = [](double at) { return 0.5 * std::erfc(at / (3 / 2.3548200450309493) / std::sqrt(2)); };
    EXPECT_NEAR(flat.at(fast, 50), mean(x, ramp), 1e-4) << fast;
    EXPECT_NEAR(gaussian.at(fast, 50), mean(x, bell), 1e-4) << fast;
  }
}

TEST(Penumbra, OfADiscIsTheMeanOverTheLitSample) {
  Obstacle stop = disc(1.7e-3, 0.035);
  stop.offset_m = {0.3e-3, -0.2e-3};
  stop.arm_width_m = 0.4e-3;
  stop.direction_rad = 0.7;
  Experiment e = behind({stop});
  e.attenuation.lit = {0.3e-3, BeamProfile::Flat};
  expect_rays(e, 16, 0.01);
  e.attenuation.lit.profile = BeamProfile::Gaussian;
  expect_rays(e, 16, 0.01);
}

TEST(Penumbra, OfTwoObstaclesIsTheMeanOfTheirProduct) {
  Obstacle near = disc(1.5e-3, 0.03), far = disc(3e-3, 0.06);
  near.transmission = 0.2;
  far.transmission = 0.1;
  Experiment e = behind({near, far});
  e.attenuation.lit = {0.2e-3, BeamProfile::Flat};
  expect_rays(e, 16, 0.01);
}

TEST(Penumbra, IsTheSameOnTiltedPanels) {
  Experiment e = behind({disc(2e-3, 0.04)});
  Panel& panel = e.detector.panels[0];
  const Mat3d tilt = rotation_matrix(unit(Vec3d{0, 1, 1}), 0.6);
  panel.fast_axis = tilt * panel.fast_axis;
  panel.slow_axis = tilt * panel.slow_axis;
  panel.origin_m = Vec3d{0.1, 0, 0} - middle_px * panel.pixel_size_m * (panel.fast_axis + panel.slow_axis);
  panel.set_plane();
  e.beam = beam_along_x(1e-10);
  e.attenuation.lit = {0.2e-3, BeamProfile::Flat};
  const Map map(e);
  int edges = 0;
  for (std::size_t slow = 0; slow < 101; slow += 5)
    for (std::size_t fast = 0; fast < 101; ++fast) {
      if (map.at(fast, slow) == 0 || map.at(fast, slow) == 1) continue;
      ++edges;
      EXPECT_NEAR(map.at(fast, slow), by_rays(e, fast, slow, 12), 0.015) << fast << " " << slow;  // 12^4 rays: 0.005
    }
  EXPECT_GT(edges, 10);
}

TEST(Shadow, OnAPanelIsInItsPixels) {
  Obstacle shadow{.shape = ObstacleShape::Polygon, .corners_px = {10, 20, 30.25, 20, 30.25, 40.5, 10, 40.5}};
  shadow.transmission = 0.5;
  shadow.panel = 1;
  Experiment e = behind({shadow});
  e.detector.panels.push_back(e.detector.panels[0]);
  e.detector.panels[1].data_fast = 101;
  const Map first(e), second(e, 1);
  EXPECT_EQ(first.lost(), 0);
  EXPECT_EQ(second.at(10, 20), 0.5);
  EXPECT_EQ(second.at(9, 20), 1);
  EXPECT_NEAR(second.at(30, 25), 0.875, 1e-6);
  EXPECT_NEAR(second.lost(), 0.5 * 20.25 * 20.5, 0.1);
}

TEST(Matter, OfAllKindsMultiplies) {
  Experiment e = behind({disc(3e-3, 0.05)});
  e.attenuation.obstacles[0].transmission = 0.5;
  e.attenuation.media = {{.matter = {.attenuation_per_m = 3}, .from_m = 0, .to_m = 0.05},
                         {.matter = {.attenuation_per_m = 900}, .from_m = 0.02, .thickness_m = 1e-4}};
  e.attenuation.sample = {.form = SampleForm::Slab, .matter = {.attenuation_per_m = 1000}, .thickness_m = 5e-4};
  const Map map(e);
  for (const std::size_t fast : {0u, 48u, 100u}) {
    const Vec3d at = pixel_centre(e.detector.panels[0], fast, 37);
    const double c = at.x / norm(at), b = 0.5 / c;
    const double gases = std::exp(-(3 * 0.05 + 900 * 1e-4) / c);
    const double slab = (std::exp(-0.5) - std::exp(-b)) / (b - 0.5);
    EXPECT_NEAR(map.at(fast, 37), gases * slab * (fast == 48 ? 0.5 : 1), 1e-6);
  }
}

TEST(Matter, AirIsAsLongAsTheWay) {
  Experiment e = behind({});
  e.attenuation.media = {{.matter = {.attenuation_per_m = 3}}};
  const Map map(e);
  for (const std::size_t i : {0u, 50u, 100u})
    EXPECT_NEAR(map.at(i, 10), std::exp(-3 * norm(pixel_centre(e.detector.panels[0], i, 10))), 1e-7);
}

TEST(Slab, TurnsWithTheSpindle) {
  Experiment e = behind({});
  e.attenuation.sample = {.form = SampleForm::Slab,
                          .matter = {.attenuation_per_m = 1000},
                          .thickness_m = 5e-4,
                          .direction = Vec3d{1, 0, 0}};
  e.spindle.axis = {0, 1, 0};
  e.spindle.phi_start_rad = 0.4;
  e.spindle.phi_range_rad = 0.2;
  EXPECT_NEAR(Map(e).at(50, 50), std::exp(-0.5 / std::cos(0.5)), 1e-6);
}

/// The mean over points of the lit part of a cylinder along y, on an even grid, with ways by marching to the surface.
double cylinder_by_sum(double radius, double mu, double width, BeamProfile profile, const Vec3d& direction) {
  constexpr int n = 600;
  double sum = 0, total = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      const double x = radius * (2 * (i + 0.5) / n - 1), z = radius * (2 * (j + 0.5) / n - 1);
      if (x * x + z * z > radius * radius) continue;
      const bool flat = profile == BeamProfile::Flat;
      if (flat && std::abs(z) > width / 2) continue;
      const double weight = flat ? 1 : std::exp2(-4 * z * z / (width * width));
      const double in = x + std::sqrt(radius * radius - z * z);
      const double across = std::hypot(direction.x, direction.z);
      const double b = (x * direction.x + z * direction.z) / across;
      const double out = (-b + std::sqrt(b * b + radius * radius - x * x - z * z)) / across;
      sum += weight * std::exp(-mu * (in + out));
      total += weight;
    }
  return sum / total;
}

TEST(Cylinder, IsTheMeanOverItsLitPart) {
  Experiment e = behind({});
  e.attenuation.sample = {.form = SampleForm::Cylinder, .thickness_m = 1e-3, .direction = Vec3d{0, 1, 0}};
  for (const double mu : {100.0, 1000.0, 4000.0})
    for (const BeamProfile profile : {BeamProfile::Flat, BeamProfile::Gaussian})
      for (const double width : {3e-4, 5e-3}) {
        e.attenuation.sample.matter.attenuation_per_m = mu;
        e.attenuation.lit = {width, profile};
        const SampleTransmission sample(e);
        for (const Vec3d& way : {Vec3d{1, 0, 0}, Vec3d{1, 0, 0.7}, Vec3d{1, -0.6, 0.7}, Vec3d{-1, 0.2, 0.3}}) {
          const double expected = cylinder_by_sum(5e-4, mu, width, profile, unit(way));
          EXPECT_NEAR(sample.towards(unit(way)), expected, 2e-3 * expected + 1e-9) << mu << " " << width;
        }
      }
}

TEST(Cylinder, OfAPointIsAWayThroughItsMiddle) {
  Experiment e = behind({});
  e.attenuation.sample = {.form = SampleForm::Cylinder,
                          .matter = {.attenuation_per_m = 2000},
                          .thickness_m = 1e-3,
                          .direction = Vec3d{0, 1, 0}};
  EXPECT_NEAR(SampleTransmission(e).towards({1, 0, 0}), std::exp(-2.0), 1e-6);
}

TEST(Cylinder, IsSmoothBetweenTheDirectionsThatAreComputed) {
  Experiment e = behind({});
  e.attenuation.sample = {.form = SampleForm::Cylinder,
                          .matter = {.attenuation_per_m = 3000},
                          .thickness_m = 1e-3,
                          .direction = Vec3d{0, 1, 0}};
  e.attenuation.lit = {1e-4, BeamProfile::Flat};
  e.detector.panels = {facing_panel(0.05, 0.2e-3, 303)};
  e.detector.panels[0].region = RegionOfInterest{5, 303, 9, 303};
  const Map map(e);
  const SampleTransmission sample(e);
  for (std::size_t slow = 9; slow < 303; slow += 23)
    for (std::size_t fast = 5; fast < 303; fast += 19) {
      const double exact = sample.towards(unit(pixel_centre(e.detector.panels[0], fast, slow)));
      EXPECT_NEAR(map.at(fast, slow) / exact, 1, 1e-3);
    }
  EXPECT_EQ(map.at(0, 100), 1) << "outside the region";
}

TEST(Transmission, IsKeptWhileNothingChanges) {
  Experiment e = behind({disc(3e-3, 0.05)});
  Simulation simulation(e);
  const float* const before = simulation.plan().panels[0].transmission;
  ASSERT_NE(before, nullptr);
  e.spindle.phi_start_rad = 1;
  simulation.update(e);
  EXPECT_EQ(simulation.plan().panels[0].transmission, before);
  e.attenuation.obstacles[0].offset_m = {1e-4, 0};
  simulation.update(e);
  EXPECT_NE(simulation.plan().panels[0].transmission, before);
  EXPECT_EQ(simulation.render().image.pixels, Simulation(e).render().image.pixels);
  e.detector.panels[0].origin_m.x += 1e-3;
  simulation.update(e);
  EXPECT_EQ(simulation.render().image.pixels, Simulation(e).render().image.pixels);
  e.attenuation = {};
  simulation.update(e);
  EXPECT_EQ(simulation.plan().panels[0].transmission, nullptr);
}

TEST(WrongAttenuation, IsNamed) {
  const auto refusal = [](auto&& change) {
    Experiment e = behind({disc(3e-3, 0.05)});
    change(e.attenuation);
    return message_of([&] { validate(e); });
  };
  const auto of_obstacle = [&](auto&& change) { return refusal([&](Attenuation& a) { change(a.obstacles[0]); }); };
  expect_in(of_obstacle([](Obstacle& o) { o.size_m = -1e-3; }), {"obstacle[0].size", "-1 mm", "above zero"});
  expect_in(of_obstacle([](Obstacle& o) { o.distance_m = 0; }), {"obstacle[0].distance", "above zero"});
  expect_in(of_obstacle([](Obstacle& o) { o.distance_m = 0.2; }), {"behind the detector", "200 mm", "100 mm"});
  expect_in(of_obstacle([](Obstacle& o) { o.transmission = 1.5; }), {"impossible transmission", "0 to 1"});
  expect_in(of_obstacle([](Obstacle& o) { o.matter.material = "W"; }), {"without a thickness"});
  expect_in(of_obstacle([](Obstacle& o) { o.thickness_m = 1e-3; }), {"without an attenuation"});
  expect_in(of_obstacle([](Obstacle& o) { o.corners_m = {0, 0, 1, 1, 2, 0}; }), {"no polygon"});
  const auto of_corners = [&](std::vector<double> corners) {
    return of_obstacle([&](Obstacle& o) {
      o.shape = ObstacleShape::Polygon;
      o.size_m = 0;
      o.corners_m = std::move(corners);
    });
  };
  expect_in(of_corners({0, 0, 1, 1}), {"too few corners", "4 numbers"});
  expect_in(of_corners({0, 0, 1, 1, 2}), {"a corner is incomplete"});
  expect_in(of_corners({0, 0, 1, 1, 2, 2}), {"without area"});
  expect_in(of_corners({0, 0, 3, 3, 3, 0, 0, 2}), {"crosses itself"});
  expect_in(of_corners({0, 0, 4, 0, 4, 4, 2, 1, 0, 4}), {"nothing was refused"});
  const auto of_media = [&](std::vector<Medium> media) {
    return refusal([&](Attenuation& a) { a.media = std::move(media); });
  };
  const Matter some{.attenuation_per_m = 1};
  expect_in(of_media({{.matter = some, .from_m = 0.05, .to_m = 0.04}}), {"ends before it begins", "40 mm"});
  expect_in(of_media({{.matter = some, .from_m = 0.05, .thickness_m = 0.06}}), {"beyond the detector", "thickness"});
  expect_in(of_media({{.matter = some, .from_m = 0.2}}), {"matter behind the detector"});
  expect_in(of_media({{.matter = some}, {.matter = some, .from_m = 0.05}}), {"two media", "medium[1].from"});
  expect_in(of_media({{.matter = {}}}), {"without an attenuation", "medium[0]"});
  expect_in(refusal([&](Attenuation& a) { a.sample = {SampleForm::Slab, some, 0, {}}; }), {"sample_size"});
  expect_in(refusal([&](Attenuation& a) {
              a.sample = {SampleForm::Slab, some, 1e-3, Vec3d{0, 1, 0}};
            }),
            {"the beam is along the slab"});
  expect_in(refusal([&](Attenuation& a) {
              a.sample = {SampleForm::Cylinder, some, 1e-3, Vec3d{1, 0, 0}};
            }),
            {"axis of the sample is along the beam"});
}

}  // namespace
}  // namespace femtobragg::tests
