// The spectrum of a beam: wavelengths, and how many photons each of them has.
#pragma once

#include <vector>

#pragma GCC visibility push(default)
namespace femtobragg {

struct SpectrumLine {
  double wavelength_m = 0;  ///< > 0
  double weight = 0;        ///< relative number of photons, >= 0

  friend bool operator==(const SpectrumLine&, const SpectrumLine&) = default;
};

using Spectrum = std::vector<SpectrumLine>;  ///< in order of growing wavelength

}  // namespace femtobragg
#pragma GCC visibility pop
