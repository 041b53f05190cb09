// Measures: the render alone, and whole processes side by side.
#pragma once

#include <optional>

#include "femtobragg/evidence/benchmark/record.h"
#include "femtobragg/evidence/process.h"

namespace femtobragg::evidence {

/// Renders once to warm up, verifies that image, and if it is right renders again, timed. Fills the record's
/// verification and render. `runs` as default_runs() says if it is zero; request.control.threads is not zero.
void measure_render(const kernel::Plan& plan, const RenderRequest& request, std::size_t verify_pixels, int runs,
                    Record& record);

/// What another program is asked.
struct PeerRequest {
  Command command;
  std::size_t rows = 0;  ///< render so many rows at least, evenly spread by -mask, and scale; 0: the whole image
  std::size_t n_fast = 0, n_slow = 0;
};

/// Runs ours and the peer's in turn, `runs` times, or as default_runs() says if it is zero; without a peer once unless
/// `repeat`. Fills the record's process and peer. Rows are as many for each of the peer's threads, two at least. Throws
/// Error(Runtime) if either fails.
void measure_processes(const Command& ours, const std::optional<PeerRequest>& peer, bool repeat, int runs,
                       Record& record);

}  // namespace femtobragg::evidence
