// Directions come from the record of a pixel: the code that renders it knows best where it stands.
#include "femtobragg/nanobragg/setup/sight.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/formats/image/beam_frame.h"
#include "femtobragg/simulate/reach.h"
#include "femtobragg/simulate/render.h"

namespace femtobragg::nanobragg {
namespace {

/// The plan with the shortest wave, one orientation and one sample a pixel.
kernel::Plan single_rays(const kernel::Plan& plan) {
  kernel::Plan single = plan;
  const auto shortest = std::ranges::min_element(plan.rays, {}, &kernel::Ray::wavelength_m);
  single.directions = {plan.directions[shortest->direction]};
  single.directions.front().ray_begin = 0;
  single.directions.front().ray_end = 1;
  single.directions.front().band_begin = single.directions.front().band_end = 0;
  single.rays = {*shortest};
  single.rays.front().direction = 0;
  single.orientations.resize(1);
  single.first_sweep_orientations.clear();
  single.interpolate = single.interpolation_stops_for_good = false;
  single.oversample = 1;
  single.steps = 1;
  single.d_min_m = 0;
  for (kernel::PanelPlan& panel : single.panels) {
    panel.layers.resize(1);
    panel.set_mask(nullptr);
  }
  return single;
}

DetectorPixel in_image(const Panel& panel, std::size_t fast, std::size_t slow) {
  return {panel.data_fast + fast, panel.data_slow + slow};
}

std::optional<FinestCorner> finest_corner(const Detector& detector, const kernel::Plan& plan) {
  if (plan.orientations.empty()) return std::nullopt;
  kernel::Plan single = single_rays(plan);
  std::optional<FinestCorner> finest;
  for (std::size_t number = 0; number < plan.panels.size(); ++number) {
    const kernel::PanelPlan& panel = plan.panels[number];
    if (panel.fast_end <= panel.fast_begin || panel.slow_end <= panel.slow_begin) continue;
    kernel::PanelPlan& only = single.panels[number];
    for (const std::size_t slow : {panel.slow_begin, panel.slow_end - 1})
      for (const std::size_t fast : {panel.fast_begin, panel.fast_end - 1}) {
        only.fast_begin = fast, only.fast_end = fast + 1;
        only.slow_begin = slow, only.slow_end = slow + 1;
        const kernel::Recorder record = record_pixel(single, number, fast, slow, {.device = "reference"});
        const kernel::Recorder::Ray& ray = record.samples().front().rays.front();
        const double d_A = angstrom_from_metres(1.0 / norm(ray.q_per_m));
        if (!finest || d_A < finest->d_A)
          finest = {in_image(detector.panels[number], fast, slow), d_A, ray.terms.front().hkl0};
      }
  }
  return finest;
}

}  // namespace

std::optional<DetectorPixel> direct_beam_pixel(const Experiment& experiment) {
  for (const Panel& panel : experiment.detector.panels) {
    const auto spot = formats::beam_spot(panel, experiment.beam.direction);
    if (!spot || !(spot->fast_px >= 0 && spot->slow_px >= 0)) continue;
    const auto fast = static_cast<std::size_t>(spot->fast_px), slow = static_cast<std::size_t>(spot->slow_px);
    if (panel.rendered_region().contains(fast, slow)) return in_image(panel, fast, slow);
  }
  return std::nullopt;
}

Sight sight_of(const Setup& setup, const kernel::Plan& plan) {
  const Crystal& crystal = setup.experiment.crystal;
  const StructureFactors& factors = *setup.experiment.structure_factors;
  const Vec3d& edges = crystal.axes.lengths_m;
  // Behind the sample, distances along the beam are negative.
  const double reciprocal_pixel_m = std::abs(setup.reciprocal_pixel_m);
  return {.corner = finest_corner(setup.experiment.detector, plan),
          .direct_beam = direct_beam_pixel(setup.experiment),
          .list_d_A = finest_listed_A(factors, crystal.axes),
          .spot_px = reciprocal_pixel_m / setup.largest_dimension_m,
          .spacing_px = reciprocal_pixel_m / std::max({edges.x, edges.y, edges.z})};
}

}  // namespace femtobragg::nanobragg
