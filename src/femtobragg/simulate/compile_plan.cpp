// Each part of the experiment becomes its part of the plan.
#include "femtobragg/simulate/compile_plan.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "femtobragg/base/error.h"
#include "femtobragg/base/gauss_nodes.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/physics/water.h"
#include "femtobragg/simulate/compile_backgrounds.h"
#include "femtobragg/simulate/lattices.h"
#include "femtobragg/simulate/path_transmission.h"
#include "femtobragg/simulate/sensor_layers.h"
#include "femtobragg/simulate/transmission.h"

namespace femtobragg {
namespace {

void add_mask(kernel::PanelPlan& plan, const std::vector<std::uint8_t>& mask, const kernel::PanelPlan* like) {
  if (mask.empty()) return;
  const bool same = like && like->mask && like->n_fast * like->n_slow == mask.size() &&
                    std::equal(mask.begin(), mask.end(), like->mask);
  if (same)
    plan.mask = like->mask, plan.mask_keeper = like->mask_keeper;
  else
    plan.set_mask(shared(mask));
}

}  // namespace

kernel::PanelPlan panel_plan(const Panel& panel, const Vec3d& beam, const kernel::PanelPlan* like) {
  kernel::PanelPlan plan{};
  plan.origin_m = panel.origin_m;
  plan.fast_axis = panel.fast_axis;
  plan.slow_axis = panel.slow_axis;
  plan.normal = panel.normal;
  // The dual of the axes, by Gram's matrix; axes in one line have none.
  const double ff = dot(panel.fast_axis, panel.fast_axis), fs = dot(panel.fast_axis, panel.slow_axis),
               ss = dot(panel.slow_axis, panel.slow_axis), determinant = ff * ss - fs * fs;
  const bool in_line = !(determinant > 1e-12 * ff * ss);
  plan.along_fast = in_line ? panel.fast_axis : (panel.fast_axis * ss - panel.slow_axis * fs) * (1 / determinant);
  plan.along_slow = in_line ? panel.slow_axis : (panel.slow_axis * ff - panel.fast_axis * fs) * (1 / determinant);
  plan.most_along = std::max(norm(plan.along_fast), norm(plan.along_slow));
  plan.pixel_size_m = panel.pixel_size_m;
  plan.pixel_area_m2 = panel.pixel_size_m * panel.pixel_size_m * panel.area_ratio;
  plan.n_fast = panel.n_fast;
  plan.n_slow = panel.n_slow;
  if (const RegionOfInterest region = panel.rendered_region(); !region.empty()) {
    plan.fast_begin = region.fast_begin;
    plan.fast_end = region.fast_end;
    plan.slow_begin = region.slow_begin;
    plan.slow_end = region.slow_end;
  }
  add_mask(plan, panel.mask, like);
  plan.plane_distance_m = dot(panel.origin_m, panel.normal);

  const bool spherical = panel.curvature == Curvature::Spherical;
  if (panel.point_pixels)
    plan.facing_area_m2 = panel.point_pixel_area_m2;
  else if (spherical)
    plan.facing_area_m2 = plan.pixel_area_m2;
  plan.normal_incidence = spherical;
  if (panel.curvature != Curvature::Flat) {
    plan.bending = spherical ? kernel::Bending::Spherical : kernel::Bending::LabAxes;
    plan.radius_m = panel.curvature_radius_m;
    plan.curved = physics::curved_frame(beam, panel.fast_axis, panel.slow_axis);
    plan.curved.beam = beam;
    const Vec3d spot = plan.radius_m * beam - panel.origin_m;
    plan.beam_fast_m = dot(panel.fast_axis, spot);
    plan.beam_slow_m = dot(panel.slow_axis, spot);
  }

  plan.absorbs = panel.sensor.thickness_m > 0;
  plan.attenuation_per_m = panel.sensor.attenuation_per_m;
  plan.layers = layers_of(panel.sensor);
  return plan;
}

namespace {

/// Sources that share a direction with the one before become rays of one direction.
void add_sources(kernel::Plan& plan, const Beam& beam) {
  double total_weight = 0;
  for (const Source& source : beam.sources) total_weight += source.weight;
  const double count = static_cast<double>(beam.sources.size());
  const Vec3d* last = nullptr;
  for (const Source& source : beam.sources) {
    if (!last || !(*last == source.direction)) {
      const Vec3d incident = -unit(source.direction);
      plan.directions.push_back({incident, physics::polarization_frame(incident, beam.polarization_axis), 0,
                                 plan.rays.size(), plan.rays.size()});
    }
    last = &source.direction;
    // Equal weights must be exactly one, whatever the rounding of the division.
    const double weight = source.weight * count == total_weight ? 1.0 : source.weight * count / total_weight;
    plan.rays.push_back({source.wavelength_m, weight, static_cast<std::uint32_t>(plan.directions.size() - 1)});
    plan.directions.back().weight += weight;
    plan.directions.back().ray_end = plan.rays.size();
  }
}

/// Nodes that stand for the wavelengths of each direction that has many, by their frequencies.
void add_bands(kernel::Plan& plan) {
  constexpr std::size_t nodes = 8;
  for (kernel::Direction& direction : plan.directions) {
    const std::span rays = std::span(plan.rays).subspan(direction.ray_begin, direction.ray_end - direction.ray_begin);
    if (rays.size() <= nodes || std::ranges::any_of(rays, [](const kernel::Ray& ray) { return ray.weight < 0; }))
      continue;
    const auto [least, most] = std::ranges::minmax_element(rays, std::greater(), &kernel::Ray::wavelength_m);
    const double middle = 0.5 / least->wavelength_m + 0.5 / most->wavelength_m,
                 half = 0.5 / most->wavelength_m - 0.5 / least->wavelength_m;
    if (!(half > 0)) continue;
    std::vector<WeightedPoint> points;
    for (const kernel::Ray& ray : rays) points.push_back({(1 / ray.wavelength_m - middle) / half, ray.weight});
    direction.band_begin = plan.band_rays.size();
    for (const WeightedPoint& node : gauss_nodes(points, nodes))
      plan.band_rays.push_back({1 / (middle + half * node.at), node.weight, rays.front().direction});
    direction.band_end = plan.band_rays.size();
    direction.band_per_m = 2 * half;
  }
}

/// The spindle's axes for one step.
kernel::Orientation turned(const CrystalAxes& axes, const Spindle& spindle, double phi) {
  if (phi == 0.0) return {axes.a_m, axes.b_m, axes.c_m};
  const auto turn = [&](const Vec3d& v) { return physics::rotate_about_axis(v, spindle.axis, phi); };
  return {turn(axes.a_m), turn(axes.b_m), turn(axes.c_m)};
}

std::vector<kernel::Orientation> with_mosaic(const std::vector<kernel::Orientation>& phi_steps,
                                             const std::vector<Mat3d>& rotations) {
  if (rotations.empty()) return phi_steps;
  std::vector<kernel::Orientation> all;
  all.reserve(phi_steps.size() * rotations.size());
  for (const kernel::Orientation& axes : phi_steps)
    for (const Mat3d& u : rotations) all.push_back({u * axes.a, u * axes.b, u * axes.c, axes.light});
  return all;
}

/// Orientations where a phi of exactly zero keeps those of the last other step: `first_sweep` tells whether there was
/// none before this sweep.
std::vector<kernel::Orientation> keep_at_zero(const std::vector<kernel::Orientation>& steps,
                                              const std::vector<double>& phi_rad, bool first_sweep) {
  std::vector<kernel::Orientation> kept = steps;
  const kernel::Orientation* last = nullptr;
  if (!first_sweep)
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (phi_rad[i] != 0.0) last = &steps[i];
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (phi_rad[i] != 0.0)
      last = &steps[i];
    else if (last)
      kept[i] = {last->a, last->b, last->c, steps[i].light};
  }
  return kept;
}

/// The mean light of the exposure; 1 for a steady beam.
double mean_light(const Spindle& spindle) {
  const std::vector<double>& light = spindle.step_light;
  return light.empty() ? 1 : std::accumulate(light.begin(), light.end(), 0.0) / static_cast<double>(light.size());
}

void add_orientations(kernel::Plan& plan, const Experiment& experiment) {
  const Spindle& spindle = experiment.spindle;
  const std::vector<Mat3d>& mosaic = experiment.crystal.mosaic_rotations;
  plan.mosaic_domains = std::max<std::size_t>(1, mosaic.size());
  const auto phi_steps = static_cast<std::uint64_t>(spindle.phi_steps);
  require_memory(checked_product({phi_steps, plan.mosaic_domains, 2 * sizeof(kernel::Orientation)}),
                 "the list of orientations",
                 std::to_string(phi_steps) + " phi steps x " + std::to_string(plan.mosaic_domains) + " mosaic domains",
                 "use fewer phi steps or mosaic domains");
  std::vector<kernel::Orientation> steps;
  bool zero = false, other = false;
  const double mean = mean_light(spindle);
  for (std::int64_t i = 0; i < spindle.phi_steps; ++i) {
    const double phi = spindle.phi_rad(i);
    (phi == 0.0 ? zero : other) = true;
    plan.phi_rad.push_back(phi);
    steps.push_back(turned(experiment.crystal.axes, spindle, phi));
    if (!spindle.step_light.empty() && mean > 0)
      steps.back().light = spindle.step_light[static_cast<std::size_t>(i)] / mean;
  }
  if (experiment.sampling.compatibility.phi_zero_keeps_orientation && zero && other) {
    plan.orientations = with_mosaic(keep_at_zero(steps, plan.phi_rad, false), mosaic);
    plan.first_sweep_orientations = with_mosaic(keep_at_zero(steps, plan.phi_rad, true), mosaic);
  } else {
    plan.orientations = with_mosaic(steps, mosaic);
  }
}

/// The quadratic form of the spot width.
Mat3d spot_width(const Crystal& crystal) {
  const auto& n = crystal.cells;
  if (crystal.spot_width == SpotWidth::MillerIndices)
    return {{n[0] * n[0], 0, 0}, {0, n[1] * n[1], 0}, {0, 0, n[2] * n[2]}};
  const double total = n[0] * n[1] * n[2];
  const Vec3d &a = crystal.axes.a_star_A, &b = crystal.axes.b_star_A, &c = crystal.axes.c_star_A;
  const double s = total * total;
  return {{s * dot(a, a), s * dot(a, b), s * dot(a, c)},
          {s * dot(b, a), s * dot(b, b), s * dot(b, c)},
          {s * dot(c, a), s * dot(c, b), s * dot(c, c)}};
}

/// The model's enumeration of factor rules and the kernel's have the same order.
kernel::Factor factor_of(FactorRule rule) {
  static_assert(static_cast<int>(FactorRule::EachSample) == static_cast<int>(kernel::Factor::EachSample) &&
                static_cast<int>(FactorRule::FirstSample) == static_cast<int>(kernel::Factor::FirstSample) &&
                static_cast<int>(FactorRule::FirstOfLayer) == static_cast<int>(kernel::Factor::FirstOfLayer) &&
                static_cast<int>(FactorRule::RunningProduct) == static_cast<int>(kernel::Factor::RunningProduct));
  return static_cast<kernel::Factor>(rule);
}

void add_crystal(kernel::Plan& plan, const Crystal& crystal) {
  const auto& n = crystal.cells;
  if (!physics::is_listed(crystal.shape))
    throw Error::usage(
        {.what = "there is no such crystal shape",
         .where = "crystal.shape",
         .value = std::to_string(static_cast<int>(crystal.shape)),
         .rule = "it must be the number of a listed shape, below " + std::to_string(physics::Shapes::size),
         .remedy = "use one of CrystalShape's names"});
  plan.shape = crystal.shape;
  plan.domain = {{n[0], n[1], n[2]}, n[0] * n[1] * n[2], crystal.fudge, spot_width(crystal)};
}

void add_structure_factors(kernel::Plan& plan, const std::shared_ptr<const StructureFactors>& shared) {
  const StructureFactors& factors = *shared;
  plan.table_keeper = shared;
  plan.structure_factors.outside = factors.default_amplitude;
  if (!factors.has_table()) {
    static constexpr double dark = 0;
    if (!factors.direct_beam) plan.structure_factors = {&dark, 0, 0, 0, 0, 0, 0, factors.default_amplitude};
    return;
  }
  const auto number = [](std::int64_t index) { return static_cast<double>(index); };
  const HklBox& box = factors.box;
  plan.structure_factors = {factors.values.data(), number(box.min[0]), number(box.max[0]), number(box.min[1]),
                            number(box.max[1]),    number(box.min[2]), number(box.max[2]), factors.default_amplitude};
}

/// Whether a rule gives the right physics in this plan: a pixel of one sample has only one value to choose from,
/// and a sum of one term is its own running sum.
bool is_harmless(kernel::Factor rule, const kernel::Plan& plan) {
  bool one_layer = true;
  for (const kernel::PanelPlan& panel : plan.panels) one_layer = one_layer && panel.layers.size() == 1;
  switch (rule) {
    case kernel::Factor::EachSample: return true;
    case kernel::Factor::FirstSample:
    case kernel::Factor::FirstOfLayer: return one_layer && plan.oversample == 1 && plan.directions.size() == 1;
    case kernel::Factor::RunningProduct: break;
  }
  return one_layer && plan.steps == 1 && plan.background_in_sum == 0;
}

/// Running capture is computed even for a sensor without thickness, which then captures nothing.
bool blackens(const kernel::Plan& plan) {
  for (const kernel::PanelPlan& panel : plan.panels)
    if (plan.capture == kernel::Factor::RunningProduct && !panel.absorbs) return true;
  return false;
}

void add_compatibility(kernel::Plan& plan, const Experiment& experiment) {
  const Compatibility& rules = experiment.sampling.compatibility;
  plan.capture = factor_of(rules.capture);
  plan.polarization = factor_of(rules.polarization);
  plan.solid_angle = factor_of(rules.solid_angle);
  plan.recompute_disabled_polarization = rules.polarization_ignores_off_switch;
  plan.interpolation_stops_for_good = plan.interpolate && rules.interpolation_stops_for_good;
  plan.solid_angle_over_steps = rules.solid_angle_over_steps;
  plan.domain.bare_at_nodes = rules.bare_lattice_factors;
  if (rules.background_in_sum)
    plan.background_in_sum = plan.intensity_scale * physics::water_intensity(experiment.water_edge_m) / plan.blocks;

  plan.ordered_sums = plan.background_in_sum != 0 || blackens(plan) ||
                      (plan.recompute_disabled_polarization && !plan.apply_polarization) ||
                      !is_harmless(plan.capture, plan) || !is_harmless(plan.polarization, plan) ||
                      !is_harmless(plan.solid_angle, plan);
}

}  // namespace

kernel::Plan compile_plan(const Experiment& experiment, const kernel::Plan* like) {
  validate(experiment);
  require_one_lattice(experiment);
  kernel::Plan plan;
  plan.apply_polarization = experiment.beam.apply_polarization;
  plan.polarization_fraction = experiment.beam.polarization_fraction;
  plan.fluence_per_m2 = experiment.beam.fluence_per_m2;
  // Backgrounds have no phi steps: they get the mean light of the exposure.
  plan.intensity_scale = r_e_squared_m2 * experiment.beam.fluence_per_m2 * mean_light(experiment.spindle);
  plan.oversample = static_cast<std::size_t>(experiment.sampling.oversample);
  plan.d_min_m = experiment.sampling.d_min_m;
  plan.interpolate = experiment.sampling.interpolate && experiment.structure_factors->has_table();
  const std::vector<Panel>& panels = experiment.detector.panels;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const kernel::PanelPlan* const before = like && i < like->panels.size() ? &like->panels[i] : nullptr;
    plan.panels.push_back(panel_plan(panels[i], experiment.beam.direction, before));
    set_transmission(plan.panels.back(), experiment, i, before);
  }
  add_sources(plan, experiment.beam);
  add_bands(plan);
  add_orientations(plan, experiment);
  add_crystal(plan, experiment.crystal);
  add_structure_factors(plan, experiment.structure_factors);
  plan.steps = static_cast<double>(plan.rays.size()) * static_cast<double>(plan.orientations.size()) *
               static_cast<double>(plan.oversample * plan.oversample);
  plan.blocks = lit_blocks(experiment.crystal);
  compile_backgrounds(plan, experiment);
  set_path_transmission(plan, experiment, like);
  add_compatibility(plan, experiment);
  return plan;
}

}  // namespace femtobragg
