// `femtobragg refine --background`: images with water, for those who have no model of it.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "femtobragg/base/units.h"
#include "femtobragg/physics/water.h"
#include "test_paths.h"
#include "tests/errors/mistake.h"
#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

using nlohmann::json;

class RefineBackground : public testing::Test {
 protected:
  static Words crystal(const std::string& more) {
    return words_of(
        "-cell 34.77 39.17 48.31 90 90 90 -lambda 0.98 -distance 100 -detpixels 200 -pixel 0.25 -N 20 -mosaic 0.2 "
        "-mosaic_domains 5 -oversample 1 -fluence 1e26 -hkl " +
        std::string(FEMTOBRAGG_SOURCE) + "/examples/cro/cro_2.5A_P1.hkl " + more);
  }
  void SetUp() override {
    expect_success(run_program(
        "femtobragg", after("simulate", crystal("-misset 10 20 30 -water 0.6 -seed 5 -o wet.cbf")), folder_.path()));
  }
  ProgramResult refine(const std::string& options, const std::string& start = "-misset 10.03 19.97 30.03") const {
    Words words = words_of("refine --target wet.cbf " + options);
    if (!start.empty()) {
      words.push_back("--");
      const Words known = crystal(start);
      words.insert(words.end(), known.begin(), known.end());
    }
    return run_program("femtobragg", words, folder_.path());
  }
  json record(const std::string& folder) const {
    return json::parse(read_bytes(folder_ / (folder + "/refinement.json")));
  }

  TemporaryFolder folder_;
};

TEST_F(RefineBackground, IsFittedAndReported) {
  const ProgramResult run = expect_success(refine("--refine misset,fluence --background radial:30 --report R --quiet"));
  expect_texts(run.err, {"wet.cbf: fitted background (radial:30) from", "left out as spots: from", "photons at"});
  const json found = record("R");
  const double truth[] = {10, 20, 30, 1e26};
  for (std::size_t i = 0; i < 4; ++i) {
    const double value = found["parameters"][i]["value"], sigma = found["parameters"][i]["standard_error"];
    EXPECT_LT(std::abs(value - truth[i]), 4 * sigma) << found["parameters"][i]["name"];
  }
  const json& background = found["images"][0]["background"];
  EXPECT_EQ(background["form"], "radial:30");
  EXPECT_EQ(background["pixels"].get<std::size_t>() + background["left_out"].get<std::size_t>(), 200u * 200u);
  // At the beam: cross-section of an electron, incident photons, electrons^2, solid angle.
  const double solid_angle = std::pow(0.25 / 100, 2);
  const double expected = r_e_squared_m2 * 1e26 * physics::water_intensity(0.6e-6) * solid_angle;
  EXPECT_NEAR(background["curve"][0][1].get<double>(), expected, 0.02 * expected);
  expect_texts(read_bytes(folder_ / "R/report.html"), {"drawBackground", "radial:30"});
  expect_success(refine("--restart R/refinement.json --report S --quiet", ""));
  EXPECT_EQ(record("S")["images"][0]["background"]["form"], "radial:30");
  EXPECT_EQ(record("S")["settings"]["background"], "radial:30");
}

TEST_F(RefineBackground, IsFittedBelowStructureFactorsToo) {
  expect_success(refine("--amplitudes out.hkl --background polynomial:2 --report A --quiet", "-misset 10 20 30"));
  const json found = record("A");
  EXPECT_EQ(found["images"][0]["background"]["form"], "polynomial:2");
  // As well as with the water that is there.
  expect_success(refine("--amplitudes out.hkl --report K --quiet", "-misset 10 20 30 -water 0.6"));
  EXPECT_NEAR(found["images"][0]["correlation"], record("K")["images"][0]["correlation"], 0.01);
}

TEST_F(RefineBackground, OnWaterIsRefusedAndSoAreOtherForms) {
  ProgramResult run = refine("--refine fluence --background radial", "-misset 10 20 30 -water 0.6");
  EXPECT_EQ(run.status, 2) << run.err;
  expect_texts(run.err, {"a fitted background besides one of the experiment; wet.cbf"});
  run = refine("--amplitudes out.hkl --background radial", "-misset 10 20 30 -water 0.6");
  EXPECT_EQ(run.status, 2) << run.err;
  run = refine("--refine fluence,background --background radial");
  EXPECT_EQ(run.status, 2) << run.err;
  expect_texts(run.err, {"the level of a background besides a fitted background; background"});
  run = refine("--refine fluence --background round");
  EXPECT_EQ(run.status, 2) << run.err;
  expect_texts(run.err, {"unknown form of a background", "'round'", "radial, radial:INTERVALS"});
  run = refine("--refine fluence --background polynomial:9");
  EXPECT_EQ(run.status, 2) << run.err;
  expect_texts(run.err, {"must be from 0 to 8"});
}

}  // namespace
}  // namespace femtobragg::tests
