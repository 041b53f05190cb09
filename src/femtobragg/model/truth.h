// What is known of each reflection in an image, because the image was computed.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "femtobragg/base/vec3.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// A reflection on a panel. Means are weighted by the photons of the reflection in each pixel, at each wavelength and
/// each angle of the spindle.
struct TruthReflection {
  std::array<std::int64_t, 3> hkl{};
  std::size_t panel = 0;
  std::size_t lattice = 0;          ///< which of several crystals in the beam
  double fast_px = 0, slow_px = 0;  ///< mean place; the centre of the panel's first pixel is 0.5, 0.5
  double wavelength_m = 0;          ///< mean
  double phi_rad = 0;               ///< mean angle of the spindle
  double excitation_per_A = 0;      ///< |s0 + g| - |s0| at the means: above zero outside the Ewald sphere
  double amplitude = 0;             ///< |F|, electrons
  double photons = 0;               ///< expected, on all rendered pixels of the panel
  double sigma = 0;                 ///< of the best estimate of the photons from a count of them
  double pixels = 0;                ///< that it fills: (sum p)^2 / sum p^2 over its photons p in each pixel
  double background = 0;            ///< expected photons of backgrounds on so many pixels under it
  Vec3d diffracted{};               ///< unit vector from the sample to the mean place, lab frame
};

/// Where in a series a reflection is: frame i lasts from i to i + 1.
struct ScanPlace {
  double frame = 0;  ///< of the mean angle of its photons; of stills, the mean number of their frame
  std::size_t first_frame = 0, last_frame = 0;  ///< that list it
};

struct Truth {
  std::vector<TruthReflection> reflections{};  ///< by lattice, panel, then h, k, l
  double fraction = 0;                         ///< of the brightest's photons that a listed reflection has at least
  double photons = 0;                          ///< of all reflections, listed or not: the image but for its background
};

}  // namespace femtobragg
#pragma GCC visibility pop
