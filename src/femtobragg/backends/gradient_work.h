// Parts that the derivatives of all backends share: which plans have them, strips, and sums over entries in a fixed
// order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "femtobragg/backends/backend.h"

namespace femtobragg::backends {

/// Number of rows whose derivatives are summed before those of other rows are added.
inline constexpr std::size_t gradient_strip_rows = 8;

/// Throws Error(Usage) if arrays do not have the sizes that differentiate_amplitudes() requires.
void require_amplitude_arrays(const kernel::Plan& plan, std::size_t panel, std::span<const double> weights,
                              AmplitudeVariable variable, std::span<double> derivatives);

/// Number of entries in the table.
std::size_t amplitude_entries(const kernel::Plan& plan);

/// The sums of one strip for the few entries of a table that it touches.
class EntrySums {
 public:
  explicit EntrySums(std::size_t entries) : sums_(entries), touched_(entries) {}

  void add(std::size_t entry, double x) {
    if (!touched_[entry]) list_.push_back(entry);
    touched_[entry] = true;
    sums_[entry] += x;
  }

  /// Adds the sums to a list and clears them.
  void move_to(std::span<double> total) {
    for (const std::size_t entry : list_) {
      total[entry] += sums_[entry];
      sums_[entry] = 0;
      touched_[entry] = false;
    }
    list_.clear();
  }

 private:
  std::vector<double> sums_;
  std::vector<std::uint8_t> touched_;
  std::vector<std::size_t> list_;
};

}  // namespace femtobragg::backends
