// Random numbers that belong to a place: any can be drawn alone, in any order, on any thread or machine.
#pragma once

#include <Random123/philox.h>

#include <cstdint>

#include "femtobragg/base/device.h"
#include "femtobragg/physics/normal.h"

namespace femtobragg::physics {

/// What draws. Each has numbers of its own, so that one stage more or less changes none of the others. Images depend on
/// the values: new ones go to the end.
enum class RandomUse : std::uint32_t {
  Counting = 1,
  FlatField = 2,
  Flicker = 3,
  Shutter = 4,
  Quanta = 5,
  DarkCurrent = 6,
  AdaptiveGain = 7,
  Readout = 8,
  BadPixels = 9,
  Twinkling = 10,
  StepFlicker = 11,
  IceCrystallite = 12,
  DeadTime = 13,
  Recipe = 14,
};

/// Where a stream belongs. Two streams have the same numbers only if all of this is equal.
struct RandomPlace {
  std::uint64_t seed = 1;  ///< below 2^48
  RandomUse use{};
  std::uint32_t frame = 0, panel = 0, pixel = 0;
};

/// The numbers of one place, one after the other: Philox 4x32-10, a bijection of counters whose results pass all tests
/// of TestU01 (J. K. Salmon, M. A. Moraes, R. O. Dror & D. E. Shaw, SC'11 (2011) 16).
class RandomStream {
 public:
  FB_HD explicit RandomStream(const RandomPlace& place)
      : counter_{{0, place.pixel, place.panel, place.frame}},
        key_{{static_cast<std::uint32_t>(place.seed),
              static_cast<std::uint32_t>(place.seed >> 32) | static_cast<std::uint32_t>(place.use) << 16}} {}

  /// In (0, 1), a multiple of 2^-52 plus half of that.
  FB_HD double uniform() {
    if (left_ == 0) {
      block_ = r123::Philox4x32()(counter_, key_);
      ++counter_[0];
      left_ = 2;
    }
    --left_;
    const std::uint64_t bits = static_cast<std::uint64_t>(block_[2 * left_ + 1]) << 32 | block_[2 * left_];
    return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
  }

  /// A standard normal deviate.
  FB_HD double normal() { return normal_quantile(uniform()); }

 private:
  r123::Philox4x32::ctr_type counter_;
  r123::Philox4x32::key_type key_;
  r123::Philox4x32::ctr_type block_{};
  int left_ = 0;  ///< numbers of the block
};

}  // namespace femtobragg::physics
