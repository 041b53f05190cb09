// Derivatives with respect to the numbers of a plan: their positions in a list, and additional data that they need.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/kernel/plan.h"

namespace femtobragg::kernel {

/// Positions of plan numbers in a list of derivatives. Vectors take three positions.
namespace slot {
inline constexpr std::size_t a = 0, b = 3, c = 6;   ///< axes (m) before spindle and mosaic rotation
inline constexpr std::size_t twist = 9;             ///< amount of PlanMotion::twist
inline constexpr std::size_t stretch = 10;          ///< amount of PlanMotion::stretch
inline constexpr std::size_t beam = 11;             ///< rotation vector (rad) of all incident directions
inline constexpr std::size_t polarization = 14;     ///< plan.polarization_fraction
inline constexpr std::size_t origin = 15;           ///< flat panel, m
inline constexpr std::size_t fast = 18, slow = 21;  ///< axes of a flat panel
inline constexpr std::size_t normal = 24;           ///< flat panel, without its distance
inline constexpr std::size_t frame_beam = 15;       ///< bent panel: its frame ...
inline constexpr std::size_t frame_fast = 18, frame_slow = 21;
inline constexpr std::size_t radius = 24;                     ///< ... radius, m ...
inline constexpr std::size_t beam_fast = 25, beam_slow = 26;  ///< ... and direct-beam point, m
inline constexpr std::size_t plane_distance = 27;             ///< m
inline constexpr std::size_t attenuation = 28;                ///< 1/m
inline constexpr std::size_t thickness = 29;                  ///< relative change for all layers
inline constexpr std::size_t cells = 30;                      ///< along a, b, c
inline constexpr std::size_t intensity_scale = 33;            ///< relative
inline constexpr std::size_t background = 34;                 ///< scales of plan.backgrounds, in order
inline constexpr std::size_t most_backgrounds = 4;
/// Relative change of all wavelengths for backgrounds alone: to the crystal it is one of its axes.
inline constexpr std::size_t background_wavelength = background + most_backgrounds;
inline constexpr std::size_t count = background_wavelength + 1;
}  // namespace slot

/// Rate of change of each of these numbers with a parameter. Numbers that follow from others (a panel's plane distance)
/// have rates of their own.
using PlanTangent = std::array<double, slot::count>;

/// Derivatives of one pixel's photons with respect to each of these numbers.
template <class T>
using PixelGradient = std::array<T, slot::count>;

/// All of a motion but its lists.
struct MotionNumbers {
  Orientation unrotated;     ///< axes (m) before spindle and mosaic rotation
  bool cells = false;        ///< whether derivatives with respect to slot::cells are requested
  bool backgrounds = false;  ///< whether derivatives with respect to slot::background are requested

  /// Derivatives with respect to the rotation vector of slot::beam, one column for each of its components.
  struct Turn {
    Mat3d incident, e, b;
  };
};

/// What kernels see of a motion that outlives them.
struct MotionView : MotionNumbers {
  std::span<const Mat3d> rotations;
  std::span<const Vec3d> twist;
  std::span<const double> stretch;
  std::span<const Turn> turns;
};
static_assert(std::is_trivially_copyable_v<MotionView>);

/// How orientations, rays and directions of a plan move together; the plan itself only has their positions.
struct PlanMotion : MotionNumbers {
  std::vector<Mat3d> rotations;  ///< for each orientation: its axes are rotation x unrotated
  std::vector<Vec3d> twist;      ///< for each orientation: rotation vector (rad, lab) per unit of slot::twist; or empty
  std::vector<double> stretch;   ///< for each ray: relative change of wavelength per unit of slot::stretch; or empty
  std::vector<Turn> turns;       ///< for each direction

  MotionView view() const { return {*this, rotations, twist, stretch, turns}; }
};

}  // namespace femtobragg::kernel
