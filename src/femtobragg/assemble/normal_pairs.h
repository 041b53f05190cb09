// Normal deviates by the polar method, two at a time.
#pragma once

#include <cmath>

#pragma GCC visibility push(default)
namespace femtobragg::assemble {

class NormalPairs {
 public:
  /// A normal deviate, of uniform ones. The second of each pair is kept for the next call.
  template <class Uniform>
  float operator()(Uniform&& uniform) {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const auto symmetric = [&] { return static_cast<float>(2.0 * static_cast<double>(uniform()) - 1.0); };
    float v1 = 0, v2 = 0, square = 0;
    do {
      v1 = symmetric();
      v2 = symmetric();
      square = v1 * v1 + v2 * v2;
    } while (square >= 1.0f || square == 0.0f);
    const double s = static_cast<double>(square);
    const auto factor = static_cast<float>(std::sqrt(-2.0 * std::log(s) / s));
    spare_ = v1 * factor;
    has_spare_ = true;
    return v2 * factor;
  }

 private:
  bool has_spare_ = false;
  float spare_ = 0;
};

}  // namespace femtobragg::assemble
#pragma GCC visibility pop
