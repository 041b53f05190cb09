// Shortcuts of Poisson deviates by rejection that decide as the full computation would, and where they cannot, say so.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace femtobragg::assemble {

/// tan(pi u) in single precision, with the library's bits.
float tangent_of_turn(float u);

/// Whether a candidate is taken, as far as the first of its two deviates tells: it is if the second is below the lower
/// bound, and is not if it is above the upper one.
struct AcceptanceBounds {
  float low = -1, high = 2;
};

/// Bounds for all means of a range, by intervals of the first deviate.
class AcceptanceTable {
 public:
  AcceptanceTable(double least_mean, double most_mean);

  /// Null: nothing is known, or the candidate may be below zero.
  const AcceptanceBounds* find(float deviate) const {
    const AcceptanceBounds& bounds = bounds_[static_cast<std::size_t>(deviate * static_cast<float>(intervals))];
    return bounds.high > 1 && bounds.low < 0 ? nullptr : &bounds;
  }

  /// The table for a mean; null: there is none.
  static const AcceptanceTable* for_mean(float mean);

 private:
  static constexpr std::size_t intervals = 2048;
  std::array<AcceptanceBounds, intervals> bounds_;
};

}  // namespace femtobragg::assemble
