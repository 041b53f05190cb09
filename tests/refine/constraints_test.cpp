// Bounds, ties, restraints by default, the approach to a start, and refinements that are stopped.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/refine/time_left.h"
#include "tests/refine/stills.h"

namespace femtobragg::tests {
namespace {

using namespace refine;

RefinementResult refined_by(const RefinementOptions& options, const Still& start, const Target& target,
                            const RefinementWatch& watch = {}) {
  Refinement refinement(options);
  refinement.add(experiment_of(start), target);
  return refinement.run(watch);
}

bool notes_say(const RefinementResult& result, const std::string& text) {
  return std::ranges::any_of(result.notes,
                             [&](const std::string& note) { return note.find(text) != std::string::npos; });
}

TEST(Constraints, AreParsed) {
  const Bounds both = parse_bounds("cell_a=34.5:35"), low = parse_bounds("cell_a=34.5:"), high = parse_bounds("x=:-2");
  EXPECT_EQ(both.parameter, "cell_a");
  EXPECT_EQ(both.lowest, 34.5);
  EXPECT_EQ(both.highest, 35);
  EXPECT_TRUE(std::isinf(low.highest));
  EXPECT_EQ(high.highest, -2);
  for (const char* wrong : {"", "cell_a", "cell_a=", "cell_a=1", "cell_a=:", "=1:2", "cell_a=2:1", "cell_a=1:1",
                            "cell_a=1:x", "cell_a=x:2", "cell_a=1:inf", "cell_a=nan:2", "1:2"})
    EXPECT_THROW(parse_bounds(wrong), Error) << wrong;
  EXPECT_EQ(parse_tie("a=b=c"), (Tie{"a", "b", "c"}));
  for (const char* wrong : {"", "a", "a=", "=a", "a=a", "a==b"}) EXPECT_THROW(parse_tie(wrong), Error) << wrong;
}

TEST(Constraints, BoundsHoldAndAreTold) {
  const Target target = target_of({}, 9);
  RefinementOptions options{.parameters = {"cell_a", "fluence"}, .levels = 0};
  options.bounds = {parse_bounds("cell_a=34.78:34.82")};
  const Still start{.cell_A = {34.80, 39.17, 48.31}};
  const RefinementResult r = refined_by(options, start, target);
  EXPECT_NEAR(found(r, "cell_a").value, 34.78, 1e-6);
  EXPECT_TRUE(found(r, "cell_a").at_bound);
  EXPECT_FALSE(found(r, "fluence").at_bound);
  options.bounds = {parse_bounds("cell_a=34:35")};
  EXPECT_FALSE(found(refined_by(options, start, target), "cell_a").at_bound);
  options.bounds = {parse_bounds("cell_a=36:37")};
  EXPECT_THROW(refined_by(options, start, target), Error) << "the start is outside";
  options.bounds = {parse_bounds("cell_a=-1:37")};
  EXPECT_THROW(refined_by(options, start, target), Error) << "wider than a cell's edge has";
  options.bounds = {parse_bounds("cell_b=39:40")};
  EXPECT_THROW(refined_by(options, start, target), Error) << "not refined";
}

/// Two parameters that move as one are a single one: the fit ends where a fit of the common value ends.
TEST(Constraints, TiedParametersHaveOneValue) {
  const Target target = target_of({}, 9);
  RefinementOptions options{.parameters = {"misset", "cells", "fluence"}, .levels = 0};
  options.ties = {parse_tie("cells_b=cells_a=cells_c")};
  const RefinementResult r = refined_by(options, {.misset_deg = {10.01, 19.99, 30.01}}, target);
  ASSERT_EQ(r.parameters.size(), 5u);
  const RefinedParameter& cells = found(r, "cells_b");
  EXPECT_EQ(cells.tied, (std::vector<std::string>{"cells_a", "cells_c"}));
  EXPECT_LT(std::abs(cells.value - 20), 4 * cells.standard_error);
  RefinementOptions free = options;
  free.ties.clear();
  const RefinementResult loose = refined_by(free, {.misset_deg = {10.01, 19.99, 30.01}}, target);
  EXPECT_LT(cells.standard_error, found(loose, "cells_b").standard_error) << "all three directions tell it";
  EXPECT_GE(r.cost, loose.cost * (1 - 1e-6));
  for (const char* wrong : {"cells_a=misset_x", "cells_a=cell_a"}) {
    options.ties = {parse_tie(wrong)};
    EXPECT_THROW(refined_by(options, {}, target), Error) << wrong;
  }
  options.ties = {parse_tie("cells_a=cells_b"), parse_tie("cells_b=cells_c")};
  EXPECT_THROW(refined_by(options, {}, target), Error) << "in two ties";
}

/// An image hardly tells a scale of the cell from the wavelength's; weak priors make the fit possible.
TEST(Constraints, WeakRestraintsKeepApartWhatAnImageCannot) {
  const Target target = target_of({}, 9);
  RefinementOptions options{.parameters = {"cell_a", "cell_b", "cell_c", "wavelength"}, .levels = 0};
  const RefinementResult r = refined_by(options, {}, target);
  EXPECT_TRUE(notes_say(r, "weakly restrained")) << r.notes.size();
  EXPECT_TRUE(notes_say(r, "wavelength"));
  const RefinedParameter& wavelength = found(r, "wavelength");
  ASSERT_TRUE(wavelength.weak);
  EXPECT_NEAR(wavelength.weak->sigma, 0.0098, 1e-6) << "ten times the scale";
  EXPECT_GT(wavelength.standard_error, 0.001) << "the images alone do not determine it";
  EXPECT_LT(std::abs(wavelength.value - 0.98), 3 * wavelength.standard_error);
  options.default_restraints = false;
  EXPECT_THROW(refined_by(options, {}, target), Error) << "the images do not determine them";
  // Alone, each is determined.
  options = {.parameters = {"misset", "cell_a", "cell_b", "fluence"}, .levels = 0};
  EXPECT_FALSE(notes_say(refined_by(options, {}, target), "weakly restrained"));
  // Who says what is known, knows.
  options = {.parameters = {"cell_a", "cell_b", "cell_c", "wavelength"}, .levels = 0};
  options.restraints = {{"wavelength", 0.98, 1e-4}};
  EXPECT_FALSE(found(refined_by(options, {}, target), "wavelength").weak);
}

Still turned_by(double degrees) { return {.misset_deg = {10 + degrees, 20 - degrees, 30 + degrees}}; }

TEST(Approach, FollowsTheWayToGo) {
  const Target target = target_of({}, 5);
  const auto approach = [&](double degrees) {
    const WayToGo way = way_to_go(experiment_of(turned_by(degrees)), target);
    EXPECT_GT(way.peaks, 20u);
    return approach_for(std::span(&way, 1));
  };
  EXPECT_EQ(approach(0).levels, 0) << approach(0).why;
  EXPECT_EQ(approach(0).pixels, PixelSet::Peaks);
  EXPECT_GE(approach(0.3).levels, 1) << approach(0.3).why;
  EXPECT_EQ(approach(0.3).pixels, PixelSet::All);
  EXPECT_GT(approach(1).levels, approach(0.3).levels) << approach(1).why;
  EXPECT_NE(approach(40).why.find("by chance"), std::string::npos) << approach(40).why;
  Target dark = target;
  std::ranges::fill(dark.photons, 1);
  const WayToGo unknown = way_to_go(experiment_of({}), dark);
  EXPECT_EQ(approach_for(std::span(&unknown, 1)).levels, 2);
}

/// Whatever it chooses, the fit comes back.
TEST(Approach, IsEnoughForTheFit) {
  const Target target = target_of({}, 5);
  for (const double degrees : {0.02, 0.06, 0.15, 0.3}) {
    const RefinementResult r = refined_by({.parameters = {"misset", "fluence"}}, turned_by(degrees), target);
    ASSERT_FALSE(r.notes.empty());
    for (const auto& [name, value] : {std::pair{"misset_x", 10.0}, {"misset_y", 20.0}, {"misset_z", 30.0}})
      EXPECT_LT(std::abs(found(r, name).value - value), 4 * found(r, name).standard_error)
          << name << " from " << degrees << ": " << r.notes.front();
  }
}

TEST(Refinement, LeavesWhatItHasFoundWhereItIsStopped) {
  const Target target = target_of({}, 9);
  std::stop_source source;
  int iterations = 0;
  RefinementWatch watch{.stop = source.get_token()};
  watch.iteration = [&](const Iteration&) {
    if (++iterations == 3) source.request_stop();
  };
  const RefinementOptions options{.parameters = {"misset", "fluence"}, .levels = 1};
  const RefinementResult r = refined_by(options, turned_by(0.1), target, watch);
  EXPECT_TRUE(r.stopped);
  EXPECT_FALSE(r.converged);
  EXPECT_EQ(iterations, 3);
  EXPECT_NE(found(r, "misset_x").value, found(r, "misset_x").start);
  EXPECT_GT(found(r, "misset_x").standard_error, 0);
  // Before anything was computed.
  const RefinementResult at_once = refined_by(options, turned_by(0.1), target, {.stop = source.get_token()});
  EXPECT_TRUE(at_once.stopped);
  EXPECT_EQ(found(at_once, "misset_x").value, found(at_once, "misset_x").start);
}

/// It leaves nothing, and does not even render what it would report.
TEST(Refinement, LeavesNothingWhereItIsAbandoned) {
  const Target target = target_of({}, 9);
  const RefinementOptions options{.parameters = {"misset", "fluence"}, .levels = 1};
  for (const int iterations : {0, 2}) {
    std::stop_source source;
    if (iterations == 0) source.request_stop();
    RefinementWatch watch{.stop = source.get_token(), .abandon = source.get_token()};
    int told = 0;
    watch.iteration = [&](const Iteration&) {
      if (++told == iterations) source.request_stop();
    };
    EXPECT_THROW(refined_by(options, turned_by(0.1), target, watch), backends::Stopped) << iterations;
    EXPECT_EQ(told, iterations);
  }
}

TEST(TimeLeft, FollowsTheFallOfTheCost) {
  TimeLeft left(1e-6, 100);
  double cost = 1;
  for (int i = 0; i < 4; ++i) left.add(i, cost += i > 0 ? -std::pow(0.1, i) : 0, true, 2.0);
  // Changes of 1e-1, 1e-2, 1e-3: three more until they are below 1e-6.
  EXPECT_NEAR(left.seconds(0), 6, 2.1);
  EXPECT_GT(left.seconds(1), left.seconds(0));
}

}  // namespace
}  // namespace femtobragg::tests
