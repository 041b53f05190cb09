// Quirks of step counts and sources, and what holds without them.
#include <gtest/gtest.h>

#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

using StepQuirks = QuirkRun;

TEST_F(StepQuirks, CountsNeedARange) {
  for (const std::string flags :
       {"-phisteps 4", "-phistep 1", "-hdivsteps 3", "-vdivstep 1", "-divsteps 2", "-dispsteps 3"})
    expect_refused(flags, 2);
  for (const std::string flags :
       {"-osc 2 -phisteps 0", "-osc -2", "-hdivrange -1", "-dispersion -1 -dispsteps 3", "-hdivrange 4 -hdivsteps -2"})
    expect_refused(flags, 2);
}

TEST_F(StepQuirks, OneStepIsOneStep) {
  expect_same(right("-osc 2 -phisteps 1 -phi 3"), right("-phi 4"));
  expect_right("Q-step-rules", "-hdivrange 5 -hdivsteps 1", "");
  expect_right("Q-step-rules", "-dispersion 3 -dispsteps 1", "");
  expect_same(right("-osc 0"), right(""));
  expect_same(right("-osc 0 -phistep 1 -phi 3"), right("-phi 3"));
}

TEST_F(StepQuirks, NoStepsAreNotANumberInTheDropIn) {
  const ProgramResult result = drop_in(base() + "-osc 0 -phistep 1");
  for (const float pixel : image_of(result)) ASSERT_TRUE(std::isnan(pixel));
  EXPECT_TRUE(announced(result.err).contains("Q-step-rules"));
  EXPECT_NE(result.err.find("warning: "), std::string::npos);
}

TEST_F(StepQuirks, RangeAndStepMakeACount) {
  expect_same(right("-osc 2 -phistep 0.5"), right("-osc 2 -phisteps 4"));
  expect_same(right("-osc 2 -phistep 0.7"), right("-osc 2 -phistep 0.7 -phisteps 3"));
}

TEST_F(StepQuirks, PhiStepsAreMiddlesOrLeftEdges) {
  const auto mean_at = [&](const Words& angles) {
    Pixels mean;
    for (const std::string& phi : angles) {
      const Pixels one = right("-phi " + phi);
      mean.resize(one.size(), 0.0f);
      for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += one[i] / static_cast<float>(angles.size());
    }
    return mean;
  };
  const std::string sweep = "-phi 10 -osc 2 -phisteps 4";
  expect_same(right(sweep), mean_at({"10.25", "10.75", "11.25", "11.75"}));
  expect_same(with_quirk("Q-phi-edges", sweep), mean_at({"10", "10.5", "11", "11.5"}));
  // A still is where it is.
  expect_same(right("-phi 10"), image_of(simulate("-quirks Q-phi-edges " + base() + "-phi 10")));
}

TEST_F(StepQuirks, StepsThatContradictTheRangeAreRefused) {
  for (const std::string flags : {"-osc 1 -phistep 0.1 -phisteps 5", "-hdivrange 4 -hdivstep 1 -hdivsteps 9"})
    expect_refused(flags, 2);
  const ProgramResult result = simulate(base() + "-osc 1 -phistep 0.4");
  EXPECT_NE(result.err.find("3 steps of 0.333333 deg"), std::string::npos) << result.err;
}

TEST_F(StepQuirks, SpreadsAreCentred) {
  // -2, 0 and 2 mrad; with the quirk of the grid they begin at -3.
  expect_right("Q-divergence-grid", "-hdivrange 6 -hdivstep 2.5", "-hdivrange 6 -hdivsteps 3");
  expect_right("Q-divergence-grid", "-vdivrange 6 -vdivstep 2.5", "-vdivrange 6 -vdivsteps 3");
  expect_same(right("-hdivrange 1 -hdivstep 0.5"), right("-hdivrange 1 -hdivsteps 2"));
}

TEST_F(StepQuirks, DivergenceThatIsCentredAnywayHidesTheQuirks) {
  const ProgramResult result = simulate("-quirks Q-divergence-grid,Q-step-rules " + base() +
                                        "-dispersion 3 -dispsteps 4 -osc 2 -phisteps 5 -phi 1");
  EXPECT_EQ(announced(result.err), std::set<std::string>{});
}

/// Points at both ends of a range count as much as those within: two of them are as far apart as the range is wide.
TEST_F(StepQuirks, SpreadsWithTheirEnds) {
  expect_same(with_quirk("Q-spread-ends", "-hdivrange 3 -vdivrange 3 -divsteps 2"),
              right("-hdivrange 6 -vdivrange 6 -divsteps 2"));
  expect_same(with_quirk("Q-spread-ends", "-dispersion 4 -dispsteps 3"), right("-dispersion 6 -dispsteps 3"));
  expect_different(right("-dispersion 4 -dispsteps 2"), with_quirk("Q-spread-ends", "-dispersion 4 -dispsteps 2"));
}

TEST_F(StepQuirks, SourcesCountByTheirWeights) {
  const std::vector<std::pair<std::string, float>> sources = {{"-10 0 0 1 1.00e-10", 1.0f},
                                                              {"-10 0.01 0 1 1.01e-10", 5.0f},
                                                              {"-10 0 0.02 1 1e-10", 0.5f},
                                                              {"-10 -0.01 0.005 1 1e-10", 1.0f}};
  const Pixels weighted = right("-sourcefile src.txt");
  Pixels mean(weighted.size(), 0.0f);
  for (const auto& [line, weight] : sources) {
    folder_.write("one.txt", line + "\n");
    const Pixels one = right("-sourcefile one.txt");
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += one[i] * (weight / 7.5f);
  }
  expect_same(weighted, mean);
  const Pixels on = with_quirk("Q-source-weights", "-sourcefile src.txt");
  expect_different(on, weighted);
  folder_.write("equal.txt",
                sources[0].first + "\n" + sources[1].first + "\n" + sources[2].first + "\n" + sources[3].first + "\n");
  expect_same(on, right("-sourcefile equal.txt"));
  folder_.write("negative.txt", "-10 0 0 -1 1e-10\n-10 0.01 0 3 1e-10\n");
  expect_refused("-sourcefile negative.txt", 2);
}

TEST_F(StepQuirks, SourceFilesMayHaveCommentsAndAnyLineEnds) {
  folder_.write("plain.txt", "-10 0 0 1 1e-10\n-10 0.01 0 1 1e-10\n");
  const Pixels plain = right("-sourcefile plain.txt");
  for (const std::string text : {"# two sources\n-10 0 0 1 1e-10\n-10 0.01 0\n", "-10 0 0 1 1e-10\r\n-10 0.01 0\r\n",
                                 "-10 0 0 1 1e-10\n-10 0.01 0", "-10,0,0,1,1e-10 # first\n\n  \n-10;0.01:0!1\t1e-10"}) {
    folder_.write("other.txt", text);
    expect_same(right("-sourcefile other.txt"), plain);
  }
  // Older programs take what is missing before such a line end for zero: a wavelength of zero.
  folder_.write("other.txt", "-10 0 0 1 1e-10\n-10 0.01 0 1");
  EXPECT_NE(simulate("-quirks Q-source-parse " + base() + "-sourcefile other.txt").status, 0);
  EXPECT_EQ(announced(simulate("-quirks Q-source-parse " + base() + "-sourcefile plain.txt").err),
            std::set<std::string>{});
  folder_.write("bad.txt", "-10 0 zero 1 1e-10\n");
  expect_refused("-sourcefile bad.txt", 1);
}

}  // namespace
}  // namespace femtobragg::tests
