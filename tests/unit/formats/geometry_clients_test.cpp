// Random geometry files in the dialects that the formats allow: other readers see pixels where we do.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "test_paths.h"
#include "tests/python_client.h"

namespace femtobragg::formats {
namespace {

using tests::TemporaryFolder;

struct Client {
  const char* format;
  const char* module;  ///< that must be there
};

/// Half a nanometre, in the millimetres and the degrees of expected.txt.
constexpr double nothing = 5e-7;

class GeometryClients : public testing::TestWithParam<Client> {};

/// In the order of expected.txt.
std::vector<double> numbers_of(const Geometry& g) {
  std::vector<double> numbers = {static_cast<double>(g.detector.panels.size())};
  const auto add = [&](const Vec3d& v) { numbers.insert(numbers.end(), {v.x, v.y, v.z}); };
  for (const Panel& p : g.detector.panels) {
    const auto n_fast = static_cast<double>(p.n_fast), n_slow = static_cast<double>(p.n_slow);
    numbers.insert(numbers.end(), {n_fast, n_slow});
    add(1e3 * p.point_m(0, 0));
    add(1e3 * p.point_m(n_fast, 0));
    add(1e3 * p.point_m(0, n_slow));
  }
  numbers.push_back(angstrom_from_metres(g.wavelength_m.value_or(NAN)));
  add(g.beam_direction);
  add(g.spindle_axis.value_or(Vec3d{NAN, NAN, NAN}));
  const Oscillation turn = g.oscillation.value_or(Oscillation{NAN, NAN, 0});
  numbers.insert(numbers.end(), {degrees_from_radians(turn.start_rad), degrees_from_radians(turn.width_rad)});
  return numbers;
}

TEST_P(GeometryClients, SeePixelsWhereWeDo) {
  // A thorough run: FEMTOBRAGG_RANDOM_FILES=2000.
  const char* const wanted = std::getenv("FEMTOBRAGG_RANDOM_FILES");
  const int count = wanted ? std::atoi(wanted) : 25;
  const TemporaryFolder folder;
  const std::string settings =
      "FORMAT, COUNT, SEED = '" + std::string(GetParam().format) + "', " + std::to_string(count) + ", 20240601\n";
  const std::string script =
      tests::read_bytes(std::filesystem::path(FEMTOBRAGG_SOURCE) / "tests/clients/geometry_files.py");
  if (!tests::run_python(folder, GetParam().module, settings + script))
    GTEST_SKIP() << "Python has no " << GetParam().module;
  std::ifstream expected(folder / "expected.txt");
  int files = 0;
  for (std::string line; std::getline(expected, line); ++files) {
    std::istringstream words(line);
    std::string name, word;
    words >> name;
    const std::vector<double> ours = numbers_of(read_geometry((folder / name).string()));
    std::size_t i = 0;
    for (; words >> word; ++i) {
      const double theirs = word == "nan" ? NAN : std::stod(word);
      ASSERT_LT(i, ours.size()) << name;
      const double most = nothing * std::max(1.0, std::abs(theirs));
      EXPECT_TRUE(std::isnan(theirs) || std::abs(ours[i] - theirs) <= most)
          << name << " number " << i << ": " << ours[i] << " " << theirs;
    }
    EXPECT_EQ(i, ours.size()) << name;
  }
  EXPECT_EQ(files, count);
}

INSTANTIATE_TEST_SUITE_P(Formats, GeometryClients,
                         testing::Values(Client{"expt", "dxtbx"}, Client{"nxs", "dxtbx.nexus"}, Client{"geom", "numpy"},
                                         Client{"poni", "pyFAI"}, Client{"cbf", "pycbf"}),
                         [](const auto& test) { return std::string(test.param.format); });

}  // namespace
}  // namespace femtobragg::formats
