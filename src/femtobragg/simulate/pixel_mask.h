// The pixels of an image that nobody should integrate, whatever they count.
#pragma once

#include "femtobragg/model/experiment.h"
#include "femtobragg/model/pixel_mask.h"
#include "femtobragg/model/response.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// Gaps, pixels that are masked or not rendered, dead and hot pixels of a response that masks them (null: there is
/// none), and those to which obstacles leave less than Attenuation::mask_below of the sample's light.
PixelMask pixel_mask_of(const Experiment& experiment, const Response* response);

/// Whether it may have shadows.
bool masks_shadows(const Experiment& experiment);

}  // namespace femtobragg
#pragma GCC visibility pop
