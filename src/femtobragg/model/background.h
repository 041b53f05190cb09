// Scattering of what is no crystal, besides water.
#pragma once

#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace femtobragg {

/// The intensity of a material that scatters around the beam, as a function of the angle: straight lines between
/// points. Below the first point and above the last one their intensities hold.
struct Background {
  std::string name{};                  ///< for messages; may be empty
  std::vector<double> stol_per_m{};    ///< sin(theta) / lambda, rising; at least two
  std::vector<double> intensity_e2{};  ///< summed squared form factors there, electrons^2
  double scale = 1;                    ///< factor of all intensities

  friend bool operator==(const Background&, const Background&) = default;
};

}  // namespace femtobragg
#pragma GCC visibility pop
