// Numbers of parts that nobody gives are as many as integrated intensities need, and the stated error is the real one.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <map>
#include <numeric>
#include <random>
#include <sstream>

#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/nanobragg/setup/command_line.h"
#include "femtobragg/simulate/lit_reflections.h"
#include "femtobragg/simulate/truth.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

using Chosen = nanobragg::Setup;

Chosen chosen_for(const std::string& flags, int pixels = 50) {
  std::istringstream stream("-default_F 100 -lambda 1 -distance 100 -pixel 0.8 -gauss_xtal -detpixels " +
                            std::to_string(pixels) + " " + flags);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return nanobragg::set_up(nanobragg::Program::Simulate, words);
}

std::int64_t count_of_parts(const Chosen& setup, const std::string& field) {
  for (const assemble::SampledSpread& spread : setup.sampling.spreads)
    if (spread.field == field) return spread.count;
  return 0;
}

/// Mean change of the photons of reflections, weighted by them.
double change_of_photons(const Experiment& tried, const Experiment& fine) {
  using Photons = std::map<std::array<std::int64_t, 3>, double>;
  const auto photons = [](const Experiment& e) {
    Photons sums;
    for (const TruthReflection& r : truth_of(e, 1e-5, RenderRequest{}).reflections) sums[r.hkl] += r.photons;
    return sums;
  };
  const Photons is = photons(tried), right = photons(fine);
  double change = 0, total = 0;
  for (const auto& [hkl, n] : right) {
    const auto found = is.find(hkl);
    change += std::abs((found == is.end() ? 0 : found->second) - n), total += n;
  }
  return change / total;
}

/// The same flags with eight times as many of everything.
std::string flags_of_finer(const Chosen& setup) {
  static const std::map<std::string, std::string> flags{
      {"rotation.steps", "-phisteps"},
      {"beam.horizontal_divergence_steps", "-hdivsteps"},
      {"beam.vertical_divergence_steps", "-vdivsteps"},
      {"beam.dispersion_steps", "-dispsteps"},
      {"beam.wavelengths", "-wavelengths"},
      {"crystal.mosaic_domains", "-mosaic_draws even -mosaic_domains"}};
  std::string words;
  for (const assemble::SampledSpread& spread : setup.sampling.spreads)
    if (const auto flag = flags.find(spread.field); flag != flags.end())
      words += " " + flag->second + " " + std::to_string(8 * spread.count);
  return words;
}

/// Cells, orientations and one or two spreads at random.
std::string random_flags(std::mt19937& random) {
  const auto between = [&](double low, double high) {
    return format_number(low + (high - low) * static_cast<double>(random()) / 4294967296.0, 4) + " ";
  };
  std::string flags = "-cell " + between(30, 60) + between(30, 60) + between(30, 60) + "-misset " + between(0, 90) +
                      between(0, 90) + between(0, 90) + "-N " + std::to_string(4 + random() % 6) + " ";
  const std::array<std::string, 5> spreads{"-osc " + between(0.2, 2), "-mosaic " + between(0.1, 0.6),
                                           "-dispersion " + between(0.1, 2), "-sase bandwidth:0.5,spikes:20 ",
                                           "-hdivrange " + between(0.5, 4) + "-vdivrange " + between(0.5, 4)};
  const std::size_t first = random() % 5, second = (first + 1 + random() % 4) % 5;
  flags += spreads[first];
  const bool two_spectra = first + second == 5 && (first == 2 || second == 2);
  if (random() % 2 && !two_spectra) flags += spreads[second];
  return flags;
}

TEST(SamplingChoice, StatesTheErrorThatItHas) {
  std::mt19937 random(1);
  int covered = 0;
  constexpr int scenes = 10, pixels = 32;
  for (int i = 0; i < scenes; ++i) {
    const std::string flags = random_flags(random);
    const Chosen setup = chosen_for(flags, pixels);
    const double real =
        change_of_photons(setup.experiment, chosen_for(flags + flags_of_finer(setup), pixels).experiment);
    EXPECT_LE(setup.sampling.error, 0.0103) << flags;
    EXPECT_LT(real, 0.015) << flags;
    if (real <= setup.sampling.error)
      ++covered;
    else
      std::cout << flags << ": " << real << " is above " << setup.sampling.error << "\n";
  }
  EXPECT_GE(covered, 9);
}

TEST(SamplingChoice, FollowsTheAccuracy) {
  const std::string flags = "-cell 40 50 60 -N 8 -mosaic 0.5 ";
  const Chosen usual = chosen_for(flags), fine = chosen_for(flags + "-accuracy 0.003"),
               rough = chosen_for(flags + "-accuracy 0.1");
  const auto domains = [](const Chosen& s) { return count_of_parts(s, "crystal.mosaic_domains"); };
  EXPECT_LT(domains(rough), domains(usual));
  EXPECT_LT(domains(usual), domains(fine));
  EXPECT_EQ(static_cast<std::size_t>(domains(usual)), usual.experiment.crystal.mosaic_rotations.size());
  EXPECT_LE(fine.sampling.error, 0.004);
}

/// What other spreads miss is no reason to divide a spread further.
TEST(SamplingChoice, LeavesTheErrorsOfGivenNumbersToThem) {
  const std::string crystal = "-cell 79 79 38 -misset 10 20 30 -N 20 ";
  const auto chosen = [&](const std::string& flags, const char* field) {
    return static_cast<double>(count_of_parts(chosen_for(crystal + flags), field));
  };
  const char *domains = "crystal.mosaic_domains", *vertical = "beam.vertical_divergence_steps";
  EXPECT_LE(chosen("-osc 2 -phisteps 2 -mosaic 0.02", domains), 3 * chosen("-mosaic 0.02", domains));
  EXPECT_LE(chosen("-hdivrange 10 -hdivsteps 2 -vdivrange 10", vertical),
            3 * chosen("-hdivrange 10 -vdivrange 10", vertical));
  EXPECT_LE(chosen("-osc 2 -phisteps 2 -dispersion 0.2", "beam.dispersion_steps"), 1000);
  // A large given number leaves room for others.
  EXPECT_GT(chosen("-mosaic 2 -osc 1 -phisteps 100000", domains), 20);
  // What an accuracy cannot reach is not tried.
  EXPECT_LE(chosen("-osc 1 -accuracy 1e-9", "rotation.steps"), 100 * chosen("-osc 1", "rotation.steps"));
}

/// Of plates and needles, spots projected on a ray are wider than their section along it.
TEST(SamplingChoice, KnowsPlates) {
  const std::string flags = "-cell 79 79 38 -misset 10 20 30 -Na 50 -Nb 8 -Nc 16 -osc 0.5 -distance 200 -pixel 0.6 ";
  constexpr int pixels = 200;
  const Chosen coarse = chosen_for(flags + "-phisteps 3", pixels), fine = chosen_for(flags + "-phisteps 40", pixels);
  const double real = change_of_photons(coarse.experiment, fine.experiment);
  EXPECT_GT(real, 0.01);
  EXPECT_GT(coarse.sampling.error, 0.7 * real);
  EXPECT_LT(coarse.sampling.error, 3 * real);
}

TEST(SamplingChoice, JudgesRowsOfASpectrumByAllOfThem) {
  const TemporaryFolder folder;
  folder.write("rows.txt", "0.98 1\n1.0 1\n1.02 1\n");
  const std::string flags = "-cell 40 50 60 -misset 10 20 30 -N 8 -osc 1 ";
  const Chosen rows =
      chosen_for(flags + "-spectrum_unit A -wavelengths rows -spectrum " + (folder / "rows.txt").string());
  EXPECT_EQ(rows.experiment.beam.sources.size(), 3u);
  EXPECT_LE(rows.sampling.error, 0.0103);
  EXPECT_NE(rows.sampling.error, chosen_for(flags + "-lambda 0.98").sampling.error);
}

/// More parts than anyone can render are not chosen in silence.
TEST(SamplingChoice, HasLimits) {
  const Chosen setup = chosen_for("-cell 40 50 60 -N 2000 -mosaic 10 -oversample 1 -accuracy 1e-6");
  EXPECT_TRUE(setup.sampling.limited);
  EXPECT_GT(setup.sampling.error, 1e-6);
  EXPECT_TRUE(std::ranges::any_of(setup.warnings,
                                  [](const std::string& text) { return text.find("-accuracy") != std::string::npos; }));
}

TEST(SamplingChoice, KeepsNumbersThatAreGiven) {
  const Chosen setup =
      chosen_for("-cell 40 50 60 -N 8 -osc 1 -phisteps 3 -mosaic 0.2 -mosaic_domains 7 -divergence 1 -divsteps 2");
  EXPECT_EQ(setup.experiment.spindle.phi_steps, 3);
  EXPECT_EQ(setup.experiment.crystal.mosaic_rotations.size(), 7u);
  EXPECT_EQ(setup.experiment.beam.sources.size(), 4u);
  for (const assemble::SampledSpread& spread : setup.sampling.spreads)
    EXPECT_EQ(spread.given, spread.field != "sampling.oversample") << spread.field;
  EXPECT_EQ(setup.experiment.crystal.mosaic_rotations.front(), Mat3d::identity());
}

TEST(SamplingChoice, LeavesStillsOfPerfectCrystalsAlone) {
  EXPECT_TRUE(chosen_for("-cell 40 50 60 -N 8").sampling.spreads.empty());
}

/// Even tilts have the distribution of the random ones: 0.496 of the largest in each component.
TEST(EvenDomains, HaveTheDistributionOfRandomOnes) {
  const Chosen setup = chosen_for("-cell 40 50 60 -N 8 -mosaic 1 -mosaic_domains 1000 -mosaic_draws even");
  double squares = 0, sum = 0;
  for (const Mat3d& u : setup.experiment.crystal.mosaic_rotations) {
    const double tilt = degrees_from_radians(0.5 * (u.row_y.x - u.row_x.y));
    squares += tilt * tilt, sum += tilt;
  }
  EXPECT_NEAR(std::sqrt(squares / 1000), 0.496, 0.01);
  EXPECT_NEAR(sum / 1000, 0, 0.01);
}

TEST(EvenDomains, DependOnTheSeed) {
  const std::string flags = "-cell 40 50 60 -N 8 -mosaic 1 ";
  const auto first = [&](const std::string& more) {
    return chosen_for(flags + more).experiment.crystal.mosaic_rotations.front();
  };
  EXPECT_EQ(first(""), first(""));
  EXPECT_FALSE(first("") == first("-mosaic_seed 5"));
}

SampledSpreads swept(const Experiment& e, double begin_rad, double range_rad, int steps) {
  SampledSpreads spreads;
  for (int i = 0; i < steps; ++i) spreads.phi_rad.push_back(begin_rad + range_rad * (i + 0.5) / steps);
  spreads.sources = e.beam.sources;
  return spreads;
}

TEST(LitReflections, AreThoseThatASweepLights) {
  const Experiment e = chosen_for("-cell 40 50 60 -N 8").experiment;
  const double range = radians_from_degrees(2);
  const LitReflections lit(e, {.phi_rad = range}, 1000);
  ASSERT_GT(lit.size(), 50u);
  const std::vector<double> fine = lit.intensities(swept(e, 0, range, 400), 1000);
  EXPECT_EQ(fine.size(), lit.size());
  const auto shining = std::ranges::count_if(fine, [](double x) { return x > 1e-3; });
  EXPECT_GT(static_cast<double>(shining), 0.4 * static_cast<double>(fine.size()));
  EXPECT_LE(std::ranges::max(fine), 1);
  using enum LitReflections::Dark;
  EXPECT_LT(lit.mean_change(lit.intensities(swept(e, 0, range, 100), 1000), fine, Missed), 1e-3);
  EXPECT_GT(lit.mean_change(lit.intensities(swept(e, 0, range, 1), 1000), fine, Missed), 0.2);
}

/// A reflection that passes the sphere completely has the same integral over any longer sweep.
TEST(LitReflections, PassTheSphereCompletely) {
  const Experiment e = chosen_for("-cell 40 50 60 -N 20").experiment;
  const double range = radians_from_degrees(4);
  const LitReflections lit(e, {.phi_rad = range}, 1000);
  const std::vector<double> one = lit.intensities(swept(e, 0, range, 800), 1000),
                            two = lit.intensities(swept(e, -0.5 * range, 2 * range, 1600), 1000);
  std::size_t complete = 0;
  for (std::size_t i = 0; i < one.size(); ++i)
    if (one[i] > 0 && std::abs(two[i] / one[i] - 0.5) < 1e-6) ++complete;
  EXPECT_GT(complete, one.size() / 8);
}

TEST(LitReflections, OfAListAreThoseWithAnAmplitude) {
  Experiment e = chosen_for("-cell 40 50 60 -N 8").experiment;
  EXPECT_GT(LitReflections(e, {.phi_rad = 0.02}, 1000).size(), 10u);
  e.structure_factors =
      std::make_shared<const StructureFactors>(StructureFactors::from_reflections({{1, 0, 0, 5}}, 0, "here"));
  EXPECT_LT(LitReflections(e, {.phi_rad = 0.02}, 1000).size(), 2u);
}

}  // namespace
}  // namespace femtobragg::tests
