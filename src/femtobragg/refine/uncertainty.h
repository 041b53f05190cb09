// Standard errors and correlations from the matrix of the normal equations.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace femtobragg::refine {

struct Uncertainty {
  std::vector<double> standard_errors;
  std::vector<double> correlation;  ///< n x n
};

/// `information`: n x n, the inverse of the covariance. Throws Error(Runtime) that names the parameters that the images
/// cannot distinguish, or that no image depends on.
Uncertainty uncertainty(std::span<const double> information, const std::vector<std::string>& names);

}  // namespace femtobragg::refine
