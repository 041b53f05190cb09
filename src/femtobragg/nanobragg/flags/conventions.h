// The geometry conventions: where the axes point and what the beam centre means.
#pragma once

#include <string_view>

#include "femtobragg/nanobragg/flags/options.h"

namespace femtobragg::nanobragg {

struct ConventionRow {
  Convention convention;
  std::string_view name;
  Vec3d beam, fast, slow, normal, twotheta_axis;
  Vec3d polarization;  ///< also the spindle
  PivotPoint pivot;
  std::string_view beam_mapping;  ///< what beam_point_from_xy does, for the trace
};

const ConventionRow& convention_row(Convention convention);

/// The convention's default beam centre (X, Y), given the detector's size and the near point that is the default of
/// some conventions.
DetectorPoint default_beam_centre(Convention convention, double size_fast_m, double size_slow_m, double pixel_m,
                                  DetectorPoint near);

/// From a convention's (X, Y) to the direct-beam point, and back.
DetectorPoint beam_point_from_xy(Convention convention, DetectorPoint xy, double size_slow_m, double pixel_m);
DetectorPoint xy_from_beam_point(Convention convention, DetectorPoint beam, double size_slow_m, double pixel_m);

/// Whether X of the beam centre runs along the slow axis.
bool x_is_slow(Convention convention);

}  // namespace femtobragg::nanobragg
