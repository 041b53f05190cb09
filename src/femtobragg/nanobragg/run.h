// Both programs, from the words of their command line to their files.
#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace femtobragg::nanobragg {

enum class Program {
  DropIn,    ///< `nanoBragg`: all quirks on, lenient command line
  Simulate,  ///< `femtobragg simulate`: right physics, strict command line
};

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

/// The project's, as CMakeLists.txt states it.
extern const char* const version;

}  // namespace femtobragg::nanobragg
