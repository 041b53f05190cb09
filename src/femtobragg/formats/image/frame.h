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

#pragma GCC visibility push(default)
namespace femtobragg::formats {

struct Frame {
  std::vector<float> pixels;        ///< as stored: no offset is subtracted, no scale undone
  std::optional<ImageShape> shape;  ///< nothing: the format does not state it
  /// The same if the file has integers, of which floats distinguish 2^24; empty: it has floating point numbers.
  std::vector<std::int64_t> counts{};
  std::vector<PixelState> states{};                       ///< one for each pixel
  const ImageFormatInfo* format = nullptr;                ///< by how the file begins; null: bare numbers
  double most = std::numeric_limits<double>::infinity();  ///< largest value that a pixel can distinguish
  std::optional<double> pedestal{};                       ///< value of a pixel without photons, if the file states it
  std::optional<double> exposure_s{};                     ///< the same of the exposure
  std::vector<std::string> notes{};  ///< what the file says about its pixels that is not used, one sentence each

  PixelTally tally() const { return tally_of(states); }
};

/// The only way from what a reader found to a frame. Detectors of counts write -1 between modules and -2 where a pixel
/// is broken, without a sign the two largest numbers; cameras clip at the largest. The ends of numbers with a sign are
/// not counts either.
Frame frame_of(PixelArray array, const ImageFormatInfo* format);
/// A frame of floating point numbers whose shape is not stated.
Frame frame_of(std::vector<float> pixels);

/// The mask in an image, one byte per pixel: zeros and what is not a number are dark (0), and so is what the image
/// excludes itself. White may be all ones, in an image that has only these and zeros.
std::vector<std::uint8_t> live_pixels(const Frame& mask);

}  // namespace femtobragg::formats
#pragma GCC visibility pop
