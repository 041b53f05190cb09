// Scattering of what is no crystal, besides water.
#pragma once

#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace femtobragg {

/// A material that scatters around the beam, by the angle alone. Below the first point and above the last one their
/// intensities hold.
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

  bool has_path() const { return from_m != to_m; }

  friend bool operator==(const Background&, const Background&) = default;
};

}  // namespace femtobragg
#pragma GCC visibility pop
