// From DIALS and back: a still that DIALS imports, a start in its list, a refinement as it comes, and a list that it
// opens.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "test_paths.h"
#include "tests/errors/mistake.h"
#include "tests/python_client.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class RefineFromDials : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists("/usr/bin/dials.find_spots")) GTEST_SKIP() << "DIALS is not installed";
  }
  std::string dials(const std::string& command, const Words& words) const {
    const ProgramResult result = run_binary("/usr/bin/dials." + command, words, folder_.path(), {.cpu_seconds = 280});
    EXPECT_EQ(result.status, 0) << command << result.out << result.err;
    return result.out;
  }
  static Words crystal(const Words& more) {
    Words words = {"-hkl",
                   std::string(FEMTOBRAGG_SOURCE) + "/examples/cro/cro_2.5A_P1.hkl",
                   "-N",
                   "20",
                   "-mosaic",
                   "0.2",
                   "-mosaic_domains",
                   "10",
                   "-oversample",
                   "1"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  TemporaryFolder folder_;
};

/// DIALS hardly indexes a single small still, so the start is the truth turned by a twentieth of a degree, with other
/// edges, as its solutions of stills are off.
constexpr const char* make_start = R"(
from dxtbx.model.experiment_list import ExperimentListFactory
start = ExperimentListFactory.from_json_file('imported.expt', check_format=False)
crystal = ExperimentListFactory.from_json_file('truth.expt', check_format=False)[0].crystal
from dxtbx.model import Crystal
from scitbx import matrix
a, b, c = [matrix.col(v) for v in crystal.get_real_space_vectors()]
crystal = Crystal(a * 1.001, b * 0.999, c * 1.0005, crystal.get_space_group())
crystal.rotate_around_origin((0.6, 0.8, 0), 0.05)
start[0].crystal = crystal
# What DIALS cannot know of a simulation: unpolarized light, and the table that its attenuation comes from.
truth = ExperimentListFactory.from_json_file('truth.expt', check_format=False)[0]
start[0].beam.set_polarization_fraction(truth.beam.get_polarization_fraction())
for panel, true_panel in zip(start[0].detector, truth.detector):
    panel.set_mu(true_panel.get_mu())
start.as_file('start.expt')
)";

TEST_F(RefineFromDials, EndsAtTheTruthAndDialsOpensIt) {
  expect_success(run_program("femtobragg", after("simulate", crystal({"-detector",
                                                                      "pilatus-100k",
                                                                      "-distance",
                                                                      "100",
                                                                      "-lambda",
                                                                      "1",
                                                                      "-cell",
                                                                      "34.77",
                                                                      "39.17",
                                                                      "48.31",
                                                                      "90",
                                                                      "90",
                                                                      "90",
                                                                      "-misset",
                                                                      "10",
                                                                      "20",
                                                                      "30",
                                                                      "-fluence",
                                                                      "2e26",
                                                                      "-seed",
                                                                      "1",
                                                                      "-o",
                                                                      "still_0002.cbf",
                                                                      "-expt",
                                                                      "truth.expt",
                                                                      "-quiet"})),
                             folder_.path()));
  // By its number it is the second image of a scan, on which DIALS places the spots.
  dials("import", {"still_0002.cbf"});
  dials("find_spots", {"imported.expt", "nproc=1"});
  if (!run_python(folder_, "dxtbx", make_start)) GTEST_SKIP() << "no dxtbx";

  for (const Words& choice : {Words{}, {"--pixels", "strong.refl"}}) {
    Words words = after("refine", {"--target", "still_0002.cbf", "--refine", "misset,cell_a,cell_b,cell_c,fluence",
                                   "--expt", "refined.expt", "--report", "R"});
    words.insert(words.end(), choice.begin(), choice.end());
    words.push_back("--");
    const Words start = crystal({"-geometry", "start.expt", "-fluence", "1.5e26"});
    words.insert(words.end(), start.begin(), start.end());
    const ProgramResult result = expect_success(run_program("femtobragg", words, folder_.path()));
    EXPECT_NE(result.err.find("0 coarse levels"), std::string::npos) << result.err;
    const json record = json::parse(read_bytes(folder_ / "R/refinement.json"));
    const double truth[] = {10, 20, 30, 34.77, 39.17, 48.31, 2e26};
    ASSERT_EQ(record["parameters"].size(), std::size(truth));
    for (std::size_t i = 0; i < std::size(truth); ++i) {
      const json& p = record["parameters"][i];
      EXPECT_LT(std::abs(p["value"].get<double>() - truth[i]), 3 * p["standard_error"].get<double>()) << p;
    }
  }
  const std::string shown = dials("show", {"refined.expt"});
  EXPECT_NE(shown.find("Unit cell"), std::string::npos) << shown;
  EXPECT_NE(shown.find("still_"), std::string::npos) << "its image: " << shown;
  const auto identifier = [&](const char* list) {
    return json::parse(read_bytes(folder_ / list))["experiment"][0]["identifier"];
  };
  EXPECT_EQ(identifier("refined.expt"), identifier("imported.expt"));
}

}  // namespace
}  // namespace femtobragg::tests
