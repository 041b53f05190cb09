// DIALS experiment lists with the images that belong to them. The models alone: formats/geometry/expt_file.h.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// How the images of an experiment were taken, and where they are, as seen from the list's folder.
struct ExptImages {
  double exposure_s = 1;
  double flux_per_s = 0;           ///< photons; 0: unknown
  std::string name;                ///< of one file of all images, or with a run of '#' for the number of each
  std::vector<std::string> files;  ///< of each image; empty: there are none, and DIALS takes sweeps for stills
  bool holds_all = false;          ///< one file has all images
  double saturation = std::numeric_limits<double>::infinity();  ///< of its kind of number
  double pedestal = 0;                                          ///< what its pixels hold where no photon fell
};

/// Whether a geometry file of this name is an experiment list.
bool is_expt_name(const std::string& path);

/// As expt_text() of expt_file.h, with the images.
std::string expt_text(const Geometry& geometry, const ExptImages& images, std::vector<std::string>& notes);

}  // namespace femtobragg::formats
