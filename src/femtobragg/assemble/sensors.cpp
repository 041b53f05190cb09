// Sensors, panel by panel.
#include "femtobragg/assemble/sensors.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/assemble/step_ranges.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/simulate/sensor_layers.h"
#include "femtobragg/simulate/sensor_material.h"

namespace femtobragg::assemble {
namespace {

/// What the detector brings, or the material that replaces it.
Sensor stated_sensor(const SensorScene& asked, const Panel& panel, double wavelength_m) {
  Sensor stated = panel.sensor;
  if (!asked.material.empty()) {
    stated.material = asked.material;
    if (asked.material_thickness_m > 0) stated.thickness_m = asked.material_thickness_m;
    if (!(stated.thickness_m > 0) && !asked.thickness_m && !asked.surface)
      throw Error::usage({.what = "the sensor has no thickness",
                          .where = "detector.sensor.material",
                          .value = asked.material,
                          .rule = "the thickness determines how many photons it absorbs",
                          .remedy = "give detector.sensor.thickness"});
    stated.attenuation_per_m = 0;
  }
  if (stated.attenuation_per_m == 0 && stated.thickness_m > 0 && !stated.material.empty())
    stated.attenuation_per_m = photoelectric_attenuation_per_m(stated.material, wavelength_m);
  return stated;
}

constexpr double not_given = -1;

/// Whether the scene leaves thickness and layers to what is stated.
bool follows(const SensorScene& asked, const Sensor& stated) {
  return !asked.thickness_m && stated.thickness_m > 0 && (stated.attenuation_per_m > 0 || asked.attenuation_per_m);
}

/// Thickness, attenuation and layers, with what is stated where the scene says nothing else.
SensorScene completed(SensorScene asked, const Sensor& stated, double pixel_m) {
  if (!follows(asked, stated)) return asked;
  asked.thickness_m = stated.thickness_m;
  if (!asked.attenuation_per_m) asked.attenuation_per_m = stated.attenuation_per_m;
  // Those of older programs: photons that come in at 45 degrees move by a pixel while they cross one.
  constexpr double most_layers = 1000;
  if (!asked.layers)
    asked.layers = static_cast<std::int64_t>(std::clamp(std::ceil(*asked.thickness_m / pixel_m), 2.0, most_layers));
  return asked;
}

/// Between the sensor's normal and the ray to the middle of the panel.
double cosine_at_middle(const Panel& panel) {
  if (panel.curvature != Curvature::Flat) return 1;
  const Vec3d middle = panel.centre_m();
  // Rays that graze the sensor have no depth worth knowing.
  constexpr double least = 0.05;
  const double cosine = std::abs(dot(middle, panel.normal)) / norm(middle);
  return cosine > least ? std::min(cosine, 1.0) : least;
}

}  // namespace

std::vector<std::string> set_sensors(Experiment& experiment, const SensorScene& scene) {
  std::vector<std::string> warnings;
  bool unknown = false;
  for (Panel& panel : experiment.detector.panels) {
    const Sensor stated = stated_sensor(scene, panel, experiment.beam.wavelength_m);
    const SensorScene asked = completed(scene, stated, panel.pixel_size_m);
    const SensorLayers layers =
        sensor_layers(asked.surface ? 0.0 : asked.thickness_m.value_or(0), asked.layers, asked.layer_rule);
    if (layers.count > 1000000)
      throw Error::usage({.what = "too many sensor layers",
                          .where = "detector.sensor.layers",
                          .value = std::to_string(layers.count),
                          .rule = "at most 1000000 are allowed; each takes as long as the image of a surface",
                          .remedy = "use fewer layers"});
    Sensor& sensor = panel.sensor;
    sensor = {
        layers.thickness_m,     0, static_cast<int>(layers.count), layers.step_m, asked.layer_rule, stated.material,
        cosine_at_middle(panel)};
    // Of a surface nothing is absorbed on the way.
    if (sensor.thickness_m > 0) sensor.attenuation_per_m = asked.attenuation_per_m.value_or(not_given);
    if (sensor.attenuation_per_m < 0) {
      sensor.attenuation_per_m = 1.0 / sensor.thickness_m;
      if (&panel == &experiment.detector.panels.front())
        warnings.push_back(
            "detector.sensor.thickness without detector.sensor.attenuation: the attenuation depth is set to the "
            "thickness, " +
            format_number(um_from_metres(sensor.thickness_m)) + " um");
    }
    if (!scene.layers && scene.layer_rule == LayerRule::Centroid && follows(scene, stated) && !scene.surface)
      sensor = with_fewest_layers(panel);
    if (stated.thickness_m > 0 && stated.attenuation_per_m == 0 && sensor.thickness_m == 0 && !asked.surface &&
        !unknown) {
      warnings.push_back("a sensor of unknown material is treated as a surface: use detector.sensor to define it");
      unknown = true;
    }
  }
  return warnings;
}

}  // namespace femtobragg::assemble
