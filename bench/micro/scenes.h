// Small experiments for the micro-benchmarks.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "femtobragg/nanobragg/setup/command_line.h"
#include "femtobragg/simulate/compile_plan.h"

namespace femtobragg::bench {

/// The scene of a command line of `femtobragg simulate`, its words separated by blanks.
inline nanobragg::Setup set_up(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; in >> word;) words.push_back(word);
  return nanobragg::set_up(nanobragg::Program::Simulate, words);
}

}  // namespace femtobragg::bench
