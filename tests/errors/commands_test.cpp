// Options of commands: what is refused, and in which words.
#include <gtest/gtest.h>

#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

struct Wrong {
  std::vector<std::string> words;
  std::string message;
};

class WrongOptions : public testing::TestWithParam<Wrong> {};

TEST_P(WrongOptions, AreRefused) {
  const TemporaryFolder folder;
  const ProgramResult run = run_program("femtobragg", GetParam().words, folder.path());
  EXPECT_NE(run.status, 0);
  EXPECT_NE(run.err.find(GetParam().message), std::string::npos) << run.err;
}

INSTANTIATE_TEST_SUITE_P(
    Commands, WrongOptions,
    testing::Values(
        Wrong{{"benchmark", "--threads", "0"}, "--threads: it must be from 1 to 4096; got 0"},
        Wrong{{"benchmark", "--plot", "x.svg"}, "--plot; it needs --sizes or --sweep"},
        Wrong{{"compare", "--png-percentile", "nan", "--", "x"}, "--png-percentile: it must be from 0 to 100; got nan"},
        Wrong{{"refine", "--levels", "x"}, "--levels: it must be from 0 to 12; got x"},
        Wrong{{"refine", "--refine", "scale", "--target", "t.npy", "--background", "foo", "--", "-default_F", "1"},
              "--background"},
        Wrong{{"fcalc", "x", "--dmin", "2", "--method", "f"}, "--method: it must be one of auto|fft|direct; got f"},
        Wrong{{"fcalc", "x", "--dmin", "2", "--out", ""}, "--out: it must not be empty"},
        Wrong{{"convert", "a", "b", "--", "c"}, "--; this command takes no arguments after it"},
        Wrong{{"inventory", "--", "c"}, "--; this command takes no arguments after it"},
        Wrong{{"explain", "-cell", "1"}, "put the flags of the run after --"}),
    [](const auto& test) { return test.param.words[0] + std::to_string(test.index); });

}  // namespace
}  // namespace femtobragg::tests
