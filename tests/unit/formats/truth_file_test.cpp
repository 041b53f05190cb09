// What truth files say of a single reflection.
#include "femtobragg/formats/tables/truth_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "tests/contract/experiments.h"

namespace femtobragg::formats {
namespace {

TruthReflection one_reflection() {
  TruthReflection r;
  r.hkl = {1, 2, 3};
  r.fast_px = 10.5;
  r.slow_px = 20.5;
  r.wavelength_m = 1e-10;
  r.diffracted = {1, 0, 0};
  return r;
}

TEST(TruthRefl, MillimetresCountEdgesOfPixels) {
  Experiment e = tests::simple_experiment();
  Panel& panel = e.detector.panels.front();
  panel.pixel_size_m = 1e-4;
  panel.fast_axis = unit(panel.fast_axis);
  panel.slow_axis = 2.0 * unit(panel.slow_axis);
  const Truth truth{{one_reflection()}, 0, 1};
  const std::string bytes = truth_refl(
      {.truth = truth, .experiment = e, .program = "", .command = {}, .parameters = {}, .seeds = {}, .image = ""});
  const auto values = nlohmann::json::from_msgpack(bytes)[2]["data"]["xyzcal.mm"][1][1].get_binary();
  double mm[3];
  ASSERT_EQ(values.size(), sizeof mm);
  std::memcpy(mm, values.data(), sizeof mm);
  EXPECT_NEAR(mm[0], 1.05, 1e-12);
  EXPECT_NEAR(mm[1], 4.1, 1e-12);
}

TEST(TruthStream, SaysHowWideTheSpectrumIs) {
  Experiment e = tests::simple_experiment();
  const Truth truth{{one_reflection()}, 0, 1};
  const TruthRecord record{.truth = truth,
                           .experiment = e,
                           .program = "",
                           .command = {},
                           .parameters = {},
                           .seeds = {},
                           .image = "x.nxs",
                           .frame_in_image = 4};
  EXPECT_NE(truth_stream(record).find("beam_bandwidth = 0.00e+00 ("), std::string::npos);
  e.beam.sources = {{-e.beam.direction, 0.99e-10, 1}, {-e.beam.direction, 1.01e-10, 1}};
  EXPECT_NE(truth_stream(record).find("beam_bandwidth = 3.46e-02 ("), std::string::npos);
  // CrystFEL takes the full angle of the cone.
  EXPECT_NE(truth_stream(record).find("beam_divergence = 0.00e+00 rad"), std::string::npos);
  const Vec3d across = 0.002 * unit(cross(e.beam.direction, Vec3d{0.3, 0.4, 0.5}));
  e.beam.sources = {{-e.beam.direction + across, 1e-10, 1}, {-e.beam.direction - across, 1e-10, 1}};
  EXPECT_NE(truth_stream(record).find("beam_divergence = 4.00e-03 rad"), std::string::npos);
  EXPECT_NE(truth_stream(record).find("Image filename: x.nxs\nEvent: //4\n"), std::string::npos);
}

}  // namespace
}  // namespace femtobragg::formats
