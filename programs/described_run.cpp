// Reading of a run that is not going to be run.
#include "programs/described_run.h"

#include <iostream>

#include "femtobragg/nanobragg/report.h"
#include "femtobragg/nanobragg/sampling_rules.h"
#include "femtobragg/nanobragg/scene_output.h"
#include "femtobragg/simulate/compile_plan.h"

namespace femtobragg::programs {

DescribedRun run_described_by(const std::vector<std::string>& arguments) {
  const auto warn = [](const std::string& text) { std::cerr << "warning: " << text << "\n"; };
  nanobragg::CommandLine line = nanobragg::read_command_line(nanobragg::Program::Simulate, arguments, warn);
  try {
    nanobragg::Scene scene = nanobragg::scene_of(line, false, false);
    for (const std::string& warning : scene.warnings) warn(warning);
    for (const nanobragg::CoarseSampling& coarse : nanobragg::coarse_samplings(scene, compile_plan(scene.experiment)))
      warn(coarse.text);
    if (!scene.options.output.scene_file.empty()) nanobragg::save_scene(scene, line.quirks);
    return {std::move(line), std::move(scene)};
  } catch (const nanobragg::NothingToRender&) {
    throw nanobragg::nothing_to_render();
  }
}

}  // namespace femtobragg::programs
