// Boxes of spots.
#include "programs/refine_spots.h"

#include <algorithm>
#include <cmath>
#include <iostream>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
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

/// The first frame of its images, the one that is refined.
bool is_on_first_frame(const formats::FoundSpot& spot) {
  if (spot.box) return (*spot.box)[4] < 1 && (*spot.box)[5] > 0;
  return spot.place_px.z < 1;
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

void take_spots(const std::string& file, std::span<refine::Target* const> targets, std::size_t panels) {
  const std::vector<formats::FoundSpot> spots =
      formats::parse_reflection_table(formats::read_file(file, "the reflection table"), file);
  const auto images = static_cast<std::int64_t>(targets.size());
  std::size_t elsewhere = 0;
  for (const formats::FoundSpot& spot : spots) {
    if (spot.imageset >= images)
      refuse_table(file, "a spot of imageset " + std::to_string(spot.imageset),
                   "there " + counted(targets.size(), "target is", "targets are") + " given");
    if (spot.panel >= panels)
      refuse_table(file, "a spot on panel " + std::to_string(spot.panel),
                   "the detector has " + counted(panels, "panel"));
    if (!is_on_first_frame(spot))
      ++elsewhere;
    else
      targets[static_cast<std::size_t>(std::max<std::int64_t>(spot.imageset, 0))]->spots.push_back(box_of(spot));
  }
  for (const refine::Target* target : targets) {
    if (target->spots.empty()) refuse_table(file, "no spot of " + target->name, "each image needs some");
    std::cerr << target->name << ": " << counted(target->spots.size(), "spot") << " of " << file << "\n";
  }
  if (elsewhere > 0) std::cerr << file << ": " << counted(elsewhere, "spot") << " on later frames are not used\n";
}

}  // namespace femtobragg::programs
