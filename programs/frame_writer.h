// A frame as a file of any format: what the format cannot hold is marked, clipped, and told.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "femtobragg/formats/image/frame.h"
#include "femtobragg/formats/image/image_contents.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::programs {

struct FrameOutput {
  std::string from, to;  ///< `from`: the name of the frame in messages
  double scale = 1, offset = 0;
  std::optional<Geometry> geometry{};  ///< of the frame
  std::string why_no_geometry{};       ///< empty: nothing was to be expected
  formats::PreviewOptions preview{};
  formats::Compression compression = formats::Compression::Gzip;
  std::vector<std::pair<std::string, std::string>> record{};
};

/// Multiplies by the scale, adds the offset, and takes off the frame's pedestal, except for formats that state one.
/// Says on stdout what it wrote, and on stderr what the file does not hold. Throws Error.
void write_frame(const FrameOutput& output, const formats::Frame& frame, const ImageShape& shape);

}  // namespace femtobragg::programs
