// What becomes of the photons of a pixel: the numbers that a detector gives.
#pragma once

#include <cstdint>

#pragma GCC visibility push(default)
namespace femtobragg {

/// How a value becomes a whole number.
enum class Rounding {
  Nearest,         ///< half-way values go up
  NearestInFloat,  ///< the same, but the sum with a half is rounded to a float first (as older programs do)
  CutOff,          ///< towards zero
};

/// What random numbers follow from, together with panel, pixel and stage: those of a pixel do not depend on other pixels,
/// nor on which threads or machines compute them.
struct NoiseKey {
  std::uint64_t seed = 1;   ///< below 2^48
  std::uint32_t frame = 0;  ///< of a series: each has other noise

  friend bool operator==(const NoiseKey&, const NoiseKey&) = default;
};

/// In the order in which a detector does it. By default pixels give their photons.
struct Response {
  bool counting_noise = false;  ///< photons are counted; otherwise their expected number is taken
  double gain = 1;              ///< numbers for each photon
  double offset = 0;            ///< what a pixel without photons gives
  Rounding rounding = Rounding::Nearest;

  friend bool operator==(const Response&, const Response&) = default;
};

}  // namespace femtobragg
#pragma GCC visibility pop
