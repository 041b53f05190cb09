// The drop-in against images of the reference program: within one float32 ulp, side files byte for byte.
#include <gtest/gtest.h>

#include "test_paths.h"
#include "tests/programs/golden.h"

namespace femtobragg::tests {
namespace {

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

INSTANTIATE_TEST_SUITE_P(exact, GoldenImage, testing::ValuesIn(cases_of("exact")), name_of_case);
INSTANTIATE_TEST_SUITE_P(quirks, GoldenImage, testing::ValuesIn(cases_of("quirks")), name_of_case);

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

INSTANTIATE_TEST_SUITE_P(parity, GoldenParity, testing::ValuesIn(cases_of("parity")), name_of_case);

}  // namespace
}  // namespace femtobragg::tests
