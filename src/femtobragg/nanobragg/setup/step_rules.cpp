// nanoBragg's tables of defaults; the rules that hold without them are in assemble/step_ranges.h.
#include "femtobragg/nanobragg/setup/step_rules.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "femtobragg/assemble/step_ranges.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::nanobragg {
namespace {

using namespace assemble;

// ---- as nanoBragg

SampledRange old_phi_steps(const StepRange& o, double phi) {
  const double range = o.range.value_or(-1), step = o.step.value_or(-1);
  const std::int64_t count = o.count.value_or(-1);
  const auto steps = [&](double s, double r, std::int64_t n) { return SampledRange{phi, s, r, n}; };
  if (range < 0) {
    if (step > 0) return steps(step, step, 2);
    if (count < 0) return steps(0, 0, 1);
    const std::int64_t n = std::max<std::int64_t>(1, count);
    const double degree = radians_from_degrees(1.0);
    return steps(degree / static_cast<double>(n), degree, n);
  }
  if (count < 0) {
    if (step > 0) return steps(step, range, count_of(std::ceil(range / step), "rotation.step"));
    return steps(range / 2.0, range, 2);
  }
  const std::int64_t n = std::max<std::int64_t>(1, count);
  return steps(step < 0 ? range / static_cast<double>(n) : step, range, n);
}

SampledRange old_divergence_steps(const StepRange& o, const std::string& name) {
  double range = o.range.value_or(-1), step = o.step.value_or(-1);
  std::int64_t n = o.count.value_or(-1);
  if (n <= 0) {
    if (range < 0) {
      n = step > 0 ? 2 : 1;
      range = std::max(step, 0.0);
    } else if (step <= 0) {
      step = range;
      n = 2;
    } else {
      n = count_of(std::ceil(range / step), name);
    }
  } else if (range < 0) {
    range = step > 0 ? step : 1.0;
    if (step > 0)
      n = 2;
    else
      step = range / static_cast<double>(n);
  } else if (step <= 0) {
    n = std::max<std::int64_t>(2, n);
    step = range / static_cast<double>(n - 1);
  }
  if (!(range > 0) || !(step > 0) || n <= 0) return {0, 0, 0, 1};
  return {-range / 2.0, step, range, n};
}

SampledRange old_dispersion_steps(const StepRange& o) {
  const double range = o.range.value_or(0);
  const std::int64_t n = o.count.value_or(-1);
  if (range == 0 || (range < 0 && n <= 0)) return {0, 0, 0, 1};
  if (range < 0) return {-0.5, 1.0 / static_cast<double>(n), 1.0, n};
  if (n <= 0) return {-range / 2.0, range, range, 2};
  const std::int64_t count = std::max<std::int64_t>(2, n);
  return {-range / 2.0, range / static_cast<double>(count - 1), range, count};
}

// ---- as it should be

SampledRange centred(const SampledRange& r) {
  return {-0.5 * r.step * static_cast<double>(r.count - 1), r.step, r.range, r.count};
}

RangeNames divergence_names(bool horizontal) {
  const std::string axis = horizontal ? "beam.horizontal_divergence" : "beam.vertical_divergence";
  return {axis, axis + "_step", axis + "_steps"};
}

const RangeNames dispersion_names{"beam.dispersion", "", "beam.dispersion_steps"};

/// Points from end to end, by right counts.
SampledRange ends_of_divergence(const StepRange& o, const RangeNames& names) {
  require_range(o, names);
  const double range = o.range.value_or(0), step = o.step.value_or(0);
  if (range == 0) return {0, 0, 0, 1};
  if (!(step > 0)) return between_ends(range, o.count.value_or(2));
  constexpr double rounding = 1e-9;
  const std::int64_t n = o.count ? *o.count : count_of(std::floor(range / step + rounding) + 1, names.all());
  return centred({0, step, range, n});
}

}  // namespace

SampledRange phi_steps(const RotationScene& rotation, const QuirkSet& quirks) {
  if (quirks.on(Quirk::StepRules)) return old_phi_steps(rotation.steps_rad, rotation.start_rad.value_or(0));
  return assemble::phi_steps(rotation);
}

SampledRange divergence_steps(const StepRange& steps, const QuirkSet& quirks, bool horizontal) {
  const bool ends = quirks.on(Quirk::SpreadEnds), off_centre = quirks.on(Quirk::DivergenceGrid);
  const RangeNames names = divergence_names(horizontal);
  if (!quirks.on(Quirk::StepRules)) {
    SampledRange right = ends ? ends_of_divergence(steps, names) : assemble::spread_steps(steps, names);
    if (off_centre && right.count > 1) right.start = -right.range / 2.0;
    return right;
  }
  const SampledRange old = old_divergence_steps(steps, names.all());
  if (ends) return off_centre ? old : centred(old);
  return middles(old.range, old.count);
}

SampledRange dispersion_steps(const StepRange& steps, const QuirkSet& quirks) {
  const bool ends = quirks.on(Quirk::SpreadEnds);
  if (quirks.on(Quirk::StepRules)) {
    const SampledRange old = old_dispersion_steps(steps);
    return ends ? old : middles(old.range, old.count);
  }
  if (!ends || steps.range.value_or(0) == 0) return assemble::spread_steps(steps, dispersion_names);
  require_range(steps, dispersion_names);
  return between_ends(*steps.range, steps.count.value_or(2));
}

void require_mosaic_spread(const CrystalScene& crystal) {
  if (crystal.mosaic_domains && !crystal.mosaic_rad)
    throw Error::usage({.what = "mosaic domains without a spread",
                        .where = "crystal.mosaic_domains",
                        .rule = "by itself it has no effect",
                        .remedy = "give crystal.mosaic_spread too"});
}

}  // namespace femtobragg::nanobragg
