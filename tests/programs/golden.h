// The golden cases: command lines and the images that the reference program made of them.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "test_paths.h"
#include "tests/run_program.h"

namespace femtobragg::tests {

using Json = nlohmann::json;

struct GoldenCase {
  std::string suite;
  Json json;

  std::string name() const { return json["name"]; }
  std::filesystem::path expected(const std::string& suffix) const {
    const std::string folder = suite == "parity" ? "parity" : suite + "/expected";
    return std::filesystem::path(FEMTOBRAGG_GOLDEN) / folder / (name() + suffix);
  }

  /// The pixels that the expected file holds.
  std::vector<float> sampled(const std::vector<float>& image) const {
    if (suite != "parity") return image;
    const std::size_t size = json["size"], stride = json["stride"];
    const std::size_t first_fast = json["first_fast_slow"][0], first_slow = json["first_fast_slow"][1];
    EXPECT_EQ(image.size() % size, 0u);
    std::vector<float> pixels;
    for (std::size_t slow = first_slow; slow < image.size() / size; slow += stride)
      for (std::size_t fast = first_fast; fast < size; fast += stride) pixels.push_back(image[slow * size + fast]);
    return pixels;
  }
};

inline std::ostream& operator<<(std::ostream& out, const GoldenCase& golden) { return out << golden.json["args"]; }

inline std::vector<GoldenCase> cases_of(const std::string& suite) {
  const Json list = Json::parse(read_bytes(std::filesystem::path(FEMTOBRAGG_GOLDEN) / suite / "cases.json"));
  std::vector<GoldenCase> cases;
  for (const Json& json : list) cases.push_back({suite, json});
  return cases;
}

/// Distance of two floats in units of the last place.
inline std::int64_t ulps(float a, float b) {
  const auto ordered = [](float x) {
    const auto bits = std::bit_cast<std::int32_t>(x);
    return bits < 0 ? -static_cast<std::int64_t>(bits & 0x7fffffff) : static_cast<std::int64_t>(bits);
  };
  return std::abs(ordered(a) - ordered(b));
}

/// Every pixel within 1e-5 of the maximum, and at most one in 10 000 beyond one ulp (none in a small image).
inline void expect_same_image(const std::vector<float>& actual, const std::vector<float>& expected) {
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

inline std::string name_of_case(const testing::TestParamInfo<GoldenCase>& info) {
  std::string name = info.param.name();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

}  // namespace femtobragg::tests
