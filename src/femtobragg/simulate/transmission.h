// What obstacles, gases, windows and the sample leave of the light that the sample sends to each pixel.
#pragma once

#include <vector>

#include "femtobragg/kernel/plan.h"
#include "femtobragg/model/experiment.h"
#include "femtobragg/physics/transmission.h"

namespace femtobragg {

/// The obstacles and layers of an experiment, laid out for the physics.
class Obstruction {
 public:
  explicit Obstruction(const Experiment& experiment);
  Obstruction(const Obstruction&) = delete;
  Obstruction& operator=(const Obstruction&) = delete;

  /// For the light of any point of the lab. Without shadows on panels, which have no place there.
  physics::InTheWay view() const { return {along_, obstacles_, layers_}; }

  /// A shadow in the pixels of a panel: the outline's places are fast and slow pixels.
  struct PanelShadow {
    std::size_t panel = 0;
    physics::FlatObstacle shadow;
  };
  const std::vector<PanelShadow>& shadows() const { return shadows_; }

 private:
  std::span<const physics::PlanePoint> keep(std::vector<physics::PlanePoint> corners);

  Vec3d along_;
  std::vector<physics::FlatObstacle> obstacles_;
  std::vector<physics::MatterLayer> layers_;
  std::vector<PanelShadow> shadows_;
  std::vector<std::vector<physics::PlanePoint>> corners_;
};

/// The mean over the lit part of the sample of the light that matter around the crystal leaves, for light that is
/// scattered in a direction (a unit vector). A slab turns with the spindle: it has the middle angle of the frame.
///
/// Slab: physics::slab_transmission(). Cylinder of radius R, with y across beam and axis, x along the beam:
///   integral w(y) exp(-mu (path in + path out)) dx dy / integral w(y) dx dy,  x^2 + y^2 < R^2,
/// w the beam's profile.
class SampleTransmission {
 public:
  explicit SampleTransmission(const Experiment& experiment);

  bool is_clear() const { return form_ == SampleForm::Thin || optical_thickness_ == 0; }
  double towards(const Vec3d& direction) const;
  /// Of the beam, behind the sample.
  double straight_on() const;
  /// Of light that goes through the sample in that direction from elsewhere: only slabs are so wide that it must.
  double across(const Vec3d& direction) const;
  /// All that it depends on.
  std::vector<double> inputs() const;

 private:
  double cylinder_towards(const Vec3d& direction) const;

  SampleForm form_;
  double attenuation_per_m_ = 0, thickness_m_ = 0, optical_thickness_ = 0;
  Vec3d axis_{1, 0, 0}, along_;  ///< axis: normal of a slab
  LitSample lit_;
};

/// What obstacles alone leave of the light in the pixels of a panel, n_slow x n_fast, as set_transmission() has it; 1
/// in those that are not rendered.
std::vector<float> transmission_of_obstacles(const Experiment& experiment, std::size_t number);

/// Sets the transmission of a panel's pixels, unless all light passes: the mean over a pixel's area and the lit part of
/// the sample for obstacles, with an error of at most 1 % of the light that the pixel would have without them; the
/// pixel's middle and that of the sample for layers. The sensor's surface counts, not the depth where photons stop.
/// Where `like`, another plan's panel, was computed from the same, its numbers are shared.
void set_transmission(kernel::PanelPlan& panel, const Experiment& experiment, std::size_t number,
                      const kernel::PanelPlan* like);

}  // namespace femtobragg
