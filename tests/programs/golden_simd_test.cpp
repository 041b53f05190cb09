// All golden images by each instruction set of this machine: float64 under the rule of the reference backend, taken
// over all pixels together, and float32 within 2e-6 of each image's maximum.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "femtobragg/backends/backend.h"
#include "test_paths.h"
#include "tests/programs/golden.h"

namespace femtobragg::tests {
namespace {

struct Way {
  std::string device, number_type, suite;
};

std::ostream& operator<<(std::ostream& out, const Way& way) { return out << way.device << " " << way.number_type; }

std::vector<Way> ways() {
  std::vector<Way> list;
  for (const auto& backend : backends::registered_backends())
    for (const backends::NumberType type : backend->number_types())
      for (const std::string suite : {"exact", "quirks", "parity"})
        if (backend->name() != "reference") list.push_back({backend->name(), name_of(type), suite});
  return list;
}

class GoldenSimd : public testing::TestWithParam<Way> {
 protected:
  static std::vector<float> render(const GoldenCase& golden) {
    const TemporaryFolder folder;
    folder.take(std::filesystem::path(FEMTOBRAGG_GOLDEN) / "exact/inputs");
    std::vector<std::string> words = golden.json["args"];
    if (golden.suite == "parity") words.insert(words.end(), {"-nonoise", "-nopgm"});
    words.insert(words.end(),
                 {"-floatfile", "golden.bin", "-device", GetParam().device, "-dtype", GetParam().number_type});
    const ProgramResult result = run_program("nanoBragg", words, folder.path());
    EXPECT_EQ(result.status, 0) << result.err;
    return golden.sampled(read_floats(folder / "golden.bin"));
  }
};

TEST_P(GoldenSimd, EqualsReference) {
  const bool wide = GetParam().number_type == "float64";
  std::size_t pixels = 0, beyond_one_ulp = 0;
  for (const GoldenCase& golden : cases_of(GetParam().suite)) {
    SCOPED_TRACE(golden.name());
    const std::vector<float> actual = render(golden), expected = read_floats(golden.expected(".f32"));
    ASSERT_EQ(actual.size(), expected.size());
    const float largest = golden.json["max"];
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (std::isnan(expected[i])) {
        EXPECT_TRUE(std::isnan(actual[i])) << "pixel " << i;
        continue;
      }
      ASSERT_LE(std::abs(actual[i] - expected[i]), (wide ? 1e-5f : 2e-6f) * largest) << "pixel " << i;
      ++pixels;
      if (ulps(actual[i], expected[i]) > 1) ++beyond_one_ulp;
    }
  }
  if (wide) {
    EXPECT_LE(beyond_one_ulp, pixels / 10000);
  }
}

std::string name_of_way(const testing::TestParamInfo<Way>& info) {
  std::string name = info.param.device + "_" + info.param.number_type + "_" + info.param.suite;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(ways, GoldenSimd, testing::ValuesIn(ways()), name_of_way);

}  // namespace
}  // namespace femtobragg::tests
