// Losses: the cost of a pixel for given photons of the model and counts of the data.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace femtobragg::refine {

enum class LossKind {
  Gaussian,   ///< squared residual over the variance of the data
  Poisson,    ///< half the deviance of counts
  Logarithm,  ///< squared ratio, in logarithms: every spot has the same weight, however bright; for broad spots
  Huber,      ///< like Gaussian, but linear beyond some standard deviations: for images with blemishes
};

struct Loss {
  LossKind kind = LossKind::Poisson;
  /// Photons added to every pixel of model and data. Without them a spot that is not yet in its place would pull with
  /// the vanishing tail that reaches it. Also the least variance of a count.
  double floor = 1;
  double huber_width = 3;  ///< standard deviations
  /// Where model and data are numbers of a detector: n photons give pedestal + gain n. What noise they have is judged
  /// by these, which a step does not change.
  double gain = 1, pedestal = 0;

  bool in_photons() const { return gain == 1 && pedestal == 0; }
};

/// Half a squared residual, its derivative with respect to the model's photons, and two second derivatives.
struct PixelLoss {
  double cost = 0;
  double slope = 0;
  double curvature = 0;    ///< used for steps: positive, and slope^2 <= 2 cost curvature (see least_squares.h)
  double information = 0;  ///< used for standard errors: its expectation
};

/// `variance`: variance of the data; not used for Poisson. In numbers of a detector Poisson's loss is the
/// quasi-likelihood with its variance, at least that of `floor` photons (R. W. M. Wedderburn, Biometrika 61 (1974)
/// 439): counts below the pedestal have one too.
PixelLoss pixel_loss(const Loss& loss, double model, double data, double variance);

/// The name on command lines: "gaussian", "poisson", "huber".
std::string name_of(LossKind kind);
std::vector<std::string> loss_kind_names();
/// Throws Error(Usage) for other names.
LossKind loss_kind_named(std::string_view name);

}  // namespace femtobragg::refine
#pragma GCC visibility pop
