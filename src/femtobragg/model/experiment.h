// Everything that a simulation needs to know, in a crystallographer's words.
#pragma once

#include <memory>
#include <vector>

#include "femtobragg/model/attenuation.h"
#include "femtobragg/model/background.h"
#include "femtobragg/model/beam.h"
#include "femtobragg/model/crystal.h"
#include "femtobragg/model/detector.h"
#include "femtobragg/model/response.h"
#include "femtobragg/model/sampling.h"
#include "femtobragg/model/spindle.h"
#include "femtobragg/model/structure_factors.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// One of several crystals in the beam: in all but this it is as Experiment::crystal says.
struct Lattice {
  CrystalAxes axes;
  double weight = 1;  ///< its photons over those that the crystal would scatter

  friend bool operator==(const Lattice&, const Lattice&) = default;
};

/// All vectors are in one lab frame with the sample at its origin. Any right-handed frame will do, as long as all
/// vectors are in the same one: apart from Curvature::LabAxes of older programs, images do not depend on it.
struct Experiment {
  Beam beam;
  Crystal crystal;
  std::vector<Lattice> lattices{};  ///< of several crystals in the beam, in place of crystal.axes; empty: there is one
  Detector detector;
  Spindle spindle;
  Sampling sampling;
  std::shared_ptr<const StructureFactors> structure_factors;
  double water_edge_m = 0;  ///< edge of a cube of amorphous water around the crystal: the same at all angles
  std::vector<Background> backgrounds{};  ///< in addition to the water
  Attenuation attenuation{};              ///< of the sample's light on its way; each Matter with its coefficient
  /// What the detector makes of photons, for derivatives and refinement alone: rendered images have photons, and files
  /// of numbers come from the response (simulate/detect.h).
  Recording recording{};

  /// The same structure factors count, wherever they are.
  friend bool operator==(const Experiment& a, const Experiment& b) {
    const bool same_factors =
        a.structure_factors == b.structure_factors ||
        (a.structure_factors && b.structure_factors && *a.structure_factors == *b.structure_factors);
    return same_factors && a.beam == b.beam && a.crystal == b.crystal && a.lattices == b.lattices &&
           a.detector == b.detector && a.spindle == b.spindle && a.sampling == b.sampling &&
           a.water_edge_m == b.water_edge_m && a.backgrounds == b.backgrounds && a.attenuation == b.attenuation &&
           a.recording == b.recording;
  }
};

/// Throws Error(Usage) that names the first field that no simulation can have, or that contradicts another. Values that
/// older programs accept all the same pass where sampling.compatibility.odd names their kind.
void validate(const Experiment& experiment);

}  // namespace femtobragg
#pragma GCC visibility pop
