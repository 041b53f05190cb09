// Panel by panel: Gaussians axis by axis, long tails by Fourier transforms.
#include "femtobragg/simulate/stages/spread.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/physics/point_spread.h"
#include "femtobragg/simulate/stages/convolution.h"

namespace femtobragg::stages {
namespace {

/// Shares along one axis, as far as the rest is below 1e-9.
std::vector<double> gaussian_shares(double sigma_m, double pixel_m, std::size_t most) {
  constexpr double far = 6.2;  // standard deviations
  std::vector<double> shares;
  const auto count = std::min<double>(static_cast<double>(most), std::ceil(far * sigma_m / pixel_m) + 2);
  for (double steps = 0; steps < count; ++steps)
    shares.push_back(physics::gaussian_pixel_share(sigma_m, pixel_m, steps));
  return shares;
}

void spread_plane(const Plane& plane, const PointSpread& spread, const Panel& panel, int threads) {
  const double fast_m = panel.edge_fast_m(), slow_m = panel.edge_slow_m();
  if (!(fast_m > 0 && slow_m > 0))
    throw Error::usage({.what = "light cannot spread over pixels without a size",
                        .where = "detector.panel",
                        .value = format_number(fast_m) + " x " + format_number(slow_m) + " m",
                        .rule = "edges must be above zero"});
  if (spread.shape == SpreadShape::Gaussian) {
    const double sigma = physics::gaussian_sigma(spread.fwhm_m);
    return convolve(plane, gaussian_shares(sigma, fast_m, plane.n_fast), gaussian_shares(sigma, slow_m, plane.n_slow),
                    threads);
  }
  const physics::FibreSpread fibre = physics::FibreSpread::of_fwhm(spread.fwhm_m);
  convolve_everywhere(
      plane,
      [&](std::size_t slow, std::span<double> shares) {
        for (std::size_t fast = 0; fast < shares.size(); ++fast)
          shares[fast] = fibre.pixel_share(fast_m, slow_m, static_cast<double>(fast), static_cast<double>(slow));
      },
      threads);
}

}  // namespace

void SpreadStage::apply(std::vector<double>& values, const Detector& detector, int threads) {
  const std::size_t stride = detector.image_shape().n_fast;
  for (const Panel& panel : detector.panels) {
    const RegionOfInterest region = panel.rendered_region();
    if (region.empty()) continue;
    const std::size_t first = (panel.data_slow + region.slow_begin) * stride + panel.data_fast + region.fast_begin;
    spread_plane({region.width(), region.height(), values.data() + first, stride}, spread_, panel, threads);
  }
}

}  // namespace femtobragg::stages
