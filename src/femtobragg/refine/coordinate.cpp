// The transforms of parameters.
#include "femtobragg/refine/coordinate.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::refine {

using gradients::Transform;

Coordinate::Coordinate(const gradients::ParameterInfo& info, double start)
    : transform_(info.transform), start_(start), scale_(info.scale > 0 ? info.scale : 1) {
  if (!(start >= info.lowest && start <= info.highest))
    throw Error::usage(
        {.what = "a parameter starts outside its bounds",
         .where = info.name,
         .value = format_number(start, 12),
         .rule = "it must be from " + format_number(info.lowest, 12) + " to " + format_number(info.highest, 12),
         .remedy = "start closer"});
  const double infinite = std::numeric_limits<double>::infinity();
  const bool bounded = std::isfinite(info.lowest) && std::isfinite(info.highest) && info.highest > info.lowest;
  if (transform_ == Transform::Log && !(start > 0)) transform_ = Transform::Identity;
  if (transform_ == Transform::Window && !bounded) transform_ = Transform::Identity;
  if (transform_ == Transform::Window) {
    middle_ = 0.5 * (info.lowest + info.highest);
    half_ = 0.5 * (info.highest - info.lowest);
    const double place = place_of(start);
    offset_ = std::atanh(place);
    step_ = scale_ / (half_ * (1 - place * place));
    lowest_ = -infinite, highest_ = infinite;
    return;
  }
  const bool log = transform_ == Transform::Log;
  lowest_ = log && !(info.lowest > 0) ? -infinite : at(info.lowest);
  highest_ = at(info.highest);
}

double Coordinate::value(double u) const {
  switch (transform_) {
    case Transform::Log: return start_ * std::exp(u * scale_ / start_);
    case Transform::Window: return middle_ + half_ * std::tanh(offset_ + step_ * u);
    case Transform::Identity: break;
  }
  return start_ + scale_ * u;
}

double Coordinate::slope(double u) const {
  if (transform_ == Transform::Log) return value(u) * scale_ / start_;
  if (transform_ == Transform::Identity) return scale_;
  const double place = std::tanh(offset_ + step_ * u);
  return half_ * step_ * (1 - place * place);
}

/// Between the bounds, -1 to 1: not on the very edge, which no start could leave.
double Coordinate::place_of(double value) const {
  constexpr double most = 1 - 1e-3;
  return std::clamp((value - middle_) / half_, -most, most);
}

double Coordinate::at(double value) const {
  if (transform_ == Transform::Log) return std::log(value / start_) * start_ / scale_;
  if (transform_ == Transform::Window) return (std::atanh(place_of(value)) - offset_) / step_;
  return (value - start_) / scale_;
}

}  // namespace femtobragg::refine
