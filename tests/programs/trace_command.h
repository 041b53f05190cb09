// Runs `femtobragg trace` in a folder of its own, alone or after a comparison.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "femtobragg/evidence/compare/trace_record.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {

namespace fs = std::filesystem;
using evidence::TracedQuantity;
using nlohmann::json;

inline const Words run = {"-default_F", "100",     "-cell",       "70",        "80", "90",         "75",
                          "85",         "95",      "-misset",     "15",        "25", "35",         "-N",
                          "5",          "-lambda", "1.2",         "-distance", "50", "-detpixels", "64",
                          "-pixel",     "0.4",     "-oversample", "2"};

class TraceCommand : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("NB_C_BIN");
    unsetenv("NB_PY_BIN");
  }

  ProgramResult trace(const Words& options, const Words& arguments = run) const {
    Words words = after("trace", options);
    if (!arguments.empty()) words.push_back("--");
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_program("femtobragg", words, folder_.path());
  }
  std::string script(const std::string& name, const std::string& text) const {
    folder_.write(name, "#!/bin/sh\n" + text + "\n");
    fs::permissions(folder_ / name, fs::perms::owner_all);
    return (folder_ / name).string();
  }
  void compare(const Words& options, const Words& arguments = run) const {
    Words words = {"--outdir", "D"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back("--");
    words.insert(words.end(), arguments.begin(), arguments.end());
    expect_success(run_program("nb-compare", words, folder_.path()));
  }

  TemporaryFolder folder_;
};

/// Values of a trace by name; the last one where a name occurs several times.
inline std::map<std::string, TracedQuantity> values_of(const std::string& text) {
  std::map<std::string, TracedQuantity> values;
  for (const TracedQuantity& quantity : evidence::parse_trace(text).quantities) values[quantity.name] = quantity;
  return values;
}

}  // namespace femtobragg::tests
