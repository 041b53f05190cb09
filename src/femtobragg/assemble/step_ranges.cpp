// One rule for all: a range is cut into equal parts, and the middle of each stands for it.
#include "femtobragg/assemble/step_ranges.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::assemble {
namespace {

constexpr std::int64_t most_steps = std::int64_t{1} << 31;

/// A quotient of two typed decimals may miss a whole number by rounding.
constexpr double rounding = 1e-9;

void require_not_negative(const StepRange& o, const RangeNames& names) {
  if (o.range.value_or(0) < 0 || o.step.value_or(0) < 0 || o.count.value_or(1) < 1)
    throw Error::usage({.what = "negative range or count",
                        .where = names.all(),
                        .rule = "ranges must not be negative and counts must be at least 1",
                        .remedy = "correct the numbers"});
}

}  // namespace

std::string RangeNames::all() const { return range + (step.empty() ? "" : ", " + step) + ", " + count; }

SampledRange middles(double range, std::int64_t count) {
  if (range == 0) return {0, 0, 0, 1};
  const double step = range / static_cast<double>(count);
  return {0.5 * (step - range), step, range, count};
}

SampledRange between_ends(double range, std::int64_t count) {
  if (count == 1) return {0, 0, range, 1};
  return {-range / 2.0, range / static_cast<double>(count - 1), range, count};
}

std::int64_t count_of(double steps, const std::string& name) {
  if (steps <= static_cast<double>(most_steps)) return static_cast<std::int64_t>(steps);
  throw Error::usage({.what = "too many steps",
                      .where = name,
                      .value = format_number(steps),
                      .rule = "at most 2^31 steps are allowed",
                      .remedy = "use larger steps"});
}

std::int64_t parts_of(double range, double step, const std::string& name) {
  return std::max<std::int64_t>(1, count_of(std::ceil(range / step - rounding), name));
}

void require_range(const StepRange& o, const RangeNames& names) {
  require_not_negative(o, names);
  if (o.range || (!o.count && !o.step)) return;
  throw Error::usage({.what = "steps have no range",
                      .where = o.count ? names.count : names.step,
                      .rule = "a count or a step needs a range to divide",
                      .remedy = "give " + names.range + " too"});
}

void require_agreement(const StepRange& o, const RangeNames& names) {
  if (!o.count || !(o.range.value_or(0) > 0) || !(o.step.value_or(0) > 0)) return;
  if (parts_of(*o.range, *o.step, names.all()) == *o.count) return;
  throw Error::usage({.what = "range, step and count contradict each other",
                      .where = names.all(),
                      .value = std::to_string(*o.count) + " steps",
                      .rule = "the range is " + format_number(*o.range / *o.step) + " steps wide",
                      .remedy = "remove the step or the count"});
}

SampledRange phi_steps(const RotationScene& rotation) {
  const RangeNames names{"rotation.range", "rotation.step", "rotation.steps"};
  const StepRange& o = rotation.steps_rad;
  require_range(o, names);
  require_agreement(o, names);
  const double start = rotation.start_rad.value_or(0), range = o.range.value_or(0), step = o.step.value_or(0);
  if (range == 0) return {start, 0, 0, 1};
  const std::int64_t n = o.count ? *o.count : step > 0 ? parts_of(range, step, names.step) : 2;
  return {start, range / static_cast<double>(n), range, n};
}

SampledRange spread_steps(const StepRange& o, const RangeNames& names) {
  require_range(o, names);
  require_agreement(o, names);
  const double range = o.range.value_or(0), step = o.step.value_or(0);
  return middles(range, o.count ? *o.count : step > 0 ? parts_of(range, step, names.all()) : 2);
}

SensorLayers sensor_layers(double thickness_m, const std::optional<std::int64_t>& count, LayerRule rule) {
  const std::int64_t n = count.value_or(-1);
  if (thickness_m == 0 || (thickness_m < 0 && n <= 0)) return {};
  if (thickness_m < 0) {
    const double half_micron = metres_from_um(0.5);
    return {n, half_micron / static_cast<double>(n), half_micron};
  }
  if (n <= 0) return {2, thickness_m / 2.0, thickness_m};
  if (rule == LayerRule::Centroid) return {n, thickness_m / static_cast<double>(n), thickness_m};
  const std::int64_t layers = std::max<std::int64_t>(2, n);
  return {layers, thickness_m / static_cast<double>(layers - 1), thickness_m};
}

std::int64_t mosaic_domains(const CrystalScene& crystal) {
  if (crystal.mosaic_rad.value_or(-1) <= 0) return 1;
  const std::int64_t n = crystal.mosaic_domains.value_or(-1);
  return n > 0 ? n : 10;
}

}  // namespace femtobragg::assemble
