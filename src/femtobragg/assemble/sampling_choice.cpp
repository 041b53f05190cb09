// The spread whose parts change intensities most gets more of them, until all together change them little.
#include "femtobragg/assemble/sampling_choice.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "femtobragg/assemble/crystal.h"
#include "femtobragg/assemble/spectrum.h"
#include "femtobragg/assemble/step_ranges.h"
#include "femtobragg/base/text.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/simulate/lit_reflections.h"

namespace femtobragg::assemble {
namespace {

/// Parts of one spread, and samples of all together, beyond which a run would not end.
constexpr std::int64_t most_parts = 20000;
constexpr double most_samples = 5e5;
/// Parts that are given count as so many at most: they leave room for those that are chosen.
constexpr double most_of_given = 25;
/// And so many are looked at.
constexpr std::int64_t most_shown = 1000;
/// Intensities are compared with those of this many times the parts.
constexpr std::int64_t finer = 4;
/// What is still missing there, as errors fall at least as 1 / parts, and that some reflections stand for all.
constexpr double beyond = 1.6;
/// The same of steps along two axes, which follow the outline of the beam in jumps.
constexpr double beyond_outline = 3.2;
/// Where all numbers are large: spots have other profiles than Gaussians, and some lie on the edges of panels.
constexpr double least_error = 0.003;
/// Errors that much smaller than others add nothing to them.
constexpr double small_part = 0.3;
/// Reflections that are looked at, and evaluations each time.
constexpr std::size_t most_reflections = 300, fewest_reflections = 24;
constexpr double evaluations = 1.5e6;

enum Spread : std::size_t { Phi, Horizontal, Vertical, Dispersion, Wavelengths, Domains, spreads };
using Counts = std::array<std::int64_t, spreads>;

struct SpreadWords {
  const char *field, *part;
};
constexpr std::array<SpreadWords, spreads> spread_words{
    {{"rotation.steps", "rotation step"},
     {"beam.horizontal_divergence_steps", "horizontal divergence step"},
     {"beam.vertical_divergence_steps", "vertical divergence step"},
     {"beam.dispersion_steps", "wavelength"},
     {"beam.wavelengths", "wavelength"},
     {"crystal.mosaic_domains", "mosaic domain"}}};

class Choice {
 public:
  Choice(Assembled& result, Rules& rules) : r_(result), s_(result.scene), rules_(rules) {
    const bool grid = s_.beam.source_file.empty() && s_.beam.sources.empty();
    add(Phi, s_.rotation.steps_rad);
    if (grid) {
      add(Horizontal, s_.beam.horizontal_rad);
      add(Vertical, s_.beam.vertical_rad);
      add(Dispersion, s_.beam.dispersion);
    }
    if (s_.crystal.mosaic_rad.value_or(0) > 0) {
      there_[Domains] = true;
      given_[Domains] = s_.crystal.mosaic_domains.has_value();
      counts_[Domains] = s_.crystal.mosaic_domains.value_or(8);
    }
    count_given();
    if (r_.spectrum.size() > 1 && !s_.beam.wavelengths_as_rows) {
      there_[Wavelengths] = true;
      given_[Wavelengths] = s_.beam.wavelengths.has_value();
      counts_[Wavelengths] = static_cast<std::int64_t>(rendered_wavelengths(r_).size());
    }
  }

  bool anything_open() const {
    for (std::size_t i = 0; i < spreads; ++i)
      if (open(i)) return true;
    return false;
  }
  bool anything() const { return std::ranges::find(there_, true) != there_.end(); }

  void choose() {
    const LitReflections lit(r_.experiment, widths(), most_reflections);
    leave_no_gaps();
    double error = judge(lit);
    const SampledSpread pixels = sub_pixels();
    const double accuracy = s_.sampling.accuracy;
    const double goal =
        std::max(std::sqrt(std::max(0.0, accuracy * accuracy - least_error * least_error)), small_part * least_error);
    const auto enough = [&] { return open_error() <= goal; };
    while (!enough() && enlarge_worst()) error = judge(lit);
    r_.sampling.limited |= !enough();
    r_.sampling.error = std::hypot(error, pixels.change, least_error);
    r_.sampling.accuracy = s_.sampling.accuracy;
    r_.sampling.spreads.push_back(pixels);
    for (std::size_t i = 0; i < spreads; ++i)
      if (there_[i])
        r_.sampling.spreads.push_back(
            {spread_words[i].field, spread_words[i].part, counts_[i], given_[i], change_[i], error_[i]});
    if (r_.sampling.limited)
      r_.warnings.push_back(error_words(r_.sampling.error) + ": sampling.accuracy of " +
                            format_number(s_.sampling.accuracy) + " needs more than " + std::to_string(most_parts) +
                            " parts of a spread, or " + format_number(most_samples) + " samples");
    else if (anything_open() && s_.sampling.accuracy < least_error)
      r_.warnings.push_back(error_words(r_.sampling.error) + ": what a sampling.accuracy below " +
                            format_number(least_error) + " needs cannot be judged");
    write();
  }

 private:
  /// The wavelengths of a spectrum have a rule of their own, which looks at pixels.
  bool open(std::size_t spread) const { return there_[spread] && !given_[spread] && spread != Wavelengths; }

  void add(Spread spread, const StepRange& range) {
    if (!(range.range.value_or(0) > 0)) return;
    there_[spread] = true;
    given_[spread] = range.count || range.step.value_or(0) > 0;
  }

  /// The sum over points h apart of a gaussian of standard deviation s is off by 2 exp(-2 pi^2 (s / h)^2) times the
  /// cosine of its phase, here along two axes. What else makes spots wide is not counted: the change is smaller then.
  SampledSpread sub_pixels() const {
    const Experiment& e = r_.experiment;
    const double spot_px =
        std::abs(r_.reciprocal_pixel_m) / r_.largest_dimension_m * physics::shape_info(e.crystal.shape).full_width;
    const double sigma = spot_px * static_cast<double>(e.sampling.oversample) / fwhm_of_gaussian;
    const double mean_of_cosine = 2 / pi;
    const double change = std::min(1.0, std::sqrt(2.0) * 2 * mean_of_cosine * std::exp(-2 * pi * pi * sigma * sigma));
    return {"sampling.oversample",      "sub-pixel", e.sampling.oversample * e.sampling.oversample,
            s_.sampling.oversample > 0, change,      change};
  }

  /// What the scene's ranges, steps and counts make.
  void count_given() {
    const SampledRange* ranges[] = {nullptr, &r_.horizontal_rad, &r_.vertical_rad, &r_.dispersion};
    for (const std::size_t i : {Phi, Horizontal, Vertical, Dispersion})
      if (there_[i] && given_[i]) counts_[i] = i == Phi ? r_.experiment.spindle.phi_steps : ranges[i]->count;
  }

  SpreadWidths widths() const {
    const auto range = [](const StepRange& r) { return std::max(0.0, r.range.value_or(0)); };
    const BeamScene& b = s_.beam;
    SpreadWidths w{.phi_rad = range(s_.rotation.steps_rad),
                   .divergence_rad = std::hypot(range(b.horizontal_rad), range(b.vertical_rad)),
                   .wavelength = range(b.dispersion),
                   .tilt_rad = r_.experiment.crystal.mosaic_spread_rad};
    if (r_.spectrum.empty()) return w;
    // Until the end of the set-up, sources have the shortest wavelength of a spectrum.
    w.mean_wavelength_m = mean_wavelength_m(r_.spectrum);
    w.wavelength = (r_.spectrum.back().wavelength_m - r_.spectrum.front().wavelength_m) / w.mean_wavelength_m;
    return w;
  }

  /// Divergence and dispersion draw spots out; two steps to a pixel, or to the width of a spot, leave no gaps.
  void leave_no_gaps() {
    const Experiment& e = r_.experiment;
    const double farthest = 1 / (r_.finest_resolution_m > 0 ? r_.finest_resolution_m : finest_resolution_m(e));
    const double pixel = 1 / std::abs(r_.reciprocal_pixel_m);
    const double spot = physics::shape_info(e.crystal.shape).full_width / r_.largest_dimension_m;
    const auto steps = [&](double length) {
      return static_cast<std::int64_t>(
          std::clamp(std::ceil(2 * length / std::hypot(pixel, spot)), 1.0, 1.0 * most_parts));
    };
    const double k = 1 / e.beam.sources.front().wavelength_m;
    const std::array<std::pair<std::size_t, double>, 3> lengths{
        {{Horizontal, s_.beam.horizontal_rad.range.value_or(0) * k},
         {Vertical, s_.beam.vertical_rad.range.value_or(0) * k},
         {Dispersion, s_.beam.dispersion.range.value_or(0) * farthest}}};
    for (const auto& [spread, length] : lengths)
      if (there_[spread] && !given_[spread] && std::isfinite(length)) counts_[spread] = steps(length);
    const auto most_open = [&]() -> std::int64_t* {
      std::int64_t* most = nullptr;
      for (const auto& [spread, length] : lengths)
        if (open(spread) && (!most || counts_[spread] > *most)) most = &counts_[spread];
      return most;
    };
    for (std::int64_t* most = most_open(); most && samples_of(counts_) > most_samples; most = most_open()) {
      r_.sampling.limited = true;
      *most = *most * 9 / 10;
    }
  }

  double samples_of(const Counts& counts) const {
    double samples = 1;
    for (std::size_t i = 0; i < spreads; ++i) {
      const auto count = static_cast<double>(counts[i]);
      samples *= open(i) ? count : std::min(count, most_of_given);
    }
    return samples;
  }

  SampledSpreads sampled(const Counts& counts) const {
    SampledSpreads all;
    Scene s = s_;
    put(s, counts);
    const SampledRange phi = rules_.phi_steps(s.rotation);
    const Spindle spindle{{}, phi.start, phi.range, phi.step, phi.count, s.rotation.step_rule};
    for (std::int64_t i = 0; i < phi.count; ++i) all.phi_rad.push_back(spindle.phi_rad(i));
    RandomNumbers random;
    all.domains = there_[Domains] ? mosaic_rotations(s.crystal, random) : r_.experiment.crystal.mosaic_rotations;
    if (there_[Horizontal] || there_[Vertical] || there_[Dispersion]) {
      const SourceGrid grid{
          rules_.divergence_steps(s.beam.horizontal_rad, true), rules_.divergence_steps(s.beam.vertical_rad, false),
          rules_.dispersion_steps(s.beam.dispersion), s.beam.round_divergence, rules_.grid_has_ends()};
      const Beam& beam = r_.experiment.beam;
      all.sources = sources_on_grid(grid, beam.direction, beam.polarization_axis, *s.beam.wavelength_m);
    } else {
      all.sources = r_.experiment.beam.sources;
    }
    if (!r_.spectrum.empty()) all.sources = over_wavelengths(all.sources, sampled_wavelengths(r_, counts[Wavelengths]));
    return all;
  }

  /// Into a scene; those of spreads that are given as they are, unless they are changed.
  void put(Scene& s, const Counts& counts) const {
    StepRange* ranges[] = {&s.rotation.steps_rad, &s.beam.horizontal_rad, &s.beam.vertical_rad, &s.beam.dispersion};
    for (const std::size_t i : {Phi, Horizontal, Vertical, Dispersion}) {
      if (!there_[i] || (given_[i] && counts[i] == counts_[i])) continue;
      ranges[i]->step.reset();
      ranges[i]->count = counts[i];
    }
    if (!there_[Domains]) return;
    s.crystal.mosaic_domains = counts[Domains];
    if (!given_[Domains] && s.crystal.mosaic_draws == DomainDraws::Automatic)
      s.crystal.mosaic_draws = DomainDraws::Even;
  }

  void write() { put(s_, counts_); }

  /// The error of all counts together; that of each, and its change, become error_ and change_.
  double judge(const LitReflections& lit) {
    const Counts shown = shown_counts();
    const SampledSpreads now = sampled(shown);
    const double size = static_cast<double>(now.size() * finer * (both_ways() ? finer : 1));
    using enum LitReflections::Dark;
    const auto count = static_cast<std::size_t>(
        std::clamp(evaluations / size, static_cast<double>(fewest_reflections), static_cast<double>(most_reflections)));
    const std::vector<double> intensities = lit.intensities(now, count);
    double squares = 0;
    for (std::size_t i = 0; i < spreads; ++i) {
      if (!there_[i]) continue;
      if (i == Vertical && both_ways()) {
        error_[i] = error_[Horizontal], change_[i] = change_[Horizontal];
        continue;
      }
      const auto with = [&](std::int64_t factor) {
        Counts more = shown;
        more[i] *= factor;
        if (both_ways() && i == Horizontal) more[Vertical] *= factor;
        return lit.mean_change(intensities, lit.intensities(sampled(more), count), i == Phi ? Missed : Ignored);
      };
      change_[i] = with(2);
      // One of the two may be small by chance.
      error_[i] = (both_ways() && i == Horizontal ? beyond_outline : beyond) * std::max(with(finer), change_[i]);
      squares += error_[i] * error_[i];
    }
    return std::sqrt(squares);
  }

  /// Divergence along both axes has one outline, which finer steps along one axis alone do not follow. Steps along one
  /// that are given stay as they are.
  bool both_ways() const { return there_[Horizontal] && there_[Vertical] && given_[Horizontal] == given_[Vertical]; }

  /// As many as can be looked at: where more are given, the errors are at most those of these.
  Counts shown_counts() const {
    Counts shown = counts_;
    double samples = 1;
    for (std::size_t i = 0; i < spreads; ++i) {
      shown[i] = std::min(shown[i], open(i) ? most_parts : most_shown);
      samples *= static_cast<double>(shown[i]);
    }
    // What is chosen must be seen as it is.
    for (std::size_t i = 0; i < spreads; ++i)
      for (; samples > most_samples && !open(i) && shown[i] > 1; samples /= 2) shown[i] /= 2;
    for (; samples > most_samples; samples /= 2) *std::ranges::max_element(shown) /= 2;
    return shown;
  }

  double open_error() const {
    double squares = 0;
    for (std::size_t i = 0; i < spreads; ++i)
      if (open(i) && !(i == Vertical && both_ways())) squares += error_[i] * error_[i];
    return std::sqrt(squares);
  }

  /// The spread with the largest error that has room for more parts, unless its error is small.
  bool enlarge_worst() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < spreads; ++i)
      if (open(i) && error_[i] > small_part * s_.sampling.accuracy) order.push_back(i);
    std::ranges::sort(order, std::greater(), [&](std::size_t i) { return error_[i]; });
    return std::ranges::any_of(order, [&](std::size_t i) { return enlarge(i); });
  }

  bool enlarge(std::size_t spread) {
    Counts more = counts_;
    for (std::size_t i = 0; i < spreads; ++i)
      if (open(i) && (i == spread || (both_ways() && spread == Horizontal && i == Vertical)))
        more[i] = std::max(more[i] + 1, static_cast<std::int64_t>(1.4 * static_cast<double>(more[i])));
    if (more[spread] > most_parts || samples_of(more) > most_samples) return false;
    counts_ = more;
    return true;
  }

  Assembled& r_;
  Scene& s_;
  Rules& rules_;
  std::array<bool, spreads> there_{}, given_{};
  Counts counts_{1, 1, 1, 1, 1, 1};
  std::array<double, spreads> error_{}, change_{};
};

}  // namespace

std::string error_words(double error) {
  if (error >= 0.5) return "integrated intensities are wrong by half or more, because samples lie far apart";
  return "integrated intensities are right to about " + format_number(100 * error, 2) + " %";
}

bool choose_counts(Assembled& result, Rules& rules) {
  Choice choice(result, rules);
  if (choice.anything()) choice.choose();
  return choice.anything_open();
}

}  // namespace femtobragg::assemble
