// From an experiment to its plan, with many sources or many orientations.
#include <benchmark/benchmark.h>

#include "bench/micro/scenes.h"

namespace femtobragg::bench {
namespace {

void compile(benchmark::State& state, const std::string& words) {
  const nanobragg::Setup setup = set_up("-default_F 100 -cell 60 70 80 -N 10 -detpixels 64 -oversample 1 " + words);
  for (auto _ : state) benchmark::DoNotOptimize(compile_plan(setup.experiment).steps);
}

BENCHMARK_CAPTURE(compile, still, "");
BENCHMARK_CAPTURE(compile, sources_1000, "-dispersion 1 -dispsteps 1000");
BENCHMARK_CAPTURE(compile, orientations_10000, "-osc 1 -phisteps 100 -mosaic 0.5 -mosaic_domains 100");

}  // namespace
}  // namespace femtobragg::bench
