// From quirks to rules.
#include "femtobragg/nanobragg/compatibility.h"
#include "femtobragg/physics/lattice_factor/shapes.h"

#include <algorithm>
#include <cmath>

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

}  // namespace

void set_compatibility(Experiment& experiment, const Options& options, QuirkLog& quirks) {
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
