// DIALS reduces a sweep with background, beam stop and detector, and finds the squared amplitudes that were put in.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "test_paths.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

/// Crystal, beam and detector; then what stands between them. Every part is one that a beamline has.
const std::string sweep =
    "simulate -hkl " FEMTOBRAGG_SOURCE
    "/examples/cro/cro_2.5A_P1.hkl -cell 34.77 39.17 48.31 -misset 17 24 41 -N 20 -gauss_xtal -crystal_size 0.03"
    " -mosaic 0.1 -beamsize 0.05 -flux 5e9 -exposure 0.1 -lambda 0.98 -polar 0.99 -osc 1 -frames 40"
    " -detector pilatus-100k -distance 85 -detector_thicksteps 2 -oversample 3 -accuracy 0.05 -tolerance 1e-4"
    " -background water:thick=0.05 -background air:from=0,to=25"
    " -beamstop disc:size=2,distance=25,arm=0.5,direction=90 -gas air -response pilatus -seed 1 -quiet";

/// Runs the steps in a folder of its own.
class DialsSweep : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists("/usr/bin/dials.merge")) GTEST_SKIP() << "DIALS is not installed";
  }

  void femtobragg(const std::string& words) const {
    const ProgramResult result = run_program("femtobragg", words_of(words), folder_.path(), {.cpu_seconds = 280});
    ASSERT_EQ(result.status, 0) << result.err;
  }
  /// What a command of DIALS printed; on one core, where it can use several.
  std::string dials(const std::string& command, const std::string& words) const {
    const ProgramResult result =
        run_binary("/usr/bin/dials." + command, words_of(words), folder_.path(), {.cpu_seconds = 280});
    EXPECT_EQ(result.status, 0) << command << result.out << result.err;
    return result.out;
  }
  std::array<double, 3> cell_of(const std::string& file) const {
    const json crystal = json::parse(read_bytes(folder_ / file)).at("crystal").at(0);
    std::array<double, 3> edges{};
    for (std::size_t i = 0; i < 3; ++i) {
      const json& axis = crystal.at(std::array{"real_space_a", "real_space_b", "real_space_c"}[i]);
      edges[i] = std::hypot(axis.at(0).get<double>(), axis.at(1).get<double>(), axis.at(2).get<double>());
    }
    return edges;
  }

  TemporaryFolder folder_;
};

/// The last table of spots with and without an index.
double fraction_indexed(const std::string& printed) {
  static const std::regex row(R"(\| +0 \| +(\d+) \| +(\d+) \| +[\d.]+% +\|)");
  double indexed = 0, others = 0;
  for (std::sregex_iterator at(printed.begin(), printed.end(), row), end; at != end; ++at) {
    indexed = std::stod((*at)[1]);
    others = std::stod((*at)[2]);
  }
  EXPECT_GT(indexed, 400) << printed;
  return indexed / (indexed + others);
}

/// The file's mask has the shadows of the stop and its arm. (Reflections behind them count as weak: with `-mask_below
/// 0` the correlation is 0.2.) The limit of the correlation allows for errors half as large again as those that DIALS
/// states: squared, 2.25 times what the correlation lacks because photons are counted.
TEST_F(DialsSweep, HasTheIntensitiesThatWerePutIn) {
  ASSERT_NO_FATAL_FAILURE(femtobragg(sweep + " -o sweep.nxs -expt truth.expt"));
  dials("import", "sweep.nxs");
  dials("find_spots", "imported.expt nproc=1");
  const std::string indexing =
      dials("index", "imported.expt strong.refl nproc=1 space_group=P212121 unit_cell=34.77,39.17,48.31,90,90,90");
  EXPECT_GT(fraction_indexed(indexing), 0.97);
  dials("refine", "indexed.expt indexed.refl nproc=1");
  const auto truth = cell_of("truth.expt"), refined = cell_of("refined.expt");
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(refined[i], truth[i], 1e-3 * truth[i]) << "edge " << i;
  dials("integrate", "refined.expt refined.refl nproc=1 prediction.d_min=2.5");
  dials("scale", "integrated.expt integrated.refl nproc=1");
  dials("merge", "scaled.expt scaled.refl");

  const ProgramResult compared =
      run_binary("/usr/bin/python3",
                 {"-W", "ignore", FEMTOBRAGG_SOURCE "/tests/clients/compare_intensities.py",
                  FEMTOBRAGG_SOURCE "/examples/cro/cro_2.5A_P1.hkl", "merged.mtz", "34.77", "39.17", "48.31"},
                 folder_.path());
  constexpr int missing = 77;
  if (compared.status == missing) GTEST_SKIP() << compared.out;
  ASSERT_EQ(compared.status, 0) << compared.out << compared.err;
  SCOPED_TRACE(compared.out + compared.err);
  const json figures = json::parse(compared.out);
  const auto number = [&](const char* name) { return figures.at(name).get<double>(); };
  EXPECT_GT(number("reflections"), 500);
  EXPECT_LT(number("resolution"), 3.0);
  EXPECT_GT(number("correlation"), 0.99);
  EXPECT_LT(1 - number("correlation"), 2.25 * (1 - number("counting")));
}

}  // namespace
}  // namespace femtobragg::tests
