// Pixels of NXmx files, and what the files say of them.
#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/nexus_entry.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/image/nxmx_rules.h"
#include "femtobragg/formats/io/hdf5_file.h"

namespace femtobragg::formats {
namespace {

using hdf5::Object;

class PixelReader {
 public:
  PixelReader(const Object& file, std::string name) : entry_(file, std::move(name)) {}

  bool names_images() const {
    const Object group = entry_.find_child(entry_.group(), "data", "NXdata");
    if (!group) return !entry_.group().where_link_leads("data").empty();
    return !data_sets(group, signal_of(group)).empty();
  }

  StoredFrame frame(std::size_t index) const {
    const Object group = entry_.child(entry_.group(), "data", "NXdata");
    const std::string named = signal_of(group);
    const Object detector = detector_of_entry();
    const bool slabs = detector && modules_count_slabs(detector);
    StoredFrame result{.pixels = {}, .frames = 0};
    Object data;
    std::optional<ImageAxes> axes;
    std::size_t place = index;  // in the data set
    std::vector<std::string> missing;
    const std::vector<std::string> names = data_sets(group, named);
    if (names.empty()) entry_.fail(group, "it has no data set " + in_quotes(named));
    for (const std::string& name : names) {
      Object part;
      try {
        part = group.open_beside(name);
      } catch (const Error&) {
        // A copy of the first files is enough for their frames.
        if (!axes || index >= result.frames) throw;
        missing.push_back(name);
        continue;
      }
      const auto its = image_axes(part.shape(), slabs);
      if (!its) entry_.fail(part, "images have the axes slow and fast, optionally preceded by frame and slab");
      if (!axes || (index >= result.frames && index < result.frames + its->frames)) {
        place = index - result.frames;
        data = std::move(part);
        axes = its;
      }
      result.frames += its->frames;
    }
    if (index >= result.frames)
      throw Error::usage({.what = "there is no such frame",
                          .where = in_quotes(entry_.file_name()),
                          .value = std::to_string(index),
                          .rule = "it has " + std::to_string(result.frames) + " frames, counted from 0"});
    result.pixels.shape = axes->shape;
    read_values(data, place, axes->count, result.pixels);
    if (detector) result.pixels.rules = read_pixel_rules(entry_, detector, axes->shape, index);
    if (int& depth = result.pixels.rules.bit_depth; depth >= result.pixels.unsigned_bits) depth = 0;
    if (!missing.empty())
      result.pixels.rules.notes.push_back("frames of " + missing.front() + (missing.size() > 1 ? " and others" : "") +
                                          " are missing: the file does not exist or cannot be read");
    if (axes->slabs > 1)
      result.pixels.rules.notes.push_back("its " + std::to_string(axes->slabs) + " slabs are stacked along slow");
    read_linearity(group, named, result.pixels.rules);
    return result;
  }

 private:
  /// Photons are (value + offset) x factor: the offset is minus the pedestal, by NXmx.
  void read_linearity(const Object& group, const std::string& named, PixelRules& rules) const {
    const auto not_used = [&](const std::string& name) {
      rules.notes.push_back("its " + name + " is not used: pixels are used as stored");
    };
    for (const std::string& name : {named + "_scaling_factor", std::string("scaling_factor"), std::string("offset")})
      if (group.has(name)) not_used(name);
    const std::string name = named + "_offset";
    if (!group.has(name)) return;
    const std::vector<double> offset = entry_.finite_numbers(group.open(name), 1);
    if (offset.size() == 1)
      rules.pedestal = -offset.front();
    else
      not_used(name);
  }

  void read_values(const Object& data, std::size_t index, std::size_t axes, PixelArray& array) const {
    const ImageShape& s = array.shape;
    if (s.n_fast == 0 || s.n_slow == 0) entry_.fail(data, "the frames have no pixels");
    array.unsigned_bits = data.unsigned_bits();
    array.signed_bits = data.signed_bits();
    data.require_slice_in_file(axes);
    const bool integers = data.holds_integers();
    const auto bytes = checked_product({s.n_fast, s.n_slow, integers ? sizeof(std::int64_t) : sizeof(float)});
    require_memory(bytes, "a frame of " + in_quotes(entry_.file_name()),
                   std::to_string(s.n_fast) + " x " + std::to_string(s.n_slow) + " pixels", "check the file");
    const auto read = [&]<class T>(T, hdf5::Number type) {
      std::vector<T> values(s.n_fast * s.n_slow);
      data.read_slice(index, type, values.data(), axes);
      array.values = std::move(values);
    };
    if (integers)
      read(std::int64_t{}, hdf5::Number::Int64);
    else
      read(float{}, hdf5::Number::Float32);
  }

  static std::string signal_of(const Object& group) {
    const std::string signal = group.attribute_text("signal");
    return signal.empty() ? "data" : signal;
  }

  /// Detectors' masters have several, in files of their own.
  std::vector<std::string> data_sets(const Object& group, const std::string& named) const {
    if (group.has(named)) return {named};
    std::vector<std::string> parts;
    for (const std::string& name : group.names())
      if (name.starts_with("data_") && name.find_first_not_of("0123456789", 5) == name.npos) parts.push_back(name);
    return parts;
  }

  Object detector_of_entry() const {
    const Object instrument = entry_.find_child(entry_.group(), "instrument", "NXinstrument");
    return instrument ? entry_.find_child(instrument, "detector", "NXdetector") : Object();
  }

  /// Of data with three axes the first may be slabs.
  bool modules_count_slabs(const Object& detector) const {
    const Object module = entry_.find_child(detector, "module", "NXdetector_module");
    const Object origin = module ? module.find("data_origin") : Object();
    return origin && origin.is_dataset() && entry_.finite_numbers(origin, 3).size() == 3;
  }

  NexusEntry entry_;
};

}  // namespace

bool names_nxmx_images(const std::string& path) try {
  const hdf5::Session session;
  return PixelReader(hdf5::open_file(path), path).names_images();
} catch (const Error&) {
  return false;
}

StoredFrame read_nxmx_frame(const std::string& path, std::size_t frame) {
  const hdf5::Session session;
  return PixelReader(hdf5::open_file(path), path).frame(frame);
}

StoredFrame parse_nxmx_frame(std::string_view bytes, const std::string& name, std::size_t frame) {
  const hdf5::Session session;
  return PixelReader(hdf5::open_bytes(bytes, name), name).frame(frame);
}

}  // namespace femtobragg::formats
