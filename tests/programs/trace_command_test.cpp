// `femtobragg trace`: the pixel of the image, every option, and the quantity that another program has wrong.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "femtobragg/evidence/trace_record.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using evidence::TracedQuantity;
using nlohmann::json;

const Words run = {"-default_F", "100",        "-cell", "70",     "80",  "90",          "75",      "85",  "95",
                   "-misset",    "15",         "25",    "35",     "-N",  "5",           "-lambda", "1.2", "-distance",
                   "50",         "-detpixels", "64",    "-pixel", "0.4", "-oversample", "2"};

class TraceCommand : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("NB_C_BIN");
    unsetenv("NB_PY_BIN");
  }

  ProgramResult trace(const Words& options, const Words& arguments = run) const {
    Words words = after("trace", options);
    if (!arguments.empty()) words.push_back("--");
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_program("femtobragg", words, folder_.path());
  }
  std::string script(const std::string& name, const std::string& text) const {
    folder_.write(name, "#!/bin/sh\n" + text + "\n");
    fs::permissions(folder_ / name, fs::perms::owner_all);
    return (folder_ / name).string();
  }
  void compare(const Words& options, const Words& arguments = run) const {
    Words words = {"--outdir", "D"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back("--");
    words.insert(words.end(), arguments.begin(), arguments.end());
    expect_success(run_program("nb-compare", words, folder_.path()));
  }

  TemporaryFolder folder_;
};

/// Values of a trace by name; the last one where a name occurs several times.
std::map<std::string, TracedQuantity> values_of(const std::string& text) {
  std::map<std::string, TracedQuantity> values;
  for (const TracedQuantity& quantity : evidence::parse_trace(text).quantities) values[quantity.name] = quantity;
  return values;
}

/// Seventeen digits tell a double, and a float, exactly.
TEST_F(TraceCommand, IsThePixelOfTheImageBitForBit) {
  std::size_t compared = 0;
  for (const std::string program : {"simulate", "nanoBragg"})
    for (const std::string device : {"reference", "simd"})
      for (const std::string type : {"float64", "float32"}) {
        if (device == "reference" && type == "float32") continue;
        Words words = run;
        words.insert(words.end(), {"-device", device, "-dtype", type, "-floatfile", "a.bin"});
        expect_success(program == "simulate" ? simulate(words, folder_) : drop_in(words, folder_));
        const std::vector<float> image = read_floats(folder_ / "a.bin");
        const ProgramResult result =
            expect_success(trace({"--pixel", "10", "20", "--pixel", "33", "31", "--device", device, "--dtype", type,
                                  "--program", program, "--out", "T"}));
        for (const auto& [slow, fast] : {std::pair{10, 20}, std::pair{33, 31}}) {
          const std::string file = "T/trace_" + std::to_string(slow) + "_" + std::to_string(fast) + ".txt";
          const auto values = values_of(read_bytes(folder_ / file));
          EXPECT_EQ(static_cast<float>(values.at("I_pixel_final").numbers[0]),
                    image[static_cast<std::size_t>(64 * slow + fast)]);
          EXPECT_EQ(static_cast<float>(values.at("floatimage_accumulated").numbers[0]),
                    image[static_cast<std::size_t>(64 * slow + fast)])
              << program << " " << device << " " << type;
          ++compared;
        }
      }
  EXPECT_EQ(compared, 12u);
}

TEST_F(TraceCommand, TellsNamesAndSeventeenDigits) {
  const ProgramResult result = expect_success(trace({"--pixel", "10", "20"}));
  EXPECT_TRUE(result.out.starts_with("# femtobragg ")) << result.out;
  expect_texts(result.out, {"as simulate, pixel slow 10 fast 20, by reference, float64", "\npix0_vector ",
                            "\nhkl_frac ", "\npixel_mm 0.40000000000000002\n", "\nF_cell 100\n", "\nsteps 4\n"});
}

TEST_F(TraceCommand, AggregatesOverSamples) {
  Words words = run;
  words.insert(words.end(),
               {"-mosaic", "1", "-mosaic_domains", "3", "-osc", "1", "-phisteps", "2", "-dispersion", "2", "-dispsteps",
                "2", "-detector_thick", "100", "-detector_abs", "200", "-detector_thicksteps", "3"});
  const auto values = values_of(expect_success(trace({"--pixel", "10", "20"}, words)).out);
  EXPECT_EQ(values.at("samples").numbers[0], 12);
  EXPECT_EQ(values.at("rays").numbers[0], 24);
  EXPECT_EQ(values.at("phi_steps").numbers[0], 2);
  EXPECT_EQ(values.at("mosaic_domains").numbers[0], 3);
  EXPECT_EQ(values.at("terms").numbers[0], 24 * 6);
  EXPECT_EQ(values.at("F_cell_range").numbers, (std::vector<double>{100, 100, 100}));
  const auto& omega = values.at("omega_range_sr").numbers;
  EXPECT_NEAR(omega[2], values.at("omega_pixel_sr").numbers[0], 1e-15 * omega[2] * 12);
}

/// Ranges and ends of what the single samples tell, by either backend.
TEST_F(TraceCommand, AggregatesAreThoseOfTheSamples) {
  Words words = run;
  words.insert(words.end(), {"-N", "20", "-pixel", "2"});
  for (const std::string program : {"simulate", "nanoBragg"})
    for (const std::string device : {"reference", "simd"}) {
      const std::string text =
          expect_success(trace({"--pixel", "10", "20", "--subpixels", "--device", device, "--program", program}, words))
              .out;
      std::vector<std::vector<double>> hkl;
      std::vector<double> omegas;
      for (const TracedQuantity& quantity : evidence::parse_trace(text).quantities) {
        if (quantity.name == "hkl_rounded") hkl.push_back(quantity.numbers);
        if (quantity.name == "omega_pixel_sr") omegas.push_back(quantity.numbers[0]);
      }
      ASSERT_EQ(hkl.size(), 4u);
      ASSERT_EQ(omegas.size(), 5u) << "four samples and the pixel";
      const auto values = values_of(text);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const auto of_axis = [&](const auto& h) { return h[axis]; };
        EXPECT_EQ(values.at("hkl_least").numbers[axis], (*std::ranges::min_element(hkl, {}, of_axis))[axis]);
        EXPECT_EQ(values.at("hkl_most").numbers[axis], (*std::ranges::max_element(hkl, {}, of_axis))[axis]);
      }
      const auto& omega = values.at("omega_range_sr").numbers;
      EXPECT_EQ(omega[0], omegas[0]);
      EXPECT_EQ(omega[1], omegas[3]);
      const auto& polar = values.at("polar_range").numbers;
      EXPECT_GT(polar[0], 0.5);
      EXPECT_LT(polar[0], 0.9999);
      EXPECT_NEAR(polar[2], values.at("polar").numbers[0], 1e-9);
    }
}

TEST_F(TraceCommand, CountsLookupsOutsideTheTable) {
  folder_.write("one.hkl", "0 0 0 50\n1 1 1 20\n");
  Words words = run;
  words.insert(words.end(), {"-hkl", "one.hkl"});
  const auto values = values_of(expect_success(trace({"--pixel", "0", "0"}, words)).out);
  EXPECT_EQ(values.at("F_cell_outside_table").numbers[0], 4);
  EXPECT_FALSE(fs::exists(folder_ / "Fdump.bin"));
}

TEST_F(TraceCommand, TapsChoose) {
  const auto only = [&](const std::string& taps) {
    return values_of(expect_success(trace({"--pixel", "10", "20", "--taps", taps})).out);
  };
  EXPECT_TRUE(only("geometry").contains("pix0_vector"));
  EXPECT_FALSE(only("geometry").contains("hkl_frac"));
  EXPECT_TRUE(only("hkl").contains("hkl_frac"));
  EXPECT_FALSE(only("hkl").contains("F_cell"));
  EXPECT_TRUE(only("f_cell").contains("F_cell_range"));
  EXPECT_TRUE(only("omega").contains("omega_pixel_sr"));
  EXPECT_TRUE(only("intensity").contains("I_pixel_final"));
  const auto two = only("hkl,omega");
  EXPECT_TRUE(two.contains("hkl_frac") && two.contains("omega_pixel_sr") && !two.contains("I_pixel_final"));
  EXPECT_EQ(only("all").size(), only("geometry,hkl,f_cell,omega,intensity").size());
}

TEST_F(TraceCommand, SubpixelsTellEachSample) {
  const auto count = [&](const Words& options) {
    const std::string text = expect_success(trace(options)).out;
    std::size_t n = 0;
    for (const TracedQuantity& quantity : evidence::parse_trace(text).quantities) n += quantity.name == "hkl_frac";
    return n;
  };
  EXPECT_EQ(count({"--pixel", "10", "20"}), 1u);
  EXPECT_EQ(count({"--pixel", "10", "20", "--subpixels"}), 4u);
}

TEST_F(TraceCommand, Json) {
  const json list = json::parse(expect_success(trace({"--pixel", "10", "20", "--pixel", "1", "2", "--json"})).out);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["slow"], 10);
  EXPECT_EQ(list[1]["fast"], 2);
  const json& quantities = list[0]["quantities"];
  const auto named = [&](const std::string& name) {
    for (const json& quantity : quantities)
      if (quantity["name"] == name) return quantity;
    return json();
  };
  EXPECT_EQ(named("hkl_rounded")["values"].size(), 3u);
  EXPECT_EQ(named("F_cell")["value"], 100.0);
  EXPECT_EQ(named("detector_convention")["text"], "MOSFLM");
  EXPECT_EQ(named("F_cell")["tap"], "f_cell");
  EXPECT_TRUE(named("omega_range_sr").contains("mean"));
  expect_success(trace({"--pixel", "10", "20", "--json", "--out", "J"}));
  EXPECT_EQ(json::parse(read_bytes(folder_ / "J/trace_10_20.json"))["fast"], 20);
}

TEST_F(TraceCommand, RefusesWrongWords) {
  expect_one_error(trace({}), 2, {"--pixel"});
  expect_one_error(trace({"--pixel", "10"}), 2, {"--pixel", "slow and fast"});
  expect_one_error(trace({"--pixel", "x", "y"}), 2, {"'x'"});
  expect_one_error(trace({"--pixel", "-1", "3"}), 2, {"--pixel"});
  expect_one_error(trace({"--pixel", "64", "0"}), 2, {"64 0", "below 64"});
  expect_one_error(trace({"--pixel", "auto"}), 2, {"--comparison"});
  expect_one_error(trace({"--pixel", "1", "1", "--taps", "all,nonsense"}), 2, {"'nonsense'"});
  expect_one_error(trace({"--pixel", "1", "1", "--dtype", "float16"}), 2, {"'float16'"});
  expect_one_error(trace({"--pixel", "1", "1", "--device", "abacus"}), 2, {"'abacus'"});
  expect_one_error(trace({"--pixel", "1", "1", "--device", "reference", "--dtype", "float32"}), 2, {"reference"});
  expect_one_error(trace({"--pixel", "1", "1", "--program", "xds"}), 2, {"--program"});
  expect_one_error(trace({"--pixel", "1", "1", "--nonsense"}), 2, {"--nonsense"});
  for (const std::string option : {"--against", "--comparison", "--out", "--dtype", "--device"})
    expect_one_error(trace({"--pixel", "1", "1", option, ""}), 2, {option, "empty"});
  expect_one_error(trace({"--pixel", "1", "1"}, {}), 2, {"arguments"});
  expect_one_error(trace({"--pixel", "1", "1"}, {"-nonsense"}), 2, {"-nonsense"});
  expect_one_error(trace({"--pixel", "1", "1"}, {"-detpixels", "4"}), 2, {"nothing to render"});
  Words masked = run;
  masked.insert(masked.end(), {"-roi", "0", "9", "0", "9"});
  expect_one_error(trace({"--pixel", "20", "20"}, masked), 2, {"outside -roi"});
  expect_one_error(trace({"--pixel", "1", "1", "--against", "missing"}), 1, {"missing"});
  folder_.write("empty", "");
  expect_one_error(trace({"--pixel", "1", "1", "--against", "empty"}), 1, {"no trace"});
  folder_.write("other", "temperature 300\n");
  expect_one_error(trace({"--pixel", "1", "1", "--against", "other"}), 1, {"no quantity in common"});
  expect_one_error(trace({"--pixel", "1", "1", "--pixel", "2", "2", "--against", "other"}), 2, {"one --pixel"});
  expect_one_error(trace({"--pixel", "auto", "--comparison", "nowhere"}, {}), 1, {"nowhere"});
  expect_texts(expect_success(trace({"--help"}, {})).out, {"--against", "--taps", "Exit status"});
}

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
