// A detector of several panels with everything that a geometry can state, for formats to write and read back.
#pragma once

#include <cmath>

#include "femtobragg/model/geometry.h"

namespace femtobragg::tests {

inline Panel square_panel(std::size_t n_fast, std::size_t n_slow) {
  Panel panel = Panel::flat({.origin_m = {0.2, 15.3 * 172e-6, -21.7 * 172e-6},
                             .fast = {0, 0, 1},
                             .slow = {0, -1, 0},
                             .pixel_m = 172e-6,
                             .n_fast = n_fast,
                             .n_slow = n_slow});
  panel.sensor = Sensor::of(320e-6, 1000, 1, "Si");
  panel.saturation = 1e6;
  return panel;
}

/// Reciprocal axes without right angles, and the real ones that belong to them.
inline CrystalAxes skew_axes() {
  return CrystalAxes::from_reciprocal({{0.01, 0.001, 0}, {0, 0.02, 0.001}, {0.002, 0, 0.03}});
}

/// One panel square to the beam; with more, each stands below the one before, behind a gap, and turned a little more.
inline Geometry stated_geometry(std::size_t panels) {
  Geometry g;
  g.detector.name = "test detector";
  for (std::size_t i = 0; i < panels; ++i) {
    Panel panel = square_panel(40, 30);
    const double turn = 0.1 * static_cast<double>(i), down = 35 * static_cast<double>(i);
    panel.name = std::string("p").append(std::to_string(i));
    panel.data_slow = 35 * i;
    panel.fast_axis = {std::sin(turn), 0, std::cos(turn)};
    panel.normal = {std::cos(turn), 0, -std::sin(turn)};
    panel.origin_m = panel.origin_m + Vec3d{0.001 * static_cast<double>(i), -down * panel.pixel_size_m, 0};
    if (i == 0) {
      panel.mask.assign(panel.n_fast * panel.n_slow, 1);
      panel.mask[5] = 0;
    }
    g.detector.panels.push_back(panel);
  }
  g.wavelength_m = 0.9795e-10;
  g.polarization_fraction = 0.98;
  g.polarization_axis = Vec3d{0, 0, 1};
  g.spindle_axis = Vec3d{0, 0, 1};
  g.oscillation = Oscillation{0.1, 0.01, 5};
  g.crystal = StatedCrystal{skew_axes(), "P 1 21 1"};
  return g;
}

}  // namespace femtobragg::tests
