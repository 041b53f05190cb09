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

/// Dead pixels have the pedestal, hot ones more than the largest number; twinkling ones have any number between in half
/// of the frames.
class BadPixelStage : public PixelStage {
 public:
  BadPixelStage(const Response& response, const NoiseKey& key) : response_(response), key_(key) {}

  std::string_view name() const override { return "bad_pixels"; }
  void apply(ValueRow& row) override {
    constexpr double usual_full = 65535;
    const bool has_end = std::isfinite(response_.saturation);
    const double full =
        has_end ? std::floor(response_.saturation) + 1 : double{std::numeric_limits<std::int32_t>::max()};
    row.change([&](const PixelRun& run, std::size_t column, double value) {
      switch (health_of(response_, run.number, run.pixel(column))) {
        case PixelHealth::Sound: return value;
        case PixelHealth::Dead: return response_.offset;
        case PixelHealth::Hot: return full;
        case PixelHealth::Twinkling: break;
      }
      physics::RandomStream stream = stream_at(key_, physics::RandomUse::Twinkling, run, column);
      if (stream.uniform() < 0.5) return value;
      return response_.offset +
             (std::max(has_end ? full : usual_full, response_.offset) - response_.offset) * stream.uniform();
    });
  }

 private:
  Response response_;
  NoiseKey key_;
};

}  // namespace femtobragg::stages
