// What later stages bring goes back to its default.
#include "femtobragg/simulate/response_until.h"

#include <algorithm>

#include "femtobragg/simulate/detect.h"

namespace femtobragg {
namespace {

/// The place of a stage; 0: photons, before all of them.
std::size_t place_of(std::string_view stage) {
  const auto names = stage_names();
  return stage == "photons" ? 0 : 1 + static_cast<std::size_t>(std::ranges::find(names, stage) - names.begin());
}

}  // namespace

Response response_until(Response response, std::string_view stage) {
  const auto lacks = [last = place_of(stage)](std::string_view later) { return last < place_of(later); };
  const Response none;
  if (lacks("gain")) response.gain = none.gain;
  if (lacks("pedestal")) response.offset = none.offset;
  if (lacks("saturation")) {
    response.saturation = none.saturation;
    response.adaptive = none.adaptive;  // whose converter ends
  }
  if (lacks("bad_pixels")) response.bad_pixels = none.bad_pixels;
  return response;
}

}  // namespace femtobragg
