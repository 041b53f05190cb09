// The reference backend: plain loops in double precision on all cores. It is the definition of right.
#pragma once

#include <memory>

#include "femtobragg/backends/backend.h"

namespace femtobragg::backends {

std::unique_ptr<Backend> make_reference_backend();

/// Everything that goes into one pixel, computed by the same code as the image. Where a plan's result depends on
/// the order of pixels, all pixels before this one are rendered first.
kernel::Recorder record_pixel(const kernel::Plan& plan, std::size_t panel, std::size_t fast, std::size_t slow);

/// Calls visit with the record of each rendered pixel in raster order.
void record_pixels(const kernel::Plan& plan, std::size_t panel,
                   const std::function<void(std::size_t fast, std::size_t slow, const kernel::Recorder&)>& visit);

}  // namespace femtobragg::backends
