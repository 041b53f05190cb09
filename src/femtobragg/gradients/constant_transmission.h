// What derivatives leave out where something is in the light's way.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/model/experiment.h"

#pragma GCC visibility push(default)
namespace femtobragg::gradients {

/// A sentence that names the parameters among these which also change what obstacles and matter leave of the light:
/// derivatives hold that constant. Empty: there is none.
std::string remark_on_transmission(const Experiment& experiment, const std::vector<std::string>& parameters);

}  // namespace femtobragg::gradients
#pragma GCC visibility pop
