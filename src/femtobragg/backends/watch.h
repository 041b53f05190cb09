// How a caller follows a computation, and how it ends early.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>

#include "femtobragg/base/error.h"

#pragma GCC visibility push(default)
namespace femtobragg::backends {

/// Thrown by a computation that was requested to stop. Its image is not complete, and what it wrote means nothing.
struct Stopped : Error {
  Stopped() : Error(Kind::Runtime, {.what = "the computation was stopped"}) {}
};

/// Rows of a panel that were computed without a break.
struct WorkSpan {
  std::optional<int> thread{};  ///< which of the processor's; nothing for devices that have none to name
  std::size_t first_row = 0, rows = 0;
  std::chrono::steady_clock::time_point begin{}, end{};
};

/// Does not change any result. Exceptions of the functions end the computation and are passed on; a request to stop
/// ends it with Stopped. Each thread checks for these before it continues with the next pixels, so it reacts within
/// fractions of a second. Everything can be used again afterwards.
struct Watch {
  /// Called now and then, from one thread at a time, with the number of pixels rendered so far. Starts from zero again
  /// if an image turns out too dark for floats.
  std::function<void(std::uint64_t rendered)> progress{};
  /// Called from one thread at a time.
  std::function<void(const WorkSpan& span)> work_done{};
  std::stop_token stop{};

  /// For the next of several images that are counted together, after so many pixels.
  Watch after(std::uint64_t pixels) const {
    Watch watch = *this;
    if (progress) watch.progress = [all = progress, pixels](std::uint64_t rendered) { all(pixels + rendered); };
    return watch;
  }
};

}  // namespace femtobragg::backends
#pragma GCC visibility pop
