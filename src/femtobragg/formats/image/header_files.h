// Geometry from the headers of images: CBF as PILATUS and EIGER write it ("miniCBF"), and SMV.
#pragma once

#include <string>
#include <string_view>

#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// The text header of a CBF image, or as much of the file as holds it. The detector stands upright across the beam,
/// lifted by Detector_2theta about the sample. Throws Error(Runtime) that names file and line.
Geometry parse_cbf_header(std::string_view bytes, const std::string& name);

/// An SMV image, or as much of it as holds the header. The detector stands upright across the beam: at DIALS_ORIGIN
/// where there is one, else at DISTANCE with BEAM_CENTER_X along slow and BEAM_CENTER_Y along fast. Throws
/// Error(Runtime) that names the file and the key; refuses turned detectors, since headers do not say about which axis.
Geometry parse_smv_geometry(std::string_view bytes, const std::string& name);

}  // namespace femtobragg::formats
