// Lists of terms, laid out for packs. A term is one orientation of the crystal lit by one ray.
#pragma once

#include <cstddef>
#include <cstdint>

#include "femtobragg/base/simd.h"
#include "femtobragg/kernel/plan.h"

namespace femtobragg::kernel {

/// Terms that are summed in one go; also bounds how many are added up in the number type of the lanes.
inline constexpr std::size_t most_terms = 256;

/// Length of a column. The odd number of cache lines keeps columns out of each other's sets of the cache.
inline constexpr std::size_t column_length = most_terms + 24;

/// Neighbouring terms whose sum is weighted in one go: they share a direction, and a ray where the resolution cuts.
struct Segment {
  std::size_t begin, end;  ///< in the list
  std::size_t direction;
  std::size_t ray;  ///< of the first term
};

/// Miller indices of a term: h = h_from_d (d - incident) = h_from_d d + h_offset for a diffracted unit vector d.
struct Terms {
  std::size_t count = 0, segment_count = 0;
  alignas(simd::alignment) double h_from_d[9][column_length];
  alignas(simd::alignment) double incident[3][column_length];
  alignas(simd::alignment) double h_offset[3][column_length];
  alignas(simd::alignment) double weight[column_length];
  std::uint32_t ray[most_terms];
  std::uint32_t direction[most_terms];
  Segment segments[most_terms];
};

/// Number of terms of a plan: direction outermost, then ray, then orientation.
inline std::size_t term_count(const Plan& plan) { return plan.rays.size() * plan.orientations.size(); }

inline void add_to_segments(const Plan& plan, Terms& terms, std::size_t at) {
  const bool continues = terms.segment_count > 0 && terms.direction[at] == terms.direction[at - 1] &&
                         (plan.d_min_m == 0 || terms.ray[at] == terms.ray[at - 1]);
  if (!continues) terms.segments[terms.segment_count++] = {at, at, terms.direction[at], terms.ray[at]};
  ++terms.segments[terms.segment_count - 1].end;
}

/// Fills in terms [begin, end) of the plan; at most `most_terms`. Unused places of the last pack hold zeros.
inline void make_terms(const Plan& plan, std::size_t begin, std::size_t end, Terms& terms) {
  terms.count = end - begin;
  terms.segment_count = 0;
  std::size_t direction = 0;
  for (std::size_t i = 0; i < terms.count; ++i) {
    const std::size_t ray_index = (begin + i) / plan.orientations.size();
    while (plan.directions[direction].ray_end <= ray_index) ++direction;
    const Ray& ray = plan.rays[ray_index];
    const Orientation& axes = plan.orientations[(begin + i) % plan.orientations.size()];
    const double per_wavelength = 1.0 / ray.wavelength_m;
    const Vec3d* const rows[3] = {&axes.a, &axes.b, &axes.c};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const Vec3d row = *rows[axis] * per_wavelength;
      terms.h_from_d[3 * axis][i] = row.x;
      terms.h_from_d[3 * axis + 1][i] = row.y;
      terms.h_from_d[3 * axis + 2][i] = row.z;
      terms.h_offset[axis][i] = -dot(row, plan.directions[direction].incident);
    }
    const Vec3d& incident = plan.directions[direction].incident;
    terms.incident[0][i] = incident.x;
    terms.incident[1][i] = incident.y;
    terms.incident[2][i] = incident.z;
    terms.weight[i] = ray.weight;
    terms.ray[i] = static_cast<std::uint32_t>(ray_index);
    terms.direction[i] = static_cast<std::uint32_t>(direction);
    add_to_segments(plan, terms, i);
  }
  const std::size_t full = (terms.count + 7) / 8 * 8;
  for (std::size_t i = terms.count; i < full; ++i) {
    for (auto& column : terms.h_from_d) column[i] = 0;
    for (auto& column : terms.incident) column[i] = 0;
    for (auto& column : terms.h_offset) column[i] = 0;
    terms.weight[i] = 0;
  }
}

/// Copies the listed terms, in ascending order.
inline void pick_terms(const Plan& plan, const Terms& from, const std::uint16_t* list, std::size_t count, Terms& to) {
  to.count = count;
  to.segment_count = 0;
  const std::size_t full = (count + 7) / 8 * 8;
  for (std::size_t i = 0; i < full; ++i) {
    const std::size_t source = list[i < count ? i : count - 1];
    for (std::size_t k = 0; k < 9; ++k) to.h_from_d[k][i] = from.h_from_d[k][source];
    for (std::size_t k = 0; k < 3; ++k) to.incident[k][i] = from.incident[k][source];
    for (std::size_t k = 0; k < 3; ++k) to.h_offset[k][i] = from.h_offset[k][source];
    to.weight[i] = from.weight[source];
    if (i >= count) continue;
    to.ray[i] = from.ray[source];
    to.direction[i] = from.direction[source];
    add_to_segments(plan, to, i);
  }
}

}  // namespace femtobragg::kernel
