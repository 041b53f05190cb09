// Our own images give their geometry back, whatever the convention that reads them.
#include <gtest/gtest.h>

#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

TEST(HeaderRoundTrip, NearPointIsReadInTheXdsConvention) {
  const TemporaryFolder folder;
  const std::vector<std::string> crystal = {"-default_F", "100", "-cell", "50", "-N", "3", "-oversample", "1"};
  const auto simulate = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "simulate");
    words.insert(words.end(), crystal.begin(), crystal.end());
    return run_program("femtobragg", words, folder.path());
  };
  ASSERT_EQ(simulate({"-Xbeam", "3", "-Ybeam", "6", "-pixel", "1", "-detpixels", "10", "-intfile", "a.img"}).status, 0);
  const ProgramResult read = simulate({"-xds", "-img", "a.img", "-show_config", "-o", "b.npy"});
  ASSERT_EQ(read.status, 0) << read.err;
  // MOSFLM's (X, Y) is (slow, fast) without half a pixel: the beam is at fast 6.5, slow 3.5 mm.
  EXPECT_NE(read.out.find("near point fast slow       6.5 3.5 mm"), std::string::npos) << read.out;
}

TEST(Pix0, BehindTheSampleIsRefused) {
  const TemporaryFolder folder;
  const ProgramResult result = run_program(
      "femtobragg", {"simulate", "-default_F", "1", "-cell", "50", "-detpixels", "4", "-pix0_vector", "-0.1", "0", "0"},
      folder.path());
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.err.find("-pix0_vector"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace femtobragg::tests
