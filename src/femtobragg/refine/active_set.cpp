// Rounds of the optimiser, between which coordinates are held at bounds or released.
#include "femtobragg/refine/active_set.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace femtobragg::refine {
namespace {

using optimiser::Minimum;
using optimiser::Residuals;
using optimiser::Step;
using optimiser::SumOfSquares;

using Marks = std::vector<std::uint8_t>;

bool any_of(const Marks& marks) {
  return std::ranges::any_of(marks, [](std::uint8_t mark) { return mark != 0; });
}

/// Which of the two bounds.
constexpr std::uint8_t at_lowest = 1, at_highest = 2;

/// Where a search stands.
struct Place {
  std::vector<double> values;
  double cost = 0;
  Marks held;  ///< at a bound
};

class BoundedSearch {
 public:
  BoundedSearch(const SumOfSquares& problem, Optimiser optimise)
      : asked_(problem), round_(problem), optimise_(optimise), n_(problem.coordinates.size()) {
    for (Residuals& residuals : round_.residuals) watch(residuals);
    round_.after = [this](const Step& step) { return after(step); };
  }

  Minimum run() {
    Place place{.values = {}, .cost = 0, .held = Marks(n_, 0)};
    for (const optimiser::Coordinate& coordinate : asked_.coordinates) place.values.push_back(coordinate.value);
    patient_.assign(n_, 0);
    // Before coordinates were held on trial.
    std::optional<Place> before;
    for (;;) {
      Minimum found = solve(place);
      if (stopped_ || (!found.usable && !before)) return found;
      const bool worse = before && (!found.usable || !(found.cost <= before->cost));
      const bool no_more = steps_ >= asked_.most_iterations;
      if (no_more && (worse || any_of(cut_))) return unfinished(worse ? *before : Place{found.values, found.cost, {}});
      if (found.usable) place.values = found.values, place.cost = found.cost;
      if (found.usable && any_of(cut_)) {
        if (!before) before = place;
        hold_cut(place);
        continue;
      }
      if (worse) {
        for (std::size_t i = 0; i < n_; ++i) patient_[i] |= place.held[i] && !before->held[i];
        place = *before;
      }
      const bool go_on = worse || release(place);
      before.reset();
      if (go_on && !no_more) continue;
      // Where a step would leave the bounds, a small change of the cost proves nothing.
      const bool cut = any_of(cut_at_last_);
      if (found.converged && (go_on || cut)) found.message = cut ? "steps would leave the bounds" : out_of_steps;
      found.converged = found.converged && !go_on && !cut;
      return found;
    }
  }

 private:
  static constexpr const char* out_of_steps = "the maximum number of iterations is reached";

  static Minimum unfinished(const Place& place) {
    return {.usable = true, .converged = false, .cost = place.cost, .message = out_of_steps, .values = place.values};
  }

  /// 0: at none.
  std::uint8_t bound_at(std::size_t i, double value) const {
    return value == asked_.coordinates[i].lowest    ? at_lowest
           : value == asked_.coordinates[i].highest ? at_highest
                                                    : std::uint8_t{0};
  }

  /// Notes which coordinates a trial step takes to their bounds.
  void watch(Residuals& residuals) {
    residuals.evaluate = [this, evaluate = residuals.evaluate, own = residuals.coordinates](
                             const double* const* at, double* values, double** derivatives) {
      for (std::size_t k = 0; k < own.size(); ++k)
        if (const std::uint8_t bound = bound_at(own[k], *at[k]); bound && !round_.coordinates[own[k]].held)
          touched_[own[k]] = bound;
      return evaluate(at, values, derivatives);
    };
  }

  bool after(const Step& step) {
    if (step.number > 0) ++steps_;
    // Who follows the search sees a single one.
    const bool told = step.number > 0 || first_round_;
    Step numbered = step;
    numbered.number = steps_;
    if (told && asked_.after && !asked_.after(numbered)) return stopped_ = true, false;
    if (step.number > 0) count_cuts(step);
    touched_.assign(n_, 0);
    return !any_of(cut_);
  }

  /// The first step of a far start is often too long; one that is cut off again is not.
  void count_cuts(const Step& step) {
    constexpr int too_many = 2;
    bool often = false;
    for (std::size_t i = 0; i < n_; ++i) {
      if (touched_[i])
        often |= ++cuts_[i] >= too_many && may_hold(i, (*step.values)[i]);
      else if (step.accepted)
        cuts_[i] = 0;
    }
    if (often) note_cut(*step.values);
  }

  bool may_hold(std::size_t i, double value) const { return !patient_[i] || bound_at(i, value) == touched_[i]; }

  void note_cut(const std::vector<double>& values) {
    for (std::size_t i = 0; i < n_; ++i) cut_[i] = may_hold(i, values[i]) ? touched_[i] : std::uint8_t{0};
  }

  Minimum solve(const Place& place) {
    for (std::size_t i = 0; i < n_; ++i) {
      round_.coordinates[i].value = place.values[i];
      round_.coordinates[i].held = asked_.coordinates[i].held || place.held[i];
    }
    round_.most_iterations = asked_.most_iterations - steps_;
    touched_.assign(n_, 0), cut_.assign(n_, 0), cuts_.assign(n_, 0);
    const int steps_before = steps_;
    Minimum found;
    optimise_(round_, found);
    first_round_ = false;
    // The last step has no call of its own; and no round is free, or they could go on for ever.
    if (steps_ == steps_before) ++steps_;
    cut_at_last_ = touched_;
    if (!any_of(cut_) && found.converged) note_cut(found.values);
    return found;
  }

  void hold_cut(Place& place) const {
    for (std::size_t i = 0; i < n_; ++i) {
      if (!cut_[i]) continue;
      place.values[i] = cut_[i] == at_lowest ? asked_.coordinates[i].lowest : asked_.coordinates[i].highest;
      place.held[i] = 1;
    }
  }

  /// Releases coordinates along which the cost falls inwards. False: there are none.
  bool release(Place& place) const {
    if (!any_of(place.held)) return false;
    std::vector<double> gradient(n_, 0), curvature(n_, 0);
    for (const Residuals& residuals : asked_.residuals)
      if (!add_derivatives(residuals, place.values, gradient, curvature)) return false;
    bool any = false;
    for (std::size_t i = 0; i < n_; ++i) {
      if (!place.held[i]) continue;
      const bool inwards = bound_at(i, place.values[i]) == at_lowest ? gradient[i] < 0 : gradient[i] > 0;
      const double gain = curvature[i] > 0 ? gradient[i] * gradient[i] / (2 * curvature[i]) : 0;
      if (inwards && gain > asked_.tolerance * place.cost) place.held[i] = 0, any = true;
    }
    return any;
  }

  static bool add_derivatives(const Residuals& residuals, const std::vector<double>& values,
                              std::vector<double>& gradient, std::vector<double>& curvature) {
    const std::size_t own = residuals.coordinates.size();
    std::vector<const double*> at;
    for (const std::size_t i : residuals.coordinates) at.push_back(&values[i]);
    std::vector<double> found(residuals.count, 0);
    std::vector<std::vector<double>> derivatives(own, std::vector<double>(residuals.count, 0));
    std::vector<double*> rows;
    for (std::vector<double>& row : derivatives) rows.push_back(row.data());
    if (!residuals.evaluate(at.data(), found.data(), rows.data())) return false;
    for (std::size_t k = 0; k < own; ++k)
      for (std::size_t r = 0; r < residuals.count; ++r) {
        gradient[residuals.coordinates[k]] += found[r] * derivatives[k][r];
        curvature[residuals.coordinates[k]] += derivatives[k][r] * derivatives[k][r];
      }
    return true;
  }

  const SumOfSquares& asked_;
  SumOfSquares round_;
  Optimiser optimise_;
  std::size_t n_;
  Marks touched_;      ///< which bound trials since the last step have reached
  Marks cut_;          ///< the bounds at which steps are cut off again and again
  Marks cut_at_last_;  ///< in the last step of a round
  Marks patient_;      ///< held on trial before, in vain
  std::vector<int> cuts_;
  int steps_ = 0;
  bool first_round_ = true, stopped_ = false;
};

}  // namespace

void minimise_within_bounds(const SumOfSquares& problem, Optimiser optimise, Minimum& minimum) {
  minimum = BoundedSearch(problem, optimise).run();
}

}  // namespace femtobragg::refine
