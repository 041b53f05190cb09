// Reading of a run that is not going to be run.
#include "programs/described_run.h"

#include <iostream>

#include "femtobragg/nanobragg/report/report.h"
#include "femtobragg/nanobragg/setup/sampling_rules.h"
#include "femtobragg/nanobragg/setup/scene_output.h"
#include "femtobragg/simulate/compile_plan.h"

namespace femtobragg::programs {

DescribedRun run_described_by(const std::vector<std::string>& arguments) {
  const auto warn = [](const std::string& text) { std::cerr << "warning: " << text << "\n"; };
  nanobragg::CommandLine line = nanobragg::read_command_line(nanobragg::Program::Simulate, arguments, warn);
  std::string geometry_file = line.geometry ? line.geometry->path : std::string();
  nanobragg::Setup setup = nanobragg::set_up(line, false, false);
  for (const std::string& warning : setup.warnings) warn(warning);
  for (const nanobragg::CoarseSampling& coarse : nanobragg::coarse_samplings(setup, compile_plan(setup.experiment)))
    warn(coarse.text);
  if (setup.scene.frames > 1)
    warn("a series of " + std::to_string(setup.scene.frames) + " frames: only the first is used");
  nanobragg::save_scene(setup, line.quirks);
  return {std::move(line), std::move(setup), std::move(geometry_file)};
}

}  // namespace femtobragg::programs
