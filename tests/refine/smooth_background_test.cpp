// Smooth backgrounds of images, and refinements of spots on them.
#include "femtobragg/refine/smooth_background.h"

#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/model/panel_windows.h"
#include "femtobragg/refine/orientation_search.h"
#include "tests/refine/stills.h"

namespace femtobragg::tests {
namespace {

using namespace refine;

/// Steep at the beam, with a ring like that of water. Level 1: about 2000 photons in a pixel.
Background rings(double level) {
  Background result{.name = "rings"};
  for (int i = 0; i <= 50; ++i) {
    const double stol = 0.01 * i;
    result.stol_per_m.push_back(stol * 1e10);
    result.intensity_e2.push_back(
        level * 2e12 * (0.1 + std::exp(-30 * stol) + 0.6 * std::exp(-0.5 * std::pow((stol - 0.16) / 0.025, 2))));
  }
  return result;
}

Experiment with_rings(Experiment experiment, double level) {
  experiment.backgrounds = {rings(level)};
  return experiment;
}

std::vector<double> doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }

/// What the rings alone give each pixel.
std::vector<double> photons_of_rings(double level) {
  Experiment experiment = with_rings(experiment_of({}), level);
  experiment.structure_factors = std::make_shared<StructureFactors>();
  return doubles(photons_of(experiment, {}));
}

struct Deviation {
  double sigmas = 0, bias = 0;  ///< root mean square in standard deviations of counts; relative excess of the sum
};

Deviation deviation(const std::vector<double>& found, const std::vector<double>& truth) {
  double squares = 0, excess = 0, sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double difference = found[i] - truth[i];
    squares += difference * difference / truth[i], excess += difference, sum += truth[i];
  }
  return {std::sqrt(squares / static_cast<double>(truth.size())), excess / sum};
}

TEST(SmoothBackground, IsFoundBelowSpotsOfAnyBrightness) {
  for (const double level : {1e-3, 0.01, 0.1, 1.0, 10.0}) {
    const Target image =
        make_target("rings", photons_of(with_rings(experiment_of({}), level), 5), with_rings(experiment_of({}), level));
    const std::vector<double> truth = photons_of_rings(level);
    const Deviation unknown = deviation(smooth_background(image, experiment_of({})).photons, truth);
    EXPECT_LT(unknown.sigmas, 0.2) << level;
    const std::vector<double> spots = doubles(photons_of(experiment_of({}), {}));
    const Deviation known = deviation(smooth_background(image, experiment_of({}), {}, spots).photons, truth);
    // Two hundred unknowns from 65536 pixels scatter by 0.055 of these, and straight lines have corners.
    EXPECT_LT(known.sigmas, 0.16) << level;
    EXPECT_LT(std::abs(known.bias), 0.002) << level;
    EXPECT_LE(known.sigmas, 1.01 * unknown.sigmas) << level;
  }
}

/// Rings of ice, and what is bright around the beam, are narrow and above their surroundings, but no spots.
TEST(SmoothBackground, FollowsNarrowRings) {
  Experiment experiment = with_rings(experiment_of({}), 0.1);
  Background& ice = experiment.backgrounds.emplace_back();
  for (int i = 0; i <= 5000; ++i) {
    const double stol = 1e-4 * i;
    ice.stol_per_m.push_back(stol * 1e10);
    ice.intensity_e2.push_back(0.1 * 2e12 *
                               (3 * std::exp(-200 * stol) + 2 * std::exp(-0.5 * std::pow((stol - 0.12) / 0.0015, 2))));
  }
  const Target image = make_target("ice", photons_of(experiment, 5), experiment);
  experiment.structure_factors = std::make_shared<StructureFactors>();
  const std::vector<double> truth = doubles(photons_of(experiment, {}));
  const SmoothBackground found = smooth_background(image, experiment_of({}));
  const Deviation all = deviation(found.photons, truth);
  EXPECT_LT(all.sigmas, 0.35);
  EXPECT_LT(std::abs(all.bias), 0.003);
}

/// Nothing but noise, of a polynomial of the same degree: its unknowns take up no more than their share of the noise.
TEST(SmoothBackground, OfAPanelIsItsPolynomial) {
  const Experiment experiment = experiment_of({});
  std::vector<double> truth(256 * 256);
  for_each_place(experiment.detector.panels[0], {256, 256}, [&](std::size_t fast, std::size_t slow, std::size_t i) {
    const double x = static_cast<double>(fast) / 256, y = static_cast<double>(slow) / 256;
    truth[i] = 3 + 2 * x - y + 4 * x * y + x * x * y;
  });
  std::mt19937_64 random(3);
  std::vector<float> counts;
  for (const double mean : truth) counts.push_back(static_cast<float>(std::poisson_distribution<long>(mean)(random)));
  const Target image = make_target("slope", counts, experiment);
  const SmoothBackground found = smooth_background(image, experiment, parse_background_form("polynomial"));
  EXPECT_LT(deviation(found.photons, truth).sigmas, 3 * std::sqrt(10.0 / 65536));
  EXPECT_FALSE(found.scatterer.has_value());
  EXPECT_GT(found.used, 65000u);
  const SmoothBackground flat = smooth_background(image, experiment, parse_background_form("polynomial:0"));
  EXPECT_EQ(flat.photons.front(), flat.photons.back());
}

/// A block that scatters nothing and a crystal's worth of spots that the model lacks.
TEST(SmoothBackground, KeepsToUsablePixelsAndLeavesStrangersOut) {
  const Experiment start = experiment_of({});
  const double level = 0.1;
  const Experiment other = with_rings(experiment_of({.misset_deg = {-50, 10, 70}}), level);
  std::vector<float> photons = photons_of(other, 7);
  std::vector<PixelState> states(photons.size(), PixelState::Counts);
  for (std::size_t i = 0; i < 40 * 256; ++i) photons[i] = 1e6f, states[i] = PixelState::Bad;
  const Target image = make_target("strangers", photons, start, states);
  const std::vector<double> spots = doubles(photons_of(start, {}));
  const SmoothBackground found = smooth_background(image, start, {}, spots);
  EXPECT_LT(deviation(found.photons, photons_of_rings(level)).sigmas, 0.1);
  EXPECT_EQ(found.used + found.spots, image.usable_pixels());
}

/// As a background of the experiment it gives the same photons.
TEST(SmoothBackground, OfRingsIsAScatterer) {
  const Experiment bare = experiment_of({});
  const Target image = make_target("rings", photons_of(with_rings(bare, 1), 5), bare);
  const SmoothBackground found = smooth_background(image, bare);
  ASSERT_TRUE(found.scatterer.has_value());
  Experiment scatters = bare;
  scatters.backgrounds = {*found.scatterer};
  scatters.structure_factors = std::make_shared<StructureFactors>();
  const std::vector<double> again = doubles(photons_of(scatters, {}));
  for (std::size_t i = 0; i < again.size(); i += 97)
    EXPECT_NEAR(again[i], found.photons[i], 2e-3 * found.photons[i]) << i;
  ASSERT_GT(found.curve.size(), 30u);
  for (const BackgroundPoint& point : found.curve) {
    EXPECT_NEAR(point.resolution_A * 2 * point.stol_per_A, 1, 1e-12);
    EXPECT_GT(point.photons, 500);
  }
}

TEST(SmoothBackground, HasForms) {
  EXPECT_EQ(parse_background_form("radial"), (BackgroundForm{BackgroundKind::Radial, 200}));
  EXPECT_EQ(parse_background_form("polynomial:0"), (BackgroundForm{BackgroundKind::Polynomial, 0}));
  for (const std::string text : {"radial:40", "polynomial:8"}) EXPECT_EQ(name_of(parse_background_form(text)), text);
  for (const std::string text : {"", "round", "radial:", "radial:3", "radial:401", "radial:x", "polynomial:9",
                                 "polynomial:-1", "radial:1e99", "polynomial:2:3", "radial:99999999999999999999"})
    EXPECT_THROW(parse_background_form(text), Error) << text;
  const Target image = target_of({}, 5);
  EXPECT_THROW(smooth_background(image, experiment_of({}), {BackgroundKind::Polynomial, 99}), Error);
  EXPECT_THROW(smooth_background(image, experiment_of({}), {}, std::vector<double>(3)), Error);
  Target few = image;
  for (std::size_t i = 30; i < few.usable.size(); ++i) few.usable[i] = 0;
  EXPECT_THROW(smooth_background(few, experiment_of({})), Error) << "30 pixels for 63 unknowns";
}

const Words known_truth = {"misset", "cell_a", "cell_b", "cell_c", "fluence"};

/// A quarter of a degree and 0.3 % off.
const Still start{.misset_deg = {10.15, 19.85, 30.15}, .cell_A = {34.87, 39.07, 48.43}};

RefinementResult refined_on_rings(double level, RefinementOptions options, const Experiment& from) {
  Refinement refinement(std::move(options));
  refinement.add(from, make_target("rings", photons_of(with_rings(experiment_of({}), level), 5), from));
  return refinement.run();
}

void expect_truth(const RefinementResult& result, double level, double most_error_deg) {
  EXPECT_TRUE(result.converged) << level << " " << result.termination;
  for (const auto& [name, value] : {std::pair{"misset_x", 10.0},
                                    {"misset_y", 20.0},
                                    {"misset_z", 30.0},
                                    {"cell_a", 34.77},
                                    {"cell_b", 39.17},
                                    {"cell_c", 48.31},
                                    {"fluence", 1e26}}) {
    const RefinedParameter& p = found(result, name);
    EXPECT_LT(std::abs(p.value - value), 4 * p.standard_error) << name << " on a level of " << level;
  }
  EXPECT_LT(found(result, "misset_x").standard_error, most_error_deg);
}

TEST(FittedBackground, LeavesTheTruth) {
  for (const double level : {0.0, 0.1, 1.0, 10.0})
    for (const std::optional<int> levels : {std::optional<int>(), std::optional<int>(2)}) {
      const RefinementResult r = refined_on_rings(
          level, {.parameters = known_truth, .background = BackgroundForm{}, .levels = levels}, experiment_of(start));
      expect_truth(r, level, 0.006);
      ASSERT_EQ(r.backgrounds.size(), 1u);
      EXPECT_NE(r.notes.back().find("fitted background (radial:200)"), std::string::npos) << r.notes.back();
      if (level > 0) {
        EXPECT_LT(deviation(r.backgrounds[0].photons, photons_of_rings(level)).sigmas, 0.16);
        EXPECT_LT(r.reduced_chi_squared(), 1.05);
      }
    }
}

/// The level of the true background, known or refined from any start.
TEST(ModelledBackground, IsRefinedWithTheOrientation) {
  for (const double level : {0.1, 1.0, 10.0})
    for (const std::optional<double> scale :
         {std::optional<double>(), std::optional<double>(0), std::optional<double>(3)})
      for (const std::optional<int> levels : {std::optional<int>(), std::optional<int>(2)}) {
        Experiment from = with_rings(experiment_of(start), level);
        from.backgrounds[0].scale = scale.value_or(1);
        RefinementOptions options{.parameters = known_truth, .levels = levels};
        if (scale) options.parameters.push_back("background1_scale");
        const RefinementResult r = refined_on_rings(level, options, from);
        expect_truth(r, level, 0.006);
        if (scale) {
          const RefinedParameter& p = found(r, "background1_scale");
          EXPECT_LT(std::abs(p.value - 1), 4 * p.standard_error);
        }
      }
}

/// Photons of two backgrounds and of the crystal come apart, for two images of other fluences.
TEST(ModelledBackground, OfSeveralKindsIsSharedByImages) {
  Refinement refinement({.parameters = {"fluence", "background", "background1_scale"}, .levels = 0});
  for (const double fluence : {1e26, 3e26}) {
    Experiment truth = with_rings(experiment_of({}), 0.1);
    truth.water_edge_m = 0.6e-6, truth.beam.fluence_per_m2 = fluence;
    const Target image = make_target("two kinds", photons_of(truth, 11), truth);
    Experiment from = truth;
    from.water_edge_m = 0, from.backgrounds[0].scale = 0, from.beam.fluence_per_m2 = 2e26;
    refinement.add(from, image);
  }
  const RefinementResult r = refinement.run();
  EXPECT_TRUE(r.converged) << r.termination;
  const RefinedParameter& rings = found(r, "background1_scale");
  EXPECT_LT(std::abs(rings.value - 1), 4 * rings.standard_error);
  EXPECT_GT(found(r, "background").value, 0);
  for (const std::size_t image : {0u, 1u}) {
    const RefinedParameter& fluence = found(r, "fluence", image);
    EXPECT_LT(std::abs(fluence.value - (image ? 3e26 : 1e26)), 4 * fluence.standard_error);
  }
}

TEST(FittedBackground, IsTheOnlyOne) {
  RefinementOptions options{.parameters = {"fluence"}, .background = BackgroundForm{}};
  EXPECT_THROW(refined_on_rings(1, options, with_rings(experiment_of({}), 1)), Error);
  options.parameters.push_back("background");
  EXPECT_THROW(refined_on_rings(1, options, experiment_of({})), Error);
}

TEST(FittedBackground, IsTheSameForAnyNumberOfThreads) {
  RefinementOptions options{.parameters = known_truth, .background = BackgroundForm{}, .levels = 0};
  options.request.control.threads = 1;
  const RefinementResult one = refined_on_rings(1, options, experiment_of(start));
  options.request.control.threads = 3;
  const RefinementResult three = refined_on_rings(1, options, experiment_of(start));
  EXPECT_EQ(one.cost, three.cost);
  EXPECT_EQ(one.backgrounds[0].photons, three.backgrounds[0].photons);
}

TEST(FittedBackground, FindsPeaksWhereTheyAre) {
  const Experiment from = experiment_of({.misset_deg = {70, -20, 40}});
  const Target image = make_target("rings", photons_of(with_rings(experiment_of({}), 1), 5), from);
  const auto found = search_orientation(from, image);
  const CrystalAxes turned = from.crystal.axes.turned(found.front().rotation), truth = experiment_of({}).crystal.axes;
  // Of the symmetry of the lattice, axes come back with either sign.
  EXPECT_GT(std::abs(dot(unit(turned.a_m), unit(truth.a_m))), std::cos(0.01));
  EXPECT_GT(std::abs(dot(unit(turned.b_m), unit(truth.b_m))), std::cos(0.01));
}

}  // namespace
}  // namespace femtobragg::tests
