// One table of rules. All of them compare the step between two samples with the width of a spot, both in reciprocal
// space, at the finest resolution where the image has reflections.
#include "femtobragg/nanobragg/setup/sampling_rules.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/setup/sight.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/simulate/lit_reflections.h"

namespace femtobragg::nanobragg {
namespace {

/// Steps may be half as wide as the spot. A sum over steps of h of a gaussian of full width w at half maximum is off by
/// 2 exp(-2 pi^2 (w / 2.355 h)^2), 1e-6 for h = w/2 and 6 % for h = w; where a frame begins or ends within a
/// reflection, the midpoint rule is off by up to h^2 G'/24, 1.4 % of the whole reflection for h = w/2.
constexpr double steps_in_spot = 2;
/// Sub-pixels: the same for spots of the width wavelength / extent, which is 1.07 times as wide, in two directions.
constexpr double sub_pixels_in_spot = 1.7;
/// What random domains may be wrong by, at the finest resolution.
constexpr double domain_error = 0.1;

const double fwhm_of_range = fwhm_of_gaussian / std::sqrt(12.0);  ///< of a gaussian with the variance of a flat range
/// Standard deviation of a component of the tilts of domains, of the largest tilt: tilts are (1 - r^2)^(1/3) of it
/// about random axes (physics/mosaic_rotation.h), and the root of the mean of (1 - r^2)^(2/3) / 3 over 0 < r < 1 is
/// 0.496.
constexpr double sigma_of_tilt = 0.496;

/// A range that is divided into equal steps, as lengths in reciprocal space (1/m).
struct Spread {
  double across = 0;  ///< how far a lattice point moves through the Ewald sphere over the range: what makes it shine
  double along = 0;   ///< how far its spot moves on the detector
  double count = 1;
};

double square(double x) { return x * x; }

/// Standard deviation of the wavelengths of a spectrum over their mean; 0 without one. As many of them are rendered as
/// leave no gaps.
double relative_spread(const Spectrum& spectrum) {
  double total = 0, mean = 0, squares = 0;
  for (const SpectrumLine& line : spectrum) total += line.weight, mean += line.weight * line.wavelength_m;
  if (!(total > 0)) return 0;
  mean /= total;
  for (const SpectrumLine& line : spectrum) squares += line.weight * square(line.wavelength_m / mean - 1);
  return std::sqrt(squares / total);
}

class SamplingRules {
 public:
  SamplingRules(const Setup& setup, const kernel::Plan& plan) : setup_(setup), sight_(sight_of(setup, plan)) {
    const Experiment& e = setup.experiment;
    const StructureFactors& factors = *e.structure_factors;
    d_m_ = sight_.corner ? metres_from_angstrom(sight_.corner->d_A) : 0;
    if (factors.default_amplitude == 0) d_m_ = std::max(d_m_, metres_from_angstrom(sight_.list_d_A));
    d_m_ = std::max(d_m_, e.sampling.d_min_m);
    const physics::ShapeInfo& shape = physics::shape_info(e.crystal.shape);
    const double fudge = shape.has_fudge ? std::max(1.0, e.crystal.fudge) : 1;
    width_ = shape.full_width / (setup.largest_dimension_m * std::sqrt(fudge));
    pixel_ = 1 / std::abs(setup.reciprocal_pixel_m);
    const double q = 1 / d_m_, wavelength_m = e.beam.wavelength_m;
    const auto angles = [&](const SampledRange& r) {
      return Spread{r.range * q, r.range / wavelength_m, static_cast<double>(r.count)};
    };
    phi_ = {e.spindle.phi_step_rad * static_cast<double>(e.spindle.phi_steps) * q, 0,
            static_cast<double>(e.spindle.phi_steps)};
    horizontal_ = angles(setup.horizontal_rad);
    vertical_ = angles(setup.vertical_rad);
    // A lattice point at q leaves the sphere by q sin(theta) for each unit of relative wavelength.
    const double sine = std::min(1.0, 0.5 * wavelength_m * q);
    wavelengths_ = {setup.dispersion.range * q * sine, setup.dispersion.range * q,
                    static_cast<double>(setup.dispersion.count)};
    spectrum_ = fwhm_of_gaussian * relative_spread(setup.spectrum) * q * sine;
    tilt_ = sigma_of_tilt * e.crystal.mosaic_spread_rad * q;
    domains_ = static_cast<double>(e.crystal.mosaic_rotations.size());
  }

  bool has_reflections() const { return d_m_ > 0; }

  std::optional<std::string> phi() const {
    const double most = filled_width(&phi_) / steps_in_spot;
    if (enough("rotation.steps") || phi_.across <= fine(most) * phi_.count) return {};
    return "phi steps of " + deg(phi_.across * d_m_ / phi_.count) + " are too coarse: reflections at " + resolution() +
           " diffract for " + deg(filled_width(&phi_) * d_m_) + "; rotation.steps " + count(phi_.across / most) +
           " would be enough";
  }

  std::optional<std::string> divergence() const {
    const double h = chosen("beam.horizontal_divergence_steps") ? 1 : steps_of(horizontal_),
                 v = chosen("beam.vertical_divergence_steps") ? 1 : steps_of(vertical_);
    if (h <= horizontal_.count && v <= vertical_.count) return {};
    const std::string horizontally =
        h > horizontal_.count ? "beam.horizontal_divergence_steps " + count(h) : std::string();
    const std::string vertically = v > vertical_.count ? "beam.vertical_divergence_steps " + count(v) : std::string();
    const std::string blank = horizontally.empty() || vertically.empty() ? "" : " ";
    return "divergence steps of " + mrad(h > horizontal_.count ? setup_.horizontal_rad : setup_.vertical_rad) +
           " are too coarse: spots at " + resolution() + " break up into dots; " + horizontally + blank + vertically +
           " would be enough";
  }

  std::optional<std::string> dispersion() const {
    const double steps = steps_of(wavelengths_);
    if (chosen("beam.dispersion_steps") || steps <= wavelengths_.count) return {};
    return "wavelength steps of " + format_number(100 * setup_.dispersion.range / wavelengths_.count, 3) +
           " % are too coarse: spots at " + resolution() + " break up into dots; beam.dispersion_steps " +
           count(steps) + " would be enough";
  }

  std::optional<std::string> domains() const {
    const double needed = domains_for(filled_width(nullptr));
    if (domains_ == 0 || enough("crystal.mosaic_domains") || domains_ >= needed) return {};
    const double error = domain_error * std::sqrt(needed / domains_);
    return count(domains_) + " mosaic domains are too few: intensities at " + resolution() + " are off by about " +
           format_number(100 * error, 2) + " %; " +
           (setup_.scene.crystal.mosaic_rotations_file.empty() ? "crystal.mosaic_domains " : "a list of ") +
           count(needed) + " would be enough";
  }

  std::optional<std::string> sub_pixels() const {
    const auto oversample = static_cast<double>(setup_.experiment.sampling.oversample);
    if (sight_.spot_px * oversample >= sub_pixels_in_spot) return {};
    return "sub-pixels of " + format_number(1 / oversample, 3) + " px are too coarse: spots are " +
           format_number(sight_.spot_px, 3) + " px wide; sampling.oversample " +
           count(sub_pixels_in_spot / sight_.spot_px) + " would be enough";
  }

 private:
  /// By assemble/sampling_choice.h, which looks at intensities.
  bool chosen(std::string_view field) const {
    return std::ranges::any_of(setup_.sampling.spreads,
                               [&](const assemble::SampledSpread& s) { return s.field == field && !s.given; });
  }
  bool enough(std::string_view field) const {
    return chosen(field) || std::ranges::any_of(setup_.sampling.spreads, [&](const assemble::SampledSpread& s) {
             return s.field == field && s.error <= setup_.sampling.accuracy;
           });
  }

  static double fine(double most) { return most * (1 + 1e-9); }
  static std::string count(double n) { return format_fixed(std::ceil(n * (1 - 1e-9)), 0); }
  static std::string deg(double rad) { return format_number(degrees_from_radians(rad), 3) + " deg"; }
  static std::string mrad(const SampledRange& r) {
    return format_number(1e3 * r.range / static_cast<double>(r.count), 3) + " mrad";
  }
  std::string resolution() const { return format_number(angstrom_from_metres(d_m_), 3) + " A"; }

  /// In terms of its movement, a lattice point shines for the width of its spot, and as long as other spreads keep it
  /// near the sphere: those that by themselves leave no gaps between their own steps.
  double filled_width(const Spread* besides) const {
    double squared = square(width_) + square(spectrum_);
    for (const Spread* spread : {&phi_, &horizontal_, &vertical_, &wavelengths_})
      if (spread != besides && spread->across <= fine(width_ / steps_in_spot) * spread->count)
        squared += square(fwhm_of_range * spread->across);
    if (besides && domains_ >= domains_for(width_)) squared += square(fwhm_of_gaussian * tilt_);
    return std::sqrt(squared);
  }

  /// Steps in a spread of the beam, so that reflections have the right intensities and spots no gaps: these are as wide
  /// as the crystal's spots, or as pixels, which hide what is smaller.
  double steps_of(const Spread& spread) const {
    return std::max(1.0, steps_in_spot * std::max(spread.across / filled_width(&spread),
                                                  spread.along / std::sqrt(square(width_) + square(pixel_))));
  }

  /// M random domains with tilts of standard deviation t, seen through a spot of standard deviation s, give an
  /// intensity that scatters by sqrt((<G^2>/<G>^2 - 1) / M). For gaussians and a reflection one standard deviation off
  /// the sphere <G^2>/<G>^2 is (1 + r^2) / sqrt(1 + 2 r^2) exp(r^2 / (1 + 2 r^2)), with r = t / s.
  double domains_for(double width) const {
    const double r2 = square(tilt_ * fwhm_of_gaussian / width);
    return ((1 + r2) / std::sqrt(1 + 2 * r2) * std::exp(r2 / (1 + 2 * r2)) - 1) / square(domain_error);
  }

  const Setup& setup_;
  Sight sight_;
  double d_m_ = 0, domains_ = 0;
  double width_ = 0, pixel_ = 0, tilt_ = 0, spectrum_ = 0;  ///< in reciprocal space, 1/m
  Spread phi_, horizontal_, vertical_, wavelengths_;
};

constexpr struct {
  const char* id;
  std::optional<std::string> (SamplingRules::*check)() const;
} sampling_rules[] = {
    {"rotation-coarse", &SamplingRules::phi},          {"divergence-coarse", &SamplingRules::divergence},
    {"dispersion-coarse", &SamplingRules::dispersion}, {"domains-few", &SamplingRules::domains},
    {"spots-missed", &SamplingRules::sub_pixels},
};

/// Where nothing is sampled there is nothing to look at.
bool samples_anything(const Setup& setup) {
  const Experiment& e = setup.experiment;
  return e.spindle.phi_step_rad != 0 || setup.horizontal_rad.range != 0 || setup.vertical_rad.range != 0 ||
         setup.dispersion.range != 0 || !e.crystal.mosaic_rotations.empty() ||
         e.sampling.oversample < setup.recommended_oversample;
}

}  // namespace

std::vector<CoarseSampling> coarse_samplings(const Setup& setup, const kernel::Plan& plan) {
  std::vector<CoarseSampling> found;
  if (!samples_anything(setup)) return found;
  const SamplingRules all(setup, plan);
  if (!all.has_reflections()) return found;
  for (const auto& [id, check] : sampling_rules)
    if (const auto text = (all.*check)()) found.push_back({id, as_described(setup, *text)});
  return found;
}

}  // namespace femtobragg::nanobragg
