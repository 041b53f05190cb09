// Quirks of the detector's set-up, and where the detector stands without them.
#include <gtest/gtest.h>

#include "tests/programs/quirk_runs.h"

namespace femtobragg::tests {
namespace {

using GeometryQuirks = QuirkRun;

/// MOSFLM's axes, written out. Its default beam centre is 14.25 18.25 mm here, so the beam meets the detector at
/// (fast, slow) = (18.5, 14.5) mm, which is also the nearest point of a detector that faces the beam.
const std::string mosflm_axes =
    "-fdet_vector 0 0 1 -sdet_vector 0 -1 0 -odet_vector 1 0 0 -beam_vector 1 0 0 -polar_vector 0 0 1 "
    "-spindle_axis 0 0 1 -twotheta_axis 0 0 -1 ";

TEST_F(GeometryQuirks, TwothetaSwingsAboutTheSample) {
  expect_right("Q-pivot", "-twotheta 10", mosflm_axes + "-Xclose 18.5 -Yclose 14.5 -twotheta 10");
  expect_right("Q-pivot", "-denzo -twotheta 10", "-denzo -pivot sample -twotheta 10");
}

TEST_F(GeometryQuirks, PivotFlagDecides) {
  // About the sample, rotations turn the origin that the detector had without them.
  expect_right("Q-pivot", "-pivot sample -detector_roty 10 -Xbeam 13 -Ybeam 17",
               mosflm_axes + "-Xclose 17.25 -Yclose 13.25 -detector_roty 10");
  // About the beam, the direct beam stays on its pixel.
  expect_right("Q-pivot", "-xds -pivot beam -detector_roty 7", "-xds -detector_roty 7 -Xbeam 18 -Ybeam 14");
}

TEST_F(GeometryQuirks, BeamCentreCountsInXdsAndDials) {
  // XDS counts pixels from one, and their centres: 24.5 and 18.5 are 12 and 9 mm.
  expect_right("Q-pivot", "-xds -Xbeam 12 -Ybeam 9", "-xds -ORGX 24.5 -ORGY 18.5");
  expect_right("Q-pivot", "-dials -Xbeam 12 -Ybeam 9", "-dials -ORGX 24.5 -ORGY 18.5");
}

TEST_F(GeometryQuirks, NearPointCountsInEveryConvention) {
  // Fast 9.75 mm and slow 15.25 mm; MOSFLM's X is slow less half a pixel, its Y fast less half a pixel.
  expect_right("Q-close-point", "-mosflm -ORGX 20 -ORGY 31", "-mosflm -Xbeam 15 -Ybeam 9.5");
  expect_right("Q-close-point", "-denzo -Xclose 10 -Yclose 12", "-denzo -Xbeam 12 -Ybeam 10");
  expect_right("Q-close-point", "-adxv -Xclose 10 -Yclose 12", "-adxv -Xbeam 10 -Ybeam 16");
  expect_right("Q-close-point", "-xds -Xclose 10 -Yclose 12", "-xds -ORGX 20.5 -ORGY 24.5");
}

TEST_F(GeometryQuirks, Pix0IsTheOrigin) {
  const std::string plain = mosflm_axes + "-Xclose 30 -Yclose 20";
  expect_right("Q-pix0", "-pix0_vector 0.1 0.02 -0.03", plain);
  expect_right("Q-pix0", "-pix0_vector_mm 100 20 -30", plain);
  // Rotations turn the axes; the origin is final.
  const std::string turned = "-pix0_vector 0.1 0.02 -0.03 -detector_rotz 12";
  const std::string pixels = "-lambda 1 -pixel 0.5 -detpixels_x 72 -detpixels_y 56 ";
  const auto origin =
      traced(simulate(crystal() + misset() + pixels + silence() + turned + " -trace_pixel 0 0").out, "pix0_vector");
  ASSERT_EQ(origin.size(), 3u);
  EXPECT_DOUBLE_EQ(origin[0], 0.1);
  EXPECT_DOUBLE_EQ(origin[1], 0.02);
  EXPECT_DOUBLE_EQ(origin[2], -0.03);
}

TEST_F(GeometryQuirks, NamedConventionKeepsTheOtherVectors) {
  const std::string xds =
      "-beam_vector 0 0 1 -fdet_vector 1 0 0 -sdet_vector 0 1 0 -odet_vector 0 0 1 -spindle_axis 1 0 0 "
      "-twotheta_axis 1 0 0 ";
  expect_right("Q-custom-axes", "-xds -polar_vector 0 1 0 -polar 0.9", xds + "-polar_vector 0 1 0 -polar 0.9");
  // The beam centre keeps its meaning too: MOSFLM's X is slow, and half a pixel off.
  expect_right("Q-custom-axes", "-mosflm -spindle_axis 0 1 0 -phi 20 -Xbeam 13 -Ybeam 17",
               mosflm_axes + "-spindle_axis 0 1 0 -phi 20 -Xbeam 17.25 -Ybeam 13.25");
}

TEST_F(GeometryQuirks, TwothetaAxisIsNormalised) {
  expect_right("Q-axis-length", "-twotheta_axis 0 2 0 -twotheta 12", "-twotheta_axis 0 1 0 -twotheta 12");
}

TEST_F(GeometryQuirks, NormalIsPerpendicular) {
  // f x s = (0.1, 0, 1) x (0, -1, 0) = (1, 0, -0.1).
  expect_right("Q-odet-skew", "-fdet_vector 0.1 0 1 -sdet_vector 0 -1 0",
               "-fdet_vector 0.1 0 1 -sdet_vector 0 -1 0 -odet_vector 1 0 -0.1");
  expect_refused("-fdet_vector 0.1 0 1 -sdet_vector 0 -1 0 -odet_vector 1 0 0", 2);
}

TEST_F(GeometryQuirks, HeaderFollowsTheDetectorAsItStands) {
  const std::string flags =
      "-hkl p1.hkl -cell 30 40 50 -lambda 6.2 -distance 100 -detpixels 1024 -pixel 0.1 -roi 0 0 0 0 -Xbeam 61.2 -Ybeam "
      "61.2 -detector_rotx 5 -detector_roty 3 -detector_rotz 2 -twotheta 15 -pivot beam -nonoise -nopgm -noprogress ";
  EXPECT_EQ(simulate(flags).status, 0);
  const std::string right_header = read_bytes(folder_ / "intimage.img").substr(0, 512);
  EXPECT_DOUBLE_EQ(number_after(right_header, "\nDISTANCE="), 100);
  EXPECT_DOUBLE_EQ(number_after(right_header, "DENZO_X_BEAM="), 61.25);
  EXPECT_DOUBLE_EQ(number_after(right_header, "DENZO_Y_BEAM="), 61.25);
  const ProgramResult on = simulate("-quirks Q-twotheta-report " + flags);
  EXPECT_EQ(announced(on.err), std::set<std::string>{"Q-twotheta-report"});
  const std::string header = read_bytes(folder_ / "intimage.img").substr(0, 512);
  EXPECT_DOUBLE_EQ(number_after(header, "\nDISTANCE="), 97.4964);
  EXPECT_DOUBLE_EQ(number_after(header, "DENZO_X_BEAM="), 61.8222);
  EXPECT_DOUBLE_EQ(number_after(header, "DENZO_Y_BEAM="), 61.1719);
}

}  // namespace
}  // namespace femtobragg::tests
