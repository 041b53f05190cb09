// Structure factors by a linear step of their own: for a fixed geometry photons are linear in |F|^2.
//
// Of x = |F|^2 of the table's entries a pixel expects m = K x + b photons; b is what the table does not make (water,
// the default amplitude outside it). With counts d,
//   x <- x * K^T (d / m) / K^T 1
// never lowers the likelihood of the counts and keeps x above zero (expectation maximisation: Shepp and Vardi 1982;
// Richardson 1972, Lucy 1974). K^T is the adjoint of the image (gradients/gradient.h); no matrix is kept. Every few
// steps a longer one along their curve is tried (SQUAREM: Varadhan and Roland 2008), and taken back where the
// likelihood falls.
//
// A reflection's information on x, all others held, is sum over pixels of K^2 / m. An adjoint gives sums of K only; but
// for random signs e, (K^T (e / sqrt(m)))^2 has that sum as its mean, because the signs of different pixels cancel
// (Hutchinson 1990). It is averaged over some draws of signs for each image. Without anything below it or beside it a
// spot of N photons has N / x^2, and no spot has more: sigma(x) = x / sqrt(N) at least.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/refine/normal_equations.h"

namespace femtobragg::refine {

/// An experiment with its geometry, and what was measured; the target must outlive the call.
struct AmplitudeImage {
  Experiment experiment;
  const Target* target = nullptr;
};

struct AmplitudeOptions {
  int most_iterations = 100;
  /// It has converged where an iteration changes reflections by less than this, as a root mean square in standard
  /// errors of spots with nothing below them.
  double tolerance = 0.003;
  bool tie_friedel_mates = true;  ///< (h k l) and (-h -k -l) alike, where both are in the table
  /// Reflections of which the start expects fewer photons in all images together keep their value.
  double least_photons = 1;
  /// Draws of signs for each image. An information from n images is known to about sqrt(2 / (draws n)), its standard
  /// error to half of that.
  int draws = 8;
  RenderRequest request{};
};

struct MeasuredAmplitude {
  std::int64_t h = 0, k = 0, l = 0;
  double amplitude = 0;  ///< |F|, electrons
  /// From x to one standard error above it: sigma(x) / 2F, and sqrt(sigma(x)) where F vanishes. Of counting alone, with
  /// all other reflections and the geometry held. Of both mates, where they are tied.
  double standard_error = 0;
  double photons = 0;  ///< expected in all images; of both mates, where they are tied
  /// Images in which the expected photons exceed three standard errors that this image alone gives them: what lies
  /// below a spot and beside it counts.
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
  std::size_t independent = 0;                    ///< mates that are tied count once
  std::size_t kept = 0;                           ///< entries that the images say nothing of, or that are zero
  std::shared_ptr<const StructureFactors> table;  ///< with kept values where nothing was found
  std::vector<AmplitudeIteration> iterations;
  std::vector<FitSums> before, after;  ///< for each image
  double cost_before = 0, cost = 0;
  bool converged = false;
  double seconds = 0;
};

/// The start is the images' table; entries that are zero stay zero. All usable pixels of the targets count. The same
/// bits for any number of threads. Throws Error: no image, images of different tables or without one, interpolated
/// amplitudes, models or images without signal, pixels that are no numbers.
AmplitudeResult solve_amplitudes(std::vector<AmplitudeImage> images, const AmplitudeOptions& options = {},
                                 const std::function<void(const AmplitudeIteration&)>& progress = {});

}  // namespace femtobragg::refine
