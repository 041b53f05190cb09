// What derivatives cost beside the image: the case `orientations` in float32 on one core.
#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>

#include "bench/micro/scenes.h"
#include "femtobragg/evidence/benchmark/benchmark_case.h"
#include "femtobragg/gradients/gradient.h"

namespace femtobragg::bench {
namespace {

using gradients::Gradient;
using gradients::ParameterSpace;

/// A quarter of its rows: the share of each is the same.
Experiment orientations() {
  const std::string path = FEMTOBRAGG_SOURCE "/bench/cases/orientations.json";
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto words = evidence::parse_case(text, path).arguments;
  Experiment experiment = nanobragg::set_up(nanobragg::Program::Simulate, words).experiment;
  Panel& panel = experiment.detector.panels[0];
  panel.region = RegionOfInterest{0, panel.n_fast, 3 * panel.n_slow / 8, 5 * panel.n_slow / 8};
  return experiment;
}

RenderRequest one_core() {
  RenderRequest request;
  request.device = "simd";
  request.control.number_type = backends::NumberType::Float32;
  request.control.threads = 1;
  return request;
}

/// All that may be chosen together.
std::vector<std::string> all_parameters(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const auto& listed : gradients::list_parameters(experiment)) {
    const std::string& name = listed.info.name;
    const bool conflicts = name.starts_with("rotation_") || name.starts_with("F_");
    if (!listed.why_not && !conflicts) names.push_back(name);
  }
  return names;
}

/// So many of them, spread over the list: a few of each kind.
std::vector<std::string> parameters(const Experiment& experiment, std::size_t count) {
  const std::vector<std::string> all = all_parameters(experiment);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(count, all.size()); ++i) names.push_back(all[i * all.size() / count]);
  return names;
}

/// All from one place of the plan: kernels leave out what these do not need.
std::vector<std::string> cell_alone(const Experiment&, std::size_t) {
  return {"cell_a", "cell_b", "cell_c", "cell_alpha", "cell_beta"};
}

void image(benchmark::State& state) {
  const Simulation simulation(orientations(), one_core());
  for (auto _ : state) benchmark::DoNotOptimize(simulation.render().image.pixels.data());
  state.counters["parameters"] = 0;
}

/// Rows of the Jacobian, one tile after another, added up so that nothing is left out.
template <auto choose>
void gradient(benchmark::State& state) {
  const Experiment experiment = orientations();
  const ParameterSpace space(experiment, choose(experiment, static_cast<std::size_t>(state.range(0))));
  const Gradient gradient(space, space.start(), one_core());
  double sum = 0;
  for (auto _ : state)
    gradient.visit([&](const gradients::JacobianTile& tile) {
      if (tile.derivatives) sum += tile.derivatives[(space.size() - 1) * tile.stride];
    });
  benchmark::DoNotOptimize(sum);
  state.counters["parameters"] = static_cast<double>(space.size());
}

/// The case has no 60 parameters that may be chosen together: tangents are repeated.
void gradient_of_repeated(benchmark::State& state) {
  const Experiment experiment = orientations();
  const ParameterSpace space(experiment, all_parameters(experiment));
  const RenderRequest request = one_core();
  const Gradient gradient(space, space.start(), request);
  const auto distinct = space.tangents(space.start(), gradient.experiment(), gradient.plan(), 0);
  const kernel::PlanMotion motion = space.motion(gradient.experiment(), gradient.plan());
  backends::PanelTangents panel;
  std::vector<kernel::PlanTangent>& tangents = panel.tangents;
  for (std::size_t i = 0; i < static_cast<std::size_t>(state.range(0)); ++i)
    tangents.push_back(distinct[i % distinct.size()]);
  const auto prepared = prepare(std::make_shared<const kernel::Plan>(gradient.plan()), request);
  double sum = 0;
  const auto take = [&](const backends::GradientBlock& block) {
    if (block.derivatives) sum += block.derivatives[(tangents.size() - 1) * block.stride];
  };
  for (auto _ : state) prepared->differentiate(motion, {&panel, 1}, take, {});
  benchmark::DoNotOptimize(sum);
  state.counters["parameters"] = static_cast<double>(tangents.size());
}

BENCHMARK(image)->Unit(benchmark::kMillisecond);
BENCHMARK(gradient<cell_alone>)->Arg(5)->Unit(benchmark::kMillisecond);
BENCHMARK(gradient<parameters>)->Arg(5)->Arg(30)->Unit(benchmark::kMillisecond);
BENCHMARK(gradient_of_repeated)->Arg(60)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace femtobragg::bench
