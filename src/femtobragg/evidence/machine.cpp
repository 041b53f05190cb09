// Asks the system, and what CMake wrote down.
#include "femtobragg/evidence/machine.h"

#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "commit.h"

namespace femtobragg::evidence {

Machine this_machine() {
  Machine machine;
  machine.cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  if (getloadavg(&machine.load, 1) != 1) machine.load = -1;
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line) && machine.processor.empty();)
    if (const std::size_t colon = line.find(": "); line.starts_with("model name") && colon != std::string::npos)
      machine.processor = line.substr(colon + 2);
  return machine;
}

Build this_build() {
#ifdef __clang__
  const std::string compiler = "Clang " __clang_version__;
#else
  const std::string compiler = "GCC " __VERSION__;
#endif
  return {FEMTOBRAGG_COMMIT, compiler, FEMTOBRAGG_FLAGS};
}

}  // namespace femtobragg::evidence
