// The trace-event format: https://www.chromium.org/developers/how-tos/trace-event-profiling-tool (JSON object form).
#include "femtobragg/evidence/benchmark/spans.h"

#include <nlohmann/json.hpp>
#include <set>

namespace femtobragg::evidence {
namespace {

using nlohmann::ordered_json;

double microseconds(Clock::duration duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

ordered_json name_of_thread(int thread) {
  const std::string name = thread == 0 ? "set-up and output" : "thread " + std::to_string(thread);
  return {{"name", "thread_name"}, {"ph", "M"}, {"pid", 1}, {"tid", thread}, {"args", {{"name", name}}}};
}

}  // namespace

std::function<void(const backends::WorkSpan&)> SpanRecord::of_threads() {
  return [this](const backends::WorkSpan& work) {
    add({"rows " + std::to_string(work.first_row) + " to " + std::to_string(work.first_row + work.rows - 1),
         work.thread.value_or(0) + 1, work.begin, work.end});
  };
}

std::string SpanRecord::trace_events_json() const {
  ordered_json events = ordered_json::array();
  std::set<int> threads;
  for (const Span& span : spans_) {
    if (threads.insert(span.thread).second) events.push_back(name_of_thread(span.thread));
    events.push_back({{"name", span.name},
                      {"ph", "X"},
                      {"pid", 1},
                      {"tid", span.thread},
                      {"ts", microseconds(span.begin - start_)},
                      {"dur", microseconds(span.end - span.begin)}});
  }
  return ordered_json{{"traceEvents", events}, {"displayTimeUnit", "ms"}}.dump() + "\n";
}

}  // namespace femtobragg::evidence
