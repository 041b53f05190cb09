// Means of what reflections bring to pixels, panel by panel.
#include "femtobragg/simulate/truth.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

#include "femtobragg/base/error.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/lattices.h"
#include "femtobragg/simulate/point_of_panel.h"
#include "femtobragg/simulate/reflection_sums.h"

namespace femtobragg {
namespace {

void require_single_amplitudes(const Experiment& experiment) {
  if (experiment.sampling.interpolate && experiment.structure_factors->has_table())
    throw Error::usage({.what = "there is no list of reflections if amplitudes are interpolated",
                        .rule = "photons then belong to several reflections at once",
                        .remedy = "give sampling.interpolate = false"});
}

void require_truth_of_plan(const kernel::Plan& plan) {
  for (std::size_t panel = 0; panel < plan.panels.size(); ++panel) backends::require_differentiable(plan, panel);
}

class Census {
 public:
  /// `image`: of several crystals, or null.
  Census(const Experiment& experiment, backends::Prepared& prepared, double fraction, const Image* image = nullptr)
      : experiment_(experiment), prepared_(prepared), plan_(prepared.plan()), image_(image) {
    truth_.fraction = fraction;
    for (const kernel::Ray& ray : plan_.rays)
      incident_ = incident_ + ray.weight * plan_.directions[ray.direction].incident;
    incident_ = unit(incident_);
    // The two crossings of a reflection in a sweep lie on either side of the plane of beam and spindle.
    across_ = cross(incident_, experiment.spindle.axis);
    sweep_ = plan_.phi_rad.size() > 1 && norm(across_) > 1e-6;
  }

  Truth take(const backends::Watch& watch) {
    std::vector<std::size_t> panels(plan_.panels.size());
    std::iota(panels.begin(), panels.end(), std::size_t{0});
    for (const std::size_t panel : panels)
      other_sides_.push_back(sweep_ ? StripSums::OtherSide([this, panel](std::size_t fast, std::size_t slow) {
        return is_beyond(panel, fast, slow);
      })
                                    : nullptr);
    std::vector<StripSums> mine(static_cast<std::size_t>(prepared_.threads()));
    std::vector<PanelSums> all;
    for (const kernel::PanelPlan& panel : plan_.panels) all.emplace_back(panel.slow_begin);
    std::mutex mutex;
    const auto look = [&](int thread, const backends::ReflectionStrip& strip) {
      StripSums& sums = mine[static_cast<std::size_t>(thread)];
      sums.look(plan_.panels[strip.panel], other_sides_[strip.panel], strip, image_of(strip.panel));
      const std::lock_guard lock(mutex);
      all[strip.panel].add(strip.slow_begin, strip.slow_end, sums.take());
    };
    prepared_.tell_reflections(panels, look, watch);
    for (const std::size_t panel : panels) list(panel, all[panel].sums());
    keep_brightest(truth_, truth_.fraction);
    return std::move(truth_);
  }

 private:
  ImageOfPanel image_of(std::size_t number) const {
    if (!image_) return {};
    const Panel& panel = experiment_.detector.panels[number];
    return {image_->pixels.data() + panel.data_slow * image_->n_fast + panel.data_fast, image_->n_fast};
  }

  bool is_beyond(std::size_t panel, std::size_t fast, std::size_t slow) const {
    const auto middle = [](std::size_t pixel) { return static_cast<double>(pixel) + 0.5; };
    const Vec3d at = point_of(plan_.panels[panel], middle(fast), middle(slow), 0);
    // Rows of pixels may lie on the plane: rounding must not divide them.
    return dot(at, across_) < -1e-9 * norm(at);
  }

  /// By indices, and those of one reflection in the order of the sides.
  void list(std::size_t panel, const SumsOfReflections& sums) {
    std::vector<std::pair<ReflectionKey, ReflectionSums>> sorted(sums.begin(), sums.end());
    std::ranges::sort(sorted, {}, [](const auto& one) { return one.first; });
    for (const auto& [key, of_one] : sorted) {
      truth_.photons += of_one.photons;
      truth_.reflections.push_back(reflection(panel, key, of_one));
    }
  }

  TruthReflection reflection(std::size_t panel, const ReflectionKey& key, const ReflectionSums& sums) const {
    TruthReflection r{.hkl = {key.hkl[0], key.hkl[1], key.hkl[2]}, .panel = panel};
    const auto index = [&](std::size_t i) { return static_cast<double>(key.hkl[i]); };
    r.amplitude =
        std::abs(physics::nearest_structure_factor(plan_.structure_factors, Vec3d{index(0), index(1), index(2)}));
    r.photons = sums.photons;
    r.fast_px = sums.fast / sums.photons;
    r.slow_px = sums.slow / sums.photons;
    r.wavelength_m = sums.wavelength > 0 ? sums.wavelength / sums.photons : plan_.rays.front().wavelength_m;
    r.phi_rad = plan_.phi_rad.size() > 1 ? sums.phi / sums.photons : plan_.phi_rad.front();
    r.pixels = sums.photons * sums.photons / sums.squares;
    r.background = sums.background / sums.photons * r.pixels;
    r.sigma = sums.photons / std::sqrt(sums.information);
    const kernel::PanelPlan& target = plan_.panels[panel];
    r.diffracted = unit(point_of(target, r.fast_px, r.slow_px, mean_depth_m(target)));
    r.excitation_per_A = excitation_per_A(r);
    return r;
  }

  double excitation_per_A(const TruthReflection& r) const {
    const Vec3d g = physics::rotate_about_axis(lattice_point_per_A(experiment_.crystal.axes, r.hkl),
                                               experiment_.spindle.axis, r.phi_rad);
    const double per_wavelength = 1 / angstrom_from_metres(r.wavelength_m);
    // |s0 + g| - |s0|, without the difference of two large numbers.
    return dot(g, 2 * per_wavelength * incident_ + g) / (norm(per_wavelength * incident_ + g) + per_wavelength);
  }

  const Experiment& experiment_;
  backends::Prepared& prepared_;
  const kernel::Plan& plan_;
  const Image* image_;
  Vec3d incident_{}, across_{};
  bool sweep_ = false;
  std::vector<StripSums::OtherSide> other_sides_;
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
  require_truth_of_plan(compile_plan(with_one_lattice(experiment, 0)));
}

Truth truth_of(const Experiment& experiment, backends::Prepared& prepared, double fraction,
               const backends::Watch& watch) {
  require_single_amplitudes(experiment);
  require_truth_of_plan(prepared.plan());
  return Census(experiment, prepared, fraction).take(watch);
}

Truth truth_of(const Simulation& simulation, const Image& image, double fraction, const backends::Watch& watch) {
  const Experiment& all = simulation.experiment();
  if (all.lattices.empty()) return truth_of(all, simulation.prepared(), fraction, watch);
  require_single_amplitudes(all);
  Truth truth{.fraction = fraction};
  for (std::size_t i = 0; i < all.lattices.size(); ++i) {
    // With the backgrounds, that are under its spots too.
    const Experiment one = with_one_lattice(all, i);
    const auto prepared = prepare(std::make_shared<const kernel::Plan>(compile_plan(one, &simulation.plan(i))),
                                  simulation.request(), &simulation.prepared(i));
    require_truth_of_plan(prepared->plan());
    Truth of_one = Census(one, *prepared, fraction, &image).take(watch.after(i * pixels_of_all(simulation.plan())));
    truth.photons += of_one.photons;
    for (TruthReflection& r : of_one.reflections) {
      r.lattice = i;
      truth.reflections.push_back(r);
    }
  }
  keep_brightest(truth, fraction);
  return truth;
}

Truth truth_of(const Experiment& experiment, double fraction, const RenderRequest& request) {
  RenderRequest in_doubles = request;
  in_doubles.control.number_type = backends::NumberType::Float64;
  const auto prepared = prepare(std::make_shared<const kernel::Plan>(compile_plan(experiment)), in_doubles);
  return truth_of(experiment, *prepared, fraction);
}

}  // namespace femtobragg
