// Shapes on a fine grid of energies, Gauss rules on bins of them.
#include "femtobragg/simulate/spectrum.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <map>

#include "femtobragg/base/units.h"

namespace femtobragg {
namespace {

constexpr std::size_t fine_lines = 8192;
const double sigma_per_fwhm = 1.0 / std::sqrt(8.0 * std::log(2.0));
constexpr double cut_sigmas = 3;

void sort_and_normalise(Spectrum& spectrum) {
  std::ranges::sort(spectrum, {}, &SpectrumLine::wavelength_m);
  const double total = total_weight(spectrum);
  for (SpectrumLine& line : spectrum) line.weight /= total;
}

/// Samples at the middles of equal steps of e = E/E_peak - 1.
Spectrum sampled(double begin, double end, double peak_m, const std::function<double(std::size_t, double)>& shape) {
  Spectrum spectrum(fine_lines);
  const double step = (end - begin) / static_cast<double>(fine_lines);
  for (std::size_t i = 0; i < fine_lines; ++i) {
    const double e = begin + step * (static_cast<double>(i) + 0.5);
    spectrum[i] = {peak_m / (1 + e), shape(i, e)};
  }
  sort_and_normalise(spectrum);
  return spectrum;
}

/// Scrambles 64 bits (the finalizer of SplitMix64: G. L. Steele, D. Lea & C. H. Flood, OOPSLA 2014).
std::uint64_t scrambled(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// Complex Gaussian noise: the i-th number of a seed and shot, whichever others are asked for.
std::complex<double> noise(std::uint64_t seed, std::uint64_t shot, std::uint64_t i) {
  const std::uint64_t key = scrambled(scrambled(seed) ^ shot);
  const auto uniform = [&](std::uint64_t counter) {  // in (0, 1)
    return (static_cast<double>(scrambled(scrambled(key) ^ counter) >> 11) + 0.5) * 0x1p-53;
  };
  return std::polar(std::sqrt(-2 * std::log(uniform(2 * i))), 2 * pi * uniform(2 * i + 1));
}

/// Moments of the lines of a bin about their mean.
struct Moments {
  double weight = 0, mean = 0, second = 0, third = 0;
};

Moments moments_of(const SpectrumLine* begin, const SpectrumLine* end) {
  Moments m;
  for (const SpectrumLine* line = begin; line != end; ++line) {
    m.weight += line->weight;
    m.mean += line->weight * (line->wavelength_m - begin->wavelength_m);
  }
  if (!(m.weight > 0)) return m;
  m.mean = begin->wavelength_m + m.mean / m.weight;
  for (const SpectrumLine* line = begin; line != end; ++line) {
    const double x = line->wavelength_m - m.mean, share = line->weight / m.weight;
    m.second += share * x * x;
    m.third += share * x * x * x;
  }
  return m;
}

/// The two lines that have a bin's moments: nodes are roots of x^2 - (m3/m2) x - m2, and lie within the bin.
void add_gauss_lines(Spectrum& to, const Moments& m, bool only_one) {
  if (!(m.weight > 0)) return;
  const double negligible = 1e-12 * m.mean;
  if (only_one || !(m.second > negligible * negligible)) {
    to.push_back({m.mean, m.weight});
    return;
  }
  const double half = 0.5 * m.third / m.second, root = std::sqrt(half * half + m.second);
  const double low = half - root, high = half + root;
  to.push_back({m.mean + low, m.weight * high / (high - low)});
  to.push_back({m.mean + high, m.weight * -low / (high - low)});
}

}  // namespace

double total_weight(const Spectrum& spectrum) {
  double sum = 0;
  for (const SpectrumLine& line : spectrum) sum += line.weight;
  return sum;
}

double mean_wavelength_m(const Spectrum& spectrum) {
  double sum = 0;
  for (const SpectrumLine& line : spectrum) sum += line.weight * line.wavelength_m;
  return sum / total_weight(spectrum);
}

std::vector<std::pair<double, double>> wavelengths_and_weights(const Beam& beam) {
  std::map<double, double> weights;
  for (const Source& source : beam.sources) weights[source.wavelength_m] += source.weight;
  if (weights.size() < 2) return {};
  return {weights.begin(), weights.end()};
}

Spectrum spectrum_of(const GaussianBand& band, double peak_m) {
  if (!(band.fwhm > 0)) return {{peak_m, 1}};
  const double sigma = band.fwhm * sigma_per_fwhm;
  return sampled(-cut_sigmas * sigma, cut_sigmas * sigma, peak_m,
                 [&](std::size_t, double e) { return std::exp(-0.5 * e * e / (sigma * sigma)); });
}

Spectrum spectrum_of(const PinkBand& band, double peak_m) {
  if (!(band.fwhm > 0)) return {{peak_m, 1}};
  constexpr double least = 0.05;
  const double above = band.fwhm / (1 + band.tail), below = band.fwhm - above;
  const auto shape = [&](std::size_t, double e) {
    return e > 0 ? std::exp2(-e * e / (above * above)) : 1 / (1 + e * e / (below * below));
  };
  return sampled(-below * std::sqrt(1 / least - 1), above * std::sqrt(-std::log2(least)), peak_m, shape);
}

Spectrum spectrum_of(const TwoColours& colours, double peak_m) {
  const double peak_eV = hc_eV_angstrom / angstrom_from_metres(peak_m);
  Spectrum both = spectrum_of(GaussianBand{colours.fwhm}, peak_m);
  const double second_m = metres_from_angstrom(angstrom_from_eV(peak_eV + colours.separation_eV));
  for (const SpectrumLine& line : spectrum_of(GaussianBand{colours.fwhm}, second_m))
    both.push_back({line.wavelength_m, line.weight * colours.ratio});
  sort_and_normalise(both);
  return both;
}

Spectrum spectrum_of(const SasePulse& pulse, double peak_m) {
  if (!(pulse.fwhm > 0)) return {{peak_m, 1}};
  const double sigma = pulse.fwhm * sigma_per_fwhm, step = 2 * cut_sigmas * sigma / static_cast<double>(fine_lines);
  // The filter exp(-x^2 / 2 s^2) acts on fields: on intensities its FWHM is 2 s sqrt(ln 2).
  const double filter = pulse.fwhm / pulse.spikes / (2 * std::sqrt(std::log(2.0))) / step;
  const auto reach = static_cast<std::size_t>(std::ceil(4 * filter));
  std::vector<std::complex<double>> white(fine_lines + 2 * reach);
  for (std::size_t i = 0; i < white.size(); ++i) white[i] = noise(pulse.seed, pulse.shot, i);
  std::vector<double> taps(2 * reach + 1);
  for (std::size_t k = 0; k < taps.size(); ++k) {
    const double x = (static_cast<double>(k) - static_cast<double>(reach)) / filter;
    taps[k] = std::exp(-0.5 * x * x);
  }
  return sampled(-cut_sigmas * sigma, cut_sigmas * sigma, peak_m, [&](std::size_t i, double e) {
    std::complex<double> field = 0;
    for (std::size_t k = 0; k < taps.size(); ++k) field += taps[k] * white[i + k];
    return std::norm(field) * std::exp(-0.5 * e * e / (sigma * sigma));
  });
}

Spectrum resampled(const Spectrum& spectrum, std::size_t lines) {
  if (spectrum.empty() || lines == 0) return spectrum;
  const double first = spectrum.front().wavelength_m, range = spectrum.back().wavelength_m - first;
  const std::size_t bins = (lines + 1) / 2;
  const bool odd = lines % 2 == 1;
  Spectrum result;
  const SpectrumLine *begin = spectrum.data(), *const end = begin + spectrum.size();
  for (std::size_t bin = 0, unit = 0; bin < bins; ++bin) {
    const bool only_one = odd && bin == bins / 2;
    unit += only_one ? 1 : 2;
    const double edge = first + range * static_cast<double>(unit) / static_cast<double>(lines);
    const SpectrumLine* next = bin + 1 == bins ? end : std::upper_bound(begin, end, edge, [](double x, const auto& l) {
      return x < l.wavelength_m;
    });
    add_gauss_lines(result, moments_of(begin, next), only_one);
    begin = next;
  }
  return result;
}

Spectrum filled(const Spectrum& spectrum, double spacing_m) {
  Spectrum result;
  for (std::size_t i = 0; i < spectrum.size(); ++i) {
    const SpectrumLine& line = spectrum[i];
    double reach = INFINITY;
    if (i > 0) reach = line.wavelength_m - spectrum[i - 1].wavelength_m;
    if (i + 1 < spectrum.size()) reach = std::min(reach, spectrum[i + 1].wavelength_m - line.wavelength_m);
    constexpr double most = 4096;
    const int steps =
        std::isfinite(reach) && reach > spacing_m ? static_cast<int>(std::min(most, std::ceil(reach / spacing_m))) : 1;
    // A triangle of so many steps on each side: weights (steps - |k|) / steps^2.
    for (int k = 1 - steps; k < steps; ++k)
      result.push_back({k == 0 ? line.wavelength_m : line.wavelength_m + reach * k / steps,
                        line.weight * (steps - std::abs(k)) / (static_cast<double>(steps) * steps)});
  }
  std::ranges::sort(result, {}, &SpectrumLine::wavelength_m);
  return result;
}

double wavelength_spacing(double accuracy, double resolution_m, double crystal_m) {
  // The rule's error for a bin of width H is H^4 G'''' / 4320; a spot's G'''' is (2 pi)^4 / 15 (L / d)^4.
  const double rate = std::pow(2 * pi, 4) / 15 / 4320;
  return 0.5 * std::pow(accuracy / rate, 0.25) * resolution_m / crystal_m;
}

}  // namespace femtobragg
