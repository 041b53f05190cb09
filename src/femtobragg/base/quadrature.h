// Integrals of one variable by Gauss's rule.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "femtobragg/base/units.h"

namespace femtobragg {

/// A node of Gauss and Legendre's quadrature on -1 to 1.
struct LegendreNode {
  double at = 0, weight = 0;
};

/// The i-th of `count` nodes, from the right: a root of Legendre's polynomial, by Newton's method.
inline LegendreNode legendre_node(std::size_t i, std::size_t count) {
  const auto n = static_cast<double>(count);
  double x = std::cos(pi * (static_cast<double>(i) + 0.75) / (n + 0.5)), slope = 1;
  for (int newton = 0; newton < 10; ++newton) {
    double before = 0, value = 1;
    for (double k = 0; k < n; ++k) {
      const double next = ((2 * k + 1) * x * value - k * before) / (k + 1);
      before = value, value = next;
    }
    slope = n * (x * value - before) / (x * x - 1);
    x -= value / slope;
  }
  return {x, 2 / ((1 - x * x) * slope * slope)};
}

/// All of them.
template <std::size_t count>
struct Quadrature {
  std::array<double, count> at{}, weight{};

  Quadrature() {
    for (std::size_t i = 0; i < count; ++i) {
      const LegendreNode node = legendre_node(i, count);
      at[i] = node.at, weight[i] = node.weight;
    }
  }

  /// Between a and b, for functions that may rise like a square root at both.
  template <class F>
  double integral(double a, double b, F&& f) const {
    const double middle = 0.5 * (a + b), half = 0.5 * (b - a);
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double angle = 0.5 * pi * at[i];
      sum += weight[i] * std::cos(angle) * f(middle + half * std::sin(angle));
    }
    return 0.5 * pi * half * sum;
  }

  /// In parts, for functions that have a kink where a whole number changes.
  template <class F, class Label>
  double integral_in_parts(double a, double b, Label&& label, F&& f) const {
    constexpr int looks = 32, halvings = 40;
    double sum = 0, begin = a;
    for (int look = 0; look < looks; ++look) {
      double before = a + (b - a) * (look + 0.01) / looks, after = before + 0.98 * (b - a) / looks;
      const int first = label(before);
      if (label(after) == first) continue;
      for (int halving = 0; halving < halvings; ++halving) {
        const double middle = 0.5 * (before + after);
        (label(middle) == first ? before : after) = middle;
      }
      sum += integral(begin, before, f);
      begin = before;
    }
    return sum + integral(begin, b, f);
  }
};

}  // namespace femtobragg
