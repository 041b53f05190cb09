// What -show_config prints.
#pragma once

#include <string>

#include "femtobragg/nanobragg/quirks.h"
#include "femtobragg/nanobragg/scene.h"

namespace femtobragg::nanobragg {

/// Every derived quantity: name, value, unit, and where it came from.
std::string config_report(const Scene& scene, const QuirkSet& quirks);

}  // namespace femtobragg::nanobragg
