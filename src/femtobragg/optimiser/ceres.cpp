// The optimiser: Levenberg-Marquardt by Ceres.
#include <ceres/ceres.h>

#include <cmath>

#include "femtobragg/optimiser/sum_of_squares.h"

namespace femtobragg::optimiser {
namespace {

class Cost : public ceres::CostFunction {
 public:
  explicit Cost(const Residuals& residuals) : residuals_(residuals) {
    mutable_parameter_block_sizes()->assign(residuals.coordinates.size(), 1);
    set_num_residuals(static_cast<int>(residuals.count));
  }

  bool Evaluate(double const* const* at, double* residuals, double** jacobians) const override {
    return residuals_.evaluate(at, residuals, jacobians);
  }

 private:
  const Residuals& residuals_;
};

class Listener : public ceres::IterationCallback {
 public:
  Listener(const std::function<bool(const Step&)>& after, const std::vector<double>& at) : after_(after), at_(at) {}

  ceres::CallbackReturnType operator()(const ceres::IterationSummary& s) override {
    const bool on =
        !after_ || after_({s.iteration, s.cost, s.step_norm, s.iteration_time_in_seconds, s.step_is_successful, &at_});
    return on ? ceres::SOLVER_CONTINUE : ceres::SOLVER_TERMINATE_SUCCESSFULLY;
  }

 private:
  const std::function<bool(const Step&)>& after_;
  const std::vector<double>& at_;
};

void set_bounds(ceres::Problem& problem, double* block, const Coordinate& coordinate) {
  if (std::isfinite(coordinate.lowest)) problem.SetParameterLowerBound(block, 0, coordinate.lowest);
  if (std::isfinite(coordinate.highest)) problem.SetParameterUpperBound(block, 0, coordinate.highest);
}

ceres::Solver::Options solver_options(const SumOfSquares& problem) {
  constexpr std::size_t dense_up_to = 300;
  ceres::Solver::Options options;
  options.linear_solver_type =
      problem.coordinates.size() <= dense_up_to ? ceres::DENSE_QR : ceres::SPARSE_NORMAL_CHOLESKY;
  options.max_num_iterations = problem.most_iterations;
  options.function_tolerance = problem.tolerance;
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
}  // namespace femtobragg::optimiser

extern "C" __attribute__((visibility("default"))) void femtobragg_minimise(
    const femtobragg::optimiser::SumOfSquares& problem, femtobragg::optimiser::Minimum& minimum) {
  using namespace femtobragg::optimiser;
  std::vector<double> at;
  for (const Coordinate& coordinate : problem.coordinates) at.push_back(coordinate.value);
  ceres::Problem solved;
  for (double& value : at) solved.AddParameterBlock(&value, 1);
  for (const Residuals& residuals : problem.residuals) {
    std::vector<double*> blocks;
    for (const std::size_t coordinate : residuals.coordinates) blocks.push_back(&at[coordinate]);
    solved.AddResidualBlock(new Cost(residuals), nullptr, blocks);
  }
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (problem.coordinates[i].held)
      solved.SetParameterBlockConstant(&at[i]);
    else
      set_bounds(solved, &at[i], problem.coordinates[i]);
  }
  ceres::Solver::Options options = solver_options(problem);
  Listener listener(problem.after, at);
  options.update_state_every_iteration = true;
  options.callbacks.push_back(&listener);
  ceres::Solver::Summary summary;
  ceres::Solve(options, &solved, &summary);
  minimum = {summary.IsSolutionUsable(), summary.termination_type == ceres::CONVERGENCE, summary.final_cost,
             summary.message, at};
}
