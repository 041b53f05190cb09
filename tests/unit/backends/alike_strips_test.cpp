// Strips of pixels that no entry of a table can reach.
#include "femtobragg/backends/simd/alike_strips.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "femtobragg/backends/backend.h"
#include "femtobragg/backends/simd/lane_choice.h"
#include "femtobragg/backends/simd/pass.h"
#include "femtobragg/kernel/sample.h"
#include "tests/contract/experiments.h"

namespace femtobragg::backends::simd_backend {
namespace {

/// The shortest scattering vector of a strip's pixels, from their corners.
double shortest_q(const kernel::Plan& plan, const kernel::PanelPlan& panel, std::size_t strip) {
  double shortest = 1e300;
  const std::size_t begin = panel.slow_begin + strip * kernel::strip_rows,
                    end = std::min(begin + kernel::strip_rows, panel.slow_end);
  for (std::size_t slow = begin; slow <= end; ++slow)
    for (std::size_t fast = panel.fast_begin; fast <= panel.fast_end; ++fast)
      for (const double depth_m : {0.0, panel.layers.back().depth_m}) {
        const auto point = kernel::sensor_point(panel, static_cast<double>(fast) * panel.pixel_size_m,
                                                static_cast<double>(slow) * panel.pixel_size_m, depth_m);
        for (const kernel::Ray& ray : plan.rays)
          for (const kernel::Direction& direction : plan.directions)
            shortest = std::min(shortest, norm(point.diffracted - direction.incident) / ray.wavelength_m);
      }
  return shortest;
}

TEST(AlikeStrips, AreBeyondTheLimit) {
  Experiment facing = tests::simple_experiment(), beside = facing, tilted = facing, spread = facing, bent = facing;
  beside.detector.panels[0].origin_m.y += 0.02;
  Panel& panel = tilted.detector.panels[0];
  panel.slow_axis = Vec3d{0.6, -0.8, 0};
  panel.normal = cross(panel.fast_axis, panel.slow_axis);
  panel.origin_m = {0.05, 0.02, -0.02};
  spread.beam.sources = {{{-1, 0, 0}, 1e-10, 1.0}, {unit(Vec3d{-1, -0.03, -0.01}), 1.02e-10, 1.0}};
  bent.detector.panels[0].curvature = Curvature::Spherical;
  bent.detector.panels[0].curvature_radius_m = 0.1;
  for (const Experiment& e : {facing, beside, tilted, spread, bent}) {
    const kernel::Plan plan = compile_plan(e);
    const kernel::PanelPlan& one = plan.panels[0];
    for (const double q_per_m : {1e7, 5e8, 1.5e9, 1e10, 1e11}) {
      const std::vector<bool> beyond = strips_beyond(plan, one, q_per_m);
      ASSERT_EQ(beyond.size(), backends::gradient_strips(one));
      for (std::size_t strip = 0; strip < beyond.size(); ++strip)
        if (beyond[strip]) {
          EXPECT_GT(shortest_q(plan, one, strip), q_per_m);
        }
    }
  }
}

/// Of 13 strips only those around the beam are near it.
TEST(AlikeStrips, AreMostOfAPanel) {
  const kernel::Plan plan = compile_plan(tests::simple_experiment());
  const std::vector<bool> beyond = strips_beyond(plan, plan.panels[0], 4e8);
  ASSERT_EQ(beyond.size(), 13u);
  // The limit is 8 pixels from the beam, which hits the seventh strip; its neighbours and one more are too close to
  // call.
  EXPECT_EQ(std::ranges::count(beyond, false), 4);
  EXPECT_TRUE(beyond.front() && beyond.back());
}

/// How many strips are rendered by what the pass knows of the table and of what can be left out.
std::size_t strips_with_table(const Pass& pass) {
  const kernel::PanelPlan& panel = pass.panel();
  const Workspace workspace(pass.set().scratch_bytes, panel);
  std::vector<kernel::SpotChoice> choices(pass.chunks());
  std::vector<float> image(panel.n_fast * panel.n_slow);
  std::size_t count = 0;
  for (std::size_t strip = 0; strip < backends::gradient_strips(panel); ++strip) {
    kernel::StripJob job = pass.job(strip, workspace, choices, {image.data(), panel.n_fast});
    pass.render(strip, job, workspace.scratch());
    count += job.facts == &pass.facts();
  }
  return count;
}

/// Without a tolerance, strips away from the beam need no table of the one entry F(0,0,0). But where terms are left
/// out, as in the search for the brightest spot, all strips leave them out: the others would compute every term.
TEST(AlikeStrips, GiveWayWhereTermsAreLeftOut) {
  const kernel::Plan plan = compile_plan(tests::simple_experiment());
  const DarkBeam dark(plan);
  ASSERT_TRUE(dark.differs());
  const auto shared = std::make_shared<PlanAmplitudes>(dark.plan());
  const InstructionSet& set = *compiled_instruction_sets().back();
  Pass pass(set, dark.plan(), dark.plan().panels[0], lane_shape(dark.plan()), LaneKind::WideDouble, RunControl{},
            shared);
  const std::size_t by_table = strips_with_table(pass);
  EXPECT_GT(by_table, 0u);
  EXPECT_LT(by_table, 13u);
  pass.leave_out_below(0.25);
  EXPECT_EQ(strips_with_table(pass), 13u);
}

TEST(AlikeStrips, NeedALimit) {
  const kernel::Plan plan = compile_plan(tests::simple_experiment());
  const std::vector<bool> beyond = strips_beyond(plan, plan.panels[0], std::numeric_limits<double>::infinity());
  EXPECT_EQ(std::ranges::count(beyond, true), 0);
}

}  // namespace
}  // namespace femtobragg::backends::simd_backend
