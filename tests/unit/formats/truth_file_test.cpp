// What truth files say of a single reflection.
#include "femtobragg/formats/tables/truth_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "femtobragg/base/rotation.h"
#include "femtobragg/base/text.h"
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
  r.photons = 100;
  r.sigma = 12;
  r.pixels = 4;
  r.background = 44;
  return r;
}

TruthRecord record_of(const Truth& truth, const Experiment& e) {
  return {.truth = truth, .experiment = e, .program = "", .command = {}, .parameters = {}, .seeds = {}, .image = ""};
}

/// A cell of 50 x 60 x 70 A, h k l = 1 2 3.
Experiment with_cell() {
  Experiment e = tests::simple_experiment();
  e.crystal = tests::crystal_of(tests::cell_of(50, 60, 70, 90, 90, 90), 5);
  return e;
}
const double d_123_A = 1 / std::sqrt(1 / 2500.0 + 4 / 3600.0 + 9 / 4900.0);

TEST(TruthFiles, StateSigmaBackgroundResolutionAndUb) {
  const Experiment e = with_cell();
  const Truth truth{{one_reflection()}, 0, 1};
  TruthRecord record = record_of(truth, e);
  record.frame = rotation_matrix(Vec3d{0, 0, 1}, pi / 2);
  const std::string csv = truth_csv(record);
  EXPECT_NE(csv.find(",photons,sigma,background,pixels,d_A\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find(",100,12,44,4," + format_number(d_123_A, 12) + "\n"), std::string::npos) << csv;
  EXPECT_NEAR(resolution_A(crystals_of(record).front(), one_reflection().hkl), d_123_A, 1e-12);
  // Its columns are the reciprocal axes in the frame of the record.
  const Vec3d g = ub_per_A(record).front() * Vec3d{1, 2, 3};
  EXPECT_LT(norm(g - record.frame * lattice_point_per_A(e.crystal.axes, {1, 2, 3})), 1e-15);
  const auto json = nlohmann::json::parse(record_json(record)).at("UB_per_angstrom");
  EXPECT_DOUBLE_EQ(json.at(1).at(2).get<double>(), ub_per_A(record).front().row_y.z);
  // A stream has the background of a pixel.
  EXPECT_NE(truth_stream(record).find("100.0000    12.0000       0.00      11.00"), std::string::npos)
      << truth_stream(record);
}

TEST(TruthRefl, StatesSigmaBackgroundAndResolution) {
  const Experiment e = with_cell();
  const Truth truth{{one_reflection()}, 0, 1};
  const auto data = nlohmann::json::from_msgpack(truth_refl(record_of(truth, e)))[2]["data"];
  const auto number = [&](const char* column, std::size_t at = 0) {
    const auto bytes = data.at(column)[1][1].get_binary();
    double value = 0;
    std::memcpy(&value, bytes.data() + at * sizeof value, sizeof value);
    return value;
  };
  EXPECT_EQ(number("intensity.sum.variance"), 144);
  EXPECT_EQ(number("background.sum.value"), 44);
  EXPECT_EQ(number("background.mean"), 11);
  EXPECT_NEAR(number("d"), d_123_A, 1e-12);
  const Vec3d a_star{number("a_star", 0), number("a_star", 1), number("a_star", 2)};
  EXPECT_NEAR(norm(a_star), 1 / 50.0, 1e-12);
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
