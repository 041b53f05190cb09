// The transforms of parameters.
#include "femtobragg/refine/coordinate.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::refine {

using gradients::Transform;

Coordinate::Coordinate(const gradients::ParameterInfo& info, double start)
    : transform_(info.transform),
      start_(start),
      scale_(info.scale > 0 ? info.scale : 1),
      least_(info.lowest),
      most_(info.highest) {
  if (!(start >= info.lowest && start <= info.highest))
    throw Error::usage(
        {.what = "a parameter starts outside its bounds",
         .where = info.name,
         .value = format_number(start, 12),
         .rule = "it must be from " + format_number(info.lowest, 12) + " to " + format_number(info.highest, 12),
         .remedy = "start within them, or widen --bounds"});
  const bool bounded = std::isfinite(info.lowest) && std::isfinite(info.highest) && info.highest > info.lowest;
  if (transform_ == Transform::Log && !(start > 0)) transform_ = Transform::Identity;
  if (transform_ == Transform::Window && !bounded) transform_ = Transform::Identity;
  if (transform_ == Transform::Window) {
    // The bounds are not at the very edge of the tanh, which no start could leave.
    constexpr double place_of_bounds = 1 - 1e-3;
    middle_ = 0.5 * (info.lowest + info.highest);
    half_ = 0.5 * (info.highest - info.lowest) / place_of_bounds;
    const double place = place_of(start);
    offset_ = std::atanh(place);
    step_ = scale_ / (half_ * (1 - place * place));
  }
  const bool log = transform_ == Transform::Log;
  lowest_ = log && !(info.lowest > 0) ? -std::numeric_limits<double>::infinity() : at(info.lowest);
  highest_ = at(info.highest);
}

double Coordinate::value(double u) const {
  double value = start_ + scale_ * u;
  if (transform_ == Transform::Log) value = start_ * std::exp(u * scale_ / start_);
  if (transform_ == Transform::Window) value = middle_ + half_ * std::tanh(offset_ + step_ * u);
  // At a bound, rounding must not take it beyond.
  return std::clamp(value, least_, most_);
}

double Coordinate::slope(double u) const {
  if (transform_ == Transform::Log) return value(u) * scale_ / start_;
  if (transform_ == Transform::Identity) return scale_;
  const double place = std::tanh(offset_ + step_ * u);
  return half_ * step_ * (1 - place * place);
}

/// Argument of the tanh's inverse.
double Coordinate::place_of(double value) const { return (std::clamp(value, least_, most_) - middle_) / half_; }

double Coordinate::at(double value) const {
  if (transform_ == Transform::Log) return std::log(value / start_) * start_ / scale_;
  if (transform_ == Transform::Window) return (std::atanh(place_of(value)) - offset_) / step_;
  return (value - start_) / scale_;
}

}  // namespace femtobragg::refine
