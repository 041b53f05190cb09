// Modules and chips in the plane of the detector, then in the lab.
#include "femtobragg/formats/detectors/panel_arrangement.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "femtobragg/base/units.h"

namespace femtobragg::formats {
namespace {

/// In the plane of the detector.
struct Flat {
  double right = 0, down = 0;

  friend Flat operator+(Flat a, Flat b) { return {a.right + b.right, a.down + b.down}; }
  friend Flat operator*(double s, Flat a) { return {s * a.right, s * a.down}; }
};

/// Clockwise. Quarter turns exchange numbers and round nothing.
Flat turned(Flat v, int quarters) {
  for (int i = 0; i < quarters % 4; ++i) v = {-v.down, v.right};
  return v;
}

struct Module {
  Flat centre_m;
  int turns = 0;
};

std::vector<Module> modules_of(const PanelArrangement& arrangement) {
  std::vector<Module> modules;
  for (int copy = 0; copy < arrangement.copies; ++copy) {
    const int quarters = copy * (4 / arrangement.copies);
    for (const ModuleRow& row : arrangement.rows)
      for (std::size_t i = 0; i < row.count; ++i) {
        const Flat place =
            Flat{metres_from_mm(row.right_mm), metres_from_mm(row.down_mm)} +
            static_cast<double>(i) * Flat{metres_from_mm(row.step_right_mm), metres_from_mm(row.step_down_mm)};
        modules.push_back({turned(place, quarters), row.turns + quarters});
      }
  }
  return modules;
}

/// From the module's centre along its fast and slow axes to the first corner of a chip.
Flat chip_corner_m(const ChipGrid& g, double gap, std::size_t chip_fast, std::size_t chip_slow) {
  const auto from_middle = [&](std::size_t chip, std::size_t pixels, std::size_t chips) {
    const double pitch = static_cast<double>(pixels) + gap;
    const double length = static_cast<double>(chips) * pitch - gap;
    return g.pixel_m * (static_cast<double>(chip) * pitch - 0.5 * length);
  };
  return {from_middle(chip_fast, g.chip_fast, g.chips_fast), from_middle(chip_slow, g.chip_slow, g.chips_slow)};
}

Vec3d in_lab(const DetectorPlane& plane, Flat v) { return v.right * plane.right + v.down * plane.down; }

}  // namespace

std::size_t PanelArrangement::modules() const {
  std::size_t count = 0;
  for (const ModuleRow& row : rows) count += row.count;
  return count * static_cast<std::size_t>(copies);
}

std::vector<Panel> arranged_panels(const PanelArrangement& arrangement, const ChipGrid& g, const DetectorPlane& plane) {
  std::vector<Panel> panels;
  const std::vector<Module> modules = modules_of(arrangement);
  for (std::size_t m = 0; m < modules.size(); ++m)
    for (std::size_t slow = 0; slow < g.chips_slow; ++slow)
      for (std::size_t fast = 0; fast < g.chips_fast; ++fast) {
        const auto& [centre_m, turns] = modules[m];
        const Flat corner_m = chip_corner_m(g, arrangement.chip_gap, fast, slow);
        Panel panel = Panel::flat({.name = "p" + std::to_string(m) + "a" + std::to_string(slow * g.chips_fast + fast),
                                   .origin_m = plane.centre_m + in_lab(plane, centre_m + turned(corner_m, turns)),
                                   .fast = in_lab(plane, turned({1, 0}, turns)),
                                   .slow = in_lab(plane, turned({0, 1}, turns)),
                                   .pixel_m = g.pixel_m,
                                   .n_fast = g.chip_fast,
                                   .n_slow = g.chip_slow});
        // The one of the plane, to the last bit.
        panel.normal = plane.normal;
        panel.area_ratio = 1;
        panel.data_fast = fast * g.chip_fast;
        panel.data_slow = (m * g.chips_slow + slow) * g.chip_slow;
        panels.push_back(std::move(panel));
      }
  return panels;
}

ImageShape enclosing_shape(const PanelArrangement& arrangement, const ChipGrid& grid) {
  const DetectorPlane flat{.centre_m = {}, .right = {1, 0, 0}, .down = {0, 1, 0}, .normal = {0, 0, 1}};
  double right_m = 0, down_m = 0;
  for (const Panel& panel : arranged_panels(arrangement, grid, flat))
    for (const double fast : {0.0, static_cast<double>(panel.n_fast)})
      for (const double slow : {0.0, static_cast<double>(panel.n_slow)}) {
        const Vec3d corner = panel.point_m(fast, slow);
        right_m = std::max(right_m, std::abs(corner.x));
        down_m = std::max(down_m, std::abs(corner.y));
      }
  // Positions are decimal fractions of a millimetre: their rounding must not add a pixel.
  const auto pixels = [&](double half_m) {
    return static_cast<std::size_t>(std::ceil(2 * half_m / grid.pixel_m - 1e-6));
  };
  return {pixels(right_m), pixels(down_m)};
}

}  // namespace femtobragg::formats
