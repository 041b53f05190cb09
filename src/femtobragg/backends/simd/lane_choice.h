// Which lanes compute a plan, or why tiles cannot.
#pragma once

#include <optional>
#include <string>

#include "femtobragg/backends/backend.h"
#include "femtobragg/backends/simd/instruction_set.h"

namespace femtobragg::backends::simd_backend {

/// Why the order of pixels or a rule of older programs needs the reference backend; empty if tiles can do it.
std::optional<std::string> why_not_tiles(const kernel::Plan& plan, const kernel::PanelPlan& panel);

LaneShape lane_shape(const kernel::Plan& plan);

/// The lanes that keep the error of a term near 1e-6 of the brightest possible one; `wide_tile`: pixels of a wide tile
/// of floats, `all_alike`: as in TileFacts. Double where floats were asked for but cannot do it: very coarse pixels,
/// and tophat, whose edge turns any error into a whole spot.
LaneKind lane_kind(const kernel::Plan& plan, const kernel::PanelPlan& panel, const RunControl& control,
                   std::size_t wide_tile, bool all_alike);

/// The least that the brightest pixel of an image must have for floats to keep 1e-5 of it, relative to the brightest
/// possible term: they keep 1e-6 of that one.
double least_brightness_in_floats(const kernel::Plan& plan);

}  // namespace femtobragg::backends::simd_backend
