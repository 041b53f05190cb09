// Acceptance: files of sources, their weights and wavelengths, and flags that have no effect beside them.
#include "tests/acceptance/acceptance_run.h"
#include "tests/acceptance/live.h"

namespace femtobragg::tests {
namespace {

const std::string two_sources = "-10 0 0 1 6.2e-10\n-10 0.3 0.2 0.25 6.0e-10\n";

std::string flags() {
  return "-cell 100 100 100 90 90 90 -default_F 100 -N 5 -lambda 6.2 -distance 100 -pixel 0.1 -detpixels 128 "
         "-oversample 1 -nonoise -nopgm -noprogress -sourcefile two.txt ";
}

class TwoSources : public AcceptanceRun {
 protected:
  TwoSources() { folder_.write("two.txt", two_sources); }
};

using at_src_001 = TwoSources;
TEST_F(at_src_001, UnequalWeightsCountEqually) {
  const Pixels both = image(flags());
  // Measured with nanoBragg (commit 455534a, -O2 -ffp-contract=off, one thread) on these very words and sources.
  EXPECT_NEAR(sum_of(both), 101785.9289940194, 0.01);
  EXPECT_FLOAT_EQ(*std::ranges::max_element(both), 77.46996307373047f);
  EXPECT_FLOAT_EQ(both.at(100 * 128 + 100), 23.418466567993164f);

  folder_.write("two.txt", "-10 0 0 7 6.2e-10\n-10 0.3 0.2 7 6.0e-10\n");
  EXPECT_EQ(image(flags()), both);
}

TEST_F(at_src_001, WeightsCountInSimulate) {
  const std::string words = flags() + "-nopolar -dtype float64 ";
  const Pixels both = image_of(simulate(words));
  folder_.write("two.txt", "-10 0 0 1 6.2e-10\n");
  const Pixels first = image_of(simulate(words));
  folder_.write("two.txt", "-10 0.3 0.2 1 6.0e-10\n");
  const Pixels second = image_of(simulate(words));
  Pixels mean(both.size());
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = 0.8f * first[i] + 0.2f * second[i];
  expect_same(both, mean, 3e-7f);
}

class LiveParity_at_src_001 : public Live<TwoSources> {};
TEST_F(LiveParity_at_src_001, SameSumAsTheOtherProgram) {
  const Pixels ours = image(flags());
  const TemporaryFolder theirs;
  theirs.write("two.txt", two_sources);
  ASSERT_EQ(run_other(words_of(flags()), theirs.path()).status, 0);
  EXPECT_NEAR(sum_of(ours) / sum_of(read_floats(theirs / "floatimage.bin")), 1, 1e-5);
}

using at_src_003 = TwoSources;
TEST_F(at_src_003, WavelengthsOfTheFileCount) {
  const Pixels both = image(flags() + "-nopolar -lambda 1");
  folder_.write("two.txt", "-10 0 0\n");
  const Pixels first = image(flags() + "-nopolar -lambda 6.2");
  folder_.write("two.txt", "-10 0.3 0.2\n");
  const Pixels second = image(flags() + "-nopolar -lambda 6.0");
  Pixels mean(both.size());
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = (first[i] + second[i]) / 2;
  expect_same(both, mean, 3e-7f);
}

TEST_F(at_src_003, ASourceOfWeightZeroIsAStepInTheDropIn) {
  folder_.write("two.txt", "-10 0 0 1\n-10 0 0 0\n");
  const Pixels both = image(flags());
  folder_.write("two.txt", "-10 0 0 1\n");
  EXPECT_EQ(image(flags()), both);
}

/// How often a text occurs.
std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

TEST_F(at_src_003, SpreadBesideASourceFileIsIgnoredWithOneWarning) {
  const std::string ignored = "Divergence/dispersion parameters ignored when sourcefile is provided";
  for (const bool strict : {false, true}) {
    const auto run = [&](const std::string& more) {
      return strict ? simulate(flags() + more) : drop_in(flags() + more);
    };
    const ProgramResult plain = run("");
    const Pixels expected = image_of(plain);
    EXPECT_EQ(occurrences(plain.err, ignored), 0u) << plain.err;
    for (const std::string more :
         {"-divergence 5", "-hdivrange 5", "-vdivrange 5", "-hdivstep 1", "-vdivstep 1", "-divsteps 3", "-hdivsteps 3",
          "-vdivsteps 3", "-dispersion 2", "-dispsteps 3", "-square_div", "-round_div",
          "-divergence 5 -divsteps 3 -dispersion 2 -dispsteps 3"}) {
      SCOPED_TRACE(more);
      const ProgramResult result = run(more);
      EXPECT_EQ(occurrences(result.err, "warning: " + ignored), 1u) << result.err;
      EXPECT_EQ(occurrences(result.err, ignored), 1u) << result.err;
      EXPECT_EQ(image_of(result), expected);
    }
    const ProgramResult grid = strict ? simulate(five_cells() + "-divergence 5 -divsteps 3")
                                      : drop_in(five_cells() + "-divergence 5 -divsteps 3");
    EXPECT_EQ(occurrences(ran(grid).err, ignored), 0u) << grid.err;
  }
}

}  // namespace
}  // namespace femtobragg::tests
