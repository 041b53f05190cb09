// Random numbers that belong to a place: any can be drawn alone, in any order, on any thread or machine.
#pragma once

#include <Random123/philox.h>

#include <cmath>
#include <cstdint>
#include <numbers>

#include "femtobragg/base/device.h"

namespace femtobragg::physics {

/// What draws. Each has numbers of its own, so that one stage more or less changes none of the others. Images depend on
/// the values: new ones go to the end.
enum class RandomUse : std::uint32_t { Counting = 1 };

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

  /// In (0, 1), a multiple of 2^-53 plus half of that.
  FB_HD double uniform() {
    if (left_ == 0) {
      block_ = r123::Philox4x32()(counter_, key_);
      ++counter_[0];
      left_ = 2;
    }
    --left_;
    const std::uint64_t bits = static_cast<std::uint64_t>(block_[2 * left_ + 1]) << 32 | block_[2 * left_];
    return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
  }

  /// A normal deviate (G. E. P. Box & M. E. Muller, Ann. Math. Stat. 29 (1958) 610).
  FB_HD double normal() {
    using std::cos;
    using std::log;
    using std::sqrt;
    const double radius = sqrt(-2 * log(uniform()));
    return radius * cos(2 * std::numbers::pi * uniform());
  }

 private:
  r123::Philox4x32::ctr_type counter_;
  r123::Philox4x32::key_type key_;
  r123::Philox4x32::ctr_type block_{};
  int left_ = 0;  ///< numbers of the block
};

}  // namespace femtobragg::physics
