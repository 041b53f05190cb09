// Partial sums for each strip, added in the order of strips.
#include "femtobragg/refine/normal_equations.h"

#include <algorithm>
#include <cmath>

namespace femtobragg::refine {
namespace {

/// What a strip adds: the matrix only below and on its diagonal.
struct Partial {
  double cost = 0;
  std::vector<double> gradient, triangle;
  FitSums fit;
};

class Accumulator {
 public:
  Accumulator(std::size_t parameters, const Target& target, std::span<const std::uint8_t> pixels, const Loss& loss,
              Weighting weighting)
      : n_(parameters), target_(target), pixels_(pixels), loss_(loss), weighting_(weighting) {}

  /// `first`: place of the tile's first pixel in the image.
  void add(const gradients::JacobianTile& tile, std::size_t first, Partial& sum) const {
    if (sum.gradient.size() != n_) sum.gradient.assign(n_, 0), sum.triangle.assign(n_ * (n_ + 1) / 2, 0);
    std::vector<double> slopes(tile.count, 0), weights(tile.count, 0);
    bool any = false;
    for (std::size_t i = 0; i < tile.count; ++i) {
      if (!pixels_[first + i]) continue;
      any = true;
      const double model = tile.photons[i] + target_.background_at(first + i), data = target_.photons[first + i];
      const double variance = pixel_variance(target_, loss_, first + i, model);
      const PixelLoss at = pixel_loss(loss_, model, data, variance);
      sum.cost += at.cost;
      slopes[i] = at.slope;
      weights[i] = weighting_ == Weighting::Curvature ? at.curvature : at.information;
      sum.fit.add_pixel(model, data, variance);
    }
    if (any && tile.derivatives) add_derivatives(tile, slopes, weights, sum);
  }

 private:
  void add_derivatives(const gradients::JacobianTile& tile, const std::vector<double>& slopes,
                       const std::vector<double>& weights, Partial& sum) const {
    std::vector<double> weighted(tile.count);
    for (std::size_t row = 0, place = 0; row < n_; ++row) {
      const double* mine = tile.derivatives + row * tile.stride;
      for (std::size_t i = 0; i < tile.count; ++i) {
        weighted[i] = weights[i] * mine[i];
        sum.gradient[row] += slopes[i] * mine[i];
      }
      for (std::size_t column = 0; column <= row; ++column, ++place) {
        const double* other = tile.derivatives + column * tile.stride;
        double product = 0;
        for (std::size_t i = 0; i < tile.count; ++i) product += weighted[i] * other[i];
        sum.triangle[place] += product;
      }
    }
  }

  std::size_t n_;
  const Target& target_;
  std::span<const std::uint8_t> pixels_;
  const Loss& loss_;
  Weighting weighting_;
};

}  // namespace

double pixel_variance(const Target& target, const Loss& loss, std::size_t pixel, double model) {
  if (!target.variance.empty()) return target.variance[pixel];
  const double number = loss.kind == LossKind::Poisson ? model : target.photons[pixel];
  return loss.gain * loss.gain * std::max((number - loss.pedestal) / loss.gain, loss.floor);
}

void FitSums::add(const FitSums& other) {
  pixels += other.pixels, model += other.model, data += other.data;
  chi_squared += other.chi_squared;
  log_model_ += other.log_model_, log_data_ += other.log_data_;
  squared_model_ += other.squared_model_, squared_data_ += other.squared_data_, product_ += other.product_;
}

void FitSums::add_pixel(double photons_of_model, double photons_of_data, double variance) {
  const double difference = photons_of_model - photons_of_data;
  const double a = std::log1p(std::max(photons_of_model, 0.0)), b = std::log1p(std::max(photons_of_data, 0.0));
  pixels += 1, model += photons_of_model, data += photons_of_data;
  chi_squared += difference * difference / variance;
  log_model_ += a, log_data_ += b, squared_model_ += a * a, squared_data_ += b * b, product_ += a * b;
}

double FitSums::correlation() const {
  const double a = squared_model_ - log_model_ * log_model_ / pixels,
               b = squared_data_ - log_data_ * log_data_ / pixels;
  return a > 0 && b > 0 ? (product_ - log_model_ * log_data_ / pixels) / std::sqrt(a * b) : 0;
}

NormalEquations normal_equations(const gradients::Gradient& gradient, std::size_t parameters, const Target& target,
                                 std::span<const std::uint8_t> pixels, const Loss& loss, Weighting weighting,
                                 const backends::Watch& watch) {
  const Accumulator accumulator(parameters, target, pixels, loss, weighting);
  NormalEquations sum;
  sum.gradient.assign(parameters, 0);
  sum.matrix.assign(parameters * parameters, 0);
  std::vector<Partial> strips(gradient.strips());
  gradient.visit(
      [&](const gradients::JacobianTile& tile) {
        accumulator.add(tile, tile.slow * gradient.shape().n_fast + tile.fast, strips[tile.strip]);
      },
      watch);
  for (const Partial& strip : strips) {
    sum.cost += strip.cost;
    sum.fit.add(strip.fit);
    if (strip.gradient.empty()) continue;
    for (std::size_t row = 0, place = 0; row < parameters; ++row) {
      sum.gradient[row] += strip.gradient[row];
      for (std::size_t column = 0; column <= row; ++column, ++place) {
        sum.matrix[row * parameters + column] += strip.triangle[place];
        if (column != row) sum.matrix[column * parameters + row] += strip.triangle[place];
      }
    }
  }
  return sum;
}

}  // namespace femtobragg::refine
