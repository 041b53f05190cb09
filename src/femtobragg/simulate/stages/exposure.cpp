// The light of the parts of an exposure.
#include "femtobragg/simulate/stages/exposure.h"

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::stages {

std::vector<double> light_of_steps(const Response& response, const NoiseKey& key, std::size_t steps) {
  const double count = static_cast<double>(steps), rms = response.flicker * std::sqrt(count);
  constexpr double most_rms = 0.25;
  if (rms > most_rms)
    throw Error::usage({.what = "the light of a phi step would be less than nothing now and then",
                        .where = "response.flicker_in_steps",
                        .value = format_number(rms) + " rms of " + std::to_string(steps) + " steps",
                        .rule = "flicker x sqrt(steps) must be at most 0.25",
                        .remedy = "use fewer phi steps, or less flicker"});
  std::vector<double> light(steps);
  for (std::size_t i = 0; i < steps; ++i) {
    physics::RandomStream stream = stream_at(key, physics::RandomUse::StepFlicker, 0, static_cast<std::uint32_t>(i));
    light[i] = std::max(0.0, 1 + rms * stream.normal());
  }
  const ExposureDeviates shutter(key);
  const double jitter = response.shutter_jitter_s / response.exposure_s * count;  // steps
  const double late = jitter * shutter.opens, early = -jitter * shutter.closes;
  for (std::size_t i = 0; i < steps; ++i) {
    const double open = 1 - std::clamp(late - static_cast<double>(i), 0.0, 1.0) -
                        std::clamp(early - static_cast<double>(steps - 1 - i), 0.0, 1.0);
    const double before = i == 0 ? std::max(0.0, -late) : 0, after = i + 1 == steps ? std::max(0.0, -early) : 0;
    light[i] *= std::max(0.0, open) + before + after;
  }
  return light;
}

}  // namespace femtobragg::stages
