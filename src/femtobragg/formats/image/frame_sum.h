// Sums of images, weighted, in photons.
#pragma once

#include <optional>
#include <string>

#include "femtobragg/formats/image/frame.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// What differs between two detectors and beams, one sentence with both values; nothing: they are the same to a tenth
/// of a pixel and a hundred-thousandth of the wavelength.
std::optional<std::string> difference_between(const Geometry& a, const Geometry& b);

/// Adds frames of one shape. Pedestals are subtracted first. A pixel counts in the sum if it counts in all frames;
/// otherwise it has the state of the first in which it does not. The sum's largest valid value is that of the frames
/// together, or where one has none the brightest pixel that counts, if there are overloaded ones.
class FrameSum {
 public:
  /// Throws Error(Usage) if the frame's shape is not that of the frames before, whose shape is known, and for sums that
  /// are no 32-bit numbers although the frame's pixels are.
  void add(const Frame& frame, double weight, const std::string& name);
  /// Integers if all frames have them and all weights are whole. Throws Error(Runtime) for more than 2^53.
  Frame take() &&;

  ImageShape shape() const { return *shape_; }

 private:
  [[noreturn]] void refuse_large(std::size_t i, const std::string& name) const;

  std::optional<ImageShape> shape_;
  std::string first_name_;
  std::vector<double> sum_;
  std::vector<PixelState> states_;
  double most_ = 0;  ///< of pixels that count
  bool whole_ = true;
};

}  // namespace femtobragg::formats
