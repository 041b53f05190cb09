// Acceptance: structure factors of lists, between lattice points and outside, and the shapes of spots.
#include "tests/acceptance/acceptance_run.h"

namespace femtobragg::tests {
namespace {

constexpr double cell = 10;  // angstrom; few reflections, many of them on the detector

/// A crystal of one small cell without interpolation: each pixel shows the nearest structure factor.
std::string small_cell() {
  return "-cell 10 10 10 90 90 90 -N 1 -lambda 1 -oversample 1 -distance 50 -pixel 1 -detpixels_x 72 "
         "-detpixels_y 56 -nonoise -nopgm -noprogress ";
}
const FlatMosflm panel{.distance = 0.05, .pixel = 1e-3, .f_beam = 0.037, .s_beam = 0.029};

/// What is left of a pixel without its structure factor.
double brightness(std::size_t fast, std::size_t slow) {
  const Vec3d x = panel.centre(fast, slow);
  return panel.solid_angle(x) * polarization(x, 0);
}

using Amplitudes = std::map<std::array<int, 3>, double>;

std::string list_of(const Amplitudes& amplitudes) {
  std::ostringstream text;
  text.precision(17);
  for (const auto& [hkl, f] : amplitudes) text << hkl[0] << ' ' << hkl[1] << ' ' << hkl[2] << ' ' << f << '\n';
  return text.str();
}

using at_str_001 = AcceptanceRun;
TEST_F(at_str_001, NearestReflectionOrTheDefault) {
  Amplitudes table;
  for (int h = -2; h <= 0; ++h)
    for (int k = -2; k <= 2; ++k)
      for (int l = -3; l <= 1; ++l) table[{h, k, l}] = 50 + 20 * h + 7 * k + l;
  folder_.write("box.hkl", list_of(table));
  std::size_t inside = 0;
  expect_pixels(image(small_cell() + "-hkl box.hkl -default_F 30 -nointerpolate"), panel,
                [&](std::size_t fast, std::size_t slow) {
                  const Vec3d hkl = cubic_indices(panel.centre(fast, slow), cell, 1);
                  const auto found = table.find({nearest(hkl.x), nearest(hkl.y), nearest(hkl.z)});
                  inside += found != table.end();
                  const double f = found != table.end() ? found->second : 30;
                  return f * f * brightness(fast, slow);
                });
  EXPECT_GT(inside, 300u);
  EXPECT_LT(inside, 3700u);
}

/// Polynomials of the third degree pass exactly through any four points.
double cubic(const Vec3d& v) { return 200 + 3 * v.x + v.y * v.y - 0.5 * v.z * v.z * v.z + v.x * v.y * v.z; }

using at_str_002 = AcceptanceRun;
TEST_F(at_str_002, InterpolationIsExactForACubic) {
  Amplitudes table;
  for (int h = -7; h <= 4; ++h)
    for (int k = -9; k <= 9; ++k)
      for (int l = -9; l <= 9; ++l) table[{h, k, l}] = cubic({double(h), double(k), double(l)});
  folder_.write("cubic.hkl", list_of(table));
  const Pixels pixels = image(small_cell() + "-hkl cubic.hkl -interpolate");
  expect_pixels(pixels, panel, [&](std::size_t fast, std::size_t slow) {
    const double f = cubic(cubic_indices(panel.centre(fast, slow), cell, 1));
    return f * f * brightness(fast, slow);
  });
  EXPECT_EQ(image(small_cell() + "-hkl cubic.hkl"), pixels);  // one cell along an edge asks for it
}

TEST_F(at_str_002, AnIndexOutsideEndsInterpolation) {
  Amplitudes table;  // the first pixel's nearest reflection is in it, the neighbours of that one are not
  for (int h = -3; h <= 1; ++h)
    for (int k = -5; k <= 5; ++k)
      for (int l = -6; l <= 6; ++l) table[{h, k, l}] = cubic({double(h), double(k), double(l)});
  folder_.write("narrow.hkl", list_of(table));
  const ProgramResult run = drop_in(small_cell() + "-hkl narrow.hkl -default_F 500 -interpolate");
  const std::string warning = "interpolation is off from there on";
  const std::size_t at = run.err.find(warning);
  EXPECT_NE(at, std::string::npos);
  EXPECT_EQ(run.err.find(warning, at + 1), std::string::npos);
  expect_pixels(image_of(run), panel, [&](std::size_t fast, std::size_t slow) {
    const Vec3d hkl = cubic_indices(panel.centre(fast, slow), cell, 1);
    const auto found = table.find({nearest(hkl.x), nearest(hkl.y), nearest(hkl.z)});
    EXPECT_TRUE(fast + slow > 0 || found != table.end());
    const double f = found != table.end() ? found->second : 500;
    return f * f * brightness(fast, slow);
  });
}

using at_str_003 = AcceptanceRun;
TEST_F(at_str_003, LatticeFactorOfEachShape) {
  const std::string flags = five_cells() + "-detpixels 1024 -roi 250 250 240 240 -trace_pixel 240 250 ";
  const auto factor = [&](const std::string& shape) { return traced(report(flags + shape), "F_latt").at(0); };
  const Vec3d hkl{-1.04371925452502, 4.11074779346451, -3.95989466342912}, d = hkl - Vec3d{-1, 4, -4};
  const auto sinc = [](double x) { return std::sin(5 * std::numbers::pi * x) / std::sin(std::numbers::pi * x); };
  EXPECT_NEAR(factor("-square_xtal"), sinc(d.x) * sinc(d.y) * sinc(d.z), 1e-9);
  EXPECT_NEAR(factor("-square_xtal"), 62.768837756128, 1e-9);

  for (const auto& [flag, fudge] : {std::pair{"", 1.0}, {" -fudge 1.5", 1.5}}) {
    const double x = std::numbers::pi * std::sqrt(fudge * 25 * dot(d, d));
    const double sphere = 3 * (std::sin(x) / x - std::cos(x)) / (x * x);
    EXPECT_NEAR(factor("-round_xtal" + std::string(flag)), 125 * std::sqrt(std::numbers::pi / 6) * sphere, 1e-9);
    const double width = 125 * 125 * dot(d, d) / 1e4;  // N^2 times the square of a distance in 1/angstrom
    EXPECT_NEAR(factor("-gauss_xtal" + std::string(flag)), 125 * std::exp(-width / 0.63 * fudge), 1e-9);
  }
  EXPECT_NEAR(factor("-round_xtal"), 59.7839067, 5e-8);
  EXPECT_NEAR(factor("-gauss_xtal"), 120.2009249, 5e-8);
  EXPECT_EQ(factor("-tophat_spots"), 125);
  EXPECT_EQ(factor("-tophat_spots -fudge 16.0"), 125);  // the edge: 0.63^2 / 0.024663883 is 16.0924
  EXPECT_EQ(factor("-tophat_spots -fudge 16.2"), 0);
}

TEST_F(at_str_003, WidthOfAGaussianInSimulate) {
  const ProgramResult run =
      simulate(five_cells() + "-detpixels 1024 -roi 250 250 240 240 -trace_pixel 240 250 -gauss_xtal");
  EXPECT_NEAR(traced(run.out, "F_latt").at(0), 66.8151207, 5e-8);
}

using at_str_004 = AcceptanceRun;
TEST_F(at_str_004, MissingReflectionsTakeTheDefault) {
  const Amplitudes sparse = {{{0, 0, 0}, 100}, {{0, 2, 0}, 80}, {{0, 0, -2}, 60}};
  folder_.write("sparse.hkl", list_of(sparse));
  const std::string flags = five_cells() + "-detpixels 256 ";
  const Pixels plain = image(flags + "-default_F 10");  // first: a dump of the list would stand in for it later
  const Pixels listed = image(flags + "-hkl sparse.hkl -default_F 10");
  const FlatMosflm square{.pixel = 1e-4, .f_beam = 0.0129, .s_beam = 0.0129, .n_fast = 256, .n_slow = 256};
  std::map<double, std::size_t> seen;
  expect_pixels(listed, square, [&](std::size_t fast, std::size_t slow) {
    const Vec3d hkl = cubic_indices(square.centre(fast, slow), 100, 6.2);
    const auto found = sparse.find({nearest(hkl.x), nearest(hkl.y), nearest(hkl.z)});
    const double f = found != sparse.end() ? found->second : 10;
    ++seen[f];
    return f * f / 100 * static_cast<double>(plain[slow * 256 + fast]);
  });
  for (const double f : {100, 80, 60, 10}) EXPECT_GT(seen[f], 100u) << f;
}

}  // namespace
}  // namespace femtobragg::tests
