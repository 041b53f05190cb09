// Coarse sampling is reported, and what the report proposes is enough: photons are those of much finer steps.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <sstream>

#include "femtobragg/nanobragg/setup/command_line.h"
#include "femtobragg/nanobragg/setup/sampling_rules.h"
#include "femtobragg/simulate/truth.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

using nanobragg::CoarseSampling;
using nanobragg::Setup;

/// Spots half a pixel wide, reflections to 3.7 A that diffract for 0.4 deg.
constexpr const char* crystal =
    "-default_F 100 -cell 40 50 60 -N 8 -gauss_xtal -lambda 1 -distance 100 -pixel 0.4 -oversample 4 -misset 10 20 30 ";

Setup set_up(const std::string& flags) {
  std::istringstream stream(crystal + flags);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return nanobragg::set_up(nanobragg::Program::Simulate, words);
}

std::vector<CoarseSampling> reported(const std::string& flags) {
  const Setup setup = set_up(flags);
  return nanobragg::coarse_samplings(setup, compile_plan(setup.experiment));
}

/// The flags that a report proposes, and how many steps they name.
struct Proposal {
  std::string flags;
  std::int64_t count = 0;
};
Proposal proposal_of(const CoarseSampling& report) {
  const std::string end = " would be enough";
  const std::size_t begin = report.text.find("; -") + 2;
  const std::string flags = report.text.substr(begin, report.text.size() - end.size() - begin);
  EXPECT_TRUE(report.text.ends_with(end)) << report.text;
  return {flags, std::stoll(flags.substr(flags.find(' ') + 1))};
}

/// Root of the mean squared relative error of the photons of reflections, of those with 2 % of the brightest and more.
double error_of_reflections(const Experiment& tried, const Experiment& fine) {
  using Photons = std::map<std::array<std::int64_t, 3>, double>;
  const auto photons = [](const Experiment& e) {
    Photons sums;
    for (const TruthReflection& r : truth_of(e, 1e-4, RenderRequest{}).reflections) sums[r.hkl] += r.photons;
    return sums;
  };
  Photons is = photons(tried);
  const Photons right = photons(fine);
  double brightest = 0, squares = 0, count = 0;
  for (const auto& [hkl, n] : right) brightest = std::max(brightest, n);
  for (const auto& [hkl, n] : right)
    if (n > 0.02 * brightest) squares += std::pow(is[hkl] / n - 1, 2), ++count;
  EXPECT_GT(count, 20);
  return std::sqrt(squares / count);
}

/// Photons that are in wrong pixels, as a share of all.
double error_of_pixels(const Experiment& tried, const Experiment& fine) {
  const auto image = [](const Experiment& e) { return render(compile_plan(e), 0, RenderRequest{}).image; };
  const Image is = image(tried), right = image(fine);
  double sum = 0, total = 0;
  for (std::size_t i = 0; i < right.pixels.size(); ++i) {
    sum += std::abs(static_cast<double>(is.pixels[i]) - static_cast<double>(right.pixels[i]));
    total += static_cast<double>(right.pixels[i]);
  }
  return sum / total;
}

struct Kind {
  const char* id;
  const char* range;
  const char* count_flag;
  std::int64_t few;    ///< steps, which are reported
  std::int64_t finer;  ///< steps that are right, for each that is proposed
  double (*error)(const Experiment& tried, const Experiment& fine);
  double by_few, as_proposed;  ///< at least and at most
};

class CoarseSamplings : public testing::TestWithParam<Kind> {};

/// Errors were measured: 0.22 and 0.009, 0.20 and 0.007, 1.2 and 0.03, 0.25 and 0.12. The edge of a
/// round divergence is a staircase of steps besides. A criterion of twice the
/// width gives 0.036, 0.05, 0.1 and 0.2 as proposed.
TEST_P(CoarseSamplings, AreReportedWithACountThatIsEnough) {
  const Kind& kind = GetParam();
  const std::string range = std::string(kind.range) + " ";
  const auto in_parts = [&](std::int64_t count) { return range + kind.count_flag + " " + std::to_string(count); };
  const std::vector<CoarseSampling> reports = reported(in_parts(kind.few));
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports.front().id, kind.id);
  const Proposal proposal = proposal_of(reports.front());
  for (const CoarseSampling& report : reported(range + proposal.flags)) ADD_FAILURE() << report.text;
  EXPECT_EQ(reported(in_parts(proposal.count / 2)).size(), 1u);
  const Experiment fine = set_up(in_parts(kind.finer * proposal.count)).experiment;
  EXPECT_GT(kind.error(set_up(in_parts(kind.few)).experiment, fine), kind.by_few);
  EXPECT_LT(kind.error(set_up(range + proposal.flags).experiment, fine), kind.as_proposed);
}

INSTANTIATE_TEST_SUITE_P(Kinds, CoarseSamplings,
                         testing::Values(Kind{"rotation-coarse", "-detpixels 100 -phi 5 -osc 2", "-phisteps", 2, 8,
                                              error_of_reflections, 0.1, 0.02},
                                         Kind{"dispersion-coarse", "-detpixels 100 -dispersion 5", "-dispsteps", 2, 8,
                                              error_of_pixels, 0.1, 0.03},
                                         Kind{"divergence-coarse", "-detpixels 100 -divergence 20 -square_div",
                                              "-divsteps", 2, 4, error_of_pixels, 0.5, 0.06},
                                         Kind{"domains-few", "-detpixels 60 -mosaic 1", "-mosaic_domains", 10, 10,
                                              error_of_reflections, 0.2, 0.16}),
                         [](const testing::TestParamInfo<Kind>& kind) {
                           std::string name = kind.param.id;
                           std::erase(name, '-');
                           return name;
                         });

TEST(CoarseSampling, OfSubPixelsIsThatOfSpots) {
  const std::vector<CoarseSampling> reports = reported("-detpixels 60 -oversample 2");
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports.front().id, "spots-missed");
  const Proposal proposal = proposal_of(reports.front());
  EXPECT_EQ(proposal.flags, "-oversample 4");
  EXPECT_TRUE(reported("-detpixels 60 -oversample 4").empty());
  EXPECT_TRUE(reported("-detpixels 60 -oversample 0").empty());
}

/// Others leave no gaps where they are fine by themselves: a rotation covers the gaps between few domains, and many
/// domains those between phi steps. Few domains do not.
TEST(CoarseSampling, GapsMayBeFilled) {
  EXPECT_FALSE(reported("-detpixels 60 -mosaic 0.5 -mosaic_domains 5").empty());
  EXPECT_TRUE(reported("-detpixels 60 -mosaic 0.5 -mosaic_domains 5 -osc 5 -phisteps 50").empty());
  EXPECT_FALSE(reported("-detpixels 60 -osc 5 -phisteps 5").empty());
  EXPECT_TRUE(reported("-detpixels 60 -osc 5 -phisteps 5 -mosaic 2 -mosaic_domains 2000").empty());
  const auto few = reported("-detpixels 60 -osc 5 -phisteps 5 -mosaic 2 -mosaic_domains 10");
  EXPECT_TRUE(std::ranges::any_of(few, [](const CoarseSampling& c) { return c.id == "rotation-coarse"; }));
}

TEST(CoarseSampling, OfStillsAndSpectraIsNotReported) {
  EXPECT_TRUE(reported("-detpixels 60").empty());
  EXPECT_TRUE(reported("-detpixels 60 -phi 30").empty());
  EXPECT_TRUE(reported("-detpixels 60 -bandwidth 3").empty());
}

}  // namespace
}  // namespace femtobragg::tests
