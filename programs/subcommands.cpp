// What the program can do, in groups; and the commands that tell it.
#include "programs/subcommands.h"

#include <algorithm>
#include <iostream>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/near_words.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/nanobragg/flags/parse_arguments.h"
#include "femtobragg/scene/scene_file.h"
#include "programs/command_options.h"
#include "programs/drop_ins.h"

namespace femtobragg::programs {
namespace {

using enum Names;

constexpr std::string_view simulating = "Simulate";
constexpr std::string_view measuring = "Measure and fit";
constexpr std::string_view checking = "Check and convert";

int help_command(const Words& words) {
  if (words.empty() || words[0].starts_with("-")) return std::cout << subcommands_help(), 0;
  const Subcommand* command = find_subcommand(words[0]);
  if (!command) throw Error::usage({.what = "unknown command " + in_quotes(words[0]), .remedy = meant_command(words)});
  if (command->run == help_command) return std::cout << subcommands_help(), 0;
  Words rest(words.begin() + 1, words.end());
  rest.emplace_back("--help");
  return command->run(rest);
}

int version_command(const Words& words) {
  CommandOptions options("Prints the version:   femtobragg version", "femtobragg version");
  if (options.parse(words)) std::cout << "femtobragg " << version << "\n";
  return 0;
}

constexpr Subcommand table[] = {
    {simulating, "simulate", "render a diffraction image", simulate, OfTheRun},
    {simulating, "explain", "describe what a run would do, how long it takes, and what looks wrong", explain, OfTheRun},
    {simulating, "scene", "write, check and show experiments in files", scene, Fields},
    {simulating, "recipe", "check scenes whose values vary from image to image", recipe_command, Fields},
    {simulating, "dataset", "make many images of a recipe, with labels", make_dataset, Fields},
    {simulating, "materials", "list the materials that -background knows", materials},
    {simulating, "add", "add images of one detector, with weights", add},
    {simulating, "noise", "draw counts from an image of photons", noise},
    {simulating, "detect", "what a detector records of an image of photons", detect_image},
    {simulating, "fcalc", "structure factors of an atomic model, as a file", fcalc},

    {measuring, "parameters", "list the parameters with respect to which images can be differentiated", parameters,
     OfTheRun},
    {measuring, "gradient", "derivatives of an image with respect to parameters", gradient, OfTheRun},
    {measuring, "refine", "fit parameters of an experiment to measured images", refine, OfTheRun},
    {measuring, "orient", "find a crystal's orientation from one image", orient, OfTheRun},

    {checking, "convert", "convert an image to another format", convert},
    {checking, "inspect", "say what files are, and what of them is used", inspect},
    {checking, "geometry", "convert detectors, beams and crystals between file formats", geometry},
    {checking, "compare", "run two programs on the same arguments and compare their images", compare},
    {checking, "trace", "print every intermediate result for single pixels", trace, OfTheRun},
    {checking, "quirks", "list the quirks of the drop-ins: what each does, and what would be correct", quirks},
    {checking, "benchmark", "verify and time the rendering of benchmark cases", benchmark},
    {checking, "inventory", "list the hot loops: lanes, instruction set, symbol, source", inventory},
    {checking, "help", "explain a command: femtobragg help COMMAND", help_command},
    {checking, "complete", "list what may follow words, for shells", complete},
    {checking, "version", "print the version", version_command},
};

}  // namespace

std::span<const Subcommand> subcommands() { return table; }

const Subcommand* find_subcommand(std::string_view name) {
  const auto found = std::ranges::find(table, name, &Subcommand::name);
  return found == std::end(table) ? nullptr : found;
}

std::string subcommands_help() {
  constexpr std::size_t column = 14;
  std::string text = "femtobragg " + std::string(version) +
                     ": X-ray diffraction images of crystals\n\nusage: femtobragg COMMAND ...\n";
  std::string_view group;
  for (const Subcommand& command : table) {
    if (command.group != group) text += "\n" + std::string(group = command.group) + "\n";
    text += padded("  " + std::string(command.name), column) + wrapped(command.help, column) + "\n";
  }
  text += "\nCalled by another name this program takes the command line of that program\n";
  for (const DropIn& drop_in : drop_ins())
    text += padded("  " + std::string(drop_in.name), column) + wrapped(drop_in.help, column) + "\n";
  return text + "\n`femtobragg help COMMAND` explains a command.\n";
}

std::string meant_command(const Words& words) {
  const std::string& word = words.front();
  if (nanobragg::flag_in(nanobragg::separate_words(std::span(words).first(1)).front()))
    return "that is a flag of femtobragg simulate: put the command first";
  if (word.find('.') != word.npos && scene::names_scene(word)) return "to render a scene: femtobragg simulate " + word;
  std::vector<std::string> names;
  for (const Subcommand& command : table) names.emplace_back(command.name);
  const std::string near = nearest_word(word, names);
  return near.empty() ? "femtobragg --help lists the commands" : "did you mean " + near + "?";
}

}  // namespace femtobragg::programs
