// The input of every kernel: numbers only, SI units, lab frame. A plan owns its lists; kernels see views of them, which
// can be copied to a device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "femtobragg/base/keeper.h"
#include "femtobragg/base/vec3.h"
#include "femtobragg/physics/background.h"
#include "femtobragg/physics/curved_panel.h"
#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/physics/polarization.h"
#include "femtobragg/physics/structure_factor_lookup.h"

namespace femtobragg::kernel {

/// One depth of the sensor.
struct Layer {
  double depth_m = 0;                  ///< where its photons are placed
  double front_m = 0, back_m = 0;      ///< what it absorbs between
  double depth_by_thickness_m = 0;     ///< change of the depth with the relative thickness of all layers
  double depth_by_attenuation_m2 = 0;  ///< change of the depth with the attenuation (1/m)
};

/// One wavelength of an incident direction.
struct Ray {
  double wavelength_m = 0;
  double weight = 1;            ///< all weights add up to the number of rays
  std::uint32_t direction = 0;  ///< index into plan.directions
};

/// An incident direction and the rays that share it: plan.rays[ray_begin .. ray_end). Where they are many, a few
/// others, plan.band_rays[band_begin .. band_end), stand for them in what changes little over all their wavelengths.
struct Direction {
  Vec3d incident;  ///< unit vector of propagation
  physics::PolarizationFrame<double> polarization;
  double weight = 1;  ///< sum over its rays
  std::size_t ray_begin = 0, ray_end = 0, band_begin = 0, band_end = 0;
  double band_per_m = 0;  ///< difference between the largest and the least 1 / wavelength
};

/// Real axes (m) of one mosaic domain at one phi.
struct Orientation {
  Vec3d a, b, c;
  double light = 1;  ///< of its phi step, over the mean of all steps
};

enum class Bending { Flat, Spherical, LabAxes };

/// All of a panel but its layers.
struct PanelNumbers {
  Vec3d origin_m, fast_axis, slow_axis, normal;  ///< axes: not of unit length where pixels are no squares
  Vec3d along_fast, along_slow;                  ///< v = (v . along_fast) fast_axis + (v . along_slow) slow_axis
  double most_along = 1;                         ///< length of the longer one
  double pixel_size_m = 0, pixel_area_m2 = 0;
  std::size_t n_fast = 0, n_slow = 0;
  std::size_t fast_begin = 0, fast_end = 0, slow_begin = 0, slow_end = 0;
  const std::uint8_t* mask = nullptr;        ///< n_slow x n_fast, 0: skip; null: none
  const float* transmission = nullptr;       ///< n_slow x n_fast, what obstacles and matter leave; null: all
  const float* path_transmission = nullptr;  ///< the same of backgrounds with other ways: ways x n_slow x n_fast
  double plane_distance_m = 0;               ///< sample to the panel's plane
  double facing_area_m2 = 0;                 ///< > 0: pixels of that area that face the sample
  bool normal_incidence = false;             ///< rays cross the sensor at right angles
  Bending bending = Bending::Flat;
  double radius_m = 0;                      ///< of a bent panel
  physics::CurvedFrame<double> curved;      ///< of a bent panel
  double beam_fast_m = 0, beam_slow_m = 0;  ///< direct-beam point of a bent panel
  bool absorbs = false;                     ///< layers capture by their depth; otherwise everything
  double attenuation_per_m = 0;

  FB_HD bool skips(std::size_t fast, std::size_t slow) const { return mask && mask[slow * n_fast + fast] == 0; }
  /// The fraction of the sample's light that reaches a pixel of the panel.
  FB_HD double passes(std::size_t fast, std::size_t slow) const {
    return transmission ? static_cast<double>(transmission[slow * n_fast + fast]) : 1.0;
  }
  /// The fraction of a background's light.
  FB_HD double passes(const physics::Background& background, std::size_t fast, std::size_t slow) const {
    if (background.way == 0) return passes(fast, slow);
    return path_transmission
               ? static_cast<double>(path_transmission[((background.way - 1) * n_slow + slow) * n_fast + fast])
               : 1.0;
  }
};

struct PanelView : PanelNumbers {
  std::span<const Layer> layers;
};

struct PanelPlan : PanelNumbers {
  std::vector<Layer> layers;
  Keeper mask_keeper, transmission_keeper, path_transmission_keeper;
  std::vector<double> transmission_inputs;       ///< all that the transmission was computed from; empty: there is none
  std::vector<double> path_transmission_inputs;  ///< the same of those

  /// Null: no mask.
  void set_mask(Shared<std::uint8_t> pixels) {
    mask = pixels ? pixels->data() : nullptr;
    mask_keeper = std::move(pixels);
  }
  /// Null: all light passes. `inputs`: what they were computed from.
  void set_transmission(Shared<float> pixels, std::vector<double> inputs) {
    transmission = pixels ? pixels->data() : nullptr;
    transmission_keeper = std::move(pixels);
    transmission_inputs = std::move(inputs);
  }
  /// Of each way of backgrounds, in their order.
  void set_path_transmission(Shared<float> pixels, std::vector<double> inputs) {
    path_transmission = pixels->data();
    path_transmission_keeper = std::move(pixels);
    path_transmission_inputs = std::move(inputs);
  }
  void share_path_transmission(const PanelPlan& like) {
    path_transmission = like.path_transmission;
    path_transmission_keeper = like.path_transmission_keeper;
    path_transmission_inputs = like.path_transmission_inputs;
  }
  PanelView view() const { return {*this, layers}; }
};

/// How a factor enters the pixel when a run follows an older program (see model/sampling.h).
enum class Factor { EachSample, FirstSample, FirstOfLayer, RunningProduct };

/// All of a plan but its lists.
struct PlanNumbers {
  CrystalShape shape{};
  physics::Domain<double> domain{};
  physics::StructureFactorBox structure_factors;
  bool interpolate = false;
  bool interpolation_stops_for_good = false;

  std::size_t oversample = 1;
  double steps = 1;   ///< rays x orientations x sub-pixels
  double blocks = 1;  ///< mosaic blocks that scatter, each like the one of the sum
  double d_min_m = 0;
  bool apply_polarization = true;
  double polarization_fraction = 0;
  double intensity_scale = 1;  ///< r_e^2 x fluence
  double fluence_per_m2 = 0;

  bool ordered_sums = false;  ///< older programs' order of sums and factors (pixel_ordered.h)
  Factor capture = Factor::EachSample;
  Factor polarization = Factor::EachSample;
  Factor solid_angle = Factor::EachSample;
  bool recompute_disabled_polarization = false;  ///< running polarization although it is switched off
  double background_in_sum = 0;                  ///< electrons^2 at the start of each pixel's sum
  bool solid_angle_over_steps = false;

  /// What the crystal's sum is divided by.
  FB_HD double divisor() const { return steps / blocks; }
};

/// What kernels see of a plan that outlives them; panels are passed beside it.
struct PlanView : PlanNumbers {
  std::span<const Direction> directions;
  std::span<const Ray> rays;
  std::span<const Orientation> orientations;
  std::span<const Orientation> first_sweep_orientations;
  std::span<const physics::Background> backgrounds;
  std::span<const Ray> band_rays;
};

struct Plan : PlanNumbers {
  std::vector<PanelPlan> panels;
  std::vector<Direction> directions;
  std::vector<Ray> rays;
  std::vector<Orientation> orientations;              ///< phi outer, mosaic domain inner
  std::vector<Orientation> first_sweep_orientations;  ///< if not empty: for the first sweep of the image only
  std::vector<physics::Background> backgrounds;       ///< the first one is flat: water
  std::vector<Ray> band_rays;                         ///< Gauss's quadrature over the rays of directions
  std::vector<double> phi_rad;
  std::size_t mosaic_domains = 1;
  Keeper table_keeper;               ///< of structure_factors.values
  std::vector<Keeper> list_keepers;  ///< of profiles and paths of backgrounds

  /// Other amplitudes in the same box.
  void set_table(Shared<double> amplitudes) {
    structure_factors.values = amplitudes->data();
    table_keeper = std::move(amplitudes);
  }
  /// Keeps a list for as long as the plan; its first entry.
  template <class T>
  const T* keep(std::vector<T> list) {
    Shared<T> kept = shared(std::move(list));
    const T* const first = kept->data();
    list_keepers.push_back(std::move(kept));
    return first;
  }
  PlanView view() const {
    return {*this, directions, rays, orientations, first_sweep_orientations, backgrounds, band_rays};
  }
};

static_assert(std::is_trivially_copyable_v<PlanView> && std::is_trivially_copyable_v<PanelView>);

}  // namespace femtobragg::kernel
