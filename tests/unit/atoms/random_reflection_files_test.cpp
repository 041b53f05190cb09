// Reflection files of random content, in the dialects that their formats allow, against cctbx.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <sstream>

#include "femtobragg/atoms/reflection_file.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "test_paths.h"
#include "tests/python_client.h"

namespace femtobragg::atoms {
namespace {

/// What cctbx found: the cell, and amplitudes of all indices.
struct Theirs {
  std::optional<UnitCell> cell;
  std::vector<std::pair<Hkl, double>> amplitudes;
  double strongest = 0;
};

Theirs read_theirs(const std::string& text) {
  Theirs theirs;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    if (line.starts_with("cell")) {
      std::string key;
      UnitCell c;
      words >> key >> c.a_A >> c.b_A >> c.c_A >> c.alpha_rad >> c.beta_rad >> c.gamma_rad;
      for (double* angle : {&c.alpha_rad, &c.beta_rad, &c.gamma_rad}) *angle = radians_from_degrees(*angle);
      theirs.cell = c;
    } else {
      auto& [hkl, value] = theirs.amplitudes.emplace_back();
      words >> hkl[0] >> hkl[1] >> hkl[2] >> value;
      theirs.strongest = std::max(theirs.strongest, value);
    }
  }
  return theirs;
}

/// Text has five digits at least.
void expect_same(const std::string& name, const ReflectionFile& ours, const Theirs& theirs) {
  ASSERT_EQ(ours.cell.has_value(), theirs.cell.has_value()) << name;
  if (ours.cell) {
    EXPECT_NEAR(ours.cell->a_A, theirs.cell->a_A, 1e-3) << name;
    EXPECT_NEAR(ours.cell->c_A, theirs.cell->c_A, 1e-3) << name;
    EXPECT_NEAR(ours.cell->beta_rad, theirs.cell->beta_rad, 1e-5) << name;
  }
  std::vector<bool> listed(ours.factors.values.size(), false);
  for (const auto& [hkl, value] : theirs.amplitudes) {
    ASSERT_TRUE(ours.factors.box.contains(hkl[0], hkl[1], hkl[2])) << name;
    const std::size_t at = ours.factors.index(hkl[0], hkl[1], hkl[2]);
    listed[at] = true;
    ASSERT_NEAR(ours.factors.values[at], value, 2e-5 * std::max(value, 1e-3 * theirs.strongest))
        << name << " " << hkl[0] << " " << hkl[1] << " " << hkl[2];
  }
  for (std::size_t i = 0; i < listed.size(); ++i)
    if (!listed[i]) {
      ASSERT_LE(ours.factors.values[i], 0) << name;
    }
}

TEST(RandomReflectionFiles, AsCctbxReadsThem) {
  const tests::TemporaryFolder folder;
  const char* count = std::getenv("FEMTOBRAGG_RANDOM_FILES");
  const std::string script = "import runpy\nsys.argv = ['x', '" + std::string(count ? count : "110") +
                             "', '7']\nrunpy.run_path('" FEMTOBRAGG_SOURCE
                             "/tests/unit/atoms/random_reflection_files.py')\n";
  if (!tests::run_python(folder, "iotbx", script)) GTEST_SKIP() << "cctbx is not installed";
  std::istringstream names(tests::read_bytes(folder / "log"));
  std::size_t files = 0;
  for (std::string line; std::getline(names, line);) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos) continue;
    const std::string name = line.substr(0, tab);
    const std::string bytes = tests::read_bytes(folder / name);
    ++files;
    ASSERT_TRUE(looks_like_reflection_file(bytes)) << name;
    try {
      // A default of -1 stands for what is not there.
      expect_same(name, parse_reflection_file(bytes, name, {}, -1),
                  read_theirs(tests::read_bytes(folder / (name + ".theirs"))));
    } catch (const Error& error) {
      ADD_FAILURE() << name << ": " << error.what();
    }
  }
  EXPECT_GE(files, 110u);
}

}  // namespace
}  // namespace femtobragg::atoms
