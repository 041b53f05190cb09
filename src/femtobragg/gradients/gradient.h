// An image and its derivatives with respect to parameters.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "femtobragg/gradients/parameter.h"
#include "femtobragg/simulate/simulation.h"

#pragma GCC visibility push(default)
namespace femtobragg::gradients {

// Where the experiment says how its detector records photons (Experiment::recording), or a parameter changes that, the
// expected numbers take the place of photons in all of this: gain x (photons, spread) + pedestal.

/// Neighbouring pixels of a row of the image: photons, and derivatives in photons per unit of each parameter. Masked
/// pixels have zeros. Valid only during the visit.
struct JacobianTile {
  std::size_t strip = 0;           ///< counted over all panels
  std::size_t slow = 0, fast = 0;  ///< of the first pixel, in the image that the panels share
  std::size_t count = 0;
  const double* photons = nullptr;
  const double* derivatives = nullptr;  ///< [parameter][stride]; null: all are zero
  std::size_t stride = 0;
};

using TileVisit = std::function<void(const JacobianTile&)>;

/// An image of doubles and one of derivatives for each parameter, each n_slow x n_fast: the image that the panels
/// share. Zeros between panels and outside the regions of interest.
struct Jacobian {
  std::size_t n_fast = 0, n_slow = 0;
  std::vector<double> photons;
  std::vector<std::vector<double>> derivatives;
};

/// Sums over pixels of weight x d(photons)/d(parameter): with weights dL/d(photons), the derivatives of a loss L.
struct Adjoint {
  std::vector<double> parameters;
  std::vector<double> amplitudes;  ///< with respect to each entry of the structure factor table, if requested
};

/// Derivatives at one point of a parameter space, of the whole image: all panels at once. Like a Simulation it can be
/// moved, takes one call at a time, can be stopped, and keeps what does not change between points.
class Gradient {
 public:
  /// Derivatives at these values; the space must outlive it. Throws Error(Usage) if the experiment has older programs'
  /// rules.
  Gradient(const ParameterSpace& space, std::span<const double> values, RenderRequest request = {});

  /// Changes to other values. If it throws, because no experiment has them, nothing changes.
  void move_to(std::span<const double> values);

  const Experiment& experiment() const { return simulation_.experiment(); }
  const kernel::Plan& plan() const { return simulation_.plan(); }
  /// The shape of the image.
  const ImageShape& shape() const { return shape_; }

  /// Number of strips of all panels: the same whatever the number of threads.
  std::size_t strips() const { return strips_; }

  /// Calls visit for each tile of the regions of interest, from many threads; the tiles of one strip come from one
  /// thread in raster order. Sums kept for each strip and added up in order do not depend on threads.
  backends::RunSummary visit(const TileVisit& visit, const backends::Watch& watch = {}) const;

  Jacobian jacobian(const backends::Watch& watch = {}) const;

  /// Weights: of the image, n_slow x n_fast, dL/d(photons). Those of pixels that are not rendered are ignored.
  Adjoint adjoint(std::span<const double> weights, bool with_amplitudes = false,
                  const backends::Watch& watch = {}) const;

  /// The same with respect to each entry of the structure factor table, |F| or |F|^2.
  std::vector<double> amplitude_adjoint(std::span<const double> weights, backends::AmplitudeVariable variable,
                                        const backends::Watch& watch = {}) const;

 private:
  using Numbers = std::vector<double>;  ///< one for each pixel of the image

  /// What weights of numbers are for the photons that make them.
  struct LightWeights {
    Numbers spread;        ///< the sum of weight x spread photons is that of these x photons
    Numbers by_width{};    ///< the same for the change of spread photons with the width; empty: no parameter needs it
    double of_pedestal{};  ///< the sum over the pixels that record
  };

  void look_around();
  bool records() const;
  bool changes_width() const;
  backends::RunSummary visit_photons(const TileVisit& visit, const backends::Watch& watch) const;
  backends::RunSummary visit_spread(const TileVisit& visit, const backends::Watch& watch) const;
  void visit_numbers(const JacobianTile& light, const double* by_width, const TileVisit& visit) const;
  Jacobian collected(const std::function<void(const TileVisit&)>& visit_all) const;
  LightWeights light_weights(std::span<const double> weights) const;
  std::size_t panel_of(std::size_t strip) const;
  std::vector<backends::PanelTangents> tangents() const;
  void require_size(std::span<const double> weights) const;
  void require_finite(std::span<const double> weights) const;
  Numbers photons_of(std::shared_ptr<const kernel::Plan> plan, const backends::Watch& watch) const;
  Numbers amplitude_derivative(const std::vector<AmplitudeRate>& rates, const backends::Watch& watch) const;
  /// Place of a panel's pixel in the image.
  std::size_t place_of(std::size_t panel, std::size_t fast, std::size_t slow) const;

  const ParameterSpace* space_;
  std::vector<double> values_;
  Simulation simulation_;
  kernel::PlanMotion motion_;
  std::vector<std::vector<AmplitudeRate>> amplitude_rates_;  ///< for each parameter
  std::vector<RecordingRate> recording_rates_;               ///< the same
  ImageShape shape_;
  std::vector<std::size_t> first_strip_;  ///< of each panel
  std::size_t strips_ = 0;
};

}  // namespace femtobragg::gradients
#pragma GCC visibility pop
