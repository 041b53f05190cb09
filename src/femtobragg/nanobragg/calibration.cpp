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

/// Fewer orientations and sub-pixels, so that a pixel takes about that many evaluations. Its mean brightness stays.
void thin_out(kernel::Plan& plan, double most_evaluations) {
  const auto per_pixel = [&] { return plan.steps * static_cast<double>(plan.panels.front().layers.size()); };
  if (per_pixel() <= most_evaluations) return;
  const auto thinned = [](std::size_t count, double factor) {
    return static_cast<std::size_t>(std::clamp(static_cast<double>(count) / factor, 1.0, static_cast<double>(count)));
  };
  const std::size_t orientations = plan.orientations.size();
  const std::size_t kept = thinned(orientations, per_pixel() / most_evaluations);
  for (std::vector<kernel::Orientation>* list : {&plan.orientations, &plan.first_sweep_orientations}) {
    if (list->empty()) continue;
    for (std::size_t i = 0; i < kept; ++i) (*list)[i] = (*list)[i * orientations / kept];
    list->resize(kept);
  }
  plan.steps *= static_cast<double>(kept) / static_cast<double>(orientations);
  const double edge = static_cast<double>(plan.oversample);
  plan.oversample = thinned(plan.oversample, std::sqrt(std::max(1.0, per_pixel() / most_evaluations)));
  plan.steps *= std::pow(static_cast<double>(plan.oversample) / edge, 2);
}

struct Sample {
  Calibration result;
  bool whole = false;
};

/// Renders that many bands of the plan, or all of its pixels.
Sample render_sample(kernel::Plan plan, const RenderRequest& request, std::size_t bands) {
  kernel::PanelPlan& panel = plan.panels.front();
  Sample sample{{}, bands >= band_count(panel)};
  std::vector<std::uint8_t> mask;
  if (!sample.whole) {
    mask = mask_of_bands(panel, bands);
    panel.mask = mask.data();
  }
  const auto begin = std::chrono::steady_clock::now();
  const Rendering rendering = render(plan, 0, request);
  sample.result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  sample.result.pixels = backends::rendered_pixels(panel);
  sample.result.evaluations = evaluations(plan, 0);
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
  std::size_t bands = 2 * static_cast<std::size_t>(outlook(plan, 0, request).threads);
  constexpr double first_evaluations = 1e7;  // less than a second for any backend
  kernel::Plan light = plan;
  thin_out(light, first_evaluations / static_cast<double>(bands * band_rows * (panel.fast_end - panel.fast_begin)));

  Sample smaller, sample;
  double spent = 0;
  // Two samples at least: one cannot tell set-up from evaluations.
  for (double growth = 2; growth >= 2 || (smaller.result.pixels == 0 && spent < budget_s);) {
    smaller = sample;
    sample = render_sample(light, request, bands);
    spent += sample.result.seconds;
    if (sample.whole || sample.result.pixels == 0) break;
    growth = std::min(16.0, 0.5 * (budget_s - spent) / sample.result.seconds);
    bands = static_cast<std::size_t>(static_cast<double>(bands) * std::max(2.0, growth));
  }
  Calibration result = sample.result;
  if (result.pixels == 0) return std::nullopt;
  const double all = evaluations(plan, 0);
  result.expected_seconds = expected_seconds(smaller.result, result, all);
  result.expected_photons *= static_cast<double>(pixels) / static_cast<double>(result.pixels);
  return result;
}

}  // namespace femtobragg::nanobragg
