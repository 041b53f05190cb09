// Panels that agree with themselves, places on them, and the image that they share.
#include "femtobragg/model/detector.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "femtobragg/base/error.h"
#include "femtobragg/base/plane.h"
#include "femtobragg/base/text.h"

namespace femtobragg {

Sensor Sensor::of(double thickness_m, double attenuation_per_m, int layers, std::string material) {
  return {.thickness_m = thickness_m,
          .attenuation_per_m = attenuation_per_m,
          .layers = layers,
          .layer_step_m = thickness_m / layers,
          .material = std::move(material)};
}

Panel Panel::flat(const FlatPanel& parts) {
  const auto refuse = [](const char* field, double value, const char* rule, const char* remedy) {
    throw Error::usage({.what = "the axes do not make a panel of square pixels",
                        .where = field,
                        .value = format_number(value),
                        .rule = rule,
                        .remedy = remedy});
  };
  constexpr double rounding = 1e-6;
  for (const auto& [field, axis] : {std::pair("fast", parts.fast), std::pair("slow", parts.slow)})
    if (!(std::abs(norm(axis) - 1) < rounding))
      refuse(field, norm(axis), "its length must be 1", "give a unit vector; pixel_m is the size of a pixel");
  if (!(std::abs(dot(parts.fast, parts.slow)) < rounding))
    refuse("slow", dot(parts.fast, parts.slow), "its product with fast must be 0",
           "rotate one of the axes; for other pixels fill a Panel and call set_plane()");
  Panel panel;
  panel.name = parts.name;
  panel.origin_m = parts.origin_m;
  panel.fast_axis = parts.fast;
  panel.slow_axis = parts.slow;
  panel.pixel_size_m = parts.pixel_m;
  panel.n_fast = parts.n_fast;
  panel.n_slow = parts.n_slow;
  panel.set_plane();
  return panel;
}

void Panel::set_plane() {
  const Vec3d area = cross(fast_axis, slow_axis);
  area_ratio = norm(area);
  normal = area / area_ratio;
  if (dot(normal, centre_m()) < 0) normal = -normal;
}

Vec3d Panel::point_m(double fast_px, double slow_px, double depth_m) const {
  return point_of_plane(*this, fast_px * pixel_size_m, slow_px * pixel_size_m, depth_m);
}

Vec3d Panel::centre_m() const { return point_m(0.5 * static_cast<double>(n_fast), 0.5 * static_cast<double>(n_slow)); }

std::array<Vec3d, 4> Panel::corners_m(double depth_m) const {
  const double fast = static_cast<double>(n_fast), slow = static_cast<double>(n_slow);
  return {point_m(0, 0, depth_m), point_m(fast, 0, depth_m), point_m(0, slow, depth_m), point_m(fast, slow, depth_m)};
}

ImageShape Detector::image_shape() const {
  ImageShape shape;
  for (const Panel& panel : panels) {
    shape.n_fast = std::max(shape.n_fast, panel.data_fast + panel.n_fast);
    shape.n_slow = std::max(shape.n_slow, panel.data_slow + panel.n_slow);
  }
  return shape;
}

}  // namespace femtobragg
