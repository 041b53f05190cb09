// Long computations: without the interpreter's lock, followed by Python functions, and ended by Ctrl-C.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <utility>

#include "femtobragg/femtobragg.h"

namespace femtobragg::python {

/// Runs a task on one of the module's own threads and waits for it, while `wait` is called every 50 ms. Own threads
/// keep their helpers from one task to the next. A process that forks starts with none: threads that the parent's
/// helpers belong to are not there in the child.
void run_on_worker(const std::function<void()>& task, const std::function<void()>& wait);

/// Calls compute(watch). Signals, such as Ctrl-C, are looked at meanwhile; when a handler of them raises, the
/// computation is stopped and the exception passed on. `progress`: None, or called with the number of pixels now and
/// then, from the calling thread.
template <class Compute>
auto interruptible(Compute&& compute, const pybind11::object& progress = pybind11::none()) {
  namespace py = pybind11;
  std::stop_source stop;
  std::atomic<std::uint64_t> rendered{0};
  backends::Watch watch;
  watch.stop = stop.get_token();
  if (!progress.is_none()) watch.progress = [&](std::uint64_t pixels) { rendered = pixels; };
  std::optional<decltype(compute(watch))> result;
  std::exception_ptr failure;
  std::optional<py::error_already_set> raised;
  const auto look = [&] {
    if (raised) return;
    const py::gil_scoped_acquire lock;
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (!progress.is_none()) progress(rendered.load());
    } catch (const py::error_already_set& error) {
      raised.emplace(error);
      stop.request_stop();
    }
  };
  {
    const py::gil_scoped_release unlock;
    run_on_worker(
        [&] {
          try {
            result.emplace(compute(watch));
          } catch (...) {
            failure = std::current_exception();
          }
        },
        look);
  }
  if (raised) throw py::error_already_set(*std::exchange(raised, std::nullopt));
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace femtobragg::python
