// Obstacles and attenuation between the sample and the pixels: obstacles, gases and windows, and the sample itself.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/base/vec3.h"
#include "femtobragg/model/beam.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// Matter by its chemical formula, or by a name, and what it does to light.
struct Matter {
  std::string material{};  ///< "Be", "water", "air" (simulate/matter.h); empty: see attenuation_per_m
  std::optional<double> density_g_per_cm3{};  ///< none: of the material
  std::optional<double> attenuation_per_m{};  ///< mu; none: of the material, all processes together

  bool is_stated() const { return !material.empty() || attenuation_per_m; }

  friend bool operator==(const Matter&, const Matter&) = default;
};

enum class ObstacleShape {
  Disc,     ///< of that diameter
  Square,   ///< of that edge, along `fast` and `slow`
  Rod,      ///< of that width, without ends
  Polygon,  ///< with these corners
};

/// A flat thing in a plane square to the beam, or a shadow in the pixels of a panel. Places in the plane have two
/// coordinates: along the fast and the slow axis of the detector's first panel, as far as they are across the beam,
/// from the direct beam.
struct Obstacle {
  std::string name{};  ///< for messages; may be empty
  ObstacleShape shape = ObstacleShape::Disc;
  double size_m = 0;
  double distance_m = 0;  ///< from the sample, along the beam; not of shadows on a panel
  std::array<double, 2> offset_m{};
  double direction_rad = 0;         ///< of a rod, and of the arm: from fast towards slow
  double arm_width_m = 0;           ///< > 0: an arm from the offset in that direction holds it, beyond the image
  std::vector<double> corners_m{};  ///< of a polygon: fast, slow, fast, slow ...
  /// Of a shadow: the same in pixels of a panel, whose first pixel is from 0, 0 to 1, 1. It has no distance.
  std::vector<double> corners_px{};
  std::int64_t panel = 0;   ///< that the shadow is on
  double transmission = 0;  ///< of its matter, where `thickness_m` is zero
  Matter matter{};          ///< with a thickness: exp(-mu thickness / cosine) passes
  double thickness_m = 0;

  bool is_on_panel() const { return !corners_px.empty(); }

  friend bool operator==(const Obstacle&, const Obstacle&) = default;
};

/// Gas or a window: everything between two planes square to the beam.
struct Medium {
  Matter matter{};
  double from_m = 0;                    ///< along the beam; 0: a gas surrounds the sample, a window begins there
  std::optional<double> to_m{};         ///< none: as far as the pixels
  std::optional<double> thickness_m{};  ///< instead of `to_m`

  /// Minus infinity: it has none.
  double begin_m() const { return from_m > 0 || thickness_m ? from_m : -std::numeric_limits<double>::infinity(); }
  double end_m() const {
    return thickness_m ? from_m + *thickness_m : to_m.value_or(std::numeric_limits<double>::infinity());
  }

  friend bool operator==(const Medium&, const Medium&) = default;
};

enum class SampleForm {
  Thin,      ///< it takes no light away
  Slab,      ///< of a thickness, wider than the beam; it turns with the spindle
  Cylinder,  ///< of a diameter, longer than the beam is high: a capillary, a jet
};

/// The matter around the crystal that beam and scattered light go through, with the beam in its middle.
struct SampleMatter {
  SampleForm form = SampleForm::Thin;
  Matter matter{};
  double thickness_m = 0;            ///< of a slab; diameter of a cylinder
  std::optional<Vec3d> direction{};  ///< normal of a slab at spindle angle 0, axis of a cylinder; none: beam, spindle

  friend bool operator==(const SampleMatter&, const SampleMatter&) = default;
};

/// The part of the sample that the beam lights: where light comes from.
struct LitSample {
  double width_m = 0;  ///< across the beam; 0: a point
  BeamProfile profile = BeamProfile::Flat;

  friend bool operator==(const LitSample&, const LitSample&) = default;
};

struct Attenuation {
  std::vector<Obstacle> obstacles{};
  std::vector<Medium> media{};
  SampleMatter sample{};
  LitSample lit{};             ///< where spots come from
  LitSample lit_background{};  ///< where everything else does
  /// Files mark pixels to which obstacles leave less than this fraction of the sample's light; 0: none.
  double mask_below = 0.9;

  bool is_empty() const { return obstacles.empty() && media.empty() && sample.form == SampleForm::Thin; }

  friend bool operator==(const Attenuation&, const Attenuation&) = default;
};

}  // namespace femtobragg
#pragma GCC visibility pop
