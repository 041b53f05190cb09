// nanoBragg's random numbers: published images and mosaic crystals depend on every bit of them.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "femtobragg/assemble/normal_pairs.h"
#include "femtobragg/base/mat3.h"

#pragma GCC visibility push(default)
namespace femtobragg::assemble {

/// Multiplicative congruential generator x -> 16807 x mod (2^31 - 1) with a shuffle of 32 entries
/// (S. K. Park & K. W. Miller, Commun. ACM 31 (1988) 1192; C. Bays & S. D. Durham, ACM TOMS 2 (1976) 59).
/// The shuffle table is shared by all streams of a run, as in the original.
class RandomNumbers {
 public:
  /// A deviate in (0, 1) from the stream with that state. A state that is not positive starts the stream.
  float uniform(std::int64_t& state);
  /// As many of them.
  void uniforms(std::span<float> deviates, std::int64_t& state);
  /// A normal deviate. The second of each pair is kept for the next call, whatever its stream.
  float gaussian(std::int64_t& state);
  /// A Poisson deviate of that mean.
  float poisson(float mean, std::int64_t& state);
  /// A mosaic domain's rotation.
  Mat3d mosaic_rotation(float spread_rad, std::int64_t& state);

 private:
  std::array<std::int64_t, 32> table_{};
  std::int64_t last_ = 0;
  NormalPairs normal_;
};

}  // namespace femtobragg::assemble
#pragma GCC visibility pop
