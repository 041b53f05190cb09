// Every parameter of every family: its tangent against differences of compiled plans.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "femtobragg/gradients/parameter.h"
#include "tests/gradients/parameter_cases.h"

namespace femtobragg::tests {
namespace {

using gradients::ParameterSpace;
namespace slot = kernel::slot;

/// The numbers of a plan that an image depends on, in groups of one size.
struct Numbers {
  std::vector<std::string> names;
  std::vector<std::vector<double>> groups;

  void begin(const std::string& name) { names.push_back(name), groups.emplace_back(); }
  void add(double x) { groups.back().push_back(x); }
  void add(const Vec3d& v) { add(v.x), add(v.y), add(v.z); }
};

/// Axes in units of wavelengths, since indices depend on nothing else.
Numbers numbers_of(const kernel::Plan& plan, std::size_t panel_index) {
  Numbers n;
  const kernel::PanelPlan& panel = plan.panels[panel_index];
  n.begin("axes");
  for (const kernel::Ray& ray : plan.rays)
    for (const kernel::Orientation& o : plan.orientations)
      for (const Vec3d& axis : {o.a, o.b, o.c}) n.add(axis / ray.wavelength_m);
  n.begin("incident");
  for (const auto& d : plan.directions) n.add(d.incident);
  n.begin("frames");
  for (const auto& d : plan.directions) n.add(d.polarization.e), n.add(d.polarization.b);
  n.begin("polarization"), n.add(plan.polarization_fraction);
  n.begin("scale"), n.add(plan.intensity_scale);
  n.begin("backgrounds");
  for (const physics::Background& b : plan.backgrounds) n.add(b.scale / (b.is_flat() ? 1e9 : 1));
  n.begin("wavelengths");
  if (plan.backgrounds.size() > 1)
    for (const kernel::Ray& ray : plan.rays) n.add(std::log(ray.wavelength_m));
  n.begin("cells"), n.add({plan.domain.cells.x, plan.domain.cells.y, plan.domain.cells.z});
  n.begin("attenuation"), n.add(panel.attenuation_per_m);
  n.begin("layers");
  for (const auto& layer : panel.layers) n.add({layer.depth_m, layer.front_m, layer.back_m});
  if (panel.bending == kernel::Bending::Flat) {
    n.begin("place"), n.add(panel.origin_m), n.add(panel.plane_distance_m);
    n.begin("panel axes"), n.add(panel.fast_axis), n.add(panel.slow_axis), n.add(panel.normal);
  } else {
    n.begin("curved frame"), n.add(panel.curved.beam), n.add(panel.curved.fast), n.add(panel.curved.slow);
    n.begin("curved place"), n.add(panel.radius_m), n.add(panel.beam_fast_m), n.add(panel.beam_slow_m);
  }
  return n;
}

Vec3d at_slot(const kernel::PlanTangent& t, std::size_t first) { return {t[first], t[first + 1], t[first + 2]}; }

/// The same numbers' rates, as the kernels understand tangent and motion.
Numbers rates_of(const kernel::Plan& plan, const kernel::PlanMotion& motion, const kernel::PlanTangent& t,
                 std::size_t panel_index) {
  Numbers n;
  const kernel::PanelPlan& panel = plan.panels[panel_index];
  n.begin("axes");
  for (std::size_t r = 0; r < plan.rays.size(); ++r)
    for (std::size_t o = 0; o < plan.orientations.size(); ++o) {
      const kernel::Orientation& now = plan.orientations[o];
      const Vec3d axes[] = {now.a, now.b, now.c};
      for (std::size_t i = 0; i < 3; ++i) {
        Vec3d rate = motion.rotations[o] * at_slot(t, slot::a + 3 * i);
        if (!motion.twist.empty()) rate = rate + t[slot::twist] * cross(motion.twist[o], axes[i]);
        if (!motion.stretch.empty()) rate = rate - (t[slot::stretch] * motion.stretch[r]) * axes[i];
        n.add(rate / plan.rays[r].wavelength_m);
      }
    }
  n.begin("incident");
  for (const auto& turn : motion.turns) n.add(turn.incident * at_slot(t, slot::beam));
  n.begin("frames");
  for (const auto& turn : motion.turns) n.add(turn.e * at_slot(t, slot::beam)), n.add(turn.b * at_slot(t, slot::beam));
  n.begin("polarization"), n.add(t[slot::polarization]);
  n.begin("scale"), n.add(t[slot::intensity_scale] * plan.intensity_scale);
  n.begin("backgrounds");
  for (std::size_t k = 0; k < plan.backgrounds.size(); ++k)
    n.add(t[slot::background + k] / (plan.backgrounds[k].is_flat() ? 1e9 : 1));
  n.begin("wavelengths");
  if (plan.backgrounds.size() > 1)
    for (std::size_t r = 0; r < plan.rays.size(); ++r)
      n.add(t[slot::background_wavelength] + (motion.stretch.empty() ? 0 : t[slot::stretch] * motion.stretch[r]));
  n.begin("cells"), n.add(at_slot(t, slot::cells));
  n.begin("attenuation"), n.add(t[slot::attenuation]);
  n.begin("layers");
  for (const auto& layer : panel.layers) {
    n.add(t[slot::thickness] * layer.depth_by_thickness_m + t[slot::attenuation] * layer.depth_by_attenuation_m2);
    n.add(t[slot::thickness] * layer.front_m), n.add(t[slot::thickness] * layer.back_m);
  }
  if (panel.bending == kernel::Bending::Flat) {
    n.begin("place"), n.add(at_slot(t, slot::origin)), n.add(t[slot::plane_distance]);
    n.begin("panel axes");
    for (const std::size_t first : {slot::fast, slot::slow, slot::normal}) n.add(at_slot(t, first));
  } else {
    n.begin("curved frame");
    for (const std::size_t first : {slot::frame_beam, slot::frame_fast, slot::frame_slow}) n.add(at_slot(t, first));
    n.begin("curved place"), n.add({t[slot::radius], t[slot::beam_fast], t[slot::beam_slow]});
  }
  return n;
}

double largest(const std::vector<double>& list) {
  double result = 0;
  for (const double x : list) result = std::max(result, std::abs(x));
  return result;
}

/// The largest difference of tangent x factor and numerical rate in any group of numbers, relative to the larger of the
/// numerical rate and what rounding leaves of it.
double worst_error(const ParameterSpace& space, const std::vector<double>& values, std::size_t parameter,
                   std::size_t panel, double factor, std::string& where) {
  const double h = 0.2 * space.infos()[parameter].scale;
  const auto numbers_at = [&](double steps) {
    std::vector<double> moved = values;
    moved[parameter] += steps * h;
    const Experiment experiment = space.at(moved);
    return numbers_of(compile_plan(experiment), panel);
  };
  const Numbers a = numbers_at(-2), b = numbers_at(-1), c = numbers_at(1), d = numbers_at(2);
  const Experiment experiment = space.at(values);
  const kernel::Plan plan = compile_plan(experiment);
  const auto tangents = space.tangents(values, experiment, plan, panel);
  const Numbers rates = rates_of(plan, space.motion(experiment, plan), tangents[parameter], panel);
  double worst = 0;
  for (std::size_t g = 0; g < rates.groups.size(); ++g) {
    std::vector<double> numerical, difference;
    for (std::size_t i = 0; i < rates.groups[g].size(); ++i) {
      numerical.push_back((8 * (c.groups[g][i] - b.groups[g][i]) - (d.groups[g][i] - a.groups[g][i])) / (12 * h));
      difference.push_back(factor * rates.groups[g][i] - numerical.back());
    }
    const double rounding = 1e-15 * largest(c.groups[g]) / h;
    const double error = largest(difference) / std::max(largest(numerical), 1e7 * rounding + 1e-300);
    if (error > worst) worst = error, where = rates.names[g];
  }
  return worst;
}

/// Away from where the base is: a step of every parameter that has one.
std::vector<double> away(const ParameterSpace& space) {
  std::vector<double> values = space.start();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double step = (i % 2 ? -3.0 : 4.0) * space.infos()[i].scale;
    values[i] += values[i] + 2 * step > space.infos()[i].highest ? -step : step;
    values[i] = std::max(values[i], space.infos()[i].lowest + std::abs(step));
  }
  return values;
}

std::vector<std::string> differentiable(const Experiment& experiment, const std::string& left_out) {
  std::vector<std::string> names;
  for (const auto& listed : gradients::list_parameters(experiment))
    if (!listed.why_not && listed.info.name != "F_h_k_l" && !listed.info.name.starts_with(left_out))
      names.push_back(listed.info.name);
  // The scale of amplitudes changes no number of a plan, and neither does what becomes of its photons.
  std::erase_if(names, [](const std::string& name) {
    return name == "F_scale" || name == "gain" || name == "pedestal" || name == "point_spread";
  });
  return names;
}

class Tangents : public testing::TestWithParam<ParameterCase> {
 protected:
  /// At the base and away from it, by both descriptions of orientations.
  template <class F>
  static void for_each_parameter(F f) {
    for (const char* left_out : {"misset_", "rotation_"}) {
      const Experiment& base = GetParam().experiment;
      const ParameterSpace space(base, differentiable(base, left_out));
      for (const auto& values : {space.start(), away(space)})
        for (std::size_t panel = 0; panel < base.detector.panels.size(); ++panel)
          for (std::size_t i = 0; i < space.size(); ++i) f(space, values, i, panel);
    }
  }
};

TEST_P(Tangents, AreDerivativesOfThePlan) {
  for_each_parameter(
      [](const ParameterSpace& space, const std::vector<double>& values, std::size_t i, std::size_t panel) {
        std::string where;
        EXPECT_LT(worst_error(space, values, i, panel, 1, where), 1e-7)
            << space.infos()[i].name << " at " << values[i] << ", panel " << panel << ": " << where;
      });
}

TEST_P(Tangents, ThatAreOnePercentOffAreSeen) {
  for_each_parameter(
      [](const ParameterSpace& space, const std::vector<double>& values, std::size_t i, std::size_t panel) {
        const std::string& name = space.infos()[i].name;
        const bool of_other_panel = name.starts_with("panel") && !name.starts_with("panel" + std::to_string(panel));
        if (of_other_panel) return;
        // Turns across the beam do not move a panel that is bent about the sample.
        const bool bent = space.base().detector.panels[panel].curvature != Curvature::Flat;
        if (bent && name.find("_rot_") != std::string::npos) return;
        std::string where;
        EXPECT_GT(worst_error(space, values, i, panel, 1.01, where), 5e-3) << name << ", panel " << panel;
      });
}

INSTANTIATE_TEST_SUITE_P(Cases, Tangents, testing::ValuesIn(parameter_cases()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace femtobragg::tests
