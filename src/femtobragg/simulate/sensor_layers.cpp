// Layers at the mean depth of what they absorb, by Gauss's rule, or as older programs place them.
#include "femtobragg/simulate/sensor_layers.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "femtobragg/physics/sensor_absorption.h"
#include "femtobragg/simulate/gauss_depths.h"

namespace femtobragg {
namespace {

/// Along a ray that crosses the layers at an angle the beam falls off faster: mu / cosine for each metre of depth.
std::vector<kernel::Layer> equal_layers(const Sensor& sensor) {
  std::vector<kernel::Layer> layers(static_cast<std::size_t>(sensor.layers));
  const double width = sensor.layer_step_m, by_attenuation = width / sensor.ray_cosine;
  const double lengths = width > 0 ? sensor.attenuation_per_m * by_attenuation : 0;
  const auto [middle, slope] = sensor.layer_rule == LayerRule::Centroid ? physics::absorption_centroid(lengths)
                                                                        : physics::AbsorptionCentroid{0, 0};
  for (std::size_t t = 0; t < layers.size(); ++t) {
    kernel::Layer& layer = layers[t];
    layer.front_m = width * static_cast<double>(t);
    layer.back_m = width * static_cast<double>(t + 1);
    layer.depth_m = width * (static_cast<double>(t) + middle);
    layer.depth_by_attenuation_m2 = width * by_attenuation * slope;
    layer.depth_by_thickness_m = layer.depth_m + (std::isfinite(lengths) ? width * lengths * slope : 0);
  }
  return layers;
}

/// Depths in units of the thickness do not change with it, nor with the attenuation: only what each layer captures.
std::vector<kernel::Layer> gauss_layers(const Sensor& sensor) {
  std::vector<kernel::Layer> layers;
  double front = 0;
  for (const GaussDepth& node : gauss_depths(sensor.gauss_lengths, static_cast<std::size_t>(sensor.layers))) {
    kernel::Layer& layer = layers.emplace_back();
    layer.front_m = front * sensor.thickness_m;
    layer.back_m = node.back * sensor.thickness_m;
    layer.depth_m = layer.depth_by_thickness_m = node.depth * sensor.thickness_m;
    front = node.back;
  }
  return layers;
}

/// The least and the largest cosine between a flat panel's normal and the rays to it. Those that graze it count as 80
/// degrees.
struct Cosines {
  double least, largest;
};
Cosines cosines_of(const Panel& panel) {
  constexpr double grazing = 0.17;
  const auto cosine = [&](const Vec3d& at) {
    return std::clamp(std::abs(dot(at, panel.normal)) / norm(at), grazing, 1.0);
  };
  double least = 1;
  for (const Vec3d& corner : panel.corners_m()) least = std::min(least, cosine(corner));
  // The foot of the sample's perpendicular, or the point of the panel next to it.
  const Vec3d foot = panel.normal * dot(panel.origin_m, panel.normal) - panel.origin_m;
  const auto place = [&](const Vec3d& axis, std::size_t pixels) {
    return std::clamp(dot(foot, axis) / dot(axis, axis) / panel.pixel_size_m, 0.0, static_cast<double>(pixels));
  };
  return {least, cosine(panel.point_m(place(panel.fast_axis, panel.n_fast), place(panel.slow_axis, panel.n_slow)))};
}

/// The share of a spot's photons in the pixel that is `distance` pixels from its centre: a Gaussian whose full width at
/// half maximum is one pixel.
double share_in_pixel(double distance) {
  static const double per_width = std::sqrt(4 * std::numbers::ln2);
  return 0.5 * (std::erf((distance + 0.5) * per_width) - std::erf((distance - 0.5) * per_width));
}

/// Where the photons along one ray land, in pixels from where it meets the front.
class Landing {
 public:
  Landing(const Panel& panel, double cosine) {
    const double tangent = std::sqrt(1 - cosine * cosine) / cosine;
    per_thickness_ = tangent * panel.sensor.thickness_m / panel.pixel_size_m;
    lengths_ = panel.sensor.attenuation_per_m * panel.sensor.thickness_m / cosine;
  }

  double mean() const { return per_thickness_ * physics::absorption_centroid(lengths_).value; }

  /// Shares of the absorbed photons, and where each of them lands.
  struct Part {
    double share, at;
  };
  std::vector<Part> parts_of(const std::vector<kernel::Layer>& layers, double thickness_m) const {
    std::vector<Part> parts;
    const double all = -std::expm1(-lengths_);
    for (const kernel::Layer& layer : layers)
      parts.push_back(
          {physics::captured_fraction(layer.front_m / thickness_m, layer.back_m / thickness_m, lengths_, 1.0) / all,
           per_thickness_ * layer.depth_m / thickness_m});
    return parts;
  }

  /// Nearly continuous.
  std::vector<Part> fine_parts() const {
    constexpr int count = 64;
    return parts_of(equal_layers(Sensor::of(1, lengths_, count)), 1);
  }

  double length() const { return per_thickness_; }

 private:
  double per_thickness_, lengths_;
};

double share_at(const std::vector<Landing::Part>& parts, double at) {
  double sum = 0;
  for (const Landing::Part& part : parts) sum += part.share * share_in_pixel(at - part.at);
  return sum;
}

}  // namespace

std::vector<kernel::Layer> layers_of(const Sensor& sensor) {
  return sensor.gauss_lengths > 0 ? gauss_layers(sensor) : equal_layers(sensor);
}

LayerErrors layer_errors(const Panel& panel) {
  LayerErrors errors;
  if (panel.curvature == Curvature::Spherical || !(panel.sensor.thickness_m > 0)) return errors;
  const std::vector<kernel::Layer> layers = layers_of(panel.sensor);
  const double thickness_m = panel.sensor.thickness_m;
  const Cosines range = cosines_of(panel);
  constexpr int rays = 7;
  for (int i = 0; i < rays; ++i) {
    const Landing landing(panel, range.least + (range.largest - range.least) * i / (rays - 1));
    double mean = 0;
    for (const Landing::Part& part : landing.parts_of(layers, thickness_m)) mean += part.share * part.at;
    errors.shift_px = std::max(errors.shift_px, std::abs(mean - landing.mean()));
  }
  // The steepest rays spread most.
  const Landing steepest(panel, range.least);
  const auto few = steepest.parts_of(layers, thickness_m), many = steepest.fine_parts();
  constexpr double step_px = 0.2;
  for (double at = -1; at <= steepest.length() + 1; at += step_px)
    errors.share = std::max(errors.share, std::abs(share_at(few, at) - share_at(many, at)));
  return errors;
}

Sensor with_fewest_layers(Panel panel) {
  Sensor& sensor = panel.sensor;
  const double lengths = sensor.attenuation_per_m * sensor.thickness_m / sensor.ray_cosine;
  sensor.layer_rule = LayerRule::Centroid;
  // All is absorbed at the front, or nothing anywhere.
  const bool in_depth = std::isfinite(lengths) && lengths > 0 && panel.curvature != Curvature::Spherical;
  for (sensor.layers = 1;; ++sensor.layers) {
    sensor.layer_step_m = sensor.thickness_m / sensor.layers;
    sensor.gauss_lengths = in_depth ? lengths : 0;
    if (!in_depth || sensor.layers == most_gauss_layers) break;
    const LayerErrors errors = layer_errors(panel);
    if (errors.shift_px <= allowed_layer_errors.shift_px && errors.share <= allowed_layer_errors.share) break;
  }
  // One layer is at the mean depth by either rule.
  if (sensor.layers == 1) sensor.gauss_lengths = 0;
  return sensor;
}

}  // namespace femtobragg
