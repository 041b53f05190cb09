// The sensor of every panel, from flags, known detectors and geometry files.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/model/experiment.h"
#include "femtobragg/nanobragg/options.h"
#include "femtobragg/nanobragg/origins.h"
#include "femtobragg/nanobragg/quirks.h"

namespace femtobragg::nanobragg {

/// -detector_thick, -detector_abs and -detector_thicksteps win over -sensor, that over -detector, that over what the
/// panels bring from a geometry file. A sensor that no flag counts the layers of gets layers no thicker than a pixel is
/// wide, at least two. Throws Error(Usage).
void set_sensors(Experiment& experiment, const Options& options, const Origins& origins, QuirkLog& quirks,
                 std::vector<std::string>& warnings);

}  // namespace femtobragg::nanobragg
