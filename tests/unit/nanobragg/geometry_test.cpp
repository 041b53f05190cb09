// Where detectors stand, from command lines to origins and axes: worked numbers of every convention.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

#include "femtobragg/nanobragg/flags/detector_geometry.h"
#include "femtobragg/nanobragg/flags/parse_arguments.h"
#include "femtobragg/physics/rotation.h"

namespace femtobragg::nanobragg {
namespace {

DetectorGeometry geometry_of(const std::string& text, const QuirkSet& quirks = QuirkSet::all()) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return solve_geometry(parse_arguments(words, Reading::Lenient, quirks, {}).options.detector, quirks);
}

/// 72 x 56 pixels of 0.5 mm at 100 mm.
const std::string panel = "-detpixels_x 72 -detpixels_y 56 -pixel 0.5 -distance 100 ";
/// 1024 x 1024 pixels of 0.1 mm, turned about all axes.
const std::string turned =
    "-lambda 6.2 -distance 100 -detpixels 1024 -pixel 0.1 -Xbeam 61.2 -Ybeam 61.2 -detector_rotx 5 -detector_roty 3 "
    "-detector_rotz 2 -twotheta 15 ";
const std::string custom =
    "-fdet_vector 0 0.6 0.8 -sdet_vector 0 -0.8 0.6 -odet_vector 1 0 0 -beam_vector 1 0 0 -polar_vector 0 0 1 "
    "-spindle_axis 0 1 0 -twotheta_axis 0 1 0 -twotheta 8 -Xclose 15 -Yclose 12 ";
const std::string rotations = "-detector_rotx 3 -detector_roty -4 -detector_rotz 5 -twotheta 10 ";

/// Fifteen digits are known of vectors of this size.
void expect_vector(const Vec3d& actual, const Vec3d& expected) {
  EXPECT_NEAR(actual.x, expected.x, 1e-14);
  EXPECT_NEAR(actual.y, expected.y, 1e-14);
  EXPECT_NEAR(actual.z, expected.z, 1e-14);
}

/// Numbers known to six significant digits.
void expect_six_digits(double actual, double expected) {
  EXPECT_NEAR(actual, expected, 0.5000001 * std::pow(10, std::floor(std::log10(std::abs(expected))) - 5));
}

TEST(Geometry, TurnedAboutTheBeam) {
  const DetectorGeometry g = geometry_of(turned);
  EXPECT_EQ(g.pivot, PivotPoint::Beam);
  expect_vector(g.origin_m, {0.112087366299472, 0.0653100408232811, -0.0556023303792543});
  expect_vector(g.fast, {0.0311947630447082, -0.096650175316428, 0.994829447880333});
  expect_vector(g.slow, {-0.228539518954453, -0.969636205471835, -0.0870362988312832});
  expect_vector(g.normal, {0.973034724475264, -0.224642766741965, -0.0523359562429438});
  expect_six_digits(1e3 * g.distance_m, 97.4964);
  expect_six_digits(1e3 * g.close_distance_m, 97.3035);
  expect_six_digits(1e3 * g.beam_point.fast, 61.1719);
  expect_six_digits(1e3 * g.beam_point.slow, 61.8222);
  expect_six_digits(g.org_x, 581.805);
  expect_six_digits(g.org_y, 841.54);
}

TEST(Geometry, ReportsFollowTheDetectorWithoutQuirks) {
  const DetectorGeometry g = geometry_of(turned + "-pivot beam", QuirkSet::none());
  expect_vector(g.origin_m, {0.112087366299472, 0.0653100408232811, -0.0556023303792543});
  EXPECT_NEAR(g.distance_m, 0.1, 1e-16);
  EXPECT_NEAR(g.beam_point.fast, 0.06125, 1e-15);
  EXPECT_NEAR(g.beam_point.slow, 0.06125, 1e-15);
}

TEST(Geometry, Adxv) {
  const DetectorGeometry g = geometry_of(panel + "-adxv -Xbeam 15 -Ybeam 11");
  expect_vector(g.origin_m, {-0.015, 0.017, 0.1});
  // As MOSFLM would call the centre: slow and fast, less half a pixel.
  EXPECT_NEAR(1e3 * (g.beam_point.slow - g.pixel_m / 2), 16.75, 1e-12);
  EXPECT_NEAR(1e3 * (g.beam_point.fast - g.pixel_m / 2), 14.75, 1e-12);
}

TEST(Geometry, Mosflm) {
  const DetectorGeometry g = geometry_of(panel + "-mosflm -Xbeam 13 -Ybeam 17");
  expect_vector(g.origin_m, {0.1, 0.01325, -0.01725});
  EXPECT_NEAR(1e3 * g.beam_point.fast, 17.25, 1e-12);
  EXPECT_NEAR(1e3 * (g.size_slow_m - g.beam_point.slow), 14.75, 1e-12);
  EXPECT_NEAR(g.org_x, 35, 1e-12);
  EXPECT_NEAR(g.org_y, 27, 1e-12);
}

TEST(Geometry, Denzo) {
  const DetectorGeometry g = geometry_of(panel + "-denzo -Xbeam 13 -Ybeam 17");
  // Along fast 17 mm, along slow 13 mm: the origin lies at y = 13 mm, z = -17 mm.
  expect_vector(g.origin_m, {0.1, 0.013, -0.017});
  EXPECT_NEAR(1e3 * (g.beam_point.slow - g.pixel_m / 2), 12.75, 1e-12);
  EXPECT_NEAR(1e3 * (g.beam_point.fast - g.pixel_m / 2), 16.75, 1e-12);
}

TEST(Geometry, Xds) {
  const DetectorGeometry g = geometry_of(panel + "-xds -ORGX 30.25 -ORGY 20.75");
  expect_vector(g.origin_m, {-0.014875, -0.010125, 0.1});
  EXPECT_NEAR(1e3 * g.xy_beam.fast, 14.875, 1e-12);
  EXPECT_NEAR(1e3 * g.xy_beam.slow, 10.125, 1e-12);
}

TEST(Geometry, Dials) {
  const DetectorGeometry g = geometry_of(panel + "-dials -twotheta 12");
  expect_vector(g.origin_m, {0.00318451226856743, -0.014, 0.1015571705081});
  expect_six_digits(1e3 * g.beam_point.fast, -2.79117);
}

TEST(Geometry, CustomAboutTheSample) {
  const DetectorGeometry g = geometry_of(panel + custom);
  EXPECT_EQ(g.pivot, PivotPoint::Sample);
  expect_vector(g.origin_m, {0.0963546833357238, 0.0006, -0.0329304570158447});
  expect_vector(g.normal, {0.99026806874157, 0, -0.139173100960065});
  expect_six_digits(1e3 * g.beam_point.fast, 26.1338);
  expect_six_digits(1e3 * g.beam_point.slow, 20.3504);
}

TEST(Geometry, MosflmTurned) {
  const DetectorGeometry g = geometry_of(panel + rotations);
  expect_vector(g.origin_m, {0.102577499288651, 0.0152818516387043, -0.0176726202898618});
  expect_six_digits(1e3 * g.close_distance_m, 99.3768);
  expect_six_digits(g.org_x, 52.2914);
  expect_six_digits(g.org_y, 46.1799);
}

TEST(Geometry, XdsTurned) {
  const DetectorGeometry g = geometry_of(panel + "-xds " + rotations);
  expect_vector(g.origin_m, {-0.0230771843130711, -0.0378514539251749, 0.0920803676242899});
  expect_vector(g.normal, {-0.0648344151221844, -0.230311615216255, 0.970954714964732});
  EXPECT_NEAR(1e3 * g.distance_m, 100, 1e-12);
  expect_six_digits(1e3 * g.close_distance_m, 99.6197);
}

TEST(Geometry, CloseDistance) {
  const DetectorGeometry g = geometry_of(panel + "-xds -close_distance 80 -detector_rotx 6");
  expect_vector(g.origin_m, {-0.018, -0.0222855835965681, 0.0780983531437147});
  expect_six_digits(1e3 * g.distance_m, 80.4407);
  expect_six_digits(1e3 * g.beam_point.slow, 22.4083);
}

TEST(Geometry, DefaultCentres) {
  const std::map<std::string, DetectorPoint> expected = {
      {"-mosflm", {0.0185, 0.0145}}, {"-denzo", {0.01825, 0.01425}}, {"-adxv", {0.01825, 0.01425}},
      {"-xds", {0.018, 0.014}},      {"-dials", {0.018, 0.014}},     {"-polar_vector 0 0 1", {0.018, 0.014}}};
  for (const auto& [flag, point] : expected)
    for (const QuirkSet& quirks : {QuirkSet::all(), QuirkSet::none()}) {
      SCOPED_TRACE(flag);
      const DetectorGeometry g = geometry_of(panel + flag, quirks);
      EXPECT_NEAR(g.beam_point.fast, point.fast, 1e-16);
      EXPECT_NEAR(g.beam_point.slow, point.slow, 1e-16);
    }
}

TEST(Geometry, PixelCountsFromSizes) {
  const DetectorGeometry g = geometry_of("-detsize 10 -pixel 0.3");
  EXPECT_EQ(g.n_fast, 33u);
  EXPECT_EQ(g.n_slow, 33u);
  EXPECT_DOUBLE_EQ(g.size_fast_m, 0.01);
  const DetectorGeometry counted = geometry_of("-detpixels 33 -detsize 10 -pixel 0.3");
  EXPECT_DOUBLE_EQ(counted.size_fast_m, 33 * 0.3e-3);
  const DetectorGeometry plain = geometry_of("");
  EXPECT_EQ(plain.n_fast, 1024u);
  EXPECT_DOUBLE_EQ(plain.xy_beam.fast, 0.05125);
  expect_vector(plain.origin_m, {0.1, 0.0513, -0.0513});
}

/// Whatever the set-up: axes stay orthonormal, and the reported points lie where they should.
TEST(Geometry, IsConsistentWithoutQuirks) {
  for (const std::string& flags :
       {turned, panel + "-adxv " + rotations, panel + "-mosflm -pivot beam " + rotations, panel + "-denzo " + rotations,
        panel + "-xds -Xbeam 12 -Ybeam 9 " + rotations, panel + "-dials -pivot beam " + rotations, panel + custom,
        panel + "-xds -close_distance 80 " + rotations, panel + "-pix0_vector 0.1 0.02 -0.03 -detector_roty 8"}) {
    SCOPED_TRACE(flags);
    const DetectorGeometry g = geometry_of(flags, QuirkSet::none());
    EXPECT_NEAR(norm(g.fast), 1, 1e-15);
    EXPECT_NEAR(norm(g.slow), 1, 1e-15);
    EXPECT_NEAR(dot(g.fast, g.slow), 0, 1e-15);
    EXPECT_NEAR(norm(g.normal - cross(g.fast, g.slow) * (dot(cross(g.fast, g.slow), g.normal) > 0 ? 1.0 : -1.0)), 0,
                1e-15);
    // The direct beam meets the panel at the reported distance and point.
    const Vec3d spot = g.origin_m + g.beam_point.fast * g.fast + g.beam_point.slow * g.slow;
    EXPECT_NEAR(norm(spot - g.distance_m * g.beam), 0, 1e-15);
    // The nearest point lies along the normal, at the reported close distance.
    const Vec3d near = g.origin_m + g.near_point.fast * g.fast + g.near_point.slow * g.slow;
    EXPECT_NEAR(norm(near - g.close_distance_m * g.normal), 0, 1e-15);
    EXPECT_GT(g.close_distance_m, 0);
  }
}

/// About the beam, rotations leave the distance and the direct-beam point; about the sample, the close distance.
TEST(Geometry, PivotsStayWhereTheyAre) {
  for (const std::string convention : {"-mosflm ", "-denzo ", "-adxv ", "-xds ", "-dials "}) {
    SCOPED_TRACE(convention);
    const DetectorGeometry still = geometry_of(panel + convention, QuirkSet::none());
    const DetectorGeometry beam = geometry_of(panel + convention + "-pivot beam " + rotations, QuirkSet::none());
    EXPECT_NEAR(beam.distance_m, 0.1, 1e-15);
    EXPECT_NEAR(beam.beam_point.fast, still.beam_point.fast, 1e-15);
    EXPECT_NEAR(beam.beam_point.slow, still.beam_point.slow, 1e-15);
    const DetectorGeometry sample = geometry_of(panel + convention + "-pivot sample -twotheta 10", QuirkSet::none());
    EXPECT_NEAR(sample.close_distance_m, 0.1, 1e-15);
    EXPECT_NEAR(sample.near_point.fast, still.near_point.fast, 1e-15);
    EXPECT_NEAR(sample.near_point.slow, still.near_point.slow, 1e-15);
    expect_vector(sample.origin_m, physics::rotate_about_axis(still.origin_m, sample.twotheta_axis, 10 * pi / 180));
  }
}

}  // namespace
}  // namespace femtobragg::nanobragg
