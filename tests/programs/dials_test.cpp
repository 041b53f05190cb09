// DIALS as an independent client: it imports our series, finds the spots and indexes them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "femtobragg/base/units.h"
#include "femtobragg/base/vec3.h"
#include "tests/errors/mistake.h"
#include "tests/python_client.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Vec3d vector_of(const json& j) { return {j.at(0), j.at(1), j.at(2)}; }

double degrees_between(const Vec3d& a, const Vec3d& b) {
  return degrees_from_radians(std::atan2(norm(cross(a, b)), dot(a, b)));
}

/// What an .expt file says of crystal and beam centre.
struct Solution {
  std::array<Vec3d, 3> axes_A;
  double beam_fast_px = 0, beam_slow_px = 0;

  explicit Solution(const fs::path& file) {
    const json expt = json::parse(read_bytes(file));
    const json& crystal = expt.at("crystal").at(0);
    axes_A = {vector_of(crystal.at("real_space_a")), vector_of(crystal.at("real_space_b")),
              vector_of(crystal.at("real_space_c"))};
    const json& panel = expt.at("detector").at(0).at("panels").at(0);
    const json& hierarchy = expt.at("detector").at(0).at("hierarchy");
    const Vec3d origin = vector_of(panel.at("origin")) + vector_of(hierarchy.at("origin"));
    const Vec3d fast = vector_of(panel.at("fast_axis")), slow = vector_of(panel.at("slow_axis"));
    const Vec3d normal = cross(fast, slow), beam = vector_of(expt.at("beam").at(0).at("direction"));
    const Vec3d spot = beam * (dot(origin, normal) / dot(beam, normal)) - origin;
    beam_fast_px = dot(spot, fast) / panel.at("pixel_size").at(0).get<double>();
    beam_slow_px = dot(spot, slow) / panel.at("pixel_size").at(1).get<double>();
  }

  double length(std::size_t i) const { return norm(axes_A[i]); }
  double angle(std::size_t i) const { return degrees_between(axes_A[(i + 1) % 3], axes_A[(i + 2) % 3]); }
};

class Dials : public testing::Test {
 protected:
  static constexpr std::size_t frames = 20;

  static void SetUpTestSuite() {
    if (!fs::exists("/usr/bin/dials.index")) return;
    folder_ = new TemporaryFolder;
    simulate({"-distance",    "120",   "-detpixels",   "1024", "-pixel",   "0.172", "-sensor",
              "Si",           "450um", "-oversample",  "2",    "-fluence", "3e28",  "-o",
              "cbf_####.cbf", "-o",    "smv_####.img", "-o",   "nxmx.nxs", "-expt", "truth.expt"});
  }
  /// The same crystal on another detector.
  static void simulate(const Words& detector) {
    Words words = {
        "simulate", "-cell",   "40",    "45",         "50",  "82",        "85", "77",          "-misset",
        "15",       "25",      "35",    "-default_F", "80",  "-N",        "10", "-gauss_xtal", "-water",
        "0.06",     "-lambda", "1",     "-osc",       "0.5", "-phisteps", "10", "-frames",     std::to_string(frames),
        "-seed",    "7",       "-quiet"};
    words.insert(words.end(), detector.begin(), detector.end());
    const ProgramResult result = run_program("femtobragg", words, folder_->path(), {.cpu_seconds = 280});
    ASSERT_EQ(result.status, 0) << result.err;
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  void SetUp() override {
    if (!folder_) GTEST_SKIP() << "DIALS is not installed";
  }

  static ProgramResult dials(const std::string& command, const std::vector<std::string>& words,
                             const fs::path& folder) {
    return run_binary("/usr/bin/dials." + command, words, folder, {.cpu_seconds = 280});
  }

  /// The number of strong spots, and the solution.
  struct Outcome {
    std::string spots;
    Solution solution;
  };
  static Outcome indexed(const std::string& name, const std::vector<std::string>& files) {
    const fs::path folder = *folder_ / name;
    fs::create_directories(folder);
    std::vector<std::string> words;
    for (const std::string& file : files) words.push_back((*folder_ / file).string());
    const ProgramResult import = dials("import", words, folder);
    EXPECT_EQ(import.status, 0) << import.out << import.err;
    // Left to itself, DIALS takes SMV images for those of a CCD, whose spots it wants to be larger.
    const ProgramResult found =
        dials("find_spots", {"imported.expt", "nproc=1", "spotfinder.filter.min_spot_size=3"}, folder);
    EXPECT_EQ(found.status, 0) << found.out << found.err;
    const ProgramResult result = dials("index", {"imported.expt", "strong.refl", "nproc=1"}, folder);
    EXPECT_EQ(result.status, 0) << result.out << result.err;
    const std::size_t at = found.out.rfind("Saved ");
    return {at == std::string::npos ? "" : found.out.substr(at), Solution(folder / "indexed.expt")};
  }
  static std::vector<std::string> numbered(const std::string& stem, const std::string& suffix) {
    std::vector<std::string> files;
    for (std::size_t i = 1; i <= frames; ++i)
      files.push_back(stem + (i < 10 ? "000" : "00") + std::to_string(i) + suffix);
    return files;
  }

  static void expect_crystal(const Solution& found) {
    const Solution truth(*folder_ / "truth.expt");
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(found.length(i), truth.length(i), 2e-3 * truth.length(i));
      EXPECT_NEAR(found.angle(i), truth.angle(i), 0.05);
      const double turned = degrees_between(found.axes_A[i], truth.axes_A[i]);
      EXPECT_LT(std::min(turned, 180 - turned), 0.05) << "axis " << i;
    }
  }
  static void expect_beam_centre(const Solution& found) {
    const Solution truth(*folder_ / "truth.expt");
    EXPECT_NEAR(found.beam_fast_px, truth.beam_fast_px, 0.05);
    EXPECT_NEAR(found.beam_slow_px, truth.beam_slow_px, 0.05);
  }

  inline static TemporaryFolder* folder_ = nullptr;
};

/// The beam centre of SMV images is half a pixel off: MOSFLM's and DIALS' differ.
TEST_F(Dials, IndexesEachFormatAlike) {
  const Outcome nxmx = indexed("nxmx", {"nxmx.nxs"}), cbf = indexed("cbf", numbered("cbf_", ".cbf")),
                smv = indexed("smv", numbered("smv_", ".img"));
  for (const Outcome* outcome : {&nxmx, &cbf, &smv}) expect_crystal(outcome->solution);
  for (const Outcome* outcome : {&nxmx, &cbf}) expect_beam_centre(outcome->solution);
  EXPECT_NE(nxmx.spots.find("reflections"), std::string::npos) << nxmx.spots;
  EXPECT_EQ(cbf.spots, nxmx.spots);
  EXPECT_EQ(smv.spots, nxmx.spots);
}

/// Panels side by side in one image, as CrystFEL describes them; one of them has bad pixels.
std::string tiles(std::size_t across, std::size_t down, std::size_t edge) {
  std::string text =
      "photon_energy = 12398.42\nclen = 0.12\nres = 5000\nbad_corner/panel = p0\n"
      "bad_corner/min_fs = 0\nbad_corner/max_fs = 4\nbad_corner/min_ss = 0\nbad_corner/max_ss = 4\n";
  for (std::size_t i = 0; i < across * down; ++i) {
    const std::size_t fs = i % across * edge, ss = i / across * edge;
    const std::string name = "p" + std::to_string(i) + "/";
    const auto line = [&](const char* key, const std::string& value) { text += name + key + " = " + value + "\n"; };
    line("min_fs", std::to_string(fs));
    line("max_fs", std::to_string(fs + edge - 1));
    line("min_ss", std::to_string(ss));
    line("max_ss", std::to_string(ss + edge - 1));
    // Seen along the beam, fast goes right and slow goes down, as in the image.
    line("fs", "-x");
    line("ss", "-y");
    line("corner_x", std::to_string(static_cast<double>(across * edge) / 2 - static_cast<double>(fs)));
    line("corner_y", std::to_string(static_cast<double>(down * edge) / 2 - static_cast<double>(ss)));
  }
  return text;
}

/// Its reader cannot cut a mask into such panels.
TEST_F(Dials, IndexesPanelsSideBySide) {
  for (const auto& [across, down, edge] : {std::tuple{8u, 8u, 80u}, {8u, 16u, 40u}}) {
    const std::string name = "tiles" + std::to_string(across * down);
    SCOPED_TRACE(name);
    folder_->write(name + ".geom", tiles(across, down, edge));
    simulate({"-geometry", name + ".geom", "-oversample", "1", "-fluence", "3e28", "-o", name + ".nxs"});
    expect_crystal(indexed(name, {name + ".nxs"}).solution);
  }
}

/// The list is all that DIALS needs: its images, and what of them counts.
TEST_F(Dials, TakesTheExperimentListAsItIs) {
  const bool run = run_python(*folder_, "dxtbx.model.experiment_list", R"(
from dxtbx.model.experiment_list import ExperimentListFactory
e = ExperimentListFactory.from_json_file('truth.expt')[0]
assert e.scan.get_oscillation() == (0, 0.5) and len(e.imageset) == 20, len(e.imageset)
assert e.imageset.get_path(0).endswith('nxmx.nxs')
data, mask = e.imageset.get_raw_data(3)[0], e.imageset.get_mask(3)[0]
zeros = (data == 0)
assert zeros.count(True) > 100, zeros.count(True)
assert (zeros & ~mask).count(True) == 0
)");
  if (!run) GTEST_SKIP() << "no dxtbx";
  const ProgramResult predicted = dials("predict", {"truth.expt"}, folder_->path());
  ASSERT_EQ(predicted.status, 0) << predicted.out << predicted.err;
  const bool counted = run_python(*folder_, "dials.array_family.flex", R"(
from dials.array_family import flex
r = flex.reflection_table.from_file('predicted.refl')
z = r['xyzcal.px'].parts()[2]
assert len(r) > 1000 and min(z) >= 0 and max(z) > 19, (len(r), min(z), max(z))
)");
  EXPECT_TRUE(counted);
}

/// The toolbox of DIALS on lists and headers, one call of Python for all files of a test.
struct Dxtbx : testing::Test {
  void SetUp() override {
    if (!run_python(folder_, "dxtbx", "")) GTEST_SKIP() << "no dxtbx";
  }
  TemporaryFolder folder_;
};

/// Beside other outputs the best is named; files of one frame by their template.
TEST_F(Dxtbx, FindsTheImagesOfEveryExperimentList) {
  const Words small = {"simulate", "-cell",      "40",   "-N",     "3",    "-default_F",
                       "100",      "-detpixels", "60",   "-pixel", "1",    "-water",
                       "0.1",      "-exposure",  "0.25", "-flux",  "4e18", "-quiet"};
  std::string lists;
  const auto names = [&](const Words& more, const std::string& expected) {
    Words words = small;
    words.insert(words.end(), more.begin(), more.end());
    const std::string list = "lists/" + expected + ".expt";
    words.insert(words.end(), {"-expt", list});
    const ProgramResult result = run_program("femtobragg", words, folder_.path());
    ASSERT_EQ(result.status, 0) << result.err;
    lists += "'" + expected + "', ";
  };
  fs::create_directory(folder_ / "lists");
  const Words sweep = {"-osc", "0.5", "-phisteps", "2", "-frames", "2"};
  const auto with = [&](Words words) {
    words.insert(words.begin(), sweep.begin(), sweep.end());
    return words;
  };
  names(with({"-o", "a_##.img", "-o", "a.cbf", "-o", "a.npy"}), "a_00001.cbf a_00002.cbf");
  names(with({"-o", "b_##.img"}), "b_01.img b_02.img");
  names(with({"-o", "c_#.nxs", "-o", "c_#.cbf"}), "c_1.cbf c_2.cbf");
  names(with({"-o", "d.cbf", "-o", "d.nxs"}), "d.nxs d.nxs");
  names({"-o", "e.img", "-o", "e_1.img"}, "e_1.img");
  names({"-o", "f.nxs"}, "f.nxs");
  names({"-o", "g_0001.cbf", "-osc", "0.5", "-phisteps", "2"}, "g_0001.cbf");
  run_python(folder_, "dxtbx", "lists = [" + lists + R"(]
from dxtbx.model.experiment_list import ExperimentListFactory
for expected in lists:
    e = ExperimentListFactory.from_json_file('lists/' + expected + '.expt')[0]
    paths = [e.imageset.get_path(i) for i in range(len(e.imageset))]
    assert ' '.join(p.split('/')[-1] for p in paths) == expected, (paths, expected)
    d, m = e.imageset.get_corrected_data(0)[0], e.imageset.get_mask(0)[0]
    assert m.all_eq(True) and 0 <= min(d) < 20 and max(d) > 3, (expected, min(d), max(d))
    assert e.beam.get_flux() == 4e18, expected
    if e.scan: assert e.scan.get_exposure_times()[0] == 0.25, expected
assert len(lists) == 7
)");
}

/// Half a pixel is what DIALS and MOSFLM mean differently; ADXV's centre it moves by one.
TEST_F(Dxtbx, PlacesTheDetectorOfSmvImages) {
  const std::vector<Words> conventions = {{"-mosflm", "-Xbeam", "20", "-Ybeam", "33"},
                                          {"-denzo", "-Xbeam", "20", "-Ybeam", "33"},
                                          {"-adxv", "-Xbeam", "33", "-Ybeam", "20"},
                                          {"-xds", "-ORGX", "331", "-ORGY", "202"},
                                          {"-dials", "-ORGX", "331", "-ORGY", "202"}};
  for (const Words& convention : conventions) {
    const std::string name = convention.front().substr(1);
    Words words = {"simulate", "-cell",           "40",    "-N",           "3",     "-default_F", "100", "-detpixels_x",
                   "600",      "-detpixels_y",    "500",   "-pixel",       "0.1",   "-distance",  "150", "-osc",
                   "0.5",      "-phisteps",       "1",     "-roi",         "0",     "9",          "0",   "9",
                   "-o",       name + "_001.img", "-expt", name + ".expt", "-quiet"};
    words.insert(words.end(), convention.begin(), convention.end());
    const ProgramResult result = run_program("femtobragg", words, folder_.path());
    ASSERT_EQ(result.status, 0) << name << ": " << result.err;
  }
  run_python(folder_, "dxtbx", R"(
import dxtbx
from dxtbx.model.experiment_list import ExperimentListFactory
for name in 'mosflm', 'denzo', 'adxv', 'xds', 'dials':
    e = ExperimentListFactory.from_json_file(name + '.expt')[0]
    f = dxtbx.load(name + '_001.img')
    a, b = e.detector[0].get_beam_centre_px(e.beam.get_s0()), f.get_detector()[0].get_beam_centre_px(f.get_beam().get_s0())
    assert max(abs(x - y) for x, y in zip(a, b)) < 1.01, (name, a, b)
    assert abs(f.get_detector()[0].get_distance() - 150) < 1e-3 and f.get_detector()[0].get_pedestal() == 40, name
    assert f.get_detector()[0].get_gain() == 1 and f.get_scan().get_oscillation() == (0, 0.5), name
)");
}

}  // namespace
}  // namespace femtobragg::tests
