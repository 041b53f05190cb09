// `femtobragg scene`: experiments in files.
#include <filesystem>
#include <iostream>

#include "femtobragg/assemble/assembly.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/scene/scene_file.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

/// One of the command's own commands.
struct SceneCommand {
  std::string_view name, help;
  int (*run)(const Words& words);
};

int scene_new(const Words& words) {
  std::string file;
  CommandOptions options("Writes a commented scene to start from:   femtobragg scene new [FILE.toml]",
                         "femtobragg scene new");
  options.add("file", file, "file to write; default: the standard output").type("FILE");
  if (!options.parse(words)) return 0;
  if (file.empty()) return std::cout << scene::scene_template(), 0;
  if (scene::notation_of(file) != scene::Notation::Toml)
    throw Error::usage({.what = "a template in JSON",
                        .where = in_quotes(file),
                        .rule = "only TOML can have comments",
                        .remedy = "give the name of a .toml file"});
  if (std::filesystem::exists(file))
    throw Error::usage({.what = "the file exists",
                        .where = in_quotes(file),
                        .rule = "existing scenes are not overwritten",
                        .remedy = "choose another name"});
  formats::write_text(file, scene::scene_template());
  std::cout << "writing " << file << "\n";
  return 0;
}

int scene_check(const Words& words) {
  std::string file;
  CommandOptions options(
      "Reads a scene and all its files, and reports what would be rendered:   femtobragg scene check FILE",
      "femtobragg scene check");
  options.add("file", file, "the scene").required().type("FILE");
  if (!options.parse(words)) return 0;
  const assemble::Assembled made = assemble::assembled(scene::read_scene(file));
  const Experiment& e = made.experiment;
  for (const auto& list : {made.warnings, scene::idle_fields(made.scene.beam)})
    for (const std::string& text : list) std::cerr << "warning: " << text << "\n";
  for (const auto* notes : {&made.file_notes, &made.crystal_notes})
    for (const std::string& text : *notes) std::cout << text << "\n";
  const ImageShape shape = e.detector.image_shape();
  const std::size_t panels = e.detector.panels.size();
  std::cout << file << ": " << shape.n_fast << " x " << shape.n_slow << " pixels"
            << (panels > 1 ? " of " + std::to_string(panels) + " panels" : "") << ", "
            << format_number(angstrom_from_metres(e.beam.wavelength_m)) << " A, "
            << counted(e.beam.sources.size(), "source") << ", "
            << counted(std::max<std::size_t>(1, e.crystal.mosaic_rotations.size()), "mosaic domain") << ", "
            << counted(static_cast<std::size_t>(e.spindle.phi_steps), "angle") << ", "
            << counted(static_cast<std::size_t>(e.sampling.oversample), "sample") << " along a pixel's edge\n";
  return 0;
}

int scene_show(const Words& words) {
  std::string file;
  bool json = false;
  CommandOptions options("Shows what a scene says, every number to the last bit:   femtobragg scene show FILE [--json]",
                         "femtobragg scene show");
  options.add("file", file, "the scene").required().type("FILE");
  options.add("--json", json, "JSON instead of TOML");
  if (!options.parse(words)) return 0;
  std::cout << scene::scene_text(scene::read_scene(file), json ? scene::Notation::Json : scene::Notation::Toml,
                                 std::filesystem::absolute(file).parent_path());
  return 0;
}

int scene_schema(const Words& words) {
  CommandOptions options("Prints a JSON schema of scenes, for editors:   femtobragg scene schema",
                         "femtobragg scene schema");
  if (!options.parse(words)) return 0;
  std::cout << scene::scene_schema();
  return 0;
}

/// For docs/scene.md, which a test compares with it.
int scene_reference(const Words& words) {
  CommandOptions options("Prints the page about scenes:   femtobragg scene reference", "femtobragg scene reference");
  if (!options.parse(words)) return 0;
  std::cout << scene::scene_reference();
  return 0;
}

constexpr SceneCommand commands[] = {
    {"new", "write a commented scene to start from", scene_new},
    {"check", "read a scene and all its files, and report what would be rendered", scene_check},
    {"show", "show a scene in full, as TOML or JSON", scene_show},
    {"schema", "print a JSON schema, for editors", scene_schema},
    {"reference", "print every section and key", scene_reference},
};

int scene_usage(std::ostream& out, int status) {
  out << "Experiments in files, for femtobragg simulate SCENE.\n\nusage: femtobragg scene COMMAND ...\n\n";
  for (const SceneCommand& command : commands)
    out << "  " << std::string(command.name) << std::string(12 - command.name.size(), ' ') << command.help << "\n";
  return status;
}

}  // namespace

std::vector<std::string> scene_commands() {
  std::vector<std::string> names;
  for (const SceneCommand& command : commands) names.emplace_back(command.name);
  return names;
}

int scene(const Words& words) {
  if (words.empty()) return scene_usage(std::cerr, 2);
  if (words[0] == "--help" || words[0] == "-h") return scene_usage(std::cout, 0);
  for (const SceneCommand& command : commands)
    if (command.name == words[0]) return command.run(Words(words.begin() + 1, words.end()));
  throw Error::usage({.what = "unknown command",
                      .where = "femtobragg scene",
                      .value = in_quotes(words[0]),
                      .rule = "it must be new, check, show, schema or reference",
                      .remedy = "see femtobragg scene --help"});
}

}  // namespace femtobragg::programs
