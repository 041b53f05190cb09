// Falls back to the reference backend for panels that a backend cannot compute.
#pragma once

#include <memory>

#include "femtobragg/backends/backend.h"

namespace femtobragg::backends {

/// Prepares a plan with the backend, and with the reference backend for panels that this one cannot compute. If the
/// backend can compute all requested panels, they are computed together; otherwise each is computed by itself, and the
/// summary states the reason. `like`: an earlier result of this function, or null; tables that did not change are shared
/// with it.
std::unique_ptr<Prepared> prepare(const Backend& backend, std::shared_ptr<const kernel::Plan> plan,
                                  const RunControl& control, const Prepared* like = nullptr);

/// What rendering a panel would take, by whichever backend computes it.
Outlook outlook(const Backend& backend, const kernel::Plan& plan, std::size_t panel, const RunControl& control);

}  // namespace femtobragg::backends
