// The executable: a table of subcommands. Called as `nanoBragg` it is the drop-in, called as `nb-compare` compare.
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
#include "femtobragg/base/version.h"
#include "femtobragg/nanobragg/flags/field_flags.h"
#include "femtobragg/nanobragg/flags/scene_input.h"
#include "femtobragg/nanobragg/run/run.h"
#include "programs/signals.h"
#include "programs/subcommands.h"

namespace {

using femtobragg::nanobragg::Program;
using femtobragg::programs::Subcommand;
using Words = std::vector<std::string>;

using enum femtobragg::programs::Names;

constexpr Subcommand subcommands[] = {
    {"simulate", "render a diffraction image", femtobragg::programs::simulate, OfTheRun},
    {"scene", "write, check and show experiments in files", femtobragg::programs::scene, Fields},
    {"explain", "describe what a run would do, how long it takes, and what looks wrong", femtobragg::programs::explain,
     OfTheRun},
    {"inventory", "list the hot loops: lanes, instruction set, symbol, source", femtobragg::programs::inventory},
    {"quirks", "list nanoBragg's quirks: what each does, and what would be correct", femtobragg::programs::quirks},
    {"compare", "run two programs on the same arguments and compare their images", femtobragg::programs::compare},
    {"convert", "convert an image to another format", femtobragg::programs::convert},
    {"trace", "print every intermediate result for single pixels", femtobragg::programs::trace, OfTheRun},
    {"parameters", "list the parameters with respect to which images can be differentiated",
     femtobragg::programs::parameters, OfTheRun},
    {"fcalc", "structure factors of an atomic model, as a file", femtobragg::programs::fcalc},
    {"gradient", "derivatives of an image with respect to parameters", femtobragg::programs::gradient, OfTheRun},
    {"refine", "fit parameters of an experiment to measured images", femtobragg::programs::refine, OfTheRun},
    {"orient", "find a crystal's orientation from one image", femtobragg::programs::orient, OfTheRun},
    {"geometry", "convert detectors, beams and crystals between file formats", femtobragg::programs::geometry},
    {"benchmark", "verify and time the rendering of benchmark cases", femtobragg::programs::benchmark},
};

int usage(std::ostream& out, int status) {
  out << "femtobragg " << femtobragg::version
      << ": X-ray diffraction images of crystals\n\nusage: femtobragg COMMAND ...\n\n";
  for (const Subcommand& command : subcommands)
    out << "  " << std::string(command.name) << std::string(12 - command.name.size(), ' ') << command.help << "\n";
  out << "\nSee `femtobragg COMMAND --help` for details. Called as `nanoBragg` this program takes nanoBragg's command "
         "line.\n";
  return status;
}

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
  const auto found =
      words.empty() ? std::end(subcommands) : std::ranges::find(subcommands, words.front(), &Subcommand::name);
  return found == std::end(subcommands) ? nullptr : found;
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

int dispatch(const Words& words) {
  if (words.empty()) return usage(std::cerr, 2);
  const std::string& name = words.front();
  if (name == "-h" || name == "--help" || name == "help") return usage(std::cout, 0);
  if (name == "-version" || name == "--version") return std::cout << "femtobragg " << femtobragg::version << "\n", 0;
  const auto* found = std::ranges::find(subcommands, name, &Subcommand::name);
  if (found != std::end(subcommands)) return found->run({words.begin() + 1, words.end()});
  std::cerr << "error: unknown command '" << name << "'\n";
  return usage(std::cerr, 2);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string program = argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "femtobragg";
  const bool drop_in = program.starts_with("nanoBragg");
  const bool comparing = program == "nb-compare";
  const Words words(argv + std::min(argc, 1), argv + argc);
  // A file beyond the user's limit is an error to report, not a reason to die with half a file.
  std::signal(SIGXFSZ, SIG_IGN);
  int status = 0;
  try {
    femtobragg::programs::end_tidily_on_signals();
    take_instruction_set();
    status = drop_in     ? femtobragg::programs::drop_in(words)
             : comparing ? femtobragg::programs::nb_compare(words)
                         : dispatch(words);
    if (!std::cout.flush()) throw std::runtime_error("cannot write to the standard output");
  } catch (const std::bad_alloc&) {
    std::cerr << "error: out of memory; use a smaller detector, or fewer sources, domains and steps\n";
    return drop_in ? 9 : 1;
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << "error: " << message(error, drop_in || comparing ? nullptr : command_of(words), words) << "\n";
    return femtobragg::nanobragg::exit_status(drop_in ? Program::DropIn : Program::Simulate, error);
  }
  return status;
}
