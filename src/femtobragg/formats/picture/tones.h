// From photons to tones: which values are drawn light and which dark.
#pragma once

#include <limits>

#include "femtobragg/formats/picture/preview.h"
#include "femtobragg/model/image.h"

namespace femtobragg::formats {

/// Tone 0 up to `least`, 1 from `most` on. Between them linear up to about `width` above the least, logarithmic beyond.
struct Tones {
  double least = 0, most = 0;
  double width = std::numeric_limits<double>::infinity();  ///< infinity: linear all the way

  double of(double value) const;
  /// The value that has this tone.
  double value_at(double tone) const;
};

/// Judges the image itself, so that background and spots are both seen, however weak or strong they are: medians and
/// spreads of small blocks tell the background, and pixels that stand out of their block the spots. The background gets
/// the lightest third of the tones, or more where the spots hardly exceed it. NaN does not count.
Tones tones_of(const Image& image, const PreviewOptions& options = {});

}  // namespace femtobragg::formats
