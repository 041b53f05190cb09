// A panel as the sample sees it: which of its strips a cone of directions may touch.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "femtobragg/backends/backend.h"
#include "femtobragg/backends/simd/kernels/cone_on_panel.h"
#include "femtobragg/backends/simd/skipping.h"
#include "femtobragg/base/plane.h"

namespace femtobragg::backends::simd_backend {

/// A panel of a search: the directions that it is seen in, and where its strips stand in the lists.
class SeenPanel {
 public:
  SeenPanel(const kernel::PanelPlan& panel, std::size_t first_strip)
      : panel_(panel),
        least_obliquity_(least_obliquity(panel)),
        middle_(
            unit(point_m(panel, 0.5 * static_cast<double>(panel.n_fast), 0.5 * static_cast<double>(panel.n_slow), 0))),
        first_strip_(first_strip) {
    // A sensor is convex, and so is a cone of less than a right angle: one that holds the corners holds it all.
    for (const std::size_t fast : {std::size_t{0}, panel.n_fast})
      for (const std::size_t slow : {std::size_t{0}, panel.n_slow})
        for (const double depth_m : {0.0, panel.layers.back().depth_m}) {
          const Vec3d corner_m = point_m(panel, static_cast<double>(fast), static_cast<double>(slow), depth_m);
          cosine_ = std::min(cosine_, dot(middle_, unit(corner_m)));
        }
    sine_ = std::sqrt(std::max(0.0, 1 - cosine_ * cosine_));
  }

  const kernel::PanelPlan& panel() const { return panel_; }
  std::size_t strips() const { return gradient_strips(panel_); }

  /// First and last strip that a cone of directions may touch, in the numbering of the lists.
  std::optional<std::array<std::size_t, 2>> strips_touched(const Vec3d& direction, double cosine, double sine) const {
    const std::size_t last = first_strip_ + strips() - 1;
    if (!(sine < 1)) return std::array{first_strip_, last};
    const bool narrow = cosine_ > 0 && cosine > 0;
    if (narrow && dot(direction, middle_) < cosine * cosine_ - sine * sine_ - 1e-9) return std::nullopt;
    const kernel::ConeOnPanel<double> cone = cone_on_panel(panel_, direction, cosine, sine);
    if (cone.greatest_obliquity < least_obliquity_) return std::nullopt;
    const double r = cone.radius_m / panel_.pixel_size_m + 1;
    const auto outside = [&](double at, std::size_t begin, std::size_t end) {
      return at + r < static_cast<double>(begin) || at - r > static_cast<double>(end);
    };
    const double fast = cone.fast_m / panel_.pixel_size_m, slow = cone.slow_m / panel_.pixel_size_m;
    if (outside(fast, panel_.fast_begin, panel_.fast_end) || outside(slow, panel_.slow_begin, panel_.slow_end))
      return std::nullopt;
    const auto strip = [&](double row) {
      const double rows = std::clamp(row - static_cast<double>(panel_.slow_begin), 0.0,
                                     static_cast<double>(panel_.slow_end - 1 - panel_.slow_begin));
      return first_strip_ + static_cast<std::size_t>(rows) / kernel::strip_rows;
    };
    return std::array{strip(slow - r), strip(slow + r)};
  }

 private:
  static Vec3d point_m(const kernel::PanelPlan& panel, double fast, double slow, double depth_m) {
    return point_of_plane(panel, panel.pixel_size_m * fast, panel.pixel_size_m * slow, depth_m);
  }

  const kernel::PanelPlan& panel_;
  double least_obliquity_;
  Vec3d middle_;
  double cosine_ = 1, sine_ = 0;  ///< of the cone about `middle_` that holds the sensor
  std::size_t first_strip_;
};

}  // namespace femtobragg::backends::simd_backend
