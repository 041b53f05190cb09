// Flags of what the detector makes of photons, one row for each.
#include "femtobragg/nanobragg/flags/flag_groups.h"

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

void set_psf(O& o, const V& v) {
  if (v.word(0) == "gauss")
    o.response.point_spread_shape = SpreadShape::Gaussian;
  else if (v.word(0) == "fibre" || v.word(0) == "fiber")
    o.response.point_spread_shape = SpreadShape::Fibre;
  else
    v.refuse(0, "it must be gauss or fibre");
}

void set_dead_time_kind(O& o, const V& v) {
  if (v.word(0) == "paralyzable")
    o.response.dead_time_kind = DeadTimeKind::Paralyzable;
  else if (v.word(0) == "retrigger")
    o.response.dead_time_kind = DeadTimeKind::Retrigger;
  else if (v.word(0) == "nonparalyzable")
    o.response.dead_time_kind = DeadTimeKind::NonParalyzable;
  else
    v.refuse(0, "it must be paralyzable, retrigger or nonparalyzable");
}

/// GAIN:PEDESTAL:NOISE:MOST,... with the codes 0, 1, 2 ...
void set_gain_ranges(O& o, const V& v) {
  o.response.gain_ranges.clear();
  for (const std::string& part : split(v.word(0), ',')) {
    std::vector<double> numbers;
    for (const std::string& word : split(part, ':')) {
      const std::optional<double> number = parse_number(word);
      if (!number || std::isnan(*number)) v.refuse(0, "its parts must be numbers");
      numbers.push_back(*number);
    }
    if (numbers.size() != 4) v.refuse(0, "each range must be GAIN:PEDESTAL:NOISE:MOST");
    o.response.gain_ranges.push_back({.most_photons = numbers[3],
                                      .gain = numbers[0],
                                      .pedestal = numbers[1],
                                      .noise = numbers[2],
                                      .code = static_cast<unsigned>(o.response.gain_ranges.size())});
  }
}

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
      row("flicker", "fraction", "0", "rms of the light of an exposure", [](O& o, const V& v) { o.response.flicker = from_zero(v); }),
      row("shutter_jitter", "ms", "0", "rms of the times at which the shutter opens and closes", [](O& o, const V& v) { o.response.shutter_jitter_s = from_zero(v) / 1000; }),
      row("flat_field", "fraction", "by response", "rms of the sensitivity of pixels, fixed by -detector_seed", [](O& o, const V& v) { o.response.flat_field = from_zero(v); }),
      row("charge_sharing", "um", "by response", "width (FWHM) over which the charge of a photon spreads, before it is counted", [](O& o, const V& v) { o.response.charge_sharing_m = metres_from_um(from_zero(v)); }),
      row("psf", "gauss | fibre", "by response", "shape of the point spread; fibre: of a fibre-optic taper, with long tails", set_psf),
      row("psf_fwhm", "um", "by response", "full width at half maximum of the point spread", [](O& o, const V& v) { o.response.point_spread_m = metres_from_um(from_zero(v)); }),
      row("dead_time", "ns", "by response", "time after a photon for which a pixel is busy", [](O& o, const V& v) { o.response.dead_time_s = from_zero(v) * 1e-9; }),
      row("dead_time_kind", "paralyzable | retrigger | nonparalyzable", "by response", "what photons do that arrive in the dead time", set_dead_time_kind),
      row("quanta", "N", "by response", "electrons of a photon, whose number fluctuates; 0: it does not", [](O& o, const V& v) { o.response.quanta = from_zero(v); }),
      row("dark_current", "electrons/s", "by response", "dark current of a pixel", [](O& o, const V& v) { o.response.dark_current_per_s = from_zero(v); }),
      row("gain", "X", "by response", "numbers for each photon",
          [](O& o, const V& v) {
            o.response.gain = v.number(0);
            if (!(*o.response.gain > 0)) v.refuse(0, "it must be above zero");
          }),
      row("gain_ranges", "GAIN:PEDESTAL:NOISE:MOST,...", "by response", "ranges of a gain that adapts to the photons: numbers for each photon, their pedestal and noise, and the most photons; the last one may be inf", set_gain_ranges),
      row("raw", "", "off", "numbers of the converter, with the range above its bits, instead of photons", [](O& o, const V&) { o.response.raw = true; }, 0),
      row("readout_noise", "X", "by response", "rms of the read-out noise, in numbers", [](O& o, const V& v) { o.response.readout_noise = from_zero(v); }),
      row("pedestal", "X", "by response", "what a pixel without photons gives", [](O& o, const V& v) { o.response.pedestal = v.number(0); }),
      row("saturation", "X", "by response", "the largest valid number",
          [](O& o, const V& v) {
            o.response.saturation = v.number_or_infinity(0);
            if (!(*o.response.saturation > 0)) v.refuse(0, "it must be above zero");
          }),
      row("dead_pixels", "fraction", "by response", "pixels that give nothing", [](O& o, const V& v) { o.response.dead_pixels = share(v); }),
      row("hot_pixels", "fraction", "by response", "pixels that are always full", [](O& o, const V& v) { o.response.hot_pixels = share(v); }),
      row("twinkling_pixels", "fraction", "by response", "pixels that give any number in half of the frames", [](O& o, const V& v) { o.response.twinkling_pixels = share(v); }),
      row("show_bad_pixels", "", "off", "store what dead and hot pixels give, instead of marking them as invalid", [](O& o, const V&) { o.response.mask_bad_pixels = false; }, 0),
      row("detector_seed", "N", "1", "seed of what a detector has for good: sensitivities and bad pixels", set_detector_seed),
  };
  // clang-format on
}

}  // namespace femtobragg::nanobragg
