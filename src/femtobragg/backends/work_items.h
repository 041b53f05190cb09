// Work items that threads share: whatever ends one of them early ends them all.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <stop_token>

#include "femtobragg/backends/backend.h"

namespace femtobragg::backends {

/// No exception may leave a parallel region, so the first one is kept here until the region is over. It, or a request
/// to stop, lets threads skip items that they have not begun.
class WorkItems {
 public:
  explicit WorkItems(const std::stop_token& stop) : on_stop_(stop, Abandon{abandoned_}), stop_(stop) {}

  /// Runs a work item, unless all work is abandoned.
  template <class Work>
  void run(Work&& work) noexcept {
    if (is_abandoned()) return;
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      abandoned_ = true;
    }
  }

  bool is_abandoned() const { return abandoned_.load(std::memory_order_relaxed); }
  /// For long items, which must check this now and then.
  const std::atomic<bool>& abandoned() const { return abandoned_; }

  /// After the region: rethrows what was thrown in it, or throws Stopped if some work was not done.
  void finish() const {
    if (failure_) std::rethrow_exception(failure_);
    if (stop_.stop_requested()) throw Stopped();
  }

 private:
  struct Abandon {
    std::atomic<bool>& flag;
    void operator()() const { flag = true; }
  };

  std::atomic<bool> abandoned_ = false;
  std::stop_callback<Abandon> on_stop_;
  std::stop_token stop_;
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace femtobragg::backends
