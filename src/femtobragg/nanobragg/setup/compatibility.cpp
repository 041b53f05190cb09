// From quirks to rules.
#include "femtobragg/nanobragg/setup/compatibility.h"
#include "femtobragg/physics/lattice_factor/shapes.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"

namespace femtobragg::nanobragg {
namespace {

/// Whether the direct beam meets the centre of a sub-pixel, which then lies on the lattice point 000: the usual case of
/// a sub-pixel that does. Of flat panels, at their surface.
bool beam_meets_sub_pixel(const Experiment& experiment) {
  const Vec3d& beam = experiment.beam.direction;
  const double samples = static_cast<double>(experiment.sampling.oversample);
  return std::ranges::any_of(experiment.detector.panels, [&](const Panel& panel) {
    const double along = dot(beam, panel.normal), distance_m = dot(panel.origin_m, panel.normal);
    if (panel.curvature != Curvature::Flat || !(along * distance_m > 0)) return false;
    const Vec3d at = beam * (distance_m / along) - panel.origin_m;
    const auto is_centre = [&](const Vec3d& axis, std::size_t count) {
      const double place = dot(at, axis) / (dot(axis, axis) * panel.pixel_size_m);
      const double in_sub_pixels = place * samples - 0.5;
      constexpr double nearly = 1e-5;
      return place > 0 && place < static_cast<double>(count) &&
             std::abs(in_sub_pixels - std::round(in_sub_pixels)) < nearly;
    };
    return is_centre(panel.fast_axis, panel.n_fast) && is_centre(panel.slow_axis, panel.n_slow);
  });
}

/// Of the kinds that are possible, those without which the experiment is refused.
OddValues needed_odd_values(Experiment experiment, const OddValues& possible) {
  OddValues& odd = experiment.sampling.compatibility.odd;
  const auto passes = [&] {
    try {
      validate(experiment);
      return true;
    } catch (const Error&) {
      return false;
    }
  };
  odd = {};
  if (passes()) return odd;
  odd = possible;
  for (bool OddValues::*kind :
       {&OddValues::panel_axes, &OddValues::crystal_axes, &OddValues::spindle_axis, &OddValues::polarization,
        &OddValues::fluence, &OddValues::fudge, &OddValues::negative_edges, &OddValues::no_phi_steps}) {
    odd.*kind = false;
    if (possible.*kind && !passes()) odd.*kind = true;
  }
  return odd;
}

}  // namespace

OddValues possible_odd_values(const Options& options, const QuirkSet& quirks, Reading reading) {
  using enum Quirk;
  const bool lenient = reading == Reading::Lenient;
  // Beside a matrix, the cell's edges are those of the real axes.
  const bool cell_and_matrix = options.crystal.cell_given && !options.crystal.matrix_file.empty();
  return {.panel_axes = quirks.on(OdetSkew) || quirks.on(AxisLength) || quirks.on(TwothetaReport),
          .crystal_axes = quirks.on(TriclinicCell) || cell_and_matrix,
          .spindle_axis = quirks.on(AxisLength),
          .polarization = lenient,
          .fluence = lenient,
          .fudge = lenient,
          .negative_edges = lenient,
          .no_phi_steps = quirks.on(StepRules)};
}

void set_compatibility(Experiment& experiment, const Options& options, QuirkLog& quirks, Reading reading) {
  using enum Quirk;
  const OversampleOptions& s = options.oversample;
  Compatibility& rules = experiment.sampling.compatibility;
  if (options.compatibility != Compatibility{}) {
    rules = options.compatibility;
    return;
  }
  const std::vector<Panel>& panels = experiment.detector.panels;
  const bool thick = std::ranges::any_of(panels, [](const Panel& panel) { return panel.sensor.thickness_m > 0; });
  const bool one_layer = std::ranges::all_of(panels, [](const Panel& panel) { return panel.sensor.layers == 1; });
  const auto rule = [&](bool flag) {
    if (flag) return quirks.on(RunningSum) ? FactorRule::RunningProduct : FactorRule::EachSample;
    return quirks.on(FirstSubpixel) ? FactorRule::FirstSample : FactorRule::EachSample;
  };
  rules.capture = rule(s.thick);
  if (rules.capture == FactorRule::FirstSample && !quirks.on(ThicknessLayers)) rules.capture = FactorRule::FirstOfLayer;
  if (!thick && !quirks.on(AbsorbZero)) rules.capture = FactorRule::EachSample;
  rules.polarization = rule(s.polar);
  rules.solid_angle = rule(s.omega);
  rules.background_in_sum = quirks.on(Water);
  rules.interpolation_stops_for_good = quirks.on(InterpOff);
  rules.phi_zero_keeps_orientation = quirks.on(Phi0Carry);
  rules.polarization_ignores_off_switch = quirks.on(NopolarLost) && s.polar;
  rules.solid_angle_over_steps = quirks.on(SolidAngle);
  rules.bare_lattice_factors = quirks.on(RoundNode);
  rules.odd = needed_odd_values(experiment, possible_odd_values(options, quirks.set(), reading));
  quirks.changes(RoundNode,
                 physics::shape_info(experiment.crystal.shape).fails_at_nodes && beam_meets_sub_pixel(experiment));
  quirks.changes(NopolarLost, s.polar && options.beam.no_polarization);

  const bool one_direction = std::ranges::all_of(experiment.beam.sources, [&](const Source& source) {
    return source.direction == experiment.beam.sources.front().direction;
  });
  const bool one_sample = experiment.sampling.oversample == 1 && one_layer && one_direction;
  const double terms = static_cast<double>(experiment.beam.sources.size()) *
                       static_cast<double>(experiment.spindle.phi_steps) *
                       static_cast<double>(std::max<std::size_t>(1, experiment.crystal.mosaic_rotations.size()));
  const bool one_term = one_sample && terms == 1;
  const bool any_flag = s.thick || s.polar || s.omega;
  const bool all_flags = s.thick && s.polar && s.omega;
  quirks.changes(RunningSum, any_flag && (!one_term || experiment.water_edge_m != 0));
  quirks.changes(FirstSubpixel, !all_flags && !one_sample);
  quirks.changes(SolidAngle, terms > 1 || !one_layer);
}

}  // namespace femtobragg::nanobragg
