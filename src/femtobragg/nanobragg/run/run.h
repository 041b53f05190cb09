// Both programs, from the words of their command line to their files.
#pragma once

#include <iosfwd>
#include <span>
#include <string>

#include "femtobragg/nanobragg/flags/program.h"

namespace femtobragg::nanobragg {

/// What a program needs from its surroundings.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;
};

/// Runs the program and returns its exit status for success, usage and help. Throws Error for everything else.
int run(Program program, std::span<const std::string> words, const Surroundings& io);

/// The exit status for an error that left run().
int exit_status(Program program, const std::exception& error);

}  // namespace femtobragg::nanobragg
