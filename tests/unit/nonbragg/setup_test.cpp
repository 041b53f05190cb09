// Geometry, sample and pixels of nonBragg, by the numbers of a second implementation.
#include <gtest/gtest.h>

#include <sstream>

#include "femtobragg/nonbragg/flags.h"
#include "femtobragg/nonbragg/output.h"
#include "test_paths.h"

namespace femtobragg::nonbragg {
namespace {

const std::string panel = " -lambda 1 -distance 100 -pixel 2 -detpixels_x 52 -detpixels_y 44 ";

nonbragg::Setup setup_of(const std::string& text) {
  std::istringstream in("-stol " FEMTOBRAGG_GOLDEN "/nonbragg/inputs/liquid.stol" + panel + text);
  const std::vector<std::string> words{std::istream_iterator<std::string>(in), {}};
  Options options;
  std::vector<std::string> warnings;
  apply_words(words, options, warnings);
  EXPECT_TRUE(warnings.empty());
  return set_up(options);
}

void expect_near(const Vec3d& actual, const Vec3d& expected) {
  EXPECT_NEAR(actual.x, expected.x, 1e-14);
  EXPECT_NEAR(actual.y, expected.y, 1e-14);
  EXPECT_NEAR(actual.z, expected.z, 1e-14);
}

TEST(NonBraggSetup, Defaults) {
  const auto setup = setup_of("");
  const Geometry& g = setup.geometry;
  expect_near(g.pix0_m, {0.1, 0.045, -0.051});
  EXPECT_DOUBLE_EQ(g.beam_fast_m, 0.051);
  EXPECT_DOUBLE_EQ(g.beam_slow_m, 0.045);
  EXPECT_NEAR(setup.molecules, 3.34563432777778e16, 1e2);
  EXPECT_EQ(setup.sources.size(), 1u);
}

TEST(NonBraggSetup, TiltedAboutTheSample) {
  const Geometry g =
      setup_of("-detector_rotx 5 -detector_rotz 3 -Xclose 40 -Yclose 52 -close_distance 80 -twotheta 17").geometry;
  expect_near(g.pix0_m, {0.0633070919200834, 0.0593994597424641, -0.0562842455303923});
  expect_near(g.fast, {0.295621210680985, -0.0870362988312832, 0.95133210945561});
  expect_near(g.slow, {0.0243767987529491, -0.994829447880333, -0.0985907770162604});
  EXPECT_NEAR(g.beam_fast_m, 63.6821524213e-3, 1e-13);
  EXPECT_NEAR(g.beam_slow_m, 53.9528201724e-3, 1e-13);
  EXPECT_NEAR(g.distance_m, 80.1097876798e-3, 1e-13);
}

TEST(NonBraggSetup, SwungAboutTheBeam) {
  const Geometry g = setup_of("-twotheta 15 -pivot beam -Xbeam 50 -Ybeam 40").geometry;
  expect_near(g.pix0_m, {0.087059047744874, 0.04, -0.0482962913144534});
  EXPECT_NEAR(g.distance_m, 96.5925826289e-3, 1e-13);
}

TEST(NonBraggSetup, RoundingAddsPixels) {
  const Geometry g = setup_of("-pixel 0.1 -detpixels_x 42 -detpixels_y 26").geometry;
  EXPECT_EQ(g.n_fast, 43u);
  EXPECT_EQ(g.n_slow, 27u);
}

TEST(NonBraggSetup, Gas) {
  const auto setup = setup_of("-sample_thick 35 -density 1.2e-3 -MW 28 -flux 1e12 -exposure 0.1 -beamsize 0.05");
  EXPECT_NEAR(setup.molecules, 2.25830317125e15, 1e4);
  EXPECT_NEAR(setup.fluence_per_m2, 4e19, 1e5);
  EXPECT_TRUE(setup.clipped[0] && setup.clipped[1]);
}

TEST(NonBraggSetup, Molecules) {
  const auto setup = setup_of("-molecules 3.7e13 -samplesize 0.3 -beamsize 0.2 -molecular_weight 22.5");
  EXPECT_NEAR(setup.molecules, 3.7e13, 1);
}

TEST(NonBraggPixel, EveryFactor) {
  const auto setup = setup_of("");
  const Rendering rendering = render(setup, true);
  const LastSample& pixel = rendering.last[10 * 52 + 30];
  EXPECT_NEAR(pixel.s_per_m, 1268414230.67798, 1e-5);
  EXPECT_NEAR(pixel.f, 6.68546389780028, 1e-13);
  EXPECT_NEAR(pixel.solid_angle, 3.62616150913553e-4, 1e-17);
  EXPECT_NEAR(pixel.polarization, 0.968340202322967, 1e-14);
  EXPECT_EQ(rendering.image.row(10)[30], 525069348503552.f);
}

TEST(NonBraggPixel, Statistics) {
  const auto setup = setup_of("");
  const Rendering rendering = render(setup, false);
  const Statistics s = statistics_of(setup, rendering.image, 52 * 44);
  EXPECT_NEAR(s.max, 9.26018973990912e14, 1);
  EXPECT_DOUBLE_EQ(s.max_fast_m, 0.051);
  EXPECT_DOUBLE_EQ(s.max_slow_m, 0.011);
  EXPECT_NEAR(s.mean, 5.64417e14, 5e8);
  EXPECT_NEAR(s.rms, 6.15324e14, 5e8);
  EXPECT_NEAR(s.rmsd, 2.44921e14, 5e8);
  EXPECT_NEAR(rendering.solid_angle, 0.747468, 5e-7);
}

TEST(NonBraggPixel, StripsDoNotChangeBits) {
  auto setup = setup_of("-oversample 2 -dispersion 10 -dispsteps 3 -curved_det -polar 0.5 -nopgm");
  const std::vector<float> strips = render(setup, false).image.pixels;
  setup.table.sorted = false;  // pixel by pixel
  EXPECT_EQ(render(setup, false).image.pixels, strips);
}

}  // namespace
}  // namespace femtobragg::nonbragg
