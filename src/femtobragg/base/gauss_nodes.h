// Gauss's quadrature for sums over many points: few nodes that stand for all of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace femtobragg {

struct WeightedPoint {
  double at = 0, weight = 0;
};

/// At most `count` nodes such that the sums of weight x polynomial(at) are those of the points, up to the degree
/// 2 count - 1 (G. H. Golub & J. H. Welsch, Math. Comp. 23 (1969) 221; the recurrence by Stieltjes's procedure).
/// Weights must not be negative, points should lie in -1 to 1. Fewer nodes where so many points differ.
inline std::vector<WeightedPoint> gauss_nodes(std::span<const WeightedPoint> points, std::size_t count) {
  double total = 0;
  for (const WeightedPoint& p : points) total += p.weight;
  if (!(total > 0)) return {};
  // x p_k = off_k p_(k-1) + middle_k p_k + off_(k+1) p_(k+1), the p_k orthonormal on the points.
  std::vector<double> middle, off{0}, before(points.size(), 0.0), now(points.size(), 1 / std::sqrt(total));
  for (;;) {
    double mean = 0;
    for (std::size_t i = 0; i < points.size(); ++i) mean += points[i].weight * points[i].at * now[i] * now[i];
    middle.push_back(mean);
    if (middle.size() == count) break;
    double squared = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double next = (points[i].at - mean) * now[i] - off.back() * before[i];
      before[i] = now[i], now[i] = next;
      squared += points[i].weight * next * next;
    }
    constexpr double nothing_left = 1e-24;
    if (!(squared > nothing_left)) break;
    off.push_back(std::sqrt(squared));
    for (double& value : now) value /= off.back();
  }
  const std::size_t n = middle.size();
  // Nodes are the eigenvalues of that matrix; this is how many of them are below x (Sturm).
  const auto below = [&](double x) {
    std::size_t negative = 0;
    double pivot = 1;
    for (std::size_t k = 0; k < n; ++k) {
      pivot = middle[k] - x - (k > 0 ? off[k] * off[k] / pivot : 0.0);
      if (pivot == 0) pivot = 1e-300;
      if (pivot < 0) ++negative;
    }
    return negative;
  };
  std::vector<WeightedPoint> nodes;
  for (std::size_t i = 0; i < n; ++i) {
    double low = -1.5, high = 1.5;
    for (int halving = 0; halving < 60; ++halving) {
      const double half = 0.5 * (low + high);
      (below(half) > i ? high : low) = half;
    }
    const double x = 0.5 * (low + high);
    double earlier = 0, value = 1 / std::sqrt(total), squares = 0;
    for (std::size_t k = 0; k < n; ++k) {
      squares += value * value;
      if (k + 1 == n) break;
      const double next = ((x - middle[k]) * value - off[k] * earlier) / off[k + 1];
      earlier = value, value = next;
    }
    nodes.push_back({x, 1 / squares});
  }
  return nodes;
}

}  // namespace femtobragg
