// Bands of rows all over the panels, since neither spots nor resolution are spread evenly. Each becomes a panel of its
// own: only what is rendered takes memory.
#include "femtobragg/nanobragg/report/calibration.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <set>

#include "femtobragg/base/memory.h"
#include "femtobragg/nanobragg/setup/whole_detector.h"

namespace femtobragg::nanobragg {
namespace {

constexpr std::size_t band_rows = 8;  ///< no backend shares work among more rows

/// Rows of a panel's region of interest.
struct Band {
  std::size_t panel = 0, slow_begin = 0, slow_end = 0;
};

std::vector<Band> bands_of(const kernel::Plan& plan) {
  std::vector<Band> bands;
  for (std::size_t i = 0; i < plan.panels.size(); ++i) {
    const kernel::PanelPlan& panel = plan.panels[i];
    if (panel.fast_end <= panel.fast_begin) continue;
    for (std::size_t slow = panel.slow_begin; slow < panel.slow_end; slow += band_rows)
      bands.push_back({i, slow, std::min(slow + band_rows, panel.slow_end)});
  }
  return bands;
}

/// About `count` of them, neighbours put together. Multiples of the golden ratio lie evenly among all.
std::vector<Band> some_of(const std::vector<Band>& all, std::size_t count) {
  constexpr double golden = 0.61803398874989485;
  std::set<std::size_t> places;
  for (std::size_t i = 0; i < std::min(count, all.size()); ++i) {
    const double turns = (static_cast<double>(i) + 0.5) * golden;
    places.insert(count >= all.size()
                      ? i
                      : static_cast<std::size_t>((turns - std::floor(turns)) * static_cast<double>(all.size())));
  }
  std::vector<Band> some;
  for (const std::size_t place : places) {
    const Band& band = all[place];
    if (!some.empty() && some.back().panel == band.panel && some.back().slow_end == band.slow_begin)
      some.back().slow_end = band.slow_end;
    else
      some.push_back(band);
  }
  return some;
}

/// A plan whose panels are bands of another's.
struct Excerpt {
  kernel::Plan plan;
  Detector windows;  ///< no more than where each of them lies in the image
};

/// Its pixels lie where they did.
kernel::PanelPlan cut_out(const kernel::PanelPlan& panel, const Band& band) {
  kernel::PanelPlan part = panel;
  const double fast_m = panel.pixel_size_m * static_cast<double>(panel.fast_begin),
               slow_m = panel.pixel_size_m * static_cast<double>(band.slow_begin);
  part.origin_m = panel.origin_m + fast_m * panel.fast_axis + slow_m * panel.slow_axis;
  part.beam_fast_m = panel.beam_fast_m - fast_m;
  part.beam_slow_m = panel.beam_slow_m - slow_m;
  part.n_fast = panel.fast_end - panel.fast_begin;
  part.n_slow = band.slow_end - band.slow_begin;
  part.fast_begin = part.slow_begin = 0;
  part.fast_end = part.n_fast;
  part.slow_end = part.n_slow;
  return part;
}

std::vector<std::uint8_t> mask_of(const kernel::PanelPlan& panel, const Band& band) {
  std::vector<std::uint8_t> mask;
  for (std::size_t slow = band.slow_begin; slow < band.slow_end; ++slow)
    mask.insert(mask.end(), panel.mask + slow * panel.n_fast + panel.fast_begin,
                panel.mask + slow * panel.n_fast + panel.fast_end);
  return mask;
}

Excerpt excerpt_of(kernel::Plan plan, const std::vector<Band>& bands) {
  Excerpt excerpt;
  std::vector<kernel::PanelPlan> parts;
  std::size_t rows = 0;
  for (const Band& band : bands) {
    const kernel::PanelPlan& panel = plan.panels[band.panel];
    kernel::PanelPlan& part = parts.emplace_back(cut_out(panel, band));
    if (panel.mask) part.set_mask(shared(mask_of(panel, band)));
    Panel& window = excerpt.windows.panels.emplace_back();
    window.n_fast = part.n_fast;
    window.n_slow = part.n_slow;
    window.data_slow = rows;
    rows += part.n_slow;
  }
  plan.panels = std::move(parts);
  excerpt.plan = std::move(plan);
  return excerpt;
}

/// Fewer sub-pixels, then fewer orientations, so that a pixel takes about that many evaluations. Its mean brightness
/// stays, and so does the share of the work that orientations have in common.
void thin_out(kernel::Plan& plan, double pixels, double most_evaluations) {
  const double layers = plan.steps > 0 ? evaluations_of_all(plan) / pixels / plan.steps : 0;
  const auto per_pixel = [&] { return plan.steps * layers; };
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
/// With a tolerance: what may be left out depends on the brightest pixel, which a sample must not miss.
constexpr double least_pixels_of_tolerance = 1e7;

/// Nothing is rendered.
Rendering tell_reflections(const kernel::Plan& plan, const RenderRequest& request) {
  std::vector<std::size_t> panels(plan.panels.size());
  std::iota(panels.begin(), panels.end(), std::size_t{0});
  RenderRequest in_doubles = request;
  in_doubles.control.number_type = backends::NumberType::Float64;
  prepare(std::make_shared<const kernel::Plan>(plan), in_doubles)
      ->tell_reflections(panels, [](int, const auto&) {}, {});
  return {};
}

/// Renders a part of the plan that takes about that many evaluations: first fewer bands, then fewer terms of a pixel.
Sample render_sample(const kernel::Plan& plan, const RenderRequest& request, double target, SampleWork work) {
  kernel::Plan light = plan;
  const std::vector<Band> all = bands_of(plan);
  const double pixels = static_cast<double>(pixels_of_all(plan)), of_band = pixels / static_cast<double>(all.size());
  const bool tolerant = request.control.tolerance > 0;
  const double least_pixels =
      std::min(pixels, tolerant ? least_pixels_of_tolerance : 2.0 * outlook_of_all(plan, request).threads * of_band);
  thin_out(light, pixels, std::max(target / pixels, (tolerant ? target : first_evaluations) / least_pixels));
  const double wanted = std::max(least_pixels, target / (evaluations_of_all(light) / pixels));
  const bool all_bands = !(wanted < pixels);
  const Excerpt excerpt = excerpt_of(
      std::move(light), some_of(all, all_bands ? all.size() : static_cast<std::size_t>(std::ceil(wanted / of_band))));
  Sample sample;
  const auto begin = std::chrono::steady_clock::now();
  const Rendering rendering = work == SampleWork::Render ? render(excerpt.plan, excerpt.windows, request)
                                                         : tell_reflections(excerpt.plan, request);
  sample.result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  sample.result.pixels = pixels_of_all(excerpt.plan);
  sample.result.evaluations = evaluations_of_all(excerpt.plan);
  sample.whole = all_bands && excerpt.plan.orientations.size() == plan.orientations.size() &&
                 excerpt.plan.oversample == plan.oversample;
  for (const float photons : rendering.image.pixels) {
    sample.result.expected_photons += static_cast<double>(photons);
    sample.result.brightest_photons = std::max(sample.result.brightest_photons, static_cast<double>(photons));
  }
  return sample;
}

bool fits_into_memory(const kernel::PanelPlan& panel) {
  const auto bytes = checked_product({panel.n_fast, panel.n_slow, sizeof(float)});
  return bytes && *bytes <= memory_limit_bytes();
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

std::optional<Calibration> calibrate(const kernel::Plan& plan, const RenderRequest& request, double budget_s,
                                     SampleWork work) {
  const std::uint64_t pixels = pixels_of_all(plan);
  if (pixels == 0 || !(budget_s > 0) || !std::ranges::all_of(plan.panels, fits_into_memory)) return std::nullopt;
  Sample smaller, sample;
  double spent = 0, target = first_evaluations;
  // Two samples at least: one cannot tell set-up from evaluations.
  for (double growth = 2; growth >= 2 || (smaller.result.pixels == 0 && spent < budget_s);) {
    smaller = sample;
    sample = render_sample(plan, request, target, work);
    spent += sample.result.seconds;
    if (sample.whole || sample.result.pixels == 0) break;
    const auto next_seconds = [&] {
      return expected_seconds(smaller.result, sample.result, growth * sample.result.evaluations);
    };
    for (growth = 16; growth >= 2 && next_seconds() > 0.7 * (budget_s - spent);) growth /= 2;
    target *= std::max(2.0, growth);
  }
  const double all = evaluations_of_all(plan);
  Calibration result = sample.result;
  if (result.pixels == 0) return std::nullopt;
  result.expected_seconds = expected_seconds(smaller.result, result, all);
  result.at_most = request.control.tolerance > 0 && !sample.whole;
  result.expected_photons *= static_cast<double>(pixels) / static_cast<double>(result.pixels);
  return result;
}

}  // namespace femtobragg::nanobragg
