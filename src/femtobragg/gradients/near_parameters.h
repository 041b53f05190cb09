// What an unknown name of a parameter may have meant.
#pragma once

#include <string>
#include <vector>

namespace femtobragg::gradients {

/// The parameter, or the stem of several; empty: no known one is near. Names of other programs and of flags count, and
/// so do names with a unit: "eta", "ncells", "distance_mm".
std::string near_parameter(const std::string& name, const std::vector<std::string>& known);

}  // namespace femtobragg::gradients
