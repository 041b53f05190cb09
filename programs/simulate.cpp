// `femtobragg simulate` and the drop-in: one engine, two ways of reading the command line.
#include <unistd.h>

#include <iostream>

#include "femtobragg/nanobragg/run/run.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

int run_as(nanobragg::Program program, const std::vector<std::string>& words) {
  return nanobragg::run(program, words, {std::cout, std::cerr, isatty(STDERR_FILENO) == 1});
}

}  // namespace

int simulate(const std::vector<std::string>& words) { return run_as(nanobragg::Program::Simulate, words); }
int drop_in(const std::vector<std::string>& words) { return run_as(nanobragg::Program::DropIn, words); }

}  // namespace femtobragg::programs
