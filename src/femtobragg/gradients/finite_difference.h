// The judge of derivatives: central differences of the reference backend's photons, unrounded, as the detector records
// them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "femtobragg/gradients/gradient.h"

namespace femtobragg::gradients {

/// What the reference backend makes of an experiment, in doubles.
struct JudgedImage {
  std::vector<double> photons;            ///< n_slow x n_fast; expected numbers where the experiment records them
  std::vector<std::uint64_t> choices;     ///< for each pixel: a hash over everything that was rounded or cut
  std::vector<std::uint64_t> amplitudes;  ///< the same, but of nearest reflections only their amplitudes
  bool periodic = false;                  ///< photons know nothing of nearest reflections but their amplitudes
};

/// The image that the panels share: all pixels of the regions of interest; zeros elsewhere.
JudgedImage photons_in_doubles(const Experiment& experiment);

/// A difference quotient compared with the derivative. Pixels whose ends make different choices (nearest reflection,
/// resolution limit) are excluded: their photons jump.
struct DifferenceStep {
  double step = 0;                         ///< in the parameter's unit
  double difference = 0;                   ///< |derivative - quotient|, 2-norm over compared pixels, photons per unit
  double error = 0;                        ///< the same over |derivative|; infinite: too few pixels are compared
  double floor = 0;                        ///< the error that rounding alone may cause
  std::size_t compared = 0, left_out = 0;  ///< of the pixels that have photons
};

struct ParameterCheck {
  ParameterInfo info;
  double value = 0;
  double derivative_norm = 0;           ///< photons per unit, 2-norm over pixels
  std::vector<DifferenceStep> steps{};  ///< the largest first
  double best_error = 0, best_step = 0;
  /// Correlation of error and step^2, over the smallest steps whose error exceeds rounding and falls by as many decades
  /// as requested. All of these compare the same pixels. NaN: it falls by less.
  double correlation = 0;
  bool passes = false;
  std::string verdict{};  ///< in a few words
};

struct CheckLimits {
  double error = 1e-6;  ///< the best step's must be below
  double correlation =
      0.999;           ///< must be above: errors that are those of the quotient fall with the square of the step
  double decades = 2;  ///< of error that this must be seen over
};

/// Keeps its quotients: jacobians of several backends are judged at the price of one.
class Judge {
 public:
  /// Checks derivatives taken at these values; the space must outlive it.
  Judge(const ParameterSpace& space, std::span<const double> values);

  /// Each parameter of a jacobian. Photons that are linear or quadratic in a parameter have exact quotients for all
  /// steps, up to ten thousand times the parameter's scale: these need no correlation.
  std::vector<ParameterCheck> check(const Jacobian& jacobian, const CheckLimits& limits = {});

 private:
  /// Steps stand on a ladder about the parameter's scale, four to the decade.
  struct Quotient {
    double step = 0;
    std::vector<double> values;  ///< empty: the bounds, or what experiments can have, are too near
    std::vector<bool> same;      ///< whether all ends made the same choices
  };
  class Ladder;

  const Quotient& quotient(std::size_t parameter, int rung);
  Quotient measured(std::size_t parameter, double step) const;
  void leave_out_neighbours(std::vector<bool>& same) const;
  ParameterCheck checked(std::size_t parameter, const std::vector<double>& derivative, const CheckLimits& limits);

  const ParameterSpace& space_;
  std::vector<double> values_;
  JudgedImage here_;
  std::map<std::pair<std::size_t, int>, Quotient> quotients_;
};

/// The same for a single jacobian.
std::vector<ParameterCheck> check(const ParameterSpace& space, std::span<const double> values, const Jacobian& jacobian,
                                  const CheckLimits& limits = {});

}  // namespace femtobragg::gradients
