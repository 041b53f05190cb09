// What each reflection contributes to an image, against the image itself.
#include "femtobragg/simulate/truth.h"

#include <gtest/gtest.h>

#include <map>

#include "femtobragg/base/error.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/simulate/hkl_map.h"
#include "femtobragg/simulate/reach.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

/// Gaussian spots that stay apart, a sensor with depth, polarized light.
Experiment sharp_experiment() {
  Experiment e = simple_experiment();
  e.crystal = crystal_of(cell_of(30, 40, 50, 75, 95, 105), 12);
  e.crystal.shape = CrystalShape::Gaussian;
  e.beam.polarization_fraction = 0.9;
  e.sampling.oversample = 2;
  e.detector.panels.front().sensor = Sensor::of(3e-4, 2000, 2);
  return e;
}

/// Every kind of sum: two panels, domains, a sweep and two wavelengths, with water in the background.
Experiment everything() {
  Experiment e = sharp_experiment();
  Panel other = e.detector.panels.front();
  other.origin_m = other.origin_m + Vec3d{0.02, 0.045, 0.01};
  other.data_slow = 101;
  e.detector.panels.push_back(other);
  e.crystal.mosaic_rotations = {Mat3d::identity(), rotation_matrix(Vec3d{0, 0, 1}, 0.004)};
  e.spindle.axis = {0, 0, 1};
  e.spindle.phi_range_rad = 0.02;
  e.spindle.phi_step_rad = 0.005;
  e.spindle.phi_steps = 4;
  e.beam.sources.push_back({-e.beam.direction, 1.02e-10, 0.5});
  return e;
}

Truth truth(const Experiment& e, double fraction) { return truth_of(e, fraction, {.device = "auto"}); }

double photons_of(const Experiment& e) {
  double sum = 0;
  const kernel::Plan plan = compile_plan(e);
  for (std::size_t panel = 0; panel < plan.panels.size(); ++panel)
    sum += sum_of(render(plan, panel, {.device = "reference"}).image);
  return sum;
}

// Pixels of images are rounded to float32 (6e-8 of each); sums of them differ less.
constexpr double image_rounding = 1e-7;

TEST(Truth, PhotonsAddUpToTheImage) {
  for (const Experiment& e : {sharp_experiment(), everything(), simple_experiment()}) {
    const Truth all = truth(e, 0);
    double sum = 0;
    for (const TruthReflection& r : all.reflections) sum += r.photons;
    EXPECT_NEAR(sum / all.photons, 1, 1e-12);
    EXPECT_NEAR(all.photons / photons_of(e), 1, image_rounding);
  }
}

TEST(Truth, BackgroundIsNoReflection) {
  Experiment e = everything();
  const double bragg = photons_of(e);
  e.water_edge_m = 2e-7;
  const double water = photons_of(e) - bragg;
  ASSERT_GT(water, 0.01 * bragg);
  EXPECT_NEAR(truth(e, 0).photons / bragg, 1, image_rounding);
}

TEST(Truth, ATableKeepsItsAmplitudesAndTheDefaultHoldsElsewhere) {
  Experiment e = sharp_experiment();
  e.structure_factors = std::make_shared<const StructureFactors>(
      StructureFactors::from_reflections({{1, 0, 1, 300}, {-2, 1, 0, 50}, {0, 2, 2, 0}}, 20, "test"));
  const Truth all = truth(e, 0);
  EXPECT_NEAR(all.photons / photons_of(e), 1, image_rounding);
  for (const TruthReflection& r : all.reflections) {
    const std::array<std::int64_t, 3> strong = {1, 0, 1}, weak = {-2, 1, 0}, zero = {0, 2, 2};
    EXPECT_EQ(r.amplitude, r.hkl == strong ? 300 : r.hkl == weak ? 50 : 20);
    EXPECT_NE(r.hkl, zero);
  }
}

/// Photons and centroid of the pixels around a place.
struct Spot {
  double photons = 0, fast = 0, slow = 0;
};
Spot spot_at(const Image& image, double fast_px, double slow_px, double radius_px) {
  Spot spot;
  for (std::size_t slow = 0; slow < image.n_slow; ++slow)
    for (std::size_t fast = 0; fast < image.n_fast; ++fast) {
      const double x = static_cast<double>(fast) + 0.5, y = static_cast<double>(slow) + 0.5;
      if (std::hypot(x - fast_px, y - slow_px) > radius_px) continue;
      const double photons = image.row(slow)[fast];
      spot.photons += photons;
      spot.fast += photons * x;
      spot.slow += photons * y;
    }
  spot.fast /= spot.photons;
  spot.slow /= spot.photons;
  return spot;
}

TEST(Truth, SpotsStandWhereTheyAreListed) {
  Experiment e = sharp_experiment();
  constexpr std::size_t pixels = 201;
  e.detector.panels.front() = facing_panel(0.1, 0.25e-3, pixels);
  const Image image = render(compile_plan(e), 0, {.device = "reference"}).image;
  const Truth bright = truth(e, 1e-3);
  int isolated = 0;
  for (const TruthReflection& r : bright.reflections) {
    constexpr double radius = 4;
    const auto near_edge = [](double x) { return x < radius || x > pixels - radius; };
    if (near_edge(r.fast_px) || near_edge(r.slow_px)) continue;
    double nearest = 1e9;
    for (const TruthReflection& other : bright.reflections)
      if (other.hkl != r.hkl)
        nearest = std::min(nearest, std::hypot(other.fast_px - r.fast_px, other.slow_px - r.slow_px));
    if (nearest < 2 * radius) continue;
    ++isolated;
    const Spot spot = spot_at(image, r.fast_px, r.slow_px, radius);
    // Reflections below the listed fraction lie under the spot.
    EXPECT_NEAR(spot.photons / r.photons, 1, 2e-3);
    EXPECT_NEAR(spot.fast, r.fast_px, 2e-3);
    EXPECT_NEAR(spot.slow, r.slow_px, 2e-3);
  }
  EXPECT_GE(isolated, 5);
}

TEST(Truth, TheBrightestTermsObeyBragg) {
  const Experiment e = sharp_experiment();
  for (const TruthReflection& r : truth(e, 0.05).reflections) {
    const CrystalAxes& axes = e.crystal.axes;
    const Vec3d g = static_cast<double>(r.hkl[0]) * axes.a_star_A + static_cast<double>(r.hkl[1]) * axes.b_star_A +
                    static_cast<double>(r.hkl[2]) * axes.c_star_A;
    const Vec3d s0{1, 0, 0};  // 1/A
    EXPECT_NEAR(r.excitation_per_A, norm(s0 + g) - 1, 1e-12);
    // The ray through the centroid is that of Bragg's law to the width of a spot, 1 / (12 x 30 A).
    EXPECT_LT(norm(unit(s0 + g) - r.diffracted), 3e-3);
    EXPECT_EQ(r.wavelength_m, 1e-10);
  }
}

TEST(Truth, MeansOfWavelengthAndAngleAreThoseThatLightTheSpot) {
  Experiment e = everything();
  e.detector.panels.resize(1);
  // Images of single wavelengths and single angles tell what each gives.
  std::map<std::array<std::int64_t, 3>, std::array<double, 3>> expected;
  for (const Source& source : e.beam.sources)
    for (std::int64_t step = 0; step < e.spindle.phi_steps; ++step) {
      Experiment one = e;
      one.beam.sources = {source};
      one.beam.wavelength_m = source.wavelength_m;
      one.spindle.phi_start_rad = e.spindle.phi_rad(step);
      one.spindle.phi_steps = 1;
      one.spindle.phi_step_rad = 0;
      for (const TruthReflection& r : truth(one, 0).reflections) {
        auto& sums = expected[r.hkl];
        const double photons = source.weight * r.photons;
        sums[0] += photons;
        sums[1] += photons * source.wavelength_m;
        sums[2] += photons * one.spindle.phi_start_rad;
      }
    }
  for (const TruthReflection& r : truth(e, 1e-3).reflections) {
    const auto& sums = expected.at(r.hkl);
    if (std::abs(dot(r.diffracted, cross(e.beam.direction, e.spindle.axis))) < 0.05) continue;  // listed twice
    EXPECT_NEAR(r.wavelength_m / (sums[1] / sums[0]), 1, 1e-9);
    EXPECT_NEAR(r.phi_rad, sums[2] / sums[0], 1e-9);
  }
}

TEST(Truth, TwoCrossingsInASweepAreTwoSpots) {
  Experiment e = simple_experiment();
  e.crystal.shape = CrystalShape::Gaussian;
  constexpr std::size_t pixels = 41;
  e.detector.panels.front() = facing_panel(0.1, 1.2e-3, pixels);
  e.spindle.axis = {0, 0, 1};
  e.spindle.phi_range_rad = pi;
  e.spindle.phi_steps = 60;
  e.spindle.phi_step_rad = pi / 60;
  std::map<std::array<std::int64_t, 3>, std::vector<double>> places;
  for (const TruthReflection& r : truth(e, 0.02).reflections) places[r.hkl].push_back(r.slow_px);
  int twice = 0;
  for (const auto& [hkl, slow] : places) {
    if (slow.size() < 2 || hkl == std::array<std::int64_t, 3>{0, 0, 0}) continue;
    ++twice;
    // On either side of the beam, which meets the panel's middle.
    EXPECT_LE((slow[0] - 0.5 * pixels) * (slow[1] - 0.5 * pixels), 1e-9);
    EXPECT_GT(std::abs(slow[0] - slow[1]), 0.5);
  }
  EXPECT_GE(twice, 3);
}

TEST(Truth, LeavesOutWhatIsWeak) {
  const Experiment e = sharp_experiment();
  const Truth all = truth(e, 0), bright = truth(e, 0.1);
  double most = 0;
  for (const TruthReflection& r : all.reflections)
    if (r.hkl != std::array<std::int64_t, 3>{0, 0, 0}) most = std::max(most, r.photons);
  std::size_t expected = 0;
  for (const TruthReflection& r : all.reflections) expected += r.photons >= 0.1 * most;
  EXPECT_EQ(bright.reflections.size(), expected);
  EXPECT_LT(expected, all.reflections.size());
  EXPECT_EQ(bright.photons, all.photons);
}

TEST(Truth, RefusesInterpolation) {
  Experiment e = simple_experiment();
  e.structure_factors = only_reflection({1, 1, 1, 10});
  e.sampling.interpolate = true;
  EXPECT_THROW(truth(e, 0), Error);
}

TEST(HklMap, NamesTheReflectionUnderEachSpot) {
  Experiment e = sharp_experiment();
  e.detector.panels.front().mask.assign(101 * 101, 1);
  e.detector.panels.front().mask[7] = 0;
  const auto map = hkl_map_of(compile_plan(e), 0, 2);
  EXPECT_EQ(map[7], no_reflection);
  int spots = 0;
  for (const TruthReflection& r : truth(e, 0.05).reflections) {
    if (r.fast_px < 3 || r.fast_px > 98 || r.slow_px < 3 || r.slow_px > 98) continue;
    const HklOfPixel& owner = map[static_cast<std::size_t>(r.slow_px) * 101 + static_cast<std::size_t>(r.fast_px)];
    EXPECT_EQ((std::array<std::int64_t, 3>{owner[0], owner[1], owner[2]}), r.hkl);
    ++spots;
  }
  EXPECT_GE(spots, 5);
}

TEST(Reach, HoldsEveryPixel) {
  Experiment e = simple_experiment();
  const double reach = farthest_scattering_per_m(e);
  // A corner at 0.1 m, 50.5 pixels of 0.5 mm away both ways.
  const double angle = std::atan(std::sqrt(2.0) * 50.5 * 0.5e-3 / 0.1);
  EXPECT_GE(reach, 2 * std::sin(angle / 2) / 1e-10);
  EXPECT_LT(reach, 1.000001 * 2 * std::sin(angle / 2) / 1e-10);
  e.sampling.d_min_m = 3e-10;
  EXPECT_DOUBLE_EQ(farthest_scattering_per_m(e), 1 / 3e-10);
}

}  // namespace
}  // namespace femtobragg::tests
