// -tolerance on the command line: the run prints the bound that it kept.
#include <gtest/gtest.h>

#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

TEST(ToleranceFlag, PrintsTheBoundInPhotons) {
  const TemporaryFolder folder;
  const ProgramResult result = run_program(
      "femtobragg",
      {"simulate",   "-cell", "50",     "60", "70",          "-default_F", "100",        "-N",   "20", "-gauss_xtal",
       "-detpixels", "100",   "-pixel", "1",  "-oversample", "1",          "-tolerance", "1e-3", "-o", "a.npy"},
      folder.path());
  ASSERT_EQ(result.status, 0) << result.err;
  const std::string before = "left out of any pixel: at most ";
  ASSERT_NE(result.out.find(before), std::string::npos) << result.out;
  EXPECT_GT(std::stod(result.out.substr(result.out.find(before) + before.size())), 0);
}

}  // namespace
}  // namespace femtobragg::tests
