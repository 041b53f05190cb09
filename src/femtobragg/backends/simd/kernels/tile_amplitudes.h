// Structure factors for the pixels of a tile.
#pragma once

#include <cstddef>
#include <type_traits>

#include "femtobragg/backends/simd/kernels/placed_term.h"
#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/base/simd_pair.h"

namespace femtobragg::kernel {

/// What a term needs in a tile.
enum class Amplitude {
  None,     ///< nothing: it is zero for all pixels
  Uniform,  ///< one amplitude
  Table,    ///< a lookup for each pixel; all of them lie in the table
  Anywhere  ///< a lookup with tests, or interpolation
};

/// Set: instruction set; P: packs of the lanes' number type for all pixels of a tile.
template <class Set, class P>
class TileAmplitudes {
 public:
  using Real = typename P::value_type;
  using Q = simd::AxisPack<Set>;
  static constexpr std::size_t pixels = simd::lanes<P>;

  TileAmplitudes(const PlanView& plan, const TileFacts& facts)
      : plan_(plan),
        box_(plan.structure_factors),
        tables_(facts.tables),
        amplitude_at_(facts.amplitude_at),
        scale_(facts.table_scale),
        k_stride_(box_.l_max - box_.l_min + 1),
        h_stride_((box_.k_max - box_.k_min + 1) * k_stride_),
        by_offset_(box_.values &&
                   (!floats || (tables_.squared && (most_reflections + 1) * h_stride_ < exact_in_floats))),
        low_{box_.h_min, box_.k_min, box_.l_min, -1e300},
        high_{box_.h_max, box_.k_max, box_.l_max, 1e300} {}

  /// What the term needs. Fills in its reflection, and multiplies an amplitude for all pixels to its weight.
  Amplitude choose(const TermPlace& place, double weight, PlacedTerm<Real>& placed) const {
    placed.weight = static_cast<Real>(weight);
    if (!box_.values) return uniform(box_.outside, weight, placed);
    placed.hkl0 = {place.hkl0[0], place.hkl0[1], place.hkl0[2]};
    if (plan_.interpolate) return Amplitude::Anywhere;
    bool alike = true, close = true, inside = true, overlaps = true, starts_inside = true;
    for (std::size_t a = 0; a < 4; a += simd::lanes<Q>) {
      const Q reach = abs(simd::load<Q>(place.rest + a)) + simd::load<Q>(place.extent + a);
      const Q hkl0 = simd::load<Q>(place.hkl0 + a), span = reach + Q(0.5);
      const Q low = simd::load<Q>(low_ + a), high = simd::load<Q>(high_ + a);
      alike = alike && all(reach < Q(0.5));
      close = close && all(reach < Q(1.5));
      inside = inside && all((hkl0 - span >= low) & (hkl0 + span <= high));
      overlaps = overlaps && all((hkl0 + span >= low) & (hkl0 - span <= high));
      starts_inside = starts_inside && all((hkl0 >= low) & (hkl0 <= high));
    }
    if (!overlaps) return uniform(box_.outside, weight, placed);
    if (!starts_inside || !(alike || (inside && by_offset_))) return Amplitude::Anywhere;
    placed.origin = static_cast<std::ptrdiff_t>((placed.hkl0.x - box_.h_min) * h_stride_ +
                                                (placed.hkl0.y - box_.k_min) * k_stride_ + placed.hkl0.z - box_.l_min);
    if (alike) return uniform(box_.values[placed.origin], weight, placed);
    if (close && tables_.lit && !tables_.lit[placed.origin]) return Amplitude::None;
    return Amplitude::Table;
  }

  /// Offset in the table for one step along an axis.
  P stride(std::size_t axis) const { return number<P>(axis == 0 ? h_stride_ : axis == 1 ? k_stride_ : 1.0); }

  /// Squared relative amplitudes at these offsets from the term's reflection.
  P looked_up(const PlacedTerm<Real>& term, const P& offset) const {
    if constexpr (floats) {
      return simd::lookup(tables_.squared + term.origin, offset);
    } else {
      const P amplitude = simd::lookup(box_.values + term.origin, offset) * number<P>(scale_);
      return amplitude * amplitude;
    }
  }

  /// The same for Miller indices hkl0 + nearest + distance, wherever they are.
  P anywhere(const PlacedTerm<Real>& term, const Vec3<P>& nearest, const Vec3<P>& distance) const {
    alignas(simd::alignment) Real whole[3][pixels], rest[3][pixels], squared[pixels];
    store_vector(whole, nearest);
    store_vector(rest, distance);
    for (std::size_t i = 0; i < pixels; ++i) {
      const Vec3d hkl0 = term.hkl0 + Vec3d{whole[0][i], whole[1][i], whole[2][i]};
      const Vec3d hkl = hkl0 + Vec3d{rest[0][i], rest[1][i], rest[2][i]};
      const double amplitude = amplitude_at_(plan_, hkl, hkl0) * scale_;
      squared[i] = static_cast<Real>(amplitude * amplitude);
    }
    return simd::load<P>(squared);
  }

  /// Squared relative amplitudes with their derivatives by the Miller indices.
  struct SquaredSlope {
    P value;
    Vec3<P> by_hkl;
  };
  SquaredSlope anywhere_slope(AmplitudeSlopeFunction amplitude_slope_at, const PlacedTerm<Real>& term,
                              const Vec3<P>& nearest, const Vec3<P>& distance) const {
    alignas(simd::alignment) Real whole[3][pixels], rest[3][pixels], squared[pixels], slope[3][pixels];
    store_vector(whole, nearest);
    store_vector(rest, distance);
    for (std::size_t i = 0; i < pixels; ++i) {
      const Vec3d hkl0 = term.hkl0 + Vec3d{whole[0][i], whole[1][i], whole[2][i]};
      const Vec3d hkl = hkl0 + Vec3d{rest[0][i], rest[1][i], rest[2][i]};
      const physics::AmplitudeSlope f = amplitude_slope_at(plan_, hkl, hkl0);
      const double relative = f.amplitude * scale_, rate = 2 * relative * scale_;
      squared[i] = static_cast<Real>(relative * relative);
      slope[0][i] = static_cast<Real>(rate * f.by_hkl.x);
      slope[1][i] = static_cast<Real>(rate * f.by_hkl.y);
      slope[2][i] = static_cast<Real>(rate * f.by_hkl.z);
    }
    return {simd::load<P>(squared), {simd::load<P>(slope[0]), simd::load<P>(slope[1]), simd::load<P>(slope[2])}};
  }

 private:
  static void store_vector(Real (&to)[3][pixels], const Vec3<P>& v) {
    simd::store(to[0], v.x);
    simd::store(to[1], v.y);
    simd::store(to[2], v.z);
  }

  static constexpr bool floats = std::is_same_v<Real, float>;
  static constexpr double exact_in_floats = 8e6;

  Amplitude uniform(double amplitude, double weight, PlacedTerm<Real>& placed) const {
    placed.weight = static_cast<Real>(amplitude * scale_ * (amplitude * scale_) * weight);
    return amplitude == 0 ? Amplitude::None : Amplitude::Uniform;
  }

  const PlanView& plan_;
  const physics::StructureFactorBox& box_;
  const AmplitudeTables& tables_;
  AmplitudeFunction amplitude_at_;
  double scale_;
  double k_stride_, h_stride_;  ///< offsets in the table for one step of k and h
  bool by_offset_;
  alignas(32) AxisLanes low_, high_;
};

}  // namespace femtobragg::kernel
