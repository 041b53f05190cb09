// Positions of modules for detectors whose panels are not on one grid: rows of modules, copied around the beam.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "femtobragg/base/vec3.h"
#include "femtobragg/model/detector.h"

namespace femtobragg::formats {

/// Equal modules in a row. Lengths are measured from the nominal beam position; `right` and `down` as seen along the
/// beam.
struct ModuleRow {
  std::size_t count = 0;
  double right_mm = 0, down_mm = 0;  ///< centre of the first module
  int turns = 0;                     ///< clockwise, in quarters; 0: fast to the right, slow down
  double step_right_mm = 0, step_down_mm = 0;
};

/// Modules are numbered in the order of the rows, those of the first copy before those of the second.
struct PanelArrangement {
  std::span<const ModuleRow> rows;
  int copies = 1;       ///< around the beam, clockwise: 2 by half turns, 4 by quarter turns
  double chip_gap = 0;  ///< between chips of a module, pixels

  std::size_t modules() const;
};

/// A module's chips, all equal.
struct ChipGrid {
  std::size_t chip_fast = 0, chip_slow = 0;    ///< pixels of a chip
  std::size_t chips_fast = 1, chips_slow = 1;  ///< in a module
  double pixel_m = 0;
};

/// A flat place in the lab: unit vectors to the right and down as seen along the beam, and away from the sample.
struct DetectorPlane {
  Vec3d centre_m;  ///< the nominal beam position
  Vec3d right, down, normal;
};

/// A panel for each chip, named p0a0, p0a1, ... p1a0 by module and chip (fast before slow). In the image the modules
/// are stacked, as in an array of shape (module, slow, fast).
std::vector<Panel> arranged_panels(const PanelArrangement& arrangement, const ChipGrid& grid,
                                   const DetectorPlane& plane);

/// Pixels of the smallest rectangle around all panels whose middle is the plane's centre.
ImageShape enclosing_shape(const PanelArrangement& arrangement, const ChipGrid& grid);

}  // namespace femtobragg::formats
