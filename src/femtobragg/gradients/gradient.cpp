// Derivatives with respect to plan numbers, times how these move with the parameters.
#include "femtobragg/gradients/gradient.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/kernel/plan_rules.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/simulate/compile_plan.h"

namespace femtobragg::gradients {
namespace {

/// Older programs' rules make images whose derivatives mean nothing: some depend on the order of pixels.
void require_right_physics(const Experiment& experiment, const kernel::Plan& plan) {
  const bool old_width = physics::shape_info(experiment.crystal.shape).by_width &&
                         experiment.crystal.spot_width == SpotWidth::ReciprocalAngstrom;
  if (!plan.ordered_sums && !kernel::rule_of_order(plan) && !old_width) return;
  throw Error::usage({.what = "no derivatives of an image by an older program's rules",
                      .rule = "derivatives need the right physics",
                      .remedy = "leave the quirks off"});
}

/// In four sums, because each addition waits for the one before it.
double product(const double* a, const double* b, std::size_t count) {
  constexpr std::size_t lanes = 4;
  std::array<double, lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  for (; i < count; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

std::size_t pixels_of(const kernel::PanelPlan& panel) { return panel.n_fast * panel.n_slow; }

/// A change of amplitudes that is about as large as they are.
double amplitude_step(const std::vector<AmplitudeRate>& rates, const std::vector<double>& table) {
  double amplitude = 0, rate = 0;
  for (const AmplitudeRate& r : rates) {
    amplitude = std::max(amplitude, std::abs(table[r.entry]));
    rate = std::max(rate, std::abs(r.rate));
  }
  return amplitude > 0 ? amplitude / rate : 1 / rate;
}

}  // namespace

Gradient::Gradient(const ParameterSpace& space, std::span<const double> values, RenderRequest request)
    : space_(space),
      values_(values.begin(), values.end()),
      request_(std::move(request)),
      experiment_(space.at(values)),
      plan_(compile_plan(experiment_)),
      motion_(space.motion(experiment_, plan_)),
      amplitude_rates_(space.amplitude_rates(experiment_)) {
  require_right_physics(experiment_, plan_);
}

std::size_t Gradient::strips(std::size_t panel) const { return backends::gradient_strips(plan_.panels.at(panel)); }

Gradient::Image Gradient::photons_of(const kernel::Plan& plan, std::size_t panel) const {
  const kernel::PanelPlan& target = plan.panels.at(panel);
  Image image(pixels_of(target));
  const auto keep = [&](const backends::GradientBlock& block) {
    std::copy_n(block.photons, block.count,
                image.begin() + static_cast<std::ptrdiff_t>(block.slow * target.n_fast + block.fast));
  };
  backends::RunControl control = request_.control;
  // The difference of two images has fewer digits than these, and both must have the same terms.
  control.number_type = backends::NumberType::Float64;
  control.tolerance = 0;
  backend_for(request_).differentiate(plan, motion_, {}, panel, keep, control);
  return image;
}

/// Photons are quadratic in the table of amplitudes, with interpolation and without: the central difference
/// (I(F + s dF) - I(F - s dF)) / 2s is their derivative exactly, whatever s. A large s loses fewest digits.
Gradient::Image Gradient::amplitude_derivative(const std::vector<AmplitudeRate>& rates, std::size_t panel) const {
  const double step = amplitude_step(rates, experiment_.structure_factors->values);
  const auto photons_at = [&](double amount) {
    std::vector<double> table = experiment_.structure_factors->values;
    for (const AmplitudeRate& r : rates) table[r.entry] += amount * r.rate;
    kernel::Plan plan = plan_;
    plan.structure_factors.values = table.data();
    return photons_of(plan, panel);
  };
  Image more = photons_at(step);
  const Image less = photons_at(-step);
  for (std::size_t i = 0; i < more.size(); ++i) more[i] = (more[i] - less[i]) / (2 * step);
  return more;
}

backends::RunSummary Gradient::visit(std::size_t panel, const std::function<void(const JacobianTile&)>& visit) const {
  const kernel::PanelPlan& target = plan_.panels.at(panel);
  std::vector<Image> of_amplitudes(space_.size());
  for (std::size_t p = 0; p < space_.size(); ++p)
    if (!amplitude_rates_[p].empty()) of_amplitudes[p] = amplitude_derivative(amplitude_rates_[p], panel);
  const bool any_amplitudes = std::ranges::any_of(of_amplitudes, [](const Image& image) { return !image.empty(); });

  const auto hand_over = [&](const backends::GradientBlock& block) {
    JacobianTile tile{block.strip, block.slow, block.fast, block.count, block.photons, block.derivatives, block.stride};
    if (!any_amplitudes) return visit(tile);
    std::vector<double> derivatives(space_.size() * block.count);
    const auto place = static_cast<std::ptrdiff_t>(block.slow * target.n_fast + block.fast);
    for (std::size_t p = 0; p < space_.size(); ++p) {
      const auto to = derivatives.begin() + static_cast<std::ptrdiff_t>(p * block.count);
      if (!of_amplitudes[p].empty())
        std::copy_n(of_amplitudes[p].begin() + place, block.count, to);
      else if (block.derivatives)
        std::copy_n(block.derivatives + p * block.stride, block.count, to);
    }
    tile.derivatives = derivatives.data();
    tile.stride = block.count;
    visit(tile);
  };
  const auto tangents = space_.tangents(values_, experiment_, plan_, panel);
  return backend_for(request_).differentiate(plan_, motion_, tangents, panel, hand_over, request_.control);
}

Jacobian Gradient::jacobian(std::size_t panel) const {
  const kernel::PanelPlan& target = plan_.panels.at(panel);
  Jacobian result{target.n_fast, target.n_slow, Image(pixels_of(target)), {}};
  result.derivatives.assign(space_.size(), Image(pixels_of(target)));
  visit(panel, [&](const JacobianTile& tile) {
    const auto place = static_cast<std::ptrdiff_t>(tile.slow * target.n_fast + tile.fast);
    std::copy_n(tile.photons, tile.count, result.photons.begin() + place);
    if (!tile.derivatives) return;
    for (std::size_t p = 0; p < space_.size(); ++p)
      std::copy_n(tile.derivatives + p * tile.stride, tile.count, result.derivatives[p].begin() + place);
  });
  return result;
}

Adjoint Gradient::adjoint(std::size_t panel, std::span<const double> weights, bool with_amplitudes) const {
  const kernel::PanelPlan& target = plan_.panels.at(panel);
  if (weights.size() != pixels_of(target))
    throw Error::usage(
        {.what = "the weights do not fit the panel",
         .value = std::to_string(weights.size()) + " numbers",
         .rule = "it has " + std::to_string(target.n_fast) + " x " + std::to_string(target.n_slow) + " pixels"});
  for (std::size_t slow = target.slow_begin; slow < target.slow_end; ++slow)
    for (std::size_t fast = target.fast_begin; fast < target.fast_end; ++fast)
      if (!target.skips(fast, slow) && !std::isfinite(weights[slow * target.n_fast + fast]))
        throw Error::usage({.what = "a weight that is no number",
                            .where = "pixel " + std::to_string(fast) + " " + std::to_string(slow) + " (fast, slow)",
                            .rule = "all rendered pixels have finite weights",
                            .remedy = "mask the pixel, or give it the weight zero"});
  const auto tangents = space_.tangents(values_, experiment_, plan_, panel);
  // Summed first over the pixels of each strip, then over strips: threads change no bit of it.
  std::vector<std::vector<double>> of_strips(strips(panel), std::vector<double>(tangents.size()));
  const auto add_up = [&](const backends::GradientBlock& block) {
    if (!block.derivatives) return;
    // What masked pixels weigh does not matter: it may be no number.
    const auto first = weights.begin() + static_cast<std::ptrdiff_t>(block.slow * target.n_fast + block.fast);
    std::vector<double> weight(first, first + static_cast<std::ptrdiff_t>(block.count));
    for (std::size_t i = 0; i < block.count; ++i)
      if (target.skips(block.fast + i, block.slow)) weight[i] = 0;
    std::vector<double>& sums = of_strips[block.strip];
    for (std::size_t p = 0; p < sums.size(); ++p)
      sums[p] += product(weight.data(), block.derivatives + p * block.stride, block.count);
  };
  backend_for(request_).differentiate(plan_, motion_, tangents, panel, add_up, request_.control);

  Adjoint result;
  const bool needs_amplitudes = std::ranges::any_of(amplitude_rates_, [](const auto& rates) { return !rates.empty(); });
  if (with_amplitudes || needs_amplitudes)
    result.amplitudes = amplitude_adjoint(panel, weights, backends::AmplitudeVariable::Amplitude);
  for (std::size_t p = 0; p < space_.size(); ++p) {
    double sum = 0;
    for (const std::vector<double>& strip : of_strips) sum += strip[p];
    for (const AmplitudeRate& r : amplitude_rates_[p]) sum += r.rate * result.amplitudes[r.entry];
    result.parameters.push_back(sum);
  }
  if (!with_amplitudes) result.amplitudes.clear();
  return result;
}

std::vector<double> Gradient::amplitude_adjoint(std::size_t panel, std::span<const double> weights,
                                                backends::AmplitudeVariable variable) const {
  std::vector<double> derivatives(experiment_.structure_factors->values.size());
  backend_for(request_).differentiate_amplitudes(plan_, panel, weights, variable, derivatives, request_.control);
  return derivatives;
}

}  // namespace femtobragg::gradients
