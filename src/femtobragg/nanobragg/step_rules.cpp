// nanoBragg's tables of defaults, and the rules that should hold.
#include "femtobragg/nanobragg/step_rules.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::nanobragg {
namespace {

constexpr std::int64_t most_steps = std::int64_t{1} << 31;

std::int64_t count_of(double steps, const std::string& flag) {
  if (steps <= static_cast<double>(most_steps)) return static_cast<std::int64_t>(steps);
  throw Error::usage({.what = "too many steps",
                      .where = flag,
                      .value = format_number(steps),
                      .rule = "at most 2^31 steps",
                      .remedy = "use larger steps"});
}

void require_not_negative(const StepOptions& o, const std::string& flag) {
  if (o.range.value_or(0) < 0 || o.step.value_or(0) < 0 || o.count.value_or(1) < 1)
    throw Error::usage({.what = "negative range or count",
                        .where = flag,
                        .rule = "ranges are not negative and counts at least 1",
                        .remedy = "correct the command line"});
}

/// A quotient of two typed decimals may miss a whole number by rounding.
constexpr double rounding = 1e-9;

/// Parts of a range that are not wider than the step.
std::int64_t parts_of(double range, double step, const std::string& flag) {
  return std::max<std::int64_t>(1, count_of(std::ceil(range / step - rounding), flag));
}

void require_agreement(const StepOptions& o, const std::string& flag) {
  if (!o.count || !(o.range.value_or(0) > 0) || !(o.step.value_or(0) > 0)) return;
  if (parts_of(*o.range, *o.step, flag) == *o.count) return;
  throw Error::usage({.what = "range, step and count contradict each other",
                      .where = flag,
                      .value = std::to_string(*o.count) + " steps",
                      .rule = "the range is " + format_number(*o.range / *o.step) + " steps wide",
                      .remedy = "leave the step or the count out"});
}

void require_range(const StepOptions& o, const std::string& flag, const std::string& range_flag) {
  if (o.range || (!o.count && !o.step)) return;
  throw Error::usage({.what = "steps without a range",
                      .where = flag,
                      .rule = "a count or a step divides a range",
                      .remedy = "give " + range_flag + " too"});
}

// ---- as nanoBragg

SampledRange old_phi_steps(const StepOptions& o, double phi) {
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
    if (step > 0) return steps(step, range, count_of(std::ceil(range / step), "-phistep"));
    return steps(range / 2.0, range, 2);
  }
  const std::int64_t n = std::max<std::int64_t>(1, count);
  return steps(step < 0 ? range / static_cast<double>(n) : step, range, n);
}

SampledRange old_divergence_steps(const StepOptions& o, const char* flag) {
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
      n = count_of(std::ceil(range / step), flag);
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

SampledRange old_dispersion_steps(const StepOptions& o) {
  const double range = o.range.value_or(0);
  const std::int64_t n = o.count.value_or(-1);
  if (range == 0 || (range < 0 && n <= 0)) return {0, 0, 0, 1};
  if (range < 0) return {-0.5, 1.0 / static_cast<double>(n), 1.0, n};
  if (n <= 0) return {-range / 2.0, range, range, 2};
  const std::int64_t count = std::max<std::int64_t>(2, n);
  return {-range / 2.0, range / static_cast<double>(count - 1), range, count};
}

// ---- as it should be

/// `count` points over the range, both ends included; one point is the centre.
SampledRange between_ends(double range, std::int64_t count) {
  if (count == 1) return {0, 0, range, 1};
  return {-range / 2.0, range / static_cast<double>(count - 1), range, count};
}

/// The middles of `count` equal parts of the range.
SampledRange middles(double range, std::int64_t count) {
  if (range == 0) return {0, 0, 0, 1};
  const double step = range / static_cast<double>(count);
  return {0.5 * (step - range), step, range, count};
}

SampledRange centred(const SampledRange& r) {
  return {-0.5 * r.step * static_cast<double>(r.count - 1), r.step, r.range, r.count};
}

SampledRange right_divergence_steps(const StepOptions& o, const char* flag, bool ends) {
  require_not_negative(o, flag);
  require_range(o, flag, std::string("its range or -divergence"));
  const double range = o.range.value_or(0), step = o.step.value_or(0);
  if (range == 0) return {0, 0, 0, 1};
  if (!ends) {
    require_agreement(o, flag);
    return middles(range, o.count ? *o.count : step > 0 ? parts_of(range, step, flag) : 2);
  }
  if (!(step > 0)) return between_ends(range, o.count.value_or(2));
  const std::int64_t n = o.count ? *o.count : count_of(std::floor(range / step + rounding) + 1, flag);
  return centred({0, step, range, n});
}

}  // namespace

SampledRange phi_steps(const CrystalOptions& options, const QuirkSet& quirks) {
  const StepOptions& o = options.phi_steps_rad;
  if (quirks.on(Quirk::StepRules)) return old_phi_steps(o, options.phi_rad);
  require_not_negative(o, "-osc, -phistep, -phisteps");
  require_range(o, o.count ? "-phisteps" : "-phistep", "-osc");
  require_agreement(o, "-osc, -phistep, -phisteps");
  const double range = o.range.value_or(0), step = o.step.value_or(0);
  if (range == 0) return {options.phi_rad, 0, 0, 1};
  const std::int64_t n = o.count ? *o.count : step > 0 ? parts_of(range, step, "-phistep") : 2;
  return {options.phi_rad, range / static_cast<double>(n), range, n};
}

SampledRange divergence_steps(const StepOptions& options, const QuirkSet& quirks, const char* flag) {
  const bool ends = quirks.on(Quirk::SpreadEnds), off_centre = quirks.on(Quirk::DivergenceGrid);
  if (!quirks.on(Quirk::StepRules)) {
    SampledRange right = right_divergence_steps(options, flag, ends);
    if (off_centre && right.count > 1) right.start = -right.range / 2.0;
    return right;
  }
  const SampledRange old = old_divergence_steps(options, flag);
  if (ends) return off_centre ? old : centred(old);
  return middles(old.range, old.count);
}

SampledRange dispersion_steps(const StepOptions& options, const QuirkSet& quirks) {
  const bool ends = quirks.on(Quirk::SpreadEnds);
  if (quirks.on(Quirk::StepRules)) {
    const SampledRange old = old_dispersion_steps(options);
    return ends ? old : middles(old.range, old.count);
  }
  require_not_negative(options, "-dispersion, -dispsteps");
  require_range(options, "-dispsteps", "-dispersion");
  const double range = options.range.value_or(0);
  const std::int64_t n = options.count.value_or(2);
  return ends && range != 0 ? between_ends(range, n) : middles(range, n);
}

SensorLayers sensor_layers(double thickness_m, const std::optional<std::int64_t>& count, const QuirkSet& quirks) {
  const std::int64_t n = count.value_or(-1);
  const bool old = quirks.on(Quirk::ThicknessLayers);
  if (thickness_m == 0 || (thickness_m < 0 && n <= 0)) return {};
  if (thickness_m < 0) {
    const double half_micron = metres_from_um(0.5);
    return {n, half_micron / static_cast<double>(n), half_micron};
  }
  if (n <= 0) return {2, thickness_m / 2.0, thickness_m};
  if (!old) return {n, thickness_m / static_cast<double>(n), thickness_m};
  const std::int64_t layers = std::max<std::int64_t>(2, n);
  return {layers, thickness_m / static_cast<double>(layers - 1), thickness_m};
}

std::int64_t mosaic_domains(const CrystalOptions& options) {
  if (options.mosaic_rad.value_or(-1) <= 0) return 1;
  const std::int64_t n = options.mosaic_domains.value_or(-1);
  return n > 0 ? n : 10;
}

void require_what_counts_divide(const Options& options, const Origins& origins) {
  const auto refuse = [](const char* what, const char* flag, const char* missing) {
    throw Error::usage({.what = what,
                        .where = flag,
                        .rule = "by itself it has no effect",
                        .remedy = std::string("give ") + missing + " too"});
  };
  const bool has_sensor = origins.given("detector_thick") || origins.given("sensor") || origins.given("detector") ||
                          origins.given("geometry");
  if (options.detector.thickness_steps && !has_sensor)
    refuse("sensor layers without a thickness", "-detector_thicksteps", "-detector_thick");
  if (options.crystal.mosaic_domains && !options.crystal.mosaic_rad)
    refuse("mosaic domains without a spread", "-mosaic_domains", "-mosaic");
}

}  // namespace femtobragg::nanobragg
