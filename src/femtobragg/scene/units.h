// Units that keys end in: wavelength_A, distance_mm.
#pragma once

#include <span>
#include <string_view>

namespace femtobragg::scene {

struct Unit {
  std::string_view suffix;  ///< after the key's '_'; empty: a bare number
  double (*to_base)(double);
  double (*from_base)(double);  ///< nearly the inverse
};

/// A dimension is the list of units that a quantity may be given in, the one without rounding last.
using Units = std::span<const Unit>;

extern const Units lengths, small_lengths, wavelengths, angles, angles_mrad, fractions, inverse_lengths, fluences,
    fluxes, times, short_times, electrons, electron_densities, areas_A2, areas_m2, edges_A, degrees_only, energies,
    pixels, crystallites, densities, molar_masses;
inline constexpr Units no_unit{};

}  // namespace femtobragg::scene
