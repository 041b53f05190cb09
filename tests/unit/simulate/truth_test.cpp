// What each reflection contributes to an image, against the image itself.
#include "femtobragg/simulate/truth.h"

#include <gtest/gtest.h>

#include <map>

#include "femtobragg/base/error.h"
#include "femtobragg/simulate/reach.h"
#include "tests/unit/simulate/truth_experiments.h"

namespace femtobragg::tests {
namespace {

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

/// Sums over pixels as derivatives: photons are linear in |F|^2.
TEST(Truth, IsTheDerivativeOfTheImage) {
  Experiment e = everything();
  e.detector.panels.resize(1);
  std::vector<Reflection> reflections;
  for (int h = -6; h <= 6; ++h)
    for (int k = -6; k <= 6; ++k)
      for (int l = -6; l <= 6; ++l) reflections.push_back({h, k, l, 10.0 + (h * h + 2 * k + l) % 7});
  e.structure_factors =
      std::make_shared<const StructureFactors>(StructureFactors::from_reflections(reflections, 0, "test"));
  const StructureFactors& factors = *e.structure_factors;
  const auto prepared = prepare(std::make_shared<const kernel::Plan>(compile_plan(e)), RenderRequest{});
  const auto weighted = [&](auto&& weight) {
    std::vector<double> weights, sums(factors.values.size());
    for (std::size_t i = 0; i < 101 * 101; ++i) weights.push_back(weight(i));
    const backends::PanelWeights panel{0, weights};
    prepared->differentiate_amplitudes({&panel, 1}, backends::AmplitudeVariable::Squared, sums, {});
    return sums;
  };
  const auto photons = weighted([](std::size_t) { return 1.0; });
  const auto fast = weighted([](std::size_t i) { return static_cast<double>(i % 101) + 0.5; });
  // Those that the plane of beam and spindle divides are added up again.
  std::map<std::array<std::int64_t, 3>, std::array<double, 2>> listed;
  for (const TruthReflection& r : truth(e, 0).reflections) {
    listed[r.hkl][0] += r.photons;
    listed[r.hkl][1] += r.photons * r.fast_px;
  }
  ASSERT_GT(listed.size(), 50u);
  constexpr double rounding = 1e-12;  // of sums in another order
  for (const auto& [hkl, sums] : listed) {
    const std::size_t entry = factors.index(hkl[0], hkl[1], hkl[2]);
    const double squared = factors.values[entry] * factors.values[entry];
    EXPECT_NEAR(sums[0] / (photons[entry] * squared), 1, rounding);
    EXPECT_NEAR(sums[1] / (fast[entry] * squared), 1, rounding);
  }
}

TEST(Truth, IsTheSameOnTheReferenceBackend) {
  Experiment e = everything();
  e.water_edge_m = 2e-7;
  const Truth lanes = truth(e, 1e-9), loops = truth_of(e, 1e-9, {.device = "reference"});
  ASSERT_EQ(lanes.reflections.size(), loops.reflections.size());
  for (std::size_t i = 0; i < loops.reflections.size(); ++i) {
    const TruthReflection &a = lanes.reflections[i], &b = loops.reflections[i];
    EXPECT_EQ(a.hkl, b.hkl);
    constexpr double rounding = 1e-9;  // of Miller indices far from spots
    EXPECT_NEAR(a.photons / b.photons, 1, rounding);
    EXPECT_NEAR(a.fast_px, b.fast_px, 100 * rounding);
    EXPECT_NEAR(a.wavelength_m / b.wavelength_m, 1, rounding);
    EXPECT_NEAR(a.phi_rad, b.phi_rad, rounding);
    EXPECT_NEAR(a.sigma / b.sigma, 1, rounding);
    EXPECT_NEAR(a.pixels / b.pixels, 1, rounding);
    EXPECT_NEAR(a.background / b.background, 1, rounding);
  }
}

/// With a tolerance the photons are those of an image with it, and no pixel lacks more than that says.
TEST(Truth, FollowsTheToleranceOfTheImage) {
  Experiment e = sharp_experiment();
  e.crystal = crystal_of(cell_of(60, 70, 80, 90, 90, 90), 20);
  e.crystal.shape = CrystalShape::Gaussian;
  constexpr std::size_t pixels = 201;
  e.detector.panels.front() = facing_panel(0.1, 0.25e-3, pixels);
  const kernel::Plan plan = compile_plan(e);
  const RenderRequest exact{.device = "auto"};
  RenderRequest tolerant = exact;
  tolerant.control.tolerance = 1e-4;
  tolerant.control.always_leave_out = true;
  const Rendering image = render(plan, 0, tolerant);
  ASSERT_GT(image.summary.bound_photons, 0);
  const Truth all = truth_of(e, 0, exact), some = truth_of(e, 0, tolerant);
  EXPECT_LT(some.reflections.size(), all.reflections.size() / 2);
  std::map<std::array<std::int64_t, 3>, TruthReflection> exact_rows;
  for (const TruthReflection& r : all.reflections) exact_rows[r.hkl] = r;
  for (const TruthReflection& r : some.reflections) {
    const TruthReflection& whole = exact_rows.at(r.hkl);
    EXPECT_LE(r.photons, whole.photons * (1 + 1e-12));
  }
  const double bound = image.summary.bound_photons * pixels * pixels;
  EXPECT_NEAR(some.photons, sum_of(image.image), bound);
  EXPECT_LE(all.photons - some.photons, bound);
  EXPECT_LT(some.photons, all.photons);
  // Every bright pixel is there: what is lost of a bright spot is less than the bound on the pixels that it fills.
  int bright = 0;
  for (const TruthReflection& r : truth_of(e, 0.05, exact).reflections) {
    const auto found = std::ranges::find(some.reflections, r.hkl, &TruthReflection::hkl);
    ASSERT_NE(found, some.reflections.end());
    EXPECT_NEAR(found->photons / r.photons, 1, 1e-2);
    EXPECT_NEAR(found->fast_px, r.fast_px, 0.02);
    ++bright;
  }
  EXPECT_GE(bright, 5);
}

/// By sums over images of one reflection, of all, and of the background.
TEST(Truth, SigmaAndBackgroundAreThoseOfThePixels) {
  Experiment e = sharp_experiment();
  const std::array<std::int64_t, 3> bright = truth(e, 0.2).reflections.front().hkl;
  e.structure_factors = only_reflection({bright[0], bright[1], bright[2], 100});
  const auto image_of = [](const Experiment& of) { return render(compile_plan(of), 0, {.device = "reference"}).image; };
  const Image spot = image_of(e);
  const Truth dark = truth(e, 0);
  ASSERT_EQ(dark.reflections.size(), 1u);
  // Without anything else a count of n has the variance n.
  EXPECT_NEAR(dark.reflections[0].sigma / std::sqrt(dark.reflections[0].photons), 1, 1e-12);
  EXPECT_EQ(dark.reflections[0].background, 0);
  e.water_edge_m = 2e-6;
  const Image all = image_of(e);
  double photons = 0, squares = 0, under = 0, information = 0;
  for (std::size_t i = 0; i < all.pixels.size(); ++i) {
    const double p = spot.pixels[i], v = all.pixels[i];
    photons += p;
    squares += p * p;
    under += p * (v - p);
    information += v > 0 ? p * p / v : 0;
  }
  const TruthReflection r = truth(e, 0).reflections.at(0);
  EXPECT_NEAR(r.pixels, photons * photons / squares, 1e-5 * r.pixels);
  EXPECT_NEAR(r.background, under / photons * r.pixels, 1e-4 * r.background);
  EXPECT_NEAR(r.sigma, photons / std::sqrt(information), 1e-5 * r.sigma);
  EXPECT_GT(r.sigma, 1.1 * std::sqrt(r.photons));
  EXPECT_GT(r.background, 0);
}

TEST(Truth, RefusesInterpolation) {
  Experiment e = simple_experiment();
  e.structure_factors = only_reflection({1, 1, 1, 10});
  e.sampling.interpolate = true;
  EXPECT_THROW(truth(e, 0), Error);
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
