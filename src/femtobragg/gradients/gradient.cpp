// Derivatives with respect to plan numbers, times how these move with the parameters.
#include "femtobragg/gradients/gradient.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/kernel/plan_rules.h"
#include "femtobragg/model/panel_windows.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/record.h"

namespace femtobragg::gradients {
namespace {

/// Older programs' rules make images whose derivatives mean nothing: some depend on the order of pixels.
void require_right_physics(const Experiment& experiment, const kernel::Plan& plan) {
  const bool old_width = physics::shape_info(experiment.crystal.shape).by_width &&
                         experiment.crystal.spot_width == SpotWidth::ReciprocalAngstrom;
  if (!plan.ordered_sums && !kernel::rule_of_order(plan) && !old_width) return;
  throw Error::usage({.what = "an image that follows an older program's rules has no derivatives",
                      .rule = "derivatives exist only for the corrected physics",
                      .remedy = "switch the quirks off"});
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
    : space_(&space), values_(values.begin(), values.end()), simulation_(space.at(values), std::move(request)) {
  require_right_physics(experiment(), plan());
  look_around();
}

void Gradient::move_to(std::span<const double> values) {
  simulation_.update(space_->at(values));
  values_.assign(values.begin(), values.end());
  look_around();
}

void Gradient::look_around() {
  motion_ = space_->motion(experiment(), plan());
  amplitude_rates_ = space_->amplitude_rates(experiment());
  recording_rates_ = space_->recording_rates();
  shape_ = simulation_.shape();
  first_strip_.clear();
  strips_ = 0;
  for (const kernel::PanelPlan& panel : plan().panels) {
    first_strip_.push_back(strips_);
    strips_ += backends::gradient_strips(panel);
  }
}

std::size_t Gradient::place_of(std::size_t panel, std::size_t fast, std::size_t slow) const {
  const Panel& target = experiment().detector.panels[panel];
  return (target.data_slow + slow) * shape().n_fast + target.data_fast + fast;
}

std::vector<backends::PanelTangents> Gradient::tangents() const {
  std::vector<backends::PanelTangents> tangents;
  for (std::size_t panel = 0; panel < plan().panels.size(); ++panel)
    tangents.push_back({panel, space_->tangents(values_, experiment(), plan(), panel)});
  return tangents;
}

Gradient::Numbers Gradient::photons_of(std::shared_ptr<const kernel::Plan> plan, const backends::Watch& watch) const {
  Numbers image(shape().n_fast * shape().n_slow);
  const auto keep = [&](const backends::GradientBlock& block) {
    std::copy_n(block.photons, block.count, &image[place_of(block.panel, block.fast, block.slow)]);
  };
  RenderRequest request = simulation_.request();
  // The difference of two images has fewer digits than these, and both must have the same terms.
  request.control.number_type = backends::NumberType::Float64;
  request.control.tolerance = 0;
  std::vector<backends::PanelTangents> none;
  for (std::size_t panel = 0; panel < plan->panels.size(); ++panel) none.push_back({panel, {}});
  prepare(std::move(plan), request)->differentiate(motion_, none, keep, watch);
  return image;
}

/// Photons are quadratic in the table of amplitudes, with interpolation and without: the central difference
/// (I(F + s dF) - I(F - s dF)) / 2s is their derivative exactly, whatever s. A large s loses fewest digits.
Gradient::Numbers Gradient::amplitude_derivative(const std::vector<AmplitudeRate>& rates,
                                                 const backends::Watch& watch) const {
  const Numbers& here = experiment().structure_factors->values;
  const double step = amplitude_step(rates, here);
  const auto photons_at = [&](double amount) {
    Numbers table = here;
    for (const AmplitudeRate& r : rates) table[r.entry] += amount * r.rate;
    const auto other = std::make_shared<kernel::Plan>(plan());
    other->set_table(shared(std::move(table)));
    return photons_of(other, watch);
  };
  Numbers more = photons_at(step);
  const Numbers less = photons_at(-step);
  for (std::size_t i = 0; i < more.size(); ++i) more[i] = (more[i] - less[i]) / (2 * step);
  return more;
}

bool Gradient::records() const {
  return experiment().recording != Recording{} ||
         std::ranges::any_of(recording_rates_, [](const RecordingRate& rate) { return rate != RecordingRate{}; });
}

bool Gradient::changes_width() const {
  return std::ranges::any_of(recording_rates_, [](const RecordingRate& rate) { return rate.fwhm_m != 0; });
}

std::size_t Gradient::panel_of(std::size_t strip) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(first_strip_, strip) - first_strip_.begin()) - 1;
}

backends::RunSummary Gradient::visit_photons(const TileVisit& visit, const backends::Watch& watch) const {
  const std::size_t parameters = space_->size();
  std::vector<Numbers> of_amplitudes(parameters);
  for (std::size_t p = 0; p < parameters; ++p)
    if (!amplitude_rates_[p].empty()) of_amplitudes[p] = amplitude_derivative(amplitude_rates_[p], watch);
  const bool any_amplitudes = std::ranges::any_of(of_amplitudes, [](const Numbers& image) { return !image.empty(); });

  const auto hand_over = [&](const backends::GradientBlock& block) {
    const Panel& panel = experiment().detector.panels[block.panel];
    JacobianTile tile{first_strip_[block.panel] + block.strip,
                      panel.data_slow + block.slow,
                      panel.data_fast + block.fast,
                      block.count,
                      block.photons,
                      block.derivatives,
                      block.stride};
    if (!any_amplitudes) return visit(tile);
    std::vector<double> derivatives(parameters * block.count);
    const std::size_t place = place_of(block.panel, block.fast, block.slow);
    for (std::size_t p = 0; p < parameters; ++p) {
      const auto to = derivatives.begin() + static_cast<std::ptrdiff_t>(p * block.count);
      if (!of_amplitudes[p].empty())
        std::copy_n(&of_amplitudes[p][place], block.count, to);
      else if (block.derivatives)
        std::copy_n(block.derivatives + p * block.stride, block.count, to);
    }
    tile.derivatives = derivatives.data();
    tile.stride = block.count;
    visit(tile);
  };
  return simulation_.prepared().differentiate(motion_, tangents(), hand_over, watch);
}

/// `light`: photons and their derivatives, spread. `by_width`: for each pixel of the tile how spread photons change
/// with the width; null: no parameter needs it.
void Gradient::visit_numbers(const JacobianTile& light, const double* by_width, const TileVisit& visit) const {
  const std::size_t parameters = space_->size(), panel = panel_of(light.strip);
  const Panel& target = experiment().detector.panels[panel];
  const Recording& recording = experiment().recording;
  std::vector<double> numbers(light.count), derivatives(parameters * light.count);
  for (std::size_t i = 0; i < light.count; ++i) {
    if (plan().panels[panel].skips(light.fast - target.data_fast + i, light.slow - target.data_slow)) continue;
    numbers[i] = recording.number_of(light.photons[i]);
    for (std::size_t p = 0; p < parameters; ++p) {
      const RecordingRate& rate = recording_rates_[p];
      double spread = light.derivatives ? light.derivatives[p * light.stride + i] : 0;
      if (by_width) spread += rate.fwhm_m * by_width[i];
      derivatives[p * light.count + i] = recording.gain * spread + rate.gain * light.photons[i] + rate.pedestal;
    }
  }
  visit({light.strip, light.slow, light.fast, light.count, numbers.data(), derivatives.data(), light.count});
}

/// Light of a pixel may come from anywhere on its panel: all of it is kept first.
backends::RunSummary Gradient::visit_spread(const TileVisit& visit, const backends::Watch& watch) const {
  const Detector& detector = experiment().detector;
  const PointSpread& spread = experiment().recording.point_spread;
  const int threads = simulation_.request().control.threads;
  backends::RunSummary summary;
  Jacobian light = collected([&](const TileVisit& keep) { summary = visit_photons(keep, watch); });
  Numbers by_width;
  if (changes_width()) by_width = light.photons, spread_light_rate(by_width, detector, spread, threads);
  spread_light(light.photons, detector, spread, threads);
  for (std::size_t p = 0; p < space_->size(); ++p)
    if (recording_rates_[p] == RecordingRate{}) spread_light(light.derivatives[p], detector, spread, threads);

  for (std::size_t number = 0; number < plan().panels.size(); ++number) {
    const kernel::PanelPlan& panel = plan().panels[number];
    const Panel& target = detector.panels[number];
    const std::size_t rows = panel.slow_end - panel.slow_begin, strips = backends::gradient_strips(panel),
                      count = panel.fast_end - panel.fast_begin;
    std::vector<double> derivatives(space_->size() * count);
    for (std::size_t row = 0; row < rows && strips > 0; ++row) {
      const std::size_t slow = panel.slow_begin + row, place = place_of(number, panel.fast_begin, slow);
      for (std::size_t p = 0; p < space_->size(); ++p)
        std::copy_n(&light.derivatives[p][place], count, &derivatives[p * count]);
      visit_numbers({first_strip_[number] + row * strips / rows, target.data_slow + slow,
                     target.data_fast + panel.fast_begin, count, &light.photons[place], derivatives.data(), count},
                    by_width.empty() ? nullptr : &by_width[place], visit);
    }
  }
  return summary;
}

backends::RunSummary Gradient::visit(const TileVisit& visit, const backends::Watch& watch) const {
  if (!records()) return visit_photons(visit, watch);
  if (experiment().recording.spreads()) return visit_spread(visit, watch);
  return visit_photons([&](const JacobianTile& light) { visit_numbers(light, nullptr, visit); }, watch);
}

Jacobian Gradient::jacobian(const backends::Watch& watch) const {
  return collected([&](const TileVisit& keep) { visit(keep, watch); });
}

Jacobian Gradient::collected(const std::function<void(const TileVisit&)>& visit_all) const {
  const std::size_t pixels = shape().n_fast * shape().n_slow;
  Jacobian result{shape().n_fast, shape().n_slow, Numbers(pixels), {}};
  result.derivatives.assign(space_->size(), Numbers(pixels));
  const auto keep = [&](const JacobianTile& tile) {
    const std::size_t place = tile.slow * result.n_fast + tile.fast;
    std::copy_n(tile.photons, tile.count, &result.photons[place]);
    if (!tile.derivatives) return;
    for (std::size_t p = 0; p < space_->size(); ++p)
      std::copy_n(tile.derivatives + p * tile.stride, tile.count, &result.derivatives[p][place]);
  };
  visit_all(keep);
  return result;
}

void Gradient::require_size(std::span<const double> weights) const {
  if (weights.size() == shape_.n_fast * shape_.n_slow) return;
  throw Error::usage(
      {.what = "the weights do not fit the image",
       .value = std::to_string(weights.size()) + " numbers",
       .rule = "it has " + std::to_string(shape_.n_fast) + " x " + std::to_string(shape_.n_slow) + " pixels"});
}

void Gradient::require_finite(std::span<const double> weights) const {
  for (std::size_t p = 0; p < plan().panels.size(); ++p) {
    const kernel::PanelPlan& panel = plan().panels[p];
    for (std::size_t slow = panel.slow_begin; slow < panel.slow_end; ++slow)
      for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast) {
        const std::size_t place = place_of(p, fast, slow);
        if (panel.skips(fast, slow) || std::isfinite(weights[place])) continue;
        throw Error::usage({.what = "a weight that is not a number",
                            .where = "pixel " + std::to_string(place % shape_.n_fast) + " " +
                                     std::to_string(place / shape_.n_fast) + " (fast, slow)",
                            .rule = "all rendered pixels must have finite weights",
                            .remedy = "mask the pixel, or set its weight to zero"});
      }
  }
}

/// Spreading is its own transpose.
Gradient::LightWeights Gradient::light_weights(std::span<const double> weights) const {
  const Detector& detector = experiment().detector;
  const PointSpread& spread = experiment().recording.point_spread;
  const int threads = simulation_.request().control.threads;
  LightWeights result{Numbers(weights.size())};
  for (std::size_t p = 0; p < plan().panels.size(); ++p) {
    // What masked pixels weigh does not matter: it may be no number.
    const kernel::PanelPlan& panel = plan().panels[p];
    for (std::size_t slow = panel.slow_begin; slow < panel.slow_end; ++slow)
      for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast) {
        if (panel.skips(fast, slow)) continue;
        const std::size_t place = place_of(p, fast, slow);
        result.spread[place] = weights[place];
        result.of_pedestal += weights[place];
      }
  }
  if (changes_width()) result.by_width = result.spread, spread_light_rate(result.by_width, detector, spread, threads);
  spread_light(result.spread, detector, spread, threads);
  return result;
}

Adjoint Gradient::adjoint(std::span<const double> weights, bool with_amplitudes, const backends::Watch& watch) const {
  require_size(weights);
  require_finite(weights);
  const LightWeights light = light_weights(weights);
  const double gain = experiment().recording.gain;
  // Summed first over the pixels of each strip, then over strips: threads change no bit of it.
  std::vector<std::vector<double>> of_strips(strips(), std::vector<double>(space_->size()));
  const auto add_up = [&](const backends::GradientBlock& block) {
    const std::size_t place = place_of(block.panel, block.fast, block.slow);
    std::vector<double>& sums = of_strips[first_strip_[block.panel] + block.strip];
    for (std::size_t p = 0; p < sums.size(); ++p) {
      const RecordingRate& rate = recording_rates_[p];
      if (block.derivatives)
        sums[p] += gain * product(&light.spread[place], block.derivatives + p * block.stride, block.count);
      if (rate.gain != 0) sums[p] += rate.gain * product(&light.spread[place], block.photons, block.count);
      if (rate.fwhm_m != 0) sums[p] += gain * rate.fwhm_m * product(&light.by_width[place], block.photons, block.count);
    }
  };
  simulation_.prepared().differentiate(motion_, tangents(), add_up, watch);

  Adjoint result;
  const bool needs_amplitudes = std::ranges::any_of(amplitude_rates_, [](const auto& rates) { return !rates.empty(); });
  if (with_amplitudes || needs_amplitudes)
    result.amplitudes = amplitude_adjoint(weights, backends::AmplitudeVariable::Amplitude, watch);
  for (std::size_t p = 0; p < space_->size(); ++p) {
    double sum = recording_rates_[p].pedestal * light.of_pedestal;
    for (const std::vector<double>& strip : of_strips) sum += strip[p];
    for (const AmplitudeRate& r : amplitude_rates_[p]) sum += r.rate * result.amplitudes[r.entry];
    result.parameters.push_back(sum);
  }
  if (!with_amplitudes) result.amplitudes.clear();
  return result;
}

std::vector<double> Gradient::amplitude_adjoint(std::span<const double> weights, backends::AmplitudeVariable variable,
                                                const backends::Watch& watch) const {
  require_size(weights);
  Numbers of_photons;
  if (experiment().recording != Recording{}) {
    of_photons = light_weights(weights).spread;
    for (double& weight : of_photons) weight *= experiment().recording.gain;
    weights = of_photons;
  }
  const Detector& detector = experiment().detector;
  std::vector<Numbers> of_panels;
  std::vector<backends::PanelWeights> panels;
  for (const Panel& panel : detector.panels) of_panels.push_back(cut_out(weights, shape(), panel));
  for (std::size_t p = 0; p < of_panels.size(); ++p) panels.push_back({p, of_panels[p]});
  std::vector<double> derivatives(experiment().structure_factors->values.size());
  simulation_.prepared().differentiate_amplitudes(panels, variable, derivatives, watch);
  return derivatives;
}

}  // namespace femtobragg::gradients
