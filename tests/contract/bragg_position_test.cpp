// Where reflections lie on the detector: Bragg's law.
#include <gtest/gtest.h>

#include "tests/contract/bragg.h"

namespace femtobragg::tests {
namespace {

struct BraggCase {
  UnitCell cell;
  Reflection reflection;
  double wavelength_A, distance_m, azimuth;
};

const std::vector<BraggCase> bragg_cases = {
    {cell_of(50, 50, 50, 90, 90, 90), {4, 0, 0, 100}, 1.0, 0.3, 0.3},
    {cell_of(50, 50, 50, 90, 90, 90), {-7, 5, 3, 100}, 1.5, 0.12, 2.0},
    {cell_of(50, 60, 70, 90, 110, 90), {6, -4, 5, 100}, 0.9, 0.2, 4.0},
    {cell_of(50, 50, 60, 90, 90, 120), {3, 6, -2, 100}, 1.2, 0.15, 5.5},
    {cell_of(60, 60, 60, 75, 75, 75), {5, 5, 1, 100}, 1.0, 0.25, 1.2},
    {cell_of(30, 40, 50, 75, 95, 105), {2, -3, 6, 100}, 1.1, 0.1, 3.3},
    {cell_of(70, 80, 90, 70, 80, 110), {9, 2, -4, 100}, 2.0, 0.1, 0.1},
};

/// The brightest pixel holds the predicted point or is its neighbour: the spots are two to three pixels wide, and
/// obliquity and polarization shift their maxima by far less than a pixel.
void expect_spot_at(const Image& image, const Panel& panel, const Vec3d& predicted) {
  const Vec3d offset = (predicted - panel.origin_m) / panel.pixel_size_m;
  const double fast = dot(offset, panel.fast_axis) - 0.5, slow = dot(offset, panel.slow_axis) - 0.5;
  const std::size_t brightest = brightest_pixel(image);
  EXPECT_GT(image.pixels[brightest], 0.0f);
  EXPECT_NEAR(static_cast<double>(brightest % image.n_fast), fast, 1.0);
  EXPECT_NEAR(static_cast<double>(brightest / image.n_fast), slow, 1.0);
  // A radius wrong by 1 % must leave that neighbourhood.
  const double radius = std::hypot(predicted.y, predicted.z);
  EXPECT_GT(0.01 * radius, 1.5 * panel.pixel_size_m);
}

using BraggPosition = EachWay;

TEST_P(BraggPosition, IsAtTwiceTheBraggAngle) {
  for (const BraggCase& c : bragg_cases) {
    SCOPED_TRACE("d = " + std::to_string(plane_spacing_A(c.cell, c.reflection)));
    Experiment e;
    e.beam = beam_along_x(c.wavelength_A * 1e-10);
    e.crystal = crystal_of(in_bragg_condition(c.cell, c.reflection, c.wavelength_A, c.azimuth), 20);
    e.detector.panels = {facing_panel(c.distance_m, 0.1e-3, 801)};
    e.structure_factors = only_reflection(c.reflection);

    const double two_theta = 2.0 * std::asin(c.wavelength_A / (2.0 * plane_spacing_A(c.cell, c.reflection)));
    const double radius = c.distance_m * std::tan(two_theta);
    expect_spot_at(rendered(e).image, e.detector.panels[0],
                   {c.distance_m, radius * std::cos(c.azimuth), radius * std::sin(c.azimuth)});
  }
}

TEST_P(BraggPosition, FollowsEachWavelengthOfTheSpectrum) {
  const UnitCell cell = cell_of(50, 60, 70, 90, 110, 90);
  const Reflection reflection{6, -4, 5, 100};
  const double distance_m = 0.2, azimuth = 0.8;
  for (const double wavelength_A : {0.97, 1.0, 1.03}) {
    SCOPED_TRACE(wavelength_A);
    Experiment e;
    e.beam = beam_along_x(1e-10);
    e.beam.sources.clear();
    for (const double each : {0.97, 1.0, 1.03}) e.beam.sources.push_back({{-1, 0, 0}, each * 1e-10, 1.0});
    // This orientation lets one of the three wavelengths through; the others meet the foot of the spot.
    e.crystal = crystal_of(in_bragg_condition(cell, reflection, wavelength_A, azimuth), 20);
    e.detector.panels = {facing_panel(distance_m, 0.1e-3, 801)};
    e.structure_factors = only_reflection(reflection);
    const double radius =
        distance_m * std::tan(2.0 * std::asin(wavelength_A / (2.0 * plane_spacing_A(cell, reflection))));
    expect_spot_at(rendered(e).image, e.detector.panels[0],
                   {distance_m, radius * std::cos(azimuth), radius * std::sin(azimuth)});
  }
}

INSTANTIATE_TEST_SUITE_P(backends, BraggPosition, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
