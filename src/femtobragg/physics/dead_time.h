// Counters that are busy for a while after each photon: what they count of Poisson arrivals, its mean and its variance.
#pragma once

#include <cmath>

#include "femtobragg/base/device.h"

namespace femtobragg::physics {

/// Of photons that are expected in an exposure of many dead times.
struct Counted {
  double mean = 0;
  double slope = 0;  ///< of the mean with the photons
  double variance = 0;

  /// The variance that is left where the number of photons is known, and only their times are not.
  FB_HD double variance_of_times(double photons) const { return variance - slope * slope * photons; }
};

/// `busy`: dead time over exposure time; x = photons x busy (G. F. Knoll, Radiation Detection and Measurement, 4th ed.
/// (2010), section 4.VII: means). Each photon prolongs the pulse: a photon is counted if none came in the dead time
/// before it: no two counts are nearer than the dead time, and those further apart are independent (F. Albert & L.
/// Nelson, Ann. Math. Stat. 24 (1953) 9; J. W. Mueller, Nucl. Instrum. Methods 112 (1973) 47).
FB_HD inline Counted counted_paralyzable(double photons, double busy) {
  using std::exp;
  const double x = photons * busy, free = exp(-x);
  return {photons * free, free * (1 - x), photons * free * (1 - 2 * x * free)};
}

/// Photons in the dead time are not seen: counts are a renewal process of intervals dead time + exponential deviate
/// (J. W. Mueller, the same).
FB_HD inline Counted counted_nonparalyzable(double photons, double busy) {
  const double live = 1 / (1 + photons * busy);
  return {photons * live, live * live, photons * live * live * live};
}

/// A pulse that is still there after the dead time is counted again, and so on. It goes on with probability 1 - p each
/// time, p = exp(-x): a cycle has K counts in K dead times, K geometric with mean 1 / p, and the next photon arrives
/// after an exponential deviate E. The variance is that of renewals with rewards, var(K - r D) / mean(D) of a time,
/// with the duration D of a cycle and r counts in a time (D. R. Cox, Renewal Theory (1962), chapter 8).
FB_HD inline Counted counted_with_retrigger(double photons, double busy) {
  using std::exp;
  const double x = photons * busy, p = exp(-x), live = 1 / (p + x);
  return {photons * live, p * (1 + x) * live * live, photons * p * (2 - p) * live * live * live};
}

}  // namespace femtobragg::physics
