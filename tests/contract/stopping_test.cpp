// Computations that end early: by an exception of whom they call, or because they were asked to.
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "femtobragg/kernel/plan_gradient.h"
#include "femtobragg/simulate/simulation.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

struct Enough : std::runtime_error {
  Enough() : std::runtime_error("enough") {}
};

using Stopping = EachBackend;

RenderRequest with_threads(const std::string& device, int threads) {
  RenderRequest request;
  request.device = device;
  request.control.threads = threads;
  return request;
}

TEST_P(Stopping, ExceptionsOfProgressComeOut) {
  const Experiment e = simple_experiment();
  const kernel::Plan plan = compile_plan(e);
  const backends::Watch by_progress{.progress = [](std::uint64_t) { throw Enough(); }},
      by_work{.work_done = [](const backends::WorkSpan&) { throw Enough(); }};
  for (const int threads : {1, 4})
    for (const backends::Watch& watch : {by_progress, by_work}) {
      const RenderRequest request = with_threads(GetParam(), threads);
      EXPECT_THROW(render(plan, 0, request, watch), Enough);
      EXPECT_THROW(render(plan, e.detector, request, watch), Enough);
    }
}

/// The order of pixels matters to these rules: rows are rendered in other ways.
TEST_P(Stopping, ExceptionsComeOutOfOrderedRowsToo) {
  Experiment e = simple_experiment();
  e.spindle = {{0, 0, 1}, 0, -0.01, 0.01, 2};
  e.sampling.compatibility.phi_zero_keeps_orientation = true;
  EXPECT_THROW(
      render(compile_plan(e), 0, with_threads(GetParam(), 4), {.progress = [](std::uint64_t) { throw Enough(); }}),
      Enough);
}

TEST_P(Stopping, ExceptionsOfGradientVisitsComeOut) {
  const auto plan = std::make_shared<const kernel::Plan>(compile_plan(simple_experiment()));
  kernel::PlanMotion motion;
  motion.unrotated = plan->orientations.front();
  motion.rotations = {Mat3d::identity()};
  motion.turns.resize(plan->directions.size());
  backends::PanelTangents tangents{0, std::vector<kernel::PlanTangent>(1)};
  tangents.tangents[0][kernel::slot::intensity_scale] = 1;
  for (const int threads : {1, 4}) {
    const auto prepared = prepare(plan, with_threads(GetParam(), threads));
    std::atomic<int> blocks = 0;
    for (int time = 0; time < 2; ++time)
      EXPECT_THROW(prepared->differentiate(motion, {&tangents, 1}, [](const auto&) { throw Enough(); }, {}), Enough);
    prepared->differentiate(motion, {&tangents, 1}, [&](const auto&) { ++blocks; }, {});
    EXPECT_GT(blocks, 0) << "it can still be used";
  }
}

/// What was asked to stop before it began does not compute.
TEST_P(Stopping, StopsWhenAsked) {
  const Experiment e = simple_experiment();
  std::stop_source source;
  std::uint64_t rendered = 0;
  backends::Watch watch{.stop = source.get_token()};
  watch.progress = [&](std::uint64_t pixels) {
    rendered = pixels;
    source.request_stop();
  };
  const Simulation simulation(e, with_threads(GetParam(), 2));
  const std::size_t pixels = simulation.shape().n_fast * simulation.shape().n_slow;
  EXPECT_THROW(simulation.render(watch), backends::Stopped);
  EXPECT_GT(rendered, 0u);
  EXPECT_LT(rendered, pixels);
  rendered = 0;
  EXPECT_THROW(simulation.render(watch), backends::Stopped);
  EXPECT_EQ(rendered, 0u);
  std::vector<double> weights(pixels, 1), derivatives;
  const backends::PanelWeights weighted{0, weights};
  EXPECT_THROW(simulation.prepared().differentiate_amplitudes({&weighted, 1}, backends::AmplitudeVariable::Amplitude,
                                                              derivatives, watch),
               backends::Stopped);
  EXPECT_EQ(simulation.render().image.pixels, render(simulation.plan(), 0, simulation.request()).image.pixels);
}

/// One strip, asked to stop while it computes: it would go on for minutes.
void expect_stops(const std::string& device, const Experiment& e) {
  const kernel::Plan plan = compile_plan(e);
  std::stop_source source;
  std::chrono::steady_clock::time_point asked;
  std::jthread asks([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    asked = std::chrono::steady_clock::now();
    source.request_stop();
  });
  EXPECT_THROW(render(plan, 0, with_threads(device, 1), {.stop = source.get_token()}), backends::Stopped);
  const auto stopped = std::chrono::steady_clock::now();
  asks.join();
  // Fractions of a second where nothing else runs.
  EXPECT_LT(stopped - asked, std::chrono::seconds(10));
}

Experiment one_strip() {
  Experiment e = simple_experiment();
  e.detector.panels = {facing_panel(0.1, 0.5e-3, 1001)};
  e.detector.panels[0].region = RegionOfInterest{0, 1001, 0, 8};
  return e;
}

TEST_P(Stopping, DoesNotFinishStripsOfManyTerms) {
  Experiment e = one_strip();
  e.crystal.mosaic_rotations.assign(300'000, Mat3d::identity());
  expect_stops(GetParam(), e);
}

TEST_P(Stopping, DoesNotFinishStripsOfManySamples) {
  if (GetParam() == "reference") GTEST_SKIP() << "finishes its pixels, which are few for it";
  Experiment e = one_strip();
  e.crystal.mosaic_rotations.assign(200, Mat3d::identity());
  e.sampling.oversample = 1000;
  expect_stops(GetParam(), e);
}

INSTANTIATE_TEST_SUITE_P(backends, Stopping, testing::ValuesIn(backend_names()), word_of_backend);

TEST(InstructionSets, ArePreferredByName) {
  const std::string first = backends::instruction_sets_here().front();
  for (const std::string& name : backends::instruction_sets_here()) {
    backends::prefer_instruction_set(name);
    EXPECT_EQ(backends::find_backend("auto").name(), "simd-" + name);
    EXPECT_EQ(backends::find_backend("simd").name(), "simd-" + name);
  }
  backends::prefer_instruction_set(first);
  try {
    backends::prefer_instruction_set("mmx");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(error.parts().rule.find(first), std::string::npos) << error.what();
  }
  EXPECT_EQ(backends::find_backend("auto").name(), "simd-" + first);
}

}  // namespace
}  // namespace femtobragg::tests
