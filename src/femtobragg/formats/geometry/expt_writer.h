// DIALS experiment lists together with their images. For the models alone: formats/geometry/expt_file.h.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// How the images of an experiment were taken, and where they are, relative to the folder of the list.
struct ExptImages {
  double exposure_s = 1;
  double flux_per_s = 0;           ///< photons; 0: unknown
  std::string name;                ///< one file with all images, or a name with a run of '#' for the number of each
  std::vector<std::string> files;  ///< one for each image; empty: there are none, and DIALS treats sweeps as stills
  bool holds_all = false;          ///< one file has all images
  double saturation =
      std::numeric_limits<double>::infinity();  ///< the largest count that its number type can represent
  std::string mask;                             ///< file of their mask (dials_mask.h); empty: none
  double pedestal = 0;                          ///< value of a pixel without photons
  std::string scene;                            ///< that the images were simulated from, in TOML; empty: none
};

/// Where the scene is in the list; DIALS ignores it, and drops it when it writes the list again.
inline constexpr const char* expt_scene_key = "femtobragg_scene";

/// Whether a geometry file with this name is an experiment list.
bool is_expt_name(const std::string& path);

/// Like expt_text() of expt_file.h, with the images.
std::string expt_text(const Geometry& geometry, const ExptImages& images, std::vector<std::string>& notes);

}  // namespace femtobragg::formats
