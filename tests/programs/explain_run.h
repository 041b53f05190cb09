// Runs of `femtobragg explain`.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {

using json = nlohmann::json;

class Explain : public QuirkRun {
 protected:
  Explain() { folder_.write("indirect.hkl", "1 0 0 10\n-1 0 0 10\n0 5 0 20\n0 -5 0 20\n"); }

  static std::string small() { return "-default_F 100 -cell 50 60 70 -N 5 -detpixels 24 -pixel 0.2 -seed 1 "; }
  static std::string listed() { return "-hkl p1.hkl -cell 30 40 50 75 95 105 -N 5 -detpixels 16 -pixel 1 -seed 1 "; }

  /// `options` of explain, then the flags of the run.
  ProgramResult run_explain(const std::string& options, const std::string& flags) {
    return run_program("femtobragg", words_of("explain " + options + " -- " + flags), folder_.path());
  }
  json explained(const std::string& flags, const std::string& options = "--calibration 0") {
    const ProgramResult result = run_explain("--json " + options, flags);
    EXPECT_EQ(result.status, 0) << flags << "\n" << result.err;
    EXPECT_EQ(result.err, "");
    return result.status == 0 ? json::parse(result.out) : json();
  }
  static json quantity(const json& explanation, const std::string& name) {
    for (const json& row : explanation.at("quantities"))
      if (row.at("name") == name) return row;
    ADD_FAILURE() << "no quantity " << name;
    return {};
  }
  static double count(const json& explanation, const std::string& loop) {
    for (const json& row : explanation.at("loops"))
      if (row.at("name") == loop) return row.at("count");
    ADD_FAILURE() << "no loop " << loop;
    return 0;
  }
  /// The texts of the warnings of a kind.
  std::string warnings(const std::string& id, const std::string& flags, const std::string& options) {
    std::string texts;
    const json explanation = explained(flags, options);
    for (const json& warning : explanation.at("warnings"))
      if (warning.at("id") == id) texts += warning.at("text").get<std::string>() + "\n";
    return texts;
  }
};

}  // namespace femtobragg::tests
