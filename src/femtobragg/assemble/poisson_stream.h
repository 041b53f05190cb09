// Poisson deviates for whole images: those of RandomNumbers::poisson() one after the other, several times as fast.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "femtobragg/assemble/random_numbers.h"

namespace femtobragg::assemble {

/// Draws uniform deviates in blocks and computes functions of many numbers at once. Where that leaves the rounding of a
/// result to single precision in doubt, the standard library decides, so that every deviate has the same bits.
class PoissonStream {
 public:
  PoissonStream(const RandomNumbers& random, std::int64_t state);
  ~PoissonStream();

  /// The next deviates, of these means.
  void draw(std::span<const float> means, std::span<float> counts);

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace femtobragg::assemble
