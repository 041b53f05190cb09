// Panel by panel: Gaussians axis by axis, long tails by Fourier transforms.
#include "femtobragg/simulate/stages/spread.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "femtobragg/physics/point_spread.h"
#include "femtobragg/simulate/stages/convolution.h"

namespace femtobragg::stages {
namespace {

/// Pixels along one axis that get a share, as far as the rest is below 1e-9.
std::size_t gaussian_count(double sigma_m, double pixel_m, std::size_t most) {
  constexpr double far = 6.2;  // standard deviations
  return static_cast<std::size_t>(std::min<double>(static_cast<double>(most), std::ceil(far * sigma_m / pixel_m) + 2));
}

/// share(sigma, pixel, steps) for each of them.
std::vector<double> gaussian_shares(double sigma_m, double pixel_m, std::size_t most,
                                    double (*share)(double, double, double)) {
  std::vector<double> shares(gaussian_count(sigma_m, pixel_m, most));
  for (std::size_t steps = 0; steps < shares.size(); ++steps)
    shares[steps] = share(sigma_m, pixel_m, static_cast<double>(steps));
  return shares;
}

/// A panel's pixels, in which light spreads.
class SpreadPlane {
 public:
  SpreadPlane(const Plane& plane, const PointSpread& spread, const Panel& panel, int threads)
      : plane_(plane), spread_(spread), fast_m_(panel.edge_fast_m()), slow_m_(panel.edge_slow_m()), threads_(threads) {}

  void values() const {
    if (spread_.shape == SpreadShape::Gaussian)
      return convolve(plane_, fast(physics::gaussian_pixel_share), slow(physics::gaussian_pixel_share), threads_);
    everywhere(&physics::FibreSpread::pixel_share, 1);
  }

  void rates() const {
    if (spread_.shape == SpreadShape::Fibre)
      return everywhere(&physics::FibreSpread::pixel_share_rate, 1 / physics::FibreSpread::fwhm_over_g());
    // Of a product.
    std::vector<double> copy;
    for (std::size_t row = 0; row < plane_.n_slow; ++row) std::ranges::copy(plane_.row(row), std::back_inserter(copy));
    const Plane other{plane_.n_fast, plane_.n_slow, copy.data(), plane_.n_fast};
    convolve(plane_, fast(physics::gaussian_pixel_share_rate), slow(physics::gaussian_pixel_share), threads_);
    convolve(other, fast(physics::gaussian_pixel_share), slow(physics::gaussian_pixel_share_rate), threads_);
    const double sigma_of_fwhm = physics::gaussian_sigma(1);
    for (std::size_t row = 0; row < plane_.n_slow; ++row)
      std::ranges::transform(plane_.row(row), other.row(row), plane_.row(row).begin(),
                             [&](double a, double b) { return sigma_of_fwhm * (a + b); });
  }

 private:
  using GaussianShare = double (*)(double, double, double);
  using FibreShare = double (physics::FibreSpread::*)(double, double, double, double) const;

  std::vector<double> fast(GaussianShare share) const {
    return gaussian_shares(physics::gaussian_sigma(spread_.fwhm_m), fast_m_, plane_.n_fast, share);
  }
  std::vector<double> slow(GaussianShare share) const {
    return gaussian_shares(physics::gaussian_sigma(spread_.fwhm_m), slow_m_, plane_.n_slow, share);
  }
  void everywhere(FibreShare share, double factor) const {
    const physics::FibreSpread fibre = physics::FibreSpread::of_fwhm(spread_.fwhm_m);
    convolve_everywhere(
        plane_,
        [&](std::size_t slow, std::span<double> shares) {
          for (std::size_t fast = 0; fast < shares.size(); ++fast)
            shares[fast] =
                factor * (fibre.*share)(fast_m_, slow_m_, static_cast<double>(fast), static_cast<double>(slow));
        },
        threads_);
  }

  const Plane& plane_;
  const PointSpread& spread_;
  double fast_m_, slow_m_;
  int threads_;
};

}  // namespace

void spread(std::vector<double>& values, const Detector& detector, const PointSpread& spread, int threads) {
  for_each_plane(values, detector,
                 [&](const Plane& plane, const Panel& panel) { SpreadPlane(plane, spread, panel, threads).values(); });
}

void spread_rate(std::vector<double>& values, const Detector& detector, const PointSpread& spread, int threads) {
  for_each_plane(values, detector,
                 [&](const Plane& plane, const Panel& panel) { SpreadPlane(plane, spread, panel, threads).rates(); });
}

std::size_t reach_of(const PointSpread& spread, const Panel& panel) {
  const std::size_t most = std::max(panel.n_fast, panel.n_slow);
  if (spread.shape == SpreadShape::Fibre) return most;
  return gaussian_count(physics::gaussian_sigma(spread.fwhm_m), std::min(panel.edge_fast_m(), panel.edge_slow_m()),
                        most);
}

}  // namespace femtobragg::stages
