// Distributions of one number, each as its quantile function: what is drawn with the probability that falls below it.
#pragma once

#include <cstdint>
#include <functional>

namespace femtobragg::recipe {

/// The number that the distribution falls below with a probability in (0, 1). A uniform deviate makes a draw of it, and
/// truncation is exact.
using Law = std::function<double(double probability)>;

/// The deviates of physics::RandomStream nearest to 0 and to 1: nothing beyond their quantiles is ever drawn.
inline constexpr double least_deviate = 0x1p-53, most_deviate = 1 - 0x1p-53;

/// Infinite where nothing truncates.
struct Bounds {
  double least, most;
};

Law uniform_law(double least, double most);
/// Throws std::domain_error if the distribution has nothing within the bounds that doubles can tell.
Law normal_law(double mean, double sigma, const Bounds& bounds);
/// `sigma`: of the natural logarithm. Throws as normal_law().
Law log_normal_law(double median, double sigma, const Bounds& bounds);
/// Density proportional to x^(alpha - 1) (1 - x)^(beta - 1), from `least` (x = 0) to `most` (x = 1).
Law beta_law(double alpha, double beta, double least, double most);
/// Means up to most_poisson_mean. Throws as normal_law().
Law poisson_law(double mean, const Bounds& bounds);
inline constexpr double most_poisson_mean = 1e6;
/// Whole numbers from `least` to `most`, all alike.
Law whole_law(double least, double most);

/// The regularised incomplete beta function I_x(a, b).
double incomplete_beta(double a, double b, double x);

/// What is drawn: one entry of a recipe, in one image.
struct DrawPlace {
  std::uint64_t seed = 1;
  std::uint64_t image = 0;  ///< below 2^32
  std::uint32_t entry = 0;
};

/// The i-th deviate of a place, in (0, 1).
double deviate(const DrawPlace& place, std::uint32_t i);

/// The sum of as many standard normal steps as the image's number: zero at image 0, steps between neighbours
/// independent with variance 1, covariance of images j and k min(j, k). Powers of two are reached by doubling, what is
/// between them by P. Levy's bisection (Processus stochastiques et mouvement brownien (1948); Z. Ciesielski, Trans. Am.
/// Math. Soc. 99 (1961) 403): at most 64 numbers are drawn.
double random_walk(const DrawPlace& place, std::uint32_t i);

}  // namespace femtobragg::recipe
