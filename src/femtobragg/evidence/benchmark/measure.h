// Measures: the render alone, and whole processes side by side.
#pragma once

#include <optional>

#include "femtobragg/evidence/benchmark/record.h"
#include "femtobragg/evidence/process.h"

namespace femtobragg::evidence {

/// Renders once to warm up, verifies that image, and if it is correct renders again, timed. Fills the record's
/// verification and render. If `runs` is zero, default_runs() decides. request.control.threads must not be zero.
void measure_render(const kernel::Plan& plan, const RenderRequest& request, std::size_t verify_pixels, int runs,
                    Record& record);

/// What another program has to render.
struct PeerRequest {
  Command command;
  std::size_t rows = 0;  ///< render at least this many rows, spread evenly by -mask, and scale; 0: the whole image
  std::size_t n_fast = 0, n_slow = 0;
};

/// Runs our program and the peer in turn, `runs` times; if `runs` is zero, default_runs() decides. Without a peer it
/// runs once unless `repeat`. Fills the record's process and peer. Each of the peer's threads gets the same number of
/// rows, at least two. Throws Error(Runtime) if either program fails.
void measure_processes(const Command& ours, const std::optional<PeerRequest>& peer, bool repeat, int runs,
                       Record& record);

}  // namespace femtobragg::evidence
