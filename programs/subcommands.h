// The table of subcommands.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::programs {

/// The exit status of a fit that ended before it converged.
inline constexpr int not_converged = 3;

/// What messages call the quantities of an experiment: their flags, their fields in a scene, or as the run is
/// described.
enum class Names { Flags, Fields, OfTheRun };

struct Subcommand {
  std::string_view group;  ///< of the help
  std::string_view name;
  std::string_view help;
  int (*run)(const std::vector<std::string>& words);
  Names names = Names::Flags;
};

std::span<const Subcommand> subcommands();
/// Null: there is none of that name.
const Subcommand* find_subcommand(std::string_view name);
/// What `femtobragg --help` prints.
std::string subcommands_help();
/// What may have been meant by the first word of a command line that is no command; a sentence.
std::string meant_command(const std::vector<std::string>& words);

/// The commands of `femtobragg scene`.
std::vector<std::string> scene_commands();
/// The commands of `femtobragg recipe`.
std::vector<std::string> recipe_commands();

int simulate(const std::vector<std::string>& words);
int scene(const std::vector<std::string>& words);
int recipe_command(const std::vector<std::string>& words);
int make_dataset(const std::vector<std::string>& words);
int explain(const std::vector<std::string>& words);
int inventory(const std::vector<std::string>& words);
int materials(const std::vector<std::string>& words);
int quirks(const std::vector<std::string>& words);
int benchmark(const std::vector<std::string>& words);
int parameters(const std::vector<std::string>& words);
int geometry(const std::vector<std::string>& words);
int gradient(const std::vector<std::string>& words);
int fcalc(const std::vector<std::string>& words);
int trace(const std::vector<std::string>& words);
int orient(const std::vector<std::string>& words);
int refine(const std::vector<std::string>& words);
int inspect(const std::vector<std::string>& words);
int convert(const std::vector<std::string>& words);
int add(const std::vector<std::string>& words);
int noise(const std::vector<std::string>& words);
int detect_image(const std::vector<std::string>& words);
int compare(const std::vector<std::string>& words);
int complete(const std::vector<std::string>& words);
/// The same under its own name.
int nb_compare(const std::vector<std::string>& words);
/// nanoBragg's own command line.
int drop_in(const std::vector<std::string>& words);

}  // namespace femtobragg::programs
