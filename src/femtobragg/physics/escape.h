// Fluorescence that leaves the place where a photon was absorbed, and ends in a pixel nearby.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "femtobragg/base/quadrature.h"

namespace femtobragg::physics {

/// A fluorescence photon starts in any direction and is absorbed after a way of mean length L (Beer and Lambert). Seen
/// from the front of a thick sensor, it ends at a distance rho with the density
///   h(rho) = 1/L integral over theta from 0 to pi/2 of exp(-rho / (L sin(theta))),  integral of h = 1,
/// evenly all around (G. F. Knoll, Radiation Detection and Measurement, 4th ed. (2010), ch. 2 and 10, for the escape of
/// X-rays). Lengths are in any one unit.
class EscapeSpread {
 public:
  explicit EscapeSpread(double length) : length_(length) {
    // Even in the root of rho: the density rises like a logarithm towards zero.
    const Quadrature<24> rule;
    constexpr int pieces = 24;
    const double end = std::sqrt(reach());
    for (int piece = 0; piece < pieces; ++piece)
      for (std::size_t i = 0; i < rule.at.size(); ++i) {
        const double root = end * (piece + 0.5 * (1 + rule.at[i])) / pieces;
        rings_.push_back({root * root, rule.weight[i] * end / (2 * pieces) * 2 * root * density(root * root)});
      }
  }

  /// What is beyond is 1e-9.
  double reach() const { return 20 * length_; }

  double density(double distance) const {
    static const Quadrature<24> rule;
    const double steps = distance / length_;
    return rule.integral(0, pi / 2, [&](double theta) { return std::exp(-steps / std::sin(theta)); }) / length_;
  }

  /// Share of the pixel so many pixels further along both axes, for photons that are absorbed anywhere in theirs.
  double pixel_share(double edge_x, double edge_y, double steps_x, double steps_y) const {
    constexpr int directions = 64;
    double share = 0;
    for (const Ring& ring : rings_) {
      double mean = 0;
      for (int i = 0; i < directions; ++i) {
        const double turn = 2 * pi * (i + 0.5) / directions;
        mean += overlap(steps_x - ring.distance * std::cos(turn) / edge_x) *
                overlap(steps_y - ring.distance * std::sin(turn) / edge_y);
      }
      share += ring.weight * mean / directions;
    }
    return share;
  }

 private:
  struct Ring {
    double distance, weight;
  };
  /// Of two edges, one edge long, that are so far apart.
  static double overlap(double edges) { return std::max(0.0, 1 - std::abs(edges)); }

  double length_;
  std::vector<Ring> rings_;
};

}  // namespace femtobragg::physics
