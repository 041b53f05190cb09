// Amorphous water around the crystal, as a flat background.
#pragma once

#include "femtobragg/base/units.h"

namespace femtobragg::physics {

/// Summed squared form factors, electrons^2, of a cube of water: 2.57 electrons per molecule at small angles, 18 g/mol,
/// 1 g/cm^3.
constexpr double water_intensity(double edge_m) {
  constexpr double form_factor = 2.57, grams_per_mol = 18.0, grams_per_m3 = 1e6;
  const double molecules = edge_m * edge_m * edge_m * grams_per_m3 * avogadro_per_mol / grams_per_mol;
  return form_factor * form_factor * molecules;
}

}  // namespace femtobragg::physics
