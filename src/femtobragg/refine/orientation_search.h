// Finds the orientation of a crystal of known cell from the peaks of one image, from any start.
//
// Two peaks whose lengths and angle match two reflections define an orientation. Each is rated by how close it brings
// the indices of all peaks to whole numbers, low angles first, because those are most tolerant. Orientations that the
// lattice cannot distinguish are distinguished by their images.
#pragma once

#include <stop_token>
#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/refine/target.h"
#include "femtobragg/simulate/render.h"

#pragma GCC visibility push(default)
namespace femtobragg::refine {

/// Scattering vector of a peak, 1/angstrom.
struct Peak {
  Vec3d q_A;
  double photons = 0;
};

/// The brightest local maxima away from the direct beam, at most this many.
std::vector<Peak> find_peaks(const Target& target, const Experiment& experiment, std::size_t most);

struct OrientationCandidate {
  Mat3d rotation;          ///< rotates the experiment's crystal
  double score = 0;        ///< peaks explained by the lattice: 1 is all of them
  double correlation = 0;  ///< correlation of image and model, with broad spots, in logarithms
};

struct OrientationSearchOptions {
  std::size_t most_peaks = 150, pair_peaks = 20, candidates = 60;
  double length_tolerance = 0.02, angle_tolerance_rad = 0.02;
  RenderRequest request{};
  std::stop_token stop{};  ///< ends the search, which throws backends::Stopped
};

/// Sorted, the best first. Throws Error if the image has too few peaks, or no orientation explains them.
std::vector<OrientationCandidate> search_orientation(const Experiment& experiment, const Target& target,
                                                     const OrientationSearchOptions& options = {});

/// The experiment with its crystal rotated.
Experiment turned(const Experiment& experiment, const Mat3d& rotation);

}  // namespace femtobragg::refine
#pragma GCC visibility pop
