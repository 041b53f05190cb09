// Each part of the experiment is drawn on its own; then the crystal is turned until it diffracts.
#include "tests/agreement/random_experiments.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/kernel/sample.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/simulate/compile_plan.h"
#include "tests/agreement/random.h"

namespace femtobragg::tests {
namespace {

/// Amplitude of the reflection that diffracts, and about the largest one.
constexpr double brightest_amplitude = 100;

/// Shares out how many terms an image may have, so that every experiment is quick.
class Budget {
 public:
  explicit Budget(std::size_t most_terms) : left_(most_terms) {}

  void spend(std::size_t factor) { left_ /= factor; }
  std::size_t count(Random& random, std::size_t most) {
    const std::size_t n = random.chance(0.5) ? 1 : random.count(1, std::clamp<std::size_t>(left_, 1, most));
    spend(n);
    return n;
  }

 private:
  std::size_t left_;
};

void choose_pixels(Panel& panel, Random& random) {
  if (random.chance(0.3)) {
    RegionOfInterest region;
    region.fast_begin = random.count(0, panel.n_fast - 1);
    region.fast_end = random.count(region.fast_begin + 1, panel.n_fast);
    region.slow_begin = random.count(0, panel.n_slow - 1);
    region.slow_end = random.count(region.slow_begin + 1, panel.n_slow);
    panel.region = region;
  }
  if (!random.chance(0.3)) return;
  // Single pixels and runs, longer than any tile.
  while (panel.mask.size() < panel.n_fast * panel.n_slow) {
    const std::size_t run = random.chance(0.1) ? random.count(1, 80) : 1;
    panel.mask.insert(panel.mask.end(), run, random.chance(0.6) ? 1 : 0);
  }
  panel.mask.resize(panel.n_fast * panel.n_slow);
}

void bend(Panel& panel, double plane_distance_m, Random& random) {
  panel.curvature = random.chance(0.15) ? Curvature::LabAxes : Curvature::Spherical;
  panel.curvature_radius_m = plane_distance_m * random.between(0.8, 1.5);
}

Sensor random_sensor(Budget& budget, Random& random) {
  Sensor sensor;
  if (random.chance(0.5)) return sensor;
  const double thickness_m = random.log_between(1e-5, 1e-3);
  const double attenuation_per_m = random.chance(0.1) ? 0 : random.log_between(100, 1e5);
  sensor = Sensor::of(thickness_m, attenuation_per_m, static_cast<int>(budget.count(random, 4)));
  sensor.layer_rule = random.chance(0.5) ? LayerRule::Centroid : LayerRule::FrontFace;
  return sensor;
}

Panel random_panel(Budget& budget, Random& random) {
  Panel panel;
  const Mat3d axes = random.rotation();
  const Vec3d& normal = axes.row_x;
  panel.fast_axis = axes.row_y;
  panel.slow_axis = random.chance(0.5) ? axes.row_z : -axes.row_z;
  panel.n_fast = random.count(1, 70);
  panel.n_slow = random.count(1, 30);
  budget.spend(panel.n_fast * panel.n_slow);
  const double distance_m = random.log_between(0.02, 0.5);
  panel.pixel_size_m = random.log_between(3e-5, random.chance(0.1) ? 5e-3 : 5e-4);
  const double off_fast = random.between(-0.7, 0.7) * distance_m, off_slow = random.between(-0.7, 0.7) * distance_m;
  panel.origin_m = distance_m * normal +
                   (off_fast - 0.5 * static_cast<double>(panel.n_fast) * panel.pixel_size_m) * panel.fast_axis +
                   (off_slow - 0.5 * static_cast<double>(panel.n_slow) * panel.pixel_size_m) * panel.slow_axis;
  panel.set_plane();
  choose_pixels(panel, random);
  if (random.chance(0.2)) bend(panel, distance_m, random);
  panel.point_pixels = random.chance(0.15);
  panel.point_pixel_area_m2 = panel.pixel_size_m * panel.pixel_size_m;
  panel.sensor = random_sensor(budget, random);
  return panel;
}

Beam random_beam(const Panel& panel, Budget& budget, Random& random) {
  Beam beam;
  beam.direction = random.small_rotation(0.5) * panel.normal;
  beam.wavelength_m = random.log_between(0.5e-10, 2.5e-10);
  beam.apply_polarization = random.chance(0.8);
  beam.polarization_fraction = random.chance(0.3) ? 0 : random.between(-1, 1);
  beam.polarization_axis = random.direction();
  const std::size_t directions = budget.count(random, 4), wavelengths = budget.count(random, 8);
  for (std::size_t d = 0; d < directions; ++d) {
    const Vec3d towards = d == 0 ? -beam.direction : -(random.small_rotation(0.02) * beam.direction);
    for (std::size_t w = 0; w < wavelengths; ++w) {
      const bool first = d == 0 && w == 0;
      const double wavelength_m = first ? beam.wavelength_m : beam.wavelength_m * random.between(0.98, 1.02);
      beam.sources.push_back({towards, wavelength_m, !first && random.chance(0.1) ? 0 : random.between(0.5, 2)});
    }
  }
  return beam;
}

Crystal random_crystal(Budget& budget, Random& random) {
  Crystal crystal;
  crystal.shape = static_cast<CrystalShape>(random.whole(0, physics::Shapes::size - 1));
  const double most = random.log_between(1, 41);
  for (double& n : crystal.cells) n = std::floor(random.log_between(1, most));
  if (random.chance(0.5)) crystal.fudge = random.log_between(0.1, 10);
  if (random.chance(0.02)) crystal.fudge = 0;
  crystal.spot_width = random.chance(0.25) ? SpotWidth::ReciprocalAngstrom : SpotWidth::MillerIndices;
  const std::size_t domains = budget.count(random, 300);
  const double mosaicity_rad = random.log_between(1e-4, 3);
  if (domains > 1) crystal.mosaic_rotations = {Mat3d::identity()};
  while (crystal.mosaic_rotations.size() < domains && domains > 1)
    crystal.mosaic_rotations.push_back(random.small_rotation(mosaicity_rad));
  return crystal;
}

Spindle random_spindle(Budget& budget, Random& random) {
  Spindle spindle;
  spindle.axis = random.direction();
  spindle.phi_start_rad = random.chance(0.5) ? 0 : random.between(-3, 3);
  // A phi of exactly zero has a rule of its own.
  spindle.step_rule = spindle.phi_start_rad == 0 ? StepRule::LeftEdges : StepRule::Middles;
  spindle.phi_steps = static_cast<std::int64_t>(budget.count(random, 20));
  spindle.phi_step_rad = random.log_between(1e-5, 0.1);
  return spindle;
}

FactorRule random_rule(Random& random, bool of_layer) {
  if (random.chance(0.04)) return FactorRule::RunningProduct;
  if (of_layer && random.chance(0.4)) return FactorRule::FirstOfLayer;
  return random.chance(0.5) ? FactorRule::FirstSample : FactorRule::EachSample;
}

Sampling random_sampling(Budget& budget, Random& random) {
  Sampling sampling;
  sampling.oversample = random.chance(0.5) ? 1 : random.whole(2, 3);
  budget.spend(static_cast<std::size_t>(sampling.oversample * sampling.oversample));
  sampling.interpolate = random.chance(0.3);
  if (!random.chance(0.3)) return sampling;
  sampling.compatibility = {.capture = random_rule(random, true),
                            .polarization = random_rule(random, false),
                            .solid_angle = random_rule(random, false),
                            .background_in_sum = random.chance(0.5),
                            .interpolation_stops_for_good = random.chance(0.1),
                            .phi_zero_keeps_orientation = random.chance(0.2),
                            .polarization_ignores_off_switch = random.chance(0.3),
                            .solid_angle_over_steps = random.chance(0.5)};
  return sampling;
}

/// The scattering vector (1/m) of the first source at a place in one of the pixels that are rendered. Narrow spots
/// must meet a sample; broad ones need not.
Vec3d seen_by_some_pixel(const Experiment& experiment, Random& random) {
  Experiment any = experiment;
  any.crystal.axes = CrystalAxes::from_cell({10, 10, 10, 0.5 * pi, 0.5 * pi, 0.5 * pi});
  const StructureFactors none;
  any.structure_factors = std::make_shared<const StructureFactors>(none);
  const kernel::Plan plan = compile_plan(any);
  const kernel::PanelPlan& panel = plan.panels[0];
  std::size_t fast = random.count(panel.fast_begin, panel.fast_end - 1);
  std::size_t slow = random.count(panel.slow_begin, panel.slow_end - 1);
  for (std::size_t i = 0; panel.skips(fast, slow) && i < 100; ++i) {
    fast = random.count(panel.fast_begin, panel.fast_end - 1);
    slow = random.count(panel.slow_begin, panel.slow_end - 1);
  }
  const double off_m = panel.pixel_size_m * (random.chance(0.5) ? random.between(0, 0.5) : random.between(0, 1e-3));
  const kernel::SensorPoint<double> point = kernel::sensor_point(
      panel, kernel::sub_pixel_offset_m(panel, plan.oversample, fast, 0) + off_m,
      kernel::sub_pixel_offset_m(panel, plan.oversample, slow, 0) + off_m, panel.layers[0].depth_m);
  return physics::scattering_vector(point.diffracted, plan.directions[0].incident, plan.rays[0].wavelength_m);
}

/// A cell of a random form, of the size and in the orientation in which a reflection diffracts to q (1/angstrom).
ReciprocalAxes diffracting_axes(const Reflection& r, const Vec3d& q, Random& random) {
  const bool right_angles = random.chance(0.3);
  const auto angle = [&] { return right_angles ? 0.5 * pi : random.between(1.2, 1.9); };
  const UnitCell form{
      random.between(0.5, 2), random.between(0.5, 2), random.between(0.5, 2), angle(), angle(), angle()};
  const ReciprocalAxes axes = reciprocal_axes_of_cell(form);
  const Vec3d g =
      static_cast<double>(r.h) * axes.a + static_cast<double>(r.k) * axes.b + static_cast<double>(r.l) * axes.c;
  const Vec3d across = unit(cross(g, q));
  const Mat3d turn = rotation_matrix(unit(q), random.between(-pi, pi)) *
                     rotation_matrix(across, std::acos(std::clamp(dot(unit(g), unit(q)), -1.0, 1.0)));
  const double size = norm(q) / norm(g);
  return {size * (turn * axes.a), size * (turn * axes.b), size * (turn * axes.c)};
}

std::shared_ptr<const StructureFactors> random_factors(const Reflection& r, Random& random) {
  StructureFactors factors;
  factors.default_amplitude = random.chance(0.5) ? 0 : random.between(1, brightest_amplitude);
  const bool has_table = random.chance(0.7), all_zero = random.chance(0.05);
  if (!has_table) {
    if (!all_zero) factors.default_amplitude = brightest_amplitude;
    return std::make_shared<const StructureFactors>(factors);
  }
  // Tables may end next to the reflection, or reach beyond all that the panel sees.
  const std::int64_t most = random.whole(1, 12);
  const auto below = [&](std::int64_t index) { return index - random.whole(0, most); };
  const auto above = [&](std::int64_t index) { return index + random.whole(0, most); };
  const HklBox box{{below(r.h), below(r.k), below(r.l)}, {above(r.h), above(r.k), above(r.l)}};
  factors = StructureFactors::table(box, factors.default_amplitude, "test");
  const double some_zero = random.chance(0.5) ? (random.chance(0.3) ? 0.98 : 0.5) : 0;
  for (double& value : factors.values)
    value = all_zero || random.chance(some_zero) ? 0 : random.between(0, brightest_amplitude);
  if (!all_zero) factors.values[factors.index(r.h, r.k, r.l)] = brightest_amplitude;
  return std::make_shared<const StructureFactors>(factors);
}

/// Water that scatters up to as much as the reflection.
double random_water_edge_m(const Crystal& crystal, Random& random) {
  if (random.chance(0.6)) return 0;
  constexpr double intensity_per_m3 = 2.57 * 2.57 * 1e6 / 18 * avogadro_per_mol;
  const double peak = brightest_amplitude * crystal.cells[0] * crystal.cells[1] * crystal.cells[2];
  return std::cbrt(random.log_between(1e-3, 1) * peak * peak / intensity_per_m3);
}

/// Up to as bright as the reflection, with points at equal steps or not, some of them beyond what the panel sees.
Background random_background(const Crystal& crystal, double stol_per_m, Random& random) {
  const double peak = brightest_amplitude * crystal.cells[0] * crystal.cells[1] * crystal.cells[2];
  Background background{.scale = random.log_between(1e-3, 1) * peak * peak};
  const bool even = random.chance(0.5);
  const double first = random.between(0, 0.9) * stol_per_m, step = random.between(0.02, 0.3) * stol_per_m;
  for (std::int64_t i = 0, points = random.whole(2, 20); i < points; ++i) {
    background.stol_per_m.push_back(first + step * (static_cast<double>(i) + (even ? 0 : random.between(0, 0.9))));
    background.intensity_e2.push_back(random.between(0, 1));
  }
  return background;
}

/// Spreads some of the backgrounds along the beam, in front of a flat panel.
void spread_along_beam(Experiment& e, Random& random) {
  const Panel& panel = e.detector.panels[0];
  const double reach_m = 0.7 * dot(panel.origin_m, panel.normal);
  if (panel.curvature != Curvature::Flat || !(reach_m > 0)) return;
  for (Background& background : e.backgrounds) {
    if (!random.chance(0.5)) continue;
    background.from_m = reach_m * random.between(-1, 0.9);
    background.to_m = random.between(background.from_m, reach_m);
  }
}

/// Obstacles that pass between the sample and some pixel, matter around it and on the way.
Attenuation random_attenuation(const Experiment& e, Random& random) {
  Attenuation attenuation;
  const Panel& panel = e.detector.panels[0];
  const Vec3d& along = e.beam.direction;
  const Vec3d fast = unit(panel.fast_axis - dot(panel.fast_axis, along) * along);
  const Vec3d slow = dot(cross(along, fast), panel.slow_axis) < 0 ? -cross(along, fast) : cross(along, fast);
  const Vec3d seen = panel.point_m(random.between(0, 1) * static_cast<double>(panel.n_fast),
                                   random.between(0, 1) * static_cast<double>(panel.n_slow));
  const double distance_m = dot(seen, along);
  if (!(distance_m > 0)) return attenuation;
  for (double chance = 0.7; random.chance(chance) && attenuation.obstacles.size() < 3; chance = 0.4) {
    const double at = random.between(0.1, 0.9);
    Obstacle o{.shape = static_cast<ObstacleShape>(random.whole(0, 2)),
               .size_m = at * panel.pixel_size_m * random.log_between(0.3, 30),
               .distance_m = at * distance_m,
               .offset_m = {at * dot(seen, fast), at * dot(seen, slow)},
               .transmission = random.between(0.05, 1)};
    if (random.chance(0.4)) o.arm_width_m = 0.3 * o.size_m;
    if (o.arm_width_m > 0 || o.shape == ObstacleShape::Rod) o.direction_rad = random.between(0, 6);
    attenuation.obstacles.push_back(o);
  }
  attenuation.lit = {random.chance(0.5) ? 0 : random.log_between(1e-6, 1e-3),
                     random.chance(0.5) ? BeamProfile::Flat : BeamProfile::Gaussian};
  attenuation.lit_background = random.chance(0.5) ? attenuation.lit : LitSample{1e-3, BeamProfile::Flat};
  if (random.chance(0.5)) attenuation.media = {{.matter = {.attenuation_per_m = random.between(0, 20)}}};
  if (random.chance(0.3))
    attenuation.sample = {.form = random.chance(0.5) ? SampleForm::Slab : SampleForm::Cylinder,
                          .matter = {.attenuation_per_m = random.log_between(10, 2000)},
                          .thickness_m = random.log_between(1e-5, 1e-3),
                          .direction = unit(along + 0.7 * fast)};
  return attenuation;
}

}  // namespace

Experiment random_experiment(std::uint64_t seed) {
  Random random(seed);
  Budget budget(300000);
  Experiment e;
  e.detector.panels = {random_panel(budget, random)};
  e.sampling = random_sampling(budget, random);
  e.beam = random_beam(e.detector.panels[0], budget, random);
  e.spindle = random_spindle(budget, random);
  e.crystal = random_crystal(budget, random);
  e.sampling.compatibility.odd.fudge = e.crystal.fudge == 0;
  const Vec3d q = metres_from_angstrom(1) * seen_by_some_pixel(e, random);
  const std::int64_t most = random.whole(1, 30);
  const Reflection r{random.whole(-most, most), random.whole(-most, most), random.whole(1, most)};
  const Vec3d unturned = physics::rotate_about_axis(q, e.spindle.axis, -e.spindle.phi_rad(0));
  e.crystal.axes = CrystalAxes::from_reciprocal(diffracting_axes(r, unturned, random));
  e.structure_factors = random_factors(r, random);
  if (random.chance(0.25)) e.sampling.d_min_m = metres_from_angstrom(random.between(0.8, 1) / norm(q));
  e.water_edge_m = random_water_edge_m(e.crystal, random);
  for (double chance = 0.3; random.chance(chance) && e.backgrounds.size() < 3; chance = 0.5)
    e.backgrounds.push_back(random_background(e.crystal, 0.5 * norm(q), random));
  if (random.chance(0.4)) e.attenuation = random_attenuation(e, random);
  spread_along_beam(e, random);
  return e;
}

}  // namespace femtobragg::tests
