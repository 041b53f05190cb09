// The other program to compare with, where the environment variable NB_C_BIN names it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/run_program.h"

namespace femtobragg::tests {

/// Tests that run the program that NB_C_BIN names: skipped without it, failed where it is no program.
template <class Base>
class Live : public Base {
 protected:
  void SetUp() override {
    const char* path = std::getenv("NB_C_BIN");
    if (!path) GTEST_SKIP() << "NB_C_BIN names no nanoBragg binary: there is nothing to compare with";
    binary_ = std::filesystem::absolute(path);
    ASSERT_TRUE(std::filesystem::is_regular_file(binary_) && access(binary_.c_str(), X_OK) == 0)
        << "NB_C_BIN is '" << path << "', which is not a file that can be run";
  }

  /// Runs it with one thread: with more, several of its results depend on who comes first.
  ProgramResult run_other(std::vector<std::string> words, const std::filesystem::path& folder) const {
    words.insert(words.begin(), {"OMP_NUM_THREADS=1", binary_.string()});
    return run_binary("/usr/bin/env", words, folder, {.cpu_seconds = 250});
  }

 private:
  std::filesystem::path binary_;
};

}  // namespace femtobragg::tests
