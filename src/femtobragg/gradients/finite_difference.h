// The judge of derivatives: central differences of the reference backend's photons, unrounded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "femtobragg/gradients/gradient.h"

namespace femtobragg::gradients {

/// What the reference backend makes of an experiment, in doubles.
struct JudgedImage {
  std::vector<double> photons;         ///< n_slow x n_fast
  std::vector<std::uint64_t> choices;  ///< for each pixel: a hash over everything that was rounded or cut
};

/// All pixels of the region of interest; zeros outside.
JudgedImage photons_in_doubles(const Experiment& experiment, std::size_t panel);

/// A difference quotient against the derivative. Pixels in which the two ends made other choices (nearest reflection,
/// resolution limit) are left out: their photons jump.
struct DifferenceStep {
  double step = 0;   ///< in the parameter's unit
  double error = 0;  ///< |derivative - quotient| / |derivative|, 2-norms over the compared pixels
  double floor = 0;  ///< what rounding alone may make of it
  std::size_t compared = 0, left_out = 0;
};

struct ParameterCheck {
  ParameterInfo info;
  double value = 0;
  double derivative_norm = 0;           ///< photons a unit, 2-norm over pixels
  std::vector<DifferenceStep> steps{};  ///< the largest first
  double best_error = 0, best_step = 0;
  double correlation = 0;  ///< of error and step^2 over up to two decades above the floor; NaN: too few such steps
  bool passes = false;
  std::string verdict{};  ///< in a few words
};

struct CheckLimits {
  double error = 1e-6;        ///< the best step's must be below
  double correlation = 0.98;  ///< must be above: errors that are those of the quotient fall with the square of the step
};

/// Each parameter of a jacobian taken at these values. Photons that are linear or quadratic in a parameter have exact
/// quotients: these need no correlation.
std::vector<ParameterCheck> check(const ParameterSpace& space, std::span<const double> values, const Jacobian& jacobian,
                                  std::size_t panel, const CheckLimits& limits = {});

}  // namespace femtobragg::gradients
