// The golden cases: command lines and the images that the reference program made of them.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <nlohmann/json.hpp>

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

}  // namespace femtobragg::tests
