// Boxes of spots.
#include "programs/refine_spots.h"

#include <algorithm>
#include <cmath>
#include <iostream>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/geometry/expt_lists.h"
#include "femtobragg/formats/geometry/expt_writer.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/reflection_table.h"

namespace femtobragg::programs {
namespace {

[[noreturn]] void refuse_table(const std::string& file, const std::string& what, const std::string& rule) {
  throw Error::usage({.what = what,
                      .where = in_quotes(file),
                      .rule = rule,
                      .remedy = "give the table of these images and of this detector, or another choice of --pixels"});
}

std::int64_t first_frame_of(const formats::FoundSpot& spot) {
  constexpr double most = 1e9;
  return spot.box ? (*spot.box)[4] : static_cast<std::int64_t>(std::floor(std::clamp(spot.place_px.z, -most, most)));
}

bool is_on(std::int64_t frame, const formats::FoundSpot& spot) {
  return first_frame_of(spot) <= frame && (spot.box ? (*spot.box)[5] > frame : first_frame_of(spot) == frame);
}

/// The target whose spot it is.
std::size_t image_of(const formats::FoundSpot& spot) {
  return static_cast<std::size_t>(std::max<std::int64_t>(spot.imageset, 0));
}

refine::PixelBox box_of(const formats::FoundSpot& spot) {
  const auto pixel = [](double place) { return static_cast<std::size_t>(std::clamp(place, 0.0, 1e9)); };
  if (spot.box) {
    const std::array<int, 6>& b = *spot.box;
    return {spot.panel, pixel(b[0]), pixel(b[1]), pixel(b[2]), pixel(b[3])};
  }
  constexpr double radius = 2;
  const double fast = std::floor(spot.place_px.x), slow = std::floor(spot.place_px.y);
  return {spot.panel, pixel(fast - radius), pixel(fast + radius + 1), pixel(slow - radius), pixel(slow + radius + 1)};
}

}  // namespace

bool is_reflection_table(const std::string& pixels) { return pixels.ends_with(".refl"); }

std::optional<std::int64_t> first_frame(const std::string& geometry_file) {
  if (geometry_file.empty() || !formats::is_expt_name(geometry_file)) return {};
  return formats::expt_first_frame(formats::read_text(geometry_file, "the experiment list"), geometry_file);
}

void take_spots(const std::string& file, std::span<const SpotImage> images, std::size_t panels) {
  const std::vector<formats::FoundSpot> spots =
      formats::parse_reflection_table(formats::read_file(file, "the reflection table"), file);
  std::vector<std::optional<std::int64_t>> frames;
  for (const SpotImage& image : images) frames.push_back(image.frame);
  for (const formats::FoundSpot& spot : spots) {
    if (image_of(spot) >= images.size())
      refuse_table(file, "a spot of imageset " + std::to_string(spot.imageset),
                   "there " + counted(images.size(), "target is", "targets are") + " given");
    if (spot.panel >= panels)
      refuse_table(file, "a spot on panel " + std::to_string(spot.panel),
                   "the detector has " + counted(panels, "panel"));
    std::optional<std::int64_t>& frame = frames[image_of(spot)];
    if (!images[image_of(spot)].frame) frame = std::min(frame.value_or(first_frame_of(spot)), first_frame_of(spot));
  }
  std::size_t elsewhere = 0;
  for (const formats::FoundSpot& spot : spots) {
    if (is_on(*frames[image_of(spot)], spot))
      images[image_of(spot)].target->spots.push_back(box_of(spot));
    else
      ++elsewhere;
  }
  for (std::size_t i = 0; i < images.size(); ++i) {
    const refine::Target& target = *images[i].target;
    // People count images from 1.
    const std::string place = frames[i] ? " on image " + std::to_string(*frames[i] + 1) : "";
    if (target.spots.empty()) refuse_table(file, "no spot of " + target.name + place, "each image needs some");
    std::cerr << target.name << ": " << counted(target.spots.size(), "spot") << " of " << file << place << "\n";
  }
  if (elsewhere > 0)
    std::cerr << file << ": " << counted(elsewhere, "spot is", "spots are") << " on other images, and not used\n";
}

}  // namespace femtobragg::programs
