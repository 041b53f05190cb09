// A detector of several panels with everything that a geometry can state, for formats to write and read back.
#pragma once

#include <cmath>

#include "femtobragg/model/geometry.h"

namespace femtobragg::tests {

inline Panel square_panel(std::size_t n_fast, std::size_t n_slow) {
  Panel panel;
  panel.n_fast = n_fast;
  panel.n_slow = n_slow;
  panel.region = {0, n_fast, 0, n_slow};
  panel.pixel_size_m = 172e-6;
  panel.fast_axis = {0, 0, 1};
  panel.slow_axis = {0, -1, 0};
  panel.normal = {1, 0, 0};
  panel.origin_m = {0.2, 15.3 * 172e-6, -21.7 * 172e-6};
  panel.sensor.thickness_m = panel.sensor.layer_step_m = 320e-6;
  panel.sensor.attenuation_per_m = 1000;
  panel.sensor.material = "Si";
  panel.saturation = 1e6;
  return panel;
}

/// Reciprocal axes without right angles, and the real ones that belong to them.
inline CrystalAxes skew_axes() {
  CrystalAxes axes;
  const Vec3d a{0.01, 0.001, 0}, b{0, 0.02, 0.001}, c{0.002, 0, 0.03};
  const double metres = 1e-10 / dot(a, cross(b, c));
  axes.a_star_A = a;
  axes.b_star_A = b;
  axes.c_star_A = c;
  axes.a_m = metres * cross(b, c);
  axes.b_m = metres * cross(c, a);
  axes.c_m = metres * cross(a, b);
  axes.lengths_m = {norm(axes.a_m), norm(axes.b_m), norm(axes.c_m)};
  return axes;
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
