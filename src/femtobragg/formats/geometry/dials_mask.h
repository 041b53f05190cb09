// Masks that DIALS reads beside an experiment list: a pickled tuple with an array of bool for each panel.
#pragma once

#include <string>

#include "femtobragg/model/pixel_mask.h"

namespace femtobragg::formats {

/// The bytes of such a file; true: the pixel counts. Panels are those of the detector, in its order; `mask` is that of
/// its whole image. Arrays are pickled as flex arrays of cctbx are: their sizes, and a text of digits, one for each
/// pixel (protocol 4 of Python's pickle). Throws Error(Usage) for a mask of another size.
std::string dials_mask_bytes(const Detector& detector, const PixelMask& mask);

/// The name of the mask that belongs to an experiment list: "sweep.mask" for "sweep.expt".
std::string dials_mask_name(const std::string& expt);

}  // namespace femtobragg::formats
