// Shapes of spectra, and what is left of them in few wavelengths.
#include "femtobragg/simulate/spectrum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "tests/contract/experiments.h"

namespace femtobragg::tests {
namespace {

constexpr double peak = 1e-10;

double relative_energy(const SpectrumLine& line) { return peak / line.wavelength_m - 1; }

/// Weights over energy, relative to the largest, and the energies where they cross a level.
std::pair<double, double> crossings(const Spectrum& s, double level) {
  double most = 0, low = 1, high = -1;
  for (const SpectrumLine& line : s) most = std::max(most, line.weight);
  for (const SpectrumLine& line : s)
    if (line.weight >= level * most) {
      low = std::min(low, relative_energy(line));
      high = std::max(high, relative_energy(line));
    }
  return {low, high};
}

double moment(const Spectrum& s, int order) {
  const double mean = mean_wavelength_m(s);
  double sum = 0;
  for (const SpectrumLine& line : s) sum += line.weight * std::pow((line.wavelength_m - mean) / peak, order);
  return sum / total_weight(s);
}

TEST(Spectrum, GaussianHasItsWidth) {
  const Spectrum s = spectrum_of(GaussianBand{0.02}, peak);
  const auto [low, high] = crossings(s, 0.5);
  // The grid has 8192 lines on 2.55 widths.
  EXPECT_NEAR(high - low, 0.02, 2e-5);
  EXPECT_NEAR(high + low, 0, 2e-5);
  EXPECT_NEAR(total_weight(s), 1, 1e-12);
}

TEST(Spectrum, PinkHasATailToLowEnergies) {
  const Spectrum s = spectrum_of(PinkBand{0.04, 3}, peak);
  const auto [low, high] = crossings(s, 0.5);
  EXPECT_NEAR(high, 0.01, 1e-4);
  EXPECT_NEAR(low, -0.03, 1e-4);
  const auto [foot_low, foot_high] = crossings(s, 0.1);
  EXPECT_NEAR(foot_low, -0.03 * 3, 2e-4);  // 1 / (1 + 3^2)
  EXPECT_NEAR(foot_high, 0.01 * std::sqrt(std::log2(10)), 1e-4);
  EXPECT_GT(mean_wavelength_m(s), peak);
}

TEST(Spectrum, TwoColoursHaveTheirRatio) {
  const Spectrum lines = spectrum_of(TwoColours{100, 0.25, 0}, peak);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NEAR(lines[0].wavelength_m, 12398.42e-10 / (12398.42 + 100), 1e-20);
  EXPECT_NEAR(lines[0].weight / lines[1].weight, 0.25, 1e-12);
  const Spectrum wide = spectrum_of(TwoColours{100, 0.25, 0.001}, peak);
  double second = 0;
  for (const SpectrumLine& line : wide) second += relative_energy(line) > 0.004 ? line.weight : 0;
  EXPECT_NEAR(second, 0.2, 1e-9);
}

TEST(Spectrum, APulseIsTheSameEachTimeAndAnotherForEachShotAndSeed) {
  const SasePulse pulse{0.005, 10, 3, 7};
  EXPECT_EQ(spectrum_of(pulse, peak), spectrum_of(pulse, peak));
  for (const SasePulse& other : {SasePulse{0.005, 10, 3, 8}, SasePulse{0.005, 10, 4, 7}})
    EXPECT_GT(std::abs(mean_wavelength_m(spectrum_of(other, peak)) / mean_wavelength_m(spectrum_of(pulse, peak)) - 1),
              1e-6);
}

TEST(Spectrum, PulsesAreChaoticLight) {
  // Many spikes, so that the normalisation of each pulse hardly matters, at the peak and a spike's tenth beside it.
  constexpr double fwhm = 0.01, spikes = 100;
  constexpr int shots = 400;
  double sum = 0, squares = 0, product = 0, other_sum = 0, envelope = 0;
  for (int shot = 0; shot < shots; ++shot) {
    const Spectrum s = spectrum_of(SasePulse{fwhm, spikes, 1, static_cast<std::uint64_t>(shot)}, peak);
    const auto at = [&](double e) {
      const auto line = std::ranges::lower_bound(s, peak / (1 + e), {}, &SpectrumLine::wavelength_m);
      return line->weight;
    };
    const double here = at(0), beside = at(fwhm / spikes);
    sum += here;
    other_sum += beside;
    squares += here * here;
    product += here * beside;
    envelope += at(0.5 * fwhm);
  }
  // <I^2> / <I>^2 = 2 for an exponential distribution; its standard error is sqrt(20 / shots) = 0.22 here.
  EXPECT_NEAR(squares * shots / (sum * sum), 2, 0.6);
  // One spike apart, intensities are correlated by exp(-x^2 / 2 s^2), s = x / (2 sqrt(ln 2)): a quarter.
  EXPECT_NEAR(product * shots / (sum * other_sum) - 1, 0.25, 0.2);
  EXPECT_NEAR(envelope / sum, 0.5, 0.09);  // standard error sqrt(2 / shots) = 0.07 of a half
}

TEST(Resampled, KeepsTheIntegralTheMeanAndTheMomentsOfBins) {
  for (const Spectrum& s : {spectrum_of(GaussianBand{0.02}, peak), spectrum_of(PinkBand{0.05, 3}, peak),
                            spectrum_of(SasePulse{0.01, 8, 1, 5}, peak)})
    for (const std::size_t n : {1u, 2u, 3u, 8u, 21u, 200u}) {
      const Spectrum few = resampled(s, n);
      EXPECT_LE(few.size(), n);
      EXPECT_NEAR(total_weight(few), 1, 1e-12);
      EXPECT_NEAR(mean_wavelength_m(few) / mean_wavelength_m(s), 1, 1e-13);
      for (const SpectrumLine& line : few) EXPECT_GT(line.weight, 0);
      EXPECT_TRUE(std::ranges::is_sorted(few, {}, &SpectrumLine::wavelength_m));
      if (n % 2 == 0) {
        EXPECT_NEAR(moment(few, 2) / moment(s, 2), 1, 1e-9) << n;
        EXPECT_NEAR(moment(few, 3), moment(s, 3), 1e-9 * std::pow(moment(s, 2), 1.5)) << n;
      }
    }
}

TEST(Resampled, LeavesLinesAsTheyAre) {
  const Spectrum lines = {{0.9e-10, 2}, {0.95e-10, 1}, {1.1e-10, 3}};
  const Spectrum few = resampled(lines, 40);
  ASSERT_EQ(few.size(), lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_NEAR(few[i].wavelength_m, lines[i].wavelength_m, 1e-22);
    EXPECT_NEAR(few[i].weight, lines[i].weight, 1e-12);
  }
}

TEST(Filled, JoinsSamplesByStraightLines) {
  const Spectrum samples = {{1e-10, 1}, {1.01e-10, 4}, {1.02e-10, 2}};
  const Spectrum curve = filled(samples, 1e-13);
  EXPECT_NEAR(total_weight(curve), 7, 1e-12);
  EXPECT_NEAR(mean_wavelength_m(curve), mean_wavelength_m(samples), 1e-24);
  // Between the first and second row density goes from 1 to 4 in ten steps: in the middle of them it is 2.5.
  double middle = 0;
  for (const SpectrumLine& line : curve)
    if (std::abs(line.wavelength_m - 1.005e-10) < 1e-14) middle += line.weight;
  EXPECT_NEAR(middle, 2.5 / 10, 1e-9);
}

/// A still of a crystal of 20 cells with mosaic domains, to 1.9 A in the corner.
Experiment band_experiment(const Spectrum& lines) {
  Experiment e = simple_experiment();
  e.crystal = crystal_of(cell_of(38, 42, 50, 90, 95, 90), 20);
  e.crystal.mosaic_rotations = {Mat3d::identity(), rotation_matrix(Vec3d{0, 0, 1}, 0.002)};
  Panel& panel = e.detector.panels.front();
  panel = facing_panel(0.1, 0.5e-3, 61);
  panel.origin_m.z += 0.03;
  e.sampling.oversample = 3;
  e.beam.sources.clear();
  for (const SpectrumLine& line : lines) e.beam.sources.push_back({{-1, 0, 0}, line.wavelength_m, line.weight});
  return e;
}

/// The stated accuracy, against four times as many wavelengths.
TEST(WavelengthSpacing, GivesTheStatedAccuracy) {
  const double accuracy = 0.01, crystal_m = 20 * 50e-10;
  for (const Spectrum& s : {spectrum_of(GaussianBand{0.01}, peak), spectrum_of(PinkBand{0.01, 3}, peak),
                            spectrum_of(SasePulse{0.01, 8, 1, 5}, peak)}) {
    const double resolution_m = 1.5e-10;  // a little finer than the corner
    const double range = s.back().wavelength_m - s.front().wavelength_m;
    const auto n =
        static_cast<std::size_t>(std::ceil(range / peak / wavelength_spacing(accuracy, resolution_m, crystal_m)));
    const auto image = [&](std::size_t lines) {
      return render(compile_plan(band_experiment(resampled(s, lines))), 0, {.device = "auto"}).image;
    };
    const Image few = image(n), many = image(4 * n), fewer = image(n / 4);
    const auto error = [&](const Image& one) {
      double worst = 0, brightest = 0;
      for (std::size_t i = 0; i < one.pixels.size(); ++i) {
        worst = std::max(worst, std::abs(static_cast<double>(one.pixels[i] - many.pixels[i])));
        brightest = std::max(brightest, static_cast<double>(many.pixels[i]));
      }
      return worst / brightest;
    };
    RecordProperty("wavelengths", static_cast<int>(n));
    std::cout << n << " wavelengths: " << error(few) << ", a quarter of them: " << error(fewer) << "\n";
    EXPECT_LT(error(few), accuracy);
    EXPECT_GT(error(fewer), accuracy);
    EXPECT_NEAR(sum_of(few) / sum_of(many), 1, accuracy);
  }
}

}  // namespace
}  // namespace femtobragg::tests
