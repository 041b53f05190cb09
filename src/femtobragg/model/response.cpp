// Refusal of responses that no detector has.
#include "femtobragg/model/response.h"

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

void require_ranges(const Response& r) {
  const AdaptiveGain& a = r.adaptive;
  if (a.ranges.empty()) return;
  constexpr unsigned most_bits = 24;
  require(a.bits >= 1 && a.bits <= most_bits, "adaptive.bits", a.bits, "it must be 1 to 24");
  double before = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < a.ranges.size(); ++i) {
    const GainRange& range = a.ranges[i];
    const std::string name = "adaptive.ranges[" + std::to_string(i) + "].";
    require(range.gain != 0 && std::isfinite(range.gain), name + "gain", range.gain, "it must not be 0");
    require_from_zero(name + "noise", range.noise);
    require(std::isfinite(range.pedestal), name + "pedestal", range.pedestal, "it must be finite");
    require(range.code < 4, name + "code", range.code, "it must be 0 to 3");
    require(range.most_photons > before, name + "most_photons", range.most_photons,
            "each range must hold more photons than the one before");
    before = range.most_photons;
  }
  if (a.raw && (r.gain != 1 || r.offset != 0 || r.readout_noise != 0))
    throw Error::usage({.what = "raw numbers of the converter, changed by another gain, pedestal or read-out noise",
                        .where = "response.raw",
                        .rule = "each range has its own",
                        .remedy = "leave gain at 1, and pedestal and read-out noise at 0"});
}

}  // namespace

void validate(const Response& r) {
  constexpr std::uint64_t most_seed = (std::uint64_t{1} << 48) - 1;
  require(r.exposure_s > 0 && std::isfinite(r.exposure_s), "exposure", r.exposure_s, "it must be above 0, and finite");
  require_from_zero("flicker", r.flicker);
  require_from_zero("shutter_jitter", r.shutter_jitter_s);
  require_from_zero("flat_field", r.flat_field);
  require_from_zero("charge_sharing", r.charge_sharing_fwhm_m);
  require_from_zero("point_spread", r.point_spread.fwhm_m);
  require_from_zero("dead_time", r.dead_time.seconds);
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
  require_share("dead_pixels, hot_pixels and twinkling_pixels together",
                r.bad_pixels.dead + r.bad_pixels.hot + r.bad_pixels.twinkling);
  require(r.detector_seed <= most_seed, "detector_seed", static_cast<double>(r.detector_seed), "it must be below 2^48");
}

}  // namespace femtobragg
