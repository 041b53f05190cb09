// A term in a tile: its Miller indices at the centre, in double precision, and how they change along the row.
#pragma once

#include <cstddef>
#include <cstdint>

#include "femtobragg/backends/simd/kernels/terms.h"
#include "femtobragg/backends/simd/kernels/tile_geometry.h"

namespace femtobragg::kernel {

/// The names are those of `Arc`; `_low` holds what the first part leaves.
template <class Real>
struct alignas(32) PlacedTerm {
  Real h[4], along[4], radial[4];       ///< h: less the nearest integer
  Real step[4], h_low[4], step_low[4];  ///< where they are kept in two parts
  Real weight;                          ///< with the squared amplitude, relative, if all pixels have the same
  Vec3d hkl0;                           ///< nearest integers at the tile's centre
  std::ptrdiff_t origin;                ///< of hkl0 in the table
  std::uint32_t term;                   ///< its number in the list
};

/// Miller indices at the centre of the tile, split into the nearest integers and the rest, and their change along the
/// row; no pixel's indices are further than `extent` from the centre's.
struct TermPlace {
  alignas(32) AxisLanes hkl0, rest, along, radial, extent;
};

/// `change`: from the incident ray to the centre of the tile. Set: instruction set, here and below.
template <class Set, class Real, std::size_t W>
[[gnu::always_inline]] inline TermPlace place_of(const Term& term, const Vec3d& change, const Arc<Real, W>& arc) {
  using Q = simd::AxisPack<Set>;
  TermPlace place;
  for (std::size_t a = 0; a < 4; a += simd::lanes<Q>) {
    const Q x = simd::load<Q>(term.m_x + a), y = simd::load<Q>(term.m_y + a), z = simd::load<Q>(term.m_z + a);
    const Q h = x * Q(change.x) + y * Q(change.y) + z * Q(change.z);
    const Q whole = ceil(h - Q(0.5));
    const Q turn = x * Q(arc.tangent.x) + y * Q(arc.tangent.y) + z * Q(arc.tangent.z);
    const Q grow = h - simd::load<Q>(term.offset + a);
    simd::store(place.hkl0 + a, whole);
    simd::store(place.rest + a, h - whole);
    simd::store(place.along + a, turn);
    simd::store(place.radial + a, grow);
    simd::store(place.extent + a, abs(grow) * Q(arc.most_radial) + abs(turn) * Q(arc.most_along));
  }
  return place;
}

template <class Set, class Real>
[[gnu::always_inline]] inline void narrow(const AxisLanes& from, Real (&to)[4]) {
  for (std::size_t a = 0; a < 4; ++a) to[a] = static_cast<Real>(from[a]);
}

/// Multiples of 2^-20 and 2^-19, so that h + p step has no rounding error in float lanes for |p| < 16, and the rest.
template <class Set, class Real>
[[gnu::always_inline]] inline void split_parts(const TermPlace& place, double step_rad, PlacedTerm<Real>& placed) {
  using Q = simd::AxisPack<Set>;
  alignas(32) AxisLanes h_high, h_low, step_high, step_low;
  for (std::size_t a = 0; a < 4; a += simd::lanes<Q>) {
    const Q h = simd::load<Q>(place.rest + a), step = simd::load<Q>(place.along + a) * Q(step_rad);
    const Q h_on_grid = nearbyint(h * Q(1048576.)) * Q(1. / 1048576);
    const Q step_on_grid = nearbyint(step * Q(524288.)) * Q(1. / 524288);
    simd::store(h_high + a, h_on_grid);
    simd::store(h_low + a, h - h_on_grid);
    simd::store(step_high + a, step_on_grid);
    simd::store(step_low + a, step - step_on_grid);
  }
  narrow<Set>(h_high, placed.h);
  narrow<Set>(h_low, placed.h_low);
  narrow<Set>(step_high, placed.step);
  narrow<Set>(step_low, placed.step_low);
}

/// Narrows a place to the lanes' number type. `split`: keep indices in two parts.
template <class Set, bool split, class Real>
[[gnu::always_inline]] inline void put(const TermPlace& place, double step_rad, PlacedTerm<Real>& placed) {
  narrow<Set>(place.along, placed.along);
  narrow<Set>(place.radial, placed.radial);
  if constexpr (split)
    split_parts<Set>(place, step_rad, placed);
  else
    narrow<Set>(place.rest, placed.h);
}

}  // namespace femtobragg::kernel
