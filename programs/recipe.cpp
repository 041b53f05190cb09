// `femtobragg recipe`: what the images of a recipe are going to be.
#include "femtobragg/recipe/recipe.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <limits>
#include <map>

#include "femtobragg/assemble/assembly.h"
#include "femtobragg/base/columns.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/picture/picture.h"
#include "femtobragg/simulate/simulation.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

constexpr std::uint64_t most_draws = 1000;

double seconds_of(const auto& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Three places among the sorted numbers.
std::string range_of(std::vector<double> numbers) {
  std::ranges::sort(numbers);
  std::string text;
  for (const double share : {0.05, 0.5, 0.95})
    text += padded(
        format_number(numbers[static_cast<std::size_t>(std::lround(share * static_cast<double>(numbers.size() - 1)))]),
        14);
  return text;
}

/// The most frequent texts, with their shares.
std::string shares_of(const std::vector<std::string>& texts) {
  constexpr std::size_t most_shown = 5;
  std::map<std::string, std::size_t> counts;
  for (const std::string& text : texts) ++counts[text];
  std::vector<std::pair<std::size_t, std::string>> order;
  for (const auto& [text, count] : counts) order.emplace_back(count, text);
  std::ranges::sort(order, std::greater());
  std::string line;
  for (std::size_t i = 0; i < std::min(order.size(), most_shown); ++i)
    line += (i > 0 ? ", " : "") + order[i].second + " (" +
            format_number(100.0 * static_cast<double>(order[i].first) / static_cast<double>(texts.size()), 3) + " %)";
  return line + (order.size() > most_shown ? " and " + std::to_string(order.size() - most_shown) + " more" : "");
}

void print_draws(const recipe::Recipe& recipe) {
  const std::uint64_t draws = std::min(most_draws, static_cast<std::uint64_t>(recipe.images()));
  std::vector<std::vector<double>> numbers(recipe.columns().size());
  std::vector<std::vector<std::string>> texts(recipe.columns().size());
  std::size_t hits = 0;
  for (std::uint64_t image = 0; image < draws; ++image) {
    const recipe::Shot shot = recipe.shot(image);
    hits += shot.hit;
    for (std::size_t i = 0; i < shot.values.size(); ++i)
      if (const double* x = std::get_if<double>(&shot.values[i]))
        numbers[i].push_back(*x);
      else
        texts[i].push_back(std::get<std::string>(shot.values[i]));
  }
  std::size_t width = 24;
  for (const recipe::Column& column : recipe.columns()) width = std::max(width, column.name.size() + 4);
  std::cout << padded("of " + counted(draws, "image"), width) << padded("5 %", 14) << padded("median", 14) << "95 %\n";
  for (const recipe::Entry& entry : recipe.entries()) {
    std::cout << entry.what << "\n";
    for (std::size_t i = entry.first_column; i < entry.first_column + entry.columns; ++i)
      std::cout << padded("  " + recipe.columns()[i].name, width)
                << (texts[i].empty() ? range_of(numbers[i]) : shares_of(texts[i])) << "\n";
  }
  std::cout << "hits: " << hits << " of " << counted(draws, "image") << ", of a rate of "
            << format_number(recipe.hit_rate()) << "\n";
}

double photons_of(const Image& image) {
  double sum = 0;
  for (const float x : image.pixels) sum += std::isfinite(x) ? static_cast<double>(x) : 0;
  return sum;
}

/// What the images of a recipe have, and how long they take.
void print_images(const recipe::Recipe& recipe) {
  const assemble::Assembled made = assemble::assembled(recipe.base());
  for (const std::string& text : made.warnings) std::cerr << "warning: " << text << "\n";
  Simulation simulation(made.experiment);
  Image image;
  const double base_s = seconds_of([&] { image = simulation.render().image; });
  std::cout << image.n_fast << " x " << image.n_slow << " pixels, "
            << format_number(4e-6 * static_cast<double>(image.pixels.size()), 3)
            << " MB an image before compression\nthe middle of all entries: " << format_number(photons_of(image))
            << " photons, rendered in " << format_number(base_s, 3) << " s\n";
  // Each image is set up and rendered as it comes.
  constexpr double enough_s = 3;
  const std::uint64_t most = std::min<std::uint64_t>(5, static_cast<std::uint64_t>(recipe.images()));
  double spent_s = 0;
  std::uint64_t images = 0;
  while (images < most && spent_s < enough_s) {
    spent_s += seconds_of([&] {
      simulation.update(assemble::assembled(recipe.shot(images).scene).experiment);
      simulation.render();
    });
    ++images;
  }
  const double rate = static_cast<double>(images) / spent_s;
  std::cout << "about " << format_number(rate, 2) << " images a second on this machine, " << counted(images, "image")
            << " tried: " << format_number(static_cast<double>(recipe.images()) / rate, 2) << " s for "
            << recipe.images() << "\n";
}

/// Images side by side, with a gap between them.
Image sheet_of(const std::vector<Image>& images) {
  constexpr std::size_t gap = 4;
  const auto across = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(images.size()))));
  const std::size_t down = (images.size() + across - 1) / across;
  std::size_t n_fast = 0, n_slow = 0;
  for (const Image& image : images) n_fast = std::max(n_fast, image.n_fast), n_slow = std::max(n_slow, image.n_slow);
  Image sheet = Image::zeros(across * (n_fast + gap) - gap, down * (n_slow + gap) - gap);
  std::ranges::fill(sheet.pixels, std::numeric_limits<float>::quiet_NaN());
  for (std::size_t i = 0; i < images.size(); ++i)
    for (std::size_t slow = 0; slow < images[i].n_slow; ++slow)
      std::ranges::copy(images[i].row(slow),
                        sheet.row(i / across * (n_slow + gap) + slow).subspan(i % across * (n_fast + gap)).begin());
  return sheet;
}

void draw_examples(const recipe::Recipe& recipe, std::size_t examples, const std::string& path) {
  std::vector<Image> images;
  for (std::size_t i = 0; i < std::min(examples, static_cast<std::size_t>(recipe.images())); ++i) {
    const recipe::Shot shot = recipe.shot(i);
    Experiment experiment = assemble::assembled(shot.scene).experiment;
    if (!shot.hit) experiment.structure_factors = assemble::uniform_factors(0).factors;
    images.push_back(Simulation(std::move(experiment)).render().image);
    // Each by its own tones: weak pulses are to be seen next to strong ones.
    const formats::Tones tones = formats::tones_of(images.back());
    for (float& x : images.back().pixels) x = static_cast<float>(tones.of(static_cast<double>(x)));
  }
  formats::PreviewOptions options;
  options.longest_edge = 2048;
  const Image sheet = sheet_of(images);
  if (std::max(sheet.n_fast, sheet.n_slow) < options.longest_edge) options.longest_edge = 0;
  formats::write_picture(path, sheet, formats::Tones{0, 1}, options);
  std::cout << "writing " << path << ": images 0 to " << images.size() - 1 << ", row by row\n";
}

int recipe_check(const Words& words) {
  std::string file, sheet;
  std::int64_t examples = 10;
  CommandOptions options(
      "Reads a recipe, draws from it and renders its middle:   femtobragg recipe check FILE [--sheet FILE.png]",
      "femtobragg recipe check");
  options.add("file", file, "the recipe").required().type("FILE");
  options.add("--sheet", sheet, "render the first images and draw them side by side").type("FILE.png");
  options.add("--examples", examples, "how many images the sheet has").range(1, 100).shows_default();
  if (!options.parse(words)) return 0;
  if (options.given("--examples") && sheet.empty())
    options.refuse("--examples", "it needs --sheet, which it is the number of images of");
  const recipe::Recipe recipe = recipe::Recipe::read(file);
  print_draws(recipe);
  print_images(recipe);
  if (!sheet.empty()) draw_examples(recipe, static_cast<std::size_t>(examples), sheet);
  return 0;
}

}  // namespace

std::vector<std::string> recipe_commands() { return {"check"}; }

int recipe_command(const Words& words) {
  constexpr std::string_view usage =
      "Scenes whose values vary from image to image.\n\nusage: femtobragg recipe COMMAND ...\n\n"
      "  check       read a recipe, show what it draws, and how long its images take\n";
  if (words.empty()) return std::cerr << usage, 2;
  if (words[0] == "--help" || words[0] == "-h") return std::cout << usage, 0;
  if (words[0] == "check") return recipe_check(Words(words.begin() + 1, words.end()));
  throw Error::usage({.what = "unknown command",
                      .where = "femtobragg recipe",
                      .value = in_quotes(words[0]),
                      .rule = "it must be check",
                      .remedy = "see femtobragg recipe --help"});
}

}  // namespace femtobragg::programs
