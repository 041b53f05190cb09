// Images of the library as files: what is stored, and what is refused.
#include "femtobragg/library/write_image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "femtobragg/base/error.h"
#include "femtobragg/base/rotation.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/simulate/detect.h"
#include "tests/run_program.h"

namespace femtobragg {
namespace {

/// Nothing but a detector of 4 x 3 pixels and a beam.
Experiment experiment() {
  Experiment e;
  e.beam = Beam::monochromatic(1.1e-10);
  e.crystal.axes = CrystalAxes::from_cell({40, 50, 60, pi / 2, pi / 2, pi / 2});
  e.detector.panels = {Panel::flat({.origin_m = {0.1, 0.001, -0.002},
                                    .fast = {0, 0, 1},
                                    .slow = {0, -1, 0},
                                    .pixel_m = 1e-3,
                                    .n_fast = 4,
                                    .n_slow = 3})};
  return e;
}

Image image() {
  Image made = Image::zeros(4, 3);
  for (std::size_t i = 0; i < made.pixels.size(); ++i) made.pixels[i] = 10.25f * static_cast<float>(i);
  return made;
}

class WriteImage : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string refusal(const std::string& name, const Image& shown, const Experiment& e,
                      const ImageFileOptions& options = {}) const {
    try {
      write_image(path(name), shown, e, options);
      return "nothing";
    } catch (const Error& error) {
      EXPECT_FALSE(std::filesystem::exists(path(name)));
      return error.what();
    }
  }

  tests::TemporaryFolder folder_;
};

TEST_F(WriteImage, PhotonsComeBack) {
  EXPECT_TRUE(write_image(path("a.npy"), image(), experiment()).empty());
  EXPECT_EQ(formats::read_pixels(path("a.npy")).pixels, image().pixels);
}

TEST_F(WriteImage, CountsAreRoundedOrDrawn) {
  write_image(path("a.cbf"), image(), experiment());
  EXPECT_EQ(formats::read_pixels(path("a.cbf")).pixels.at(3), 31);
  ImageFileOptions options;
  options.response.counting_noise = true;
  options.noise = {.seed = 5, .frame = 2};
  write_image(path("b.cbf"), image(), experiment(), options);
  const Counts drawn = detect(image(), experiment().detector, options.response, options.noise);
  const std::vector<float> stored = formats::read_pixels(path("b.cbf")).pixels;
  EXPECT_TRUE(std::ranges::equal(stored, drawn.pixels));
  EXPECT_NE(stored, formats::read_pixels(path("a.cbf")).pixels);
}

TEST_F(WriteImage, CountsOfADetectorAreStoredAsTheyAre) {
  const std::vector<std::int32_t> counts{0, 1, -1, 70000, 4, 5, 6, 7, 8, 9, 10, 11};
  for (const char* name : {"a.cbf", "a.nxs", "a.tif"}) {
    write_counts(path(name), counts, experiment());
    const formats::Frame frame = formats::read_pixels(path(name));
    EXPECT_EQ(frame.counts.at(3), 70000) << name;
    EXPECT_EQ(frame.counts.at(11), 11) << name;
    EXPECT_NE(frame.states.at(2), PixelState::Counts) << name;
  }
  EXPECT_THROW(write_counts(path("a.npy"), counts, experiment()), Error);
  EXPECT_THROW(write_counts(path("a.img"), counts, experiment()), Error);
  EXPECT_THROW(write_counts(path("a.cbf"), std::span(counts).first(11), experiment()), Error);
}

TEST_F(WriteImage, CountingNoiseInAFormatOfPhotonsIsRefused) {
  ImageFileOptions options;
  options.response.counting_noise = true;
  EXPECT_NE(refusal("a.npy", image(), experiment(), options).find("counting_noise"), std::string::npos);
}

TEST_F(WriteImage, OverloadsAreReported) {
  Image bright = image();
  bright.pixels[5] = 1e6f;
  const std::vector<std::string> losses = write_image(path("a.img"), bright, experiment());
  ASSERT_FALSE(losses.empty());
  EXPECT_NE(losses.back().find("overloaded: 1 pixel"), std::string::npos) << losses.back();
}

TEST_F(WriteImage, HeadersSayWhereTheDetectorIs) {
  Experiment turned = experiment();
  const Mat3d turn = rotation_matrix({0, 0, 1}, pi / 2);
  turned.beam.direction = turn * turned.beam.direction;
  turned.beam.polarization_axis = turn * turned.beam.polarization_axis;
  Panel& panel = turned.detector.panels[0];
  for (Vec3d* v : {&panel.origin_m, &panel.fast_axis, &panel.slow_axis}) *v = turn * *v;
  panel.set_plane();
  EXPECT_NE(refusal("a.cbf", image(), turned).find("does not point along x"), std::string::npos);
  write_image(path("a.cbf"), image(), turned, {.to_header_frame = rotation_matrix({0, 0, 1}, -pi / 2)});
  const Panel found = formats::read_geometry(path("a.cbf")).detector.panels.at(0);
  EXPECT_NEAR(found.origin_m.x, 0.1, 1e-6);
  EXPECT_NEAR(found.origin_m.y, 0.001, 1e-6);
}

TEST_F(WriteImage, WhatCannotBeRightIsRefused) {
  EXPECT_NE(refusal("a.cbf", Image::zeros(3, 4), experiment()).find("3 x 4 pixels"), std::string::npos);
  EXPECT_NE(refusal("a.pgm", image(), experiment()).find("grey values"), std::string::npos);
  EXPECT_NE(refusal("a.xyz", image(), experiment()).find(".xyz"), std::string::npos);
}

}  // namespace
}  // namespace femtobragg
