// XPARM.XDS and XDS.INP: places, spindle, crystal, masks, and what contradicts itself.
#include <algorithm>
#include <cmath>

#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/xds_file.h"
#include "femtobragg/model/unit_cell.h"
#include "tests/unit/refusals.h"

namespace femtobragg::formats {
namespace {

using tests::expect_in;
using tests::in_one;
using tests::message_of;

const std::string turn = "     1        10.0000    0.5000  1.000000  0.000000  0.000000\n";
const std::string beam = "       0.980000       0.000000       0.000000       1.020408\n";
const std::string axes =
    "      50.000000       0.000000       0.000000\n       0.000000      60.000000       0.000000\n"
    "       0.000000       0.000000      70.000000\n";
const std::string cell = "    19     50.0000     60.0000     70.0000  90.000  90.000  90.000\n";
const std::string detector =
    "        1       100        80    0.172000    0.172000\n"
    "       50.500000       40.500000     200.000000\n"
    "       1.000000       0.000000       0.000000\n"
    "       0.000000       1.000000       0.000000\n"
    "       0.000000       0.000000       1.000000\n"
    "         1         1       100         1        80\n"
    "    0.00    0.00    0.00  1.00000  0.00000  0.00000  0.00000  1.00000  0.00000\n";
/// As XDS writes it, with a blank before it; also in GXPARM.XDS.
const std::string heading = " XPARM.XDS    VERSION Jan 19, 2025  BUILT=20250714\n";
const std::string xparm = heading + turn + beam + cell + axes + detector;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

void expect_vector(const Vec3d& found, const Vec3d& right) { EXPECT_LT(norm(found - right), 1e-6 * norm(right)); }

TEST(XdsFiles, ParametersPlaceDetectorSpindleAndCrystal) {
  const Geometry g = parse_xparm(xparm, "XPARM.XDS");
  const Panel& panel = g.detector.panels.front();
  // The beam passes through the middle: pixel 50.5, whose whole number is a pixel's middle, is 50 pixels from the edge.
  expect_vector(panel.origin_m, {0.2, 40 * 0.172e-3, -50 * 0.172e-3});
  expect_vector(panel.fast_axis, {0, 0, 1});
  expect_vector(panel.slow_axis, {0, -1, 0});
  expect_vector(*g.spindle_axis, {0, 0, 1});
  EXPECT_NEAR(*g.wavelength_m, 0.98e-10, 1e-18);
  EXPECT_NEAR(g.oscillation->start_rad, 10 * pi / 180, 1e-12);
  EXPECT_NEAR(g.oscillation->width_rad, 0.5 * pi / 180, 1e-12);
  expect_vector(g.crystal->axes.a_m, {0, 0, 50e-10});
  expect_vector(g.crystal->axes.b_m, {0, -60e-10, 0});
  EXPECT_EQ(g.crystal->space_group, "P 21 21 21");
  expect_in(in_one(g.notes), {"states neither sensor nor polarization"});
}

TEST(XdsFiles, SegmentsArePanels) {
  std::string text = replaced(xparm, "        1       100        80", "        2       100        80");
  text = replaced(text, "         1         1       100         1        80\n",
                  "         1         1       50         1        80\n");
  text += "         2         51       100         1        80\n    2.00    3.00    1.00  1 0 0 0 1 0\n";
  const Geometry g = parse_xparm(text, "x");
  ASSERT_EQ(g.detector.panels.size(), 2u);
  const Vec3d apart = g.detector.panels[1].origin_m - g.detector.panels[0].origin_m;
  expect_vector(apart, {1e-3, 3 * 0.172e-3, 48 * 0.172e-3});
  EXPECT_EQ(g.detector.panels[1].data_fast, 50u);
}

TEST(XdsFiles, ContradictionsAreRefused) {
  const auto refusal = [](const std::string& from, const std::string& to) {
    return message_of([&] { parse_xparm(replaced(xparm, from, to), "XPARM.XDS"); });
  };
  expect_in(
      refusal("       0.000000       1.000000       0.000000\n       0.000000       0.000000       1.000000\n    ",
              "       0.050000       1.000000       0.000000\n       0.000000       0.000000       1.000000\n    "),
      {"not at right angles", "87.1"});
  expect_in(refusal("     60.0000", "     66.0000"), {"axes contradict its cell", "50 66 70", "50 60 70"});
  expect_in(refusal("    19  ", "  19.5  "), {"not a whole number", "'19.5'", "line 4"});
  expect_in(refusal("    19  ", "   231  "), {"no such space group", "'231'", "line 4"});
  expect_in(refusal("1.020408", "2.000000"), {"contradicts the wavelength", "line 3"});
  expect_in(refusal("       0.000000       0.000000       1.000000\n         1",
                    "       0.000000       0.000000      -1.000000\n         1"),
            {"normal contradicts its axes"});
  expect_in(message_of([&] { parse_xparm(xparm.substr(0, 300), "x"); }), {"ends too early"});
}

const std::string input =
    "! a comment NX= 7\nDETECTOR= PILATUS MINIMUM_VALID_PIXEL_VALUE=0 OVERLOAD= 1000\nSENSOR_THICKNESS= 0.32\n"
    "NX= 100 NY= 80  QX= 0.172  QY= 0.172\nORGX= 50.5 ORGY= 40.5\nDETECTOR_DISTANCE= 200\n"
    "ROTATION_AXIS=1 0 0\nDIRECTION_OF_DETECTOR_X-AXIS=1 0 0\nDIRECTION_OF_DETECTOR_Y-AXIS=0 1 0\n"
    "INCIDENT_BEAM_DIRECTION=0 0 1\nX-RAY_WAVELENGTH= 0.98\nOSCILLATION_RANGE= 0.5\nSTARTING_ANGLE= 10\n"
    "DATA_RANGE=11 30\nSTARTING_FRAME=1\nFRACTION_OF_POLARIZATION=0.99\nPOLARIZATION_PLANE_NORMAL=0 1 0\n"
    "UNTRUSTED_RECTANGLE= 10 13 0 81\nGAIN= 1\nREFINE(IDXREF)=CELL BEAM\n";

TEST(XdsFiles, InputSaysTheSame) {
  const Geometry g = parse_xds_input(input, "XDS.INP");
  const Panel& panel = g.detector.panels.front();
  expect_vector(panel.origin_m, parse_xparm(xparm, "x").detector.panels.front().origin_m);
  EXPECT_EQ(panel.saturation, 1000);
  EXPECT_EQ(panel.sensor.material, "Si");
  EXPECT_NEAR(g.oscillation->start_rad, 15 * pi / 180, 1e-12) << "image 11 begins ten frames after the first";
  EXPECT_EQ(g.oscillation->frames, 20u);
  EXPECT_NEAR(*g.polarization_fraction, 0.98, 1e-12);
  EXPECT_NEAR(std::abs(g.polarization_axis->z), 1, 1e-12) << "along the spindle";
  EXPECT_EQ(std::ranges::count(panel.mask, 0), 2 * 80) << "edges 10 and 13 stay";
  EXPECT_TRUE(panel.masked(10, 0) && panel.masked(11, 79) && !panel.masked(9, 0) && !panel.masked(12, 0));
  expect_in(message_of([&] { parse_xds_input(replaced(input, "ORGX= 50.5", ""), "x"); }), {"no ORGX"});
  expect_in(message_of([&] { parse_xds_input(replaced(input, "ROTATION_AXIS=1 0 0", ""), "x"); }),
            {"no ROTATION_AXIS"});
}

TEST(XdsFiles, OtherFramesAreTurnedWithTheBeam) {
  // The same experiment in a frame with the beam along y and the spindle along z.
  std::string text = replaced(input, "ROTATION_AXIS=1 0 0", "ROTATION_AXIS=0 0 1");
  text = replaced(text, "X-AXIS=1 0 0", "X-AXIS=0 0 1");
  text = replaced(text, "Y-AXIS=0 1 0", "Y-AXIS=1 0 0");
  text = replaced(text, "BEAM_DIRECTION=0 0 1", "BEAM_DIRECTION=0 1 0");
  text = replaced(text, "NORMAL=0 1 0", "NORMAL=1 0 0");
  const Geometry g = parse_xds_input(text, "x"), usual = parse_xds_input(input, "x");
  expect_vector(g.detector.panels.front().origin_m, usual.detector.panels.front().origin_m);
  expect_vector(*g.spindle_axis, *usual.spindle_axis);
}

std::size_t masked(const std::string& area) {
  const Geometry g = parse_xds_input(replaced(input, "UNTRUSTED_RECTANGLE= 10 13 0 81", area), "x");
  return static_cast<std::size_t>(std::ranges::count(g.detector.panels.front().mask, 0));
}
const Panel panel_with(const std::string& area) {
  return parse_xds_input(replaced(input, "UNTRUSTED_RECTANGLE= 10 13 0 81", area), "x").detector.panels.front();
}

TEST(XdsFiles, UntrustedAreasExcludeTheirEdges) {
  // Pixel numbers begin at 1: number 20 is at 19.
  const Panel circle = panel_with("UNTRUSTED_ELLIPSE= 10 30 20 40");
  EXPECT_TRUE(circle.masked(19, 29) && circle.masked(10, 29) && circle.masked(28, 29) && circle.masked(19, 20));
  EXPECT_FALSE(circle.masked(9, 29) || circle.masked(29, 29) || circle.masked(19, 19) || circle.masked(10, 20));
  EXPECT_FALSE(circle.masked(25, 37)) << "6, 8 of a radius of 10: on the edge";
  EXPECT_TRUE(circle.masked(25, 36));
  EXPECT_EQ(masked("UNTRUSTED_ELLIPSE= 10 30 20 40"), 305u) << "whole numbers within x^2 + y^2 < 100";
  EXPECT_EQ(masked("UNTRUSTED_ELLIPSE= 10 30 25 35"), 147u) << "within x^2 + 4 y^2 < 100";
  EXPECT_EQ(masked("UNTRUSTED_QUADRILATERAL= 10 20 30 20 30 40 10 40"), 19u * 19);
  EXPECT_EQ(masked("UNTRUSTED_RECTANGLE= 10 30 20 40"), 19u * 19);
  EXPECT_EQ(masked("UNTRUSTED_QUADRILATERAL= 20 20 30 30 20 40 10 30"), 181u) << "|x| + |y| < 10";
  EXPECT_EQ(masked("UNTRUSTED_QUADRILATERAL= 20 20 10 30 20 40 30 30"), 181u) << "the other way round";
  EXPECT_EQ(masked("UNTRUSTED_RECTANGLE= -5 3 -5 3"), 4u);
  EXPECT_EQ(masked("UNTRUSTED_ELLIPSE= 10 10 20 20"), 0u);
}

TEST(XdsFiles, ManyUntrustedAreasCostNoMoreThanTheirPixels) {
  std::string large =
      replaced(replaced(input, "NX= 100 NY= 80", "NX= 8000 NY= 8000"), "UNTRUSTED_RECTANGLE= 10 13 0 81", "GAIN= 1");
  for (int i = 0; i < 300; ++i) large += "UNTRUSTED_RECTANGLE= 0 8001 0 8001\n";
  const Geometry g = parse_xds_input(large, "x");
  EXPECT_EQ(std::ranges::count(g.detector.panels.front().mask, 0), 8000 * 8000);
  for (int i = 0; i < 40000; ++i) large += "UNTRUSTED_RECTANGLE= 1 3 1 3\n";
  expect_in(message_of([&] { parse_xds_input(large, "x"); }), {"too many untrusted areas", "40300", "2^28"});
}

TEST(XdsFiles, InputOfACrystalIsWholeOrRefused) {
  const auto refusal = [](const std::string& more) {
    return message_of([&] { parse_xds_input(input + more, "XDS.INP"); });
  };
  expect_in(refusal("UNIT_CELL_A-AXIS= 50 0 0\nUNIT_CELL_C-AXIS= 0 0 70\n"), {"no UNIT_CELL_B-AXIS", "all three"});
  expect_in(refusal("SPACE_GROUP_NUMBER= 1e9\n"), {"no such space group", "'1e9'", "line 21"});
  for (const char* group : {"0", "19"}) {
    const Geometry g =
        parse_xds_input(input + "SPACE_GROUP_NUMBER= " + group + "\nUNIT_CELL_CONSTANTS= 50 60 70 90 90 90\n", "x");
    EXPECT_FALSE(g.crystal.has_value());
    expect_in(in_one(g.notes), {"the cell is not used"});
  }
}

TEST(XdsFiles, ABlankMayStandBeforeTheSign) {
  const Geometry g = parse_xds_input(replaced(input, "ORGX= 50.5", "ORGX = 50.5"), "x");
  expect_vector(g.detector.panels.front().origin_m, parse_xparm(xparm, "x").detector.panels.front().origin_m);
}

TEST(XdsFiles, TakeTimeThatGrowsWithTheText) {
  // A second look at the whole rest for each line or word would take minutes.
  const std::size_t many = std::size_t{1} << 20;
  std::string words;
  for (std::size_t i = 0; i < many; ++i) words += "a ";
  EXPECT_FALSE(looks_like_xds_input(std::string(many, '\n')));
  EXPECT_FALSE(looks_like_xds_input(words));
  EXPECT_EQ(geometry_format_of(std::string(many, '\n'), "x"), nullptr);
}

TEST(XdsFiles, AreRecognised) {
  EXPECT_EQ(geometry_format_of(xparm, "x")->name, "XDS parameters");
  EXPECT_EQ(geometry_format_of(replaced(xparm, " XPARM", "GXPARM"), "x")->name, "XDS parameters");
  EXPECT_EQ(geometry_format_of(input, "x")->name, "XDS input");
  EXPECT_EQ(geometry_format_of("NAME_TEMPLATE_OF_DATA_FRAMES = x_????.cbf\n", "x")->name, "XDS input");
}

}  // namespace
}  // namespace femtobragg::formats
