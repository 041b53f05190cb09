// Spectra of X-ray sources, and their sampling by as many wavelengths as an image needs.
//
// Widths are relative to the photon energy at the peak. Shapes are photon numbers over energy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "femtobragg/model/beam.h"
#include "femtobragg/model/spectrum.h"

#pragma GCC visibility push(default)
namespace femtobragg {

double total_weight(const Spectrum& spectrum);
double mean_wavelength_m(const Spectrum& spectrum);

/// Wavelengths (m) of a beam and the weights of all sources that have them; empty if there is only one.
std::vector<std::pair<double, double>> wavelengths_and_weights(const Beam& beam);

/// Gaussian, cut at three standard deviations.
struct GaussianBand {
  double fwhm = 0;  ///< full width at half maximum

  friend bool operator==(const GaussianBand&, const GaussianBand&) = default;
};

/// A harmonic of an undulator: half a Gaussian above the peak, half a Lorentzian below it, which is the light emitted
/// off axis; cut where it falls below a twentieth of the peak. Shape of the measured harmonic in T. Graber et al., J.
/// Synchrotron Rad. 18 (2011) 658.
struct PinkBand {
  double fwhm = 0;
  double tail = 3;  ///< half width below the peak over that above it

  friend bool operator==(const PinkBand&, const PinkBand&) = default;
};

/// Two Gaussians: at the peak, and `separation_eV` above it.
struct TwoColours {
  double separation_eV = 0;
  double ratio = 1;  ///< photons of the second colour for each of the first
  double fwhm = 0;   ///< for both, relative to their own energies; 0: lines

  friend bool operator==(const TwoColours&, const TwoColours&) = default;
};

/// One pulse of a free-electron laser that starts from noise: chaotic light. The field at each energy is complex
/// Gaussian noise, smoothed by a Gaussian to the width of a spike, times the root of a Gaussian envelope. The intensity
/// at one energy therefore has a negative exponential distribution over shots, and the mean over shots is the envelope
/// (E. L. Saldin, E. A. Schneidmiller & M. V. Yurkov, Opt. Commun. 148 (1998) 383; T. Pfeifer et al., Opt. Lett. 35
/// (2010) 3441). Only the shape fluctuates: each pulse has the same number of photons.
struct SasePulse {
  double fwhm = 0;     ///< full width at half maximum of the envelope
  double spikes = 10;  ///< FWHM of the envelope over that of a spike, at most `most_spikes`
  std::uint64_t seed = 1, shot = 0;

  friend bool operator==(const SasePulse&, const SasePulse&) = default;
};
inline constexpr double most_spikes = 500;

/// Finely sampled spectra with their peak at that wavelength and a total weight of one.
Spectrum spectrum_of(const GaussianBand& band, double peak_m);
Spectrum spectrum_of(const PinkBand& band, double peak_m);
Spectrum spectrum_of(const TwoColours& colours, double peak_m);
Spectrum spectrum_of(const SasePulse& pulse, double peak_m);

/// Reduces a spectrum to at most this many lines. The range is cut into bins of equal width, and each bin becomes two
/// lines (if the number is odd, the middle one becomes one) with the bin's weight, mean, variance and third moment: the
/// two-point Gauss rule.
Spectrum resampled(const Spectrum& spectrum, std::size_t lines);

/// Joins samples of a curve by straight lines: where they are further apart than `spacing_m`, each is spread over a
/// triangle that ends at its nearer neighbour. Preserves the weight and mean of each sample.
Spectrum filled(const Spectrum& spectrum, double spacing_m);

/// The relative spacing of wavelengths at which no pixel has an error of more than `accuracy` of the brightest: see
/// docs/physics.md.
double wavelength_spacing(double accuracy, double resolution_m, double crystal_m);

}  // namespace femtobragg
#pragma GCC visibility pop
