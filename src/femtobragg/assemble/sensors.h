// The sensor of every panel.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/assemble/scene.h"
#include "femtobragg/model/experiment.h"

namespace femtobragg::assemble {

/// Thickness, attenuation and layers of the scene win over its material, and that over what the panels bring. A sensor
/// whose layers nobody counts gets layers no thicker than a pixel is wide, at least two. Answers with warnings. Throws
/// Error(Usage).
std::vector<std::string> set_sensors(Experiment& experiment, const SensorScene& scene);

}  // namespace femtobragg::assemble
