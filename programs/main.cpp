// The executable: calls a subcommand, or by another name the program of that name.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/backends/backend.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/flags/field_flags.h"
#include "femtobragg/nanobragg/flags/scene_input.h"
#include "femtobragg/nanobragg/run/run.h"
#include "programs/drop_ins.h"
#include "programs/signals.h"
#include "programs/subcommands.h"

namespace {

using femtobragg::programs::Subcommand;
using Words = std::vector<std::string>;

using enum femtobragg::programs::Names;

/// For tests: which lanes are the preferred ones, whatever this processor could do.
void take_instruction_set() {
  const char* const name = std::getenv("FEMTOBRAGG_INSTRUCTION_SET");
  if (!name || !*name) return;
  try {
    femtobragg::backends::prefer_instruction_set(name);
  } catch (const femtobragg::Error& error) {
    femtobragg::ErrorText text = error.parts();
    text.where = "FEMTOBRAGG_INSTRUCTION_SET";
    throw femtobragg::Error(error.kind(), text);
  }
}

const Subcommand* command_of(const Words& words) {
  return words.empty() ? nullptr : femtobragg::programs::find_subcommand(words.front());
}

/// A command's run is described after "--", or after the command.
bool names_fields(const Subcommand& command, const Words& words) {
  if (command.names != OfTheRun) return command.names == Fields;
  const auto dashes = std::ranges::find(words, "--");
  const std::span run(dashes == words.end() ? words.begin() : dashes, words.end());
  return femtobragg::nanobragg::scene_argument(run.subspan(1)).has_value();
}

std::string message(const std::exception& error, const Subcommand* command, const Words& words) {
  const auto* known = dynamic_cast<const femtobragg::Error*>(&error);
  if (!known || (command && names_fields(*command, words))) return error.what();
  return femtobragg::nanobragg::in_flags(*known).what();
}

/// The options that stand for commands.
std::string command_word(const std::string& word) {
  if (word == "-h" || word == "-help" || word == "--help") return "help";
  return word == "-version" || word == "--version" ? "version" : word;
}

int dispatch(Words words) {
  if (words.empty()) return std::cerr << femtobragg::programs::subcommands_help(), 2;
  words.front() = command_word(words.front());
  if (const Subcommand* found = command_of(words)) return found->run({words.begin() + 1, words.end()});
  throw femtobragg::Error::usage({.what = "unknown command " + femtobragg::in_quotes(words.front()),
                                  .remedy = femtobragg::programs::meant_command(words)});
}

}  // namespace

int main(int argc, char** argv) {
  const std::string program = argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "femtobragg";
  const femtobragg::programs::DropIn* const drop_in = femtobragg::programs::drop_in_named(program);
  const Words words(argv + std::min(argc, 1), argv + argc);
  // A file beyond the user's limit is an error to report, not a reason to die with half a file.
  std::signal(SIGXFSZ, SIG_IGN);
  int status = 0;
  try {
    femtobragg::programs::end_tidily_on_signals();
    take_instruction_set();
    status = drop_in ? drop_in->run(words) : dispatch(words);
    if (!std::cout.flush()) throw std::runtime_error("cannot write to the standard output");
  } catch (const std::bad_alloc&) {
    std::cerr << "error: out of memory; use a smaller detector, or fewer sources, domains and steps\n";
    return drop_in && drop_in->exit_of_errors != 0 ? drop_in->exit_of_errors : 1;
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << "error: " << message(error, drop_in ? nullptr : command_of(words), words) << "\n";
    return drop_in && drop_in->exit_of_errors != 0
               ? drop_in->exit_of_errors
               : femtobragg::nanobragg::exit_status(femtobragg::nanobragg::Program::Simulate, error);
  }
  return status;
}
