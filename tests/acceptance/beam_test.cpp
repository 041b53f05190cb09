// Acceptance: polarization, fluence, water, counting noise, and the grids of sources.
#include "tests/acceptance/acceptance_run.h"

namespace femtobragg::tests {
namespace {

using at_pol_001 = AcceptanceRun;
TEST_F(at_pol_001, KahnFactorAndItsSwitches) {
  const FlatMosflm panel{.distance = 0.02};
  const std::string near = one_cell() + "-distance 20 ";
  const auto expect_factor = [&](const std::string& flags, const auto& factor) {
    SCOPED_TRACE(flags);
    expect_pixels(image(near + flags), panel, [&](std::size_t fast, std::size_t slow) {
      const Vec3d x = panel.centre(fast, slow);
      return 1e4 * panel.solid_angle(x) * factor(x);
    });
  };
  for (const double fraction : {0.0, 0.9, 1.0, -1.0})
    expect_factor("-polar " + std::to_string(fraction), [&](const Vec3d& x) { return polarization(x, fraction); });
  expect_factor("-nopolar", [](const Vec3d&) { return 1; });
  expect_factor("-nopolar -polar 0.9", [](const Vec3d& x) { return polarization(x, 0.9); });
  // nanoBragg forgets -nopolar where it is asked for the factor of each sub-pixel.
  expect_factor("-nopolar -oversample_polar", [](const Vec3d& x) { return polarization(x, 0); });
}

using at_flu_001 = AcceptanceRun;
TEST_F(at_flu_001, FluxExposureAndBeamSize) {
  const auto expect_fluence = [&](const std::string& flags, double fluence) {
    const std::string out = report(one_cell() + "-roi 0 0 0 0 -trace_pixel 0 0 " + flags);
    EXPECT_NEAR(traced(out, "fluence_photons_per_m2").at(0), fluence, 1e-14 * fluence) << flags;
  };
  expect_fluence("-flux 1e12 -exposure 0.1 -beamsize 0.02", 1e12 * 0.1 / (0.02e-3 * 0.02e-3));
  expect_fluence("-flux 1e12 -exposure 0.1 -beamsize 0.02 -fluence 1e24", 2.5e20);
  expect_fluence("-fluence 1e24 -flux 0 -exposure 0.1 -beamsize 0.02", 1e24);
  expect_fluence("-fluence 1e24 -flux 1e12 -exposure 0 -beamsize 0.02", 1e24);
  expect_fluence("", 125932015286227086360700780544.0);
}

TEST_F(at_flu_001, BeamSizeClipsTheSample) {
  const ProgramResult run = drop_in(five_cells() + "-samplesize 0.000088 -beamsize 0.000042");
  std::size_t warnings = 0;
  for (std::size_t at = 0; (at = run.err.find("clipped to the beam size", at)) != std::string::npos; ++at) ++warnings;
  EXPECT_EQ(warnings, 2u) << run.err;
  EXPECT_NE(run.out.find("parallelepiped xtal: 9x5x5 cells"), std::string::npos) << run.out;
}

using at_bkg_001 = AcceptanceRun;
TEST_F(at_bkg_001, WaterScattersUnderTheSpots) {
  folder_.write("none.hkl", "0 0 0 0\n");
  const FlatMosflm panel;
  const double molecules = 8e-18 * 1e6 * 6.02214179e23 / 18, electron = 7.94079248018965e-30, fluence = 1e28;
  EXPECT_NEAR(molecules, 267650746222.222, 1e-3);
  const double background = 2.57 * 2.57 * electron * fluence * molecules;
  EXPECT_NEAR(background, 1.40377838765e11, 1);
  const std::string flags = "-default_F 0 -hkl none.hkl -water 2 -fluence 1e28 -osc 2 -phisteps 2";
  const auto expect_water = [&](const ProgramResult& run, double photons) {
    expect_pixels(image_of(run), panel, [&](std::size_t fast, std::size_t slow) {
      const Vec3d x = panel.centre(fast, slow);
      return photons * panel.solid_angle(x) * polarization(x, 0);
    });
  };
  // nanoBragg starts its sum with it, and applies fluence and steps once more.
  expect_water(drop_in(one_cell() + flags), background * electron * fluence / 2);
  expect_water(simulate(one_cell() + "-dtype float64 " + flags), background);
}

/// Six pixels a kilometre away that all hold this many photons.
std::string flat_field(double photons) {
  std::ostringstream flags;
  flags.precision(17);
  flags << "-cell 100 100 100 90 90 90 -N 1 -default_F 1000 -lambda 1 -distance 1e6 -pixel 0.001 -detpixels_x 6 "
           "-detpixels_y 1 -oversample 1 -point_pixel -nopolar -nopgm -noprogress -adc 40 -fluence "
        << photons / 7.94079248018965e-30 << ' ';
  return flags.str();
}

std::string photon_line(const std::string& report) {
  std::istringstream stream(report);
  for (std::string line; std::getline(stream, line);)
    if (line.find(" photons on noise image") != std::string::npos) return line;
  return {};
}

using at_noise_001 = AcceptanceRun;
TEST_F(at_noise_001, CountsOfEachMean) {
  const std::vector<std::pair<double, std::vector<std::uint16_t>>> known = {
      {0.5, {0, 0, 1, 1, 1, 1}},    {5, {5, 5, 8, 5, 6, 6}},          {11.9, {15, 14, 12, 13, 16, 11}},
      {12, {7, 10, 10, 13, 10, 9}}, {100, {86, 96, 73, 94, 103, 95}}, {5000, {4903, 4977, 4809, 4962, 5023, 4966}},
  };
  for (const auto& [mean, counts] : known) {
    SCOPED_TRACE(mean);
    const std::string out = report(flat_field(mean) + "-seed 1");
    EXPECT_EQ(read_floats(folder_ / "floatimage.bin"), Pixels(6, static_cast<float>(mean)));
    std::vector<std::uint16_t> with_offset = counts;
    std::size_t sum = 0;
    for (std::uint16_t& count : with_offset) sum += count, count = static_cast<std::uint16_t>(count + 40);
    EXPECT_EQ(integers("noiseimage.img"), with_offset);
    EXPECT_EQ(photon_line(out), std::to_string(sum) + " photons on noise image (0 overloads)");
  }
}

TEST_F(at_noise_001, GaussianBeyondAMillionAndOverloads) {
  const std::string out = report(flat_field(2e6) + "-seed 1");
  EXPECT_EQ(integers("noiseimage.img"), std::vector<std::uint16_t>(6, 65535));
  // 1998816.5 1999756.38 2000264.62 2002284.62 1999750 2000923.62
  EXPECT_EQ(photon_line(out), "12001796 photons on noise image (6 overloads)");
}

using at_src_002 = AcceptanceRun;
TEST_F(at_src_002, WhatIsLeftOutOfCountRangeAndStep) {
  const auto points = [&](const std::string& flags, const std::string& begin) {
    std::istringstream stream(report(five_cells() + flags));
    std::vector<double> values;
    for (std::string line; std::getline(stream, line);)
      if (line.starts_with(begin) && line.find('=') != std::string::npos)
        values.push_back(std::stod(line.substr(line.find('=') + 1)));
      else if (line.starts_with(begin + ":"))
        values.push_back(std::stod(line.substr(begin.size() + 1)));
    return values;
  };
  const auto expect_points = [&](const std::string& flags, const std::string& begin,
                                 const std::vector<double>& wanted) {
    SCOPED_TRACE(flags);
    const std::vector<double> found = points(flags, begin);
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i)
      EXPECT_NEAR(found[i], wanted[i], 3e-6 * std::abs(wanted[i]) + 1e-15);  // printed with six digits
  };
  const std::string h = "divergence deviation";
  expect_points("", h, {0});
  expect_points("-hdivrange 4", h, {-2e-3, 2e-3});
  expect_points("-hdivstep 3", h, {-1.5e-3, 1.5e-3});
  expect_points("-hdivsteps 3", h, {-0.5, -1.0 / 6, 1.0 / 6});
  expect_points("-hdivrange 4 -hdivsteps 3", h, {-2e-3, 0, 2e-3});
  expect_points("-hdivrange 1 -hdivstep 0.5", h, {-0.5e-3, 0});
  expect_points("-dispersion 3", "lambda", {6.2e-10 * 0.985, 6.2e-10 * 1.015});
  expect_points("-dispsteps 3", "lambda", {6.2e-10});
  expect_points("-dispersion -1 -dispsteps 3", "lambda", {6.2e-10 / 2, 6.2e-10 * 5 / 6, 6.2e-10 * 7 / 6});
  expect_points("-detector_thick 450", "thick", {0, 225});
  expect_points("-detector_thick 450 -thicksteps 4", "thick", {0, 150, 300, 450});
  expect_points("-thicksteps 4", "thick", {0});
  expect_points("-osc 2", "phi", {0, 1});
  expect_points("-phisteps 4", "phi", {0, 0.25, 0.5, 0.75});
  expect_points("-phistep 3", "phi", {0, 3});
}

TEST_F(at_src_002, RoundDivergenceLeavesOutCorners) {
  const std::vector<std::size_t> round = {4, 5, 12, 13, 24, 29};
  for (std::size_t n = 2; n <= 7; ++n) {
    const std::string flags = five_cells() + "-divergence 8 -divsteps " + std::to_string(n);
    EXPECT_DOUBLE_EQ(number_after(report(flags), "created a total of "), static_cast<double>(round[n - 2]));
    EXPECT_DOUBLE_EQ(number_after(report(flags + " -square_div"), "created a total of "), static_cast<double>(n * n));
  }
}

}  // namespace
}  // namespace femtobragg::tests
