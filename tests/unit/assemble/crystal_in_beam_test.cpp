// How much of a crystal is in the beam, where the answer is known.
#include <gtest/gtest.h>

#include "femtobragg/assemble/crystal_in_beam.h"

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::assemble {
namespace {

constexpr double um = 1e-6;
const Vec3d tilt{0.3, 0.7, -0.4};

/// Along x, edges along z and y, then turned.
BeamSpot beam_of(double size_m, BeamProfile profile, const Vec3d& angles = {}) {
  return {physics::rotate_about_lab_axes(Vec3d{1, 0, 0}, angles),
          physics::rotate_about_lab_axes(Vec3d{0, 0, 1}, angles), size_m, profile};
}

void expect_volume(double volume_m3, double expected_um3, double tolerance) {
  EXPECT_NEAR(volume_m3 * 1e18, expected_um3, tolerance * expected_um3);
}

/// As the header promises.
constexpr double precision = 3e-5;

TEST(CrystalInBeam, AWideFlatBeamLightsAllOfIt) {
  const BeamSpot beam = beam_of(1e-3, BeamProfile::Flat, tilt);
  const Vec3d cube{50 * um, 50 * um, 50 * um}, brick{50 * um, 20 * um, 100 * um};
  expect_volume(lit_volume_m3(CrystalForm::Sphere, cube, beam), 4.0 / 3 * pi * 25 * 25 * 25, 1e-12);
  expect_volume(lit_volume_m3(CrystalForm::Box, brick, beam), 50 * 20 * 100, 1e-12);
  expect_volume(lit_volume_m3(CrystalForm::Sphere, brick, beam), pi / 6 * 50 * 20 * 100, 1e-12);
  expect_volume(lit_volume_m3(CrystalForm::Needle, brick, beam), pi / 4 * 50 * 20 * 100, 1e-12);
}

/// By quadrature: in the middle of a broad Gaussian everything counts.
TEST(CrystalInBeam, ABroadGaussianLightsAllOfIt) {
  const Vec3d brick{50 * um, 20 * um, 100 * um};
  for (const Vec3d& angles : {Vec3d{}, tilt, Vec3d{0, 0, pi / 4}, Vec3d{0, pi / 2, 0}, Vec3d{1, 0, 0}}) {
    const BeamSpot beam = beam_of(1, BeamProfile::Gaussian, angles);
    expect_volume(lit_volume_m3(CrystalForm::Sphere, brick, beam), pi / 6 * 50 * 20 * 100, precision);
    expect_volume(lit_volume_m3(CrystalForm::Box, brick, beam), 50 * 20 * 100, precision);
    expect_volume(lit_volume_m3(CrystalForm::Needle, brick, beam), pi / 4 * 50 * 20 * 100, precision);
  }
}

TEST(CrystalInBeam, AFlatBeamCutsASquareOut) {
  const Vec3d cube{50 * um, 50 * um, 50 * um};
  expect_volume(lit_volume_m3(CrystalForm::Box, cube, beam_of(10 * um, BeamProfile::Flat)), 10 * 10 * 50, precision);
  // Along the diagonal of two faces, chords are 50 sqrt 2 in the middle and shorter by twice the distance from it.
  const double chord = 50 * std::sqrt(2.0) - 2 * 10.0 / 4;
  expect_volume(lit_volume_m3(CrystalForm::Box, cube, beam_of(10 * um, BeamProfile::Flat, {0, 0, pi / 4})),
                10 * 10 * chord, precision);
  // Higher than the crystal, but not as wide.
  expect_volume(lit_volume_m3(CrystalForm::Box, {50 * um, 5 * um, 50 * um}, beam_of(10 * um, BeamProfile::Flat)),
                10 * 5 * 50, precision);
  // A narrow one has the chord through the middle.
  expect_volume(lit_volume_m3(CrystalForm::Sphere, cube, beam_of(0.05 * um, BeamProfile::Flat, tilt)), 0.05 * 0.05 * 50,
                precision);
}

/// Integrals of exp(-r^2 / 2 s^2) over a square, a disc and a ball.
TEST(CrystalInBeam, AGaussianHasItsIntegrals) {
  const double fwhm = 20, s = fwhm / (2 * std::sqrt(2 * std::log(2.0)));
  const BeamSpot beam = beam_of(fwhm * um, BeamProfile::Gaussian);
  const auto across = [&](double edge) { return s * std::sqrt(2 * pi) * std::erf(edge / (2 * std::sqrt(2.0) * s)); };
  expect_volume(lit_volume_m3(CrystalForm::Box, {50 * um, 15 * um, 40 * um}, beam), 50 * across(15) * across(40),
                precision);
  expect_volume(lit_volume_m3(CrystalForm::Box, {50 * um, 1000 * um, 1000 * um}, beam), 50 * 2 * pi * s * s, precision);
  // A needle along the beam.
  const double disc = 2 * pi * s * s * (1 - std::exp(-0.5 * 15 * 15 / (s * s)));
  expect_volume(lit_volume_m3(CrystalForm::Needle, {200 * um, 30 * um, 30 * um}, beam), 200 * disc, precision);
  // 4 pi s^2 times the integral of 1 - exp(-(r^2 - x^2) / 2 s^2) for x from 0 to r, by Simpson's rule.
  const double r = 25;
  double sum = 0;
  constexpr int steps = 2000;
  for (int i = 0; i <= steps; ++i) {
    const double x = r * i / steps, weight = i == 0 || i == steps ? 1 : i % 2 ? 4 : 2;
    sum += weight * (1 - std::exp(-0.5 * (r * r - x * x) / (s * s)));
  }
  const double ball = 4 * pi * s * s * sum * r / steps / 3;
  for (const Vec3d& angles : {Vec3d{}, tilt})
    expect_volume(lit_volume_m3(CrystalForm::Sphere, {50 * um, 50 * um, 50 * um},
                                beam_of(fwhm * um, BeamProfile::Gaussian, angles)),
                  ball, precision);
}

TEST(CrystalInBeam, ASmallCrystalIsInTheMiddleOfAGaussian) {
  const BeamSpot beam = beam_of(100 * um, BeamProfile::Gaussian, tilt);
  expect_volume(lit_volume_m3(CrystalForm::Box, {0.1 * um, 0.1 * um, 0.1 * um}, beam), 1e-3, precision);
}

Scene scene_with(double size_um) {
  Scene scene;
  scene.crystal.cell_given = true;
  scene.crystal.cell = {100, 100, 100, 90, 90, 90};
  scene.crystal.cells = {10, 10, 10};
  scene.crystal.whole_size_m = {size_um * um, size_um * um, size_um * um};
  scene.structure_factors.default_amplitude = 100;
  scene.beam.size_m = 1e-3;
  return scene;
}

TEST(LitBlocks, AreThoseOfTheVolume) {
  const Assembled one = assembled(scene_with(50));
  EXPECT_NEAR(lit_blocks(one.experiment.crystal), 125e3 / 1e-3, 1e-3);
  EXPECT_NEAR(block_volume_m3(one.experiment.crystal), 1e-21, 1e-30);
  Scene none = scene_with(50);
  none.crystal.whole_size_m = {};
  EXPECT_EQ(lit_blocks(assembled(none).experiment.crystal), 1);
}

/// A cube that turns in a narrow beam: the chord is 50 um / cos(phi).
TEST(LitBlocks, AreTheMeanOverTheRotation) {
  Scene scene = scene_with(50);
  scene.beam.size_m = 0.1 * um;
  scene.rotation.steps_rad = {.range = radians_from_degrees(20), .count = 2};
  const double five = std::cos(radians_from_degrees(5)), fifteen = std::cos(radians_from_degrees(15));
  Assembled result = assembled(scene);
  expect_volume(result.experiment.crystal.lit_volume_m3, 0.1 * 0.1 * 50 * (1 / five + 1 / fifteen) / 2, precision);
  take_frame(result, 1);
  const double further = std::cos(radians_from_degrees(25)), last = std::cos(radians_from_degrees(35));
  expect_volume(result.experiment.crystal.lit_volume_m3, 0.1 * 0.1 * 50 * (1 / further + 1 / last) / 2, precision);
}

TEST(LitBlocks, GaussianBeamsHaveTheirFluenceInTheMiddle) {
  Scene scene = scene_with(50);
  scene.beam.flux_per_s = 1e12;
  scene.beam.size_m = 2e-5;
  const double flat = assembled(scene).experiment.beam.fluence_per_m2;
  EXPECT_DOUBLE_EQ(flat, 1e12 / 4e-10);
  scene.beam.profile = BeamProfile::Gaussian;
  const double s = 2e-5 / (2 * std::sqrt(2 * std::log(2.0)));
  EXPECT_NEAR(assembled(scene).experiment.beam.fluence_per_m2, 1e12 / (2 * pi * s * s), 1e-12 * flat);
}

/// All photons go through a crystal that is wider than the beam: they do not depend on its profile.
TEST(LitBlocks, OfAWideCrystalAreLitByAllPhotons) {
  Scene scene = scene_with(200);
  scene.beam.flux_per_s = 1e12;
  scene.beam.size_m = 2e-5;
  const auto scattering = [](const Scene& s) {
    const Experiment e = assembled(s).experiment;
    return e.beam.fluence_per_m2 * e.crystal.lit_volume_m3;
  };
  const double flat = scattering(scene);
  EXPECT_NEAR(flat, 1e12 * 200e-6, precision * flat);
  scene.beam.profile = BeamProfile::Gaussian;
  EXPECT_NEAR(scattering(scene), flat, precision * flat);
}

TEST(LitBlocks, RefusesCrystalsThatHaveNone) {
  const auto refusal = [](auto&& change) {
    Scene scene = scene_with(50);
    change(scene);
    try {
      assembled(scene);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  const auto expect = [&](const char* words, auto&& change) {
    EXPECT_NE(refusal(change).find(words), std::string::npos) << refusal(change);
  };
  expect("without mosaic blocks", [](Scene& s) { s.crystal.cells = {1, 1, 1}; });
  expect("smaller than one of its mosaic blocks", [](Scene& s) { s.crystal.cells = {6000, 6000, 6000}; });
  expect("smaller than one of its mosaic blocks", [](Scene& s) { s.crystal.whole_size_m.y = 0.05 * um; });
  expect("above zero", [](Scene& s) { s.crystal.whole_size_m.z = 0; });
  expect("above zero", [](Scene& s) { s.crystal.whole_size_m.z = std::nan(""); });
  expect("above zero", [](Scene& s) { s.crystal.whole_size_m.x = -1; });
  expect("longest", [](Scene& s) { s.crystal.whole_form = CrystalForm::Needle; });
  expect("size zero", [](Scene& s) { s.beam.size_m = 0; });
}

}  // namespace
}  // namespace femtobragg::assemble
