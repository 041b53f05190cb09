// Flags of what the detector makes of photons, one row for each.
#include "femtobragg/nanobragg/flags/flag_groups.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "femtobragg/assemble/response.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::nanobragg {
namespace {

using O = Options;
using V = FlagValues;

double from_zero(const V& v) {
  const double value = v.number(0);
  if (value < 0) v.refuse(0, "it must not be negative");
  return value;
}

double share(const V& v) {
  const double value = v.number(0);
  if (!(value >= 0 && value <= 1)) v.refuse(0, "it must be 0 to 1");
  return value;
}

/// "a, b or c", or with another word before the last.
template <std::size_t n>
std::string listed(const std::array<std::string_view, n>& words, std::string_view between, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0) text += i + 1 < n ? between : last;
    text += words[i];
  }
  return text;
}

/// For help.
template <const auto& words>
std::string_view alternatives() {
  static const std::string text = listed(words, " | ", " | ");
  return text;
}

template <class Enum, std::size_t n>
Enum choice(const V& v, std::string_view word, const std::array<std::string_view, n>& words) {
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) v.refuse(0, "it must be " + listed(words, ", ", " or "));
  return static_cast<Enum>(found - words.begin());
}

/// noisify's words mean the same.
void set_psf(O& o, const V& v) {
  std::string_view word = v.word(0);
  if (word == "gauss") word = assemble::spread_shape_words[0];
  if (word == "fiber") word = assemble::spread_shape_words[1];
  o.response.point_spread_shape = choice<SpreadShape>(v, word, assemble::spread_shape_words);
}

/// GAIN:PEDESTAL:NOISE:MOST,...
void set_gain_ranges(O& o, const V& v) {
  constexpr std::size_t numbers_of_range = 4;
  std::vector<double> numbers;
  for (const std::string& part : split(v.word(0), ',')) {
    const auto words = split(part, ':');
    if (words.size() != numbers_of_range) v.refuse(0, "each range must be GAIN:PEDESTAL:NOISE:MOST");
    for (const std::string& word : words) {
      const std::optional<double> number = parse_number(word);
      if (!number || std::isnan(*number)) v.refuse(0, "its parts must be numbers");
      numbers.push_back(*number);
    }
  }
  o.response.gain_ranges = assemble::gain_ranges_of(numbers);
}

constexpr std::array<std::string_view, 2> switch_words{"off", "on"};

void set_detector_seed(O& o, const V& v) {
  if (v.integer(0) < 0) v.refuse(0, "it must not be negative");
  o.response.detector_seed = v.integer(0);
}

Flag row(std::string_view name, std::string_view values, std::string_view by_default, std::string_view help,
         void (*apply)(O&, const V&), std::size_t count = 1) {
  Flag flag{{name}, response_group, count, count, values, by_default, help, apply};
  flag.simulate_only = true;
  return flag;
}

}  // namespace

std::vector<Flag> response_flags() {
  // clang-format off
  return {
      usual(row("response", "NAME", "ideal", "what records the photons: eiger, fibre-ccd and others of `femtobragg detect --list`",
                [](O& o, const V& v) { o.response.name = assemble::response_named(v.word(0)).name; })),
      row("flicker", "fraction", "0", "relative rms variation of the beam from frame to frame", [](O& o, const V& v) { o.response.flicker = from_zero(v); }),
      row("shutter_jitter", "ms", "0", "rms of the times at which the shutter opens and closes", [](O& o, const V& v) { o.response.shutter_jitter_s = from_zero(v) / 1000; }),
      row("flicker_in_steps", "", "off", "-flicker and -shutter_jitter change the light of each phi step, not only that of an exposure", [](O& o, const V&) { o.response.flicker_in_steps = true; }, 0),
      row("flicker_seed", "N", "-seed", "seed of the light of phi steps",
          [](O& o, const V& v) {
            if (v.integer(0) < 0) v.refuse(0, "it must not be negative");
            o.response.flicker_seed = v.integer(0);
          }),
      row("flat_field", "fraction", "by response", "relative rms variation of sensitivity between pixels, fixed by -detector_seed", [](O& o, const V& v) { o.response.flat_field = from_zero(v); }),
      row("charge_sharing", "um", "by response", "width (FWHM) of a Gaussian that spreads the expected photons, before they are counted", [](O& o, const V& v) { o.response.charge_sharing_m = metres_from_um(from_zero(v)); }),
      row("escape_fraction", "fraction", "by response", "signal that fluorescence of the sensor carries into pixels nearby", [](O& o, const V& v) { o.response.escape_fraction = share(v); }),
      row("escape_length", "um", "by response", "mean way of that fluorescence", [](O& o, const V& v) { o.response.escape_length_m = metres_from_um(from_zero(v)); }),
      row("counting", alternatives<switch_words>(), "on", "Poisson noise of the photons; off: their expected number is taken, and the other noise stays",
          [](O& o, const V& v) { o.response.counting = choice<bool>(v, v.word(0), switch_words); }),
      row("psf", alternatives<assemble::spread_shape_words>(), "by response", "shape of the point spread; fibre: of a fibre-optic taper, with long tails", set_psf),
      row("psf_fwhm", "um", "by response", "full width at half maximum of the point spread", [](O& o, const V& v) { o.response.point_spread_m = metres_from_um(from_zero(v)); }),
      row("dead_time", "ns", "by response", "time after a photon for which a pixel is busy", [](O& o, const V& v) { o.response.dead_time_s = from_zero(v) * 1e-9; }),
      row("dead_time_kind", alternatives<assemble::dead_time_words>(), "by response", "how photons arriving during the dead time are treated",
          [](O& o, const V& v) { o.response.dead_time_kind = choice<DeadTimeKind>(v, v.word(0), assemble::dead_time_words); }),
      row("quanta", "N", "by response", "mean number of electrons per photon; adds their shot noise (0: off)", [](O& o, const V& v) { o.response.quanta = from_zero(v); }),
      row("dark_current", "electrons/s", "by response", "dark current of a pixel", [](O& o, const V& v) { o.response.dark_current_per_s = from_zero(v); }),
      row("gain", "X", "by response", "ADU per photon",
          [](O& o, const V& v) {
            o.response.gain = v.number(0);
            if (!(*o.response.gain > 0)) v.refuse(0, "it must be above zero");
          }),
      row("gain_ranges", "GAIN:PEDESTAL:NOISE:MOST,...", "by response", "ranges of a gain that adapts to the photons: ADU per photon, pedestal and rms noise in ADU, and the most photons, which may be inf", set_gain_ranges),
      row("raw", "", "off", "ADU of the converter, with the range above its bits, instead of photons", [](O& o, const V&) { o.response.raw = true; }, 0),
      row("readout_noise", "X", "by response", "rms of the read-out noise in ADU", [](O& o, const V& v) { o.response.readout_noise = from_zero(v); }),
      row("pedestal", "X", "by response", "reading of a pixel without photons, in ADU", [](O& o, const V& v) { o.response.pedestal = v.number(0); }),
      row("saturation", "X", "by response", "the largest valid number, or inf",
          [](O& o, const V& v) {
            o.response.saturation = v.number_or_infinity(0);
            if (!(*o.response.saturation > 0)) v.refuse(0, "it must be above zero");
          }),
      row("dead_pixels", "fraction", "by response", "pixels that give nothing", [](O& o, const V& v) { o.response.dead_pixels = share(v); }),
      row("hot_pixels", "fraction", "by response", "pixels that are always full", [](O& o, const V& v) { o.response.hot_pixels = share(v); }),
      row("twinkling_pixels", "fraction", "by response", "pixels that give any number in half of the frames", [](O& o, const V& v) { o.response.twinkling_pixels = share(v); }),
      row("show_bad_pixels", "", "off", "store what dead and hot pixels give, instead of marking them as invalid", [](O& o, const V&) { o.response.mask_bad_pixels = false; }, 0),
      row("detector_seed", "N", "1", "seed of the detector's fixed defects: sensitivities and bad pixels", set_detector_seed),
  };
  // clang-format on
}

}  // namespace femtobragg::nanobragg
