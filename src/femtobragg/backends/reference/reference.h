// The reference backend: plain loops in double precision on all cores. It is the definition of right.
#pragma once

#include <memory>

#include "femtobragg/backends/backend.h"

namespace femtobragg::backends {

std::unique_ptr<Backend> make_reference_backend();

HotLoop reference_hot_loop();

}  // namespace femtobragg::backends
