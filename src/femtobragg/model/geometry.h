// What a geometry file states of an experiment, whatever its format.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "femtobragg/model/crystal.h"
#include "femtobragg/model/detector.h"
#include "femtobragg/model/experiment.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// A rotation series: frame i covers start + i width to start + (i + 1) width.
struct Oscillation {
  double start_rad = 0, width_rad = 0;
  std::size_t frames = 1;
};

struct StatedCrystal {
  CrystalAxes axes;         ///< with the spindle at zero
  std::string space_group;  ///< Hermann-Mauguin symbol; empty: unknown
  /// Of a crystal that changes during the scan: where each frame begins, and where the last ends. Empty: it does not.
  std::vector<CrystalAxes> at_scan_points{};
  Oscillation scan{};  ///< that those points belong to

  /// Its axes in a frame that begins at this angle: at the scan point there, or the nearest one.
  const CrystalAxes& axes_at(double phi_rad) const;
  /// Whether a rotation leaves the scan of a crystal that changes. A frame that begins where the scan ends does.
  bool beyond_scan(double begin_rad, double end_rad) const;
};

/// Vectors are in one lab frame: x along the beam, y up, z to the right, looking along the beam. Readers turn their
/// format's frame into this one.
struct Geometry {
  Detector detector;
  Vec3d beam_direction{1, 0, 0};
  std::optional<double> wavelength_m;
  std::optional<double> polarization_fraction;  ///< Kahn factor
  std::optional<Vec3d> polarization_axis;       ///< of the electric field
  std::optional<Vec3d> spindle_axis;
  std::optional<Oscillation> oscillation;
  std::optional<StatedCrystal> crystal;
  std::vector<StatedCrystal> other_crystals{};  ///< in the beam beside it; only experiment lists have them
  std::vector<std::string> notes;               ///< what the file says that is not carried over, one sentence each
};

/// What files can state of an experiment, in its own lab frame; `frames`: of a series that it begins. Without structure
/// factors there is no crystal.
Geometry geometry_stated_of(const Experiment& experiment, std::size_t frames = 1);

}  // namespace femtobragg
#pragma GCC visibility pop
