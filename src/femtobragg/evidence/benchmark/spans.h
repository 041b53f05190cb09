// Where the time goes: named spans, in the trace-event format that Perfetto and Chrome open.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "femtobragg/backends/backend.h"

namespace femtobragg::evidence {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Span {
  std::string name;
  int thread = 0;  ///< 0: the one that sets up and writes
  Clock::time_point begin, end;
};

/// Times count from the creation of the object.
class SpanRecord {
 public:
  /// Runs an action and records how long it took.
  template <class Action>
  auto during(const std::string& name, Action&& action) {
    const Noting noting{*this, name, Clock::now()};
    return action();
  }
  void add(Span span) { spans_.push_back(std::move(span)); }

  /// Records the work of a backend's threads, which call this one at a time.
  std::function<void(const backends::WorkSpan&)> of_threads();

  const std::vector<Span>& spans() const { return spans_; }

  /// An object with `traceEvents`: complete events (ph X) in microseconds, one row for each thread.
  std::string trace_events_json() const;

 private:
  /// Records its span when it ends, whether normally or by an exception.
  struct Noting {
    SpanRecord& record;
    const std::string& name;
    Clock::time_point begin;
    ~Noting() { record.add({name, 0, begin, Clock::now()}); }
  };

  Clock::time_point start_ = Clock::now();
  std::vector<Span> spans_;
};

}  // namespace femtobragg::evidence
