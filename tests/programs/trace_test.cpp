// Every intermediate of single pixels against traces of the reference program.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "femtobragg/evidence/compare/trace_comparison.h"
#include "test_paths.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

using Json = nlohmann::json;

using evidence::TracedQuantity;
using evidence::TraceRecord;

const TracedQuantity* last_of(const TraceRecord& record, const std::string& name) {
  const auto found = std::find_if(record.quantities.rbegin(), record.quantities.rend(),
                                  [&](const TracedQuantity& q) { return q.name == name; });
  return found == record.quantities.rend() ? nullptr : &*found;
}

double last_number(const TraceRecord& record, const std::string& name) {
  const TracedQuantity* const quantity = last_of(record, name);
  EXPECT_TRUE(quantity) << name;
  return quantity ? quantity->numbers.at(0) : 0;
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
    ours_ = evidence::parse_trace(result.out);
    const std::string file = json["file"];
    expected_ = evidence::parse_trace(read_bytes(std::filesystem::path(FEMTOBRAGG_GOLDEN) / "traces" / file));
    ASSERT_GT(expected_.quantities.size(), 50u);
  }

  TemporaryFolder folder_;
  TraceRecord ours_, expected_;
};

/// Factors are held to 1e-9 here, closer than in comparisons with programs that were compiled in another way; a float32
/// has its last digit.
TEST_P(Trace, EqualsReference) {
  const evidence::TraceComparison comparison = evidence::compare_traces(ours_, expected_);
  EXPECT_EQ(comparison.only_second, std::vector<std::string>{});
  EXPECT_GE(comparison.quantities.size() + 5, expected_.quantities.size());
  for (const evidence::ComparedQuantity& quantity : comparison.quantities) {
    EXPECT_FALSE(quantity.diverges) << quantity.name << ": " << quantity.first << ", " << quantity.second;
    EXPECT_LE(quantity.relative, quantity.name == "floatimage_accumulated" ? 1.2e-7 : 1e-9) << quantity.name;
  }
}

TEST_P(Trace, EndsWithThePixelOfTheImage) {
  const Json& json = GetParam();
  const std::vector<float> image = read_floats(folder_ / "floatimage.bin");
  const auto width = static_cast<std::size_t>(std::sqrt(static_cast<double>(image.size())));
  const std::size_t pixel = json["slow"].get<std::size_t>() * width + json["fast"].get<std::size_t>();
  // Fifteen digits tell a float32 exactly.
  EXPECT_EQ(static_cast<float>(last_number(ours_, "floatimage_accumulated")), image.at(pixel));
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
  const TraceRecord trace = evidence::parse_trace(result.out);
  EXPECT_EQ(static_cast<float>(last_number(trace, "floatimage_accumulated")),
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
  for (const TracedQuantity& quantity : evidence::parse_trace(result.out).quantities)
    if (quantity.numbers.size() == 1) values[quantity.name].push_back(quantity.numbers[0]);
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
