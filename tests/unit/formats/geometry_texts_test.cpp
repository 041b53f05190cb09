// CrystFEL and pyFAI files: camera lengths, units, sizes by flag, and that everything is used, named or refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/geometry/geom_file.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/poni_file.h"
#include "tests/run_program.h"

namespace femtobragg::formats {
namespace {

using tests::TemporaryFolder;

const std::string small_panel =
    "p/min_fs = 0\np/max_fs = 9\np/min_ss = 0\np/max_ss = 4\np/corner_x = -5\np/corner_y = -2\np/fs = x\np/ss = y\n";
const std::string small_geom = "clen = 0.1\nres = 10000\n" + small_panel;

std::string notes_of(const Geometry& g) {
  std::string all;
  for (const std::string& note : g.notes) all += note + "; ";
  return all;
}
std::string message_of(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}
void expect_in(const std::string& message, std::initializer_list<const char*> parts) {
  for (const char* part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
}

Geometry geom(const std::string& text, const GeometryGaps& gaps = {}) { return parse_geom(text, "x.geom", gaps); }
std::string geom_message(const std::string& text, const GeometryGaps& gaps = {}) {
  return message_of([&] { geom(text, gaps); });
}

TEST(GeomFiles, CameraLengthIsClenAndCoffset) {
  const std::string left_open = "clen = /LCLS/encoder\ncoffset = 0.573\nres = 10000\n" + small_panel +
                                "q/coffset = 0.575\nq/min_fs = 0\nq/max_fs = 9\nq/min_ss = 5\nq/max_ss = 9\n"
                                "q/corner_x = 0\nq/corner_y = 9\nq/fs = x\nq/ss = y\n";
  const auto z_of = [&](const GeometryGaps& gaps) {
    const Geometry g = geom(left_open, gaps);
    return std::array{g.detector.panels[0].origin_m.x, g.detector.panels[1].origin_m.x};
  };
  const auto by_distance = z_of({.distance_m = 0.1}), by_clen = z_of({.clen_m = -0.4});
  EXPECT_NEAR(by_distance[0], 0.1, 1e-15) << "the first panel stands at the distance";
  EXPECT_NEAR(by_distance[1], 0.102, 1e-15) << "offsets between panels stay";
  EXPECT_NEAR(by_clen[0], 0.173, 1e-15) << "encoders go below zero";
  expect_in(geom_message(small_geom, {.distance_m = 0.2}),
            {"a distance, although the file states its own", "line 1", "remove the distance"});
  expect_in(geom_message(left_open), {"left to the images", "line 1", "detector.distance", "--clen"});
  expect_in(geom_message(small_geom, {.distance_m = 0.1}), {"states its own"});
  const Geometry negative = geom("clen = -0.1\ncoffset = 300 mm\nres = 10000\n" + small_panel);
  EXPECT_NEAR(negative.detector.panels[0].origin_m.x, 0.2, 1e-15);
  const Geometry below = geom("res = 10000\n" + small_panel + "clen = 0.3\n");
  EXPECT_NEAR(below.detector.panels[0].origin_m.x, 0.3, 1e-15) << "the overall clen may stand below";
}

TEST(GeomFiles, PanelsThatAreNotIndexedAreNotRendered) {
  const std::string text = small_geom + "p/no_index = ";
  for (const char* yes : {"1", "true", "TRUE", "2"}) {
    const Geometry g = geom(text + yes + "\n");
    EXPECT_EQ(std::ranges::count(g.detector.panels[0].mask, 0), 50) << yes;
    expect_in(notes_of(g), {"panel 'p' is not rendered"});
  }
  for (const char* no : {"0", "false", "False"})
    EXPECT_TRUE(geom(text + no + "\n").detector.panels[0].mask.empty()) << no;
  expect_in(geom_message(text + "maybe\n"), {"not yes or no", "line 11"});
}

TEST(GeomFiles, Units) {
  for (const char* clen : {"0.1", "0.1 m", "100 mm", "100mm", "10 cm", "1e5 um", "100000 \xc2\xb5m", "1e5 microns"}) {
    const Geometry g = geom("clen = " + std::string(clen) + "\nres = 10000\n" + small_panel);
    EXPECT_NEAR(g.detector.panels[0].origin_m.x, 0.1, 1e-12) << clen;
  }
  for (const char* beam : {"wavelength = 1.239842 A", "wavelength = 1.239842e-10 m", "wavelength = 0.1239842 nm",
                           "photon_energy = 10000", "photon_energy = 10000 eV", "photon_energy = 10 keV",
                           "wavelength = 1.239842 \xc3\x85", "wavelength = 1.239842 angstroms"})
    EXPECT_NEAR(*geom(std::string(beam) + "\n" + small_geom).wavelength_m, 1.239842e-10, 1e-19) << beam;
  for (const char* line :
       {"clen = 0,1", "clen = 100 furlongs", "wavelength = 1", "photon_energy = 10 kJ", "clen = nan", "clen = -"})
    EXPECT_NE(geom_message(std::string(line) + "\nres = 10000\n" + small_panel), "nothing was refused") << line;
}

TEST(GeomFiles, OneWavelength) {
  expect_in(geom_message("wavelength = 1 A\nphoton_energy = 9000 eV\n" + small_geom),
            {"line 2", "the wavelength differs"});
  EXPECT_NEAR(*geom("wavelength = 1 A\nphoton_energy = 12398.42 eV\n" + small_geom).wavelength_m, 1e-10, 1e-20);
  const Geometry electrons = geom("electron_voltage = 300 kV\n" + small_geom);
  EXPECT_NEAR(*electrons.wavelength_m, 1.9687e-12, 1e-16) << "as in tables of electron microscopy";
  expect_in(notes_of(electrons), {"electrons"});
}

TEST(GeomFiles, EveryKeyIsUsedOrNamed) {
  for (const char* line : {"bandwidth = 0.01", "mask = /a/b", "mask_good = 0", "mask0_data = /a", "mask3_badbits = 1",
                           "saturation_map = /a", "peak_list = /a", "flag_lessthan = 3", "adu_per_eV = 0.01",
                           "rigid_group_a = p", "group_all = p", "p/mask_file = a.h5", "p/flag_equal = 0",
                           "p/photon_energy = 5", "max_adu = 3", "bandwith = 3"})
    EXPECT_FALSE(geom(small_geom + line + "\n").notes.empty()) << line;
  expect_in(notes_of(geom("coffest = 0.5\n" + small_geom)), {"'coffest' (line 1)", "nearest key is coffset"});
  expect_in(notes_of(geom(small_geom + "mask0_x = 1\n")), {"unknown"});
  expect_in(notes_of(geom(small_geom + "p/fs = y\np/ss = -x\n")), {"2 lines replace", "line 11"});
  expect_in(notes_of(geom(small_geom + "coffset = 0.1\n")), {"'coffset' (line 11)", "only to panels that follow"});
}

TEST(GeomFiles, RepeatsAndEmptyRegionsAreNamed) {
  for (const char* key : {"photon_energy = 9500 eV\nphoton_energy = 8000 eV\n", "coffset = 0\ncoffset = 0.1\n"})
    expect_in(notes_of(geom(key + small_geom)), {"1 line replaces", "line 2"});
  expect_in(notes_of(geom(small_geom + "clen = 0.2\n")), {"'clen' (line 11)", "only to panels that follow"});
  EXPECT_EQ(notes_of(geom("clen = 0.1\nres = 10000\ncoffset = 0\n" + small_panel +
                          "coffset = 0.1\nq/min_fs = 0\n"
                          "q/max_fs = 9\nq/min_ss = 5\nq/max_ss = 9\nq/corner_x = 0\nq/corner_y = 9\nq/fs = x\n"
                          "q/ss = y\n")),
            "")
      << "what panels share may change between them";
  for (const char* bounds : {"bad/min_fs = 5\nbad/max_fs = 3\nbad/min_ss = 0\nbad/max_ss = 4\n",
                             "bad/min_fs = 50\nbad/max_fs = 60\nbad/min_ss = 0\nbad/max_ss = 4\n",
                             "bad/min_x = 3\nbad/max_x = -3\nbad/min_y = -3\nbad/max_y = 3\n"})
    expect_in(notes_of(geom(small_geom + bounds)), {"region 'bad' (line 11) masks no pixels"});
  expect_in(notes_of(geom("max_adu = 300\nadu_per_photon = 10\n" + small_geom)), {"30 photons"});
}

/// Before memory is asked for.
TEST(GeometryFiles, MasksOfHugePanelsAreRefused) {
  const std::string huge =
      "clen = 0.1\nres = 10000\np/min_fs = 0\np/max_fs = 60000\np/min_ss = 0\np/max_ss = 60000\n"
      "p/corner_x = 0\np/corner_y = 0\np/fs = x\np/ss = y\n";
  EXPECT_EQ(geom(huge).detector.panels[0].n_fast, 60001u);
  for (const char* masked :
       {"p/mask_edge_pixels = 2\n", "p/bad = 1\n", "bad/min_x = 0\nbad/max_x = 3\nbad/min_y = 0\nbad/max_y = 3\n"})
    expect_in(geom_message(huge + masked), {"masks have too many pixels", "2^28"});
}

std::string expt(const std::string& panel, const std::string& scan = "", const std::string& goniometer = "") {
  return R"({"experiment": [{"detector": 0, "beam": 0)" +
         std::string(scan.empty() ? "" : R"(, "scan": 0, "goniometer": 0)") +
         R"(}], "beam": [{"direction": [0, 0, 1], "wavelength": 1}], "detector": [{"panels": [{"fast_axis": [1, 0, 0],
         "slow_axis": [0, -1, 0], "origin": [0, 0, -100], "image_size": [64, 48], "pixel_size": [0.1, 0.1])" +
         panel + R"(}]}], "goniometer": [{"rotation_axis": [1, 0, 0])" + goniometer +
         R"(}], "scan": [{"image_range": [1, 3])" + scan + "}]}";
}
std::string expt_outcome(const std::string& text) {
  const TemporaryFolder folder;
  folder.write("x.expt", text);
  return message_of([&] {
    const Geometry g = read_geometry((folder / "x.expt").string());
    throw Error::runtime({.what = "notes: " + notes_of(g)});
  });
}

TEST(ExptFiles, ContradictionsAreRefusedOrNamed) {
  expect_in(expt_outcome(expt(R"(, "trusted_range": [100, 5])")), {"ends before it begins"});
  expect_in(expt_outcome(expt(R"(, "trusted_range": [-10, -5])")), {"has no value above zero"});
  expect_in(expt_outcome(expt(R"(, "mask": [[5, 5, 3, 4]])")), {"1 rectangle of a mask ends before it begins"});
  expect_in(expt_outcome(expt(R"(, "px_mm_strategy": {"type": "Foo"})")), {"'Foo' is unknown"});
  const auto scan = [](const char* words, const char* goniometer = "") {
    return expt_outcome(expt("", words, goniometer));
  };
  expect_in(scan(R"(, "oscillation": [0, 1], "properties": {"oscillation": [0, 2, 4]})"),
            {"two different oscillations"});
  expect_in(scan(R"(, "properties": {"oscillation": [0, 1]})"), {"3 images", "2 oscillations"});
  expect_in(scan(R"(, "properties": {"oscillation": [0, 1, 3]})"), {"unevenly"});
  expect_in(scan(R"(, "oscillation": [0, 1])", R"(, "fixed_rotation": [2, 0, 0, 0, 1, 0, 0, 0, 1])"),
            {"fixed_rotation", "is not a rotation"});
  expect_in(scan(R"(, "oscillation": [10, -1])"), {"rotates backwards"});
  EXPECT_EQ(scan(R"(, "oscillation": [0, 1], "properties": {"oscillation": [0, 1, 2]})"), "notes: ");
}

const std::string poni_place =
    "Distance: 0.2\nPoni1: 0.01\nPoni2: 0.012\nRot1: 0\nRot2: 0\nRot3: 0\nWavelength: 1e-10\n";
Geometry poni(const std::string& text, const GeometryGaps& gaps = {}) { return parse_poni(text, "x.poni", gaps); }
std::string poni_message(const std::string& text, const GeometryGaps& gaps = {}) {
  return message_of([&] { poni(text, gaps); });
}
std::string poni_with(const std::string& item) {
  return "poni_version: 2\nDetector: Detector\nDetector_config: {\"pixel1\": 1e-4, \"pixel2\": 1e-4" + item + "}\n" +
         poni_place;
}
const std::string size_item = ", \"max_shape\": [48, 64]";

TEST(PoniFiles, SizeByFlag) {
  const std::string open[] = {"PixelSize1: 1e-4\nPixelSize2: 1e-4\nSplineFile: None\n" + poni_place,
                              poni_with(", \"max_shape\": null"), poni_with(", \"orientation\": 3"),
                              "pixelsize1: 1e-4\nPIXELSIZE2: 1e-4\nsplinefile: none\ndist: 0.2\nponi1: 0.01\n"
                              "poni2: 0.012\n"};
  for (const std::string& text : open) {
    const Geometry g = poni(text, {.n_fast = 64, .n_slow = 48});
    EXPECT_EQ(g.detector.image_shape(), (ImageShape{64, 48}));
    EXPECT_NEAR(norm(g.detector.panels[0].origin_m - Vec3d{0.2, -0.01, -0.012}), 0, 1e-15);
    expect_in(poni_message(text), {"number of pixels is not stated", "detector.pixels"});
    expect_in(poni_message(text, {.n_fast = 64}), {"one edge only"});
  }
  const std::string pilatus = "PixelSize1: 1.72e-4\nPixelSize2: 1.72e-4\n" + poni_place;
  EXPECT_EQ(poni(pilatus, {.detector = "pilatus-100k"}).detector.image_shape(), (ImageShape{487, 195}));
  expect_in(poni_message(open[0], {.detector = "pilatus-100k"}), {"the pixels of the detector differ"});
  expect_in(poni_message("Detector: Pilatus100k\n" + poni_place, {.n_fast = 3, .n_slow = 3}),
            {"although the file states them"});
}

TEST(PoniFiles, EveryLineIsUsedOrNamed) {
  EXPECT_EQ(notes_of(poni(poni_with(size_item))), "");
  expect_in(notes_of(poni(poni_with(size_item) + "parallax: True\n")), {"parallax"});
  expect_in(notes_of(poni(poni_with(size_item) + "Distance: 0.3\n")), {"several calibrations"});
  expect_in(notes_of(poni(poni_with(size_item + ", \"tilt\": 3"))), {"'tilt'"});
  const std::string cdte = ", \"sensor\": {\"material\": \"CdTe\", \"thickness\": 1e-3}";
  const Sensor sensor = poni(poni_with(size_item + cdte)).detector.panels[0].sensor;
  EXPECT_EQ(sensor.material, "CdTe");
  EXPECT_EQ(sensor.thickness_m, 1e-3);
  expect_in(poni_message(poni_with(size_item) + "PixelSize1: 2e-4\n"), {"two different pixel sizes"});
  expect_in(notes_of(poni(poni_with(size_item + ", \"sensor\": \"Si,320\""))), {"sensor is not used"});
  const Geometry other =
      poni("Detector: Pilatus100k\nDetector_config: {\"pixel1\": 1e-4, \"pixel2\": 1e-4}\n" + poni_place);
  EXPECT_EQ(other.detector.image_shape(), (ImageShape{487, 195})) << "as pyFAI takes it";
  expect_in(notes_of(other), {"172 um"});
  expect_in(notes_of(poni("PixelSize1: 1e-4\nPixelSize2: 1e-4\nDistance: 0.2\nPoni1: 0\n", {.n_fast = 9, .n_slow = 9})),
            {"poni2, rot1, rot2, rot3 are not stated"});
  for (const char* name : {"Aarhus", "Pixirad-1", "RapidII", "Cirpad"})
    expect_in(poni_message("Detector: " + std::string(name) + "\n" + poni_place, {.n_fast = 9, .n_slow = 9}),
              {"not a plane"});
}

TEST(GeometryFiles, CompressedTexts) {
  const TemporaryFolder folder;
  folder.write("a.geom", small_geom);
  if (std::system(("gzip -k '" + (folder / "a.geom").string() + "'").c_str()) != 0) GTEST_SKIP() << "no gzip";
  EXPECT_NEAR(read_geometry((folder / "a.geom.gz").string()).detector.panels.at(0).origin_m.x, 0.1, 1e-15);
}

TEST(GeometryFiles, TextsOfEditors) {
  const TemporaryFolder folder;
  const std::string text = "clen = 0.2\nres = 10000\n" + small_panel + "p/clen = 0.1\n";
  std::string wide = "\xff\xfe", carriage = text;
  for (const char c : text) wide += {c, '\0'};
  std::ranges::replace(carriage, '\n', '\r');
  for (const std::string& bytes : {"\xef\xbb\xbf" + text, wide, carriage}) {
    folder.write("a.geom", bytes);
    const Geometry g = read_geometry((folder / "a.geom").string());
    EXPECT_NEAR(g.detector.panels.at(0).origin_m.x, 0.1, 1e-15);
    EXPECT_EQ(notes_of(g), "");
  }
}

TEST(PoniFiles, OfVersionThreeHaveAnOrientation) {
  const auto text = [](const std::string& version) {
    return "poni_version: " + version +
           "\nDetector: Detector\nDetector_config: {\"pixel1\": 1e-4, \"pixel2\": 1e-4, \"max_shape\": [8, 12], "
           "\"orientation\": 2}\nDistance: 0.1\nPoni1: 0\nPoni2: 0\nRot1: 0\nRot2: 0\nRot3: 0\nParallax: True\n";
  };
  for (const char* version : {"2.1", "3"}) {
    const Geometry g = parse_poni(text(version), "x.poni", {});
    const Panel& panel = g.detector.panels.front();
    EXPECT_LT(norm(panel.origin_m - Vec3d{0.1, 8e-4, 0}), 1e-12) << "the first row is the highest";
    EXPECT_LT(norm(panel.slow_axis - Vec3d{0, -1, 0}), 1e-12);
    expect_in(notes_of(g), {"pixels are ordered as orientation 2 says", "parallax"});
  }
  for (const char* version : {"4", "2.7", "0"})
    expect_in(message_of([&] { parse_poni(text(version), "x.poni", {}); }), {"unknown version", "2.1"});
  std::string maybe = text("3");
  maybe.replace(maybe.find("True"), 4, "perhaps");
  expect_in(message_of([&] { parse_poni(maybe, "x.poni", {}); }), {"unknown value of parallax", "'perhaps'"});
  std::string usual = text("3");
  usual.replace(usual.find("n\": 2"), 5, "n\": 3");
  EXPECT_EQ(notes_of(parse_poni(usual, "x.poni", {})).find("orientation"), std::string::npos) << "as without it";
}

}  // namespace
}  // namespace femtobragg::formats
