// A simulation that lives on: the same images as fresh ones, whatever came before.
#include "femtobragg/simulate/simulation.h"

#include <gtest/gtest.h>

#include <utility>

#include "femtobragg/base/error.h"
#include "tests/agreement/random.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

using LivingOn = EachWay;

/// Amplitudes of all reflections up to 12, no two alike.
std::shared_ptr<const StructureFactors> some_factors(std::uint64_t seed) {
  HklBox box;
  box.min = {-12, -12, -12}, box.max = {12, 12, 12};
  StructureFactors factors = StructureFactors::table(box, 0, "test");
  Random random(seed);
  for (double& f : factors.values) f = random.between(50, 150);
  return std::make_shared<const StructureFactors>(std::move(factors));
}

/// Two panels with a gap between them, one of them with a mask.
Experiment two_panels() {
  Experiment e = simple_experiment();
  Panel left = facing_panel(0.1, 0.3e-3, 61), right = left;
  right.origin_m.z += 0.03;
  right.data_fast = 70;
  left.mask.assign(left.n_fast * left.n_slow, 1);
  left.mask[100] = 0;
  e.detector.panels = {left, right};
  e.structure_factors = some_factors(1);
  return e;
}

Image fresh(const Experiment& e, const RenderRequest& request) {
  return render(compile_plan(e), e.detector, request).image;
}

RenderRequest with_tolerance(RenderRequest request, double tolerance) {
  request.control.tolerance = tolerance;
  request.control.always_leave_out = true;
  return request;
}

TEST_P(LivingOn, RendersTheSameAgain) {
  for (const double tolerance : {0.0, 1e-3})
    for (const Experiment& e : {two_panels(), simple_experiment()}) {
      const Simulation simulation(e, with_tolerance(request(3), tolerance));
      const Rendering first = simulation.render(), second = simulation.render();
      EXPECT_EQ(first.image.pixels, fresh(e, simulation.request()).pixels);
      EXPECT_EQ(second.image.pixels, first.image.pixels);
      EXPECT_EQ(second.summary.ran_on, first.summary.ran_on);
      EXPECT_EQ(second.summary.bound_photons, first.summary.bound_photons);
      EXPECT_EQ(second.summary.solid_angle_sr, first.summary.solid_angle_sr);
      EXPECT_GT(sum_of(first.image), 0);
      expect_it_ran(GetParam(), simulation.plan(), 0, first.summary.ran_on);
    }
}

/// Nothing of an old table, orientation, panel or mask is left.
TEST_P(LivingOn, FollowsUpdates) {
  const Experiment start = two_panels();
  std::vector<Experiment> others(7, start);
  others[0].spindle.phi_start_rad = 0.02;
  others[1].structure_factors = some_factors(2);
  others[2].structure_factors = std::make_shared<const StructureFactors>(*start.structure_factors);
  others[3].detector.panels[0].mask[200] = 0;
  others[4].detector.panels.pop_back();
  others[5].structure_factors = uniform_factors(70);
  others[6].crystal = crystal_of(cell_of(35, 35, 60, 90, 90, 90), 7);
  for (const double tolerance : {0.0, 1e-3}) {
    Simulation simulation(start, with_tolerance(request(), tolerance));
    const Image before = simulation.render().image;
    for (const Experiment& other : others) {
      simulation.update(other);
      EXPECT_EQ(simulation.render().image.pixels, fresh(other, simulation.request()).pixels);
    }
    simulation.update(start);
    EXPECT_EQ(simulation.render().image.pixels, before.pixels);
  }
}

/// Whoever asked for floats gets doubles where no pixel has a spot, also the second time and in traces.
TEST_P(LivingOn, StaysInDoublesWhereItIsTooDark) {
  Experiment e = simple_experiment();
  e.crystal.shape = CrystalShape::Gaussian;
  e.crystal.cells = {30, 30, 30};
  e.detector.panels = {facing_panel(0.1, 1e-5, 20)};
  e.detector.panels[0].origin_m.y += 0.0137;
  const Simulation simulation(e, request());
  const Rendering first = simulation.render(), second = simulation.render();
  if (GetParam().in_floats()) {
    EXPECT_NE(first.summary.ran_on.find("because no pixel is near a spot"), std::string::npos) << first.summary.ran_on;
  }
  EXPECT_EQ(second.summary.ran_on, first.summary.ran_on);
  EXPECT_EQ(second.image.pixels, first.image.pixels);
  EXPECT_EQ(static_cast<float>(Simulation(e, request()).trace(3, 4).value().pixel().photons), first.image.row(4)[3]);
  EXPECT_EQ(static_cast<float>(simulation.trace(3, 4).value().pixel().photons), first.image.row(4)[3]);
}

TEST_P(LivingOn, TracesPixelsOfTheImage) {
  const Simulation simulation(two_panels(), request());
  const Image image = simulation.render().image;
  ASSERT_EQ(image.shape(), (ImageShape{131, 61}));
  for (const auto& [fast, slow] : {std::pair{7, 9}, std::pair{75, 30}}) {
    const auto f = static_cast<std::size_t>(fast), s = static_cast<std::size_t>(slow);
    const auto record = simulation.trace(f, s);
    ASSERT_TRUE(record);
    EXPECT_GT(record->pixel().photons, 0);
    EXPECT_EQ(static_cast<float>(record->pixel().photons), image.row(s)[f]);
  }
  EXPECT_FALSE(simulation.trace(65, 9)) << "between the panels";
  EXPECT_FALSE(simulation.trace(500, 9)) << "beyond the image";
  EXPECT_FALSE(simulation.trace(100 % 61, 100 / 61)) << "masked";
}

/// A panel that lanes cannot compute is the reference's, with the reason; the count of pixels goes on from one to the
/// other.
TEST_P(LivingOn, MixesBackendsWherePanelsNeedIt) {
  Experiment e = two_panels();
  Panel& bent = e.detector.panels[1];
  bent.curvature = Curvature::LabAxes;
  bent.curvature_radius_m = 0.1;
  const Simulation simulation(e, request());
  std::vector<std::uint64_t> counts;
  const Rendering all = simulation.render({.progress = [&](std::uint64_t rendered) { counts.push_back(rendered); }});
  const auto reason = backends::find_backend(GetParam().device).why_not(simulation.plan(), 1);
  EXPECT_EQ(reason.has_value(), GetParam().device != "reference");
  if (reason) {
    EXPECT_TRUE(all.summary.ran_on.ends_with("; reference, float64 because " + *reason)) << all.summary.ran_on;
    EXPECT_TRUE(simulation.outlook(1).ran_on.ends_with(*reason));
  }
  EXPECT_TRUE(std::ranges::is_sorted(counts));
  EXPECT_EQ(counts.back(), 2u * 61 * 61 - 1);
  for (std::size_t p = 0; p < 2; ++p) {
    const Image alone = render(simulation.plan(), p, request()).image;
    for (std::size_t slow = 0; slow < 61; ++slow)
      for (std::size_t fast = 0; fast < 61; ++fast)
        ASSERT_EQ(all.image.row(slow)[e.detector.panels[p].data_fast + fast], alone.row(slow)[fast]);
  }
}

TEST_P(LivingOn, SurvivesBadUpdatesAndMoves) {
  const Experiment good = two_panels();
  Simulation simulation(good, request());
  const Image before = simulation.render().image;
  Experiment bad = good;
  bad.crystal.cells[0] = 0;
  EXPECT_THROW(simulation.update(bad), Error);
  bad = good;
  bad.detector.panels[1].data_fast = 10;
  EXPECT_THROW(simulation.update(bad), Error) << "panels overlap";
  bad = good;
  bad.structure_factors = nullptr;
  EXPECT_THROW(simulation.update(bad), Error);
  EXPECT_EQ(simulation.render().image.pixels, before.pixels);
  Simulation moved = std::move(simulation);
  EXPECT_EQ(moved.render().image.pixels, before.pixels);
  moved = Simulation(simple_experiment(), request());
  EXPECT_EQ(moved.render().image.pixels, fresh(simple_experiment(), request()).pixels);
  EXPECT_THROW(Simulation(bad, request()), Error);
  EXPECT_THROW(Simulation(good, {.device = "abacus"}), Error);
}

/// The plan keeps what it points into.
TEST_P(LivingOn, PlansOutliveTheirExperiments) {
  auto experiment = std::make_unique<Experiment>(two_panels());
  const Image expected = fresh(*experiment, request());
  const Detector detector = experiment->detector;
  const kernel::Plan plan = compile_plan(*experiment);
  experiment.reset();
  const std::vector<double> over_the_old_table(100'000, 1e9);
  EXPECT_EQ(render(plan, detector, request()).image.pixels, expected.pixels);
}

INSTANTIATE_TEST_SUITE_P(backends, LivingOn, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
