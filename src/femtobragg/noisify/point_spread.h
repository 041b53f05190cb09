// The point spread of noisify: the light of each pixel over its neighbours, out to a radius that its photons decide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "femtobragg/noisify/settings.h"

namespace femtobragg::noisify {

/// A kernel of a certain width, in pixels.
class SpreadKernel {
 public:
  SpreadKernel(SpreadShape shape, double fwhm);

  /// The share of a pixel's photons that another pixel gets, by its distance; the integral over that pixel.
  double value(std::int64_t fast, std::int64_t slow) const;
  /// Pixels around one with so many photons, of which a tenth of their error may be lost. Not a number: a Gaussian
  /// knows no radius for so few.
  double radius(double photons) const;
  /// Of that many photons, those beyond the radius.
  double beyond(double photons, double radius) const;
  /// Of the kernel's integral from the middle to a corner; `value` is the difference of four.
  double integral(double fast, double slow) const;

 private:
  SpreadShape shape_;
  double width_;
};

struct Spread {
  std::int64_t radius = 0;  ///< of the brightest pixel
  double lost = 0;          ///< photons beyond the radii of their pixels, which all pixels got in equal parts
  bool wrapped = false;     ///< light left the image at its right edge
};

/// Spreads the photons of an image. `radius`: of all pixels; 0: each has its own. Throws Error(Usage) for pixels
/// without a radius.
Spread spread_photons(std::vector<float>& photons, std::size_t n_fast, const SpreadKernel& kernel, std::int64_t radius);

}  // namespace femtobragg::noisify
