// Which pixels of a frame count.
#include "femtobragg/formats/image/frame.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "femtobragg/base/zeros.h"

namespace femtobragg::formats {
namespace {

constexpr std::int64_t gap_mark = -1, bad_mark = -2;

std::int64_t all_ones(int bits) {
  return bits >= 63 ? std::numeric_limits<std::int64_t>::max() : (std::int64_t{1} << bits) - 1;
}

/// Cameras of 8 and 16 bits clip at the largest number; detectors of counts mean by it that there is no count.
bool clips_at_all_ones(const ImageFormatInfo* format, int bits) {
  constexpr int most_of_cameras = 16;
  return !(format && format->all_ones_mark) && bits <= most_of_cameras;
}

class Judge {
 public:
  Judge(const PixelRules& rules, const ImageFormatInfo* format, const PixelArray& array)
      : rules_(rules), marks_(array.unsigned_bits == 0 && rules.pedestal.value_or(0) == 0) {
    if (array.unsigned_bits > 0 && !clips_at_all_ones(format, array.unsigned_bits))
      sentinel_ = all_ones(array.unsigned_bits);
    if (array.signed_bits > 0) ends_ = {-all_ones(array.signed_bits - 1) - 1, all_ones(array.signed_bits - 1)};
  }

  PixelState of(std::int64_t count) const {
    if (marks_ && count == gap_mark) return PixelState::Gap;
    if (marks_ && count == bad_mark) return PixelState::Bad;
    // Detectors of charge mark so what is broken and what is full; whatever has written it, it is no count.
    if (ends_ && count == ends_->first) return PixelState::Bad;
    if (ends_ && count == ends_->second) return PixelState::Overloaded;
    // Below every count of an image with a pedestal: simulated images have 0 outside -roi, measured ones where there is
    // no pixel.
    if (count == 0 && rules_.pedestal.value_or(0) >= 0.5) return PixelState::Gap;
    // The marks of numbers with a sign, -1 and -2, without it.
    if (sentinel_ && count >= *sentinel_ - 1) return count == *sentinel_ ? PixelState::Sentinel : PixelState::Bad;
    if (const std::int64_t full = all_ones(rules_.bit_depth); rules_.bit_depth > 0 && count >= full - 1)
      return count >= full ? PixelState::Sentinel : PixelState::Bad;
    return within_range(static_cast<double>(count));
  }
  PixelState of(float value) const {
    return std::isfinite(value) ? within_range(static_cast<double>(value)) : PixelState::NotANumber;
  }

 private:
  PixelState within_range(double value) const {
    if (value > rules_.most) return PixelState::Overloaded;
    return value < rules_.least ? PixelState::Negative : PixelState::Counts;
  }

  const PixelRules& rules_;
  bool marks_;
  std::optional<std::int64_t> sentinel_;
  std::optional<std::pair<std::int64_t, std::int64_t>> ends_;  ///< of the numbers with a sign
};

}  // namespace

Frame frame_of(PixelArray array, const ImageFormatInfo* format) {
  Frame frame;
  frame.shape = array.shape;
  frame.format = format;
  PixelRules& rules = array.rules;
  if (array.unsigned_bits > 0 && clips_at_all_ones(format, array.unsigned_bits))
    rules.most = std::min(rules.most, static_cast<double>(all_ones(array.unsigned_bits) - 1));
  const Judge judge(rules, format, array);
  const auto judged = [&](const auto& values) {
    frame.states = zeros<PixelState>(values.size());
    std::ranges::transform(values, frame.states.begin(), [&](auto value) { return judge.of(value); });
  };
  if (auto* photons = std::get_if<std::vector<float>>(&array.values)) {
    judged(*photons);
    frame.pixels = std::move(*photons);
  } else {
    frame.counts = std::move(std::get<std::vector<std::int64_t>>(array.values));
    judged(frame.counts);
    if (array.signed_bits > 0)
      if (const std::int64_t full = all_ones(array.signed_bits - 1);
          std::ranges::find(frame.counts, full) != frame.counts.end())
        rules.most = std::min(rules.most, static_cast<double>(full - 1));
    frame.pixels.assign(frame.counts.begin(), frame.counts.end());
  }
  for (std::size_t i = 0; i < rules.mask.size() && i < frame.states.size(); ++i)
    if (rules.mask[i] != PixelState::Counts) frame.states[i] = rules.mask[i];
  frame.most = rules.most;
  frame.pedestal = rules.pedestal;
  frame.exposure_s = rules.exposure_s;
  frame.notes = std::move(rules.notes);
  return frame;
}

std::vector<std::uint8_t> live_pixels(const Frame& mask) {
  std::vector<std::uint8_t> live(mask.pixels.size());
  bool black_and_white = true;
  for (std::size_t i = 0; i < live.size() && black_and_white; ++i)
    black_and_white = mask.pixels[i] == 0 || mask.states[i] == PixelState::Sentinel;
  for (std::size_t i = 0; i < live.size(); ++i) {
    const PixelState state = mask.states[i];
    const bool no_pixel = state == PixelState::Gap || state == PixelState::Bad || state == PixelState::Masked ||
                          (state == PixelState::Sentinel && !black_and_white);
    live[i] = !no_pixel && mask.pixels[i] != 0 && std::isfinite(mask.pixels[i]);
  }
  return live;
}

Frame frame_of(std::vector<float> pixels) {
  const std::size_t count = pixels.size();
  Frame frame = frame_of({{count, 1}, std::move(pixels)}, nullptr);
  frame.shape.reset();
  return frame;
}

}  // namespace femtobragg::formats
