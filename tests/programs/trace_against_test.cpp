// `femtobragg trace` beside other programs: the quantity that they have wrong is named, and no other.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "test_paths.h"
#include "tests/programs/trace_command.h"

namespace femtobragg::tests {
namespace {

class AgainstGolden : public TraceCommand, public testing::WithParamInterface<json> {
 protected:
  std::string golden() const {
    return read_bytes(fs::path(FEMTOBRAGG_GOLDEN) / "traces" / GetParam()["file"].get<std::string>());
  }
  ProgramResult against(const std::string& file, const std::string& device) const {
    const json& c = GetParam();
    return trace({"--pixel", std::to_string(c["slow"].get<int>()), std::to_string(c["fast"].get<int>()), "--against",
                  file, "--device", device, "--out", "T"},
                 c["args"].get<Words>());
  }
};

TEST_P(AgainstGolden, NoDivergence) {
  folder_.write("golden", golden());
  for (const std::string device : {"reference", "simd"}) {
    expect_texts(expect_success(against("golden", device)).out, {"no divergence in "});
    expect_texts(read_bytes(folder_ / "T/first_divergence.md"), {"# First divergence: none", "`I_pixel_final`"});
  }
}

/// One quantity of the file is wrong by a thousandth: it is the one that is named.
TEST_P(AgainstGolden, NamesTheQuantityThatWasAltered) {
  const std::vector<std::string> lines = lines_of(golden());
  std::size_t altered = 0;
  for (const std::string name :
       {"pix0_vector", "fdet_vec", "pixel_pos_meters", "R_distance_meters", "omega_pixel_sr", "scattering_vec_A_inv",
        "rot_b_angstroms", "hkl_frac", "F_latt", "F_cell", "polar", "omega_pixel", "I_pixel_final"}) {
    std::ostringstream text;
    text.precision(17);
    bool found = false;
    for (const std::string& line : lines) {
      std::istringstream words(line);
      std::string word;
      words >> word;
      const bool here = word == name && !found;
      found = found || here;
      if (!here) {
        text << line << "\n";
        continue;
      }
      text << word;
      for (double value = 0; words >> value;) text << " " << (value == 0 ? 0.001 : 1.001 * value);
      text << "\n";
    }
    if (!found) continue;
    ++altered;
    folder_.write("altered", text.str());
    const ProgramResult result = against("altered", "reference");
    EXPECT_EQ(result.status, 3) << name;
    const std::string ours = name == "scattering_vec_A_inv" ? "scattering_vec_m_inv"
                             : name == "omega_pixel"        ? "omega_pixel_sr"
                                                            : name;
    expect_texts(result.out, {"first divergence: " + ours});
    expect_texts(read_bytes(folder_ / "T/first_divergence.md"), {"# First divergence: `" + ours, "Likely causes:"});
  }
  EXPECT_GE(altered, 12u);
}

INSTANTIATE_TEST_SUITE_P(traces, AgainstGolden,
                         testing::ValuesIn(json::parse(read_bytes(fs::path(FEMTOBRAGG_GOLDEN) / "traces/cases.json"))
                                               .get<std::vector<json>>()),
                         [](const testing::TestParamInfo<json>& golden) {
                           const std::string file = golden.param["file"];
                           return file.substr(0, file.find('.'));
                         });

/// A program with a wrong polarization is found out in two commands.
TEST_F(TraceCommand, TwoCommandsNameAPlantedMistake) {
  const std::string wrong = script("wrong.sh", "exec " FEMTOBRAGG_BIN "/nanoBragg \"$@\" -polar 0.01");
  compare({"--bin", wrong});
  const ProgramResult result = trace({"--pixel", "auto", "--comparison", "D", "--out", "T"}, {});
  EXPECT_EQ(result.status, 3) << result.out << result.err;
  expect_texts(result.out, {"wrong.sh", "first divergence: polar", "no divergence in "});
  std::size_t reports = 0, traces = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "T")) {
    const std::string name = entry.path().filename().string();
    reports += name.starts_with("first_divergence_");
    traces += name.starts_with("trace_");
  }
  EXPECT_EQ(traces, 5u) << "the largest disagreement and four corners";
  EXPECT_EQ(reports, 10u) << "two programs each";
}

/// Two equal programs: nothing diverges, in whatever order pixels matter and whatever lanes do.
TEST_F(TraceCommand, EqualProgramsDoNotDiverge) {
  for (const Words& more : std::vector<Words>{{},
                                              {"-osc", "1", "-phisteps", "3"},
                                              {"-dtype", "float32"},
                                              {"-osc", "1", "-phisteps", "3", "-dtype", "float32"}}) {
    Words words = run;
    words.insert(words.end(), more.begin(), more.end());
    compare({}, words);
    const ProgramResult result = expect_success(trace({"--pixel", "auto", "--comparison", "D", "--out", "T"}, {}));
    EXPECT_EQ(result.out.find("first divergence"), std::string::npos) << result.out;
    fs::remove_all(folder_ / "D");
  }
}

TEST_F(TraceCommand, OwnTracesDoNotDiverge) {
  for (const Words& more : std::vector<Words>{{}, {"--subpixels"}}) {
    Words options = {"--pixel", "30", "40"};
    options.insert(options.end(), more.begin(), more.end());
    folder_.write("own", expect_success(trace(options)).out);
    expect_texts(expect_success(trace({"--pixel", "30", "40", "--program", "simulate", "--against", "own"})).out,
                 {"no divergence"});
  }
}

TEST_F(TraceCommand, LanesTellNoFactorsOfSingleAxes) {
  Words words = run;
  words.insert(words.end(), {"-osc", "1", "-phisteps", "3"});
  EXPECT_TRUE(values_of(trace({"--pixel", "3", "4"}, words).out).contains("phi"));
  const auto lanes = values_of(expect_success(trace({"--pixel", "3", "4", "--device", "simd"}, words)).out);
  EXPECT_FALSE(lanes.contains("phi"));
  EXPECT_FALSE(lanes.contains("F_latt_a"));
  EXPECT_TRUE(lanes.contains("F_latt"));
}

/// The comparison knows the folder that its arguments are seen from.
TEST_F(TraceCommand, AComparisonIsTracedFromAnywhere) {
  folder_.write("x.hkl", "0 0 0 50\n1 1 1 20\n-9 -9 -9 5\n");
  Words words = run;
  words.insert(words.end(), {"-hkl", "x.hkl"});
  compare({}, words);
  fs::create_directory(folder_ / "other");
  folder_.write("other/x.hkl", "0 0 0 1\n");
  const ProgramResult result = expect_success(
      run_program("femtobragg", {"trace", "--pixel", "auto", "--comparison", "../D", "--out", "T"}, folder_ / "other"));
  expect_texts(result.out, {"no divergence"});
}

TEST_F(TraceCommand, DumpsOfAnySpellingAreFound) {
  folder_.write("p.hkl", "0 0 0 50\n-9 -9 -9 5\n9 9 9 5\n");
  expect_success(drop_in(
      {"-hkl", "p.hkl", "-cell", "70", "80", "90", "-lambda", "1", "-detpixels", "4", "-dump", "d.bin"}, folder_));
  for (const std::string flag : {"-dump", "-dumpfile", "--dump"}) {
    Words words = run;
    words.insert(words.end(), {flag, "d.bin"});
    compare({}, words);
    expect_texts(expect_success(trace({"--pixel", "10", "20", "--comparison", "D"}, {})).out, {"no divergence"});
    fs::remove_all(folder_ / "D");
  }
}

TEST_F(TraceCommand, SaysWhereTheProgramIsAnotherOneNow) {
  const std::string changing = script("changing.sh", "exec " FEMTOBRAGG_BIN "/nanoBragg \"$@\"");
  compare({"--bin", changing});
  script("changing.sh", "exec " FEMTOBRAGG_BIN "/nanoBragg \"$@\" -polar 0.5");
  const ProgramResult result = trace({"--pixel", "3", "4", "--comparison", "D"}, {});
  EXPECT_EQ(result.status, 3);
  expect_texts(result.err, {"changing.sh is not the program that was compared"});
}

TEST_F(TraceCommand, ProgramsWithoutTracesSaySo) {
  const std::string silent = script("silent.sh", "exec " FEMTOBRAGG_BIN "/nanoBragg \"$@\" > /dev/null");
  compare({"--bin", silent, "--c-bin", silent, "--roi", "5", "7", "9", "9"});
  const ProgramResult result = trace({"--pixel", "9", "7", "--pixel", "auto", "--comparison", "D", "--out", "T"}, {});
  EXPECT_EQ(result.status, 1) << "nothing was compared";
  expect_texts(result.out, {"silent.sh prints no trace"});
  expect_texts(result.err, {"neither program prints a trace"});
  EXPECT_TRUE(fs::exists(folder_ / "T/trace_9_7.txt"));
}

/// The region's corners, not the image's.
TEST_F(TraceCommand, AutoTakesTheCornersOfTheRegion) {
  compare({"--roi", "5", "7", "9", "9"});
  expect_success(trace({"--pixel", "auto", "--comparison", "D", "--out", "T"}, {}));
  EXPECT_TRUE(fs::exists(folder_ / "T/trace_9_5.txt"));
  EXPECT_TRUE(fs::exists(folder_ / "T/trace_9_7.txt"));
  EXPECT_FALSE(fs::exists(folder_ / "T/trace_0_0.txt"));
}

TEST_F(TraceCommand, LanesWithoutTermsTellTheirResult) {
  const Words words = {"-hkl",        FEMTOBRAGG_SOURCE "/examples/cro/cro_2.5A_P1.hkl",
                       "-cell",       "34.77",
                       "39.17",       "48.31",
                       "-N",          "10",
                       "-detpixels",  "16",
                       "-distance",   "30",
                       "-lambda",     "0.5",
                       "-twotheta",   "60",
                       "-water",      "1",
                       "-oversample", "1"};
  const auto photons = [&](const std::string& device) {
    const auto values = values_of(expect_success(trace({"--pixel", "5", "6", "--device", device}, words)).out);
    return values.at("I_pixel_final").numbers[0];
  };
  EXPECT_GT(photons("reference"), 0);
  EXPECT_NEAR(photons("simd"), photons("reference"), 1e-9 * photons("reference"));
}

TEST_F(TraceCommand, QuirksMayBeOff) {
  Words words = run;
  words.insert(words.end(), {"-quirks", "none"});
  compare({}, words);
  expect_texts(expect_success(trace({"--pixel", "3", "4", "--comparison", "D"}, {})).out, {"no divergence"});
}

/// The comparison did not read it, so the trace must not either.
TEST_F(TraceCommand, AStaleDumpIsNotReadAfterAComparison) {
  compare({});
  folder_.write("p.hkl", "1 0 0 500\n-40 -40 -40 1\n40 40 40 1\n");
  expect_success(drop_in({"-hkl", "p.hkl", "-cell", "70", "80", "90", "-lambda", "1", "-detpixels", "4"}, folder_));
  ASSERT_TRUE(fs::exists(folder_ / "Fdump.bin"));
  const Words as_nanobragg = {"--pixel", "3", "4", "--program", "nanoBragg"};
  expect_texts(expect_success(trace(as_nanobragg)).out, {"F_cell 100\n"});
  Words named = run;
  named.insert(named.end(), {"-dumpfile", "Fdump.bin"});
  EXPECT_EQ(expect_success(trace(as_nanobragg, named)).out.find("F_cell 100\n"), std::string::npos);
  expect_texts(expect_success(trace({"--pixel", "3", "4", "--comparison", "D"}, {})).out,
               {"F_cell 100\n", "no divergence"});
}

}  // namespace
}  // namespace femtobragg::tests
