// Headers without a geometry, and those whose geometry cannot be read.
#include "programs/frame_geometry.h"

#include <iostream>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/nanobragg/flags/field_flags.h"

namespace femtobragg::programs {

std::optional<Geometry> geometry_in(const std::string& path, const formats::ImageFormatInfo* format, std::string& why) {
  using enum formats::StatesGeometry;
  if (!format || format->states_geometry == No) return std::nullopt;
  if (format->states_geometry == Always) return formats::read_geometry(path);
  try {
    return formats::read_geometry(path);
  } catch (const Error& error) {
    // A header without a pixel size says nothing of the kind.
    constexpr std::size_t longest_header = 1 << 16;
    const std::string begin = formats::read_file(path, "the image", longest_header);
    if (begin.find("PIXEL_SIZE") != begin.npos || begin.find("Pixel_size") != begin.npos)
      why = nanobragg::in_flags(error).what();
    return std::nullopt;
  }
}

void tell_geometry_notes(const Geometry& geometry, const std::string& name) {
  for (const std::string& note : geometry.notes)
    std::cerr << "note: " << name << ": " << nanobragg::in_flags(note) << "\n";
}

}  // namespace femtobragg::programs
