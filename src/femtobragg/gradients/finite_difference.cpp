// Difference quotients on a ladder of steps.
#include "femtobragg/gradients/finite_difference.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <future>
#include <limits>
#include <thread>

#include "femtobragg/base/error.h"
#include "femtobragg/simulate/compile_plan.h"

namespace femtobragg::gradients {
namespace {

/// FNV-1a over the bits of numbers.
class Hash {
 public:
  void add(std::uint64_t bits) { state_ = (state_ ^ bits) * 0x100000001b3ULL; }
  void add(double x) { add(std::bit_cast<std::uint64_t>(x + 0.0)); }  // no negative zeros
  void add(const Vec3d& v) { add(v.x), add(v.y), add(v.z); }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

/// Nearest reflections, cut rays, and with interpolation the box of reflections that it is done in.
std::uint64_t choices_of(const kernel::Recorder& record, bool interpolates) {
  Hash hash;
  for (const kernel::Recorder::Sample& sample : record.samples())
    for (const kernel::Recorder::Ray& ray : sample.rays) {
      hash.add(std::uint64_t{ray.beyond_resolution});
      for (const kernel::TermRecord& term : ray.terms) {
        hash.add(term.hkl0);
        if (interpolates) hash.add(Vec3d{std::floor(term.hkl.x), std::floor(term.hkl.y), std::floor(term.hkl.z)});
      }
    }
  return hash.value();
}

/// The ends of a difference quotient and their weights; the weights are still to be divided by the step.
struct Stencil {
  std::vector<double> places, weights;
};

/// Central, or to one side of a bound: both err with the square of the step. Empty: the bounds are too near.
Stencil stencil_at(const ParameterInfo& info, double value, double step) {
  const bool above_zero = info.transform == Transform::Log;
  const auto allowed = [&](double x) { return x >= info.lowest && x <= info.highest && (!above_zero || x > 0); };
  if (allowed(value - step) && allowed(value + step)) return {{-1, 1}, {-0.5, 0.5}};
  if (allowed(value + 2 * step)) return {{0, 1, 2}, {-1.5, 2, -0.5}};
  if (allowed(value - 2 * step)) return {{0, -1, -2}, {1.5, -2, 0.5}};
  return {};
}

double norm_of(const std::vector<double>& image) {
  double sum = 0;
  for (const double x : image) sum += x * x;
  return std::sqrt(sum);
}

/// Pearson's, of error and step^2.
double correlation_of(const std::vector<DifferenceStep>& steps) {
  if (steps.size() < 3) return std::numeric_limits<double>::quiet_NaN();
  double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
  const auto count = static_cast<double>(steps.size());
  for (const DifferenceStep& s : steps) mean_x += s.step * s.step / count, mean_y += s.error / count;
  for (const DifferenceStep& s : steps) {
    const double x = s.step * s.step - mean_x, y = s.error - mean_y;
    xx += x * x, yy += y * y, xy += x * y;
  }
  return xy / std::sqrt(xx * yy);
}

/// Steps small enough for the error to be that of the quotient, large enough for it to stand out of rounding: of these
/// the smallest, over two decades.
std::vector<DifferenceStep> fitted(const std::vector<DifferenceStep>& steps) {
  std::vector<DifferenceStep> chosen;
  for (const DifferenceStep& s : steps)
    if (s.compared > 0 && s.error < 0.3 && s.error > 10 * s.floor) chosen.push_back(s);
  if (chosen.empty()) return chosen;
  const double largest = 101 * chosen.back().step;
  std::erase_if(chosen, [&](const DifferenceStep& s) { return s.step > largest; });
  return chosen;
}

class Judge {
 public:
  Judge(const ParameterSpace& space, std::span<const double> values, std::size_t panel, const CheckLimits& limits)
      : space_(space),
        values_(values.begin(), values.end()),
        panel_(panel),
        limits_(limits),
        here_(photons_in_doubles(space.at(values), panel)) {}

  ParameterCheck check(std::size_t parameter, const std::vector<double>& derivative) const {
    ParameterCheck result{
        .info = space_.infos()[parameter], .value = values_[parameter], .derivative_norm = norm_of(derivative)};
    // From ten times the scale over four decades, two steps in each.
    for (int i = -2; i <= 6; ++i) {
      const double step = result.info.scale * std::pow(10.0, -0.5 * i);
      const Stencil stencil = stencil_at(result.info, result.value, step);
      if (!stencil.places.empty()) result.steps.push_back(compare(parameter, derivative, step, stencil));
    }
    const auto best = std::ranges::min(result.steps, {}, &DifferenceStep::error);
    result.best_error = best.error;
    result.best_step = best.step;
    result.correlation = correlation_of(fitted(result.steps));
    judge(result);
    return result;
  }

 private:
  DifferenceStep compare(std::size_t parameter, const std::vector<double>& derivative, double step,
                         const Stencil& stencil) const {
    std::vector<JudgedImage> ends;
    for (const double place : stencil.places) {
      std::vector<double> moved = values_;
      moved[parameter] += place * step;
      ends.push_back(place == 0 ? here_ : photons_in_doubles(space_.at(moved), panel_));
    }
    DifferenceStep result{.step = step};
    double wrong = 0, right = 0, photons = 0;
    for (std::size_t pixel = 0; pixel < derivative.size(); ++pixel) {
      if (std::ranges::any_of(ends, [&](const auto& end) { return end.choices[pixel] != here_.choices[pixel]; })) {
        ++result.left_out;
        continue;
      }
      ++result.compared;
      double quotient = 0;
      for (std::size_t i = 0; i < ends.size(); ++i) quotient += stencil.weights[i] * ends[i].photons[pixel] / step;
      wrong += (derivative[pixel] - quotient) * (derivative[pixel] - quotient);
      right += derivative[pixel] * derivative[pixel];
      photons += here_.photons[pixel] * here_.photons[pixel];
    }
    const double size = std::sqrt(right);
    result.error = wrong == 0 ? 0 : std::sqrt(wrong) / size;
    result.floor = photons == 0 ? 0 : rounding * std::sqrt(photons) / (step * size);
    return result;
  }

  void judge(ParameterCheck& result) const {
    const double photons = norm_of(here_.photons), reach = result.derivative_norm * result.info.scale;
    // Nothing moves: the quotient over the largest step must say so, too.
    const DifferenceStep& widest = result.steps.front();
    if (reach <= 1e-12 * photons) {
      result.passes = widest.error == 0 || widest.error * reach <= 1e-9 * photons;
      result.verdict = result.passes ? "no effect here" : "the derivative is zero, the difference is not";
      return;
    }
    const bool exact = std::ranges::all_of(
        result.steps, [&](const DifferenceStep& s) { return s.error < std::max(1e-9, 100 * s.floor); });
    const bool falls = exact || result.correlation >= limits_.correlation;
    result.passes = result.best_error <= limits_.error && falls;
    result.verdict = !(result.best_error <= limits_.error) ? "differs"
                     : exact                               ? "exact"
                     : falls                               ? "right"
                                                           : "the error does not fall with the square of the step";
  }

  /// Of a pixel's photons, relative: sums and sines lose some digits.
  static constexpr double rounding = 1e-15;

  const ParameterSpace& space_;
  std::vector<double> values_;
  std::size_t panel_;
  CheckLimits limits_;
  JudgedImage here_;
};

}  // namespace

JudgedImage photons_in_doubles(const Experiment& experiment, std::size_t panel) {
  const kernel::Plan plan = compile_plan(experiment);
  const kernel::PanelPlan& target = plan.panels.at(panel);
  JudgedImage image;
  image.photons.resize(target.n_fast * target.n_slow);
  image.choices.resize(image.photons.size());
  const backends::Backend& reference = backends::find_backend("reference");
  const std::size_t threads = std::max(1u, std::thread::hardware_concurrency());
  // Rows in turn for each thread; pixels do not depend on each other in what has derivatives.
  const auto record_rows = [&](std::size_t thread) {
    reference.record(
        plan, panel, [&](std::size_t, std::size_t slow) { return slow % threads == thread; },
        [&](std::size_t fast, std::size_t slow, const kernel::Recorder& record) {
          image.photons[slow * target.n_fast + fast] = record.pixel().photons;
          image.choices[slow * target.n_fast + fast] = choices_of(record, plan.interpolate);
          return true;
        },
        {});
  };
  std::vector<std::future<void>> rows;
  for (std::size_t thread = 0; thread < threads; ++thread)
    rows.push_back(std::async(std::launch::async, record_rows, thread));
  for (std::future<void>& done : rows) done.get();
  return image;
}

std::vector<ParameterCheck> check(const ParameterSpace& space, std::span<const double> values, const Jacobian& jacobian,
                                  std::size_t panel, const CheckLimits& limits) {
  if (jacobian.derivatives.size() != space.size())
    throw Error::usage({.what = "the derivatives do not belong to these parameters"});
  const Judge judge(space, values, panel, limits);
  std::vector<ParameterCheck> checks;
  for (std::size_t i = 0; i < space.size(); ++i) checks.push_back(judge.check(i, jacobian.derivatives[i]));
  return checks;
}

}  // namespace femtobragg::gradients
