// -tolerance on the command line: the run prints the bound that it kept.
#include <gtest/gtest.h>

#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

TEST(ToleranceFlag, PrintsTheBoundInPhotons) {
  const TemporaryFolder folder;
  const ProgramResult result =
      run_program("femtobragg",
                  {"simulate",    "-cell",      "50",  "60",      "70",  "-default_F",      "100", "-N",          "20",
                   "-gauss_xtal", "-detpixels", "600", "-mosaic", "0.1", "-mosaic_domains", "200", "-oversample", "1",
                   "-tolerance",  "1e-3",       "-o",  "a.npy"},
                  folder.path());
  ASSERT_EQ(result.status, 0) << result.err;
  const std::string before = "skipped per pixel: at most ";
  ASSERT_NE(result.out.find(before), std::string::npos) << result.out;
  EXPECT_GT(std::stod(result.out.substr(result.out.find(before) + before.size())), 0);
}

/// Where it would take longer than it saves nothing is left out: the image is that without a tolerance, bit by bit.
TEST(ToleranceFlag, LeavesNothingOutWhereThatDoesNotPay) {
  const TemporaryFolder folder;
  for (const std::string shape : {"-parallelepiped_xtal", "-round_xtal", "-gauss_xtal"})
    for (const std::string domains : {"1", "20"}) {
      std::vector<std::string> words = {
          "simulate", "-cell",       "50",         "60",      "70",      "-default_F", "100",
          "-N",       "20",          "-detpixels", "300",     "-mosaic", "0.5",        "-mosaic_domains",
          domains,    "-oversample", "1",          "-nonoise"};
      if (shape != "-parallelepiped_xtal") words.push_back(shape);
      std::vector<std::string> whole = words, less = words;
      whole.insert(whole.end(), {"-floatfile", "whole.bin"});
      less.insert(less.end(), {"-floatfile", "less.bin", "-tolerance", "1e-6"});
      ASSERT_EQ(run_program("femtobragg", whole, folder.path()).status, 0);
      const ProgramResult result = run_program("femtobragg", less, folder.path());
      EXPECT_NE(result.out.find("skipped per pixel: at most 0 photons"), std::string::npos) << shape << result.out;
      EXPECT_EQ(read_bytes(folder / "less.bin"), read_bytes(folder / "whole.bin")) << shape << " " << domains;
    }
}

}  // namespace
}  // namespace femtobragg::tests
