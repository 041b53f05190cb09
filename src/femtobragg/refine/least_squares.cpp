// The bridge to Ceres.
#include "femtobragg/refine/least_squares.h"

#include <ceres/ceres.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>

#include "femtobragg/base/error.h"

namespace femtobragg::refine {
namespace {

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

/// The cost of an image. What was computed for a trial step is kept, for it is asked for again where the step is taken.
class ImageCost : public ceres::CostFunction {
 public:
  ImageCost(const LeastSquares& problem, const ImageTerm& image, std::exception_ptr& failure)
      : problem_(problem), image_(image), failure_(failure) {
    mutable_parameter_block_sizes()->assign(image.variables.size(), 1);
    set_num_residuals(static_cast<int>(image.variables.size()) + 1);
  }

  bool Evaluate(double const* const* coordinates, double* residuals, double** jacobians) const override {
    const std::size_t n = image_.variables.size();
    std::vector<double> at(n);
    for (std::size_t i = 0; i < n; ++i) at[i] = *coordinates[i];
    try {
      if (at != known_at_ || known_.residuals.size() == 0) {
        known_ = compute(at);
        known_at_ = at;
      }
    } catch (...) {
      // Where no experiment has these values the optimiser tries a shorter step.
      failure_ = std::current_exception();
      return false;
    }
    if (!std::isfinite(known_.cost)) return false;
    failure_ = nullptr;
    std::copy_n(known_.residuals.data(), n + 1, residuals);
    if (jacobians)
      for (std::size_t i = 0; i < n; ++i)
        if (jacobians[i])
          for (std::size_t row = 0; row <= n; ++row) jacobians[i][row] = known_.jacobian(index_of(row), index_of(i));
    return true;
  }

 private:
  StandIn compute(const std::vector<double>& at) const {
    const std::size_t n = at.size();
    std::vector<double> values(n);
    Eigen::VectorXd slopes(index_of(n));
    for (std::size_t i = 0; i < n; ++i) {
      const Variable& variable = problem_.variables[image_.variables[i]];
      values[i] = variable.held ? variable.value : variable.coordinate.value(at[i]);
      slopes[index_of(i)] = variable.coordinate.slope(at[i]);
    }
    if (gradient_)
      gradient_->move_to(values);
    else
      gradient_.emplace(*image_.space, values, problem_.request);
    return stand_in_for(normal_equations(*gradient_, n, *image_.target, image_.pixels, image_.loss), slopes);
  }

  const LeastSquares& problem_;
  const ImageTerm& image_;
  std::exception_ptr& failure_;
  mutable std::optional<gradients::Gradient> gradient_;  ///< at the last values
  mutable std::vector<double> known_at_;
  mutable StandIn known_;
};

class RestraintCost : public ceres::SizedCostFunction<1, 1> {
 public:
  RestraintCost(const Coordinate& coordinate, const RestraintTerm& restraint)
      : coordinate_(coordinate), restraint_(restraint) {}

  bool Evaluate(double const* const* coordinates, double* residuals, double** jacobians) const override {
    const double u = coordinates[0][0];
    residuals[0] = (coordinate_.value(u) - restraint_.value) / restraint_.sigma;
    if (jacobians && jacobians[0]) jacobians[0][0] = coordinate_.slope(u) / restraint_.sigma;
    return true;
  }

 private:
  Coordinate coordinate_;
  RestraintTerm restraint_;
};

class Listener : public ceres::IterationCallback {
 public:
  explicit Listener(const std::function<void(const Iteration&)>& progress) : progress_(progress) {}

  ceres::CallbackReturnType operator()(const ceres::IterationSummary& s) override {
    if (progress_) progress_({0, s.iteration, s.cost, s.step_norm, s.iteration_time_in_seconds, s.step_is_successful});
    return ceres::SOLVER_CONTINUE;
  }

 private:
  const std::function<void(const Iteration&)>& progress_;
};

void set_bounds(ceres::Problem& problem, double* block, const Coordinate& coordinate) {
  if (std::isfinite(coordinate.lowest())) problem.SetParameterLowerBound(block, 0, coordinate.lowest());
  if (std::isfinite(coordinate.highest())) problem.SetParameterUpperBound(block, 0, coordinate.highest());
}

ceres::Solver::Options solver_options(std::size_t variables, int most_iterations, double tolerance) {
  constexpr std::size_t dense_up_to = 300;
  ceres::Solver::Options options;
  options.linear_solver_type = variables <= dense_up_to ? ceres::DENSE_QR : ceres::SPARSE_NORMAL_CHOLESKY;
  options.max_num_iterations = most_iterations;
  options.function_tolerance = tolerance;
  options.parameter_tolerance = 1e-7;
  options.gradient_tolerance = 1e-12;
  // The default believes a first step of any length; from far off most are refused, each for the price of an image.
  options.initial_trust_region_radius = 100;
  options.logging_type = ceres::SILENT;
  options.minimizer_progress_to_stdout = false;
  // The kernels use all cores.
  options.num_threads = 1;
  return options;
}

}  // namespace

std::vector<double> values_of(const ImageTerm& image, std::span<const double> values) {
  std::vector<double> own;
  for (const std::size_t variable : image.variables) own.push_back(values[variable]);
  return own;
}

Solution minimise(const LeastSquares& problem, int most_iterations, double tolerance,
                  const std::function<void(const Iteration&)>& progress) {
  const std::size_t n = problem.variables.size();
  std::vector<double> at(n);
  for (std::size_t i = 0; i < n; ++i) at[i] = problem.variables[i].coordinate.at(problem.variables[i].value);
  ceres::Problem ceres_problem;
  for (double& u : at) ceres_problem.AddParameterBlock(&u, 1);
  std::exception_ptr failure;
  for (const ImageTerm& image : problem.images) {
    std::vector<double*> blocks;
    for (const std::size_t variable : image.variables) blocks.push_back(&at[variable]);
    ceres_problem.AddResidualBlock(new ImageCost(problem, image, failure), nullptr, blocks);
  }
  for (const RestraintTerm& restraint : problem.restraints)
    ceres_problem.AddResidualBlock(new RestraintCost(problem.variables[restraint.variable].coordinate, restraint),
                                   nullptr, &at[restraint.variable]);
  for (std::size_t i = 0; i < n; ++i) {
    if (problem.variables[i].held)
      ceres_problem.SetParameterBlockConstant(&at[i]);
    else
      set_bounds(ceres_problem, &at[i], problem.variables[i].coordinate);
  }
  ceres::Solver::Options options = solver_options(n, most_iterations, tolerance);
  Listener listener(progress);
  options.callbacks.push_back(&listener);
  ceres::Solver::Summary summary;
  ceres::Solve(options, &ceres_problem, &summary);
  if (!summary.IsSolutionUsable()) {
    if (failure) std::rethrow_exception(failure);
    throw Error::runtime({.what = "the refinement failed",
                          .rule = summary.message,
                          .remedy = "start closer, or refine fewer parameters"});
  }
  Solution solution{{}, summary.final_cost, summary.termination_type == ceres::CONVERGENCE, summary.message};
  for (std::size_t i = 0; i < n; ++i)
    solution.values.push_back(problem.variables[i].held ? problem.variables[i].value
                                                        : problem.variables[i].coordinate.value(at[i]));
  return solution;
}

std::vector<double> information(const LeastSquares& problem, std::span<const double> values, FitSums& fit) {
  const std::size_t n = problem.variables.size();
  std::vector<double> matrix(n * n, 0);
  fit = {};
  for (const ImageTerm& image : problem.images) {
    const std::size_t own = image.variables.size();
    const gradients::Gradient gradient(*image.space, values_of(image, values), problem.request);
    const NormalEquations sums =
        normal_equations(gradient, own, *image.target, image.pixels, image.loss, Weighting::Information);
    fit.add(sums.fit);
    for (std::size_t row = 0; row < own; ++row)
      for (std::size_t column = 0; column < own; ++column)
        matrix[image.variables[row] * n + image.variables[column]] += sums.matrix[row * own + column];
  }
  for (const RestraintTerm& r : problem.restraints) matrix[r.variable * n + r.variable] += 1 / (r.sigma * r.sigma);
  return matrix;
}

}  // namespace femtobragg::refine
