// Residuals for the optimiser.
#include "femtobragg/refine/least_squares.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <memory>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/late_library.h"
#include "femtobragg/optimiser/sum_of_squares.h"
#include "femtobragg/refine/active_set.h"
#include "late_files.h"

namespace femtobragg::refine {
namespace {

constexpr LateLibrary ceres_module{"the optimiser", FEMTOBRAGG_OPTIMISER};
FEMTOBRAGG_LATE(ceres_module, femtobragg_minimise)

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Index index_of(std::size_t i) { return static_cast<Eigen::Index>(i); }

/// The residuals that stand in for those of an image.
struct StandIn {
  double cost = 0;
  Eigen::VectorXd residuals;  ///< the last one has no derivatives
  RowMatrix jacobian;         ///< with respect to the coordinates
};

StandIn stand_in_for(const NormalEquations& sums, const Eigen::VectorXd& slopes) {
  const Eigen::Index n = slopes.size();
  const Eigen::VectorXd gradient = slopes.cwiseProduct(Eigen::Map<const Eigen::VectorXd>(sums.gradient.data(), n));
  const RowMatrix matrix =
      slopes.asDiagonal() * Eigen::Map<const RowMatrix>(sums.matrix.data(), n, n) * slopes.asDiagonal();
  // Parameters of very different weight must not look singular: the diagonal is made one.
  const Eigen::VectorXd scale = matrix.diagonal().unaryExpr([](double d) { return d > 0 ? 1 / std::sqrt(d) : 0.0; });
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(scale.asDiagonal() * matrix * scale.asDiagonal());
  constexpr double least = 1e-14;
  StandIn result{sums.cost, Eigen::VectorXd::Zero(n + 1), RowMatrix::Zero(n + 1, n)};
  const double largest = n > 0 ? eigen.eigenvalues().maxCoeff() : 0;
  for (Eigen::Index i = 0; i < n; ++i) {
    const double value = eigen.eigenvalues()[i];
    if (!(value > least * largest)) continue;
    const Eigen::VectorXd direction = eigen.eigenvectors().col(i);
    result.residuals[i] = direction.dot(scale.cwiseProduct(gradient)) / std::sqrt(value);
    result.jacobian.row(i) =
        std::sqrt(value) * direction.cwiseProduct(scale.unaryExpr([](double s) { return s > 0 ? 1 / s : 0.0; }));
  }
  result.residuals[n] = std::sqrt(std::max(0.0, 2 * sums.cost - result.residuals.squaredNorm()));
  return result;
}

/// Variables of an image, each once, and which of them is the one of each parameter.
struct OwnVariables {
  std::vector<std::size_t> variables, of_parameter;

  explicit OwnVariables(const ImageTerm& image) {
    for (const std::size_t variable : image.variables) {
      const auto known = std::ranges::find(variables, variable);
      of_parameter.push_back(static_cast<std::size_t>(known - variables.begin()));
      if (known == variables.end()) variables.push_back(variable);
    }
  }

  /// Where tied parameters move as one, their derivatives add up.
  NormalEquations folded(NormalEquations sums) const {
    const std::size_t n = variables.size(), all = of_parameter.size();
    if (n == all) return sums;
    NormalEquations result{.cost = sums.cost, .gradient = std::vector<double>(n, 0), .matrix = {}, .fit = sums.fit};
    result.matrix.assign(n * n, 0);
    for (std::size_t i = 0; i < all; ++i) {
      result.gradient[of_parameter[i]] += sums.gradient[i];
      for (std::size_t k = 0; k < all; ++k)
        result.matrix[of_parameter[i] * n + of_parameter[k]] += sums.matrix[i * all + k];
    }
    return result;
  }
};

/// Exceptions while costs were computed.
struct Failures {
  std::exception_ptr last;   ///< of the latest step, which had values that no experiment has
  std::exception_ptr fatal;  ///< not about the values: the fit is worth nothing
};

/// The cost of an image. What was computed for a trial step is kept, for it is asked for again where the step is taken.
class ImageCost {
 public:
  ImageCost(const LeastSquares& problem, const ImageTerm& image, Failures& failures)
      : problem_(problem), image_(image), own_(image), failures_(failures) {}

  bool operator()(const double* const* coordinates, double* residuals, double** derivatives) {
    const std::size_t n = own_.variables.size();
    std::vector<double> at(n);
    for (std::size_t i = 0; i < n; ++i) at[i] = *coordinates[i];
    try {
      if (at != known_at_ || known_.residuals.size() == 0) {
        known_ = compute(at);
        known_at_ = at;
      }
    } catch (const Error& error) {
      // No experiment has these values: the optimiser tries a shorter step.
      failures_.last = std::current_exception();
      if (error.kind() != Error::Kind::Usage) failures_.fatal = failures_.last;
      return false;
    } catch (...) {
      failures_.fatal = failures_.last = std::current_exception();
      return false;
    }
    if (!std::isfinite(known_.cost)) return false;
    failures_.last = nullptr;
    std::copy_n(known_.residuals.data(), n + 1, residuals);
    if (derivatives)
      for (std::size_t i = 0; i < n; ++i)
        if (derivatives[i])
          for (std::size_t row = 0; row <= n; ++row) derivatives[i][row] = known_.jacobian(index_of(row), index_of(i));
    return true;
  }

 private:
  StandIn compute(const std::vector<double>& at) {
    const std::size_t n = at.size();
    std::vector<double> own(n), values;
    Eigen::VectorXd slopes(index_of(n));
    for (std::size_t i = 0; i < n; ++i) {
      const Variable& variable = problem_.variables[own_.variables[i]];
      own[i] = variable.held ? variable.value : variable.coordinate.value(at[i]);
      slopes[index_of(i)] = variable.coordinate.slope(at[i]);
    }
    for (const std::size_t i : own_.of_parameter) values.push_back(own[i]);
    if (gradient_)
      gradient_->move_to(values);
    else
      gradient_.emplace(*image_.space, values, problem_.request);
    return stand_in_for(own_.folded(normal_equations(*gradient_, values.size(), *image_.target, image_.pixels,
                                                     image_.loss, Weighting::Curvature, {.stop = problem_.stop})),
                        slopes);
  }

  const LeastSquares& problem_;
  const ImageTerm& image_;
  const OwnVariables own_;
  Failures& failures_;
  std::optional<gradients::Gradient> gradient_;  ///< at the last values
  std::vector<double> known_at_;
  StandIn known_;
};

optimiser::Residuals residuals_of(const LeastSquares& problem, const ImageTerm& image, Failures& failures) {
  // A function object that is copied: a gradient is not.
  const auto cost = std::make_shared<ImageCost>(problem, image, failures);
  const std::vector<std::size_t> variables = OwnVariables(image).variables;
  return {variables, variables.size() + 1, [cost](const double* const* at, double* residuals, double** derivatives) {
            return (*cost)(at, residuals, derivatives);
          }};
}

optimiser::Residuals residuals_of(const LeastSquares& problem, const RestraintTerm& restraint) {
  const Coordinate& coordinate = problem.variables[restraint.variable].coordinate;
  return {{restraint.variable},
          1,
          [&coordinate, &restraint](const double* const* at, double* residuals, double** derivatives) {
            const double u = at[0][0];
            residuals[0] = restraint.residual(coordinate.value(u));
            if (derivatives && derivatives[0]) derivatives[0][0] = coordinate.slope(u) / restraint.sigma;
            return true;
          }};
}

}  // namespace

std::vector<double> values_of(const ImageTerm& image, std::span<const double> values) {
  std::vector<double> own;
  for (const std::size_t variable : image.variables) own.push_back(values[variable]);
  return own;
}

Solution minimise(const LeastSquares& problem, int most_iterations, double tolerance,
                  const std::function<void(const Iteration&)>& progress) {
  optimiser::SumOfSquares sum;
  sum.most_iterations = most_iterations;
  sum.tolerance = tolerance;
  for (const Variable& v : problem.variables)
    sum.coordinates.push_back({v.coordinate.at(v.value), v.coordinate.lowest(), v.coordinate.highest(), v.held});
  Failures failures;
  for (const ImageTerm& image : problem.images) sum.residuals.push_back(residuals_of(problem, image, failures));
  for (const RestraintTerm& restraint : problem.restraints) sum.residuals.push_back(residuals_of(problem, restraint));
  // What a search that is stopped leaves.
  optimiser::Minimum minimum, best;
  best.cost = std::nan("");
  for (const optimiser::Coordinate& coordinate : sum.coordinates) best.values.push_back(coordinate.value);
  sum.after = [&](const optimiser::Step& step) {
    if (step.accepted && !(step.cost > best.cost)) best.cost = step.cost, best.values = *step.values;
    if (progress)
      progress({.number = step.number,
                .cost = step.cost < std::numeric_limits<double>::max() ? step.cost : std::nan(""),
                .step = step.length,
                .seconds = step.seconds,
                .accepted = step.accepted});
    return !problem.stop.stop_requested();
  };
  if (!problem.stop.stop_requested()) minimise_within_bounds(sum, femtobragg_minimise, minimum);
  const bool stopped = problem.stop.stop_requested() && !minimum.converged;
  if (stopped) minimum = {.usable = true, .cost = best.cost, .message = "it was stopped", .values = best.values};
  if (failures.fatal && !stopped) std::rethrow_exception(failures.fatal);
  if (!minimum.usable) {
    if (failures.last) std::rethrow_exception(failures.last);
    throw Error::runtime({.what = "the refinement failed",
                          .rule = minimum.message,
                          .remedy = "start closer, or refine fewer parameters"});
  }
  Solution solution{{}, minimum.cost, minimum.converged, stopped, minimum.message};
  for (std::size_t i = 0; i < problem.variables.size(); ++i) {
    const Variable& v = problem.variables[i];
    solution.values.push_back(v.held ? v.value : v.coordinate.value(minimum.values[i]));
  }
  return solution;
}

std::vector<double> information(const LeastSquares& problem, std::span<const double> values, FitSums& fit) {
  const std::size_t n = problem.variables.size();
  std::vector<double> matrix(n * n, 0);
  fit = {};
  for (const ImageTerm& image : problem.images) {
    const std::size_t own = image.variables.size();
    const gradients::Gradient gradient(*image.space, values_of(image, values), problem.request);
    const NormalEquations sums = normal_equations(gradient, own, *image.target, image.pixels, image.loss,
                                                  Weighting::Information, {.stop = problem.abandon});
    fit.add(sums.fit);
    for (std::size_t row = 0; row < own; ++row)
      for (std::size_t column = 0; column < own; ++column)
        matrix[image.variables[row] * n + image.variables[column]] += sums.matrix[row * own + column];
  }
  for (const RestraintTerm& r : problem.restraints) matrix[r.variable * n + r.variable] += 1 / (r.sigma * r.sigma);
  return matrix;
}

}  // namespace femtobragg::refine
