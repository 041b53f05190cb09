// `femtobragg gradient` and `femtobragg parameters`.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

using json = nlohmann::json;

class GradientCommand : public testing::Test {
 protected:
  static constexpr const char* small =
      " -- -default_F 100 -cell 50 60 70 80 95 100 -N 5 -detpixels 16 -pixel 0.5 -distance 60";

  ProgramResult run(const std::string& command) const {
    return run_program("femtobragg", words_of(command), folder_.path());
  }
  TemporaryFolder folder_;
};

TEST_F(GradientCommand, ChecksItself) {
  const ProgramResult result = run(std::string("gradient --wrt cell_b,fluence --check") + small);
  EXPECT_EQ(result.status, 0) << result.err << result.out;
  EXPECT_NE(result.out.find("right"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("exact"), std::string::npos) << result.out;
}

TEST_F(GradientCommand, WritesImagesAndSums) {
  const ProgramResult images = run(std::string("gradient --wrt fluence,misset_x --out d") + small);
  ASSERT_EQ(images.status, 0) << images.err;
  const std::string photons = read_bytes(folder_ / "d_photons.npy");
  EXPECT_NE(photons.find("'<f8'"), std::string::npos);
  EXPECT_EQ(photons.size(), 128 + 8 * 16 * 16U);
  EXPECT_EQ(read_bytes(folder_ / "d_misset_x.npy").size(), photons.size());

  folder_.write("ones.bin", [] {
    std::string bytes;
    const float one = 1;
    for (int i = 0; i < 16 * 16; ++i) bytes.append(reinterpret_cast<const char*>(&one), sizeof one);
    return bytes;
  }());
  const ProgramResult sums = run(std::string("gradient --wrt fluence,misset_x --weights ones.bin") + small);
  ASSERT_EQ(sums.status, 0) << sums.err;
  const json rows = json::parse(sums.out).at("parameters");
  double total = 0;
  const auto* values = reinterpret_cast<const double*>(photons.data() + 128);
  for (int i = 0; i < 16 * 16; ++i) total += values[i];
  EXPECT_EQ(rows[0].at("name"), "fluence");
  EXPECT_NEAR(rows[0].at("derivative").get<double>() * rows[0].at("value").get<double>(), total, 1e-9 * total);
}

TEST_F(GradientCommand, RefusesWhatHasNoDerivative) {
  const ProgramResult unknown = run(std::string("gradient --wrt colour") + small);
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("unknown parameter"), std::string::npos);
  const ProgramResult whole = run(std::string("gradient --wrt oversample") + small);
  EXPECT_EQ(whole.status, 2);
  EXPECT_NE(whole.err.find("whole number"), std::string::npos);
  EXPECT_EQ(run("gradient --wrt cell").status, 2);
  EXPECT_EQ(run(std::string("gradient") + small).status, 2);
}

TEST_F(GradientCommand, ParametersAreListed) {
  const ProgramResult plain = run("parameters");
  EXPECT_EQ(plain.status, 0) << plain.err;
  EXPECT_NE(plain.out.find("cell_a"), std::string::npos);
  EXPECT_EQ(plain.err, "");
  const ProgramResult of_run = run(std::string("parameters --json") + small);
  ASSERT_EQ(of_run.status, 0) << of_run.err;
  for (const json& row : json::parse(of_run.out)) {
    const bool has_derivative =
        row.at("name") != "mosaic_spread" && !row.at("name").get<std::string>().starts_with("F_h");
    if (row.at("name") == "cell_b") {
      EXPECT_NEAR(row.at("value").get<double>(), 60, 1e-9);
      EXPECT_EQ(row.at("differentiable"), has_derivative);
    }
    if (!has_derivative) {
      EXPECT_NE(row.at("why_not"), "");
    }
  }
}

}  // namespace
}  // namespace femtobragg::tests
