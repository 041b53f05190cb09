// Levenberg-Marquardt over images, without a matrix of pixels x parameters.
//
// Ceres asks for residuals r and their Jacobian R, and works with the cost |r|^2 / 2, its gradient R^T r and the matrix
// R^T R. The sums over an image's pixels give these three directly: cost C, gradient g, matrix H. So each image hands
// Ceres a stand-in with one residual more than it has parameters:
//   R = L^(1/2) V^T, r = L^(-1/2) V^T g, where H = V L V^T (directions without curvature left out), and
//   a last residual c without derivatives, c^2 = 2 C - |r|^2.
// |r|^2 = g^T H^-1 g is at most 2 C: for each pixel slope^2 <= 2 cost curvature (loss.h), hence by Cauchy and Schwarz.
// Restraints are residuals of their own.
#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "femtobragg/refine/coordinate.h"
#include "femtobragg/refine/normal_equations.h"

#pragma GCC visibility push(default)
namespace femtobragg::refine {

/// An unknown; several images may share it.
struct Variable {
  Coordinate coordinate;
  double value = 0;
  bool held = false;
};

struct ImageTerm {
  const gradients::ParameterSpace* space = nullptr;
  const Target* target = nullptr;
  std::vector<std::uint8_t> pixels;
  std::vector<std::size_t> variables;  ///< for each parameter of the space; tied ones have the same
  Loss loss{};
};

/// Adds residual^2 / 2.
struct RestraintTerm {
  std::size_t variable = 0;
  double value = 0, sigma = 1;

  double residual(double at) const { return (at - value) / sigma; }
};

struct LeastSquares {
  std::vector<Variable> variables;
  std::vector<ImageTerm> images;
  std::vector<RestraintTerm> restraints;
  RenderRequest request;
  std::stop_token stop{};     ///< ends minimise() with what it has found
  std::stop_token abandon{};  ///< ends information(), which throws backends::Stopped
};

struct Iteration {
  int level = 0, levels = 1, number = 0;
  double cost = 0;  ///< not a number: a refused step to values that no experiment has
  double step = 0;  ///< length, in changes that an image shows
  double seconds = 0;
  bool accepted = true;     ///< the step lowered the cost
  double seconds_left = 0;  ///< of all levels; a guess from how the cost has fallen
};

struct Solution {
  std::vector<double> values;  ///< one for each variable
  double cost = 0;             ///< not a number where a search was stopped before it was known
  bool converged = false, stopped = false;
  std::string termination;
};

/// Picks an image's parameters from the values of all variables.
std::vector<double> values_of(const ImageTerm& image, std::span<const double> values);

/// Variables stay within their bounds. Throws Error if the cost cannot be computed at the start, or the optimiser
/// fails. Converged if a step changes the cost by less than `tolerance` of it.
Solution minimise(const LeastSquares& problem, int most_iterations, double tolerance,
                  const std::function<void(const Iteration&)>& progress = {});

/// Sum over images and restraints, by variables, in units of the values: the inverse of their covariance.
std::vector<double> information(const LeastSquares& problem, std::span<const double> values, FitSums& fit);

}  // namespace femtobragg::refine
#pragma GCC visibility pop
