// From a response to the stages that it needs.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/simulate/detect.h"
#include "femtobragg/simulate/stages/adaptive_gain.h"
#include "femtobragg/simulate/stages/bad_pixels.h"
#include "femtobragg/simulate/stages/counting.h"
#include "femtobragg/simulate/stages/dead_time.h"
#include "femtobragg/simulate/stages/electrons.h"
#include "femtobragg/simulate/stages/escape.h"
#include "femtobragg/simulate/stages/exposure.h"
#include "femtobragg/simulate/stages/flat_field.h"
#include "femtobragg/simulate/stages/numbers.h"
#include "femtobragg/simulate/stages/spread.h"

namespace femtobragg {
namespace {

using namespace stages;

/// Of two spread stages.
constexpr std::string_view charge_sharing = "charge_sharing", point_spread = "point_spread";

constexpr std::array<std::string_view, 15> names{"exposure",     "flat_field",    "charge_sharing", "escape",
                                                 "counting",     "point_spread",  "dead_time",      "quanta",
                                                 "dark_current", "adaptive_gain", "gain",           "readout_noise",
                                                 "pedestal",     "saturation",    "bad_pixels"};

template <class T, class... Arguments>
void add(std::vector<Stage>& stages, bool wanted, Arguments&&... arguments) {
  if (!wanted) return;
  if constexpr (std::is_base_of_v<ImageStage, T>)
    stages.emplace_back(std::unique_ptr<ImageStage>(std::make_unique<T>(std::forward<Arguments>(arguments)...)));
  else
    stages.emplace_back(std::unique_ptr<PixelStage>(std::make_unique<T>(std::forward<Arguments>(arguments)...)));
}

bool has_bad_pixels(const Response& r) {
  return r.bad_pixels.dead > 0 || r.bad_pixels.hot > 0 || r.bad_pixels.twinkling > 0;
}

}  // namespace

std::vector<Stage> stages_of(const Response& r, const NoiseKey& key) {
  validate(r);
  const PointSpread sharing{.fwhm_m = r.charge_sharing_fwhm_m};
  // Pixels are more or less sensitive to what reaches them.
  const bool spreads = r.point_spread.fwhm_m > 0;
  const double largest = largest_number(r);
  std::vector<Stage> all;
  add<ExposureStage>(all, !r.flicker_in_steps && (r.flicker > 0 || r.shutter_jitter_s > 0), r, key);
  add<FlatFieldStage>(all, r.flat_field > 0 && !spreads, r);
  add<SpreadStage>(all, sharing.fwhm_m > 0, charge_sharing, sharing);
  add<EscapeStage>(all, r.escape.fraction > 0, r.escape);
  add<CountingStage>(all, r.counting_noise, key);
  add<SpreadStage>(all, spreads, point_spread, r.point_spread);
  add<FlatFieldStage>(all, r.flat_field > 0 && spreads, r);
  add<DeadTimeStage>(all, r.dead_time.seconds > 0, r, key);
  add<QuantaStage>(all, r.counting_noise && r.quanta > 0, r, key);
  add<DarkCurrentStage>(all, r.dark_electrons_per_s > 0, r, key);
  add<AdaptiveGainStage>(all, !r.adaptive.ranges.empty(), r, key);
  add<GainStage>(all, r.gain != 1, r.gain);
  add<ReadoutStage>(all, r.readout_noise > 0, r.readout_noise, key);
  add<OffsetStage>(all, r.offset != 0, r.offset);
  add<SaturationStage>(all, std::isfinite(largest), largest);
  add<BadPixelStage>(all, has_bad_pixels(r), r, key);
  return all;
}

std::vector<Stage> serial_stages_of(const Response& r, PoissonDeviate poisson) {
  if (r.counting_noise && !poisson)
    throw Error::usage({.what = "counting noise needs random numbers", .remedy = "give `poisson` too"});
  std::vector<Stage> all;
  add<SerialCountingStage>(all, r.counting_noise, std::move(poisson));
  add<GainStage>(all, r.gain != 1, r.gain);
  add<OffsetStage>(all, r.offset != 0, r.offset);
  return all;
}

std::span<const std::string_view> stage_names() { return names; }

std::vector<Stage> stages_until(std::vector<Stage> stages, std::string_view name) {
  if (name == "photons") return {};
  const auto found = std::ranges::find(stages, name, [](const Stage& stage) { return name_of(stage); });
  if (found == stages.end()) {
    std::string there = "photons";
    for (const Stage& stage : stages) there += ", " + std::string(name_of(stage));
    const bool known = std::ranges::find(names, name) != names.end();
    throw Error::usage({.what = known ? "the response does not have this stage" : "there is no such stage",
                        .where = "stage",
                        .value = in_quotes(std::string(name)),
                        .rule = "this response has " + there});
  }
  stages.erase(found + 1, stages.end());
  return stages;
}

double stated_saturation(const Response& response) {
  constexpr double most = std::numeric_limits<std::int32_t>::max();
  const double largest = largest_number(response);
  return std::isfinite(largest) ? std::min(largest, most - 1) : largest;
}

Detector as_read_out(const Detector& detector, const Response& response) {
  Detector result = detector;
  const double saturation = stated_saturation(response);
  const bool masks = response.bad_pixels.masked && (response.bad_pixels.dead > 0 || response.bad_pixels.hot > 0);
  for (std::size_t number = 0; number < result.panels.size(); ++number) {
    Panel& panel = result.panels[number];
    // That of a panel counts photons, raw numbers are none.
    panel.saturation = response.adaptive.raw ? saturation : std::min(panel.saturation, saturation);
    if (!masks) continue;
    if (panel.mask.empty()) panel.mask.assign(panel.n_fast * panel.n_slow, 1);
    for (std::size_t pixel = 0; pixel < panel.mask.size(); ++pixel) {
      const PixelHealth health = health_of(response, number, static_cast<std::uint32_t>(pixel));
      if (health == PixelHealth::Dead || health == PixelHealth::Hot) panel.mask[pixel] = 0;
    }
  }
  return result;
}

}  // namespace femtobragg
