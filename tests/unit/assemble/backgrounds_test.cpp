// Tables of scattering, and amounts of what scatters.
#include "femtobragg/assemble/backgrounds.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/refusals.h"

namespace femtobragg::tests {
namespace {

using namespace assemble;

BackgroundScene table(TableColumn column = TableColumn::Amplitude, TableCurve curve = TableCurve::Lines) {
  BackgroundScene scene;
  scene.file = "t.stol";
  scene.column = column;
  scene.curve = curve;
  return scene;
}

Background read(const char* text, const BackgroundScene& scene = table()) {
  Background b;
  read_table(text, "t.stol", scene, b);
  return b;
}

TEST(BackgroundTable, IsSortedAndSquared) {
  const Background b = read("# a comment\n0.3 3 0.1 more columns\n\n0.1\t5 # at first\r\n0.2, 4\n");
  EXPECT_EQ(b.intensity_e2, (std::vector<double>{25, 16, 9}));
  ASSERT_EQ(b.stol_per_m.size(), 3u);
  EXPECT_NEAR(b.stol_per_m[1], 0.2e10, 1);
  EXPECT_TRUE(b.slope_e2_m.empty());
  EXPECT_EQ(read("0 3\n1 2\n", table(TableColumn::Intensity)).intensity_e2, (std::vector<double>{3, 2}));
}

TEST(BackgroundTable, ThatIsWrongIsRefusedByItsLine) {
  const auto refused = [](const char* text) { return message_of([&] { read(text); }); };
  expect_in(refused("0 1\n0.1 2\n0 3\n"), {"t.stol:3", "twice", "line 1"});
  expect_in(refused("0 1\n0.1 nan\n"), {"t.stol:2", "'nan'", "finite"});
  expect_in(refused("0 1\n-0.1 2\n"), {"t.stol:2", "'-0.1'", "not negative"});
  expect_in(refused("0 1\n0.1 -2\n"), {"t.stol:2", "'-2'"});
  expect_in(refused("s F\n0.1 2\n"), {"t.stol:1", "'s'"});
  expect_in(refused("0 1\n0.1\n"), {"t.stol:2", "incomplete"});
  expect_in(refused("0 1\n"), {"t.stol", "1 row", "at least two"});
  expect_in(refused("# nothing\n"), {"0 rows"});
}

/// A cubic table of a cubic has no error but where there are only three rows to a side.
TEST(BackgroundTable, OfACubicIsFollowedByCubics) {
  const auto f = [](double s) { return 3 + 2 * s - 4 * s * s + 5 * s * s * s; };
  std::string text;
  for (const double s : {0.0, 0.1, 0.25, 0.3, 0.5, 0.6}) text += std::to_string(s) + " " + std::to_string(f(s)) + "\n";
  const Background b = read(text.c_str(), table(TableColumn::Amplitude, TableCurve::Cubic));
  for (std::size_t i = 0; i + 1 < b.stol_per_m.size(); ++i) {
    const double s = b.stol_per_m[i] * 1e-10;
    if (s < 0.1 || s > 0.5 - 1e-9) continue;
    const double slope = 2 - 8 * s + 15 * s * s;
    EXPECT_NEAR(b.intensity_e2[i], f(s) * f(s), 1e-4);
    EXPECT_NEAR(b.slope_e2_m[2 * i] * 1e10, 2 * f(s) * slope, 1e-2);
  }
  EXPECT_EQ(b.slope_e2_m.size(), 2 * (b.stol_per_m.size() - 1));
  expect_in(
      message_of([] { read("0 1\n0.1 1\n0.2 0\n0.3 0\n0.4 9\n", table(TableColumn::Intensity, TableCurve::Cubic)); }),
      {"below zero"});
}

TEST(BackgroundAmount, FollowsFromThicknessBeamDensityAndMass) {
  BackgroundScene scene;
  scene.material = "water";
  scene.thickness_m = 0.1e-3;
  scene.density_g_per_cm3 = 1;
  scene.molar_mass_g_per_mol = 18;
  constexpr double area = 1e-8;  // 0.1 mm squared
  EXPECT_NEAR(molecules_of(scene, area), 1e-12 * 1e6 / 18 * 6.02214e23, 1e12);
  scene.density_g_per_cm3.reset(), scene.molar_mass_g_per_mol.reset();
  EXPECT_NEAR(molecules_of(scene, area), 1e-12 * 0.9982e6 / 18.0153 * 6.02214e23, 1e12);
  scene.thickness_m.reset();
  scene.from_m = -0.03, scene.to_m = 0.02;
  EXPECT_NEAR(molecules_of(scene, area), 5e-10 * 0.9982e6 / 18.0153 * 6.02214e23, 1e15);
  BackgroundScene counted;
  counted.material = "water";
  counted.molecules = 7;
  EXPECT_EQ(molecules_of(counted, 0), 7);
}

TEST(BackgroundAmount, IsRefusedWhereItIsUnclear) {
  const auto refused = [](auto&& change, double area = 1e-8) {
    BackgroundScene scene;
    scene.material = "water";
    change(scene);
    return message_of([&] { molecules_of(scene, area); });
  };
  expect_in(refused([](auto&) {}), {"no amount", "thickness"});
  expect_in(refused([](auto& s) { s.thickness_m = 1, s.molecules = 1; }), {"twice", "molecules"});
  expect_in(refused([](auto& s) { s.thickness_m = 1, s.from_m = 0, s.to_m = 1; }), {"twice", "path"});
  expect_in(refused([](auto& s) { s.thickness_m = 1; }, 0), {"beam without a size"});
  expect_in(refused([](auto& s) { s.material.clear(), s.file = "t.stol", s.thickness_m = 1; }), {"density"});
}

}  // namespace
}  // namespace femtobragg::tests
