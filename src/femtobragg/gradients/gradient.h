// An image and its derivatives with respect to parameters.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "femtobragg/gradients/parameter.h"
#include "femtobragg/simulate/render.h"

namespace femtobragg::gradients {

/// Neighbouring pixels of a row: photons, and derivatives in photons a unit of each parameter. Masked pixels have
/// zeros. Valid only during the visit.
struct JacobianTile {
  std::size_t strip = 0;
  std::size_t slow = 0, fast = 0, count = 0;
  const double* photons = nullptr;
  const double* derivatives = nullptr;  ///< [parameter][stride]; null: all are zero
  std::size_t stride = 0;
};

/// An image of doubles and one of derivatives for each parameter: n_slow x n_fast, zeros outside the region.
struct Jacobian {
  std::size_t n_fast = 0, n_slow = 0;
  std::vector<double> photons;
  std::vector<std::vector<double>> derivatives;
};

/// Sums over pixels of weight x d(photons)/d(parameter): with weights dL/d(photons), the derivatives of a loss L.
struct Adjoint {
  std::vector<double> parameters;
  std::vector<double> amplitudes;  ///< with respect to each entry of the structure factor table, where asked for
};

class Gradient {
 public:
  /// At the given values; the space must outlive it. Throws Error(Usage) where the experiment follows older programs'
  /// rules.
  Gradient(const ParameterSpace& space, std::span<const double> values, RenderRequest request = {});
  Gradient(const Gradient&) = delete;  // the plan refers to the experiment beside it
  Gradient& operator=(const Gradient&) = delete;

  const Experiment& experiment() const { return experiment_; }
  const kernel::Plan& plan() const { return plan_; }

  /// Number of strips of a panel: the same whatever the number of threads.
  std::size_t strips(std::size_t panel) const;

  /// Calls visit for each tile of the region of interest, from many threads; the tiles of one strip come from one
  /// thread in raster order. Sums kept for each strip and added up in order do not depend on threads.
  backends::RunSummary visit(std::size_t panel, const std::function<void(const JacobianTile&)>& visit) const;

  Jacobian jacobian(std::size_t panel) const;

  /// Weights: n_slow x n_fast, dL/d(photons).
  Adjoint adjoint(std::size_t panel, std::span<const double> weights, bool with_amplitudes = false) const;

  /// The same with respect to each entry of the structure factor table, |F| or |F|^2.
  std::vector<double> amplitude_adjoint(std::size_t panel, std::span<const double> weights,
                                        backends::AmplitudeVariable variable) const;

 private:
  using Image = std::vector<double>;  ///< n_slow x n_fast

  Image photons_of(const kernel::Plan& plan, std::size_t panel) const;
  Image amplitude_derivative(const std::vector<AmplitudeRate>& rates, std::size_t panel) const;

  const ParameterSpace& space_;
  std::vector<double> values_;
  RenderRequest request_;
  Experiment experiment_;
  kernel::Plan plan_;
  kernel::PlanMotion motion_;
  std::vector<std::vector<AmplitudeRate>> amplitude_rates_;  ///< for each parameter
};

}  // namespace femtobragg::gradients
