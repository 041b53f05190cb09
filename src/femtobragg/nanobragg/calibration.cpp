// Bands of rows all over the panel, since neither spots nor resolution are spread evenly.
#include "femtobragg/nanobragg/calibration.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "femtobragg/base/memory.h"

namespace femtobragg::nanobragg {
namespace {

constexpr std::size_t band_rows = 8;  ///< no backend shares work among more rows

std::size_t band_count(const kernel::PanelPlan& panel) {
  return (panel.slow_end - panel.slow_begin + band_rows - 1) / band_rows;
}

/// A mask that leaves about `count` bands of rows. Multiples of the golden ratio lie evenly among all.
std::vector<std::uint8_t> mask_of_bands(const kernel::PanelPlan& panel, std::size_t count) {
  constexpr double golden = 0.61803398874989485;
  std::vector<std::uint8_t> mask(panel.n_fast * panel.n_slow, 0);
  for (std::size_t i = 0; i < count; ++i) {
    const double turns = (static_cast<double>(i) + 0.5) * golden;
    const auto band = static_cast<std::size_t>((turns - std::floor(turns)) * static_cast<double>(band_count(panel)));
    const std::size_t begin = panel.slow_begin + band * band_rows;
    for (std::size_t slow = begin; slow < std::min(begin + band_rows, panel.slow_end); ++slow)
      for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast)
        mask[slow * panel.n_fast + fast] = panel.skips(fast, slow) ? 0 : 1;
  }
  return mask;
}

/// Fewer sub-pixels, then fewer orientations, so that a pixel takes about that many evaluations. Its mean brightness
/// stays, and so does the share of the work that orientations have in common.
void thin_out(kernel::Plan& plan, double most_evaluations) {
  const auto per_pixel = [&] { return plan.steps * static_cast<double>(plan.panels.front().layers.size()); };
  if (per_pixel() <= most_evaluations) return;
  const auto thinned = [](std::size_t count, double factor) {
    return static_cast<std::size_t>(std::clamp(static_cast<double>(count) / factor, 1.0, static_cast<double>(count)));
  };
  const double edge = static_cast<double>(plan.oversample);
  plan.oversample = thinned(plan.oversample, std::sqrt(per_pixel() / most_evaluations));
  plan.steps *= std::pow(static_cast<double>(plan.oversample) / edge, 2);
  const std::size_t orientations = plan.orientations.size();
  const std::size_t kept = thinned(orientations, std::max(1.0, per_pixel() / most_evaluations));
  for (std::vector<kernel::Orientation>* list : {&plan.orientations, &plan.first_sweep_orientations}) {
    if (list->empty()) continue;
    for (std::size_t i = 0; i < kept; ++i) (*list)[i] = (*list)[i * orientations / kept];
    list->resize(kept);
  }
  plan.steps *= static_cast<double>(kept) / static_cast<double>(orientations);
}

struct Sample {
  Calibration result;
  bool whole = false;
};

/// Less than a second for any backend.
constexpr double first_evaluations = 1e7;

/// Renders a part of the plan that takes about that many evaluations: first fewer bands, then fewer terms of a pixel.
/// With a tolerance only fewer terms: what may be left out depends on the brightest pixel, which no band may miss.
Sample render_sample(const kernel::Plan& plan, const RenderRequest& request, double target) {
  kernel::Plan light = plan;
  kernel::PanelPlan& panel = light.panels.front();
  const double pixels = static_cast<double>(backends::rendered_pixels(panel));
  const double least_bands = 2.0 * outlook(plan, 0, request).threads;
  const double of_band = static_cast<double>(band_rows * (panel.fast_end - panel.fast_begin));
  const bool all_bands = request.control.tolerance > 0;
  thin_out(light, std::max(target / pixels, all_bands ? 0 : first_evaluations / (least_bands * of_band)));
  const double bands = std::max(least_bands, std::ceil(target / (evaluations(light, 0) / pixels * of_band)));
  std::vector<std::uint8_t> mask;
  if (!all_bands && bands < static_cast<double>(band_count(panel))) {
    mask = mask_of_bands(panel, static_cast<std::size_t>(bands));
    panel.mask = mask.data();
  }
  Sample sample;
  const auto begin = std::chrono::steady_clock::now();
  const Rendering rendering = render(light, 0, request);
  sample.result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  sample.result.pixels = backends::rendered_pixels(panel);
  sample.result.evaluations = evaluations(light, 0);
  sample.whole =
      mask.empty() && light.orientations.size() == plan.orientations.size() && light.oversample == plan.oversample;
  for (const float photons : rendering.image.pixels) {
    sample.result.expected_photons += static_cast<double>(photons);
    sample.result.brightest_photons = std::max(sample.result.brightest_photons, static_cast<double>(photons));
  }
  return sample;
}

/// Set-up costs the same for every sample: what two of them differ by is the cost of evaluations.
double expected_seconds(const Calibration& smaller, const Calibration& last, double all_evaluations) {
  if (last.evaluations == 0) return last.seconds;
  const double whole = last.seconds / last.evaluations;
  double slope = whole;
  if (smaller.evaluations > 0 && last.evaluations > smaller.evaluations)
    slope = std::clamp((last.seconds - smaller.seconds) / (last.evaluations - smaller.evaluations), 0.1 * whole, whole);
  return last.seconds + slope * (all_evaluations - last.evaluations);
}

}  // namespace

std::optional<Calibration> calibrate(const kernel::Plan& plan, const RenderRequest& request, double budget_s) {
  const kernel::PanelPlan& panel = plan.panels.front();
  const std::uint64_t pixels = backends::rendered_pixels(panel);
  const auto image_bytes = checked_product({panel.n_fast, panel.n_slow, sizeof(float)});
  if (pixels == 0 || !(budget_s > 0) || !image_bytes || *image_bytes > memory_limit_bytes()) return std::nullopt;
  Sample smaller, sample;
  double spent = 0, target = first_evaluations;
  // Two samples at least: one cannot tell set-up from evaluations.
  for (double growth = 2; growth >= 2 || (smaller.result.pixels == 0 && spent < budget_s);) {
    smaller = sample;
    sample = render_sample(plan, request, target);
    spent += sample.result.seconds;
    if (sample.whole || sample.result.pixels == 0) break;
    const auto next_seconds = [&] {
      return expected_seconds(smaller.result, sample.result, growth * sample.result.evaluations);
    };
    for (growth = 16; growth >= 2 && next_seconds() > 0.7 * (budget_s - spent);) growth /= 2;
    target *= std::max(2.0, growth);
  }
  const double all = evaluations(plan, 0);
  Calibration result = sample.result;
  if (result.pixels == 0) return std::nullopt;
  result.expected_seconds = expected_seconds(smaller.result, result, all);
  result.at_most = request.control.tolerance > 0 && !sample.whole;
  result.expected_photons *= static_cast<double>(pixels) / static_cast<double>(result.pixels);
  return result;
}

}  // namespace femtobragg::nanobragg
