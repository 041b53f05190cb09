// Sums over the pixels of an image for a least-squares step, and measures of how well model and data agree.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "femtobragg/gradients/gradient.h"
#include "femtobragg/refine/loss.h"
#include "femtobragg/refine/target.h"

#pragma GCC visibility push(default)
namespace femtobragg::refine {

/// Sums over pixels.
struct FitSums {
  double pixels = 0, model = 0, data = 0;
  double chi_squared = 0;  ///< squared residuals over the variance of the data (for Poisson, of the model)

  void add(const FitSums& other);
  void add_pixel(double photons_of_model, double photons_of_data, double variance);
  /// Correlation of log(1 + photons) of model and data, so that a few bright spots, or the direct beam, do not
  /// dominate. 0 if either is flat.
  double correlation() const;

 private:
  double log_model_ = 0, log_data_ = 0, squared_model_ = 0, squared_data_ = 0, product_ = 0;
};

/// Cost for n parameters, its gradient, and the matrix: the sum of weight x J J^T.
struct NormalEquations {
  double cost = 0;
  std::vector<double> gradient;  ///< n
  std::vector<double> matrix;    ///< n x n, both triangles
  FitSums fit;
};

/// Variance of the data in a pixel: given, or that of counting.
double pixel_variance(const Target& target, const Loss& loss, std::size_t pixel, double model);

enum class Weighting { Curvature, Information };

/// Sums over the chosen pixels of the image. The same bits for any number of threads.
NormalEquations normal_equations(const gradients::Gradient& gradient, std::size_t parameters, const Target& target,
                                 std::span<const std::uint8_t> pixels, const Loss& loss,
                                 Weighting weighting = Weighting::Curvature, const backends::Watch& watch = {});

}  // namespace femtobragg::refine
#pragma GCC visibility pop
