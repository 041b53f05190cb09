// Scattering of non-crystalline matter, besides water.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "femtobragg/base/vec3.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// A reflection of a crystallite, in the crystallite's own frame.
struct CrystalliteReflection {
  Vec3d g_per_m;                  ///< 1/d long
  double intensity_e2_per_m = 0;  ///< its share of the material's intensity in a smooth powder, integrated over 1/d

  friend bool operator==(const CrystalliteReflection&, const CrystalliteReflection&) = default;
};

/// Crystallites of equal size that point anywhere, at the sample; they turn with the spindle.
struct Crystallites {
  std::int64_t count = 0;  ///< 0: none, and the intensities of the background are all
  std::uint64_t seed = 1;  ///< of their orientations, below 2^48
  double sigma_per_m = 0;  ///< standard deviation of each reflection in 1/d, and across, by their size
  std::vector<CrystalliteReflection> reflections{};

  friend bool operator==(const Crystallites&, const Crystallites&) = default;
};

/// A material that scatters around the beam, by the angle alone, but for crystallites that can be counted. Below the
/// first point and above the last one their intensities hold.
struct Background {
  std::string name{};                  ///< for messages; may be empty
  std::vector<double> stol_per_m{};    ///< sin(theta) / lambda, rising; at least two
  std::vector<double> intensity_e2{};  ///< squared form factor there, electrons^2
  double scale = 1;                    ///< factor of all intensities
  /// Derivatives of the intensity (electrons^2 m): at the first and at the last point of each interval, two for each.
  /// Cubics follow them; empty: straight lines.
  std::vector<double> slope_e2_m{};
  double molecules = 1;  ///< in the beam; intensities are those of one
  /// Where they are along the beam, evenly: 0 is the sample, upstream is negative. Equal: all are at the sample.
  double from_m = 0, to_m = 0;

  Crystallites crystallites{};  ///< beside the intensities above

  bool has_path() const { return from_m != to_m; }

  friend bool operator==(const Background&, const Background&) = default;
};

}  // namespace femtobragg
#pragma GCC visibility pop
