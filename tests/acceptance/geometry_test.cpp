// Acceptance: where the detector stands, by convention, pivot, rotations and curvature.
#include "tests/acceptance/acceptance_run.h"

namespace femtobragg::tests {
namespace {

constexpr double degree = 3.14159265358979323846 / 180;
const std::string corner = "-trace_pixel 0 0 -roi 0 0 0 0 ";

Vec3d origin(const ProgramResult& result) { return vector_of(traced(result.out, "pix0_vector")); }

using at_geo_001 = AcceptanceRun;
TEST_F(at_geo_001, MosflmBeamCentre) {
  const ProgramResult run = drop_in(five_cells() + corner + "-mosflm -detpixels 1024 -Xbeam 51.2 -Ybeam 51.2");
  expect_vector(origin(run), {0.1, 0.05125, -0.05125}, 1e-15);
}

/// Turned by t about y, the beam at (F, S) on the detector: the two pivots put the detector at different places.
struct Swung {
  double t = 10 * degree, f = 0.01725, s = 0.01325;  ///< of -Xbeam 13 -Ybeam 17, half a pixel of 0.5 mm added

  Vec3d about_spot(double distance) const { return {distance - f * std::sin(t), s, -f * std::cos(t)}; }
  Vec3d about_sample(double close) const {
    return {close * std::cos(t) - f * std::sin(t), s, -f * std::cos(t) - close * std::sin(t)};
  }
};

using at_geo_002 = AcceptanceRun;
TEST_F(at_geo_002, PivotIsTheConventionsInTheDropIn) {
  const Swung swung;
  const std::string flags = one_cell() + corner + "-mosflm -Xbeam 13 -Ybeam 17 -detector_roty 10 ";
  expect_vector(origin(drop_in(flags + "-distance 100")), swung.about_spot(0.1), 1e-15);
  expect_vector(origin(drop_in(flags + "-pivot sample")), swung.about_spot(0.1), 1e-15);
  expect_vector(origin(drop_in(flags + "-close_distance 100")), swung.about_spot(0.1 / std::cos(swung.t)), 1e-15);
}

TEST_F(at_geo_002, PivotIsTheFlagsInSimulate) {
  const Swung swung;
  const std::string distance = "-distance 100 ";
  const std::string flags = one_cell() + corner + "-mosflm -Xbeam 13 -Ybeam 17 -detector_roty 10 ";
  expect_vector(origin(simulate(flags)), swung.about_spot(0.1), 1e-15);
  expect_vector(origin(simulate(flags + "-pivot sample")), swung.about_sample(0.1 * std::cos(swung.t)), 1e-15);
  // Two distances that differ are refused: the near one stands alone.
  std::string near = flags + "-close_distance 100";
  near.erase(near.find(distance), distance.size());
  expect_vector(origin(simulate(near)), swung.about_sample(0.1), 1e-15);
}

using at_geo_003 = AcceptanceRun;
TEST_F(at_geo_003, DistanceAndBeamCentreOfATurnedDetector) {
  const std::string flags = five_cells() + corner +
                            "-detpixels 1024 -Xbeam 61.2 -Ybeam 61.2 -detector_rotx 5 -detector_roty 3 "
                            "-detector_rotz 2 -twotheta 15 ";
  const ProgramResult run = drop_in(flags);
  expect_vector(origin(run), {0.112087366299472, 0.0653100408232811, -0.0556023303792543}, 1e-15);
  // nanoBragg leaves 2-theta out of the ratio of distance and close distance; headers have six digits.
  EXPECT_DOUBLE_EQ(header("DISTANCE"), 97.4964);
  EXPECT_DOUBLE_EQ(header("CLOSE_DISTANCE"), 97.3035);
  EXPECT_NEAR(header("DISTANCE") * std::cos(2 * degree) * std::cos(3 * degree), header("CLOSE_DISTANCE"), 1e-4);
  EXPECT_DOUBLE_EQ(header("DENZO_Y_BEAM"), 61.1719);
  EXPECT_DOUBLE_EQ(header("DENZO_X_BEAM"), 61.8222);
  EXPECT_DOUBLE_EQ(header("XDS_ORGX"), 581.805);
  EXPECT_DOUBLE_EQ(header("XDS_ORGY"), 841.54);

  ran(simulate(flags + "-pivot beam -intfile right.img"));
  EXPECT_DOUBLE_EQ(header("DISTANCE", "right.img"), 100);
  EXPECT_DOUBLE_EQ(header("MOSFLM_CENTER_X", "right.img"), 61.2);
  EXPECT_DOUBLE_EQ(header("MOSFLM_CENTER_Y", "right.img"), 61.2);
}

TEST_F(at_geo_003, CloseDistanceUnderTheSamplePivot) {
  const ProgramResult run = drop_in(one_cell() + "-xds -close_distance 80 -detector_rotx 6 " + corner);
  expect_vector(origin(run), {-0.018, -0.0222855835965681, 0.0780983531437147}, 1e-15);
  EXPECT_DOUBLE_EQ(header("DISTANCE"), 80.4407);
  EXPECT_NEAR(header("DISTANCE"), 80 / std::cos(6 * degree), 5e-5);
  EXPECT_DOUBLE_EQ(header("DENZO_X_BEAM"), 22.4083);
}

struct Convention {
  std::string flag;
  Vec3d fast, axis;
};

using at_geo_004 = AcceptanceRun;
TEST_F(at_geo_004, TwothetaAxisOfEachConvention) {
  const std::vector<Convention> conventions = {{"-mosflm", {0, 0, 1}, {0, 0, -1}},
                                               {"-denzo", {0, 0, 1}, {0, 0, -1}},
                                               {"-adxv", {1, 0, 0}, {-1, 0, 0}},
                                               {"-xds", {1, 0, 0}, {1, 0, 0}},
                                               {"-dials", {1, 0, 0}, {0, 1, 0}}};
  const double t = 12 * degree;
  const auto turned = [&](const Vec3d& v, const Vec3d& u) {
    return u * (dot(u, v) * (1 - std::cos(t))) + v * std::cos(t) + cross(u, v) * std::sin(t);
  };
  for (const auto& [flag, fast, axis] : conventions) {
    SCOPED_TRACE(flag);
    const ProgramResult run = drop_in(one_cell() + corner + flag + " -twotheta 12");
    const Vec3d beam = flag == "-mosflm" || flag == "-denzo" ? Vec3d{1, 0, 0} : Vec3d{0, 0, 1};
    const Vec3d slow = flag == "-xds" || flag == "-dials" ? Vec3d{0, 1, 0} : Vec3d{0, -1, 0};
    expect_vector(vector_of(traced(run.out, "fdet_after_twotheta")), turned(fast, axis), 1e-15);
    expect_vector(vector_of(traced(run.out, "sdet_after_twotheta")), turned(slow, axis), 1e-15);
    expect_vector(vector_of(traced(run.out, "odet_after_twotheta")), turned(beam, axis), 1e-15);
    EXPECT_DOUBLE_EQ(header("TWOTHETA"), 12);
  }
}

TEST_F(at_geo_004, DialsSwingsAboutTheSample) {
  const ProgramResult run = drop_in(one_cell() + corner + "-dials -twotheta 12");
  expect_vector(origin(run), {0.00318451226856743, -0.014, 0.1015571705081}, 1e-15);
}

using at_geo_005 = AcceptanceRun;
TEST_F(at_geo_005, CurvedDetector) {
  const FlatMosflm panel;
  const double radius = panel.distance;
  const auto position = [](const ProgramResult& run) { return vector_of(traced(run.out, "pixel_pos_meters")); };
  for (const auto& [fast, slow] : {std::pair{64, 26}, {0, 0}, {40, 55}}) {
    SCOPED_TRACE(std::to_string(fast) + " " + std::to_string(slow));
    const Vec3d flat = panel.centre(static_cast<std::size_t>(fast), static_cast<std::size_t>(slow));
    const std::string flags =
        "-curved_det -trace_pixel " + std::to_string(slow) + " " + std::to_string(fast) + " " + one_cell();
    const Vec3d old = position(drop_in(flags)), right = position(simulate(flags));
    EXPECT_NEAR(norm(old), radius, 1e-15);
    EXPECT_NEAR(norm(right), radius, 1e-15);
    // Arcs along the detector's axes have the length that they have on the flat detector.
    const double u = flat.z / radius, w = flat.y / radius;
    expect_vector(right, Vec3d{std::cos(u) * std::cos(w), std::cos(u) * std::sin(w), std::sin(u)} * radius, 1e-15);
    // nanoBragg turns the beam by y about the slow axis (-y), then by z about the fast axis (z).
    const Vec3d once{radius * std::cos(w), 0, radius * std::sin(w)};
    expect_vector(old, {once.x * std::cos(u), once.x * std::sin(u), once.z}, 1e-15);
  }
}

using at_geo_006 = AcceptanceRun;
TEST_F(at_geo_006, SolidAngleOfPixelsAndPoints) {
  const FlatMosflm panel;
  const Vec3d x = panel.centre(64, 26);
  const double area = panel.pixel * panel.pixel, square = dot(x, x);
  const std::string flags = one_cell() + "-trace_pixel 26 64 ";
  const auto expect_omega = [](const ProgramResult& run, double omega) {
    EXPECT_NEAR(traced(run.out, "omega_pixel_sr").at(0), omega, 1e-14 * omega);  // 15 digits are printed
  };
  expect_omega(drop_in(flags), area / square * (panel.distance / std::sqrt(square)));
  expect_omega(drop_in(flags + "-point_pixel"), 1 / square);
  expect_omega(simulate(flags + "-point_pixel"), area / square);

  expect_pixels(image(one_cell()), panel, [&](std::size_t fast, std::size_t slow) {
    const Vec3d centre = panel.centre(fast, slow);
    return 1e4 * panel.solid_angle(centre) * polarization(centre, 0);
  });
}

}  // namespace
}  // namespace femtobragg::tests
