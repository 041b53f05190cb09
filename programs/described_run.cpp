// Reading of a run that is not going to be run.
#include "programs/described_run.h"

#include <iostream>

#include "femtobragg/nanobragg/report.h"

namespace femtobragg::programs {

DescribedRun run_described_by(const std::vector<std::string>& arguments) {
  const auto warn = [](const std::string& text) { std::cerr << "warning: " << text << "\n"; };
  nanobragg::CommandLine line = nanobragg::read_command_line(nanobragg::Program::Simulate, arguments, warn);
  try {
    nanobragg::Scene scene = nanobragg::scene_of(line, false, false);
    for (const std::string& warning : scene.warnings) warn(warning);
    return {std::move(line), std::move(scene)};
  } catch (const nanobragg::NothingToRender&) {
    throw nanobragg::nothing_to_render();
  }
}

}  // namespace femtobragg::programs
