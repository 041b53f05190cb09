// Pixels of NXmx files, and what the files say of them.
#include <algorithm>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/hdf5_file.h"
#include "femtobragg/formats/nexus_entry.h"
#include "femtobragg/formats/nxmx.h"

namespace femtobragg::formats {
namespace {

using hdf5::Object;

/// Of NXdetector's pixel_mask: gap; dead, too dark, too bright, noisy, undefined, in a bad cluster. The others are
/// masks of users, reserved, or those of pixels whose value is interpolated.
PixelState state_of_mask_bits(std::int64_t bits) {
  constexpr std::int64_t gap = 1, bad = 0x7e;
  if (bits == 0) return PixelState::Counts;
  return bits & gap ? PixelState::Gap : bits & bad ? PixelState::Bad : PixelState::Masked;
}

class PixelReader {
 public:
  PixelReader(const Object& file, std::string name) : entry_(file, std::move(name)) {}

  NxmxFrame frame(std::size_t index) const {
    const Object group = entry_.child(entry_.group(), "data", "NXdata");
    const std::string signal = group.attribute_text("signal"), named = signal.empty() ? "data" : signal;
    const Object data = group.open(named);
    const std::vector<std::uint64_t> lengths = data.shape();
    if (lengths.size() != 2 && lengths.size() != 3) entry_.fail(data, "images have the axes frame, slow and fast");
    NxmxFrame result;
    result.frames = lengths.size() == 3 ? lengths.front() : 1;
    if (index >= result.frames)
      throw Error::usage({.what = "no such frame",
                          .where = in_quotes(entry_.file_name()),
                          .value = std::to_string(index),
                          .rule = "it holds " + std::to_string(result.frames) + ", counted from 0"});
    result.pixels.shape = {lengths.back(), lengths[lengths.size() - 2]};
    read_values(data, index, result.pixels);
    read_rules(index, result.pixels);
    for (const std::string& factor :
         {named + "_scaling_factor", named + "_offset", std::string("scaling_factor"), std::string("offset")})
      if (group.has(factor))
        result.pixels.rules.notes.push_back("its " + factor + " is not used: pixels are taken as stored");
    return result;
  }

 private:
  void read_values(const Object& data, std::size_t index, PixelArray& array) const {
    const ImageShape& s = array.shape;
    if (s.n_fast == 0 || s.n_slow == 0) entry_.fail(data, "the frames have no pixels");
    array.unsigned_bits = data.unsigned_bits();
    data.require_slice_in_file();
    const bool integers = data.holds_integers();
    const auto bytes = checked_product({s.n_fast, s.n_slow, integers ? sizeof(std::int64_t) : sizeof(float)});
    require_memory(bytes, "a frame of " + in_quotes(entry_.file_name()),
                   std::to_string(s.n_fast) + " x " + std::to_string(s.n_slow) + " pixels", "check the file");
    const auto read = [&]<class T>(T, hdf5::Number type) {
      std::vector<T> values(s.n_fast * s.n_slow);
      data.read_slice(index, type, values.data());
      array.values = std::move(values);
    };
    if (integers)
      read(std::int64_t{}, hdf5::Number::Int64);
    else
      read(float{}, hdf5::Number::Float32);
  }

  void read_rules(std::size_t index, PixelArray& array) const {
    const Object instrument = entry_.find_child(entry_.group(), "instrument", "NXinstrument");
    const Object detector = instrument ? entry_.find_child(instrument, "detector", "NXdetector") : Object();
    if (!detector) return;
    PixelRules& rules = array.rules;
    const Object makers = here(detector, "detectorSpecific");
    for (const auto& [place, field] : {std::pair{&detector, "saturation_value"},
                                       {&detector, "countrate_correction_count_cutoff"},
                                       {&makers, "saturation_value"},
                                       {&makers, "countrate_correction_count_cutoff"}})
      if (const auto most = number(*place, field); most && *most > 0) rules.most = std::min(rules.most, *most);
    if (const auto least = number(detector, "underload_value")) rules.least = *least;
    // Unsigned numbers may be wider than those of the detector.
    for (const Object* place : {&detector, &makers})
      if (const auto bits = number(*place, "bit_depth_image"); bits && *bits >= 8 && *bits < array.unsigned_bits)
        rules.bit_depth = static_cast<int>(*bits);
    for (const std::string& mask : detector.names())
      if (is_pixel_mask(mask)) read_mask(detector, mask, index, array);
  }

  /// Nothing: there is none of that name, or it is in another file.
  static Object here(const Object& group, const std::string& name) try {
    return group.find(name);
  } catch (const Error&) {
    return {};
  }

  /// The strictest of a field's numbers; nothing: it is not there.
  std::optional<double> number(const Object& group, const char* field) const {
    if (!group || !group.is_group()) return std::nullopt;
    const Object at = here(group, field);
    if (!at || !at.is_dataset()) return std::nullopt;
    const std::vector<double> values = entry_.finite_numbers(at, most_frames);
    return std::string_view(field) == "underload_value" ? std::ranges::max(values) : std::ranges::min(values);
  }

  /// Of several masks the first that excludes a pixel counts.
  void read_mask(const Object& detector, const std::string& name, std::size_t index, PixelArray& array) const {
    const auto not_used = [&](const std::string& why) {
      array.rules.notes.push_back("its " + name + " is not used: " + why);
    };
    const Object mask = here(detector, name);
    if (!mask) return not_used("it is in another file");
    std::vector<std::uint64_t> lengths = mask.shape();
    const std::size_t slice = lengths.size() == 3 && lengths.front() > index ? index : 0;
    if (lengths.size() == 3) lengths.erase(lengths.begin());
    if (lengths != std::vector<std::uint64_t>{array.shape.n_slow, array.shape.n_fast})
      return not_used("it has another shape than the image");
    mask.holds_integers();
    mask.require_slice_in_file();
    std::vector<std::int64_t> bits(array.shape.n_fast * array.shape.n_slow);
    mask.read_slice(slice, hdf5::Number::Int64, bits.data());
    array.rules.mask.resize(bits.size(), PixelState::Counts);
    for (std::size_t i = 0; i < bits.size(); ++i)
      if (PixelState& state = array.rules.mask[i]; state == PixelState::Counts) state = state_of_mask_bits(bits[i]);
  }

  NexusEntry entry_;
};

}  // namespace

NxmxFrame read_nxmx_frame(const std::string& path, std::size_t frame) {
  const hdf5::Session session;
  return PixelReader(hdf5::open_file(path), path).frame(frame);
}

NxmxFrame parse_nxmx_frame(std::string_view bytes, const std::string& name, std::size_t frame) {
  const hdf5::Session session;
  return PixelReader(hdf5::open_bytes(bytes, name), name).frame(frame);
}

}  // namespace femtobragg::formats
