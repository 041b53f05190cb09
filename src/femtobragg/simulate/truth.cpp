// Sums over reflections, panel by panel.
#include "femtobragg/simulate/truth.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/point_of_panel.h"
#include "femtobragg/simulate/reach.h"

namespace femtobragg {
namespace {

using Sums = std::vector<double>;  ///< one for each entry of the table of structure factors

/// Steps of the spindle are told apart in at most so many groups.
constexpr std::size_t most_phi_groups = 100;

/// A table of every index that the image sees: only what stands in a table has a derivative.
std::shared_ptr<const StructureFactors> complete_table(const Experiment& experiment) {
  const StructureFactors& given = *experiment.structure_factors;
  if (given.has_table() && given.default_amplitude == 0) return experiment.structure_factors;
  const double reach = farthest_scattering_per_m(experiment);
  const Vec3d& edges = experiment.crystal.axes.lengths_m;
  HklBox box;
  const double lengths[] = {edges.x, edges.y, edges.z};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.max[axis] = static_cast<std::int64_t>(std::ceil(std::min(lengths[axis] * reach, 1e8))) + 1;
    box.min[axis] = -box.max[axis];
  }
  StructureFactors all = StructureFactors::table(box, given.default_amplitude, "all reflections in reach");
  if (!given.direct_beam) all.leave_out_direct_beam();
  if (!given.has_table()) return std::make_shared<const StructureFactors>(std::move(all));
  std::size_t at = 0;
  given.box.for_each([&](std::int64_t h, std::int64_t k, std::int64_t l) {
    const double amplitude = given.values[at++];
    if (box.contains(h, k, l)) all.values[all.index(h, k, l)] = amplitude;
  });
  return std::make_shared<const StructureFactors>(std::move(all));
}

void require_single_amplitudes(const Experiment& experiment) {
  if (experiment.sampling.interpolate && experiment.structure_factors->has_table())
    throw Error::usage({.what = "there is no list of reflections if amplitudes are interpolated",
                        .rule = "photons then belong to several reflections at once",
                        .remedy = "give sampling.interpolate = false"});
}

Experiment with_complete_table(const Experiment& experiment) {
  require_single_amplitudes(experiment);
  Experiment complete = experiment;
  complete.sampling.interpolate = false;
  complete.structure_factors = complete_table(experiment);
  return complete;
}

class Census {
 public:
  Census(const Experiment& experiment, double fraction, const RenderRequest& request)
      : experiment_(with_complete_table(experiment)), plan_(compile_plan(experiment_)), request_(request) {
    truth_.fraction = fraction;
    request_.control.number_type = backends::NumberType::Float64;
    request_.control.tolerance = 0;
    prepared_ = prepare(std::make_shared<const kernel::Plan>(plan_), request_);
    for (const kernel::Ray& ray : plan_.rays) {
      const double share = ray.weight / static_cast<double>(plan_.rays.size());
      incident_ = incident_ + share * plan_.directions[ray.direction].incident;
      mean_wavelength_m_ += share * ray.wavelength_m;
      polychromatic_ = polychromatic_ || ray.wavelength_m != plan_.rays.front().wavelength_m;
    }
    incident_ = unit(incident_);
  }

  Truth take() {
    for (std::size_t panel = 0; panel < plan_.panels.size(); ++panel) take_panel(panel);
    keep_brightest(truth_, truth_.fraction);
    std::ranges::stable_sort(truth_.reflections, {},
                             [](const TruthReflection& r) { return std::pair(r.panel, r.hkl); });
    return std::move(truth_);
  }

 private:
  struct Moments {
    Sums photons, fast, slow, wavelength, phi;
  };

  void take_panel(std::size_t number) {
    const kernel::PanelPlan& panel = plan_.panels[number];
    // The two crossings of a reflection in a sweep lie on either side of the plane of beam and spindle.
    const Vec3d across = cross(incident_, experiment_.spindle.axis);
    const bool sweep = plan_.phi_rad.size() > 1 && norm(across) > 1e-6;
    for (const double side : sweep ? std::vector<double>{1, -1} : std::vector<double>{0}) {
      std::vector<double> ones(panel.n_fast * panel.n_slow);
      std::size_t seen = 0;
      for (std::size_t slow = panel.slow_begin; slow < panel.slow_end; ++slow)
        for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast) {
          const auto middle = [](std::size_t pixel) { return static_cast<double>(pixel) + 0.5; };
          const Vec3d at = point_of(panel, middle(fast), middle(slow), 0);
          // Rows of pixels may lie on the plane: rounding must not divide them.
          if (side != 0 && (dot(at, across) >= -1e-9 * norm(at)) != (side > 0)) continue;
          ones[slow * panel.n_fast + fast] = 1;
          ++seen;
        }
      if (seen > 0) list(number, moments(number, ones));
    }
  }

  Moments moments(std::size_t number, std::vector<double>& weights) const {
    const std::size_t n_fast = plan_.panels[number].n_fast;
    Moments m;
    m.photons = sums(*prepared_, number, weights);
    if (polychromatic_) {
      kernel::Plan weighted = plan_;
      for (kernel::Ray& ray : weighted.rays) ray.weight *= ray.wavelength_m / mean_wavelength_m_;
      m.wavelength = sums(std::move(weighted), number, weights);
    }
    if (plan_.phi_rad.size() > 1) m.phi = phi_moment(number, weights);
    std::vector<double> coordinate = weights;
    for (std::size_t i = 0; i < weights.size(); ++i) coordinate[i] *= static_cast<double>(i % n_fast) + 0.5;
    m.fast = sums(*prepared_, number, coordinate);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] *= static_cast<double>(i / n_fast) + 0.5;
    m.slow = sums(*prepared_, number, weights);
    return m;
  }

  Sums sums(backends::Prepared& prepared, std::size_t panel, const std::vector<double>& weights) const {
    Sums result(experiment_.structure_factors->values.size());
    const backends::PanelWeights weighted{panel, weights};
    prepared.differentiate_amplitudes({&weighted, 1}, backends::AmplitudeVariable::Squared, result, {});
    return result;
  }

  /// By a plan that differs from ours in other things than its table.
  Sums sums(kernel::Plan plan, std::size_t panel, const std::vector<double>& weights) const {
    const auto other = prepare(std::make_shared<const kernel::Plan>(std::move(plan)), request_, prepared_.get());
    return sums(*other, panel, weights);
  }

  /// Group after group of spindle angles, each orientation once: together as long as one pass.
  Sums phi_moment(std::size_t panel, const std::vector<double>& weights) const {
    Sums result(experiment_.structure_factors->values.size());
    const std::size_t steps = plan_.phi_rad.size(), groups = std::min(steps, most_phi_groups);
    for (std::size_t group = 0; group < groups; ++group) {
      const std::size_t begin = group * steps / groups, end = (group + 1) * steps / groups;
      kernel::Plan part = plan_;
      const auto first = plan_.orientations.begin();
      const auto at = [&](std::size_t step) {
        return first + static_cast<std::ptrdiff_t>(step * plan_.mosaic_domains);
      };
      part.orientations.assign(at(begin), at(end));
      part.phi_rad.assign(plan_.phi_rad.begin() + static_cast<std::ptrdiff_t>(begin),
                          plan_.phi_rad.begin() + static_cast<std::ptrdiff_t>(end));
      const double phi = 0.5 * (part.phi_rad.front() + part.phi_rad.back());
      const Sums photons = sums(std::move(part), panel, weights);
      for (std::size_t i = 0; i < result.size(); ++i) result[i] += phi * photons[i];
    }
    return result;
  }

  void list(std::size_t number, const Moments& m) {
    const StructureFactors& factors = *experiment_.structure_factors;
    const double depth_m = mean_depth_m(plan_.panels[number]);
    std::size_t entry = 0;
    factors.box.for_each([&](std::int64_t h, std::int64_t k, std::int64_t l) {
      list_one({h, k, l}, number, m, entry++, depth_m);
    });
  }

  void list_one(const std::array<std::int64_t, 3>& hkl, std::size_t number, const Moments& m, std::size_t entry,
                double depth_m) {
    const double amplitude = experiment_.structure_factors->values[entry];
    const double photons = m.photons[entry] * amplitude * amplitude;
    if (!(photons > 0)) return;
    truth_.photons += photons;
    if (hkl != std::array<std::int64_t, 3>{}) brightest_ = std::max(brightest_, photons);
    if (photons < truth_.fraction * brightest_) return;
    TruthReflection r{.hkl = hkl, .panel = number};
    r.amplitude = std::abs(amplitude);
    r.photons = photons;
    r.fast_px = m.fast[entry] / m.photons[entry];
    r.slow_px = m.slow[entry] / m.photons[entry];
    r.wavelength_m = m.wavelength.empty() ? plan_.rays.front().wavelength_m
                                          : mean_wavelength_m_ * m.wavelength[entry] / m.photons[entry];
    r.phi_rad = m.phi.empty() ? plan_.phi_rad.front() : m.phi[entry] / m.photons[entry];
    r.diffracted = unit(point_of(plan_.panels[number], r.fast_px, r.slow_px, depth_m));
    r.excitation_per_A = excitation_per_A(r);
    truth_.reflections.push_back(r);
  }

  double excitation_per_A(const TruthReflection& r) const {
    const CrystalAxes& axes = experiment_.crystal.axes;
    const auto index = [&](std::size_t i) { return static_cast<double>(r.hkl[i]); };
    const Vec3d still = index(0) * axes.a_star_A + index(1) * axes.b_star_A + index(2) * axes.c_star_A;
    const Vec3d g = physics::rotate_about_axis(still, experiment_.spindle.axis, r.phi_rad);
    const double per_wavelength = 1 / angstrom_from_metres(r.wavelength_m);
    // |s0 + g| - |s0|, without the difference of two large numbers.
    return dot(g, 2 * per_wavelength * incident_ + g) / (norm(per_wavelength * incident_ + g) + per_wavelength);
  }

  Experiment experiment_;
  kernel::Plan plan_;
  RenderRequest request_;
  std::unique_ptr<backends::Prepared> prepared_;
  Vec3d incident_{};
  double mean_wavelength_m_ = 0;
  bool polychromatic_ = false;
  double brightest_ = 0;
  Truth truth_;
};

}  // namespace

void keep_brightest(Truth& truth, double fraction) {
  double most = 0;
  for (const TruthReflection& r : truth.reflections)
    if (r.hkl != std::array<std::int64_t, 3>{}) most = std::max(most, r.photons);
  std::erase_if(truth.reflections, [&](const TruthReflection& r) { return r.photons < fraction * most; });
  truth.fraction = fraction;
}

void require_truth(const Experiment& experiment) {
  require_single_amplitudes(experiment);
  const kernel::Plan plan = compile_plan(experiment);
  for (std::size_t panel = 0; panel < plan.panels.size(); ++panel) backends::require_differentiable(plan, panel);
}

Truth truth_of(const Experiment& experiment, double fraction, const RenderRequest& request) {
  return Census(experiment, fraction, request).take();
}

}  // namespace femtobragg
