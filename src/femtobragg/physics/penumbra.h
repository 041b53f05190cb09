// How much of a pixel's light comes past one side of an edge: pixel and source, seen in the edge's plane, blur it.
//
// Across a straight edge, a parallelogram is the convolution of two boxes (its edges, projected) and so is a square
// source; a Gaussian one stays Gaussian. The share below a distance x is a sum of n-th antiderivatives of the step, or
// of the normal distribution, at x plus and minus half of each width: exact, and without a single ray.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "femtobragg/base/device.h"
#include "femtobragg/base/units.h"

namespace femtobragg::physics {

/// Widths across the edge of boxes whose convolution the light is, and the standard deviation of a Gaussian that
/// smooths it further.
struct EdgeBlur {
  static constexpr std::size_t boxes = 4;
  double width[boxes] = {};  ///< from the first one on; 0: no such box
  double deviation = 0;      ///< 0: none; otherwise there are two boxes at most

  double variance() const {
    double sum = deviation * deviation;
    for (const double w : width) sum += w * w / 12;
    return sum;
  }
};

/// The share of the light that is less than a signed distance from the middle: 0.5 at 0.
FB_HD inline double share_below(const EdgeBlur& blur, double distance) {
  double reach = 0;
  for (const double w : blur.width) reach += 0.5 * w;
  constexpr double tails = 8;
  if (distance >= reach + tails * blur.deviation) return 1;
  if (distance <= -reach - tails * blur.deviation) return 0;
  // Narrow boxes would lose digits, and change nothing: the others blur the edge more.
  constexpr double narrow = 1e-3;
  double width[EdgeBlur::boxes], area = 1;
  std::size_t count = 0;
  for (const double w : blur.width)
    if (w > narrow * (reach + blur.deviation)) area *= width[count++] = w;
  const auto antiderivative = [&](double x) {
    if (blur.deviation > 0) {
      const double z = x / blur.deviation, below = 0.5 * std::erfc(-z * std::sqrt(0.5));
      const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * pi);
      if (count == 0) return below;
      if (count == 1) return blur.deviation * (z * below + density);
      return 0.5 * blur.deviation * blur.deviation * ((z * z + 1) * below + z * density);
    }
    double power = x > 0 ? 1 : 0;
    for (std::size_t k = 1; k <= count; ++k) power *= x / static_cast<double>(k);
    return power;
  };
  double sum = 0;
  for (std::size_t signs = 0; signs < std::size_t{1} << count; ++signs) {
    double at = distance, sign = 1;
    for (std::size_t k = 0; k < count; ++k) {
      const bool minus = (signs >> k & 1) != 0;
      at += minus ? -0.5 * width[k] : 0.5 * width[k];
      if (minus) sign = -sign;
    }
    sum += sign * antiderivative(at);
  }
  return std::clamp(sum / area, 0.0, 1.0);
}

}  // namespace femtobragg::physics
