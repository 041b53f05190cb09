// A frame: one image's pixels, and for each the reason why it does not count, from whatever format it comes.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/formats/image/pixel_data.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/model/image.h"
#include "femtobragg/model/pixel_state.h"

namespace femtobragg::formats {

struct Frame {
  std::vector<float> pixels;        ///< as stored: no offset is taken off, no scale undone
  std::optional<ImageShape> shape;  ///< nothing: the format does not state it
  /// The same where the file holds integers, of which floats tell apart 2^24; empty: it holds floating point numbers.
  std::vector<std::int64_t> counts{};
  std::vector<PixelState> states{};                       ///< one for each pixel
  const ImageFormatInfo* format = nullptr;                ///< by how the file begins; null: bare numbers
  double most = std::numeric_limits<double>::infinity();  ///< that a pixel can tell apart
  std::optional<double> pedestal{};                       ///< what a pixel holds without photons, if the file states it
  std::vector<std::string> notes{};  ///< what the file says of its pixels that is not used, one sentence each

  PixelTally tally() const { return tally_of(states); }
};

/// The one road from what a reader found to a frame. Detectors of counts write -1 between modules and -2 where a pixel
/// is broken, without a sign the two largest numbers; cameras clip at the largest. The ends of numbers with a sign are
/// no counts either.
Frame frame_of(PixelArray array, const ImageFormatInfo* format);
/// Of floating point numbers whose shape is not stated.
Frame frame_of(std::vector<float> pixels);

/// Of an image that is a mask, one byte a pixel: what is zero or no number is dark (0), and so is what the image itself
/// says is no pixel. White may be all ones, in an image that holds nothing but these and zeros.
std::vector<std::uint8_t> live_pixels(const Frame& mask);

}  // namespace femtobragg::formats
