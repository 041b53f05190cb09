// What must hold of every geometry that a reader accepts.
#pragma once

#include <cmath>

#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/model/coverage.h"
#include "tests/fuzz/fuzz.h"

namespace femtobragg::fuzz {

inline void require_sound(const Geometry& g) {
  require(!g.detector.panels.empty() && !overlapping_panels(g.detector));
  for (const Panel& panel : g.detector.panels) {
    require(panel.n_fast > 0 && panel.n_slow > 0 && panel.pixel_size_m > 0);
    require(is_finite(panel.origin_m) && is_finite(panel.fast_axis) && is_finite(panel.slow_axis));
    require(is_finite(panel.normal) && panel.area_ratio > 0);
    require(panel.mask.empty() || panel.mask.size() == panel.n_fast * panel.n_slow);
    require(panel.sensor.thickness_m >= 0);
  }
  require(is_finite(g.beam_direction) && norm(g.beam_direction) > 0.5);
  require(!g.wavelength_m || (*g.wavelength_m > 0 && std::isfinite(*g.wavelength_m)));
  require(!g.spindle_axis || is_finite(*g.spindle_axis));
}

}  // namespace femtobragg::fuzz
