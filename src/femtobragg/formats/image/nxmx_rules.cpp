// Limits and masks of NXmx files.
#include "femtobragg/formats/image/nxmx_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

using hdf5::Object;
using Lengths = std::vector<std::uint64_t>;

/// Of NXdetector's pixel_mask: gap; dead, too dark, too bright, noisy, undefined, in a bad cluster. The others are
/// masks of users, reserved, or those of pixels whose value is interpolated.
PixelState state_of_mask_bits(std::int64_t bits) {
  constexpr std::int64_t gap = 1, bad = 0x7e;
  if (bits == 0) return PixelState::Counts;
  return bits & gap ? PixelState::Gap : bits & bad ? PixelState::Bad : PixelState::Masked;
}

constexpr const char* limits[] = {"saturation_value", "countrate_correction_count_cutoff", "underload_value",
                                  "bit_depth_image"};

/// Where a mask lies in the image.
struct Window {
  std::size_t fast = 0, slow = 0;
  ImageShape shape;
};

class RuleReader {
 public:
  RuleReader(const NexusEntry& entry, const ImageShape& shape, std::size_t frame)
      : entry_(entry), shape_(shape), frame_(frame) {}

  PixelRules of(const Object& detector) && {
    const Object makers = here(detector, "detectorSpecific");
    const Window whole{0, 0, shape_};
    read_exposure(detector);
    for (const Object* place : {&detector, &makers}) {
      read_limits(*place);
      read_masks(*place, whole);
    }
    for (const Object& module : groups(makers)) read_limits(module);
    for (const Object& module : groups(detector))
      if (module.attribute_text("NX_class") == "NXdetector_module") read_module(module);
    return std::move(rules_);
  }

 private:
  /// Nothing: there is none of that name, or it is in another file.
  static Object here(const Object& group, const std::string& name) try {
    return group && group.is_group() ? group.find(name) : Object();
  } catch (const Error&) {
    return {};
  }

  static std::vector<Object> groups(const Object& parent) {
    std::vector<Object> found;
    if (!parent || !parent.is_group()) return found;
    for (const std::string& name : parent.names())
      if (Object child = here(parent, name); child && child.is_group() && name != "detectorSpecific")
        found.push_back(std::move(child));
    return found;
  }

  void read_limits(const Object& place) {
    for (const char* field : limits)
      if (place.has(field) && !here(place, field))
        rules_.notes.push_back(std::string(field) +
                               " cannot be read, and is not used: it is in another file, or damaged");
    for (const char* field : {"saturation_value", "countrate_correction_count_cutoff"})
      for (const double most : numbers(place, field))
        if (most > 0) rules_.most = std::min(rules_.most, most);
    for (const double least : numbers(place, "underload_value")) rules_.least = std::max(rules_.least, least);
    // Unsigned numbers may be wider than those of the detector.
    for (const double bits : numbers(place, "bit_depth_image"))
      if (bits >= 8 && bits < 64 && (rules_.bit_depth == 0 || bits < rules_.bit_depth))
        rules_.bit_depth = static_cast<int>(bits);
  }

  /// In other units than seconds it is not used.
  void read_exposure(const Object& detector) {
    const Object at = here(detector, "count_time");
    if (!at || !at.is_dataset()) return;
    const std::string units = at.attribute_text("units");
    const std::vector<double> times = at.numbers(most_frames);
    if (times.empty() || !(units.empty() || units == "s")) return;
    const double seconds = times[frame_ < times.size() ? frame_ : 0];
    if (seconds > 0 && std::isfinite(seconds)) rules_.exposure_s = seconds;
  }

  std::vector<double> numbers(const Object& place, const char* field) const {
    const Object at = here(place, field);
    return at && at.is_dataset() ? entry_.finite_numbers(at, most_frames) : std::vector<double>();
  }

  void read_masks(const Object& place, const Window& window) {
    if (!place || !place.is_group()) return;
    for (const std::string& name : place.names())
      if (is_pixel_mask(name)) read_mask(place, name, window);
  }

  /// Its own masks, whose window is its own.
  void read_module(const Object& module) {
    const std::vector<double> origin = numbers(module, "data_origin"), size = numbers(module, "data_size");
    const auto fits = [](const std::vector<double>& two) {
      return two.size() == 2 && std::ranges::all_of(two, [](double v) { return v >= 0 && v < 1e9; });
    };
    if (fits(origin) && fits(size))
      return read_masks(module, {static_cast<std::size_t>(origin[1]),
                                 static_cast<std::size_t>(origin[0]),
                                 {static_cast<std::size_t>(size[1]), static_cast<std::size_t>(size[0])}});
    for (const std::string& name : module.names())
      if (is_pixel_mask(name)) not_used(module, name, "the position of the module in the image is not clear");
  }

  void not_used(const Object& place, const std::string& name, const std::string& why) {
    rules_.notes.push_back("its " + name + " (" + place.place() + ") is not used: " + why);
  }

  /// Of several masks the first that excludes a pixel counts.
  void read_mask(const Object& place, const std::string& name, const Window& window) {
    Object mask;
    try {
      mask = place.open_beside(name);
    } catch (const Error& error) {
      return not_used(place, name, error.parts().what + (error.parts().rule.empty() ? "" : "; " + error.parts().rule));
    }
    if (!mask.is_dataset()) return not_used(place, name, "it is not a data set");
    const Lengths lengths = mask.shape();
    const std::size_t axes = axes_of_plane(lengths, window.shape);
    const bool inside =
        window.fast + window.shape.n_fast <= shape_.n_fast && window.slow + window.shape.n_slow <= shape_.n_slow;
    if (axes == 0 || !inside) return not_used(place, name, "its shape differs from the image");
    mask.holds_integers();
    mask.require_slice_in_file(axes);
    const std::size_t pixels = window.shape.n_fast * window.shape.n_slow;
    require_memory(checked_product({shape_.n_fast, shape_.n_slow, sizeof(std::int64_t) + sizeof(PixelState)}),
                   "the pixel mask", std::to_string(shape_.n_fast) + " x " + std::to_string(shape_.n_slow) + " pixels",
                   "check the file");
    std::vector<std::int64_t> bits(pixels);
    mask.read_slice(frame_ < planes(lengths, axes) ? frame_ : 0, hdf5::Number::Int64, bits.data(), axes);
    rules_.mask.resize(shape_.n_fast * shape_.n_slow, PixelState::Counts);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      const std::size_t slow = window.slow + i / window.shape.n_fast, fast = window.fast + i % window.shape.n_fast;
      if (PixelState& state = rules_.mask[slow * shape_.n_fast + fast]; state == PixelState::Counts)
        state = state_of_mask_bits(bits[i]);
    }
  }

  /// How many of the last axes make one mask, slabs and all; 0: none do.
  static std::size_t axes_of_plane(const Lengths& lengths, const ImageShape& shape) {
    if (lengths.empty() || lengths.back() != shape.n_fast) return 0;
    std::uint64_t rows = 1;
    std::size_t found = 0;
    for (std::size_t axes = 2; axes <= lengths.size(); ++axes) {
      const auto product = checked_product({rows, lengths[lengths.size() - axes]});
      if (!product) break;
      rows = *product;
      if (rows == shape.n_slow) found = axes;
    }
    return found;
  }
  static std::uint64_t planes(const Lengths& lengths, std::size_t axes) {
    std::uint64_t count = 1;
    for (std::size_t i = 0; i + axes < lengths.size(); ++i) count = checked_product({count, lengths[i]}).value_or(1);
    return count;
  }

  const NexusEntry& entry_;
  ImageShape shape_;
  std::size_t frame_;
  PixelRules rules_;
};

}  // namespace

bool is_pixel_rule(std::string_view name) {
  return is_pixel_mask(name) || std::ranges::find(limits, name) != std::end(limits);
}

PixelRules read_pixel_rules(const NexusEntry& entry, const Object& detector, const ImageShape& shape,
                            std::size_t frame) {
  return RuleReader(entry, shape, frame).of(detector);
}

std::optional<ImageAxes> image_axes(const Lengths& lengths, bool slabs_without_frames) {
  if (lengths.size() < 2) return std::nullopt;
  ImageAxes axes;
  const bool has_frames = lengths.size() > (slabs_without_frames ? 3u : 2u);
  axes.count = lengths.size() - has_frames;
  if (has_frames) axes.frames = lengths.front();
  for (std::size_t i = has_frames; i + 2 < lengths.size(); ++i) {
    const auto product = checked_product({axes.slabs, lengths[i]});
    if (!product) return std::nullopt;
    axes.slabs = *product;
  }
  const auto rows = checked_product({axes.slabs, lengths[lengths.size() - 2]});
  if (!rows) return std::nullopt;
  axes.shape = {lengths.back(), *rows};
  return axes;
}

}  // namespace femtobragg::formats
