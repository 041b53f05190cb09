// How much longer a search takes, guessed from how its cost has fallen.
#pragma once

#include <algorithm>
#include <cmath>

namespace femtobragg::refine {

/// One level. Near the minimum each step changes the cost by about the same fraction of the change before.
class TimeLeft {
 public:
  TimeLeft(double tolerance, int most_iterations) : tolerance_(tolerance), most_(most_iterations) {}

  void add(int number, double cost, bool accepted, double seconds) {
    number_ = number, seconds_ += seconds, ++counted_;
    if (!accepted) return;
    const double change = number > 0 ? (cost_ - cost) / std::abs(cost) : 0;
    if (number > 0 && change_ > 0 && change > 0) rate_ = std::clamp(change / change_, 0.01, 0.8);
    cost_ = cost, change_ = change;
  }

  /// In this level, and in so many after it.
  double seconds(int levels_after) const {
    if (counted_ == 0) return 0;
    double left = std::max(usual_ - number_, 2);
    if (number_ > 1 && change_ > 0) left = std::max(1.0, std::ceil(std::log(tolerance_ / change_) / std::log(rate_)));
    left = std::min(left, static_cast<double>(most_ - number_));
    return seconds_ / counted_ * (std::max(left, 0.0) + usual_ * levels_after);
  }

 private:
  static constexpr int usual_ = 8;  ///< iterations of a level
  double tolerance_;
  int most_;
  int number_ = 0, counted_ = 0;
  double seconds_ = 0, cost_ = 0, change_ = 0, rate_ = 0.3;
};

}  // namespace femtobragg::refine
