// How much of a crystal of many mosaic blocks the beam lights.
#pragma once

#include "femtobragg/assemble/assembly.h"

namespace femtobragg::assemble {

/// A beam through the middle of a crystal, in the frame of the crystal's sizes.
struct BeamSpot {
  Vec3d direction;   ///< unit vector
  Vec3d horizontal;  ///< unit vector along one pair of a flat beam's edges, across the direction
  double size_m = 0;
  BeamProfile profile = BeamProfile::Flat;
};

double whole_volume_m3(CrystalForm form, const Vec3d& size_m);

/// The integral over the crystal's volume of the fluence relative to the middle of the beam, to about 3e-5 of itself.
double lit_volume_m3(CrystalForm form, const Vec3d& size_m, const BeamSpot& beam);

/// Whether the scene's crystal has many blocks.
inline bool has_many_blocks(const CrystalScene& crystal) { return !(crystal.whole_size_m == Vec3d{}); }

/// Of the experiment's crystal, from the scene: the mean over the spindle angles, lit along beam.direction, whatever
/// the divergence. Throws Error(Usage) for a crystal that has no blocks, or is smaller than one.
void set_lit_volume(Assembled& result);

}  // namespace femtobragg::assemble
