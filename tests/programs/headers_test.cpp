// SMV headers key by key, for each geometry convention, and the numbers that a run prints.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "test_paths.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

using Words = std::vector<std::string>;
using Header = std::map<std::string, std::string>;

/// What every header says that comes from the flags below.
const Header common = {{"HEADER_BYTES", "512"},    {"DIM", "2"},         {"BYTE_ORDER", "little_endian"},
                       {"TYPE", "unsigned_short"}, {"SIZE1", "72"},      {"SIZE2", "56"},
                       {"PIXEL_SIZE", "0.5"},      {"WAVELENGTH", "1"},  {"PHI", "0"},
                       {"OSC_START", "0"},         {"OSC_RANGE", "0"},   {"TWOTHETA", "0"},
                       {"DETECTOR_SN", "000"},     {"BEAMLINE", "fake"}, {"DISTANCE", "100"},
                       {"CLOSE_DISTANCE", "100"}};

Words geometry_run(const Words& more) {
  Words words = {"-default_F",  "10",          "-cell", "30",           "40",  "50",           "75",  "95",
                 "105",         "-lambda",     "1",     "-distance",    "100", "-pixel",       "0.5", "-N",
                 "3",           "-oversample", "1",     "-detpixels_x", "72",  "-detpixels_y", "56",  "-nopgm",
                 "-noprogress", "-seed",       "1"};
  words.insert(words.end(), {"-intfile", "i.img", "-noisefile", "n.img", "-roi", "0", "3", "0", "3"});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::vector<std::string> header_lines(const std::string& file) {
  std::istringstream text(file.substr(0, file.find('}')));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

Header header_of(const std::string& file) {
  Header header;
  for (const std::string& line : header_lines(file)) {
    const auto equals = line.find('=');
    if (equals == std::string::npos) continue;
    const bool semicolon = line.ends_with(';');
    header[line.substr(0, equals)] = line.substr(equals + 1, line.size() - equals - 1 - (semicolon ? 1 : 0));
  }
  return header;
}

struct Geometry {
  std::string name;
  Words words;
  Header expected;  ///< what differs from the common part, or adds to it
};
void PrintTo(const Geometry& geometry, std::ostream* out) { *out << geometry.name; }

class Headers : public testing::TestWithParam<Geometry> {
 protected:
  Header run(const std::string& program, const Words& words) {
    Words all = words;
    if (program == "femtobragg") all.insert(all.begin(), "simulate");
    const ProgramResult result = run_program(program, all, folder_.path());
    EXPECT_EQ(result.status, 0) << result.err;
    const std::string file = read_bytes(folder_ / "i.img");
    // Both files carry the same header.
    EXPECT_EQ(read_bytes(folder_ / "n.img").substr(0, 512), file.substr(0, 512));
    return header_of(file);
  }
  TemporaryFolder folder_;
};

TEST_P(Headers, OfTheDropIn) {
  Header expected = common;
  for (const auto& [key, value] : GetParam().expected) expected[key] = value;
  const Header actual = run("nanoBragg", geometry_run(GetParam().words));
  for (const auto& [key, value] : expected) {
    ASSERT_TRUE(actual.contains(key)) << key;
    EXPECT_EQ(actual.at(key), value) << key;
  }
}

TEST_P(Headers, KeepTheOrderOfTheReference) {
  run("nanoBragg", geometry_run(GetParam().words));
  const auto keys = [](const std::string& file) {
    std::vector<std::string> names;
    for (const std::string& line : header_lines(file)) names.push_back(line.substr(0, line.find('=')));
    return names;
  };
  const std::string reference = std::string(FEMTOBRAGG_GOLDEN) + "/exact/expected/40_noise_int.i.img";
  EXPECT_EQ(keys(read_bytes(folder_ / "i.img")), keys(read_bytes(reference)));
}

const std::vector<Geometry> geometries = {
    {"mosflm_default",
     {},
     {{"BEAM_CENTER_X", "14.25"},
      {"BEAM_CENTER_Y", "18.25"},
      {"ADXV_CENTER_X", "18.5"},
      {"ADXV_CENTER_Y", "13.5"},
      {"MOSFLM_CENTER_X", "14.25"},
      {"MOSFLM_CENTER_Y", "18.25"},
      {"DENZO_X_BEAM", "14.5"},
      {"DENZO_Y_BEAM", "18.5"},
      {"DIALS_ORIGIN", "-18.5,14.5,-100"},
      {"XDS_ORGX", "37.5"},
      {"XDS_ORGY", "29.5"}}},
    {"adxv",
     {"-adxv", "-Xbeam", "15", "-Ybeam", "11"},
     {{"BEAM_CENTER_X", "15"},
      {"BEAM_CENTER_Y", "11"},
      {"ADXV_CENTER_X", "15"},
      {"ADXV_CENTER_Y", "11"},
      {"MOSFLM_CENTER_X", "16.75"},
      {"MOSFLM_CENTER_Y", "14.75"},
      {"DENZO_X_BEAM", "17"},
      {"DENZO_Y_BEAM", "15"},
      {"DIALS_ORIGIN", "100,17,15"},
      {"XDS_ORGX", "30.5"},
      {"XDS_ORGY", "34.5"}}},
    {"mosflm",
     {"-mosflm", "-Xbeam", "13", "-Ybeam", "17"},
     {{"BEAM_CENTER_X", "13"},
      {"BEAM_CENTER_Y", "17"},
      {"ADXV_CENTER_X", "17.25"},
      {"ADXV_CENTER_Y", "14.75"},
      {"MOSFLM_CENTER_X", "13"},
      {"MOSFLM_CENTER_Y", "17"},
      {"DENZO_X_BEAM", "13.25"},
      {"DENZO_Y_BEAM", "17.25"},
      {"DIALS_ORIGIN", "-17.25,13.25,-100"},
      {"XDS_ORGX", "35"},
      {"XDS_ORGY", "27"}}},
    {"denzo",
     {"-denzo", "-Xbeam", "13", "-Ybeam", "17"},
     {{"BEAM_CENTER_X", "13"},
      {"BEAM_CENTER_Y", "17"},
      {"ADXV_CENTER_X", "17"},
      {"ADXV_CENTER_Y", "15"},
      {"MOSFLM_CENTER_X", "12.75"},
      {"MOSFLM_CENTER_Y", "16.75"},
      {"DENZO_X_BEAM", "13"},
      {"DENZO_Y_BEAM", "17"},
      {"DIALS_ORIGIN", "-17,13,-100"},
      {"XDS_ORGX", "34.5"},
      {"XDS_ORGY", "26.5"}}},
    {"xds",
     {"-xds", "-ORGX", "30.25", "-ORGY", "20.75"},
     {{"BEAM_CENTER_X", "14.875"},
      {"BEAM_CENTER_Y", "10.125"},
      {"ADXV_CENTER_X", "14.875"},
      {"ADXV_CENTER_Y", "17.875"},
      {"MOSFLM_CENTER_X", "9.875"},
      {"MOSFLM_CENTER_Y", "14.625"},
      {"DENZO_X_BEAM", "10.125"},
      {"DENZO_Y_BEAM", "14.875"},
      {"DIALS_ORIGIN", "100,-10.125,14.875"},
      {"XDS_ORGX", "30.25"},
      {"XDS_ORGY", "20.75"}}},
    {"dials_twotheta",
     {"-dials", "-twotheta", "12"},
     {{"BEAM_CENTER_X", "18"},
      {"BEAM_CENTER_Y", "14"},
      {"ADXV_CENTER_X", "-2.79117"},
      {"ADXV_CENTER_Y", "14"},
      {"MOSFLM_CENTER_X", "13.75"},
      {"DENZO_X_BEAM", "14"},
      {"DENZO_Y_BEAM", "-2.79117"},
      {"TWOTHETA", "12"},
      {"DIALS_ORIGIN", "101.557,-14,-3.18451"},
      {"XDS_ORGX", "36.5"},
      {"XDS_ORGY", "28.5"}}},
    {"custom_sample_pivot",
     {"-fdet_vector",   "0", "0.6", "0.8", "-sdet_vector",  "0", "-0.8",    "0.6", "-odet_vector",  "1",  "0",    "0",
      "-beam_vector",   "1", "0",   "0",   "-polar_vector", "0", "0",       "1",   "-spindle_axis", "0",  "1",    "0",
      "-twotheta_axis", "0", "1",   "0",   "-twotheta",     "8", "-Xclose", "15",  "-Yclose",       "12", "-phi", "20"},
     {{"BEAM_CENTER_X", "15"},
      {"BEAM_CENTER_Y", "12"},
      {"ADXV_CENTER_X", "26.1338"},
      {"DENZO_X_BEAM", "20.3504"},
      {"DENZO_Y_BEAM", "26.1338"},
      {"XDS_ORGX", "30.5"},
      {"XDS_ORGY", "24.5"},
      {"DIALS_ORIGIN", "-32.9305,0.6,-96.3547"},
      {"TWOTHETA", "8"},
      {"PHI", "20"},
      {"OSC_START", "20"}}},
    {"mosflm_rotations",
     {"-detector_rotx", "3", "-detector_roty", "-4", "-detector_rotz", "5", "-twotheta", "10"},
     {{"CLOSE_DISTANCE", "99.3768"},
      {"XDS_ORGX", "52.2914"},
      {"XDS_ORGY", "46.1799"},
      {"TWOTHETA", "10"},
      {"DIALS_ORIGIN", "-17.6726,15.2819,-102.577"},
      {"BEAM_CENTER_X", "14.25"},
      {"BEAM_CENTER_Y", "18.25"}}},
    {"xds_rotations",
     {"-xds", "-detector_rotx", "3", "-detector_roty", "-4", "-detector_rotz", "5", "-twotheta", "10"},
     {{"CLOSE_DISTANCE", "99.6197"},
      {"DIALS_ORIGIN", "92.0804,-37.8515,23.0772"},
      {"XDS_ORGX", "36.5"},
      {"XDS_ORGY", "28.5"},
      {"TWOTHETA", "10"}}},
    {"xds_close_distance",
     {"-xds", "-close_distance", "80", "-detector_rotx", "6"},
     {{"DISTANCE", "80.4407"},
      {"CLOSE_DISTANCE", "80"},
      {"DENZO_X_BEAM", "22.4083"},
      {"DENZO_Y_BEAM", "18"},
      {"DIALS_ORIGIN", "78.0984,-22.2856,18"}}},
    {"twotheta_in_the_report",
     {"-lambda", "6.2", "-detpixels", "1024", "-pixel", "0.1", "-Xbeam", "61.2", "-Ybeam", "61.2", "-detector_rotx",
      "5", "-detector_roty", "3", "-detector_rotz", "2", "-twotheta", "15"},
     {{"SIZE1", "1024"},
      {"SIZE2", "1024"},
      {"PIXEL_SIZE", "0.1"},
      {"WAVELENGTH", "6.2"},
      {"DISTANCE", "97.4964"},
      {"CLOSE_DISTANCE", "97.3035"},
      {"ADXV_CENTER_X", "61.1719"},
      {"DENZO_X_BEAM", "61.8222"},
      {"XDS_ORGX", "581.805"},
      {"XDS_ORGY", "841.54"},
      {"BEAM_CENTER_X", "61.2"},
      {"DIALS_ORIGIN", "-55.6023,65.31,-112.087"},
      {"TWOTHETA", "15"}}},
    {"spindle",
     {"-phi", "12.5", "-osc", "0.25", "-phisteps", "1"},
     {{"PHI", "12.5"}, {"OSC_START", "12.5"}, {"OSC_RANGE", "0.25"}}},
};
INSTANTIATE_TEST_SUITE_P(geometries, Headers, testing::ValuesIn(geometries),
                         [](const auto& parameter) { return parameter.param.name; });

TEST(HeaderFormat, DialsOriginEndsWithASemicolonInSimulateOnly) {
  const TemporaryFolder folder;
  EXPECT_EQ(run_program("nanoBragg", geometry_run({}), folder.path()).status, 0);
  EXPECT_NE(read_bytes(folder / "i.img").find("DIALS_ORIGIN=-18.5,14.5,-100\n"), std::string::npos);
  Words words = geometry_run({});
  words.insert(words.begin(), "simulate");
  EXPECT_EQ(run_program("femtobragg", words, folder.path()).status, 0);
  EXPECT_NE(read_bytes(folder / "i.img").find("DIALS_ORIGIN=-18.5,14.5,-100;\n"), std::string::npos);
}

const Words overlong = {"-lambda",      "0.9768432",  "-distance",      "231.27466", "-pixel",         "0.172123",
                        "-detpixels_x", "196",        "-detpixels_y",   "203",       "-Xbeam",         "17.1234567",
                        "-Ybeam",       "16.7654321", "-detector_rotx", "1.234567",  "-detector_roty", "-2.345678",
                        "-twotheta",    "3.456789",   "-phi",           "1.234567",  "-osc",           "0.123456",
                        "-phisteps",    "1"};

TEST(HeaderFormat, OverlongHeaderRunsIntoTheImageInTheDropIn) {
  const TemporaryFolder folder;
  const ProgramResult result = run_program("nanoBragg", geometry_run(overlong), folder.path());
  EXPECT_EQ(result.status, 0) << result.err;
  const std::string file = read_bytes(folder / "i.img");
  EXPECT_EQ(file.find("}\f") + 2, 541u);
  EXPECT_EQ(file.size(), 541u + 2 * 196 * 203);
  EXPECT_EQ(header_of(file).at("HEADER_BYTES"), "512");
}

/// What changes the files of this run is announced.
TEST(HeaderFormat, OverlongHeaderIsAnnounced) {
  const TemporaryFolder folder;
  const ProgramResult result = run_program("nanoBragg", geometry_run(overlong), folder.path());
  EXPECT_NE(result.err.find("quirk Q-header-overflow"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("quirk Q-header-dials"), std::string::npos) << result.err;
}

TEST(HeaderFormat, OverlongHeaderGrowsInSimulate) {
  const TemporaryFolder folder;
  Words words = geometry_run(overlong);
  words.insert(words.begin(), "simulate");
  EXPECT_EQ(run_program("femtobragg", words, folder.path()).status, 0);
  const std::string file = read_bytes(folder / "i.img");
  EXPECT_EQ(header_of(file).at("HEADER_BYTES"), "1024");
  EXPECT_EQ(file.size(), 1024u + 2 * 196 * 203);
}

TEST(Statistics, OfTheGoldenNoiseRun) {
  const TemporaryFolder folder;
  folder.take(std::string(FEMTOBRAGG_GOLDEN) + "/exact/inputs/p1.hkl");
  const Words words = {"-hkl",      "p1.hkl",       "-cell",     "30",          "40",
                       "50",        "75",           "95",        "105",         "-misset",
                       "11",        "23",           "37",        "-lambda",     "1",
                       "-distance", "100",          "-pixel",    "0.5",         "-detpixels_x",
                       "72",        "-detpixels_y", "56",        "-noprogress", "-N",
                       "5",         "-oversample",  "1",         "-seed",       "987",
                       "-adc",      "25",           "-fluence",  "2e29",        "-noisefile",
                       "n.img",     "-intfile",     "i.img",     "-scale",      "3",
                       "-pgmfile",  "p.pgm",        "-pgmscale", "0.05"};
  const ProgramResult result = run_program("nanoBragg", words, folder.path());
  ASSERT_EQ(result.status, 0) << result.err;
  for (const char* line :
       {"\nsolid angle subtended by detector = 0.098251 steradian ( 0.781857% sphere)\n",
        "\nwriting floatimage.bin as 4032 4-byte floats\n", "\nmax_I = 29567.7  at 0.00725 0.00925\n",
        "\nmean= 99.3694 rms= 967.77 rmsd= 962.654\n", "\nintfile_scale = 3\n", "\nwriting i.img as 2-byte integers\n",
        "\npgm_scale = 0.05\n", "\nwriting p.pgm as 1-byte integers\n",
        "\n400241 photons on noise image (0 overloads)\n", "\nwriting n.img as 2-byte integers\n"})
    EXPECT_NE(result.out.find(line), std::string::npos) << line << result.out.substr(result.out.find("solid"));

  const auto first_pixels = [&](const std::string& name) {
    const std::string file = read_bytes(folder / name);
    EXPECT_EQ(file.find("}\f") + 2, 462u) << name;
    EXPECT_EQ(file.size(), 512u + 2 * 4032) << name;
    std::vector<int> pixels;
    for (std::size_t at = 512; at < 512 + 16; at += 2)
      pixels.push_back(static_cast<unsigned char>(file[at]) + 256 * static_cast<unsigned char>(file[at + 1]));
    return pixels;
  };
  EXPECT_EQ(first_pixels("n.img"), (std::vector<int>{26, 25, 25, 25, 25, 25, 26, 25}));
  EXPECT_EQ(first_pixels("i.img"), (std::vector<int>{26, 25, 26, 25, 25, 25, 33, 25}));
  EXPECT_EQ(read_bytes(folder / "p.pgm").size(), 4069u);
}

}  // namespace
}  // namespace femtobragg::tests
