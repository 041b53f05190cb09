// Where random numbers of pixels belong.
#pragma once

#include "femtobragg/model/response.h"
#include "femtobragg/physics/random_stream.h"
#include "femtobragg/simulate/response_stage.h"

namespace femtobragg::stages {

/// A pixel of a panel in a frame.
inline physics::RandomPlace place_of(const NoiseKey& key, physics::RandomUse use, std::size_t panel,
                                     std::uint32_t pixel) {
  return {.seed = key.seed, .use = use, .frame = key.frame, .panel = static_cast<std::uint32_t>(panel), .pixel = pixel};
}
inline physics::RandomPlace place_of(const NoiseKey& key, physics::RandomUse use, const PixelRun& run,
                                     std::size_t column) {
  return place_of(key, use, run.number, run.pixel(column));
}

/// The numbers that belong there.
inline physics::RandomStream stream_at(const NoiseKey& key, physics::RandomUse use, const PixelRun& run,
                                       std::size_t column) {
  return physics::RandomStream(place_of(key, use, run, column));
}
inline physics::RandomStream stream_at(const NoiseKey& key, physics::RandomUse use, std::size_t panel,
                                       std::uint32_t pixel) {
  return physics::RandomStream(place_of(key, use, panel, pixel));
}

}  // namespace femtobragg::stages
