// The beam: sources of a grid, their weights, and the freedom to turn the whole laboratory.
#include <gtest/gtest.h>

#include "femtobragg/physics/rotation.h"
#include "femtobragg/simulate/source_grid.h"
#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

const Vec3d beam_direction{1, 0, 0}, polarization_axis{0, 0, 1};

SampledRange centred(double range, std::int64_t count) {
  if (count == 1) return {0, 0, range, 1};
  return {-range / 2, range / static_cast<double>(count - 1), range, count};
}

SampledRange middles(double range, std::int64_t count) {
  const double step = range / static_cast<double>(count);
  return {-range / 2 + step / 2, step, range, count};
}

/// Points along an axis, and how many of the square lie within the ellipse.
struct Counts {
  std::int64_t along_axis;
  std::size_t within;
};

void expect_centred(SampledRange (*steps)(double range, std::int64_t count), bool ends, const Counts& counts) {
  for (const bool elliptical : {true, false}) {
    const SourceGrid grid{steps(4e-3, counts.along_axis), steps(2e-3, counts.along_axis), {}, elliptical, ends};
    double horizontal = 0, vertical = 0;
    const auto points = divergence_points(grid);
    for (const DivergencePoint& point : points) {
      horizontal += point.horizontal_rad;
      vertical += point.vertical_rad;
    }
    EXPECT_EQ(points.size(),
              elliptical ? counts.within : static_cast<std::size_t>(counts.along_axis * counts.along_axis));
    EXPECT_NEAR(horizontal, 0, 1e-15);  // rounding of angles of milliradians
    EXPECT_NEAR(vertical, 0, 1e-15);
  }
}

TEST(SourceGrid, IsCentredOnTheBeam) {
  for (const Counts& counts : {Counts{1, 1}, {2, 4}, {3, 9}, {6, 32}, {7, 37}}) expect_centred(middles, false, counts);
}

TEST(SourceGrid, IsCentredOnTheBeamWithItsEnds) {
  for (const Counts& counts : {Counts{1, 1}, {2, 4}, {3, 5}, {6, 24}, {7, 29}}) expect_centred(centred, true, counts);
}

TEST(SourceGrid, LiesUnderItsAngles) {
  const SourceGrid grid{centred(4e-3, 5), centred(2e-3, 3), {}, false};
  const auto points = divergence_points(grid);
  const auto sources = sources_on_grid(grid, beam_direction, polarization_axis, 1e-10);
  ASSERT_EQ(sources.size(), points.size());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const Vec3d incident = -sources[i].direction;
    EXPECT_NEAR(norm(incident), 1, 1e-15);
    // The vertical angle turns about the polarization axis, then the horizontal one about beam x polarization.
    const Vec3d once = physics::rotate_about_lab_axes(beam_direction, Vec3d{0, 0, points[i].vertical_rad});
    const Vec3d twice = physics::rotate_about_lab_axes(once, Vec3d{0, -points[i].horizontal_rad, 0});
    EXPECT_NEAR(norm(incident - twice), 0, 1e-15);
  }
}

TEST(SourceGrid, KeepsThePointsInsideTheEllipse) {
  // Five points each way, the ellipse drawn through the outer ones: the four corners go, with their neighbours.
  const SourceGrid grid{centred(8e-3, 5), centred(8e-3, 5), {}, true};
  for (const DivergencePoint& point : divergence_points(grid))
    EXPECT_LE(std::hypot(point.horizontal_rad, point.vertical_rad), 4e-3 * std::sqrt(1.1));
  EXPECT_EQ(divergence_points(grid).size(), 13u);
}

TEST(SourceGrid, SpreadsWavelengthsAboutTheCentralOne) {
  const SourceGrid grid{{}, {}, centred(0.03, 4), true};
  const auto sources = sources_on_grid(grid, beam_direction, polarization_axis, 1e-10);
  const double expected[] = {0.985e-10, 0.995e-10, 1.005e-10, 1.015e-10};
  ASSERT_EQ(sources.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(sources[i].wavelength_m, expected[i], 1e-24);
}

using BeamContract = EachWay;

TEST_P(BeamContract, ImageIsTheWeightedMeanOfItsSources) {
  const Experiment base = simple_experiment();
  const std::vector<Source> sources = {{unit(Vec3d{-1, 0, 0}), 1e-10, 1},
                                       {unit(Vec3d{-1, 0.004, 0}), 1.01e-10, 3},
                                       {unit(Vec3d{-1, 0, 0.004}), 0.99e-10, 0.5}};
  Experiment all = base;
  all.beam.sources = sources;
  const Image mixed = rendered(all).image;
  std::vector<double> expected(mixed.pixels.size());
  for (const Source& source : sources) {
    Experiment one = base;
    one.beam.sources = {source};
    one.beam.wavelength_m = source.wavelength_m;
    const Image image = rendered(one).image;
    for (std::size_t i = 0; i < expected.size(); ++i)
      expected[i] += source.weight / 4.5 * static_cast<double>(image.pixels[i]);
  }
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(static_cast<double>(mixed.pixels[i]), expected[i],
                2 * float_rounding * expected[i] + 2 * error_of_floats(mixed));
}

TEST_P(BeamContract, OnlyRatiosOfWeightsCount) {
  Experiment e = simple_experiment();
  e.beam.sources = {{{-1, 0, 0}, 1e-10, 1}, {{-1, 0, 0}, 1.02e-10, 2}};
  const double one = first_pixel(e);
  for (Source& source : e.beam.sources) source.weight *= 37;
  EXPECT_NEAR(first_pixel(e), one, float_rounding * one);
}

/// Beam, crystal, spindle and detector turned together make the same picture: space has no preferred direction.
TEST_P(BeamContract, TurningTheLaboratoryChangesNothing) {
  Experiment e = simple_experiment();
  e.beam.polarization_fraction = 0.9;
  e.beam.sources.push_back({unit(Vec3d{-1, 0.003, -0.002}), 1.01e-10, 2});
  e.spindle = {unit(Vec3d{0.1, 0.2, 1}), 0.01, 0, 0.02, 2};
  const Image before = rendered(e).image;

  const Vec3d angles{0.7, -1.1, 2.3};
  const auto turn = [&](Vec3d& v) { v = physics::rotate_about_lab_axes(v, angles); };
  turn(e.beam.direction);
  turn(e.beam.polarization_axis);
  for (Source& source : e.beam.sources) turn(source.direction);
  turn(e.spindle.axis);
  CrystalAxes& axes = e.crystal.axes;
  for (Vec3d* v : {&axes.a_m, &axes.b_m, &axes.c_m, &axes.a_star_A, &axes.b_star_A, &axes.c_star_A}) turn(*v);
  Panel& panel = e.detector.panels[0];
  for (Vec3d* v : {&panel.origin_m, &panel.fast_axis, &panel.slow_axis, &panel.normal}) turn(*v);

  const Image after = rendered(e).image;
  const double largest = static_cast<double>(before.pixels[brightest_pixel(before)]);
  // Rounding of indices (1e-14) times the slope of the lattice factor, relative to the brightest pixel.
  for (std::size_t i = 0; i < before.pixels.size(); ++i)
    EXPECT_NEAR(static_cast<double>(after.pixels[i]), static_cast<double>(before.pixels[i]), 1e-7 * largest);
}

/// The interference function is that of the lattice sum, cell by cell.
TEST_P(BeamContract, BlockOfCellsIsTheSumOverItsCells) {
  Experiment e = simple_experiment();
  e.crystal.cells = {3, 2, 4};
  const Panel& panel = e.detector.panels[0];
  const Image image = rendered(e).image;
  const CrystalAxes& axes = e.crystal.axes;
  const double wavelength = e.beam.wavelength_m;
  for (std::size_t i = 0; i < image.pixels.size(); i += 97) {
    const Vec3d at = pixel_centre(panel, i % panel.n_fast, i / panel.n_fast);
    const Vec3d q = (unit(at) - beam_direction) / wavelength;
    double real = 0, imaginary = 0;
    for (int u = 0; u < 3; ++u)
      for (int v = 0; v < 2; ++v)
        for (int w = 0; w < 4; ++w) {
          const double phase = 2 * pi * dot(q, double(u) * axes.a_m + double(v) * axes.b_m + double(w) * axes.c_m);
          real += std::cos(phase);
          imaginary += std::sin(phase);
        }
    const double scale = 100.0 * 100.0 * solid_angle_of(panel, at) * unpolarized_factor(beam_direction, at);
    // Rounding of the sum of 24 waves, whose intensity is at most 576, and float32.
    EXPECT_NEAR(static_cast<double>(image.pixels[i]), scale * (real * real + imaginary * imaginary),
                scale * 1e-11 + float_rounding * static_cast<double>(image.pixels[i]) + error_of_floats(image));
  }
}

INSTANTIATE_TEST_SUITE_P(backends, BeamContract, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
