// How far a start is from its image, and what follows from it: how many coarse levels a fit needs, and which pixels.
//
// Each bright peak of an image stands for a point of reciprocal space, near a reflection of the start. The change of
// the reciprocal axes that brings the reflections closest to these points is about the way that the fit has to go;
// single points say less, for a peak may be far up or down its reflection's tail. The way is compared with the width of
// a spot, because a spot is pulled only from within its width (refine/schedule.h). Unlike a distance on the detector
// this also counts what a wrong orientation changes across the Ewald sphere.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "femtobragg/refine/target.h"

#pragma GCC visibility push(default)
namespace femtobragg::refine {

/// Medians over the reflections of the brightest peaks.
struct WayToGo {
  std::size_t peaks = 0;
  double pixels = 0;   ///< of the first panel
  double widths = 0;   ///< standard deviations of a spot
  double indices = 0;  ///< of the peaks themselves, Miller indices; 0.48 if they have nothing to do with the lattice
};

WayToGo way_to_go(const Experiment& start, const Target& image);

struct Approach {
  int levels = 2;
  PixelSet pixels = PixelSet::All;
  std::string why{};  ///< one line
};

/// What suits the image that is furthest off.
Approach approach_for(std::span<const WayToGo> images);

}  // namespace femtobragg::refine
#pragma GCC visibility pop
