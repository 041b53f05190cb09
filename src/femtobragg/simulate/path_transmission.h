// What obstacles, gases, windows and the sample leave of the light that gas along the beam sends to each pixel.
#pragma once

#include <span>
#include <vector>

#include "femtobragg/kernel/plan.h"
#include "femtobragg/model/experiment.h"
#include "femtobragg/simulate/transmission.h"

namespace femtobragg {

/// The fraction of a path's light that reaches a point of a panel's surface:
///
///   integral beam(z) T(z) w(z) dz / integral w(z) dz,
///   w = intensity(sin(theta) / lambda) x polarization x solid angle x capture, as seen from the point z of the beam.
///
/// T is what is left on the straight way from z to the pixel, beam(z) what is left of the beam: 1 at the sample, less
/// behind it, in matter and behind obstacles. The beam is a line and has its central wavelength and direction. Between
/// the points where an edge crosses the way everything changes smoothly: each stretch has its own Gauss nodes.
class PathTransmission {
 public:
  PathTransmission(const Experiment& experiment, const kernel::Plan& plan, const kernel::PanelPlan& panel,
                   const physics::Background& background);

  /// Which edges lie between the beam and the ways from the path to a point, and which of them these ways cross.
  using Edges = std::vector<int>;
  struct Scratch {
    std::vector<double> breaks;
    Edges edges, first_edges;
  };

  double at(const Vec3d& pixel_m, Scratch& scratch) const;
  /// The same for every point of a cell if its corners have the same edges, and no obstacle lies between them.
  void add_edges(const Vec3d& pixel_m, Edges& edges) const;
  bool may_hide_edges(const Vec3d (&corners_m)[4]) const;

 private:
  void find_breaks(const Vec3d& pixel_m, Scratch& scratch) const;
  double weight(const Vec3d& pixel_m, double place_m) const;
  /// Factors of beam(z) T(z).
  double passes_obstacles(const Vec3d& pixel_m, double place_m) const;
  double passes_matter(const Vec3d& pixel_m, double place_m) const;
  /// Integral of w(z) left(z) between two points of the beam.
  template <class F>
  double stretch(const Vec3d& pixel_m, double begin_m, double end_m, std::span<const double> places,
                 std::span<const double> weights, F&& left) const;

  const kernel::PanelPlan& panel_;
  const physics::Background& background_;
  Obstruction obstruction_;
  SampleTransmission sample_;
  physics::InTheWay way_;
  Vec3d along_;
  double wavelength_m_;
  bool polarizes_;
  double polarization_fraction_;
  physics::PolarizationFrame<double> frame_;
  double behind_sample_;  ///< of the beam
  bool obstacles_are_thick_;
  std::vector<double> places_, weights_;  ///< of the nodes of a stretch
};

/// Sets what reaches the panels' pixels of the paths of a plan that has its backgrounds, unless nothing is in the way.
/// Shadows on panels count as for light from the sample. Where `like` was computed from the same, its numbers are
/// shared.
void set_path_transmission(kernel::Plan& plan, const Experiment& experiment, const kernel::Plan* like);

}  // namespace femtobragg
