// Exclusion and choice of pixels.
#include "femtobragg/refine/target.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/model/panel_windows.h"

namespace femtobragg::refine {
namespace {

/// Whole numbers below n, all equally likely; unlike the standard library's distributions the same everywhere.
std::size_t below(std::mt19937_64& random, std::size_t n) {
  const std::uint64_t limit = random.max() - random.max() % n;
  std::uint64_t drawn = random();
  while (drawn >= limit) drawn = random();
  return static_cast<std::size_t>(drawn % n);
}

/// So many of the candidates, without replacement.
void mark_random(std::vector<std::size_t> candidates, std::size_t count, std::uint64_t seed,
                 std::vector<std::uint8_t>& marks) {
  std::mt19937_64 random(seed);
  count = std::min(count, candidates.size());
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(candidates[i], candidates[i + below(random, candidates.size() - i)]);
    marks[candidates[i]] = 1;
  }
}

std::vector<std::size_t> places_of(std::span<const std::uint8_t> marks, std::span<const std::uint8_t> but_not) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < marks.size(); ++i)
    if (marks[i] && !(i < but_not.size() && but_not[i])) places.push_back(i);
  return places;
}

/// Those of the spots that another program found.
std::vector<std::uint8_t> boxed_pixels(const Target& target, const Detector& detector) {
  std::vector<std::uint8_t> marks(target.usable.size(), 0);
  const std::size_t width = detector.image_shape().n_fast;
  for (const PixelBox& box : target.spots) {
    if (box.panel >= detector.panels.size()) continue;
    const Panel& panel = detector.panels[box.panel];
    for (std::size_t slow = box.slow_begin; slow < std::min(box.slow_end, panel.n_slow); ++slow)
      for (std::size_t fast = box.fast_begin; fast < std::min(box.fast_end, panel.n_fast); ++fast)
        marks[(panel.data_slow + slow) * width + panel.data_fast + fast] = 1;
  }
  return marks;
}

/// Above a known background, by what counting explains.
std::vector<std::uint8_t> above_background(const Target& target, double sigmas) {
  std::vector<std::uint8_t> bright(target.photons.size(), 0);
  for (std::size_t i = 0; i < bright.size(); ++i)
    bright[i] = target.usable[i] &&
                target.photons[i] > target.background[i] + sigmas * std::sqrt(std::max(target.background[i], 1.0));
  return bright;
}

[[noreturn]] void unusable(const Target& t, const std::string& what, const std::string& remedy) {
  throw Error::runtime({.what = what,
                        .where = t.name,
                        .value = "excluded pixels: " + t.excluded.excluded_in_words(),
                        .rule = "a fit needs pixels with photons",
                        .remedy = remedy});
}

/// Why a pixel does not count, beyond what its image says.
PixelState state_of(double value, double offset, const Panel& panel, std::size_t fast, std::size_t slow) {
  if (panel.masked(fast, slow) || !panel.rendered_region().contains(fast, slow)) return PixelState::Masked;
  if (!std::isfinite(value)) return PixelState::NotANumber;
  if (value < 0) return PixelState::Negative;
  return value - offset > panel.saturation ? PixelState::Overloaded : PixelState::Counts;
}

}  // namespace

std::size_t Target::usable_pixels() const {
  return static_cast<std::size_t>(std::ranges::count(usable, std::uint8_t{1}));
}

Target make_target(std::string name, std::span<const float> photons, const Experiment& experiment,
                   std::span<const PixelState> states, double offset) {
  const Detector& detector = experiment.detector;
  const ImageShape shape = detector.image_shape();
  const std::size_t pixels = shape.n_fast * shape.n_slow;
  Target t;
  t.name = std::move(name);
  if (photons.size() != pixels || (!states.empty() && states.size() != pixels))
    throw Error::usage({.what = "the size of the image or its mask differs from the detector",
                        .where = t.name,
                        .value = std::to_string(photons.size()) + " pixels" +
                                 (states.empty() ? "" : ", and a mask of " + std::to_string(states.size())),
                        .rule = "the experiment has " + std::to_string(pixels),
                        .remedy = "set detector.pixels to those of the image"});
  t.photons.resize(pixels);
  t.usable.resize(pixels);
  for (const Panel& panel : detector.panels)
    for_each_place(panel, shape, [&](std::size_t fast, std::size_t slow, std::size_t i) {
      const double value = photons[i];
      PixelState state = states.empty() ? PixelState::Counts : states[i];
      if (state == PixelState::Counts) state = state_of(value, offset, panel, fast, slow);
      ++t.excluded[state];
      if (state == PixelState::Counts) t.usable[i] = 1, t.photons[i] = std::max(0.0, value - offset);
    });
  if (t.usable_pixels() == 0) unusable(t, "no pixel of the image is usable", "check the mask and the image");
  if (std::ranges::all_of(t.photons, [](double d) { return d == 0; }))
    unusable(t, "the image contains no signal", "check the offset of its pixels (--offset)");
  return t;
}

double settle_offset(Experiment& experiment, std::optional<double> stated, bool pedestal_is_refined) {
  double& pedestal = experiment.recording.pedestal;
  const double offset = stated.value_or(pedestal);
  pedestal = pedestal_is_refined ? offset : 0;
  return offset - pedestal;
}

Target in_photons(Target target, const Recording& recording) {
  if (recording.gain == 1 && recording.pedestal == 0) return target;
  for (std::size_t i = 0; i < target.photons.size(); ++i)
    if (target.usable[i]) target.photons[i] = std::max(0.0, recording.photons_of(target.photons[i]));
  for (double& number : target.background) number /= recording.gain;
  for (double& variance : target.variance) variance /= recording.gain * recording.gain;
  return target;
}

std::string_view name_of(PixelSet set) {
  switch (set) {
    case PixelSet::All: return "all";
    case PixelSet::Peaks: return "peaks";
    case PixelSet::Spots: return "spots";
    case PixelSet::Random: return "random";
    case PixelSet::Suited: break;
  }
  return "suited";
}

PixelSelection parse_pixel_selection(std::string_view text) {
  if (text == "all") return {};
  if (text == "peaks") return {.set = PixelSet::Peaks};
  const auto number = parse_integer(text);
  if (!number || *number < 1)
    throw Error::usage({.what = "unknown choice of pixels",
                        .value = in_quotes(text),
                        .rule = "it must be all, peaks, the number of random pixels, or FILE.refl",
                        .remedy = "choose one of these"});
  return {.set = PixelSet::Random, .count = static_cast<std::size_t>(*number)};
}

std::vector<std::uint8_t> grown(std::span<const std::uint8_t> marks, const Detector& detector, std::size_t reach) {
  const ImageShape shape = detector.image_shape();
  std::vector<std::uint8_t> result(marks.size(), 0);
  for (const Panel& panel : detector.panels) {
    const std::size_t first = panel.data_slow * shape.n_fast + panel.data_fast;
    for_each_place(panel, shape, [&](std::size_t fast, std::size_t slow, std::size_t at) {
      if (!marks[at]) return;
      for (std::size_t s = slow - std::min(slow, reach); s <= std::min(slow + reach, panel.n_slow - 1); ++s)
        for (std::size_t f = fast - std::min(fast, reach); f <= std::min(fast + reach, panel.n_fast - 1); ++f)
          result[first + s * shape.n_fast + f] = 1;
    });
  }
  return result;
}

std::vector<std::uint8_t> bright_pixels(const Target& target, const Experiment& experiment, double sigmas) {
  if (!target.background.empty()) return above_background(target, sigmas);
  const Detector& detector = experiment.detector;
  std::vector<std::uint8_t> bright(target.photons.size(), 0);
  const ImageShape shape = detector.image_shape();
  for (const Panel& panel : detector.panels) {
    std::vector<double> values;
    for_each_place(panel, shape, [&](std::size_t, std::size_t, std::size_t i) {
      if (target.usable[i]) values.push_back(target.photons[i]);
    });
    if (values.empty()) continue;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    const double median = *middle;
    for (double& v : values) v = std::abs(v - median);
    std::ranges::nth_element(values, middle);
    // 1.4826: a normal distribution's standard deviation over its median deviation.
    const double sigma = std::max({1.4826 * *middle, std::sqrt(std::max(median, 0.0)), 1.0});
    for_each_place(panel, shape, [&](std::size_t, std::size_t, std::size_t i) {
      bright[i] = target.usable[i] && target.photons[i] > median + sigmas * sigma;
    });
  }
  return bright;
}

std::vector<std::uint8_t> choose_pixels(const Target& target, const Experiment& experiment,
                                        const PixelSelection& selection) {
  if (selection.set == PixelSet::All || selection.set == PixelSet::Suited) return target.usable;
  std::vector<std::uint8_t> chosen(target.usable.size(), 0);
  if (selection.set == PixelSet::Random) {
    mark_random(places_of(target.usable, {}), selection.count, selection.seed, chosen);
    return chosen;
  }
  constexpr double sigmas = 5;
  constexpr std::size_t reach = 3;
  const bool found = selection.set == PixelSet::Spots;
  chosen = grown(found ? boxed_pixels(target, experiment.detector) : bright_pixels(target, experiment, sigmas),
                 experiment.detector, reach);
  for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = chosen[i] && target.usable[i];
  const auto peaks = static_cast<std::size_t>(std::ranges::count(chosen, std::uint8_t{1}));
  if (peaks == 0)
    throw Error::runtime({.what = found ? "no spot of the list has a usable pixel" : "the image has no peaks",
                          .where = target.name,
                          .rule = found ? "" : "no pixel exceeds the background",
                          .remedy = "use --pixels all"});
  mark_random(places_of(target.usable, chosen), peaks, selection.seed, chosen);
  return chosen;
}

Experiment with_pixels(const Experiment& experiment, std::span<const std::uint8_t> pixels) {
  Experiment result = experiment;
  const ImageShape shape = experiment.detector.image_shape();
  for (Panel& panel : result.detector.panels) panel.mask = cut_out(pixels, shape, panel);
  return result;
}

Experiment with_light_of(const Experiment& experiment, std::span<const std::uint8_t> pixels) {
  return experiment.recording.spreads() ? experiment : with_pixels(experiment, pixels);
}

}  // namespace femtobragg::refine
