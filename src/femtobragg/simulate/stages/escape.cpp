// Shares of the pixels in reach, then a convolution.
#include "femtobragg/simulate/stages/escape.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "femtobragg/physics/escape.h"
#include "femtobragg/simulate/stages/convolution.h"

namespace femtobragg::stages {
namespace {

/// What pixels get of a value, by how far they are: all of it stays, or a fraction moves.
class Shares {
 public:
  Shares(const Escape& escape, double fast_m, double slow_m) : fast_m_(fast_m), slow_m_(slow_m) {
    const physics::EscapeSpread spread(escape.length_m);
    const auto reached = [&](double edge_m) { return static_cast<std::size_t>(spread.reach() / edge_m) + 2; };
    columns_ = reached(fast_m);
    shares_.resize(columns_ * reached(slow_m));
    for (std::size_t i = 0; i < shares_.size(); ++i)
      shares_[i] = escape.fraction * spread.pixel_share(fast_m, slow_m, static_cast<double>(i % columns_),
                                                        static_cast<double>(i / columns_));
    shares_[0] += 1 - escape.fraction;
  }

  bool fits(const Panel& panel) const { return panel.edge_fast_m() == fast_m_ && panel.edge_slow_m() == slow_m_; }

  void row(std::size_t slow, std::span<double> shares) const {
    std::ranges::fill(shares, 0.0);
    if (slow * columns_ >= shares_.size()) return;
    const auto first = shares_.begin() + static_cast<std::ptrdiff_t>(slow * columns_);
    std::copy_n(first, std::min(columns_, shares.size()), shares.begin());
  }

 private:
  double fast_m_, slow_m_;
  std::size_t columns_ = 0;
  std::vector<double> shares_;
};

/// Less than nothing cannot be counted: dark pixels must not have what transforms round.
void clear_rounding(const Plane& plane) {
  constexpr double rounding = 1e-12;
  double largest = 0;
  for (std::size_t slow = 0; slow < plane.n_slow; ++slow)
    for (const double value : plane.row(slow))
      if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  for (std::size_t slow = 0; slow < plane.n_slow; ++slow)
    for (double& value : plane.row(slow))
      if (value < 0 && value > -rounding * largest) value = 0;
}

}  // namespace

void EscapeStage::apply(std::vector<double>& values, const Detector& detector, int threads) {
  std::optional<Shares> shares;
  for_each_plane(values, detector, [&](const Plane& plane, const Panel& panel) {
    if (!shares || !shares->fits(panel)) shares.emplace(escape_, panel.edge_fast_m(), panel.edge_slow_m());
    convolve_everywhere(
        plane, [&](std::size_t slow, std::span<double> row) { shares->row(slow, row); }, threads);
    clear_rounding(plane);
  });
}

}  // namespace femtobragg::stages
