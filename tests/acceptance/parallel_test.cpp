// Acceptance: what holds of whole images whatever computes them. Images equal to nanoBragg's are GoldenParity.
#include <numbers>

#include "tests/acceptance/acceptance_run.h"
#include "tests/programs/golden.h"

namespace femtobragg::tests {
namespace {

using at_parallel_013 = AcceptanceRun;
TEST_F(at_parallel_013, SameBytesAnyNumberOfThreads) {
  const std::string flags =
      "-misset -89.968546 -31.328953 177.753396 -cell 70 80 90 75 85 95 -default_F 100 -N 5 -lambda 1.0 "
      "-detpixels 512 -mosaic 0.5 -mosaic_domains 4 -oversample 1 -seed 7 -roi 200 320 190 310 -nopgm -noprogress ";
  const auto files = [&](const std::string& more) {
    report(flags + more);
    return read_bytes(folder_ / "floatimage.bin") + read_bytes(folder_ / "intimage.img") +
           read_bytes(folder_ / "noiseimage.img");
  };
  const std::string one = files("-threads 1");
  EXPECT_EQ(files("-threads 2"), one);
  EXPECT_EQ(files("-threads 3"), one);
  EXPECT_EQ(files(""), one);
  const Pixels pixels = read_floats(folder_ / "floatimage.bin");
  expect_same_image(image(flags + "-device reference"), pixels);
}

using at_parallel_014 = AcceptanceRun;
TEST_F(at_parallel_014, NoiseKeepsMeanAndPeaks) {
  std::vector<std::uint16_t> previous;
  for (const std::string seed : {"123", "456"}) {
    SCOPED_TRACE("seed " + seed);
    const std::string out =
        report(five_cells() + "-detpixels 256 -fluence 2e31 -adc 40 -noisefile n.img -seed " + seed);
    const Pixels pixels = read_floats(folder_ / "floatimage.bin");
    const std::vector<std::uint16_t> counts = integers("n.img");
    const double sum = sum_of(pixels);
    EXPECT_GT(sum / static_cast<double>(pixels.size()), 500);
    double counted = 0;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      counted += counts[i] - 40.0;
      // Six standard deviations, and what few photons have beyond those of a Gaussian.
      const double mean = static_cast<double>(pixels[i]);
      ASSERT_NEAR(counts[i] - 40.0, mean, 6 * std::sqrt(mean) + 6) << i;
    }
    EXPECT_NEAR(counted, sum, 5 * std::sqrt(sum));
    EXPECT_NE(out.find("(0 overloads)"), std::string::npos);
    EXPECT_NE(counts, previous);
    previous = counts;
  }
}

using at_parallel_015 = AcceptanceRun;
TEST_F(at_parallel_015, UnitsOfTheCommandLine) {
  const auto expect_equal = [&](const std::string& a, const std::string& b) {
    SCOPED_TRACE(a + " | " + b);
    expect_same(image(five_cells() + a), image(five_cells() + b), 2e-7f);
  };
  expect_equal("-energy 2000", "-lambda 6.19921");
  expect_equal("-energy 2000", "-wavelength 6.19921");
  const std::string crystal = "-cell 100 100 100 90 90 90 -N 5 -default_F 100 -lambda 6.2 " + silence();
  expect_same(image(crystal + "-detsize 6.4"), image(crystal + "-detpixels 64"), 2e-7f);
  expect_equal("-distance 70", "-close_distance 70");
  expect_equal("-flux 1e15 -exposure 0.5 -beamsize 0.05", "-fluence 2e23");
  expect_equal("-divergence 4 -divsteps 3", "-hdivrange 4 -vdivrange 4 -hdivsteps 3 -vdivsteps 3");
  expect_equal("-samplesize 4.5e-5", "-N 5");
  // 2 % of 6.2 A: sources at 0.99 and 1.01 of it, wavelengths in metres.
  folder_.write("spectrum.txt", "-10 0 0 1 6.138e-10\n-10 0 0 1 6.262e-10\n");
  expect_equal("-dispersion 2 -dispsteps 2", "-sourcefile spectrum.txt");
  // Degrees: a sixth of a turn is 60, whose cosine is one half.
  const std::string words = five_cells() + "-trace_pixel 0 0 -misset 0 0 ";
  const Vec3d a = vector_of(traced(report(words + "60"), "rot_a_angstroms"));
  expect_vector(a, {50, 50 * std::numbers::sqrt3, 0}, 2e-13);
}

using at_parallel_018 = AcceptanceRun;
TEST_F(at_parallel_018, AlignedAxesAndSmallAngles) {
  const Pixels plain = image(five_cells());
  for (const std::string turned : {"-misset 90 0 0", "-misset 0 90 0", "-misset 0 0 180", "-misset 0 0 1e-9",
                                   "-phi 360", "-phi 90", "-cell 100 100 100 90 90.0000000001 90"}) {
    SCOPED_TRACE(turned);
    expect_same(image(five_cells() + turned), plain, 1e-6f);
  }
}

TEST_F(at_parallel_018, PixelOnTheBeam) {
  const Pixels pixels = image(five_cells() + "-Xbeam 3.2 -Ybeam 3.2");
  const double all_cells = 125.0 * 125, solid_angle = 1e-8 / 1e-2;
  EXPECT_NEAR(static_cast<double>(pixels.at(32 * 64 + 32)), 1e4 * all_cells * solid_angle, 2e-5);
  for (const float pixel : pixels) ASSERT_TRUE(std::isfinite(pixel));
}

using at_parallel_027 = AcceptanceRun;
TEST_F(at_parallel_027, SpotsGoWithTheSquareOfTheirAmplitudes) {
  const std::map<std::array<int, 2>, double> amplitudes = {{{0, 0}, 100},  {{1, 0}, 50},  {{0, 1}, 25},
                                                           {{1, 1}, 12.5}, {{2, 0}, 200}, {{0, 2}, 150}};
  std::ostringstream list;
  for (const auto& [kl, f] : amplitudes) list << "0 " << kl[0] << ' ' << kl[1] << ' ' << f << '\n';
  folder_.write("pattern.hkl", list.str());
  const FlatMosflm panel{.pixel = 1e-4, .f_beam = 0.0129, .s_beam = 0.0129, .n_fast = 256, .n_slow = 256};
  const auto lattice = [](double x) { return std::sin(5 * std::numbers::pi * x) / std::sin(std::numbers::pi * x); };
  std::set<double> seen;
  const std::string flags = "-cell 100 100 100 90 90 90 -N 5 -lambda 6.2 -distance 100 -pixel 0.1 -detpixels 256 ";
  const Pixels pixels = image(flags + "-oversample 1 -hkl pattern.hkl " + silence());
  expect_pixels(pixels, panel, [&](std::size_t fast, std::size_t slow) {
    const Vec3d x = panel.centre(fast, slow), hkl = cubic_indices(x, 100, 6.2);
    const auto found = amplitudes.find({nearest(hkl.y), nearest(hkl.z)});
    if (nearest(hkl.x) != 0 || found == amplitudes.end()) return 0.0;
    const double f = found->second * lattice(hkl.x) * lattice(hkl.y) * lattice(hkl.z);
    seen.insert(found->second);
    return f * f * panel.solid_angle(x) * polarization(x, 0);
  });
  EXPECT_EQ(seen.size(), amplitudes.size());
}

}  // namespace
}  // namespace femtobragg::tests
