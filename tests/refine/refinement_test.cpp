// Refinements of whole stills.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/base/error.h"
#include "tests/refine/stills.h"

namespace femtobragg::tests {
namespace {

using namespace refine;

/// 0.3 degrees and 0.3 % off, half a pixel (0.1 mm).
const Still far{.misset_deg = {10.17, 19.83, 30.17}, .cell_A = {34.87, 39.05, 48.45}, .beam_mm = {25.7, 25.5}};

RefinementResult refined(const RefinementOptions& options, const Still& start, const Target& target) {
  Refinement refinement(options);
  refinement.add(experiment_of(start), target);
  return refinement.run();
}

/// Within a tolerance that the standard errors justify, of what made the image.
TEST(Refinement, FindsTheWayBackFromFarOff) {
  const RefinementResult r = refined({.parameters = geometry}, far, target_of({}, 5));
  EXPECT_TRUE(r.converged) << r.termination;
  const std::pair<const char*, double> truth[] = {{"misset_x", 10},  {"misset_y", 20},  {"misset_z", 30},
                                                  {"cell_a", 34.77}, {"cell_b", 39.17}, {"cell_c", 48.31}};
  for (const auto& [name, value] : truth) {
    const RefinedParameter& p = found(r, name);
    EXPECT_LT(std::abs(p.value - value), 4 * p.standard_error) << name;
    EXPECT_LT(p.standard_error, 0.003) << name;
  }
  EXPECT_NEAR(std::abs(found(r, "panel0_shift_fast").value), 0.1, 0.02 * 0.2);
  EXPECT_NEAR(std::abs(found(r, "panel0_shift_slow").value), 0.1, 0.02 * 0.2);
  EXPECT_LT(r.cost, 0.01 * r.cost_before);
}

/// What was measured twice is told with the error that it is told with.
TEST(Refinement, StandardErrorsAreThoseOfRepeatedNoise) {
  double chi_squared = 0;
  constexpr int images = 12;
  for (int seed = 0; seed < images; ++seed) {
    const RefinementResult r = refined({.parameters = {"misset"}, .levels = 0}, {}, target_of({}, 100 + seed));
    for (const auto& [name, value] : {std::pair{"misset_x", 10.0}, {"misset_y", 20.0}, {"misset_z", 30.0}})
      chi_squared += std::pow((found(r, name).value - value) / found(r, name).standard_error, 2);
  }
  // 36 degrees of freedom, five standard deviations; errors err on the large side where photons are few.
  EXPECT_GT(chi_squared, 36 * 0.2);
  EXPECT_LT(chi_squared, 36 + 5 * std::sqrt(72.0));
}

TEST(Refinement, SharesTheCellAmongStillsOfTheirOwnOrientation) {
  Refinement refinement({.parameters = {"misset", "fluence", "cell_a", "cell_b", "cell_c"}});
  constexpr std::size_t stills = 4;
  std::vector<Still> truth(stills);
  for (std::size_t i = 0; i < stills; ++i) {
    const double angle = static_cast<double>(i);
    truth[i].misset_deg = {30 * angle, 10 - 20 * angle, 40 + 25 * angle};
    Still start = truth[i];
    start.misset_deg = start.misset_deg + Vec3d{0.1, -0.1, 0.1};
    start.cell_A[0] = 34.83, start.cell_A[1] = 39.11;
    refinement.add(experiment_of(start), target_of(truth[i], i + 1));
  }
  const RefinementResult r = refinement.run();
  EXPECT_EQ(r.parameters.size(), 3 + 4 * stills);
  EXPECT_NEAR(found(r, "cell_a").value, 34.77, 0.004);
  EXPECT_NEAR(found(r, "cell_b").value, 39.17, 0.004);
  for (std::size_t i = 0; i < stills; ++i) EXPECT_NEAR(found(r, "misset_x", i).value, truth[i].misset_deg.x, 0.01);
}

/// Ten stills, a shared cell and detector: 39 parameters.
TEST(Refinement, SolvesForTenStillsAtOnce) {
  RefinementOptions options{.parameters = {"misset", "cell", "distance", "beam_fast", "beam_slow"}, .levels = 1};
  options.pixels = parse_pixel_selection("peaks");
  Refinement refinement(options);
  constexpr std::size_t stills = 10;
  std::vector<Still> truth(stills);
  for (std::size_t i = 0; i < stills; ++i) {
    const double angle = static_cast<double>(i);
    truth[i].misset_deg = {15 * angle, 20 - 8 * angle, -100 + 25 * angle};
    Still start = truth[i];
    start.misset_deg = start.misset_deg + Vec3d{0.05, -0.05, 0.05};
    start.cell_A[0] = 34.80, start.cell_A[2] = 48.36, start.beam_mm[0] = 25.65;
    refinement.add(experiment_of(start), target_of(truth[i], i + 1));
  }
  const RefinementResult r = refinement.run();
  EXPECT_TRUE(r.converged) << r.termination;
  ASSERT_EQ(r.parameters.size(), 9 + 3 * stills);
  double chi_squared = 0;
  const auto judge = [&](const RefinedParameter& p, double value) {
    EXPECT_LT(std::abs(p.value - value), 5 * p.standard_error) << p.name;
    chi_squared += std::pow((p.value - value) / p.standard_error, 2);
  };
  for (const auto& [name, value] : {std::pair{"cell_a", 34.77},
                                    {"cell_b", 39.17},
                                    {"cell_c", 48.31},
                                    {"cell_alpha", 90.0},
                                    {"cell_beta", 90.0},
                                    {"cell_gamma", 90.0},
                                    {"distance", 100.0}})
    judge(found(r, name), value);
  for (std::size_t i = 0; i < stills; ++i) {
    judge(found(r, "misset_x", i), truth[i].misset_deg.x);
    judge(found(r, "misset_z", i), truth[i].misset_deg.z);
  }
  // 27 degrees of freedom, five standard deviations.
  EXPECT_LT(chi_squared, 27 + 5 * std::sqrt(54.0));
}

TEST(Refinement, IsTheSameForAnyNumberOfThreads) {
  const Target target = target_of({}, 5);
  RefinementOptions options{.parameters = geometry, .levels = 1};
  options.request.control.threads = 1;
  const RefinementResult one = refined(options, far, target);
  options.request.control.threads = 3;
  const RefinementResult three = refined(options, far, target);
  EXPECT_EQ(one.cost, three.cost);
  for (std::size_t i = 0; i < one.parameters.size(); ++i)
    EXPECT_EQ(one.parameters[i].value, three.parameters[i].value) << one.parameters[i].name;
}

TEST(Refinement, EveryLossAndChoiceOfPixelsEndsAtTheTruth) {
  const Target target = target_of({}, 9);
  const Still near{.misset_deg = {10.02, 19.98, 30.02}};
  for (const LossKind kind : {LossKind::Gaussian, LossKind::Poisson, LossKind::Huber})
    for (const char* pixels : {"all", "peaks", "20000"}) {
      const RefinementResult r = refined({.parameters = {"misset", "fluence"},
                                          .loss = {.kind = kind},
                                          .pixels = parse_pixel_selection(pixels),
                                          .levels = 0},
                                         near, target);
      EXPECT_NEAR(found(r, "misset_x").value, 10, 0.01) << name_of(kind) << " " << pixels;
      EXPECT_NEAR(found(r, "misset_z").value, 30, 0.01) << name_of(kind) << " " << pixels;
    }
}

TEST(Refinement, RestraintsPull) {
  const Target target = target_of({}, 9);
  RefinementOptions options{.parameters = {"cell_a", "fluence"}, .levels = 0};
  options.restraints = {{"cell_a", 34.80, 1e-6}};
  EXPECT_NEAR(found(refined(options, {}, target), "cell_a").value, 34.80, 1e-4);
  options.restraints = {{"cell_b", 34.80, 1e-6}};
  EXPECT_THROW(refined(options, {}, target), Error) << "not refined";
}

TEST(Refinement, RefusesWhatItCannotDo) {
  const Target target = target_of({}, 9);
  EXPECT_THROW(refined({.parameters = {"cell_q"}}, {}, target), Error);
  EXPECT_THROW(refined({.parameters = {}}, {}, target), Error);
  EXPECT_THROW(Refinement({.parameters = {"fluence"}}).run(), Error) << "no image";
  Refinement dark({.parameters = {"fluence"}});
  Experiment none = experiment_of({});
  none.structure_factors = std::make_shared<StructureFactors>();
  dark.add(none, target);
  EXPECT_THROW(dark.run(), Error) << "a model without photons";
  // Another orientation altogether explains nothing.
  const Still wrong{.misset_deg = {-70, 55, 100}};
  EXPECT_THROW(refined({.parameters = {"fluence"}, .levels = 0}, wrong, target), Error);
}

}  // namespace
}  // namespace femtobragg::tests
