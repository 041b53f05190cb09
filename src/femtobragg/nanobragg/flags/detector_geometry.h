// Where the detector stands: from conventions, centres, pivots and rotations to an origin and three axes.
#pragma once

#include <cstdint>

#include "femtobragg/nanobragg/flags/conventions.h"
#include "femtobragg/nanobragg/flags/quirks.h"

namespace femtobragg::nanobragg {

/// The rule that chose the pivot.
enum class PivotRule {
  Convention,
  LastFlag,  ///< the last of the flags that may choose
  PivotFlag,
  Twotheta,
};

/// What the pivot about the sample computes on the way, for the trace.
struct PivotTerms {
  Vec3d fast_term, slow_term, distance_term;  ///< their sum is the origin before the sample-pivot rotations
  Vec3d before_rotation, after_rotations;
};

struct DetectorGeometry {
  Convention convention = Convention::Mosflm;
  PivotPoint pivot = PivotPoint::Beam;
  PivotRule pivot_rule = PivotRule::Convention;
  std::size_t n_fast = 0, n_slow = 0;
  double pixel_m = 0, pixel_slow_m = 0;  ///< the edge along fast, and that along slow
  double size_fast_m = 0, size_slow_m = 0;

  Vec3d beam, polarization, spindle, vertical, twotheta_axis;
  Vec3d initial_fast, initial_slow, initial_normal;  ///< before rotations
  Vec3d rotation_rad;
  double twotheta_rad = 0;
  Vec3d rotated_fast, rotated_slow, rotated_normal;  ///< after rotations, before 2-theta
  Vec3d fast, slow, normal;                          ///< as it stands
  Vec3d origin_m;

  double ratio = 1;  ///< cosine between beam and normal that the distances of the set-up follow
  double distance_m = 0, close_distance_m = 0;
  DetectorPoint xy_beam;        ///< (X, Y) of the convention
  bool centre_follows = false;  ///< xy_beam is that of the detector in its final position, not the typed or default one
  DetectorPoint xy_close;
  DetectorPoint beam_point, near_point;  ///< along fast and slow, as the detector stands
  double org_x = 0, org_y = 0;
  Vec3d dials_origin_mm;
  double set_up_distance_m = 0, set_up_close_distance_m = 0;  ///< before the detector's own values are read back
  DetectorPoint set_up_beam_point, set_up_near_point;
  PivotTerms terms;

  /// Whether the convention's default beam centre is the near point.
  bool near_point_is_centre() const {
    return convention == Convention::Custom || convention == Convention::Xds || convention == Convention::Dials;
  }
};

/// The vectors that the convention does not choose.
AxisVectors vectors_in_force(const DetectorOptions& options, const QuirkSet& quirks);
/// Whether -pix0_vector places the detector.
bool placed_by_pix0(const DetectorOptions& options, const QuirkSet& quirks);

/// Whether two geometries give the same images and headers.
bool equivalent(const DetectorGeometry& a, const DetectorGeometry& b);

/// Throws Error(Usage) for sizes, axes and distances that make no detector.
DetectorGeometry solve_geometry(const DetectorOptions& options, const QuirkSet& quirks);

}  // namespace femtobragg::nanobragg
