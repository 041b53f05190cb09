// Counters that are busy for a while after each photon: what they count on average, of Poisson arrivals.
#pragma once

#include <cmath>

#include "femtobragg/base/device.h"

namespace femtobragg::physics {

/// All take and give photons of an exposure; `busy`: dead time over exposure time (G. F. Knoll, Radiation Detection and
/// Measurement, 4th ed. (2010), section 4.VII).
FB_HD inline double counted_paralyzable(double photons, double busy) {
  using std::exp;
  return photons * exp(-photons * busy);
}

FB_HD inline double counted_nonparalyzable(double photons, double busy) { return photons / (1 + photons * busy); }

/// A pulse that is still there after the dead time is counted again, and so on. Such a pulse goes on with probability
/// 1 - exp(-x) each time, x = rate x dead time: it gives exp(x) counts in exp(x) dead times, and the next photon
/// arrives 1 / rate later.
FB_HD inline double counted_with_retrigger(double photons, double busy) {
  using std::exp;
  return photons / (exp(-photons * busy) + photons * busy);
}

}  // namespace femtobragg::physics
