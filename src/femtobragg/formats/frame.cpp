// Which pixels of a frame count.
#include "femtobragg/formats/frame.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace femtobragg::formats {
namespace {

constexpr std::int64_t gap_mark = -1, bad_mark = -2;

std::int64_t all_ones(int bits) {
  return bits >= 63 ? std::numeric_limits<std::int64_t>::max() : (std::int64_t{1} << bits) - 1;
}

/// Cameras of 8 and 16 bits clip at the largest number; detectors of counts mean by it that there is no count.
bool clips_at_all_ones(ImageFormat format, int bits) {
  constexpr int most_of_cameras = 16;
  return format != ImageFormat::Cbf && format != ImageFormat::Nxmx && bits <= most_of_cameras;
}

class Judge {
 public:
  Judge(const PixelRules& rules, ImageFormat format, int unsigned_bits)
      : rules_(rules),
        marks_(unsigned_bits == 0 && rules.pedestal.value_or(0) == 0),
        sentinel_(unsigned_bits > 0 && !clips_at_all_ones(format, unsigned_bits)
                      ? std::optional(all_ones(unsigned_bits))
                      : std::nullopt) {}

  PixelState of(std::int64_t count) const {
    if (marks_ && count == gap_mark) return PixelState::Gap;
    if (marks_ && count == bad_mark) return PixelState::Bad;
    // Below every count of an image with a pedestal: simulated images have 0 outside -roi, measured ones where there is
    // no pixel.
    if (count == 0 && rules_.pedestal.value_or(0) >= 0.5) return PixelState::Gap;
    if (sentinel_ && count == *sentinel_) return PixelState::Sentinel;
    if (rules_.bit_depth > 0 && count >= all_ones(rules_.bit_depth)) return PixelState::Sentinel;
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
};

}  // namespace

Frame frame_of(PixelArray array, ImageFormat format) {
  Frame frame;
  frame.shape = array.shape;
  frame.format = format;
  PixelRules& rules = array.rules;
  if (array.unsigned_bits > 0 && clips_at_all_ones(format, array.unsigned_bits))
    rules.most = std::min(rules.most, static_cast<double>(all_ones(array.unsigned_bits) - 1));
  const Judge judge(rules, format, array.unsigned_bits);
  const auto judged = [&](const auto& values) {
    frame.states.resize(values.size());
    std::ranges::transform(values, frame.states.begin(), [&](auto value) { return judge.of(value); });
  };
  if (auto* photons = std::get_if<std::vector<float>>(&array.values)) {
    judged(*photons);
    frame.pixels = std::move(*photons);
  } else {
    frame.counts = std::move(std::get<std::vector<std::int64_t>>(array.values));
    judged(frame.counts);
    frame.pixels.assign(frame.counts.begin(), frame.counts.end());
  }
  for (std::size_t i = 0; i < rules.mask.size() && i < frame.states.size(); ++i)
    if (rules.mask[i] != PixelState::Counts) frame.states[i] = rules.mask[i];
  frame.most = rules.most;
  frame.pedestal = rules.pedestal;
  frame.notes = std::move(rules.notes);
  return frame;
}

std::vector<std::uint8_t> live_pixels(const Frame& mask) {
  std::vector<std::uint8_t> live(mask.pixels.size());
  for (std::size_t i = 0; i < live.size(); ++i) {
    const PixelState state = mask.states[i];
    const bool no_pixel = state == PixelState::Gap || state == PixelState::Bad || state == PixelState::Masked;
    live[i] = !no_pixel && mask.pixels[i] != 0 && std::isfinite(mask.pixels[i]);
  }
  return live;
}

Frame frame_of(std::vector<float> pixels) {
  const std::size_t count = pixels.size();
  Frame frame = frame_of({{count, 1}, std::move(pixels)}, ImageFormat::RawFloat);
  frame.shape.reset();
  return frame;
}

}  // namespace femtobragg::formats
