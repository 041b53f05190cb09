// Headers of images as geometry: what they say, and where they contradict themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/header_files.h"
#include "test_paths.h"
#include "tests/run_program.h"
#include "tests/unit/refusals.h"

namespace femtobragg::formats {
namespace {

namespace fs = std::filesystem;
using tests::expect_in;
using tests::in_one;
using tests::message_of;

TEST(GeometryHeaders, CbfHeader) {
  const std::string seed = tests::read_bytes(fs::path(FEMTOBRAGG_SOURCE) / "tests/fuzz/seeds/cbf/mini.cbf");
  const Geometry g = parse_cbf_header(seed, "seed");
  const Panel& p = g.detector.panels[0];
  EXPECT_EQ(p.n_fast, 487u);
  EXPECT_EQ(p.n_slow, 195u);
  EXPECT_EQ(p.saturation, 1048500);
  std::string no_cutoff = seed;
  no_cutoff.replace(no_cutoff.find("1048500"), 7, "-000001");
  EXPECT_TRUE(std::isinf(parse_cbf_header(no_cutoff, "seed").detector.panels[0].saturation));
  EXPECT_EQ(p.sensor.material, "Si");
  EXPECT_DOUBLE_EQ(p.sensor.thickness_m, 0.00032);
  EXPECT_NEAR(*g.wavelength_m, 0.9795e-10, 1e-25);
  EXPECT_NEAR(degrees_from_radians(g.oscillation->start_rad), 10, 1e-12);
  // The direct-beam pixel, lifted by five degrees at 0.2 m.
  const double angle = radians_from_degrees(5);
  EXPECT_NEAR(norm(p.point_m(243.5, 97.5) - Vec3d{0.2 * std::cos(angle), 0.2 * std::sin(angle), 0}), 0, 1e-15);
  expect_in(message_of([&] { parse_cbf_header(seed.substr(0, 200), "x.cbf"); }), {"'x.cbf'"});
  std::string bad = seed;
  bad.replace(bad.find("172e-6 m x"), 6, "-72e-6");
  expect_in(message_of([&] { parse_cbf_header(bad, "x.cbf"); }), {"'x.cbf' line 3", "pixel size"});
}

/// As imgCIF defines it, the first pixel that is stored is then the last one of the axis.
TEST(GeometryHeaders, DirectionsOfImgcifArrays) {
  const auto with = [](const std::string& direction) {
    return parse_cbf_header(
        "###CBF: VERSION 1.5\n\ndata_x\nloop_\n_axis.id\n_axis.type\n_axis.equipment\n_axis.depends_on\n"
        "_axis.vector[1]\n_axis.vector[2]\n_axis.vector[3]\nSOURCE general source . 0 0 1\n"
        "Z translation detector . 0 0 -1\nEX translation detector Z 1 0 0\nEY translation detector EX 0 -1 0\n"
        "loop_\n_diffrn_scan_axis.axis_id\n_diffrn_scan_axis.displacement_start\nZ 150\n"
        "loop_\n_array_structure_list.array_id\n_array_structure_list.dimension\n_array_structure_list.precedence\n"
        "_array_structure_list.direction\n_array_structure_list.axis_set_id\nA1 30 1 increasing EX\nA1 20 2 " +
            direction +
            " EY\nloop_\n_array_structure_list_axis.axis_set_id\n_array_structure_list_axis.axis_id\n"
            "_array_structure_list_axis.displacement_increment\nEX EX 0.1\nEY EY 0.1\n",
        "x.cbf");
  };
  const Geometry up = with("decreasing"), down = with("increasing");
  EXPECT_NEAR(norm(up.detector.panels[0].point_m(0, 20) - down.detector.panels[0].origin_m), 0, 1e-15);
  expect_in(in_one(up.notes), {"along EY is decreasing", "DIALS", "mirrored"});
  EXPECT_EQ(in_one(down.notes), "");
  expect_in(message_of([&] { with("sideways"); }), {"'x.cbf' _array_structure_list.direction", "'sideways'"});
}

TEST(GeometryHeaders, SmvHeader) {
  const std::string header =
      "{\nHEADER_BYTES=512;\nSIZE1=72;\nSIZE2=56;\nPIXEL_SIZE=0.5;\nDISTANCE=100;\nWAVELENGTH=1.1;\n"
      "BEAM_CENTER_X=10;\nBEAM_CENTER_Y=20;\nPHI=3;\nOSC_RANGE=0.5;\n";
  const Geometry g = parse_smv_geometry(header + "}\f", "x");
  EXPECT_NEAR(norm(g.detector.panels[0].origin_m - Vec3d{0.1, 0.01, -0.02}), 0, 1e-15);
  const Geometry own = parse_smv_geometry(header + "DIALS_ORIGIN=-17.75,13.75,-100;\nCLOSE_DISTANCE=100;\n}\f", "x");
  EXPECT_NEAR(norm(own.detector.panels[0].origin_m - Vec3d{0.1, 0.01375, -0.01775}), 0, 1e-15);
  expect_in(message_of([&] { parse_smv_geometry(header + "TWOTHETA=5;\n}", "x.img"); }), {"'x.img'", "tilted"});
}

TEST(GeometryHeaders, UnitsOfSmvHeaders) {
  const auto geometry = [](const std::string& pixel, const std::string& more, const std::string& distance = "100") {
    return parse_smv_geometry("{\nHEADER_BYTES=512;\nSIZE1=72;\nSIZE2=56;\nPIXEL_SIZE=" + pixel + ";\nDISTANCE=" +
                                  distance + ";\nBEAM_CENTER_X=10;\nBEAM_CENTER_Y=20;\n" + more + "}\f",
                              "x.img");
  };
  const Geometry g = geometry("500 um", "WAVELENGTH=0.11 nm;\nPhi=0.1 rad;\nOSC_RANGE=1 deg;\n", "0.1 m");
  EXPECT_NEAR(g.detector.panels[0].pixel_size_m, 5e-4, 1e-18);
  EXPECT_NEAR(norm(g.detector.panels[0].origin_m - Vec3d{0.1, 0.01, -0.02}), 0, 1e-15);
  EXPECT_NEAR(*g.wavelength_m, 1.1e-10, 1e-22);
  EXPECT_NEAR(g.oscillation->start_rad, 0.1, 1e-12);
  for (const char* text : {"100,5", "abc", "100 furlongs", "100 deg"})
    expect_in(message_of([&] { geometry("0.5", "", text); }), {"'x.img'", "DISTANCE"});
  expect_in(message_of([&] { geometry("0.5", "BEAM_CENTER_X=2 pixels;\n"); }), {"BEAM_CENTER_X", "2 pixels"});
}

TEST(GeometryHeaders, SmvHeadersThatContradictThemselves) {
  const std::string header =
      "{\nHEADER_BYTES=512;\nSIZE1=72;\nSIZE2=56;\nPIXEL_SIZE=0.5;\nDISTANCE=100;\nBEAM_CENTER_X=10;\n"
      "BEAM_CENTER_Y=20;\n";
  const auto notes = [&](const std::string& more) {
    return in_one(parse_smv_geometry(header + more + "}\f", "x").notes);
  };
  // ADXV counts Y from the other edge, 28 mm away; half a pixel is a convention's.
  for (const char* same : {"DENZO_X_BEAM=10.25;\nDENZO_Y_BEAM=20.25;\n", "DENZO_X_BEAM=20;\nDENZO_Y_BEAM=10;\n",
                           "DENZO_X_BEAM=8;\nDENZO_Y_BEAM=10;\n", "DIALS_ORIGIN=-20,10,-100;\nCLOSE_DISTANCE=100;\n"})
    EXPECT_EQ(notes(same).find("contradicts"), std::string::npos) << notes(same);
  expect_in(notes("DENZO_X_BEAM=13;\nDENZO_Y_BEAM=20;\n"),
            {"BEAM_CENTER 10, 20 mm contradicts DENZO_X_BEAM and DENZO_Y_BEAM, used here: 13 mm along slow, 20 mm "
             "along fast"});
  expect_in(notes("DIALS_ORIGIN=-15,10,-100;\n"), {"contradicts DIALS_ORIGIN"});
  expect_in(notes("DIALS_ORIGIN=-20,10,-120;\n"), {"DISTANCE is 100 mm, but DIALS_ORIGIN at 120 mm"});
  expect_in(message_of([&] { notes("CLOSE_DISTANCE=90;\n"); }), {"tilted", "CLOSE_DISTANCE", "90"});
}

/// Programs write DIALS_ORIGIN in the frame of their run: with the beam along z it is another vector.
TEST(GeometryHeaders, SmvHeadersOfAllConventions) {
  const std::string header =
      "{\nHEADER_BYTES=512;\nSIZE1=72;\nSIZE2=56;\nPIXEL_SIZE=0.5;\nDISTANCE=100;\nCLOSE_DISTANCE=100;\n"
      "DENZO_X_BEAM=10.125;\nDENZO_Y_BEAM=14.875;\nOSC_RANGE=1;\nPHI=0;\nBEAM_CENTER_X=9.875;\nBEAM_CENTER_Y=14.625;\n";
  const auto geometry = [&](const std::string& origin) {
    return parse_smv_geometry(header + "DIALS_ORIGIN=" + origin + ";\n}\f", "x.img");
  };
  for (const auto& [origin, down, notes] : {std::tuple("-14.875,10.125,-100", true, std::string()),
                                            {"100,-10.125,14.875", true,
                                             "the header does not say whether the spindle "
                                             "points along fast (XDS) or slow (DIALS): fast is used\n"},
                                            {"100,10.125,14.875", false, ""}}) {
    const Geometry g = geometry(origin);
    const Panel& p = g.detector.panels[0];
    EXPECT_NEAR(norm(p.origin_m - Vec3d{0.1, down ? 0.010125 : -0.010125, -0.014875}), 0, 1e-15) << origin;
    EXPECT_EQ(p.slow_axis, (Vec3d{0, down ? -1.0 : 1.0, 0})) << origin;
    EXPECT_EQ(in_one(g.notes), notes) << origin;
  }
  // Turned in its plane, and in a frame of its own.
  for (const char* origin : {"-13.5,12,-100", "0,100,14.875"})
    expect_in(message_of([&] { geometry(origin); }),
              {"the detector is tilted", "'x.img'", "DIALS_ORIGIN is not the corner"});
}

TEST(GeometryHeaders, LinesOfCbfHeaders) {
  const std::string seed = tests::read_bytes(fs::path(FEMTOBRAGG_SOURCE) / "tests/fuzz/seeds/cbf/mini.cbf");
  const auto with = [&](const std::string& lines) {
    std::string text = seed;
    text.insert(text.find("# Count_cutoff"), lines);
    return parse_cbf_header(text, "x.cbf");
  };
  const auto notes = [&](const std::string& lines) { return in_one(with(lines).notes); };
  std::string plain = seed;
  plain.replace(plain.find("# Beam_xy"), plain.find('\n', plain.find("# Beam_xy")) - plain.find("# Beam_xy"),
                "# Beam_xy (17.2, 8.6) mm");
  const Panel flat = parse_cbf_header(plain, "x").detector.panels[0], pixels = with("").detector.panels[0];
  EXPECT_NEAR(norm(flat.origin_m - pixels.origin_m), 172e-6 * std::hypot(143.5, 47.5), 1e-9);
  std::string returns = seed;
  std::ranges::replace(returns, '\n', '\r');
  EXPECT_NEAR(norm(parse_cbf_header(returns, "x").detector.panels[0].origin_m - pixels.origin_m), 0, 1e-15);
  // The file says it again below, and that is the last.
  expect_in(notes("# Detector_distance 0.1 m\n"), {"Detector_distance occurs 2 times"});
  EXPECT_NEAR(norm(with("# Detector_distance 0.1 m\n").detector.panels[0].origin_m - pixels.origin_m), 0, 1e-15);
  for (const char* named :
       {"Omega 90 deg.", "Chi 3", "Oscillation_axis Y, CW", "Oscillation_axis X, CCW", "Oscillation_axis -X, CW"})
    expect_in(notes("# " + std::string(named) + "\n"),
              {std::string(named).substr(0, std::string(named).find(' ')).c_str()});
  // What files of beamlines have, and what changes nothing that is simulated.
  for (const char* usual : {"Excluded_pixels (nil)", "Flat_field (nil)", "Excluded_pixels: badpix_mask.tif",
                            "Flat_field: FF_p300_E12398.tif", "Trim_directory: p300_T6199", "N_excluded_pixels = 321",
                            "Omega 10 deg.", "Oscillation_axis X (omega)", "Chi 0.0000 deg.", "Oscillation_axis X, CW",
                            "Oscillation_axis X.CW", "Oscillation_axis omega", "Tau = 0 s"})
    EXPECT_EQ(notes("# " + std::string(usual) + "\n"), notes("")) << usual;
  std::string other = seed;
  other.replace(other.find("Silicon sensor"), 7, "GaAs");
  EXPECT_EQ(parse_cbf_header(other, "x").detector.panels[0].sensor.material, "GaAs");
  other.replace(other.find("GaAs sensor"), 4, "Cheese");
  expect_in(parse_cbf_header(other, "x").notes.front(), {"'Cheese'"});
  for (const char* bad : {"Detector_distance 0,2 m", "Wavelength 1 parsec", "Start_angle 0.5 furlong"}) {
    const std::string word(bad, std::string_view(bad).find(' '));
    std::string text = seed;
    const std::size_t at = text.find("# " + word);
    ASSERT_NE(at, text.npos) << bad;
    text.replace(at, text.find('\n', at) - at, "# " + std::string(bad));
    expect_in(message_of([&] { parse_cbf_header(text, "x.cbf"); }), {"'x.cbf' line", bad + word.size() + 1});
  }
}

}  // namespace
}  // namespace femtobragg::formats
