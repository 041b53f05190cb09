// Responses: what is linear in them, and refusal of those that no detector has.
#include "femtobragg/model/response.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg {
namespace {

void require(bool right, const std::string& field, double value, const char* rule) {
  if (!right)
    throw Error::usage(
        {.what = "wrong value", .where = "response." + field, .value = format_number(value), .rule = rule});
}

void require_from_zero(const std::string& field, double value) {
  require(value >= 0 && std::isfinite(value), field, value, "it must be at least 0, and finite");
}

void require_share(const std::string& field, double value) {
  require(value >= 0 && value <= 1, field, value, "it must be 0 to 1");
}

/// The most photons of a range before the converter ends.
double photons_before_end(const AdaptiveGain& a, const GainRange& range) {
  const double last = a.end_of(range) + (range.gain > 0 ? -1 : 1);
  return (last - range.pedestal) / range.gain;
}

void require_range(const AdaptiveGain& a, std::size_t number, double most_before) {
  const GainRange& range = a.ranges[number];
  const auto require_part = [&](bool right, const char* part, double value, const char* rule) {
    if (!right)
      throw Error::usage({.what = "wrong " + std::string(part) + " of range " + std::to_string(number + 1),
                          .where = "response.gain_ranges",
                          .value = format_number(value),
                          .rule = rule});
  };
  require_part(range.gain != 0 && std::isfinite(range.gain), "gain", range.gain, "it must not be 0, and finite");
  require_part(range.noise >= 0 && std::isfinite(range.noise), "noise", range.noise,
               "it must be at least 0, and finite");
  require_part(std::isfinite(range.pedestal), "pedestal", range.pedestal, "it must be finite");
  require_part(photons_before_end(a, range) > 0, "pedestal", range.pedestal,
               range.gain > 0 ? "it must be below the last number of the converter" : "it must be above 1");
  require_part(range.code < 4, "code", range.code, "it must be 0 to 3");
  require_part(range.most_photons > most_before, "number of most photons", range.most_photons,
               "each range must hold more photons than the one before");
}

void require_ranges(const Response& r) {
  const AdaptiveGain& a = r.adaptive;
  if (a.ranges.empty()) return;
  constexpr unsigned most_bits = 24;
  require(a.bits >= 1 && a.bits <= most_bits, "adaptive.bits", a.bits, "it must be 1 to 24");
  for (std::size_t i = 0; i < a.ranges.size(); ++i)
    require_range(a, i, i > 0 ? a.ranges[i - 1].most_photons : -std::numeric_limits<double>::infinity());
  if (a.raw && (r.gain != 1 || r.offset != 0 || r.readout_noise != 0))
    throw Error::usage({.what = "raw numbers of the converter, changed by another gain, pedestal or read-out noise",
                        .where = "response.raw",
                        .rule = "each range has its own",
                        .remedy = "leave gain at 1, and pedestal and read-out noise at 0"});
}

/// Whether the only spread is that of charge.
bool spreads_by_sharing(const Response& r) { return !(r.point_spread.fwhm_m > 0) && r.charge_sharing_fwhm_m > 0; }

}  // namespace

double largest_number(const Response& r) {
  const AdaptiveGain& a = r.adaptive;
  if (a.ranges.empty()) return r.saturation;
  double largest = std::floor(r.gain * photons_before_end(a, a.ranges.back()) + r.offset + 0.5);
  if (a.raw) {
    largest = 0;
    for (const GainRange& range : a.ranges)
      largest = std::max(largest, a.word(range, range.gain > 0 ? a.end_of(range) - 1 : a.most()));
  }
  return std::min(r.saturation, largest);
}

Recording recording_of(const Response& r) {
  return {r.gain, r.offset, spreads_by_sharing(r) ? PointSpread{.fwhm_m = r.charge_sharing_fwhm_m} : r.point_spread};
}

Response with_recording(Response response, const Recording& recording) {
  response.gain = recording.gain;
  response.offset = recording.pedestal;
  if (spreads_by_sharing(response))
    response.charge_sharing_fwhm_m = recording.point_spread.fwhm_m;
  else
    response.point_spread = recording.point_spread;
  return response;
}

void validate(const Recording& r) {
  require(r.gain > 0 && std::isfinite(r.gain), "gain", r.gain, "it must be above 0, and finite");
  require(std::isfinite(r.pedestal), "pedestal", r.pedestal, "it must be finite");
  require_from_zero("point_spread", r.point_spread.fwhm_m);
}

void validate(const Response& r) {
  constexpr double least_dead_times = 100;
  constexpr std::uint64_t most_seed = (std::uint64_t{1} << 48) - 1;
  require(r.exposure_s > 0 && std::isfinite(r.exposure_s), "exposure", r.exposure_s, "it must be above 0, and finite");
  require_from_zero("flicker", r.flicker);
  require_from_zero("shutter_jitter", r.shutter_jitter_s);
  if (r.flicker_in_steps && r.flicker == 0 && r.shutter_jitter_s == 0)
    throw Error::usage({.what = "phi steps whose light does not change",
                        .where = "response.flicker_in_steps",
                        .rule = "it needs a flicker, or a shutter jitter",
                        .remedy = "give one, or remove it"});
  require_from_zero("flat_field", r.flat_field);
  require_from_zero("charge_sharing", r.charge_sharing_fwhm_m);
  require_share("escape_fraction", r.escape.fraction);
  require_from_zero("escape_length", r.escape.length_m);
  if ((r.escape.fraction > 0) != (r.escape.length_m > 0))
    throw Error::usage({.what = "fluorescence of the sensor is half described",
                        .where = "response.escape_fraction and response.escape_length",
                        .rule = "it needs a fraction of the signal and a length",
                        .remedy = "give both, above zero, or none"});
  require_from_zero("point_spread", r.point_spread.fwhm_m);
  require_from_zero("dead_time", r.dead_time.seconds);
  require(r.dead_time.seconds * least_dead_times <= r.exposure_s, "dead_time", r.dead_time.seconds,
          "the exposure must be at least 100 times as long: in a shorter one photons have no rate");
  require_from_zero("quanta", r.quanta);
  require_from_zero("dark_current", r.dark_electrons_per_s);
  require(r.gain > 0 && std::isfinite(r.gain), "gain", r.gain, "it must be above 0, and finite");
  require_ranges(r);
  require_from_zero("readout_noise", r.readout_noise);
  require(std::isfinite(r.offset), "pedestal", r.offset, "it must be finite");
  require(r.saturation > 0, "saturation", r.saturation, "it must be above 0");
  require_share("dead_pixels", r.bad_pixels.dead);
  require_share("hot_pixels", r.bad_pixels.hot);
  require_share("twinkling_pixels", r.bad_pixels.twinkling);
  require_share("dead_pixels, response.hot_pixels and response.twinkling_pixels together",
                r.bad_pixels.dead + r.bad_pixels.hot + r.bad_pixels.twinkling);
  require(r.detector_seed <= most_seed, "detector_seed", static_cast<double>(r.detector_seed), "it must be below 2^48");
}

}  // namespace femtobragg
