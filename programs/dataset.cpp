// `femtobragg dataset`: many images of a recipe, with labels.
#include <chrono>
#include <iostream>
#include <thread>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/dataset/dataset.h"
#include "programs/command_options.h"
#include "programs/compression_option.h"
#include "programs/signals.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

struct DatasetCommand {
  std::string recipe, out, shard, labels = "spots,classes";
  std::int64_t images = 0, first = 0, per_file = 100, threads = 0;
  std::optional<std::int64_t> seed;
  double tolerance = 1e-4;
  bool quiet = false;
  CompressionOption compression{"bslz4"};
};

[[noreturn]] void refuse(const char* flag, const std::string& value, const std::string& rule) {
  refuse_words("dataset", flag, value, rule);
}

/// "2/8": the third of eight.
void set_shard(dataset::Work& work, const std::string& text) {
  if (text.empty()) return;
  const std::size_t slash = text.find('/');
  const auto number = parse_integer(text.substr(0, slash));
  const auto all = slash == text.npos ? std::nullopt : parse_integer(text.substr(slash + 1));
  if (!number || !all || *number < 0 || *all < 1 || *number >= *all)
    refuse("--shard", text, "it must be I/N with I from 0 to N - 1, such as 0/8");
  work.shard = static_cast<std::uint64_t>(*number);
  work.shards = static_cast<std::uint64_t>(*all);
}

void set_labels(dataset::Settings& settings, const std::string& text) {
  settings.spots = settings.classes = settings.photons = false;
  std::string rest = text == "none" ? "" : text;
  while (!rest.empty()) {
    const std::string name = rest.substr(0, rest.find(','));
    rest = name.size() == rest.size() ? "" : rest.substr(name.size() + 1);
    bool* const label = name == "spots"     ? &settings.spots
                        : name == "classes" ? &settings.classes
                        : name == "photons" ? &settings.photons
                                            : nullptr;
    if (!label) refuse("--labels", text, "it must be a list of spots, classes and photons, or none");
    *label = true;
  }
}

dataset::Settings settings_of(const DatasetCommand& c, const CommandOptions& options, const recipe::Recipe& recipe) {
  dataset::Settings settings;
  if (c.images < 0 || (options.given("--images") && c.images == 0))
    refuse("--images", std::to_string(c.images), "it must be above 0");
  if (c.first < 0) refuse("--first", std::to_string(c.first), "images are counted from 0");
  if (c.per_file < 1 || c.per_file > 100000) refuse("--per-file", std::to_string(c.per_file), "it must be 1 to 100000");
  if (!(c.tolerance >= 0 && c.tolerance < 1)) refuse("--tolerance", format_number(c.tolerance), "it must be 0 to 1");
  if (c.threads < 0 || c.threads > 4096) refuse("--threads", std::to_string(c.threads), "it must be 0 to 4096");
  settings.first = static_cast<std::uint64_t>(c.first);
  settings.images = static_cast<std::uint64_t>(c.images > 0 ? c.images : recipe.images());
  settings.per_file = static_cast<std::uint64_t>(c.per_file);
  settings.tolerance = c.tolerance;
  settings.compression = c.compression.of(options, {"x.nxs"});
  set_labels(settings, c.labels);
  return settings;
}

/// "12.3 images/s; 0.4 s of 0.5 s ...".
void tell(const dataset::Outcome& outcome, const std::string& out) {
  if (outcome.kept > 0) std::cout << counted(outcome.kept, "image was", "images were") << " there already\n";
  if (outcome.made > 0) {
    const dataset::WorkSeconds& w = outcome.work;
    const double all = w.describing + w.rendering + w.labelling + w.recording + w.packing + outcome.writing;
    const auto share = [&](double seconds) { return format_fixed(100 * seconds / all, 0) + " %"; };
    std::cout << "made " << counted(outcome.made, "image") << " in " << format_fixed(outcome.seconds, 1)
              << " s: " << format_number(static_cast<double>(outcome.made) / outcome.seconds, 3) << " images/s, "
              << format_number(static_cast<double>(outcome.bytes) / 1e6, 3) << " MB\n"
              << "time: rendering " << share(w.rendering) << ", labels " << share(w.labelling) << ", detector "
              << share(w.recording) << ", compression " << share(w.packing) << ", files " << share(outcome.writing)
              << ", set-up " << share(w.describing) << "\n";
  }
  if (outcome.complete)
    std::cout << "wrote " << out << "/manifest.json: the data set is complete\n";
  else
    std::cout << counted(outcome.elsewhere, "image is", "images are")
              << " left to other shards or processes; the one that ends last writes the manifest\n";
}

}  // namespace

int make_dataset(const Words& words) {
  DatasetCommand c;
  CommandOptions options(
      "Makes many images of a recipe, with labels, in files of some hundred:   femtobragg dataset RECIPE --out DIR\n"
      "Image k is the same however the work is shared. A run that was killed is continued by the same command.",
      "femtobragg dataset");
  options.add("recipe", c.recipe, "the recipe: docs/recipes.md").required().type("RECIPE");
  options.add("--out", c.out, "folder of the data set").required().type("DIR");
  options.add("--images", c.images, "how many; default: those of the recipe");
  options.add("--first", c.first, "image of the recipe to begin with").shows_default();
  options.add("--shard", c.shard, "make only the files I, I + N, I + 2 N ...").type("I/N");
  options.add("--seed", c.seed, "instead of the recipe's");
  options.add("--per-file", c.per_file, "images in each file").shows_default();
  options
      .add("--labels", c.labels,
           "spots: reflections; classes: what each pixel shows; photons: expected, of spots and backgrounds; none")
      .type("LIST")
      .shows_default();
  c.compression.describe(options);
  options.add("--tolerance", c.tolerance, "error of spots, as a fraction of an image's brightest pixel")
      .shows_default();
  options.add("--threads", c.threads, "0: all cores").shows_default();
  options.add("--quiet", c.quiet, "no progress");
  if (!options.parse(words)) return 0;
  recipe::Recipe recipe = recipe::Recipe::read(c.recipe);
  if (c.seed && *c.seed < 0) refuse("--seed", std::to_string(*c.seed), "it must not be negative");
  if (c.seed) recipe.set_seed(static_cast<std::uint64_t>(*c.seed));
  const dataset::Settings settings = settings_of(c, options, recipe);
  dataset::Work work{.threads = static_cast<int>(c.threads)};
  set_shard(work, c.shard);
  const dataset::Folder folder(c.out, recipe, settings);
  dataset::Listener listener;
  auto last = std::chrono::steady_clock::now();
  if (!c.quiet)
    listener.progress = [&](std::uint64_t made, std::uint64_t of) {
      const auto now = std::chrono::steady_clock::now();
      if (now - last < std::chrono::seconds(5)) return;
      last = now;
      std::cerr << made << " of " << of << " images\n";
    };
  tell(dataset::make(recipe, folder, settings, work, listener), c.out);
  return 0;
}

}  // namespace femtobragg::programs
