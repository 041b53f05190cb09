// A run: parse, set up, render, write; between them the table of an image.
#include "femtobragg/nonbragg/run.h"

#include <algorithm>
#include <optional>
#include <ostream>

#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/nonbragg/flags.h"
#include "femtobragg/nonbragg/inverse.h"
#include "femtobragg/nonbragg/output.h"
#include "femtobragg/nonbragg/quirks.h"

namespace femtobragg::nonbragg {
namespace {

constexpr int exit_nothing_done = 9;

/// Nothing else: beside other words nonBragg passes it over.
bool asks_for_help(std::span<const std::string> words) {
  return words.size() == 1 && (words[0] == "-h" || words[0] == "-help" || words[0] == "--help");
}

/// A missing one is an error, and so is one that is not SMV.
std::optional<formats::SmvImage> read_image(const std::string& file) {
  if (file.empty()) return {};
  return formats::parse_smv(formats::read_file(file, "the image", formats::InputKind::Image), file,
                            formats::KeyMatch::LastOccurrence, false);
}

/// Returns the pixels of the last bin.
std::size_t write_table(const Setup& setup, const Rendering& rendering, const formats::SmvImage& image,
                        std::ostream& out) {
  const std::vector<Bin> bins = bins_of(setup, rendering, image.pixels);
  for (std::size_t i = 0; i < bins.size(); ++i)
    if (bins[i].count < least_pixels)
      out << "WARNING: not enough pixels in bin= " << i << " (" << bins[i].count << ")\n";
  const std::string text = table_text(setup, bins);
  formats::write_text(setup.options.inverse.table, text);
  out << "wrote " << setup.options.inverse.table << " as " << std::ranges::count(text, '\n') << " lines of text\n";
  return bins.back().count;
}

}  // namespace

int run(std::span<const std::string> words, std::ostream& out, std::ostream& err) {
  if (asks_for_help(words)) return out << usage_text(), 0;
  Options options;
  options.inverse.image = image_named(words);
  const std::optional<formats::SmvImage> image = read_image(options.inverse.image);
  if (image) apply_header(*image, options);
  std::vector<std::string> warnings;
  apply_words(words, options, warnings);
  for (const std::string& text : warnings) err << "warning: " << text << "\n";
  if (options.table.file.empty()) return out << usage_text(), exit_nothing_done;
  out << "femtoBragg: scattering of amorphous materials " << version << "\n";

  const Setup setup = set_up(options);
  require_outputs(options);
  for (std::size_t i = 0; i < setup.clipped.size(); ++i)
    if (setup.clipped[i])
      err << "warning: the sample is " << (i == 0 ? "wider" : "higher") << " than the beam; only what the beam lights "
          << "counts\n";
  const Rendering rendering = render(setup, image || options.output.print_pixels);
  if (options.output.print_pixels) print_pixels(setup, rendering, out);
  const RegionOfInterest& region = setup.geometry.region;
  const std::size_t count = image ? write_table(setup, rendering, *image, out) : region.width() * region.height();
  const Statistics statistics = statistics_of(setup, rendering.image, count);
  err << quirk_report({setup, rendering, statistics, image ? &*image : nullptr});
  write_images(setup, rendering, statistics, out);
  return 0;
}

}  // namespace femtobragg::nonbragg
