// Pixels that do not work: which ones follows from the seed of the detector.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/simulate/stages/places.h"

namespace femtobragg::stages {

enum class PixelHealth { Sound, Dead, Hot, Twinkling };

inline PixelHealth health_of(const Response& response, std::size_t panel, std::uint32_t pixel) {
  const BadPixels& bad = response.bad_pixels;
  const double lot = stream_at({response.detector_seed}, physics::RandomUse::BadPixels, panel, pixel).uniform();
  if (lot < bad.dead) return PixelHealth::Dead;
  if (lot < bad.dead + bad.hot) return PixelHealth::Hot;
  return lot < bad.dead + bad.hot + bad.twinkling ? PixelHealth::Twinkling : PixelHealth::Sound;
}

/// The numbers of bad pixels.
struct BadNumbers {
  double dead = 0, hot = 0;
  double least = 0, most = 0;  ///< of twinkling ones

  explicit BadNumbers(const Response& r) {
    constexpr double usual_most = 65535;
    const double largest = largest_number(r);
    const bool has_end = std::isfinite(largest);
    dead = least = r.offset;
    hot = has_end ? std::floor(largest) + 1 : double{std::numeric_limits<std::int32_t>::max()};
    most = std::max(has_end ? hot : usual_most, r.offset);
    if (!r.adaptive.raw || r.adaptive.ranges.empty()) return;
    const GainRange &first = r.adaptive.ranges.front(), &last = r.adaptive.ranges.back();
    dead = r.adaptive.word(first, std::clamp(std::floor(first.pedestal + 0.5), 0.0, r.adaptive.most()));
    hot = std::min(hot, r.adaptive.word(last, r.adaptive.end_of(last)));
  }
};

/// Dead pixels have the pedestal, hot ones are full; twinkling ones have any number between in half of the frames. Raw
/// numbers are those of the converter: the pedestal of the first range, the end of the last one, and any number of any
/// range.
class BadPixelStage : public PixelStage {
 public:
  BadPixelStage(const Response& response, const NoiseKey& key) : response_(response), numbers_(response), key_(key) {}

  std::string_view name() const override { return "bad_pixels"; }
  void apply(ValueRow& row) override {
    row.change([&](const PixelRun& run, std::size_t column, double value) {
      switch (health_of(response_, run.number, run.pixel(column))) {
        case PixelHealth::Sound: return value;
        case PixelHealth::Dead: return numbers_.dead;
        case PixelHealth::Hot: return numbers_.hot;
        case PixelHealth::Twinkling: break;
      }
      physics::RandomStream stream = stream_at(key_, physics::RandomUse::Twinkling, run, column);
      return stream.uniform() < 0.5 ? value : any_number(stream);
    });
  }

 private:
  double any_number(physics::RandomStream& stream) const {
    const AdaptiveGain& gain = response_.adaptive;
    const double first = stream.uniform();
    if (!gain.raw || gain.ranges.empty()) return numbers_.least + (numbers_.most - numbers_.least) * first;
    const auto range = static_cast<std::size_t>(first * static_cast<double>(gain.ranges.size()));
    return gain.word(gain.ranges[range], std::floor(stream.uniform() * (gain.most() + 1)));
  }

  Response response_;
  BadNumbers numbers_;
  NoiseKey key_;
};

}  // namespace femtobragg::stages
