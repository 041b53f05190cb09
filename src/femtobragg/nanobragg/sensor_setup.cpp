// Sensors, panel by panel.
#include "femtobragg/nanobragg/sensor_setup.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/detectors/detector_list.h"
#include "femtobragg/nanobragg/step_rules.h"
#include "femtobragg/simulate/sensor_material.h"

namespace femtobragg::nanobragg {
namespace {

/// What is said of a sensor other than by -detector_thick and -detector_abs.
Sensor stated_sensor(const DetectorOptions& d, const Panel& panel, double wavelength_m) {
  Sensor stated = panel.sensor;
  if (!d.sensor_material.empty()) {
    stated.material = d.sensor_material;
    stated.thickness_m = d.sensor_thickness_m;
    stated.attenuation_per_m = 0;
  } else if (!d.known_name.empty()) {
    const formats::KnownDetector& known = formats::detector_named(d.known_name);
    stated.material = std::string(known.material);
    stated.thickness_m = metres_from_um(known.thickness_um);
    stated.attenuation_per_m = 0;
  }
  if (stated.attenuation_per_m == 0 && stated.thickness_m > 0 && !stated.material.empty())
    stated.attenuation_per_m = photoelectric_attenuation_per_m(stated.material, wavelength_m);
  return stated;
}

/// The options with what is stated filled in where no flag says otherwise.
DetectorOptions completed(DetectorOptions d, const Sensor& stated, double pixel_m, const Origins& origins) {
  const bool abs_given = origins.given("detector_abs");
  const bool counts = stated.thickness_m > 0 && (stated.attenuation_per_m > 0 || abs_given);
  if (!counts || origins.given("detector_thick")) return d;
  d.thickness_m = stated.thickness_m;
  if (!abs_given) d.attenuation_per_m = stated.attenuation_per_m;
  // Photons that come in at 45 degrees move by a pixel while they cross a layer as thick as a pixel is wide.
  constexpr double most_layers = 1000;
  if (!d.thickness_steps)
    d.thickness_steps = static_cast<std::int64_t>(std::clamp(std::ceil(d.thickness_m / pixel_m), 2.0, most_layers));
  return d;
}

/// Between the sensor's normal and the ray to the middle of the panel.
double cosine_at_middle(const Panel& panel) {
  if (panel.curvature != Curvature::Flat) return 1;
  const auto half = [&](std::size_t pixels) { return 0.5 * panel.pixel_size_m * static_cast<double>(pixels); };
  const Vec3d middle = panel.origin_m + half(panel.n_fast) * panel.fast_axis + half(panel.n_slow) * panel.slow_axis;
  // Rays that graze the sensor have no depth worth knowing.
  constexpr double least = 0.05;
  const double cosine = std::abs(dot(middle, panel.normal)) / norm(middle);
  return cosine > least ? std::min(cosine, 1.0) : least;
}

}  // namespace

void set_sensors(Experiment& experiment, const Options& options, const Origins& origins, QuirkLog& quirks,
                 std::vector<std::string>& warnings) {
  using enum Quirk;
  bool warned = false;
  for (Panel& panel : experiment.detector.panels) {
    const Sensor stated = stated_sensor(options.detector, panel, experiment.beam.wavelength_m);
    const DetectorOptions d = completed(options.detector, stated, panel.pixel_size_m, origins);
    const bool off = d.sensor_off && !quirks.on(AbsorbZero);
    const SensorLayers layers = sensor_layers(off ? 0.0 : d.thickness_m, d.thickness_steps, quirks.set());
    if (layers.count > 1000000)
      throw Error::usage({.what = "too many sensor layers",
                          .where = "-detector_thicksteps",
                          .value = std::to_string(layers.count),
                          .rule = "at most 1000000, each of which takes as long as an image of a surface",
                          .remedy = "use fewer layers"});
    Sensor& sensor = panel.sensor;
    sensor = {layers.thickness_m,
              d.attenuation_per_m,
              static_cast<int>(layers.count),
              layers.step_m,
              quirks.on(ThicknessLayers) ? LayerRule::FrontFace : LayerRule::Centroid,
              stated.material,
              cosine_at_middle(panel)};
    if (sensor.thickness_m > 0 && sensor.attenuation_per_m < 0) {
      sensor.attenuation_per_m = 1.0 / sensor.thickness_m;
      if (&panel == &experiment.detector.panels.front())
        warnings.push_back("-detector_thick without -detector_abs: the attenuation depth is taken as the thickness, " +
                           format_number(um_from_metres(sensor.thickness_m)) + " um");
    }
    quirks.changes(ThicknessLayers, sensor.thickness_m > 0);
    if (stated.thickness_m > 0 && stated.attenuation_per_m == 0 && sensor.thickness_m == 0 && !off && !warned) {
      warnings.push_back("a sensor of unknown material is taken as a surface: -sensor tells what it is");
      warned = true;
    }
    const bool black_sensor = sensor.thickness_m > 0 && d.sensor_off;
    const bool black_flag = options.sampling.oversample_thick && !(sensor.thickness_m > 0);
    quirks.changes(AbsorbZero, black_sensor || black_flag);
  }
}

}  // namespace femtobragg::nanobragg
