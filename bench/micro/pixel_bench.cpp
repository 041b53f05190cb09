// Terms of a pixel on one core: each backend and number type, each crystal shape.
#include <benchmark/benchmark.h>

#include "bench/micro/scenes.h"
#include "femtobragg/simulate/render.h"

namespace femtobragg::bench {
namespace {

void pixels(benchmark::State& state, const std::string& shape, const RenderRequest& request) {
  const nanobragg::Setup setup = set_up(
      "-default_F 100 -cell 60 70 80 -N 10 -lambda 1 -detpixels 16 -pixel 1 -oversample 1 -mosaic 1 "
      "-mosaic_domains 100 " +
      shape);
  const kernel::Plan plan = compile_plan(setup.experiment);
  for (auto _ : state) benchmark::DoNotOptimize(render(plan, 0, request).image.pixels.data());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(evaluations(plan, 0)));
}

const bool registered = [] {
  for (const auto& backend : backends::registered_backends())
    for (const backends::NumberType type : backend->number_types())
      for (const std::string shape : {"-square_xtal", "-round_xtal", "-gauss_xtal", "-tophat_spots"}) {
        RenderRequest request{.device = backend->name(), .control = {}};
        request.control.number_type = type;
        request.control.threads = 1;
        const std::string name = "pixels/" + backend->name() + "/" + name_of(type) + "/" + shape.substr(1);
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { pixels(state, shape, request); });
      }
  return true;
}();

}  // namespace
}  // namespace femtobragg::bench
