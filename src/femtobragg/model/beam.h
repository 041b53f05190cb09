// The X-ray beam: where it goes, its sources, polarization and fluence.
#pragma once

#include <vector>

#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"

namespace femtobragg {

/// One point of the beam's divergence and spectrum.
struct Source {
  Vec3d direction;          ///< unit vector from the sample to the source, lab frame
  double wavelength_m = 0;  ///< > 0
  double weight = 1;        ///< relative, >= 0; weights are normalised over all sources

  friend bool operator==(const Source&, const Source&) = default;
};

struct Beam {
  Vec3d direction{1, 0, 0};          ///< unit vector of propagation, lab frame
  double wavelength_m = 1e-10;       ///< central wavelength
  std::vector<Source> sources;       ///< at least one
  bool apply_polarization = true;    ///< false: the polarization factor is one everywhere
  double polarization_fraction = 0;  ///< Kahn factor K, -1 to 1; 0 is unpolarized light
  Vec3d polarization_axis{0, 0, 1};  ///< direction of the electric field, lab frame
  double fluence_per_m2 = unit_fluence_per_m2;

  friend bool operator==(const Beam&, const Beam&) = default;
};

}  // namespace femtobragg
