// How the sensor absorbs. Panels with different sensors change in proportion.
#pragma once

#include <cmath>

#include "femtobragg/base/units.h"
#include "femtobragg/gradients/parameter.h"

namespace femtobragg::gradients {

class SensorFamily : public ParameterFamily {
 public:
  std::vector<ParameterInfo> members(const Experiment& base) const override {
    const std::vector<double> start = values(base);
    return {{.name = "sensor_attenuation",
             .unit = "1/mm",
             .help = "attenuation coefficient of the (first panel's) sensor",
             .scale = start[0] > 0 ? 0.1 * start[0] : 0.1,
             .lowest = 0,
             .transform = Transform::Log},
            {.name = "sensor_thickness",
             .unit = "um",
             .help = "thickness of the (first panel's) sensor; its layers grow with it",
             .scale = start[1] > 0 ? 0.1 * start[1] : 1,
             .lowest = 0,
             .transform = Transform::Log}};
  }
  std::vector<double> values(const Experiment& base) const override {
    const Sensor& sensor = base.detector.panels.front().sensor;
    return {sensor.attenuation_per_m / per_m_of_per_mm, um_from_metres(sensor.thickness_m)};
  }
  void set(Experiment& experiment, std::span<const double> values) const override {
    const std::vector<double> old = this->values(experiment);
    for (Panel& panel : experiment.detector.panels) {
      Sensor& sensor = panel.sensor;
      if (values[0] != old[0]) sensor.attenuation_per_m *= values[0] / old[0];
      if (values[1] == old[1]) continue;
      sensor.thickness_m *= values[1] / old[1];
      sensor.layer_step_m *= values[1] / old[1];
    }
  }
  std::optional<std::string> why_not(const Experiment& base, std::size_t member) const override {
    const Sensor& sensor = base.detector.panels.front().sensor;
    if (!(sensor.thickness_m > 0)) return "the sensor has no thickness: it absorbs everything at its surface";
    if (member == 0 && !(sensor.attenuation_per_m > 0 && std::isfinite(sensor.attenuation_per_m)))
      return "the sensor's attenuation is zero or infinite";
    return {};
  }
  kernel::PlanTangent tangent(const ParameterPoint& point, std::size_t member) const override {
    kernel::PlanTangent tangent{};
    const Sensor& sensor = point.experiment.detector.panels[point.panel].sensor;
    if (member == 0)
      tangent[kernel::slot::attenuation] = sensor.attenuation_per_m / point.values[0];
    else
      tangent[kernel::slot::thickness] = 1 / point.values[1];
    return tangent;
  }

 private:
  static constexpr double per_m_of_per_mm = 1000;
};

}  // namespace femtobragg::gradients
