// Which way crystals turn: about the spindle and by mosaic rotations. Rotations are written out here, so that no error
// of the library can hide in them.
#include <gtest/gtest.h>

#include "tests/contract/bragg.h"

namespace femtobragg::tests {
namespace {

/// By the right hand: a quarter turn about z takes x to y. O. Rodrigues (1840).
Vec3d turned(const Vec3d& v, const Vec3d& axis, double angle) {
  return v * std::cos(angle) + cross(axis, v) * std::sin(angle) + axis * (dot(axis, v) * (1 - std::cos(angle)));
}

/// What takes vectors to where turned() does: its columns are the turned unit vectors.
Mat3d matrix_of_turn(const Vec3d& axis, double angle) {
  const Vec3d x = turned({1, 0, 0}, axis, angle), y = turned({0, 1, 0}, axis, angle),
              z = turned({0, 0, 1}, axis, angle);
  return {{x.x, y.x, z.x}, {x.y, y.y, z.y}, {x.z, y.z, z.z}};
}

ReciprocalAxes turned(const ReciprocalAxes& axes, const Vec3d& axis, double angle) {
  return {turned(axes.a, axis, angle), turned(axes.b, axis, angle), turned(axes.c, axis, angle)};
}

const UnitCell cell = cell_of(50, 60, 70, 90, 110, 90);
const Reflection reflection{6, -4, 5, 100};
constexpr double distance_m = 0.2, azimuth = 0.8, angle = 0.06;
constexpr double cells = 20;

/// The reflection shines after the turn and not before it: the crystal was turned back beforehand.
Experiment before_a_turn(const Vec3d& axis) {
  Experiment e;
  e.beam = beam_along_x(1e-10);
  e.crystal = crystal_of(turned(in_bragg_condition(cell, reflection, 1.0, azimuth), axis, -angle), cells);
  e.detector.panels = {facing_panel(distance_m, 0.2e-3, 401)};
  e.structure_factors = only_reflection(reflection);
  return e;
}

Experiment in_place() {
  Experiment e = before_a_turn({0, 0, 1});
  e.crystal = crystal_of(in_bragg_condition(cell, reflection, 1.0, azimuth), cells);
  return e;
}

/// The spot lies where Bragg's law puts it, as bright as that of a crystal that was never turned.
void expect_the_spot(const Image& image, const Image& expected) {
  const double radius = distance_m * std::tan(2.0 * std::asin(1.0 / (2.0 * plane_spacing_A(cell, reflection))));
  const std::size_t brightest = brightest_pixel(image);
  const double y = radius * std::cos(azimuth), z = radius * std::sin(azimuth), pixel_m = 0.2e-3, middle = 200;
  EXPECT_NEAR(static_cast<double>(brightest % image.n_fast), middle + z / pixel_m, 1.0);
  EXPECT_NEAR(static_cast<double>(brightest / image.n_fast), middle - y / pixel_m, 1.0);
  const float most = expected.pixels[brightest_pixel(expected)];
  EXPECT_GT(most, 0.0f);
  // Two rotations more round in other places: 1e-14 of indices, times the slopes of a spot, and floats.
  EXPECT_NEAR(image.pixels[brightest], most, 1e-5 * most);
}

using Turning = EachWay;

/// By the right hand about the spindle's axis.
TEST_P(Turning, SpindleIsRightHanded) {
  EXPECT_NEAR(turned(Vec3d{1, 0, 0}, {0, 0, 1}, pi / 2).y, 1, 1e-15);
  const Image expected = rendered(in_place()).image;
  for (const Vec3d& axis : {Vec3d{0, 0, 1}, Vec3d{0, 1, 0}, unit(Vec3d{0.3, 1, -0.4})}) {
    Experiment e = before_a_turn(axis);
    e.spindle.axis = axis;
    const Image still = rendered(e).image;
    EXPECT_LT(still.pixels[brightest_pixel(expected)], 1e-2f * expected.pixels[brightest_pixel(expected)])
        << "the turn must matter";
    e.spindle.phi_start_rad = angle;
    expect_the_spot(rendered(e).image, expected);
  }
}

/// A domain's rotation takes the crystal's axes to the domain's, not back.
TEST_P(Turning, MosaicRotationsTurnForward) {
  const Image expected = rendered(in_place()).image;
  for (const Vec3d& axis : {Vec3d{0, 0, 1}, unit(Vec3d{0.3, 1, -0.4})}) {
    Experiment e = before_a_turn(axis);
    e.crystal.mosaic_rotations = {matrix_of_turn(axis, angle)};
    expect_the_spot(rendered(e).image, expected);
  }
}

/// Domains turn in the laboratory: what the spindle has turned is turned once more.
TEST_P(Turning, MosaicRotationsFollowTheSpindle) {
  const Image expected = rendered(in_place()).image;
  const Vec3d spindle{0, 1, 0}, domain{0, 0, 1};
  constexpr double quarter = pi / 2;
  Experiment e = in_place();
  const ReciprocalAxes there = in_bragg_condition(cell, reflection, 1.0, azimuth);
  e.crystal = crystal_of(turned(turned(there, domain, -angle), spindle, -quarter), cells);
  e.spindle = {.axis = spindle, .phi_start_rad = quarter};
  e.crystal.mosaic_rotations = {matrix_of_turn(domain, angle)};
  expect_the_spot(rendered(e).image, expected);
}

INSTANTIATE_TEST_SUITE_P(backends, Turning, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
