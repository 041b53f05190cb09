// Work in a copy of the process, and spans of time.
#include "femtobragg/evidence/benchmark/isolated.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <vector>

#include "femtobragg/base/error.h"
#include "femtobragg/evidence/benchmark/spans.h"

namespace femtobragg::evidence {
namespace {

TEST(Isolated, ReturnsTheText) {
  const std::string large(1'000'000, 'x');
  EXPECT_EQ(isolated([&] { return large; }), large);
  EXPECT_EQ(isolated([] { return std::string(); }), "");
}

TEST(Isolated, ChangesNothingHere) {
  int value = 1;
  EXPECT_EQ(isolated([&] { return std::to_string(++value); }), "2");
  EXPECT_EQ(value, 1);
}

TEST(Isolated, PassesErrorsOn) {
  try {
    isolated([]() -> std::string { throw Error::usage({.what = "something is wrong"}); });
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "something is wrong");
  }
}

TEST(Isolated, TellsOfADeath) {
  try {
    isolated([]() -> std::string {
      std::raise(SIGKILL);
      return "";
    });
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("signal 9"), std::string::npos) << error.what();
  }
}

TEST(Isolated, MemoryIsItsOwn) {
  constexpr std::size_t much = 200'000'000;
  const auto peak = [](std::size_t bytes) {
    return std::stod(isolated([&] {
      const std::vector<char> memory(bytes, 1);
      return std::to_string(peak_memory_bytes() + (memory.back() == 1 ? 0 : 1));
    }));
  };
  const double little = peak(1);
  EXPECT_GT(peak(much), little + 0.9 * much);
  EXPECT_NEAR(peak(1), little, 0.1 * much);
}

TEST(Spans, AreMicrosecondsInTheirRows) {
  SpanRecord record;
  record.during("outer", [&] { return record.during("inner", [] { return 7; }); });
  const auto now = Clock::now();
  record.of_threads()({3, 8, 8, now, now + std::chrono::milliseconds(2)});
  const auto trace = nlohmann::json::parse(record.trace_events_json());
  std::size_t spans = 0, names = 0;
  for (const auto& event : trace["traceEvents"]) {
    if (event["ph"] == "M") {
      ++names;
      continue;
    }
    ++spans;
    if (event["name"] == "rows 8 to 15") {
      EXPECT_EQ(event["tid"], 4);
      EXPECT_NEAR(event["dur"].get<double>(), 2000, 1e-6);
    }
  }
  EXPECT_EQ(spans, 3u);
  EXPECT_EQ(names, 2u);
}

}  // namespace
}  // namespace femtobragg::evidence
