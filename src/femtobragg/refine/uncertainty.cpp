// Inversion, and the directions in which it fails.
#include "femtobragg/refine/uncertainty.h"

#include <Eigen/Dense>
#include <cmath>

#include "femtobragg/base/error.h"

namespace femtobragg::refine {
namespace {

[[noreturn]] void fail(const std::string& which, const std::string& rule) {
  throw Error::runtime({.what = "the images do not determine the parameters",
                        .where = which,
                        .rule = rule,
                        .remedy = "refine fewer parameters, add images, or restrain one (--restraint)"});
}

}  // namespace

Uncertainty uncertainty(std::span<const double> information, const std::vector<std::string>& names) {
  const auto n = static_cast<Eigen::Index>(names.size());
  const auto name_of = [&](Eigen::Index i) { return names[static_cast<std::size_t>(i)]; };
  const Eigen::Map<const Eigen::MatrixXd> matrix(information.data(), n, n);
  for (Eigen::Index i = 0; i < n; ++i)
    if (!(matrix(i, i) > 0)) fail(name_of(i), "no chosen pixel changes with it");
  const Eigen::VectorXd scale = matrix.diagonal().cwiseSqrt().cwiseInverse();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(scale.asDiagonal() * matrix * scale.asDiagonal());
  constexpr double least = 1e-10, takes_part = 0.3;
  if (n > 0 && eigen.eigenvalues()[0] < least) {
    std::string which;
    for (Eigen::Index i = 0; i < n; ++i)
      if (std::abs(eigen.eigenvectors()(i, 0)) > takes_part) which += (which.empty() ? "" : ", ") + name_of(i);
    fail(which, "the others can undo a change of one");
  }
  const Eigen::MatrixXd covariance = scale.asDiagonal() * eigen.eigenvectors() *
                                     eigen.eigenvalues().cwiseInverse().asDiagonal() *
                                     eigen.eigenvectors().transpose() * scale.asDiagonal();
  Uncertainty result;
  for (Eigen::Index i = 0; i < n; ++i) result.standard_errors.push_back(std::sqrt(covariance(i, i)));
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j)
      result.correlation.push_back(covariance(i, j) / std::sqrt(covariance(i, i) * covariance(j, j)));
  return result;
}

}  // namespace femtobragg::refine
