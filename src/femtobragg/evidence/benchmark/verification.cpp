// The reference renders through a mask that lets only the chosen pixels pass.
#include "femtobragg/evidence/benchmark/verification.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace femtobragg::evidence {
namespace {

/// The distance from a value to the next larger float32.
double float_spacing(double value) {
  const float magnitude = std::abs(static_cast<float>(value));
  return static_cast<double>(std::nextafter(magnitude, std::numeric_limits<float>::infinity())) -
         static_cast<double>(magnitude);
}

std::vector<std::size_t> all_pixels(const kernel::PanelPlan& panel) {
  std::vector<std::size_t> pixels;
  for (std::size_t slow = panel.slow_begin; slow < panel.slow_end; ++slow)
    for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast)
      if (!panel.skips(fast, slow)) pixels.push_back(slow * panel.n_fast + fast);
  return pixels;
}

/// Pixels may depend on those before them: then a choice of them means something else than the image.
bool order_matters(const kernel::Plan& plan) {
  return !plan.first_sweep_orientations.empty() || plan.interpolation_stops_for_good;
}

Image reference_image(const kernel::Plan& plan, std::size_t panel, const std::vector<std::size_t>& pixels) {
  kernel::Plan masked = plan;
  kernel::PanelPlan& target = masked.panels.at(panel);
  std::vector<std::uint8_t> mask(target.n_fast * target.n_slow, 0);
  for (const std::size_t pixel : pixels) mask[pixel] = 1;
  target.set_mask(shared(std::move(mask)));
  return render(masked, panel, {.device = "reference"}).image;
}

}  // namespace

std::vector<std::size_t> pixels_to_verify(const kernel::PanelPlan& panel, const Image& image, std::size_t count) {
  std::vector<std::size_t> chosen = all_pixels(panel);
  if (chosen.size() <= count) return chosen;
  const auto photons = [&](std::size_t pixel) { return image.pixels[pixel]; };
  std::swap(chosen.front(), *std::ranges::max_element(chosen, {}, photons));
  // The first steps of a Fisher-Yates shuffle; the standard's distributions differ between libraries.
  std::mt19937_64 random(20260101);
  for (std::size_t i = 1; i <= count; ++i) std::swap(chosen[i], chosen[i + random() % (chosen.size() - i)]);
  chosen.resize(count + 1);
  std::ranges::sort(chosen);
  return chosen;
}

double rounding_allowance(backends::NumberType type) { return type == backends::NumberType::Float32 ? 2e-6 : 1e-9; }

Verification verify(const kernel::Plan& plan, std::size_t panel, const Rendering& rendering, backends::NumberType type,
                    std::size_t count) {
  const std::size_t everything = std::numeric_limits<std::size_t>::max();
  const std::vector<std::size_t> pixels =
      pixels_to_verify(plan.panels.at(panel), rendering.image, order_matters(plan) ? everything : count);
  const Image right = reference_image(plan, panel, pixels);
  Verification result;
  result.pixels = pixels.size();
  for (const std::size_t pixel : pixels)
    result.maximum_photons = std::max(result.maximum_photons, static_cast<double>(right.pixels[pixel]));
  double worst_excess = -std::numeric_limits<double>::infinity();
  for (const std::size_t pixel : pixels) {
    const double expected = static_cast<double>(right.pixels[pixel]);
    const double difference = std::abs(static_cast<double>(rendering.image.pixels[pixel]) - expected);
    const double allowed =
        rounding_allowance(type) * result.maximum_photons + float_spacing(expected) + rendering.summary.bound_photons;
    const double excess = std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference - allowed;
    if (excess <= worst_excess) continue;
    worst_excess = excess;
    result.difference_photons = difference;
    result.allowed_photons = allowed;
    result.fast = pixel % right.n_fast;
    result.slow = pixel / right.n_fast;
  }
  result.passed = !pixels.empty() && worst_excess <= 0;
  return result;
}

}  // namespace femtobragg::evidence
