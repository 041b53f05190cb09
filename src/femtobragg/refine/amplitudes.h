// Fits structure factors by a linear step: for a fixed geometry photons are linear in |F|^2.
//
// With x = |F|^2 of the table's entries, the expected photons of a pixel are m = K x + b; b is what does not come from
// the table (water, the default amplitude outside it, a fitted background). With counts d,
//   x <- x * K^T (d / m) / K^T 1
// never lowers the likelihood of the counts and keeps x above zero (expectation maximisation: Shepp and Vardi 1982;
// Richardson 1972, Lucy 1974). K^T is the adjoint of the image (gradients/gradient.h); no matrix is stored. Every few
// steps a longer one along their curve is tried (SQUAREM: Varadhan and Roland 2008), and undone if the likelihood
// falls.
//
// A reflection's information on x, with all others fixed, is the sum over pixels of K^2 / m. An adjoint only gives sums
// of K; but for random signs e, the mean of (K^T (e / sqrt(m)))^2 is that sum, because the signs of different pixels
// cancel (Hutchinson 1990). It is averaged over some draws of signs for each image. A spot of N photons without any
// background or neighbours has the information N / x^2, and no spot has more: sigma(x) is at least x / sqrt(N).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/refine/normal_equations.h"

namespace femtobragg::refine {

/// An experiment with its geometry, and the measured image; the target must outlive the call.
struct AmplitudeImage {
  Experiment experiment;
  const Target* target = nullptr;
};

struct AmplitudeOptions {
  int most_iterations = 100;
  /// Converged if an iteration changes reflections by less than this: the root mean square in standard errors that
  /// spots without background would have.
  double tolerance = 0.003;
  bool tie_friedel_mates = true;  ///< (h k l) and (-h -k -l) are equal, if both are in the table
  /// Reflections with fewer expected photons at the start, in all images together, keep their value.
  double least_photons = 1;
  /// Draws of signs for each image. An information from n images is known to about sqrt(2 / (draws n)), its standard
  /// error to half of that.
  int draws = 8;
  RenderRequest request{};
};

struct MeasuredAmplitude {
  std::int64_t h = 0, k = 0, l = 0;
  double amplitude = 0;  ///< |F|, electrons
  /// Standard error: sigma(x) / 2F, or sqrt(sigma(x)) if F vanishes. It includes counting only, with all other
  /// reflections and the geometry fixed. Common to both mates if they are tied.
  double standard_error = 0;
  double photons = 0;  ///< expected in all images; both mates together if they are tied
  /// Number of images in which the expected photons exceed three standard errors that this image alone gives them,
  /// including what lies below and beside the spot.
  std::size_t observations = 0;
};

struct AmplitudeIteration {
  int number = 0;
  double cost = 0;    ///< half the Poisson deviance, before the step
  double change = 0;  ///< see AmplitudeOptions::tolerance
  double seconds = 0;
  bool accepted = true;  ///< false: a longer step, taken back
};

struct AmplitudeResult {
  std::vector<MeasuredAmplitude> reflections;     ///< in the table's order
  std::size_t independent = 0;                    ///< tied mates count once
  std::size_t kept = 0;                           ///< entries that the images do not determine, or that are zero
  std::shared_ptr<const StructureFactors> table;  ///< keeps values that could not be determined
  std::vector<AmplitudeIteration> iterations;
  std::vector<FitSums> before, after;  ///< one for each image
  double cost_before = 0, cost = 0;
  bool converged = false;
  double seconds = 0;
};

/// The start is the images' table; entries that are zero stay zero. All usable pixels of the targets are used. The same
/// bits for any number of threads. Throws Error: no image, images with different tables or without one, interpolated
/// amplitudes, models or images without signal, pixels that are not numbers.
AmplitudeResult solve_amplitudes(std::vector<AmplitudeImage> images, const AmplitudeOptions& options = {},
                                 const std::function<void(const AmplitudeIteration&)>& progress = {});

}  // namespace femtobragg::refine
