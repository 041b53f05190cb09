// The X-ray beam: where it goes, its sources, polarization and fluence.
#pragma once

#include <vector>

#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// One point of the beam's divergence and spectrum.
struct Source {
  Vec3d direction;          ///< unit vector from the sample to the source, lab frame
  double wavelength_m = 0;  ///< > 0
  double weight = 1;        ///< relative, >= 0 and not all 0; weights are normalised over all sources

  friend bool operator==(const Source&, const Source&) = default;
};

/// How the photons of a beam are spread across it.
enum class BeamProfile {
  Flat,      ///< evenly over a square
  Gaussian,  ///< round; its size is the full width at half maximum
};

/// Fluence in the middle of a beam over that of a square with edges of the beam's size which all its photons cross.
double central_fluence(BeamProfile profile);

struct Beam {
  Vec3d direction{1, 0, 0};          ///< unit vector of propagation, lab frame
  double wavelength_m = 1e-10;       ///< central wavelength, among those of the sources
  bool nominal_wavelength = false;   ///< wavelength_m is what the run is called by, whatever its sources' wavelengths
  std::vector<Source> sources;       ///< at least one
  bool apply_polarization = true;    ///< false: the polarization factor is one everywhere
  double polarization_fraction = 0;  ///< Kahn factor K, -1 to 1; 0 is unpolarized light
  Vec3d polarization_axis{0, 0, 1};  ///< direction of the electric field, across the beam, lab frame
  double fluence_per_m2 = unit_fluence_per_m2;  ///< in the middle of the beam

  /// Whether `wavelength_m` lies between the shortest and the longest of the sources.
  bool has_central_wavelength() const;

  /// A parallel, unpolarized beam of one wavelength.
  static Beam monochromatic(double wavelength_m, const Vec3d& direction = {1, 0, 0});

  friend bool operator==(const Beam&, const Beam&) = default;
};

}  // namespace femtobragg
#pragma GCC visibility pop
