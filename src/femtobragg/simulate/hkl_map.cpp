// Photons at the pixel's centre, reflection by reflection.
#include "femtobragg/simulate/hkl_map.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "femtobragg/simulate/point_of_panel.h"

namespace femtobragg {
namespace {

/// What is known of a pixel so far.
struct PixelOwner {
  double all_photons = 0, most_photons = 0;
  HklOfPixel hkl = no_reflection;
};

HklOfPixel short_indices(const Vec3d& hkl) {
  const auto index = [](double x) { return static_cast<std::int16_t>(std::clamp(x, -32767.0, 32767.0)); };
  return {index(hkl.x), index(hkl.y), index(hkl.z)};
}

}  // namespace

bool is_of_centres(const kernel::Plan& plan) {
  const bool one_layer =
      std::ranges::all_of(plan.panels, [](const kernel::PanelPlan& panel) { return panel.layers.size() == 1; });
  const bool dark = std::ranges::all_of(plan.backgrounds, [](const physics::Background& b) { return b.scale == 0; });
  return one_layer && dark && plan.oversample == 1 && !plan.interpolate && !plan.ordered_sums &&
         plan.first_sweep_orientations.empty();
}

kernel::Plan plan_of_centres(kernel::Plan plan) {
  plan.oversample = 1;
  plan.steps = static_cast<double>(plan.rays.size() * plan.orientations.size());
  for (kernel::PanelPlan& panel : plan.panels) {
    kernel::Layer whole{.depth_m = mean_depth_m(panel)};
    whole.back_m = panel.layers.back().back_m;
    panel.layers = {whole};
  }
  plan.interpolate = plan.interpolation_stops_for_good = false;
  plan.ordered_sums = plan.recompute_disabled_polarization = plan.solid_angle_over_steps = false;
  plan.capture = plan.polarization = plan.solid_angle = kernel::Factor::EachSample;
  plan.background_in_sum = 0;
  for (physics::Background& background : plan.backgrounds) background.scale = 0;
  plan.first_sweep_orientations.clear();
  return plan;
}

void map_reflections(backends::Prepared& centres,
                     const std::function<HklOfPixel*(std::size_t panel, std::size_t slow)>& row,
                     const backends::Watch& watch) {
  const kernel::Plan& plan = centres.plan();
  std::vector<std::size_t> panels(plan.panels.size());
  std::iota(panels.begin(), panels.end(), std::size_t{0});
  std::vector<std::vector<PixelOwner>> of_threads(static_cast<std::size_t>(centres.threads()));
  const auto look = [&](int thread, const backends::ReflectionStrip& strip) {
    std::vector<PixelOwner>& owners = of_threads[static_cast<std::size_t>(thread)];
    const std::size_t width = plan.panels[strip.panel].n_fast;
    // Those of the last strip were cleared when they were written.
    owners.resize(std::max(owners.size(), (strip.slow_end - strip.slow_begin) * width));
    const auto owners_of = [&](const backends::ReflectionPixels& part) {
      return owners.data() + (part.slow - strip.slow_begin) * width + part.fast;
    };
    for (const backends::ReflectionPixels& part : strip.parts)
      for (std::size_t i = 0; i < part.count; ++i) {
        PixelOwner& owner = owners_of(part)[i];
        owner.all_photons += part.photons[i];
        if (!(part.photons[i] > owner.most_photons)) continue;
        owner.most_photons = part.photons[i];
        owner.hkl = short_indices(part.hkl);
      }
    for (const backends::ReflectionPixels& part : strip.parts) {
      HklOfPixel* const to = row(strip.panel, part.slow) + part.fast;
      for (std::size_t i = 0; i < part.count; ++i) {
        const PixelOwner owner = std::exchange(owners_of(part)[i], {});
        if (owner.most_photons > 0 && owner.all_photons >= strip.bound_photons) to[i] = owner.hkl;
      }
    }
  };
  centres.tell_reflections(panels, look, watch);
}

}  // namespace femtobragg
