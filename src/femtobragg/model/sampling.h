// How finely the experiment is sampled, and rules that older programs follow.
#pragma once

#include <cstdint>

#pragma GCC visibility push(default)
namespace femtobragg {

/// How the sensor's captured fraction, the polarization and the solid angle enter a pixel.
enum class FactorRule {
  EachSample,      ///< a separate value for each layer, sub-pixel and source: the correct way
  FirstSample,     ///< one value for the whole pixel, from the first sample (capture: the last layer's)
  FirstOfLayer,    ///< capture only: the value of each layer's first sub-pixel
  RunningProduct,  ///< multiplies the sum so far after each term
};

/// Values that older programs accept although they contradict each other, or nature. validate() accepts each kind
/// only if it is set here, and then requires finite numbers only.
struct OddValues {
  bool panel_axes = false;      ///< panels with axes, normal and area that do not belong together, or seen from behind
  bool crystal_axes = false;    ///< real and reciprocal axes that are not quite each other's duals
  bool spindle_axis = false;    ///< axes of any length, even zero
  bool polarization = false;    ///< fractions beyond -1 to 1, and field axes along the beam
  bool fluence = false;         ///< values below zero, or infinite
  bool fudge = false;           ///< zero or below: spots without an edge
  bool negative_edges = false;  ///< negative edges of the water, and resolution limits
  bool no_phi_steps = false;    ///< no steps; the image is then not a number

  friend bool operator==(const OddValues&, const OddValues&) = default;
};

/// Behaviours that let a run reproduce the numbers of older programs. The defaults are the correct physics.
struct Compatibility {
  FactorRule capture = FactorRule::EachSample;
  FactorRule polarization = FactorRule::EachSample;
  FactorRule solid_angle = FactorRule::EachSample;
  bool background_in_sum = false;                ///< water starts the sum of Bragg terms
  bool interpolation_stops_for_good = false;     ///< it stops at the first index outside the table
  bool phi_zero_keeps_orientation = false;       ///< a phi of exactly zero keeps the orientation of the step before
  bool polarization_ignores_off_switch = false;  ///< computed for each sample although it is switched off
  bool solid_angle_over_steps = false;           ///< reported solid angle: cached values, divided by all steps
  bool bare_lattice_factors = false;             ///< they lose their digits next to lattice points
  OddValues odd{};

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
#pragma GCC visibility pop
