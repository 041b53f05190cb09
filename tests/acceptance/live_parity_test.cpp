// The drop-in and the nanoBragg binary that NB_C_BIN names, side by side on the command lines of tests/golden/parity.
#include <gtest/gtest.h>

#include "femtobragg/evidence/compare/image_comparison.h"
#include "tests/acceptance/live.h"
#include "tests/programs/golden.h"

namespace femtobragg::tests {
namespace {

class LiveParity : public Live<testing::TestWithParam<GoldenCase>> {};

/// The rule for golden images holds for any careful build of the other program: 3e-8 of the maximum is the largest
/// difference from one built like that of the golden images, 6e-8 from one with fused multiply-add and -O3, and at
/// most one pixel in 65 000 is more than an ulp away from either. Their sums differ by less than 2e-10.
TEST_P(LiveParity, SameImageFromBothPrograms) {
  const Json& json = GetParam().json;
  std::vector<std::string> words = json["args"];
  words.insert(words.end(), {"-nonoise", "-nopgm", "-noprogress", "-floatfile", "live.bin"});
  const TemporaryFolder our_folder, their_folder;
  const ProgramResult our_run = run_program("nanoBragg", words, our_folder.path());
  const ProgramResult their_run = run_other(words, their_folder.path());
  ASSERT_EQ(our_run.status, 0) << our_run.err;
  ASSERT_EQ(their_run.status, 0) << their_run.err;

  const std::vector<float> ours = read_floats(our_folder / "live.bin"), theirs = read_floats(their_folder / "live.bin");
  expect_same_image(ours, theirs);
  if (HasFatalFailure()) return;
  const Image first{ours.size(), 1, theirs}, second{ours.size(), 1, ours};
  const evidence::ImageComparison likeness = evidence::compare_images(first, second, {0, ours.size(), 0, 1});
  const double correlation = likeness.correlation, sum_ratio = likeness.sum_ratio;
  const double least = json["correlation"], from = json["sum_ratio"][0], to = json["sum_ratio"][1];
  EXPECT_GE(correlation, least);
  EXPECT_GE(sum_ratio, from);
  EXPECT_LE(sum_ratio, to);
  EXPECT_NEAR(sum_ratio, 1, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(parity, LiveParity, testing::ValuesIn(cases_of("parity")), name_of_case);

}  // namespace
}  // namespace femtobragg::tests
