// How a crystal is turned, and what the parameters of crystals have in common.
#pragma once

#include <optional>
#include <string>

#include "femtobragg/base/mat3.h"
#include "femtobragg/kernel/plan_gradient.h"
#include "femtobragg/model/experiment.h"

namespace femtobragg::gradients {

/// The orientation: it takes a cell in its standard setting (a* along lab x, b* in the x-y plane) to the crystal's real
/// axes. A left-handed crystal has an improper one.
Mat3d orientation_of(const CrystalAxes& axes);

bool is_left_handed(const CrystalAxes& axes);

/// The axes' rates when the crystal turns by this rotation vector (rad) a unit of the parameter.
kernel::PlanTangent tangent_of_turn(const CrystalAxes& axes, const Vec3d& turn);

void put(kernel::PlanTangent& tangent, std::size_t slot, const Vec3d& rate);

/// Why nothing that moves spots has derivatives: their edges are sharp.
std::optional<std::string> sharp_edges(const Experiment& experiment);

}  // namespace femtobragg::gradients
