// Random experiments: every backend gives the derivatives of the reference backend. FEMTOBRAGG_SEED in the environment
// is the seed of the first one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <optional>

#include "femtobragg/backends/fallback.h"
#include "femtobragg/base/error.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/render.h"
#include "tests/agreement/random.h"
#include "tests/agreement/random_experiments.h"

namespace femtobragg::tests {
namespace {

using backends::AmplitudeVariable;
using backends::Backend;
using backends::NumberType;
using kernel::slot::count;

constexpr std::uint64_t experiments = 150;

std::uint64_t base_seed() {
  const char* const given = std::getenv("FEMTOBRAGG_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 1;
}

Mat3d columns(const kernel::Orientation& o) { return transpose(Mat3d{o.a, o.b, o.c}); }

/// Rotations of the plan's orientations, and random ways to move.
kernel::PlanMotion random_motion(const Experiment& experiment, const kernel::Plan& plan, std::uint64_t seed) {
  Random random(seed);
  kernel::PlanMotion motion;
  motion.unrotated = {experiment.crystal.axes.a_m, experiment.crystal.axes.b_m, experiment.crystal.axes.c_m};
  const Mat3d back = inverse(columns(motion.unrotated));
  for (const kernel::Orientation& o : plan.orientations) motion.rotations.push_back(columns(o) * back);
  if (random.chance(0.5))
    for (std::size_t i = 0; i < plan.orientations.size(); ++i) motion.twist.push_back(random.direction());
  if (random.chance(0.5))
    for (std::size_t i = 0; i < plan.rays.size(); ++i) motion.stretch.push_back(random.between(-1, 1));
  motion.cells = random.chance(0.5);
  motion.backgrounds = random.chance(0.3);
  for (std::size_t i = 0; i < plan.directions.size(); ++i)
    motion.turns.push_back({random.rotation(), random.rotation(), random.rotation()});
  return motion;
}

/// All photons, then all derivatives by slot.
struct Derivatives {
  std::vector<std::vector<double>> images = std::vector<std::vector<double>>(count + 1);
};

Derivatives differentiate(const Backend& backend, const kernel::Plan& plan, const kernel::PlanMotion& motion,
                          const backends::RunControl& control) {
  const kernel::PanelPlan& panel = plan.panels[0];
  Derivatives result;
  for (auto& image : result.images) image.assign(panel.n_fast * panel.n_slow, 0.0);
  std::vector<kernel::PlanTangent> each_slot(count);
  for (std::size_t slot = 0; slot < count; ++slot) each_slot[slot][slot] = 1;
  const auto keep = [&](const backends::GradientBlock& block) {
    for (std::size_t i = 0; i < block.count; ++i) {
      const std::size_t at = block.slow * panel.n_fast + block.fast + i;
      result.images[count][at] = block.photons[i];
      for (std::size_t slot = 0; block.derivatives && slot < count; ++slot)
        result.images[slot][at] = block.derivatives[slot * block.stride + i];
    }
  };
  const backends::PanelTangents tangents{0, std::move(each_slot)};
  const auto prepared = backends::prepare(backend, std::make_shared<const kernel::Plan>(plan), control);
  prepared->differentiate(motion, {&tangents, 1}, keep, {});
  return result;
}

/// Slots of one unit, compared together: where a crystal has one cell along an axis, a single slot is rounding noise.
struct Group {
  std::size_t begin, end;
  double per_photon;  ///< what a derivative is at least expected to be
};
std::vector<Group> groups_of(const kernel::Plan& plan) {
  using namespace kernel::slot;
  const double per_axis = 0.01 / plan.rays[0].wavelength_m;
  const bool bent = plan.panels[0].bending != kernel::Bending::Flat;
  std::vector<Group> groups = {{a, twist, per_axis},
                               {twist, stretch, 0.1},
                               {stretch, beam, 0.1},
                               {beam, polarization, 0.1},
                               {polarization, origin, 0.01},
                               {plane_distance, attenuation, 0},
                               {attenuation, thickness, 0},
                               {thickness, cells, 0.01},
                               {cells, intensity_scale, 0.01},
                               {intensity_scale, background, 0},
                               {background, background + 1, 0},
                               {background + 1, background_wavelength, 0},
                               {background_wavelength, count, 0},
                               {count, count + 1, 0}};
  if (bent)
    groups.insert(groups.end(), {{frame_beam, radius, 0.1}, {radius, beam_fast, 1}, {beam_fast, plane_distance, 1}});
  else
    groups.insert(groups.end(),
                  {{origin, fast, 1}, {fast, slow, 0.01}, {slow, normal, 0.01}, {normal, plane_distance, 0}});
  return groups;
}

double squared_length(const std::vector<double>& v) { return std::inner_product(v.begin(), v.end(), v.begin(), 0.0); }

double error_of(const Group& group, const Derivatives& found, const Derivatives& expected) {
  double scale = group.per_photon * group.per_photon * squared_length(expected.images[count]), error = 0;
  for (std::size_t slot = group.begin; slot < group.end; ++slot) {
    scale += squared_length(expected.images[slot]);
    std::vector<double> difference = found.images[slot];
    for (std::size_t i = 0; i < difference.size(); ++i) difference[i] -= expected.images[slot][i];
    error += squared_length(difference);
  }
  return scale > 0 ? std::sqrt(error / scale) : std::sqrt(error);
}

/// Only what the right physics allows.
std::optional<kernel::Plan> differentiable_plan(const Experiment& experiment) {
  kernel::Plan plan = compile_plan(experiment);
  if (plan.ordered_sums || !plan.first_sweep_orientations.empty() || plan.interpolation_stops_for_good ||
      plan.panels[0].bending == kernel::Bending::LabAxes)
    return {};
  return plan;
}

TEST(GradientAgreement, OfRandomExperiments) {
  std::map<std::string, double> worst;
  std::size_t compared = 0;
  for (std::uint64_t i = 0; i < experiments; ++i) {
    const std::uint64_t seed = base_seed() + i;
    const Experiment experiment = random_experiment(seed);
    const auto plan = differentiable_plan(experiment);
    if (!plan) continue;
    const kernel::PlanMotion motion = random_motion(experiment, *plan, seed);
    const Derivatives expected = differentiate(backends::find_backend("reference"), *plan, motion, {});
    for (const auto& backend : backends::registered_backends())
      for (const NumberType type : backend->number_types()) {
        if (backend->name() == "reference") continue;
        backends::RunControl control;
        control.number_type = type;
        const Derivatives found = differentiate(*backend, *plan, motion, control);
        for (const Group& group : groups_of(*plan)) {
          const double error = error_of(group, found, expected);
          const std::string way = backend->name() + " " + name_of(type);
          worst[way] = std::max(worst[way], error);
          ++compared;
          EXPECT_LT(error, type == NumberType::Float64 ? 1e-10 : 1e-4)
              << way << " seed " << seed << " slot " << group.begin << " shape " << static_cast<int>(plan->shape);
        }
      }
  }
  for (const auto& [way, error] : worst) std::cout << way << ": " << error << "\n";
  EXPECT_GT(compared, 1000u);
}

std::vector<double> random_weights(const kernel::PanelPlan& panel, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> weights(panel.n_fast * panel.n_slow);
  for (double& w : weights) w = random.between(-1, 1);
  return weights;
}

std::vector<double> differentiate_amplitudes(const Backend& backend, const kernel::Plan& plan,
                                             const std::vector<double>& weights, AmplitudeVariable variable,
                                             const backends::RunControl& control = {}) {
  const physics::StructureFactorBox& box = plan.structure_factors;
  std::vector<double> derivatives(box.index(box.h_max, box.k_max, box.l_max) + 1);
  const backends::PanelWeights weighted{0, weights};
  const auto prepared = backends::prepare(backend, std::make_shared<const kernel::Plan>(plan), control);
  prepared->differentiate_amplitudes({&weighted, 1}, variable, derivatives, {});
  return derivatives;
}

TEST(GradientAgreement, OfAmplitudes) {
  std::size_t compared = 0;
  for (std::uint64_t i = 0; i < 400 && compared < 400; ++i) {
    const std::uint64_t seed = base_seed() + i;
    const auto experiment = random_experiment(seed);
    const auto plan = differentiable_plan(experiment);
    if (!plan || !plan->structure_factors.values) continue;
    const std::vector<double> weights = random_weights(plan->panels[0], seed);
    for (const AmplitudeVariable variable : {AmplitudeVariable::Amplitude, AmplitudeVariable::Squared}) {
      if (variable == AmplitudeVariable::Squared && plan->interpolate) continue;
      const auto expected = differentiate_amplitudes(backends::find_backend("reference"), *plan, weights, variable);
      const double scale = squared_length(expected);
      for (const auto& backend : backends::registered_backends()) {
        auto difference = differentiate_amplitudes(*backend, *plan, weights, variable);
        for (std::size_t k = 0; k < difference.size(); ++k) difference[k] -= expected[k];
        EXPECT_LE(std::sqrt(squared_length(difference)), 1e-9 * std::sqrt(scale))
            << backend->name() << " seed " << seed;
        if (scale > 0) ++compared;
      }
    }
  }
  EXPECT_GE(compared, 200u);
}

/// dI/dF = 2 F dI/dF^2, and dark entries have derivatives by the square; a tolerance leaves none of them out.
TEST(GradientAgreement, OfAmplitudesAndTheirSquares) {
  std::size_t dark = 0;
  for (std::uint64_t seed = base_seed(); seed < base_seed() + 60; ++seed) {
    Experiment experiment = random_experiment(seed);
    experiment.sampling.interpolate = false;
    if (experiment.structure_factors->values.empty()) continue;
    auto table = std::make_shared<StructureFactors>(*experiment.structure_factors);
    for (std::size_t i = 0; i < table->values.size(); i += 3) table->values[i] = 0;
    experiment.structure_factors = table;
    const auto plan = differentiable_plan(experiment);
    if (!plan) continue;
    const std::vector<double> weights(plan->panels[0].n_fast * plan->panels[0].n_slow, 1.0);
    for (const auto& backend : backends::registered_backends()) {
      const auto by_amplitude = differentiate_amplitudes(*backend, *plan, weights, AmplitudeVariable::Amplitude);
      const auto by_square = differentiate_amplitudes(*backend, *plan, weights, AmplitudeVariable::Squared);
      for (std::size_t i = 0; i < by_square.size(); ++i) {
        EXPECT_NEAR(by_amplitude[i], 2 * table->values[i] * by_square[i], 1e-9 * std::abs(by_amplitude[i]));
        if (table->values[i] == 0 && by_square[i] > 0) ++dark;
      }
      EXPECT_EQ(differentiate_amplitudes(*backend, *plan, weights, AmplitudeVariable::Squared, {.tolerance = 1e-3}),
                by_square)
          << backend->name() << " seed " << seed;
    }
  }
  EXPECT_GT(dark, 100u);
}

/// Same bits for any number of threads, in both directions.
TEST(GradientAgreement, DoesNotDependOnThreads) {
  std::size_t compared = 0;
  for (std::uint64_t seed = base_seed(); compared < 10; ++seed) {
    const auto experiment = random_experiment(seed);
    const auto plan = differentiable_plan(experiment);
    if (!plan || !plan->structure_factors.values) continue;
    ++compared;
    const kernel::PlanMotion motion = random_motion(experiment, *plan, seed);
    const std::vector<double> weights = random_weights(plan->panels[0], seed);
    for (const auto& backend : backends::registered_backends()) {
      backends::RunControl control;
      control.threads = 1;
      const Derivatives one = differentiate(*backend, *plan, motion, control);
      const auto amplitudes = differentiate_amplitudes(*backend, *plan, weights, AmplitudeVariable::Amplitude, control);
      for (const int threads : {2, 3, 8}) {
        control.threads = threads;
        EXPECT_EQ(one.images, differentiate(*backend, *plan, motion, control).images) << backend->name();
        EXPECT_EQ(amplitudes,
                  differentiate_amplitudes(*backend, *plan, weights, AmplitudeVariable::Amplitude, control));
      }
    }
  }
}

}  // namespace
}  // namespace femtobragg::tests
