// Fits that end at a bound, costs of runs, and names that say something of no parameter.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/refine/active_set.h"
#include "femtobragg/refine/coordinate.h"
#include "tests/refine/stills.h"

namespace femtobragg::tests {
namespace {

using namespace refine;

RefinementResult fitted(const RefinementOptions& options, const Experiment& start, const Target& target,
                        const RefinementWatch& watch = {}) {
  Refinement refinement(options);
  refinement.add(start, target);
  return refinement.run(watch);
}

std::string refusal_of(const RefinementOptions& options, const Target& target) {
  try {
    fitted(options, experiment_of({}), target);
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

void expect_refusal(const RefinementOptions& options, const Target& target, const std::string& text) {
  const std::string refusal = refusal_of(options, target);
  EXPECT_NE(refusal.find(text), refusal.npos) << refusal;
}

/// The truth, 34.77, is beyond the bound: nothing is better than the bound itself.
TEST(Constraints, ABoundGivesTheFitOfTheParameterFixedThere) {
  const Target target = target_of({}, 9);
  for (const double bound : {34.90, 34.93, 34.80}) {
    const RefinementResult r = fitted({.parameters = {"misset", "cell_a", "fluence"}, .bounds = {{"cell_a", bound}}},
                                      experiment_of({.cell_A = {35, 39.17, 48.31}}), target);
    const RefinementResult fixed =
        fitted({.parameters = {"misset", "fluence"}, .pixels = {.set = r.pixels}},
               experiment_of(
                   {.misset_deg = {found(r, "misset_x").value, found(r, "misset_y").value, found(r, "misset_z").value},
                    .cell_A = {bound, 39.17, 48.31}}),
               target);
    // Ten times the change at which a fit ends.
    EXPECT_NEAR(r.cost / fixed.cost, 1, 1e-6) << bound;
    EXPECT_EQ(found(r, "cell_a").value, bound);
    EXPECT_TRUE(found(r, "cell_a").at_bound);
    EXPECT_TRUE(r.converged) << r.termination;
    EXPECT_LT(r.iterations.size(), 40u) << bound;
  }
}

TEST(Constraints, ABoundLetsGoOfWhatWouldMoveInwards) {
  const Target target = target_of({}, 9);
  const Experiment start = experiment_of({.cell_A = {34.80, 39.17, 48.31}});
  RefinementOptions options{.parameters = {"misset", "cell_a", "fluence"}, .levels = 0};
  const RefinementResult free = fitted(options, start, target);
  options.bounds = {{"cell_a", 34.7, 34.80}};
  const RefinementResult r = fitted(options, start, target);
  EXPECT_NEAR(r.cost / free.cost, 1, 1e-6);
  EXPECT_FALSE(found(r, "cell_a").at_bound);
}

TEST(Constraints, AWindowHasBoundsToo) {
  Experiment truth = experiment_of({});
  truth.beam.polarization_fraction = 0.9;
  const Target target = make_target("a still", photons_of(truth, 9), truth);
  Experiment start = truth;
  start.beam.polarization_fraction = 0.2;
  const RefinementResult r = fitted({.parameters = {"polarization", "fluence"},
                                     .pixels = {.set = PixelSet::All},
                                     .bounds = {{"polarization", -0.5, 0.5}}},
                                    start, target);
  EXPECT_TRUE(found(r, "polarization").at_bound) << found(r, "polarization").value;
  Experiment fixed = truth;
  fixed.beam.polarization_fraction = 0.5;
  const RefinementResult at_bound =
      fitted({.parameters = {"fluence"}, .pixels = {.set = PixelSet::All}}, fixed, target);
  EXPECT_NEAR(r.cost / at_bound.cost, 1, 1e-6);
}

TEST(Coordinate, NeverLeavesTheBoundsByRounding) {
  using gradients::Transform;
  for (const Transform transform : {Transform::Identity, Transform::Log, Transform::Window})
    for (const double start : {0.7, 1.3, 2.9}) {
      const gradients::ParameterInfo info{
          .name = "p", .scale = 0.03, .lowest = 0.7, .highest = 2.9, .transform = transform};
      const Coordinate c(info, start);
      EXPECT_GE(c.value(c.lowest()), info.lowest);
      EXPECT_LE(c.value(c.highest()), info.highest);
      EXPECT_NEAR(c.value(c.lowest()), info.lowest, 1e-12);
      EXPECT_NEAR(c.value(c.highest()), info.highest, 1e-12);
      EXPECT_NEAR(c.value(0), start, 1e-12);
    }
}

TEST(Constraints, ARunGoesOnFromABound) {
  const Target target = target_of({}, 9);
  RefinementOptions options{.parameters = {"cell_a", "fluence"}, .bounds = {{"cell_a", 34.78, 34.82}}, .levels = 0};
  options.start = {{"cell_a", {}, 34.78 - 1e-9}};
  const RefinementResult r = fitted(options, experiment_of({.cell_A = {34.80, 39.17, 48.31}}), target);
  EXPECT_EQ(found(r, "cell_a").start, 34.78);
  options.start = {{"cell_a", {}, 34.77}};
  EXPECT_THROW(fitted(options, experiment_of({.cell_A = {34.80, 39.17, 48.31}}), target), Error);
}

TEST(Refinement, CountsRestraintsInTheCostBeforeToo) {
  const Target target = target_of({}, 9);
  RefinementOptions options{.parameters = {"cell_a"}, .levels = 0};
  const double without = fitted(options, experiment_of({}), target).cost_before;
  options.restraints = {{"cell_a", 34.80, 0.001}};
  EXPECT_NEAR(fitted(options, experiment_of({}), target).cost_before - without, 0.5 * 30 * 30, 1e-6 * without);
}

TEST(Refinement, TellsTheCostOfARunThatIsStoppedAtOnce) {
  const Target target = target_of({}, 9);
  std::stop_source source;
  source.request_stop();
  for (const int levels : {0, 2}) {
    const RefinementResult r =
        fitted({.parameters = {"misset"}, .levels = levels}, experiment_of({.misset_deg = {10.1, 20, 30}}), target,
               {.stop = source.get_token()});
    EXPECT_EQ(r.cost, r.cost_before) << levels;
    EXPECT_GT(r.cost, 0);
  }
}

/// It ends in a coarse level, whose cost is another.
TEST(Refinement, TellsTheCostOfTheTrueModelWhereverItIsStopped) {
  const Target target = target_of({}, 9);
  std::stop_source source;
  RefinementWatch watch{.stop = source.get_token()};
  watch.iteration = [&](const Iteration& i) {
    if (i.number == 1) source.request_stop();
  };
  const Experiment start = experiment_of({.misset_deg = {10.1, 20, 30}});
  const RefinementOptions options{.parameters = {"misset"}, .levels = 2};
  Refinement refinement(options);
  refinement.add(start, target);
  const RefinementResult r = refinement.run(watch);
  ASSERT_TRUE(r.stopped);
  RefinementOptions there{.parameters = {"misset"}, .levels = 0};
  EXPECT_NEAR(fitted(there, refinement.refined(0, r), target).cost_before / r.cost, 1, 1e-9);
}

TEST(Constraints, OfWhatIsNotRefinedAreRefused) {
  const Target target = target_of({}, 9);
  const Words refined = {"misset", "cell_a", "cell_b"};
  const std::string not_refined = "for a parameter that is not refined";
  expect_refusal({.parameters = refined, .restraints = {{"cell_c", 48, 1}}}, target, "a restraint " + not_refined);
  expect_refusal({.parameters = refined, .bounds = {{"cell_c", 48, 49}}}, target, "bounds " + not_refined);
  expect_refusal({.parameters = refined, .ties = {{"cell_a", "cell_c"}}}, target, "a tie " + not_refined);
  expect_refusal({.parameters = refined, .ties = {{"cell_c", "cell_a"}}}, target, "a tie " + not_refined);
  expect_refusal({.parameters = refined, .start = {{"cell_c", {}, 48}}}, target, "a start value " + not_refined);
  expect_refusal({.parameters = refined, .per_image = {"misset", "cel"}}, target, "cel");
  expect_refusal({.parameters = refined, .shared = {"fluence"}}, target, not_refined);
  expect_refusal({.parameters = refined, .per_image = {"cell_b"}, .ties = {{"cell_a", "cell_b"}}}, target,
                 "it is tied to cell_a");
}

TEST(Constraints, OfATiedParameterNameIt) {
  expect_refusal({.parameters = {"cell_a", "cell_b"}, .bounds = {{"cell_b", -1, 40}}, .ties = {{"cell_a", "cell_b"}}},
                 target_of({}, 9), "cell_b");
}

TEST(Constraints, ATieOfEqualStartsSaysNothing) {
  const Target target = target_of({}, 9);
  RefinementOptions options{.parameters = {"cell_alpha", "cell_gamma"}, .ties = {{"cell_alpha", "cell_gamma"}}};
  const auto notes = [&] {
    return std::ranges::count_if(fitted(options, experiment_of({}), target).notes,
                                 [](const std::string& note) { return note.find("starts as") != note.npos; });
  };
  EXPECT_EQ(notes(), 0);
  options.parameters = {"cell_a", "cell_b"}, options.ties = {{"cell_a", "cell_b"}}, options.least_correlation = -1;
  options.most_iterations = 1;
  EXPECT_EQ(notes(), 1);
}

TEST(Constraints, BoundsSayWhichIsTheLower) {
  for (const char* wrong : {"cell_a=41:39", "cell_a=40:40", "cell_a=nan:nan"}) try {
      parse_bounds(wrong);
      FAIL() << wrong;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("LOWEST below HIGHEST"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace femtobragg::tests
