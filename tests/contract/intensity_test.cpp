// How bright reflections are: peaks, and Darwin's formula for the integrated intensity.
#include <gtest/gtest.h>

#include "femtobragg/physics/lattice_factor/shapes.h"
#include "tests/contract/bragg.h"

namespace femtobragg::tests {
namespace {

const UnitCell cell = cell_of(50, 60, 70, 80, 110, 95);
const Reflection reflection{6, -4, 5, 100};
constexpr double wavelength_A = 1.0, azimuth = 0.8, distance_m = 0.2, pixel_m = 0.1e-3;

double two_theta() { return 2.0 * std::asin(wavelength_A / (2.0 * plane_spacing_A(cell, reflection))); }

/// n x n pixels around the reflection's exact place.
Panel panel_at_reflection(std::size_t n) {
  Panel panel = facing_panel(distance_m, pixel_m, n);
  const double radius = distance_m * std::tan(two_theta());
  panel.origin_m = panel.origin_m + Vec3d{0, radius * std::cos(azimuth), radius * std::sin(azimuth)};
  return panel;
}

/// One pixel, centred on the reflection. The crystal is turned by 1e-7 from the exact condition, because in double
/// precision sin(N x) / sin(x) means nothing where sin(x) is only the rounding error of x = pi h. The loss is below
/// (pi N 1e-6)^2 = 3e-9.
Experiment at_exact_peak(double cells, double amplitude) {
  Experiment e;
  e.beam = beam_along_x(wavelength_A * 1e-10);
  ReciprocalAxes axes = in_bragg_condition(cell, reflection, wavelength_A, azimuth);
  const Vec3d tilt{1e-7, 1e-7, -1e-7};
  for (Vec3d* axis : {&axes.a, &axes.b, &axes.c}) *axis = physics::rotate_about_lab_axes(*axis, tilt);
  e.crystal = crystal_of(axes, cells);
  e.detector.panels = {panel_at_reflection(1)};
  e.structure_factors = uniform_factors(amplitude);
  return e;
}

using Intensity = EachWay;

TEST_P(Intensity, OfAnExactPeakIsThomsonTimesCellsSquared) {
  for (const CrystalShape shape : {CrystalShape::Parallelepiped, CrystalShape::Gaussian, CrystalShape::Tophat})
    for (const double n : {1.0, 2.0, 3.0, 5.0, 7.0, 12.0}) {
      SCOPED_TRACE(n);
      Experiment e = at_exact_peak(n, 100);
      e.crystal.shape = shape;
      const Vec3d at = pixel_centre(e.detector.panels[0], 0, 0);
      // All cells scatter in phase: amplitudes add up, so the intensity grows with the square of their number.
      const double expected =
          100.0 * 100.0 * std::pow(n, 6) * solid_angle_of(e.detector.panels[0], at) * unpolarized_factor({1, 0, 0}, at);
      // 2e-7: float32 storage, and noise of the interference function 1e-7 off the peak.
      EXPECT_NEAR(first_pixel(e), expected, 2e-7 * expected);
    }
}

TEST_P(Intensity, OfAnExactPeakGoesWithTheSquareOfTheAmplitude) {
  const double one = first_pixel(at_exact_peak(4, 50));
  for (const double factor : {2.0, 3.0, 0.1}) {
    const double other = first_pixel(at_exact_peak(4, 50 * factor));
    EXPECT_NEAR(other, factor * factor * one, 2 * float_rounding * other);
  }
}

TEST_P(Intensity, IsProportionalToTheFluence) {
  Experiment e = at_exact_peak(4, 50);
  const double one = first_pixel(e);
  e.beam.fluence_per_m2 *= 7.5;
  EXPECT_NEAR(first_pixel(e), 7.5 * one, 2 * float_rounding * 7.5 * one);
}

/// C. G. Darwin: a small crystal that turns through a reflection at unit speed, at right angles to the plane of
/// diffraction, sends fluence x r_e^2 lambda^3 F^2 (cells / cell volume) P / sin(2theta) photons into the spot.
TEST_P(Intensity, IntegratedOverARotationIsDarwins) {
  constexpr double cells = 10;
  Experiment e;
  e.beam = beam_along_x(wavelength_A * 1e-10);
  e.crystal = crystal_of(in_bragg_condition(cell, reflection, wavelength_A, azimuth), cells);
  e.crystal.shape = CrystalShape::Gaussian;  // no fringes: the spot ends within the panel
  e.detector.panels = {panel_at_reflection(61)};
  e.structure_factors = only_reflection(reflection);
  e.spindle.axis = unit(cross(Vec3d{1, 0, 0}, direction_at(two_theta(), azimuth)));
  e.spindle.phi_steps = 201;
  e.spindle.phi_step_rad = in_radians(0.05);
  e.spindle.phi_start_rad = -100 * e.spindle.phi_step_rad;

  const double photons = sum_of(rendered(e).image) * 201 * e.spindle.phi_step_rad;
  const auto& axes = e.crystal.axes;
  const double volume_A3 = std::abs(dot(axes.a_m, cross(axes.b_m, axes.c_m))) * 1e30;
  const double c = std::cos(two_theta());
  // lambda^3 / volume is a pure number. The Gaussian spot has (0.63 pi / 2)^1.5 of the intensity of a block.
  const double darwin = std::pow(wavelength_A, 3) / volume_A3 * 100 * 100 * cells * cells * cells * 0.5 * (1 + c * c) /
                        std::sin(two_theta()) * std::pow(0.63 * pi / 2, 1.5);
  // Obliquity, polarization and 1/sin(2theta) vary across the spot; to second order in its half width, 1/50 of theta.
  EXPECT_NEAR(photons, darwin, 2e-3 * darwin);
}

INSTANTIATE_TEST_SUITE_P(backends, Intensity, testing::ValuesIn(ways()), word_for);

}  // namespace
}  // namespace femtobragg::tests
