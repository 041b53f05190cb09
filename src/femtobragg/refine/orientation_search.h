// The orientation of a crystal of known cell, from the peaks of one image, however far off the start is.
//
// Two peaks whose lengths and angle fit two reflections fix an orientation; each is judged by how near to whole numbers
// it brings the indices of all peaks, low angles first, for those forgive most.
// Orientations that a lattice cannot tell apart are told apart by their images.
#pragma once

#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/refine/target.h"
#include "femtobragg/simulate/render.h"

namespace femtobragg::refine {

/// Scattering vector of a peak, 1/angstrom.
struct Peak {
  Vec3d q_A;
  double photons = 0;
};

/// The brightest local maxima away from the direct beam, at most so many.
std::vector<Peak> find_peaks(const Target& target, const Experiment& experiment, std::size_t most);

struct OrientationCandidate {
  Mat3d rotation;          ///< turns the experiment's crystal
  double score = 0;        ///< peaks explained by the lattice: 1 is all of them
  double correlation = 0;  ///< of image and model, with broad spots, in logarithms
};

struct OrientationSearchOptions {
  std::size_t most_peaks = 150, pair_peaks = 20, candidates = 60;
  double length_tolerance = 0.02, angle_tolerance_rad = 0.02;
  RenderRequest request{};
};

/// The best first. Throws Error where the image has too few peaks, or no orientation explains them.
std::vector<OrientationCandidate> search_orientation(const Experiment& experiment, const Target& target,
                                                     const OrientationSearchOptions& options = {});

/// The experiment with its crystal turned.
Experiment turned(const Experiment& experiment, const Mat3d& rotation);

}  // namespace femtobragg::refine
