// The losses' formulas.
#include "femtobragg/refine/loss.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::refine {
namespace {

constexpr std::pair<LossKind, std::string_view> loss_names[] = {{LossKind::Gaussian, "gaussian"},
                                                                {LossKind::Poisson, "poisson"},
                                                                {LossKind::Logarithm, "logarithm"},
                                                                {LossKind::Huber, "huber"}};

/// Half the deviance: m - d + d log(d / m). P. McCullagh & J. A. Nelder, Generalized Linear Models (1989), section 2.3.
PixelLoss poisson(double model, double data) {
  const double excess = model - data, x = excess / model;
  // Near the minimum the logarithm cancels the other terms and keeps no digits.
  const double cost = std::abs(x) < 1e-3 ? excess * x * (0.5 + x * (1.0 / 6 + x * (1.0 / 12 + x / 20)))
                                         : excess + (data > 0 ? data * std::log(data / model) : 0.0);
  const double information = 1 / model;
  // Scoring alone overshoots where the model is far too dark.
  const double curvature = cost > 0 ? std::max(information, x * x / (2 * cost)) : information;
  return {cost, x, curvature, information};
}

/// The integral of (t - data) / max(t, floor) from data to model.
double quasi_deviance(double model, double data, double floor) {
  const double lower = std::min(model, floor) - data, upper = std::min(data, floor) - data;
  const double cost = (lower * lower - upper * upper) / (2 * floor);
  const double to = std::max(model, floor);
  return cost + (data >= floor ? poisson(to, data).cost : (to - floor) - data * std::log(to / floor));
}

/// In photons; either may be below zero.
PixelLoss quasi_poisson(double model, double data, double floor) {
  const double cost = quasi_deviance(model, data, floor);
  const double information = 1 / std::max(model, floor), slope = (model - data) * information;
  const double curvature = cost > 0 ? std::max(information, slope * slope / (2 * cost)) : information;
  return {cost, slope, curvature, information};
}

PixelLoss poisson_of_numbers(const Loss& loss, double model, double data) {
  const auto photons = [&](double number) { return (number - loss.pedestal) / loss.gain; };
  const PixelLoss at = quasi_poisson(photons(model), photons(data), loss.floor);
  const double squared = loss.gain * loss.gain;
  return {at.cost, at.slope / loss.gain, at.curvature / squared, at.information / squared};
}

}  // namespace

PixelLoss pixel_loss(const Loss& loss, double model, double data, double variance) {
  if (loss.kind == LossKind::Poisson && !loss.in_photons()) return poisson_of_numbers(loss, model, data);
  if (loss.kind == LossKind::Poisson) return poisson(std::max(model, 0.0) + loss.floor, data + loss.floor);
  if (loss.kind == LossKind::Logarithm) {
    const double total = std::max(model, 0.0) + loss.floor, ratio = std::log(total / (data + loss.floor));
    return {0.5 * ratio * ratio, ratio / total, 1 / (total * total), 1 / (total * total)};
  }
  const double weight = 1 / variance, sigma = std::sqrt(variance);
  const double difference = model - data, size = std::abs(difference) / sigma;
  if (loss.kind == LossKind::Gaussian || size <= loss.huber_width)
    return {0.5 * difference * difference * weight, difference * weight, weight, weight};
  const double k = loss.huber_width;
  return {k * (size - 0.5 * k), std::copysign(k / sigma, difference), k / size * weight, k / size * weight};
}

std::string name_of(LossKind kind) {
  return std::string(std::ranges::find(loss_names, kind, &std::pair<LossKind, std::string_view>::first)->second);
}

std::vector<std::string> loss_kind_names() {
  std::vector<std::string> names;
  for (const auto& [kind, name] : loss_names) names.emplace_back(name);
  return names;
}

LossKind loss_kind_named(std::string_view name) {
  const auto* found = std::ranges::find(loss_names, name, &std::pair<LossKind, std::string_view>::second);
  if (found != std::end(loss_names)) return found->first;
  throw Error::usage({.what = "unknown loss",
                      .value = in_quotes(name),
                      .rule = "it must be gaussian, poisson, logarithm or huber",
                      .remedy = "choose one of these"});
}

}  // namespace femtobragg::refine
