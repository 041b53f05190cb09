// How finely the experiment is sampled, and rules that older programs follow.
#pragma once

#include <cstdint>

namespace femtobragg {

/// How the sensor's captured fraction, the polarization and the solid angle enter a pixel.
enum class FactorRule {
  EachSample,      ///< own value for each layer, sub-pixel and source: the right way
  FirstSample,     ///< one value for the whole pixel, from the first sample (capture: the last layer's)
  FirstOfLayer,    ///< capture only: the value of each layer's first sub-pixel
  RunningProduct,  ///< multiplies the sum so far after each term
};

/// Behaviours that let a run reproduce the numbers of older programs. The defaults are the right physics.
struct Compatibility {
  FactorRule capture = FactorRule::EachSample;
  FactorRule polarization = FactorRule::EachSample;
  FactorRule solid_angle = FactorRule::EachSample;
  bool background_in_sum = false;                ///< water starts the sum of Bragg terms
  bool interpolation_stops_for_good = false;     ///< at the first index outside the table
  bool phi_zero_keeps_orientation = false;       ///< a phi of exactly zero keeps the orientation of the step before
  bool polarization_ignores_off_switch = false;  ///< computed for each sample although it is switched off
  bool solid_angle_over_steps = false;           ///< reported solid angle: cached values, divided by all steps
  bool bare_lattice_factors = false;             ///< they lose their digits next to lattice points

  friend bool operator==(const Compatibility&, const Compatibility&) = default;
};

struct Sampling {
  std::int64_t oversample = 1;  ///< sub-pixels along each edge
  double d_min_m = 0;           ///< finest resolution rendered; 0: no limit
  bool interpolate = false;     ///< tricubic interpolation of structure factors
  Compatibility compatibility;

  friend bool operator==(const Sampling&, const Sampling&) = default;
};

}  // namespace femtobragg
