// Fields of what the detector makes of photons.
#include <algorithm>

#include "femtobragg/assemble/response.h"
#include "femtobragg/scene/scene_rows.h"

namespace femtobragg::scene {
namespace {

using R = ResponseScene;
constexpr auto r = &S::response;

void set_ranges(S& s, const Value& value) {
  s.response.gain_ranges = assemble::gain_ranges_of(std::get<NumberList>(value));
}

std::optional<Value> ranges(const S& s) {
  if (s.response.gain_ranges.empty()) return {};
  return assemble::numbers_of(s.response.gain_ranges);
}

/// A choice that may be left open.
template <const auto& words, auto part>
Row open_choice(const Words& w) {
  using Enum = typename std::remove_cvref_t<decltype(std::declval<R>().*part)>::value_type;
  return {w.name,
          Kind::Choice,
          no_unit,
          0,
          {words.begin(), words.end()},
          w.example,
          w.by_default,
          w.help,
          [](S& s, const Value& v) {
            const auto found = std::ranges::find(words, std::get<std::string>(v));
            if (found != words.end()) s.response.*part = static_cast<Enum>(found - words.begin());
          },
          [](const S& s) -> std::optional<Value> {
            if (!(s.response.*part)) return {};
            return std::string(words[static_cast<std::size_t>(*(s.response.*part))]);
          }};
}

Row number(const Words& words, Units units, void (*set)(S&, const Value&), std::optional<Value> (*get)(const S&)) {
  return {words.name, Kind::Number, units, 1, {}, words.example, words.by_default, words.help, set, get};
}

template <auto part>
Row part_row(const Words& words, Units units = no_unit) {
  return number(words, units, set<S, r, part>, get<S, r, part>);
}

}  // namespace

Section<S> response_section() {
  constexpr std::string_view by_name = "that of the response";
  return {
      "response",
      "What the detector makes of photons, in the order in which it does it; files of counts have the result. Without "
      "any of it, photons are counted and nothing else happens.",
      {
          Row{"name",
              Kind::Text,
              no_unit,
              0,
              {},
              "\"eiger\"",
              "ideal",
              "known response: ideal, pilatus, eiger, jungfrau, agipd, epix10k, rayonix, fibre-ccd; the other fields "
              "replace its parts",
              [](S& s, const Value& v) { s.response.name = assemble::response_named(std::get<std::string>(v)).name; },
              get<S, r, &R::name>},
          part_row<&R::flicker>({"flicker", "0.01", "0", "relative rms variation of the beam from frame to frame"})
              .from(0),
          part_row<&R::shutter_jitter_s>(
              {"shutter_jitter", "0.5", "0", "rms of the times at which the shutter opens and closes"}, short_times)
              .from(0),
          row<r, &R::flicker_in_steps>(
              Kind::Flag, {"flicker_in_steps", "true", "false",
                           "flicker and shutter change the light of each phi step, not only that of an exposure"}),
          row<r, &R::flicker_seed>(
              Kind::Count, {"flicker_seed", "1", "that of counting noise, else 1", "seed of the light of phi steps"})
              .from(0)
              .needing({"flicker_in_steps"}),
          part_row<&R::flat_field>(
              {"flat_field", "0.01", by_name, "relative rms variation of sensitivity between pixels"})
              .from(0),
          part_row<&R::charge_sharing_m>(
              {"charge_sharing", "20", by_name,
               "full width at half maximum of a Gaussian that spreads the expected photons, before they are counted"},
              small_lengths)
              .from(0),
          part_row<&R::escape_fraction>(
              {"escape_fraction", "0.1", by_name,
               "fraction of the signal that fluorescence of the sensor carries into pixels nearby"})
              .within(0, 1),
          part_row<&R::escape_length_m>({"escape_length", "100", by_name, "mean way of that fluorescence"},
                                        small_lengths)
              .from(0),
          row<r, &R::counting>(Kind::Flag, {"counting", "true", "true", "photons are counted: Poisson noise"}),
          open_choice<assemble::spread_shape_words, &R::point_spread_shape>(
              {"point_spread_shape", "\"fibre\"", by_name,
               "shape of the point spread; fibre: of a fibre-optic taper, with long tails"}),
          part_row<&R::point_spread_m>(
              {"point_spread", "46", by_name, "full width at half maximum of the point spread"}, small_lengths)
              .from(0),
          part_row<&R::dead_time_s>({"dead_time", "1e-4", by_name, "time after a photon for which a pixel is busy"},
                                    short_times)
              .from(0),
          open_choice<assemble::dead_time_words, &R::dead_time_kind>(
              {"dead_time_kind", "\"retrigger\"", by_name, "how photons arriving during the dead time are treated"}),
          part_row<&R::quanta>(
              {"quanta", "7.3", by_name, "mean number of electrons per photon; adds their shot noise (0: off)"})
              .from(0),
          part_row<&R::dark_current_per_s>({"dark_current", "0.1", by_name, "electrons of a pixel in a second"},
                                           no_unit)
              .from(0),
          part_row<&R::gain>({"gain", "1.8", by_name, "ADU per photon"}).above_zero(),
          Row{"gain_ranges",
              Kind::Numbers,
              no_unit,
              0,
              {},
              "[500, 2500, 12, 20, -17, 14500, 3, 1000]",
              by_name,
              "ranges of a gain that adapts to the photons, four numbers each: ADU per photon, pedestal and rms noise "
              "in "
              "ADU, and the most photons, which may be inf",
              set_ranges,
              ranges}
              .or_infinity(),
          row<r, &R::raw>(Kind::Flag, {"raw", "false", "false",
                                       "ADU of the converter, with the range above its bits, instead of photons"}),
          part_row<&R::readout_noise>({"readout_noise", "2.9", by_name, "rms of the read-out noise in ADU"}).from(0),
          part_row<&R::pedestal>({"pedestal", "40", by_name, "reading of a pixel without photons, in ADU"}),
          part_row<&R::saturation>({"saturation", "65534", by_name, "largest valid number, or inf"})
              .above_zero()
              .or_infinity(),
          part_row<&R::dead_pixels>({"dead_pixels", "1e-4", by_name, "fraction of pixels that give nothing"})
              .within(0, 1),
          part_row<&R::hot_pixels>({"hot_pixels", "1e-5", by_name, "fraction of pixels that are always full"})
              .within(0, 1),
          part_row<&R::twinkling_pixels>(
              {"twinkling_pixels", "1e-5", by_name, "fraction of pixels that give any number in half of the frames"})
              .within(0, 1),
          row<r, &R::mask_bad_pixels>(Kind::Flag,
                                      {"mask_bad_pixels", "true", "true", "files mark dead and hot pixels as invalid"}),
          row<r, &R::detector_seed>(Kind::Count, {"detector_seed", "1", "1",
                                                  "seed of the detector's fixed defects: sensitivities and bad pixels"})
              .from(0),
      }};
}

}  // namespace femtobragg::scene
