// The drop-in against images of the reference program: within one float32 ulp, side files byte for byte.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/programs/golden.h"

namespace femtobragg::tests {
namespace {

/// Every pixel within 1e-5 of the maximum, and at most one in 10 000 beyond one ulp (none in a small image).
void expect_same_image(const std::vector<float>& actual, const std::vector<float>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  float largest = 0;
  for (const float value : expected) largest = std::max(largest, std::abs(value));
  std::size_t beyond_one_ulp = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(actual[i])) << "pixel " << i;
      continue;
    }
    if (ulps(actual[i], expected[i]) > 1) ++beyond_one_ulp;
    ASSERT_LE(std::abs(actual[i] - expected[i]), 1e-5f * largest) << "pixel " << i;
  }
  EXPECT_LE(beyond_one_ulp, expected.size() / 10000);
}

class Golden : public testing::TestWithParam<GoldenCase> {
 protected:
  std::vector<float> render(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = GetParam().json["args"];
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(), {"-floatfile", "golden.bin", "-device", "reference"});
    folder_.take(std::filesystem::path(FEMTOBRAGG_GOLDEN) / "exact/inputs");
    const ProgramResult result = run_program("nanoBragg", words, folder_.path());
    EXPECT_EQ(result.status, 0) << result.err;
    return read_floats(folder_ / "golden.bin");
  }

  TemporaryFolder folder_;
};

using GoldenImage = Golden;

TEST_P(GoldenImage, EqualsReference) {
  const GoldenCase& golden = GetParam();
  expect_same_image(render(), read_floats(golden.expected(".f32")));
  for (const std::string file : golden.json["files"])
    EXPECT_EQ(read_bytes(folder_ / file), read_bytes(golden.expected("." + file))) << file;
}

std::string name_of(const testing::TestParamInfo<GoldenCase>& info) {
  std::string name = info.param.name();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(exact, GoldenImage, testing::ValuesIn(cases_of("exact")), name_of);
INSTANTIATE_TEST_SUITE_P(quirks, GoldenImage, testing::ValuesIn(cases_of("quirks")), name_of);

using GoldenParity = Golden;

TEST_P(GoldenParity, EqualsReferenceOnSampledPixels) {
  const Json& json = GetParam().json;
  const std::vector<float> image = render({"-nonoise", "-nopgm"});
  expect_same_image(GetParam().sampled(image), read_floats(GetParam().expected(".f32")));

  double sum = 0, squares = 0;
  std::size_t brightest = 0;
  for (std::size_t i = 0; i < image.size(); ++i) {
    const double value = static_cast<double>(image[i]);
    sum += value;
    squares += value * value;
    if (image[i] > image[brightest]) brightest = i;
  }
  const double expected_sum = json["sum"], expected_squares = json["sum_of_squares"], expected_max = json["max"];
  EXPECT_NEAR(sum, expected_sum, 1e-6 * expected_sum);
  EXPECT_NEAR(squares, expected_squares, 1e-6 * expected_squares);
  EXPECT_NEAR(static_cast<double>(image[brightest]), expected_max, 1e-6 * expected_max);
}

INSTANTIATE_TEST_SUITE_P(parity, GoldenParity, testing::ValuesIn(cases_of("parity")), name_of);

}  // namespace
}  // namespace femtobragg::tests
