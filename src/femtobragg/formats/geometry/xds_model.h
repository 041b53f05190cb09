// What both kinds of files of XDS say, in its own units and lab frame.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/formats/geometry/xds_untrusted.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

/// A part of the detector: its pixels, from 1 and both ends included, and its plane within the detector's.
struct XdsSegment {
  std::size_t fast_first = 1, fast_last = 1, slow_first = 1, slow_last = 1;
  double org_x = 0, org_y = 0, distance_mm = 0;
  Vec3d x_axis{1, 0, 0}, y_axis{0, 1, 0};
};

struct XdsCrystal {
  int space_group = 0;                        ///< number; 0: unknown
  std::optional<std::array<double, 6>> cell;  ///< angstrom and degrees
  std::array<Vec3d, 3> axes_A;                ///< with the spindle at zero
};

struct XdsModel {
  std::optional<double> start_deg;
  double width_deg = 0;
  std::size_t frames = 1;
  std::optional<Vec3d> spindle;
  std::optional<double> wavelength_A;
  Vec3d beam{0, 0, 1};
  std::optional<double> polarization_fraction;  ///< 0.5: unpolarized
  std::optional<Vec3d> polarization_normal;
  std::size_t n_fast = 0, n_slow = 0;
  double pixel_fast_mm = 0, pixel_slow_mm = 0, org_x = 0, org_y = 0, distance_mm = 0;
  Vec3d x_axis{1, 0, 0}, y_axis{0, 1, 0};
  std::optional<Vec3d> normal;  ///< of the detector, where the file states it
  std::vector<XdsSegment> segments;
  std::vector<UntrustedArea> untrusted;
  double saturation = 0, thickness_mm = 0, attenuation_per_mm = 0;  ///< 0: not stated
  std::optional<XdsCrystal> crystal;
  std::vector<std::string> notes;
};

/// In our frame. Throws Error(Runtime) for what contradicts itself.
Geometry geometry_of(XdsModel model, const std::string& name);

}  // namespace femtobragg::formats
