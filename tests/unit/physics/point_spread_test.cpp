// Shares of pixels for spreads far narrower and far wider than a pixel.
#include "femtobragg/physics/point_spread.h"

#include <gtest/gtest.h>

#include <cmath>

namespace femtobragg::physics {
namespace {

TEST(GaussianShare, KeepsItsDigitsWhereItIsWide) {
  // The middle of a wide Gaussian is flat, and a little further it falls as the Gaussian does.
  for (const double sigma : {10.0, 15.9, 16.1, 1e3, 1e8, 1e100}) {
    const double peak = 1 / (sigma * std::sqrt(2 * std::numbers::pi));
    EXPECT_NEAR(gaussian_pixel_share(sigma, 1, 0) / peak, 1 - 1 / (12 * sigma * sigma), 2e-7 + 0.01 / std::pow(sigma, 4)) << sigma;
    const double far = std::floor(2 * sigma), t = far / sigma;
    if (far < 1e9) {
      EXPECT_NEAR(gaussian_pixel_share(sigma, 1, far) / (peak * std::exp(-0.5 * t * t)),
                  1 + (t * t - 1) / (12 * sigma * sigma), 2e-6)
          << sigma;
    }
  }
}

TEST(FibreShare, OfANarrowSpreadStaysInThePixel) {
  for (const double fwhm : {1e-3, 1e-6, 1e-11, 1e-100}) {
    const FibreSpread spread = FibreSpread::of_fwhm(fwhm);
    EXPECT_NEAR(spread.pixel_share(1, 1, 0, 0), 1, 40 * fwhm + 1e-15) << fwhm;
    const double beside = spread.pixel_share(1, 1, 1, 0);
    EXPECT_TRUE(beside >= -1e-15 && beside < 40 * fwhm + 1e-15) << fwhm << " " << beside;
    EXPECT_TRUE(std::isfinite(spread.pixel_share_rate(1, 1, 0, 0)));
  }
}

}  // namespace
}  // namespace femtobragg::physics
