// Difference quotients on a ladder of steps.
#include "femtobragg/gradients/finite_difference.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <future>
#include <limits>
#include <thread>

#include "femtobragg/base/error.h"
#include "femtobragg/model/panel_windows.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/record.h"

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

/// Cut rays, and with interpolation the box of reflections that it is done in; of nearest reflections which they are,
/// and apart from that only their amplitudes.
void note_choices(const kernel::Recorder& record, bool interpolates, std::uint64_t& choices,
                  std::uint64_t& amplitudes) {
  Hash which, how_bright;
  for (const kernel::Recorder::Sample& sample : record.samples())
    for (const kernel::Recorder::Ray& ray : sample.rays) {
      which.add(std::uint64_t{ray.beyond_resolution});
      how_bright.add(std::uint64_t{ray.beyond_resolution});
      for (const kernel::TermRecord& term : ray.terms) {
        which.add(term.hkl0);
        if (interpolates) which.add(Vec3d{std::floor(term.hkl.x), std::floor(term.hkl.y), std::floor(term.hkl.z)});
        how_bright.add(term.structure_factor);
      }
    }
  choices = which.value();
  amplitudes = how_bright.value();
}

/// Whole blocks of cells have the same lattice factor at all lattice points.
bool is_periodic(const Crystal& crystal) {
  return physics::shape_info(crystal.shape).by_axes &&
         std::ranges::all_of(crystal.cells, [](double n) { return n == std::floor(n); });
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
  double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
  const auto count = static_cast<double>(steps.size());
  for (const DifferenceStep& s : steps) mean_x += s.step * s.step / count, mean_y += s.error / count;
  for (const DifferenceStep& s : steps) {
    const double x = s.step * s.step - mean_x, y = s.error - mean_y;
    xx += x * x, yy += y * y, xy += x * y;
  }
  return xy / std::sqrt(xx * yy);
}

constexpr double rungs_per_decade = 4;
constexpr int lowest_rung = -28, lowest_top_rung = -16, highest_rung = 16;
/// Errors this large are not those of small steps any more, and those of steps further up this small can be larger.
constexpr double large_error = 1e-2, small_error = 1e-3;
/// Of a pixel's photons, relative, at least.
constexpr double rounding = 1e-16;

}  // namespace

/// The steps of one parameter, and what they say of a derivative.
class Judge::Ladder {
 public:
  Ladder(Judge& judge, std::size_t parameter, const std::vector<double>& derivative)
      : judge_(judge), parameter_(parameter), derivative_(derivative) {}

  /// From the largest step whose error is small down to where rounding takes over. The largest first.
  std::vector<DifferenceStep> steps() {
    std::vector<DifferenceStep> steps;
    rungs_.clear();
    double best = std::numeric_limits<double>::infinity();
    const int top = top_rung();
    for (int rung = top; rung >= lowest_rung; --rung) {
      const DifferenceStep s = compared(rung);
      if (s.compared + s.left_out == 0) continue;
      steps.push_back(s);
      rungs_.push_back(rung);
      const bool rises = s.error > 3 * best && s.error < small_error;
      if (top - rung >= 2 * rungs_per_decade && (rises || s.error < 1e-11)) break;
      if (top - rung >= 5 * rungs_per_decade) break;
      best = std::min(best, s.error);
    }
    return steps;
  }

  /// The step of the parameter's scale, or the next below that compares enough pixels.
  DifferenceStep widest() {
    for (int rung = 0;; --rung) {
      const DifferenceStep s = compared(rung);
      if (rung == lowest_rung || (s.compared > 0 && s.compared >= s.left_out)) return s;
    }
  }

  /// The smallest steps whose errors stand out of `noise` and fall by so many decades, over the pixels that all of them
  /// compare. Empty: there are none.
  std::vector<DifferenceStep> window(const std::vector<DifferenceStep>& steps, double noise, double decades) {
    const double fall = std::pow(10.0, decades);
    std::size_t end = steps.size();
    while (end > 0 && !(steps[end - 1].error > 10 * noise)) --end;
    for (std::size_t begin = end; begin-- > 0;) {
      if (std::isinf(steps[begin].error)) return {};
      if (steps[begin].error < fall * steps[end - 1].error) continue;
      std::vector<bool> common(derivative_.size(), true);
      for (std::size_t i = begin; i < end; ++i) {
        const Quotient& q = judge_.quotient(parameter_, rungs_[i]);
        for (std::size_t pixel = 0; pixel < common.size(); ++pixel) common[pixel] = common[pixel] && q.same[pixel];
      }
      std::vector<DifferenceStep> chosen;
      for (std::size_t i = begin; i < end; ++i)
        chosen.push_back(compared_over(judge_.quotient(parameter_, rungs_[i]), common));
      // Fewer pixels may have another error.
      if (chosen.front().error >= 0.9 * fall * chosen.back().error) return chosen;
    }
    return {};
  }

 private:
  DifferenceStep compared(int rung) {
    const Quotient& q = judge_.quotient(parameter_, rung);
    if (q.values.empty()) return {.step = q.step, .error = std::numeric_limits<double>::infinity()};
    return compared_over(q, q.same);
  }

  DifferenceStep compared_over(const Quotient& q, const std::vector<bool>& chosen) const {
    DifferenceStep result{.step = q.step};
    double wrong = 0, right = 0, photons = 0;
    for (std::size_t pixel = 0; pixel < derivative_.size(); ++pixel) {
      const double here = judge_.here_.photons[pixel];
      const bool dark = here == 0 && derivative_[pixel] == 0 && q.values[pixel] == 0;
      if (!dark) ++(chosen[pixel] ? result.compared : result.left_out);
      if (!chosen[pixel]) continue;
      wrong += (derivative_[pixel] - q.values[pixel]) * (derivative_[pixel] - q.values[pixel]);
      right += derivative_[pixel] * derivative_[pixel];
      photons += here * here;
    }
    const double size = std::sqrt(right);
    result.difference = std::sqrt(wrong);
    result.error = wrong == 0 ? 0 : result.difference / size;
    if (result.compared < result.left_out) result.error = std::numeric_limits<double>::infinity();
    result.floor = photons == 0 ? 0 : rounding * std::sqrt(photons) / (q.step * size);
    return result;
  }

  /// Up from the scale while errors are too small to be seen, or down while they are too large or too many pixels jump.
  int top_rung() {
    int rung = 0;
    DifferenceStep s = compared(rung);
    while (s.error > large_error && rung > lowest_top_rung) s = compared(--rung);
    while (s.error < small_error && rung < highest_rung) {
      const DifferenceStep wider = compared(rung + 1);
      if (wider.error > large_error) break;
      s = wider, ++rung;
    }
    return rung;
  }

  Judge& judge_;
  std::size_t parameter_;
  const std::vector<double>& derivative_;
  std::vector<int> rungs_;
};

Judge::Judge(const ParameterSpace& space, std::span<const double> values)
    : space_(space), values_(values.begin(), values.end()), here_(photons_in_doubles(space.at(values))) {}

const Judge::Quotient& Judge::quotient(std::size_t parameter, int rung) {
  const auto [place, is_new] = quotients_.try_emplace({parameter, rung});
  if (is_new)
    place->second = measured(parameter, space_.infos()[parameter].scale * std::pow(10.0, rung / rungs_per_decade));
  return place->second;
}

Judge::Quotient Judge::measured(std::size_t parameter, double step) const {
  Quotient result{step, {}, {}};
  const Stencil stencil = stencil_at(space_.infos()[parameter], values_[parameter], step);
  if (stencil.places.empty()) return result;
  std::vector<JudgedImage> ends;
  for (const double place : stencil.places) {
    std::vector<double> moved = values_;
    moved[parameter] += place * step;
    try {
      ends.push_back(place == 0 ? here_ : photons_in_doubles(space_.at(moved)));
    } catch (const Error&) {
      return result;  // there is no such experiment
    }
  }
  const auto same_choices = [&](const JudgedImage& end, std::size_t pixel) {
    return end.choices[pixel] == here_.choices[pixel] ||
           (end.periodic && here_.periodic && end.amplitudes[pixel] == here_.amplitudes[pixel]);
  };
  for (std::size_t pixel = 0; pixel < here_.photons.size(); ++pixel) {
    double sum = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) sum += stencil.weights[i] * ends[i].photons[pixel];
    result.values.push_back(sum / step);
    result.same.push_back(std::ranges::all_of(ends, [&](const auto& end) { return same_choices(end, pixel); }));
  }
  leave_out_neighbours(result.same);
  return result;
}

/// Where light spreads, a jump is seen as far as the light gets.
void Judge::leave_out_neighbours(std::vector<bool>& same) const {
  const Experiment experiment = space_.at(values_);
  if (!experiment.recording.spreads()) return;
  const ImageShape shape = experiment.detector.image_shape();
  const std::vector<bool> before = same;
  for (const Panel& panel : experiment.detector.panels) {
    const std::size_t reach = light_reach(experiment.recording.point_spread, panel);
    for_each_place(panel, shape, [&](std::size_t fast, std::size_t slow, std::size_t at) {
      if (before[at]) return;
      const std::size_t first = at - slow * shape.n_fast - fast;
      for (std::size_t s = slow - std::min(slow, reach); s < std::min(slow + reach + 1, panel.n_slow); ++s)
        for (std::size_t f = fast - std::min(fast, reach); f < std::min(fast + reach + 1, panel.n_fast); ++f)
          same[first + s * shape.n_fast + f] = false;
    });
  }
}

ParameterCheck Judge::checked(std::size_t parameter, const std::vector<double>& derivative, const CheckLimits& limits) {
  ParameterCheck result{
      .info = space_.infos()[parameter], .value = values_[parameter], .derivative_norm = norm_of(derivative)};
  Ladder ladder(*this, parameter, derivative);
  const double photons = norm_of(here_.photons);
  if (result.derivative_norm * result.info.scale <= 1e-12 * photons) {
    // Nothing moves: the quotient over a step that an image would show must say so, too.
    result.steps = {ladder.widest()};
    const DifferenceStep& widest = result.steps.front();
    result.best_step = widest.step;
    result.passes = widest.difference * result.info.scale <= 1e-9 * photons;
    result.verdict = result.passes ? "no effect here" : "the derivative is zero, the difference is not";
    return result;
  }
  result.steps = ladder.steps();
  if (result.steps.empty()) {
    result.verdict = "no step is possible";
    return result;
  }
  const auto best = std::ranges::min(result.steps, {}, &DifferenceStep::error);
  result.best_error = best.error;
  result.best_step = best.step;
  const auto window = ladder.window(result.steps, result.best_error, limits.decades);
  result.correlation = window.empty() ? std::numeric_limits<double>::quiet_NaN() : correlation_of(window);

  const bool exact = std::ranges::all_of(result.steps, [&](const DifferenceStep& s) {
    return s.error <= std::max(limits.error, 100 * s.floor) || std::isinf(s.error);
  });
  const bool near = result.best_error <= limits.error;
  result.passes = near && (exact || result.correlation >= limits.correlation);
  result.verdict = !near                            ? "differs"
                   : exact                          ? "exact"
                   : result.passes                  ? "right"
                   : std::isnan(result.correlation) ? "the error does not fall far enough"
                                                    : "the error does not fall with the square of the step";
  return result;
}

std::vector<ParameterCheck> Judge::check(const Jacobian& jacobian, const CheckLimits& limits) {
  if (jacobian.derivatives.size() != space_.size())
    throw Error::usage({.what = "the derivatives do not belong to these parameters"});
  std::vector<ParameterCheck> checks;
  for (std::size_t i = 0; i < space_.size(); ++i) checks.push_back(checked(i, jacobian.derivatives[i], limits));
  return checks;
}

JudgedImage photons_in_doubles(const Experiment& experiment) {
  const auto plan = std::make_shared<const kernel::Plan>(compile_plan(experiment));
  const Detector& detector = experiment.detector;
  const ImageShape shape = detector.image_shape();
  JudgedImage image;
  image.photons.resize(shape.n_fast * shape.n_slow);
  image.choices.resize(image.photons.size());
  image.amplitudes.resize(image.photons.size());
  image.periodic = is_periodic(experiment.crystal) && !plan->interpolate;
  const std::size_t threads = std::max(1u, std::thread::hardware_concurrency());
  // Rows in turn for each thread; pixels do not depend on each other in what has derivatives.
  const auto record_rows = [&](std::size_t thread) {
    const auto prepared = prepare(plan, {.device = "reference"});
    for (std::size_t p = 0; p < detector.panels.size(); ++p) {
      const Panel& panel = detector.panels[p];
      prepared->record(
          {&p, 1}, p, [&](std::size_t, std::size_t slow) { return slow % threads == thread; },
          [&](std::size_t fast, std::size_t slow, const kernel::Recorder& record) {
            const std::size_t pixel = (panel.data_slow + slow) * shape.n_fast + panel.data_fast + fast;
            image.photons[pixel] = record.pixel().photons;
            note_choices(record, plan->interpolate, image.choices[pixel], image.amplitudes[pixel]);
            return true;
          },
          {});
    }
  };
  std::vector<std::future<void>> rows;
  for (std::size_t thread = 0; thread < threads; ++thread)
    rows.push_back(std::async(std::launch::async, record_rows, thread));
  for (std::future<void>& done : rows) done.get();
  if (experiment.recording != Recording{})
    image.photons = recorded(std::move(image.photons), detector, experiment.recording);
  return image;
}

std::vector<ParameterCheck> check(const ParameterSpace& space, std::span<const double> values, const Jacobian& jacobian,
                                  const CheckLimits& limits) {
  return Judge(space, values).check(jacobian, limits);
}

}  // namespace femtobragg::gradients
