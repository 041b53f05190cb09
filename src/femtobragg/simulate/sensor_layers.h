// The layers of a sensor: between which depths each absorbs, and at which depth its photons are placed.
#pragma once

#include <vector>

#include "femtobragg/kernel/plan.h"
#include "femtobragg/model/detector.h"

namespace femtobragg {

std::vector<kernel::Layer> layers_of(const Sensor& sensor);

}  // namespace femtobragg
