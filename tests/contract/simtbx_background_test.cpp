// Backgrounds against images by simtbx, which interpolates form factors by cubics.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "femtobragg/assemble/backgrounds.h"
#include "test_paths.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

constexpr const char* water =
    "0 2.57\n0.0365 2.58\n0.07 2.8\n0.12 5\n0.162 8\n0.18 7.32\n0.2 6.75\n0.216 6.75\n0.236 6.5\n0.28 4.5\n0.3 4.3\n"
    "0.345 4.36\n0.436 3.77\n0.5 3.17\n";
constexpr const char* air = "0 14.1\n0.045 13.5\n0.174 8.35\n0.35 4.78\n0.5 4.22\n";

Background cubic(const char* table, double thickness_mm, double density, double mass) {
  BackgroundScene scene;
  scene.file = "table";
  scene.curve = TableCurve::Cubic;
  scene.thickness_m = thickness_mm * 1e-3;
  scene.density_g_per_cm3 = density;
  scene.molar_mass_g_per_mol = mass;
  Background background;
  assemble::read_table(table, "table", scene, background);
  background.molecules = assemble::molecules_of(scene, 0.05e-3 * 0.05e-3);
  return background;
}

Experiment lit(const Background& background) {
  Experiment e = isotropic_experiment();
  e.water_edge_m = 0;
  e.beam.direction = {0, 0, -1};
  e.beam.sources = {{{0, 0, 1}, 1e-10, 1}};
  e.beam.wavelength_m = 1e-10;
  e.beam.fluence_per_m2 = 1e24;
  e.beam.apply_polarization = true;
  e.beam.polarization_fraction = 0.95;
  e.beam.polarization_axis = {1, 0, 0};
  e.detector.panels = {Panel::flat({.origin_m = {-50.2e-3, 32e-3, -55e-3},
                                    .fast = {1, 0, 0},
                                    .slow = {0, -1, 0},
                                    .pixel_m = 0.9e-3,
                                    .n_fast = 96,
                                    .n_slow = 80})};
  e.backgrounds = {background};
  return e;
}

std::vector<float> golden(const std::string& name) {
  std::ifstream file(std::string(FEMTOBRAGG_GOLDEN) + "/simtbx/" + name + ".f32", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<float> pixels(bytes.size() / sizeof(float));
  std::memcpy(pixels.data(), bytes.data(), bytes.size());
  return pixels;
}

using SimtbxBackgrounds = EachWay;

void expect_golden(const Experiment& e, const Image& image, const char* name) {
  const std::vector<float> expected = golden(name);
  ASSERT_EQ(image.pixels.size(), expected.size());
  double largest = 0;
  for (const float x : expected) largest = std::max(largest, static_cast<double>(x));
  for (std::size_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(static_cast<double>(image.pixels[i]), static_cast<double>(expected[i]), 1e-6 * largest)
        << i << " of " << e.detector.panels[0].n_fast;
}

TEST_P(SimtbxBackgrounds, Water) {
  const Experiment e = lit(cubic(water, 0.01, 1, 18));
  expect_golden(e, rendered(e).image, "bg_water_polarized");
}

TEST_P(SimtbxBackgrounds, SubPixels) {
  Experiment e = lit(cubic(water, 0.01, 1, 18));
  e.sampling.oversample = 3;
  expect_golden(e, rendered(e).image, "bg_water_oversample3");
}

TEST_P(SimtbxBackgrounds, Air) {
  Experiment e = lit(cubic(air, 35, 0.0012, 28));
  e.beam.apply_polarization = false;
  expect_golden(e, rendered(e).image, "bg_air");
}

TEST_P(SimtbxBackgrounds, TiltedPanel) {
  Experiment e = lit(cubic(water, 0.01, 1, 18));
  e.detector.panels = {Panel::flat({.origin_m = {-40.15468072448384e-3, 33.213313626417005e-3, -52.25816074724762e-3},
                                    .fast = {0.9396926207859083, 0.0, -0.34202014332566877},
                                    .slow = {0.07110998629257219, -0.9781476007338057, 0.19537308163656977},
                                    .pixel_m = 0.9e-3,
                                    .n_fast = 96,
                                    .n_slow = 80})};
  expect_golden(e, rendered(e).image, "bg_water_tilted");
}

INSTANTIATE_TEST_SUITE_P(backends, SimtbxBackgrounds, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
