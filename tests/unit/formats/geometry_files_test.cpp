// Geometry files: what they say, what they must not say, and that nothing moves on the way through another format.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/expt_file.h"
#include "femtobragg/formats/geometry/geom_file.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/geometry/poni_file.h"
#include "femtobragg/physics/polarization.h"
#include "femtobragg/physics/solid_angle.h"
#include "test_paths.h"
#include "tests/python_client.h"
#include "tests/unit/refusals.h"

namespace femtobragg::formats {
namespace {

namespace fs = std::filesystem;
using tests::expect_in;
using tests::message_of;
using tests::run_python;
using tests::TemporaryFolder;

/// A ten-thousandth of a pixel and far more than rounding.
constexpr double nothing_m = 1e-9;

const std::string small_panel =
    "p/min_fs = 0\np/max_fs = 9\np/min_ss = 0\np/max_ss = 4\np/corner_x = -5\np/corner_y = -2\np/fs = x\np/ss = y\n";
const std::string small_geom = "clen = 0.1\nres = 10000\n" + small_panel;

std::string geom_message(const std::string& text) {
  return message_of([&] { parse_geom(text, "x.geom", {}); });
}
double largest_move_m(const Detector& a, const Detector& b) {
  EXPECT_EQ(a.panels.size(), b.panels.size());
  double worst = 0;
  for (std::size_t i = 0; i < std::min(a.panels.size(), b.panels.size()); ++i) {
    const Panel &p = a.panels[i], &q = b.panels[i];
    EXPECT_EQ(p.n_fast, q.n_fast);
    EXPECT_EQ(p.n_slow, q.n_slow);
    EXPECT_EQ(p.data_fast, q.data_fast);
    EXPECT_EQ(p.data_slow, q.data_slow);
    EXPECT_EQ(p.mask, q.mask);
    for (std::size_t slow = 0; slow <= p.n_slow; ++slow)
      for (std::size_t fast = 0; fast <= p.n_fast; ++fast) {
        const auto f = static_cast<double>(fast), s = static_cast<double>(slow);
        worst = std::max(worst, norm(p.point_m(f, s) - q.point_m(f, s)));
      }
  }
  return worst;
}

/// A tilted detector of two panels in a beam that is not along x, with everything a file may state.
Geometry everything() {
  Geometry g = parse_geom(small_geom +
                              "q/min_fs = 0\nq/max_fs = 9\nq/min_ss = 5\nq/max_ss = 9\nq/corner_x = -5\n"
                              "q/corner_y = 4\nq/fs = 0.9x +0.1z\nq/ss = -0.001x +1.01y\n"
                              "badq/panel = q\nbadq/min_fs = 2\nbadq/max_fs = 3\nbadq/min_ss = 6\nbadq/max_ss = 6\n",
                          "x", {});
  g.wavelength_m = 1.2e-10;
  g.polarization_fraction = 0.9;
  g.polarization_axis = Vec3d{0, 0, 1};
  g.spindle_axis = unit(Vec3d{0, 0.1, 1});
  g.oscillation = Oscillation{0.1, 0.002, 7};
  g.crystal =
      StatedCrystal{axes_of_real({50e-10, 1e-10, 0}, {0, 60e-10, 2e-10}, {1e-10, 0, 70e-10}, "x"), "P 21 21 21"};
  return g;
}

TEST(GeometryFiles, CrystfelCoordinates) {
  const Geometry g = parse_geom("photon_energy = 10 keV\ncoffset = 0.002\n" + small_geom, "x", {});
  ASSERT_EQ(g.detector.panels.size(), 1u);
  const Panel& p = g.detector.panels[0];
  EXPECT_NEAR(norm(p.origin_m - Vec3d{0.102, -2e-4, 5e-4}), 0, 1e-15);
  EXPECT_NEAR(norm(p.fast_axis - Vec3d{0, 0, -1}), 0, 1e-15) << "CrystFEL's x points to the left of the beam";
  EXPECT_NEAR(norm(p.slow_axis - Vec3d{0, 1, 0}), 0, 1e-15);
  EXPECT_NEAR(norm(p.normal - Vec3d{1, 0, 0}), 0, 1e-15);
  EXPECT_DOUBLE_EQ(*g.wavelength_m, 1.239842e-10);
}

TEST(GeometryFiles, PanelsTakeWhatStoodAboveThem) {
  const Geometry g = parse_geom("max_adu = 100\nadu_per_photon = 2\n" + small_geom +
                                    "max_adu = 60\nq/min_fs = 10\nq/max_fs = 19\nq/min_ss = 0\nq/max_ss = 4\n"
                                    "q/corner_x = 5\nq/corner_y = -2\nq/fs = x\nq/ss = y\nq/res = 5000\n",
                                "x", {});
  ASSERT_EQ(g.detector.panels.size(), 2u);
  EXPECT_EQ(g.detector.panels[0].saturation, 50);
  EXPECT_EQ(g.detector.panels[1].saturation, 30);
  EXPECT_DOUBLE_EQ(g.detector.panels[1].pixel_size_m, 2e-4);
}

TEST(GeometryFiles, BlocksOfDataLieOneBelowTheOther) {
  std::string text = "dim0 = %\ndim2 = ss\ndim3 = fs\n";
  for (const char* name : {"b", "a"})
    text += std::string("dim1 = ") + (*name == 'a' ? "0" : "1") + "\n" + "clen = 0.1\nres = 10000\n" + name +
            "/min_fs = 0\n" + name + "/max_fs = 9\n" + name + "/min_ss = 0\n" + name + "/max_ss = 4\n" + name +
            "/corner_x = 0\n" + name + "/corner_y = 0\n" + name + "/fs = x\n" + name + "/ss = y\n";
  const Geometry g = parse_geom(text, "x", {});
  ASSERT_EQ(g.detector.panels.size(), 2u);
  EXPECT_EQ(g.detector.panels[0].data_slow, 5u) << "index 1";
  EXPECT_EQ(g.detector.panels[1].data_slow, 0u) << "index 0";
  EXPECT_EQ(g.detector.image_shape(), (ImageShape{10, 10}));
  ASSERT_FALSE(g.notes.empty());
}

TEST(GeometryFiles, BadRegions) {
  const Geometry g = parse_geom(small_geom +
                                    "bad1/min_fs = 1\nbad1/max_fs = 2\nbad1/min_ss = 0\nbad1/max_ss = 0\n"
                                    "bad2/min_x = 3.5\nbad2/max_x = 100\nbad2/min_y = -100\nbad2/max_y = -0.5\n",
                                "x", {});
  const Panel& p = g.detector.panels[0];
  ASSERT_EQ(p.mask.size(), 50u);
  EXPECT_TRUE(p.masked(1, 0) && p.masked(2, 0) && !p.masked(3, 0) && !p.masked(1, 1));
  EXPECT_TRUE(p.masked(9, 0) && p.masked(9, 1) && !p.masked(9, 2) && !p.masked(8, 0))
      << "first corners at x 4, y -2 on";
  EXPECT_EQ(masked_rectangles(p).size(), 2u);
}

TEST(GeometryFiles, RefusalsOfCrystfelFilesNameTheLine) {
  const auto replaced = [](std::string text, const std::string& what, const std::string& by) {
    return text.replace(text.find(what), what.size(), by);
  };
  expect_in(geom_message(replaced(small_geom, "max_fs = 9", "max_fs = -1")), {"'x.geom' line 4", "'-1'"});
  expect_in(geom_message(replaced(small_geom, "min_fs = 0", "min_fs = 12")), {"'x.geom' line 4", "ends before"});
  expect_in(geom_message("clen = 0.1\n" + small_panel), {"'x.geom' line 2", "no res"});
  expect_in(geom_message("res = 10000\n" + small_panel), {"'x.geom' line 2", "no clen"});
  expect_in(geom_message("clen = /a/b\nres = 1\n" + small_panel), {"'x.geom' line 1", "left to the images"});
  expect_in(geom_message(replaced(small_geom, "10000", "-10000")), {"'x.geom' line 2", "'-10000'"});
  expect_in(geom_message(replaced(small_geom, "fs = x", "fs = 0.5q")), {"'x.geom' line 9", "not a direction"});
  expect_in(geom_message(replaced(small_geom, "ss = y", "ss = x")), {"'x.geom' line 3", "do not span a plane"});
  expect_in(geom_message(small_geom + "nonsense\n"), {"'x.geom' line 11", "'nonsense'"});
  expect_in(geom_message(small_geom + "group_a = b\ngroup_b = c\ngroup_c = p,a\n"),
            {"'x.geom' line", "contains itself"});
  expect_in(geom_message(small_geom + "group_a = r\n"), {"'x.geom' line 11", "unknown"});
  expect_in(geom_message(small_geom + "bad1/min_fs = 0\n"), {"'x.geom' line 11", "'bad1' has no min_ss"});
  expect_in(geom_message(small_geom + "bad1/min_fs = 0\nbad1/min_x = 0\n"), {"'x.geom' line 11", "bounds of one kind"});
  std::string second = small_panel;
  for (std::size_t at = 0; (at = second.find("p/", at)) != second.npos;) second[at] = 'q';
  expect_in(geom_message(small_geom + second), {"share data", "'p'", "'q'"});
  expect_in(geom_message("; nothing\n"), {"has no panels"});
  expect_in(geom_message("photon_energy = 0.8\n" + small_geom), {"impossible wavelength", "line 1"});
}

TEST(GeometryFiles, ExperimentListsCarryEverything) {
  const Geometry g = everything();
  std::vector<std::string> notes;
  const Geometry h = parse_expt(expt_text(g, notes), "x");
  EXPECT_LT(largest_move_m(g.detector, h.detector), 1e-15);
  EXPECT_NEAR(*h.wavelength_m, *g.wavelength_m, 1e-24);
  EXPECT_NEAR(*h.polarization_fraction, 0.9, 1e-15);
  EXPECT_NEAR(norm(*h.polarization_axis - *g.polarization_axis), 0, 1e-15);
  EXPECT_NEAR(norm(*h.spindle_axis - *g.spindle_axis), 0, 1e-15);
  EXPECT_NEAR(h.oscillation->start_rad, 0.1, 1e-15);
  EXPECT_NEAR(h.oscillation->width_rad, 0.002, 1e-15);
  EXPECT_EQ(h.oscillation->frames, 7u);
  EXPECT_EQ(h.crystal->space_group, "P 21 21 21");
  for (const auto axis : {&CrystalAxes::a_m, &CrystalAxes::b_m, &CrystalAxes::c_m})
    EXPECT_NEAR(norm(h.crystal->axes.*axis - g.crystal->axes.*axis), 0, 1e-23);
  EXPECT_NEAR(dot(h.crystal->axes.a_star_A, 1e10 * h.crystal->axes.a_m), 1, 1e-14);
}

/// In another frame all is turned alike: what the detector sees stays.
TEST(GeometryFiles, BeamsInAnyDirectionAreTurned) {
  const Geometry g = everything();
  const Mat3d cyclic{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}};
  for (const Mat3d& rotation : {cyclic, transpose(cyclic), Mat3d{{-1, 0, 0}, {0, 1, 0}, {0, 0, -1}}}) {
    std::vector<std::string> notes;
    const Geometry h = parse_expt(expt_text(turned(g, rotation), notes), "x");
    EXPECT_NEAR(h.beam_direction.x, 1, 1e-15);
    const Panel &p = g.detector.panels[0], &q = h.detector.panels[0];
    EXPECT_NEAR(dot(h.beam_direction, q.origin_m), dot(g.beam_direction, p.origin_m), 1e-15);
    EXPECT_NEAR(dot(*h.spindle_axis, q.origin_m), dot(*g.spindle_axis, p.origin_m), 1e-15);
    EXPECT_NEAR(dot(h.crystal->axes.b_m, q.origin_m), dot(g.crystal->axes.b_m, p.origin_m), 1e-24);
    const Geometry c = parse_geom(geom_text(turned(g, rotation), notes), "x", {});
    EXPECT_NEAR(norm(c.detector.panels[0].origin_m), norm(p.origin_m), 1e-15);
    EXPECT_NEAR(c.detector.panels[0].origin_m.x, p.origin_m.x, 1e-15);
  }
}

TEST(GeometryFiles, RefusalsOfExperimentLists) {
  std::vector<std::string> notes;
  const std::string text = expt_text(everything(), notes);
  const auto message = [](const std::string& bad) { return message_of([&] { parse_expt(bad, "x.expt"); }); };
  const std::size_t half = text.size() / 2;
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(half), '\n');
  expect_in(message(text.substr(0, half)), {"'x.expt' line", std::to_string(line).c_str(), "ends too early"});
  const auto replaced = [&](const std::string& what, const std::string& by) {
    std::string bad = text;
    return bad.replace(bad.find(what), what.size(), by);
  };
  expect_in(message(replaced("\"detector\": 0", "\"detector\": 3")), {"'x.expt' detector", "entry 3"});
  expect_in(message(replaced("\"pixel_size\": [", "\"pixel_size\": [-1, ")),
            {"detector 0 panels 0 pixel_size", "above zero"});
  expect_in(message(replaced("\"image_size\"", "\"image_sise\"")), {"detector 0 panels 0", "image_size"});
  expect_in(message("{}"), {"not an experiment list"});
}

TEST(GeometryFiles, AxesOfGoniometersFollowEachOther) {
  // By dxtbx: axes x, y, z at 10, 20, 30 degrees, the second one scanning.
  const std::string seed = tests::read_bytes(fs::path(FEMTOBRAGG_SOURCE) / "tests/fuzz/seeds/expt/two_panels.expt");
  const Geometry g = parse_expt(seed, "seed");
  const Vec3d spindle = ours_from_dials * Vec3d{-0.49999999999999994, 0.8660254037844387, 0};
  EXPECT_NEAR(norm(*g.spindle_axis - spindle), 0, 1e-15);
  // By dxtbx: the panel's origin and axes in its hierarchy.
  const Panel& panel = g.detector.panels[0];
  EXPECT_NEAR(norm(panel.origin_m - ours_from_dials * Vec3d{0.006, -0.007, -0.106}), 0, 1e-15);
  EXPECT_NEAR(norm(panel.fast_axis - ours_from_dials * Vec3d{0, -1, 0}), 0, 1e-15);
  EXPECT_NEAR(norm(panel.slow_axis - 2.0 * (ours_from_dials * Vec3d{1, 0, 0})), 0, 1e-15);
  EXPECT_NEAR(panel.area_ratio, 2, 1e-15);
  EXPECT_EQ(g.crystal->space_group, "P 21 21 21");
}

class SharedGeometries : public testing::TestWithParam<const char*> {};

TEST_P(SharedGeometries, NothingMovesOnTheWayThroughDialsAndNexus) {
  const fs::path file = fs::path(FEMTOBRAGG_SOURCE).parent_path() / "shared/data" / GetParam();
  if (!fs::exists(file)) GTEST_SKIP() << file << " is not there";
  GeometryGaps gaps;
  if (geom_message(tests::read_bytes(file)).find("left to the images") != std::string::npos) gaps.clen_m = 0.5;
  const Geometry g = read_geometry(file.string(), gaps);
  const TemporaryFolder folder;
  write_geometry((folder / "a.expt").string(), g);
  const Geometry dials = read_geometry((folder / "a.expt").string());
  write_geometry((folder / "a.nxs").string(), dials);
  const Geometry nexus = read_geometry((folder / "a.nxs").string());
  EXPECT_LT(largest_move_m(g.detector, nexus.detector), nothing_m);
  write_geometry((folder / "b.geom").string(), nexus);
  EXPECT_LT(largest_move_m(g.detector, dials.detector), nothing_m);
  EXPECT_LT(largest_move_m(g.detector, read_geometry((folder / "b.geom").string()).detector), nothing_m);
}

INSTANTIATE_TEST_SUITE_P(Files, SharedGeometries,
                         testing::Values("simple.geom", "pilatus.geom", "cspad-cxiformat.geom", "jf-swissfel-16M.geom",
                                         "Eiger16M-binning2-nativefiles.geom"));

TEST(GeometryFiles, FormatsAreKnownByTheirContent) {
  const TemporaryFolder folder;
  folder.write("a.txt", small_geom);
  EXPECT_EQ(read_geometry((folder / "a.txt").string()).detector.panels.size(), 1u);
  folder.write("b.txt", "some words\n");
  expect_in(message_of([&] { read_geometry((folder / "b.txt").string()); }), {"not a geometry file", "CrystFEL"});
  expect_in(message_of([&] { write_geometry((folder / "b.tif").string(), everything()); }), {"'.tif'", ".expt"});
  EXPECT_FALSE(fs::exists(folder / "b.tif"));
  expect_in(message_of([&] { read_geometry((folder / "none").string()); }), {"cannot read"});
}

TEST(GeometryFiles, DialsSeesPixelsWhereWeDo) {
  const TemporaryFolder folder;
  Geometry g = everything();
  g.detector.panels.pop_back();  // its axes are not at right angles, which dxtbx cannot have
  g.detector.panels[0].fast_axis = unit(ours_from_crystfel * Vec3d{0.9, 0.1, -0.2});
  g.detector.panels[0].slow_axis = 1.1 * unit(cross(g.detector.panels[0].fast_axis, Vec3d{1, 0.2, 0.1}));
  complete_panel(g.detector.panels[0], "x");
  write_geometry((folder / "a.expt").string(), g);
  const char* const script = R"(
from dxtbx.model.experiment_list import ExperimentListFactory
e = ExperimentListFactory.from_json_file('a.expt', check_format=False)[0]
out = open('corners', 'w')
for f in range(11):
    for s in range(6):
        out.write('%.17g %.17g %.17g\n' % e.detector[0].get_pixel_lab_coord((f, s)))
assert abs(e.beam.get_wavelength() - 1.2) < 1e-12
assert e.crystal.get_space_group().type().lookup_symbol() == 'P 21 21 21'
assert abs(e.crystal.get_unit_cell().parameters()[0] - 50.009999) < 1e-5
assert e.scan.get_num_images() == 7
)";
  if (!run_python(folder, "dxtbx", script)) GTEST_SKIP() << "no dxtbx for /usr/bin/python3";
  std::ifstream corners(folder / "corners");
  double worst = 0;
  int n = 0;
  for (int f = 0; f <= 10; ++f)
    for (int s = 0; s <= 5; ++s) {
      Vec3d mm;
      corners >> mm.x >> mm.y >> mm.z;
      ASSERT_TRUE(corners);
      worst = std::max(worst, norm(ours_from_dials * (mm / 1000.0) - g.detector.panels[0].point_m(f, s)));
      ++n;
    }
  EXPECT_EQ(n, 66);
  EXPECT_LT(worst, nothing_m);
  RecordProperty("largest difference, m", std::to_string(worst));
}

TEST(GeometryFiles, PyfaiAgreesOnSolidAngleAndPolarization) {
  const TemporaryFolder folder;
  const std::string poni =
      "poni_version: 2\nDetector: Detector\nDetector_config: {\"pixel1\": 0.0005, \"pixel2\": 0.0004, "
      "\"max_shape\": [40, 50]}\nDistance: 0.1\nPoni1: 0.012\nPoni2: 0.003\nRot1: 0.2\nRot2: -0.3\n"
      "Rot3: 0.4\nWavelength: 1e-10\n";
  folder.write("a.poni", poni);
  const char* const script = R"(
import numpy, pyFAI, pyFAI.detectors
d = pyFAI.detectors.Detector(0.0005, 0.0004, max_shape=(40, 50))
a = pyFAI.AzimuthalIntegrator(dist=0.1, poni1=0.012, poni2=0.003, rot1=0.2, rot2=-0.3, rot3=0.4, detector=d, wavelength=1e-10)
z, y, x = a.calc_pos_zyx(corners=False)
omega = a.solidAngleArray((40, 50))
pol = a.polarization((40, 50), factor=0.9)
numpy.savetxt('pixels', numpy.stack([x.ravel(), y.ravel(), z.ravel(), omega.ravel(), pol.ravel()], axis=1), fmt='%.17g')
)";
  if (!run_python(folder, "pyFAI", script)) GTEST_SKIP() << "no pyFAI for /usr/bin/python3";
  const Geometry g = read_geometry((folder / "a.poni").string());
  const Panel& p = g.detector.panels[0];
  const auto frame = physics::polarization_frame(Vec3d{1, 0, 0}, Vec3d{0, 0, 1});
  const double plane_m = dot(p.origin_m, p.normal), area = p.pixel_size_m * p.pixel_size_m * p.area_ratio;
  std::ifstream pixels(folder / "pixels");
  double moved = 0, omega_off = 0, polarization_off = 0;
  for (int slow = 0; slow < 40; ++slow)
    for (int fast = 0; fast < 50; ++fast) {
      double x = 0, y = 0, z = 0, omega = 0, polarization = 0;
      pixels >> x >> y >> z >> omega >> polarization;
      ASSERT_TRUE(pixels);
      const Vec3d at = p.point_m(fast + 0.5, slow + 0.5);
      // pyFAI: x to the right, y up, z along the beam; its solid angles are relative to a pixel facing the sample.
      moved = std::max(moved, norm(at - Vec3d{z, y, x}));
      const double own = physics::flat_pixel_solid_angle(area, norm(at), plane_m) * plane_m * plane_m / area;
      omega_off = std::max(omega_off, std::abs(own - omega));
      const double factor = physics::polarization_factor(Vec3d{1, 0, 0}, unit(at), frame, 0.9);
      polarization_off = std::max(polarization_off, std::abs(factor - polarization));
    }
  EXPECT_LT(moved, 1e-8) << "pyFAI keeps pixel positions in single precision: 6e-8 of 30 mm";
  EXPECT_LT(omega_off, 1e-6);
  EXPECT_LT(polarization_off, 1e-6);
}

}  // namespace
}  // namespace femtobragg::formats
