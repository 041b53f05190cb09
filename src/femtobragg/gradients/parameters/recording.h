// What the detector makes of photons: gain, pedestal, and the width of its point spread. These change no number of the
// plan, but what becomes of its image.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "femtobragg/base/units.h"
#include "femtobragg/gradients/parameter.h"

namespace femtobragg::gradients {

class RecordingFamily : public ParameterFamily {
 public:
  static constexpr std::array<std::string_view, 3> names{"gain", "pedestal", "point_spread"};
  static bool has(std::string_view name) { return std::ranges::find(names, name) != names.end(); }

  std::vector<ParameterInfo> members(const Experiment& base) const override {
    const std::vector<double> start = values(base);
    return {{.name = std::string(names[gain]),
             .unit = "1/photon",
             .help = "numbers of the detector for each photon",
             .scale = 0.1 * start[gain],
             .lowest = 0,
             .transform = Transform::Log,
             .same_as = "fluence",
             .moved = {"brightness"}},
            {.name = std::string(names[pedestal]), .help = "number of a pixel without photons"},
            {.name = std::string(names[width]),
             .unit = "um",
             .help = "full width at half maximum of the detector's point spread",
             .scale = start[width] > 0 ? 0.1 * start[width] : 1,
             .lowest = 0,
             .transform = Transform::Log}};
  }
  std::vector<double> values(const Experiment& base) const override {
    const Recording& r = base.recording;
    return {r.gain, r.pedestal, um_from_metres(r.point_spread.fwhm_m)};
  }
  void set(Experiment& experiment, std::span<const double> values) const override {
    Recording& r = experiment.recording;
    r.gain = values[gain];
    r.pedestal = values[pedestal];
    r.point_spread.fwhm_m = metres_from_um(values[width]);
  }
  std::optional<std::string> why_not(const Experiment& base, std::size_t member) const override {
    if (member != width || base.recording.spreads()) return {};
    return "the detector has no point spread (response.point_spread)";
  }
  kernel::PlanTangent tangent(const ParameterPoint&, std::size_t) const override { return {}; }
  RecordingRate recording_rate(std::size_t member) const override {
    return {.gain = member == gain ? 1.0 : 0.0,
            .pedestal = member == pedestal ? 1.0 : 0.0,
            .fwhm_m = member == width ? metres_from_um(1) : 0.0};
  }

 private:
  enum Member : std::size_t { gain, pedestal, width };
};

}  // namespace femtobragg::gradients
