// What a refinement asks of its optimiser. The optimiser is a module of its own, which is loaded when the first
// refinement starts: Ceres brings along libraries for matrices that no other run needs. Types stand in this header
// alone, so that the module needs nothing of the rest.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace femtobragg::optimiser {

/// A number that is varied.
struct Coordinate {
  double value = 0;
  double lowest = 0, highest = 0;  ///< may be infinite
  bool held = false;               ///< it stays as it is
};

/// Some of the residuals.
struct Residuals {
  std::vector<std::size_t> coordinates;  ///< those that they depend on
  std::size_t count = 0;
  /// Writes residuals at these values of the coordinates, and derivatives [coordinate][residual] for each pointer that
  /// is not null. False: there are none here, a shorter step is tried.
  std::function<bool(const double* const* at, double* residuals, double** derivatives)> evaluate;
};

struct Step {
  int number = 0;
  double cost = 0, length = 0, seconds = 0;
  bool accepted = true;
  const std::vector<double>* values = nullptr;  ///< of the coordinates: the best so far
};

/// Half the sum of the squares of all residuals is to become as small as it can.
struct SumOfSquares {
  std::vector<Coordinate> coordinates;
  std::vector<Residuals> residuals;
  int most_iterations = 0;
  double tolerance = 0;                    ///< change of the cost, as a fraction of it, at which the search ends
  std::function<bool(const Step&)> after;  ///< called after each step; false: the search ends
};

struct Minimum {
  bool usable = false, converged = false;
  double cost = 0;
  std::string message;
  std::vector<double> values;  ///< of the coordinates
};

}  // namespace femtobragg::optimiser

/// The function that the module has. Exceptions of `after` are passed on.
extern "C" void femtobragg_minimise(const femtobragg::optimiser::SumOfSquares& problem,
                                    femtobragg::optimiser::Minimum& minimum);
