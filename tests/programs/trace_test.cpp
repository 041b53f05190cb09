// Every intermediate of single pixels against traces of the reference program.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

using Json = nlohmann::json;

struct TraceLine {
  std::string name;
  std::vector<std::string> words;
};

std::vector<TraceLine> lines_of(const std::string& text, const std::string& prefix) {
  std::vector<TraceLine> lines;
  std::istringstream stream(text);
  for (std::string row; std::getline(stream, row);) {
    if (!row.starts_with(prefix)) continue;
    std::istringstream words(row.substr(prefix.size()));
    TraceLine line;
    words >> line.name;
    for (std::string word; words >> word;) line.words.push_back(word);
    lines.push_back(line);
  }
  return lines;
}

/// The number in a word such as `rotx:0.1`, `[1` or `0;`.
double number_in(const std::string& word) {
  const std::size_t colon = word.find(':');
  std::string text = colon == std::string::npos ? word : word.substr(colon + 1);
  while (text.starts_with('[')) text.erase(0, 1);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  EXPECT_NE(end, text.c_str()) << word;
  return value;
}

std::vector<double> numbers_of(const std::vector<std::string>& words) {
  std::vector<double> numbers;
  for (const std::string& word : words) numbers.push_back(number_in(word));
  return numbers;
}

/// Names that are other in the reference: misnamed units, and axes that it prints after 2-theta under the name of the
/// step before (where the detector turns about the beam spot).
std::string our_name(const std::string& name, bool beam_pivot) {
  static const std::map<std::string, std::string> renamed = {{"scattering_vec_A_inv", "scattering_vec_m_inv"},
                                                             {"rot_a_star_A_inv", "ref_a_star_A_inv"},
                                                             {"rot_b_star_A_inv", "ref_b_star_A_inv"},
                                                             {"rot_c_star_A_inv", "ref_c_star_A_inv"},
                                                             {"omega_pixel", "omega_pixel_sr"},
                                                             {"cos_2theta", "cos_2theta_last"}};
  static const std::map<std::string, std::string> in_beam_block = {{"fdet_after_rotz", "fdet_after_twotheta"},
                                                                   {"sdet_after_rotz", "sdet_after_twotheta"},
                                                                   {"odet_after_rotz", "odet_after_twotheta"}};
  if (beam_pivot && in_beam_block.contains(name)) return in_beam_block.at(name);
  return renamed.contains(name) ? renamed.at(name) : name;
}

/// Allowed relative error: rounding of the geometry, and what it becomes where lattice factors are steep.
double tolerance_of(const std::string& name) {
  static const std::set<std::string> factors = {"hkl_frac", "F_latt_a",     "F_latt_b",         "F_latt_c",
                                                "F_latt",   "F_cell",       "I_before_scaling", "capture_fraction",
                                                "polar",    "I_pixel_final"};
  if (name == "floatimage_accumulated") return 1.2e-7;  // one unit in the last place of a float32
  return factors.contains(name) ? 1e-9 : 1e-12;
}

/// Components that are zero but for rounding carry the rounding of the largest one: a few 1e-16 of it.
void expect_near(const std::vector<double>& actual, const std::vector<double>& expected, double relative) {
  ASSERT_EQ(actual.size(), expected.size());
  double largest = 0;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(actual[i], expected[i], relative * std::abs(expected[i]) + 1e-15 * largest);
}

class Trace : public testing::TestWithParam<Json> {
 protected:
  void SetUp() override {
    const Json& json = GetParam();
    std::vector<std::string> words = json["args"];
    const std::string slow = std::to_string(json["slow"].get<int>()), fast = std::to_string(json["fast"].get<int>());
    // The region of interest saves rendering the rest of the image.
    for (const std::string& word : {std::string("-trace_pixel"), slow, fast, std::string("-roi"), fast, fast, slow,
                                    slow, std::string("-nonoise"), std::string("-nopgm"), std::string("-noprogress")})
      words.push_back(word);
    const ProgramResult result = run_program("nanoBragg", words, folder_.path());
    ASSERT_EQ(result.status, 0) << result.err;
    ours_ = lines_of(result.out, "TRACE ");
    const std::string file = json["file"];
    expected_ = lines_of(read_bytes(std::filesystem::path(FEMTOBRAGG_GOLDEN) / "traces" / file), "");
    ASSERT_GT(expected_.size(), 50u);
  }

  /// Our line of that name: the first one, or the last.
  const TraceLine* find(const std::string& name, bool last) const {
    const TraceLine* found = nullptr;
    for (const TraceLine& line : ours_)
      if (line.name == name && (last || !found)) found = &line;
    return found;
  }

  bool beam_pivot() const {
    for (const TraceLine& line : expected_)
      if (line.name == "convention_mapping") return true;
    return false;
  }

  /// `X:.. Y:.. pixel_mm:..`, the centre divided by 1000 once too often.
  void compare_centre(const TraceLine& line) const {
    const std::vector<double> numbers = numbers_of(line.words);
    const TraceLine* centre = find("beam_center_m", false);
    const TraceLine* pixel = find("pixel_mm", false);
    ASSERT_TRUE(centre && pixel && numbers.size() == 3);
    expect_near(numbers_of(centre->words), {1000 * numbers[0], 1000 * numbers[1]}, 1e-12);
    expect_near(numbers_of(pixel->words), {numbers[2]}, 1e-12);
  }

  void compare(const TraceLine& line) const {
    SCOPED_TRACE(line.name);
    if (line.name == "beam_center_m") return compare_centre(line);
    const std::string name = our_name(line.name, beam_pivot());
    // The solid angle is there twice: of the first sample, and at the end under another name.
    const TraceLine* ours = find(name, line.name == "omega_pixel");
    ASSERT_TRUE(ours) << "missing: " << name;
    if (name == "detector_convention" || name == "convention_mapping")
      EXPECT_EQ(ours->words, line.words);
    else
      expect_near(numbers_of(ours->words), numbers_of(line.words), tolerance_of(name));
  }

  TemporaryFolder folder_;
  std::vector<TraceLine> ours_, expected_;
};

TEST_P(Trace, EqualsReference) {
  for (const TraceLine& line : expected_) compare(line);
}

TEST_P(Trace, EndsWithThePixelOfTheImage) {
  const Json& json = GetParam();
  const std::vector<float> image = read_floats(folder_ / "floatimage.bin");
  const auto width = static_cast<std::size_t>(std::sqrt(static_cast<double>(image.size())));
  const std::size_t pixel = json["slow"].get<std::size_t>() * width + json["fast"].get<std::size_t>();
  const TraceLine* final_value = find("floatimage_accumulated", true);
  ASSERT_TRUE(final_value);
  // Fifteen digits tell a float32 exactly.
  EXPECT_EQ(static_cast<float>(number_in(final_value->words.at(0))), image.at(pixel));
}

std::string name_of(const testing::TestParamInfo<Json>& info) {
  std::string name = info.param["file"];
  name = name.substr(0, name.find('.'));
  return name;
}

INSTANTIATE_TEST_SUITE_P(reference, Trace,
                         testing::ValuesIn(Json::parse(read_bytes(std::filesystem::path(FEMTOBRAGG_GOLDEN) /
                                                                  "traces/cases.json"))
                                               .get<std::vector<Json>>()),
                         name_of);

/// Runs that depend on the order of pixels, and runs with many samples: the trace is the pixel of the reference image.
class TraceOfAnyRun : public testing::TestWithParam<std::pair<std::string, std::vector<std::string>>> {};

TEST_P(TraceOfAnyRun, IsThePixelOfTheImage) {
  const auto& [program, more] = GetParam();
  const TemporaryFolder folder;
  folder.take(std::filesystem::path(FEMTOBRAGG_GOLDEN) / "exact/inputs");
  std::vector<std::string> words;
  if (program == "femtobragg") words.push_back("simulate");
  for (const char* word :
       {"-hkl", "small.hkl",    "-cell", "30",       "40",       "50",          "75",           "95",
        "105",  "-misset",      "11",    "23",       "37",       "-pixel",      "0.5",          "-detpixels_x",
        "72",   "-detpixels_y", "56",    "-nonoise", "-nopgm",   "-noprogress", "-trace_pixel", "30",
        "40",   "-default_F",   "20",    "-device",  "reference"})
    words.push_back(word);
  words.insert(words.end(), more.begin(), more.end());
  const ProgramResult result = run_program(program, words, folder.path());
  ASSERT_EQ(result.status, 0) << result.err;
  const std::vector<TraceLine> lines = lines_of(result.out, "TRACE ");
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back().name, "floatimage_accumulated");
  EXPECT_EQ(static_cast<float>(number_in(lines.back().words.at(0))),
            read_floats(folder / "floatimage.bin").at(30 * 72 + 40));
}

using Words = std::vector<std::string>;
const std::pair<std::string, Words> any_runs[] = {
    {"nanoBragg", {"-N", "5"}},
    {"nanoBragg", {"-N", "2", "-oversample", "2"}},
    {"nanoBragg", {"-N", "5", "-osc", "2", "-phisteps", "4", "-oversample", "2"}},
    {"nanoBragg", {"-N", "5", "-sourcefile", "src.txt", "-oversample_polar", "-water", "2"}},
    {"nanoBragg", {"-N", "5", "-detector_thick", "450", "-oversample_thick", "-mosaic", "1", "-mosaic_domains", "3"}},
    {"femtobragg", {"-N", "5", "-oversample", "2"}},
    {"femtobragg", {"-N", "2", "-sourcefile", "src.txt", "-water", "2"}},
    {"femtobragg", {"-N", "5", "-detector_thick", "450", "-detector_thicksteps", "3", "-gauss_xtal"}}};
INSTANTIATE_TEST_SUITE_P(runs, TraceOfAnyRun, testing::ValuesIn(any_runs));

/// Without quirks each sample has its own factors; the trace lists them, then their means.
TEST(TraceWithoutQuirks, ListsTheFactorsOfEachSample) {
  const TemporaryFolder folder;
  folder.take(std::filesystem::path(FEMTOBRAGG_GOLDEN) / "exact/inputs");
  const ProgramResult result = run_program("femtobragg",
                                           {"simulate",
                                            "-hkl",
                                            "small.hkl",
                                            "-cell",
                                            "30",
                                            "40",
                                            "50",
                                            "-N",
                                            "5",
                                            "-pixel",
                                            "0.5",
                                            "-detpixels",
                                            "40",
                                            "-distance",
                                            "30",
                                            "-polar",
                                            "0.9",
                                            "-nonoise",
                                            "-nopgm",
                                            "-trace_pixel",
                                            "3",
                                            "5",
                                            "-sourcefile",
                                            "src.txt",
                                            "-oversample",
                                            "2",
                                            "-detector_thick",
                                            "300",
                                            "-detector_thicksteps",
                                            "3"},
                                           folder.path());
  ASSERT_EQ(result.status, 0) << result.err;
  std::map<std::string, std::vector<double>> values;
  for (const TraceLine& line : lines_of(result.out, "TRACE "))
    if (line.words.size() == 1 && line.name != "detector_convention")
      values[line.name].push_back(number_in(line.words[0]));
  const auto sum_of = [&](const std::string& name) {
    double sum = 0;
    for (const double value : values[name]) sum += value;
    return sum;
  };
  // Three layers of four sub-pixels; four sources.
  ASSERT_EQ(values["sample_capture_fraction"].size(), 12u);
  ASSERT_EQ(values["sample_omega_pixel_sr"].size(), 12u);
  ASSERT_EQ(values["sample_polar"].size(), 48u);
  const double capture = values["capture_fraction"].back(), omega = values["omega_pixel_sr"].back();
  // Fifteen digits are printed. Captured fractions add up over the layers.
  EXPECT_NEAR(capture, sum_of("sample_capture_fraction") / 4, 1e-13 * capture);
  EXPECT_NEAR(omega, sum_of("sample_omega_pixel_sr") / 12, 1e-13 * omega);
  const double weights[] = {1, 5, 0.5, 1};
  double polar = 0;
  for (std::size_t i = 0; i < 48; ++i) polar += weights[i % 4] / 7.5 * values["sample_polar"][i] / 12;
  EXPECT_NEAR(values["polar"].back(), polar, 1e-13 * polar);
}

}  // namespace
}  // namespace femtobragg::tests
