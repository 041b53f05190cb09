// The smooth background of a measured image, found from the image itself.
//
// The background is a linear combination of smooth functions, fitted to the pixels between the spots. Each count is
// weighted by the inverse of its expected variance, which is repeated with the background found (Fisher's scoring); the
// result is that of greatest Poisson likelihood. Spots are left out: pixels further from the expected photons than
// noise explains, and their neighbours. Where a model of the spots is known, its photons are added to what is expected,
// so that their weak tails do not count as background.
//
//   radial       intensity(sin theta / lambda) x what an even scatterer of the experiment gives a pixel: solid angle,
//                polarization, absorption in the sensor. The intensity is a cubic spline with equal intervals, whose
//                second differences are weakly penalised (P. Eilers & B. Marx, Statistical Science 11, 1996, 89-121).
//   polynomial   for each panel a polynomial of the place, in Legendre polynomials.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/background.h"
#include "femtobragg/model/experiment.h"
#include "femtobragg/refine/target.h"
#include "femtobragg/simulate/render.h"

#pragma GCC visibility push(default)
namespace femtobragg::refine {

enum class BackgroundKind {
  Radial,      ///< the same at all places of one scattering angle, as of air, water and glass
  Polynomial,  ///< any slow change on a panel
};

struct BackgroundForm {
  BackgroundKind kind = BackgroundKind::Radial;
  int order = 200;  ///< intervals of the radial curve; degree of the polynomials

  friend bool operator==(const BackgroundForm&, const BackgroundForm&) = default;
};

/// "radial" (of 200 intervals), "radial:40" (intervals, 4 to 400), "polynomial" (of degree 3) or "polynomial:2" (0 to
/// 8). Throws Error(Usage).
BackgroundForm parse_background_form(std::string_view text);

/// As parse_background_form() reads it.
std::string name_of(const BackgroundForm& form);

/// The mean over the usable pixels of a ring.
struct BackgroundPoint {
  double stol_per_A = 0;    ///< sin(theta) / lambda, 1/angstrom
  double resolution_A = 0;  ///< 1 / (2 sin(theta) / lambda)
  double photons = 0;       ///< of a pixel
};

struct SmoothBackground {
  BackgroundForm form{};
  std::vector<double> photons;         ///< of each pixel, n_slow x n_fast; never below zero; zero between panels
  std::vector<BackgroundPoint> curve;  ///< from the beam outwards; rings without a usable pixel are left out
  std::size_t used = 0, spots = 0;     ///< usable pixels that it was found from, and that were left out
  /// A radial background as one of Experiment::backgrounds, for the experiment's fluence.
  std::optional<Background> scatterer{};
};

/// `spots`: photons of the model's crystal, n_slow x n_fast; empty: unknown. The experiment's detector, beam and sensor
/// count; its crystal and backgrounds do not. Pixels that it does not render get no radial background. Throws Error if
/// too few pixels are left, or the sizes differ.
SmoothBackground smooth_background(const Target& target, const Experiment& experiment, const BackgroundForm& form = {},
                                   std::span<const double> spots = {}, const RenderRequest& request = {},
                                   const std::stop_token& stop = {});

/// Throws Error(Usage) if the experiment has water or another background: both would explain the same photons.
void require_no_background(const Experiment& experiment, const std::string& image);

/// The target with a radial background, above which peaks are peaks wherever they are. As it is if it has one, or if
/// its pixels are too few to tell.
Target with_smooth_background(Target target, const Experiment& experiment, const RenderRequest& request = {},
                              const std::stop_token& stop = {});

}  // namespace femtobragg::refine
#pragma GCC visibility pop
