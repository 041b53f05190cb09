// The table of options of pictures, and what they become.
#include "programs/picture_settings.h"

#include <array>
#include <iostream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/picture/colour_map.h"
#include "femtobragg/formats/tables/truth_file.h"

namespace femtobragg::programs {
namespace {

constexpr std::array picture_options = {"--png-scale",  "--png-percentile", "--png-colours",
                                        "--png-layout", "--png-size",       "--png-bar",
                                        "--png-rings",  "--png-rings-at",   "--png-spots"};

Words colour_names() {
  Words names;
  for (const formats::ColourMap& map : formats::colour_maps()) names.emplace_back(map.name);
  return names;
}

}  // namespace

void PictureSettings::describe(CommandOptions& options) {
  constexpr const char* heading = "Pictures (.png)";
  options.add("--png-scale", scale_, "log: logarithmic above the background")
      .one_of({"log", "linear"})
      .shows_default()
      .group(heading);
  options.add("--png-percentile", percentile_, "pixels above it have the strongest colour; default: by the spots")
      .range(0, 100)
      .type("PERCENT")
      .group(heading);
  options.add("--png-colours", colours_, "colours").one_of(colour_names()).shows_default().group(heading);
  options.add("--png-layout", layout_, "panels as they stand, or as pixels lie in the image")
      .one_of({"lab", "data"})
      .group(heading);
  options.add("--png-size", size_, "longest edge in pixels; default: one for each pixel of the image")
      .range(formats::least_picture_edge, formats::most_picture_edge)
      .type("N")
      .group(heading);
  options.add("--png-bar", bar_, "a bar of the colours with their photons").group(heading);
  options.add("--png-rings", rings_, "rings of resolution, beam centre and scale bar").group(heading);
  options.add("--png-rings-at", rings_at_, "rings at these resolutions (A)").type("D,D...").group(heading);
  options.add("--png-spots", spots_, "circle the reflections of a list that simulate -truth wrote")
      .type("TRUTH.h5")
      .group(heading);
}

void PictureSettings::require_picture(const CommandOptions& options, const std::string& output) const {
  if (formats::image_format_of(output).numbers == formats::Numbers::Preview) return;
  for (const char* const name : picture_options)
    if (options.given(name)) options.refuse(name, "only pictures have it: the suffix of the output must be .png");
}

formats::PreviewOptions PictureSettings::options(const ListedImage& image) const {
  formats::PreviewOptions picture;
  picture.scale = scale_ == "log" ? formats::GreyScale::Log : formats::GreyScale::Linear;
  picture.percentile = percentile_;
  picture.colours = colours_;
  if (!layout_.empty()) picture.layout = layout_ == "lab" ? formats::PictureLayout::Lab : formats::PictureLayout::Data;
  picture.longest_edge = size_;
  picture.bar = bar_;
  picture.rings = rings_ || !rings_at_.empty();
  if (!rings_at_.empty()) {
    const auto rings = formats::resolutions_of(rings_at_);
    if (!rings)
      throw Error::usage({.what = "--png-rings-at",
                          .value = in_quotes(rings_at_),
                          .rule = "it must be resolutions in A above zero, with commas"});
    picture.rings_A = *rings;
  }
  if (spots_.empty()) return picture;
  if (suffix_of(spots_) != ".h5")
    throw Error::usage({.what = "lists of spots are read from HDF5 files only",
                        .where = in_quotes(spots_),
                        .rule = "the suffix must be .h5",
                        .remedy = "give a list that simulate -truth FILE.h5 wrote"});
  const formats::TruthOfFile list = formats::read_truth_hdf5(spots_);
  require_places(list, spots_, image);
  if (const auto difference = difference_of_photons(list, spots_, image))
    std::cerr << "warning: " << *difference << "\n";
  for (const TruthReflection& r : list.truth.reflections)
    picture.spots.push_back({r.hkl, r.panel, r.fast_px, r.slow_px, r.photons});
  return picture;
}

}  // namespace femtobragg::programs
