// The files of -truth, read back by the programs that they are meant for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/io/hdf5_file.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

const std::vector<std::string> still = {
    "simulate", "-default_F", "100", "-cell",   "34",        "39",     "48",         "80",         "95",
    "100",      "-N",         "10",  "-lambda", "1",         "-pixel", "0.5",        "-detpixels", "100",
    "-misset",  "10",         "20",  "30",      "-distance", "100",    "-gauss_xtal"};

class TruthFiles : public testing::Test {
 protected:
  void simulate(std::vector<std::string> more, std::vector<std::string> words = still) {
    words.insert(words.end(), more.begin(), more.end());
    const ProgramResult result = run_program("femtobragg", words, folder_.path());
    ASSERT_EQ(result.status, 0) << result.err;
    out_ = result.out;
  }
  /// Runs a script; what it asserts must hold.
  void python(const std::string& needs, const std::string& script) {
    if (std::system(("/usr/bin/python3 -c 'import " + needs + "' > /dev/null 2>&1").c_str()) != 0)
      GTEST_SKIP() << "no " << needs;
    folder_.write("check.py", script);
    const std::string run = "cd '" + folder_.path().string() + "' && /usr/bin/python3 check.py > log 2>&1";
    EXPECT_EQ(std::system(run.c_str()), 0) << read_bytes(folder_ / "log");
  }
  /// Rows of a table of numbers below the line that begins so.
  static std::vector<std::vector<double>> rows_below(std::istream& text, const std::string& heading, char separator) {
    std::string line;
    while (std::getline(text, line) && !line.starts_with(heading)) continue;
    std::vector<std::vector<double>> rows;
    while (std::getline(text, line) && line != "End of reflections") {
      for (char& c : line) c = c == separator ? ' ' : c;
      std::istringstream fields(line);
      rows.emplace_back();
      for (double x; fields >> x;) rows.back().push_back(x);
    }
    return rows;
  }
  std::vector<std::vector<double>> csv() {
    std::istringstream text(read_bytes(folder_ / "t.csv"));
    return rows_below(text, "h,k,l,panel", ',');
  }

  TemporaryFolder folder_;
  std::string out_;
};

TEST_F(TruthFiles, CsvAddsUpToTheImage) {
  simulate({"-truth", "t.csv", "-truth_fraction", "0", "-o", "image.bin"});
  double listed = 0, image = 0;
  const auto rows = csv();
  ASSERT_GT(rows.size(), 20u);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 15u);
    listed += row[10];
  }
  for (const float x : read_floats(folder_ / "image.bin")) image += static_cast<double>(x);
  // Lanes of float32 are right within 2e-6 of the brightest pixel.
  EXPECT_NEAR(listed / image, 1, 2e-6);
}

TEST_F(TruthFiles, H5pyReadsWhatTheCsvSays) {
  simulate({"-truth", "t.csv", "-truth", "t.h5", "-o", "image.npy", "-seed", "5"});
  python("h5py", R"(
import h5py, json, numpy as np
f = h5py.File('t.h5'); r = f['reflections']
t = np.array([[float(x) for x in l.split(',')] for l in open('t.csv') if l[0] not in '#h'])
assert len(t) > 20 and (r['miller_index'][:] == t[:, :3]).all() and (r['panel'][:] == t[:, 3]).all()
for i, name in enumerate(['fast', 'slow', 'wavelength', 'phi', 'excitation_error', 'amplitude', 'photons',
                          'sigma', 'background', 'pixels', 'resolution']):
    assert np.allclose(r[name][:], t[:, 4 + i], rtol=1e-10, atol=1e-12), name
assert r['wavelength'].attrs['units'] in ('angstrom', b'angstrom')
image = np.load('image.npy').astype(float)
assert abs(f['photons_in_image'][()] / image.sum() - 1) < 1e-5
assert abs(f['photons_in_reflections'][()] / image.sum() - 1) < 1e-5
record = json.loads(f['record'][()])
assert np.allclose(f['UB'][:], record['UB_per_angstrom'], rtol=1e-12)
g = r['miller_index'][:] @ f['UB'][:].T
assert np.allclose(1 / (g**2).sum(1)**0.5, r['resolution'][:], rtol=1e-10)
# Rays along x and those of the reflections meet at Bragg's angle, as far as spots are narrow.
s0 = np.array([[1., 0, 0]]) / r['wavelength'][...][:, None]
s1 = s0 + g; s1 /= (s1**2).sum(1)[:, None]**0.5
bright = r['photons'][:] > 0.05 * r['photons'][:].max()
assert np.abs(s1 - r['direction'][:])[bright].max() < 0.02, np.abs(s1 - r['direction'][:])[bright].max()
assert (r['sigma'][:] >= r['photons'][:]**0.5 * (1 - 1e-12)).all()
assert record['seeds']['noise'] == 5 and '-default_F' in record['command']
assert record['parameters']['Crystal']['shape']['value'] and record['parameters']['Beam']['wavelength']['unit'] == 'A'
)");
}

TEST_F(TruthFiles, DialsLoadsTheReflectionTable) {
  simulate({"-truth", "t.csv", "-truth", "t.refl", "-o", "image.npy"});
  python("dials.array_family.flex", R"(
from dials.array_family import flex
import numpy as np
r = flex.reflection_table.from_file('t.refl')
t = np.array([[float(x) for x in l.split(',')] for l in open('t.csv') if l[0] not in '#h'])
assert len(r) == len(t) > 20
assert (np.array(list(r['miller_index'])) == t[:, :3]).all()
assert np.allclose(np.array(list(r['xyzcal.px']))[:, :2], t[:, 4:6])
assert np.allclose(np.array(list(r['xyzcal.mm']))[:, :2], 0.5 * t[:, 4:6])
assert np.allclose(np.array(list(r['intensity.sum.value'])), t[:, 10])
assert np.allclose(np.array(list(r['intensity.sum.variance'])), t[:, 11]**2)
assert np.allclose(np.array(list(r['d'])), t[:, 14])
g = sum(np.array(list(r[n])) * t[:, i:i + 1] for i, n in enumerate(['a_star', 'b_star', 'c_star']))
assert np.allclose(1 / (g**2).sum(1)**0.5, t[:, 14])
assert r.get_flags(r.flags.predicted).count(True) == len(r)
s1 = np.array(list(r['s1']))
assert np.allclose((s1**2).sum(1)**0.5, 1 / t[:, 6])
# Through pixels of a detector across the beam, which runs along -z: x to the right, y up.
x, y = 0.5 * (t[:, 4] - 50.0), -0.5 * (t[:, 5] - 50.0)
d = np.stack([x, y, -100 + 0 * x], 1); d /= (d**2).sum(1)[:, None]**0.5
assert np.abs(d - s1 * t[:, 6:7]).max() < 0.006, np.abs(d - s1 * t[:, 6:7]).max()
)");
}

TEST_F(TruthFiles, StreamHasTheCrystalInCrystfelsFrame) {
  simulate({"-truth", "t.csv", "-truth", "t.stream", "-o", "image.npy"});
  const std::string text = read_bytes(folder_ / "t.stream");
  EXPECT_TRUE(text.starts_with("CrystFEL stream format 2.3\n"));
  for (const char* line : {"----- Begin chunk -----\n", "--- Begin crystal\n",
                           "Cell parameters 3.40000 3.90000 4.80000 nm, 80.00000 95.00000 100.00000 deg\n",
                           "photon_energy_eV = 12398.420\n", "average_camera_length = 0.100000 m\n",
                           "--- End crystal\n", "----- End chunk -----\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line;
  std::istringstream stream(text);
  const auto rows = rows_below(stream, "   h    k    l", ' ');
  const auto expected = csv();
  ASSERT_EQ(rows.size(), expected.size());
  EXPECT_NE(text.find("num_reflections = " + std::to_string(rows.size()) + "\n"), std::string::npos);
  const auto star = [&](const std::string& name) {
    std::istringstream numbers(text.substr(text.find(name + " = ") + name.size() + 3));
    std::array<double, 3> v{};
    for (double& x : v) numbers >> x;
    return v;
  };
  const auto a = star("astar"), b = star("bstar"), c = star("cstar");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const std::size_t column : {0u, 1u, 2u}) EXPECT_EQ(rows[i][column], expected[i][column]);
    EXPECT_NEAR(rows[i][3], expected[i][10], 1e-4);
    EXPECT_NEAR(rows[i][7], expected[i][4], 1e-3);
    EXPECT_NEAR(rows[i][8], expected[i][5], 1e-3);
    if (expected[i][10] < 1e5) continue;
    // s0 + g points from the sample to the spot: x to the left, y up, z along the beam; g in 1/nm, s0 = 10.
    double s[3];
    for (std::size_t axis = 0; axis < 3; ++axis)
      s[axis] = rows[i][0] * a[axis] + rows[i][1] * b[axis] + rows[i][2] * c[axis] + (axis == 2 ? 10 : 0);
    // A spot is 1 / (10 cells) of 34 A wide: 0.6 pixels, and lies off the Ewald sphere by as much.
    EXPECT_NEAR(50 - 200 * s[0] / s[2], rows[i][7], 2);
    EXPECT_NEAR(50 - 200 * s[1] / s[2], rows[i][8], 2);
  }
}

TEST_F(TruthFiles, MapNamesTheReflectionUnderASpot) {
  simulate({"-truth", "t.csv", "-truth_hkl_map", "map.npy", "-truth_fraction", "0.05", "-o", "image.npy"});
  const std::string bytes = read_bytes(folder_ / "map.npy");
  ASSERT_NE(bytes.find("'<i2'"), std::string::npos);
  ASSERT_NE(bytes.find("(100, 100, 3)"), std::string::npos);
  const std::size_t begin = bytes.size() - 100 * 100 * 6;
  int spots = 0;
  for (const auto& row : csv()) {
    if (row[4] < 1 || row[5] < 1 || row[4] > 99 || row[5] > 99) continue;
    std::int16_t hkl[3];
    std::memcpy(
        hkl, bytes.data() + begin + 6 * (static_cast<std::size_t>(row[5]) * 100 + static_cast<std::size_t>(row[4])), 6);
    ++spots;
    for (const std::size_t i : {0u, 1u, 2u}) EXPECT_EQ(hkl[i], row[i]);
  }
  EXPECT_GE(spots, 5);
}

/// Rays of a table against the places of its spots on the detector of a geometry file. Pixels stand far enough apart.
void expect_rays_through_spots(const Geometry& g, const std::vector<std::vector<double>>& rows,
                               const std::vector<Vec3d>& rays) {
  ASSERT_EQ(rays.size(), rows.size());
  ASSERT_GT(rows.size(), 20u);
  for (std::size_t i = 0; i < rows.size(); ++i)
    // Directions are those of the rays through the mean places.
    EXPECT_NEAR(norm(unit(g.detector.panels.front().point_m(rows[i][4], rows[i][5])) - unit(rays[i])), 0, 1e-9);
}

/// Whatever the convention and the beam: turned as the geometry files of the same run are.
TEST_F(TruthFiles, FramesAreThoseOfGeometryFiles) {
  const std::vector<std::string> tilted = {"-beam_vector", "1", "0.02", "0.01"},
                                 turned = {"-beam_vector", "1", "0.2", "0.1"};
  for (const std::vector<std::string>& more : {std::vector<std::string>{"-dials"}, {"-xds"}, tilted, turned}) {
    std::vector<std::string> words = more;
    words.insert(words.end(),
                 {"-truth", "t.csv", "-truth", "t.h5", "-truth", "t.refl", "-o", "x.nxs", "-expt", "x.expt"});
    simulate(words);
    const auto rows = csv();
    std::vector<Vec3d> rays;
    const formats::hdf5::Session session;
    const std::string h5 = read_bytes(folder_ / "t.h5");
    const std::vector<double> d =
        formats::hdf5::open_bytes(h5, "t.h5").open("reflections").open("direction").numbers(std::size_t{1} << 20);
    for (std::size_t i = 0; i + 2 < d.size(); i += 3) rays.push_back({d[i], d[i + 1], d[i + 2]});
    expect_rays_through_spots(formats::read_geometry((folder_ / "x.nxs").string()), rows, rays);

    const std::string refl = read_bytes(folder_ / "t.refl");
    const auto bytes = nlohmann::json::from_msgpack(refl)[2]["data"]["s1"][1][1].get_binary();
    std::vector<Vec3d> s1(bytes.size() / sizeof(Vec3d));
    std::memcpy(s1.data(), bytes.data(), bytes.size());
    for (Vec3d& v : s1) v = formats::ours_from_dials * v;
    expect_rays_through_spots(formats::read_geometry((folder_ / "x.expt").string()), rows, s1);
  }
}

TEST_F(TruthFiles, StreamsOfASeriesNameTheFileOfAllFrames) {
  simulate({"-osc", "0.1", "-frames", "2", "-o", "x.nxs", "-truth", "t.stream", "-truth_fraction", "0.01"});
  for (const int frame : {0, 1})
    EXPECT_NE(read_bytes(folder_ / ("t_0000" + std::to_string(frame + 1) + ".stream"))
                  .find("Image filename: x.nxs\nEvent: //" + std::to_string(frame) + "\n"),
              std::string::npos);
}

/// As the scan of the experiment list counts.
TEST_F(TruthFiles, FramesOfASeriesCountFromItsStart) {
  simulate({"-phi", "5", "-osc", "0.5", "-phisteps", "4", "-frames", "3", "-o", "x.nxs", "-truth", "t.refl", "-expt",
            "x.expt"});
  python("dials.array_family.flex", R"(
from dials.array_family import flex
import numpy as np, math
for frame in range(3):
    r = flex.reflection_table.from_file('t_%05d.refl' % (frame + 1))
    z, phi = np.array(r['xyzcal.px'].parts()[2]), np.array(r['xyzcal.mm'].parts()[2])
    assert len(r) > 20 and z.min() >= frame and z.max() <= frame + 1, (frame, z.min(), z.max())
    assert np.allclose(5 + 0.5 * z, np.degrees(phi))
r = flex.reflection_table.from_file('t.refl')
z = np.array(r['xyzcal.px'].parts()[2])
assert len(r) > 20 and z.min() >= 0 and z.max() <= 3 and z.max() - z.min() > 1
)");
}

TEST_F(TruthFiles, Mistakes) {
  const auto refused = [&](std::vector<std::string> more, const std::string& words) {
    std::vector<std::string> all = still;
    all.insert(all.end(), more.begin(), more.end());
    const ProgramResult result = run_program("femtobragg", all, folder_.path());
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_NE(result.err.find(words), std::string::npos) << result.err;
  };
  refused({"-truth", "t.txt"}, ".h5 .csv .refl .stream");
  refused({"-truth", "t.csv", "-truth", "t.csv"}, "named twice");
  refused({"-truth", "t.csv", "-truth_fraction", "2"}, "0 to 1");
  refused({"-bandwidth", "1", "-pink", "4"}, "described twice");
  refused({"-bandwidth", "1", "-dispersion", "1"}, "described twice");
  refused({"-bandwidth", "100"}, "0 to 60 %");
  refused({"-two_colour", "50:1"}, "dE:RATIO:PERCENT");
  refused({"-sase", "width:1"}, "bandwidth:PERCENT,spikes:N");
  refused({"-wavelengths", "0", "-bandwidth", "1"}, "rows");
}

TEST_F(TruthFiles, SpectraSayHowManyWavelengths) {
  simulate({"-bandwidth", "1", "-show_config", "-truth", "t.csv", "-truth", "t.stream", "-o", "image.npy"});
  EXPECT_NE(out_.find("as required by the image"), std::string::npos);
  double longest = 0, shortest = 10;
  for (const auto& row : csv()) {
    longest = std::max(longest, row[6]);
    shortest = std::min(shortest, row[6]);
  }
  // Each spot takes its own wavelength out of the band.
  EXPECT_GT(longest, 1.003);
  EXPECT_LT(shortest, 0.997);
  const std::string stream = read_bytes(folder_ / "t.stream"), key = "beam_bandwidth = ";
  // From the full width at half maximum of a Gaussian to that of a rectangle with the same standard deviation; the
  // wings beyond what is rendered are missing.
  EXPECT_NEAR(std::stod(stream.substr(stream.find(key) + key.size())), 0.01 / 2.355 * 3.464, 7e-4);
}

/// A stream embeds the geometry that it belongs to; its crystal is at the middle of the sweep.
TEST_F(TruthFiles, AStreamRendersItsImageAgain) {
  const auto pixels = [&](const char* name) {
    const std::string bytes = read_bytes(folder_ / name).substr(128);
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  };
  const std::vector<std::string> crystal = {"simulate", "-default_F",  "100", "-N",
                                            "10",       "-oversample", "2",   "-gauss_xtal"};
  std::vector<std::string> first = crystal, again = crystal;
  first.insert(first.end(), {"-cell", "34", "39", "48", "80", "95", "100", "-lambda", "1.2", "-pixel", "0.5"});
  first.insert(first.end(),
               {"-detpixels_x", "100", "-detpixels_y", "90", "-misset", "10", "20", "30", "-distance", "90"});
  first.insert(first.end(), {"-twotheta", "10", "-phi", "30", "-beam_vector", "1", "0.02", "0.01"});
  simulate({"-truth", "t.stream", "-o", "a.npy", "-expt", "t.geom"}, first);
  again.insert(again.end(), {"-geometry", "t.stream", "-o", "b.npy"});
  simulate({}, again);
  const std::vector<float> a = pixels("a.npy"), b = pixels("b.npy");
  ASSERT_EQ(a.size(), b.size());
  const float brightest = *std::ranges::max_element(a);
  ASSERT_GT(brightest, 0);
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-3 * brightest) << i;
  const std::string stream = read_bytes(folder_ / "t.stream");
  const auto begin = stream.find("----- Begin geometry file -----\n") + 32,
             end = stream.find("----- End geometry file");
  EXPECT_EQ(stream.substr(begin, end - begin), read_bytes(folder_ / "t.geom"));
}

}  // namespace
}  // namespace femtobragg::tests
