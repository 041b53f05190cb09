// Lists of terms. A term is one orientation of the crystal lit by one ray.
#pragma once

#include <cstddef>
#include <cstdint>

#include "femtobragg/kernel/plan.h"

namespace femtobragg::kernel {

/// Terms that are worked on in one go.
inline constexpr std::size_t most_terms = 256;

/// Three numbers for the axes a, b, c and one that fills the pack up.
using AxisLanes = double[4];

/// Miller indices of a term for a diffracted unit vector d: h = M (d - incident) = M d + offset.
struct alignas(32) Term {
  AxisLanes m_x, m_y, m_z;  ///< columns of M: real axes over the wavelength
  AxisLanes offset;
  AxisLanes steepness;  ///< lengths of the rows of M: largest change of h for a unit change of d
  Vec3d incident;
  double weight;
  double wavelength_m;
};

/// Neighbouring terms whose sum is weighted in one go: they share a direction, and a ray where the resolution cuts.
struct Segment {
  std::uint16_t begin, end;  ///< in the list
  std::uint32_t direction, ray;
};

struct Terms {
  std::size_t first = 0;  ///< number of the first one in the plan
  std::size_t count = 0, segment_count = 0;
  Term list[most_terms];
  Segment segments[most_terms];
};

/// Number of terms of a plan, or of its view: direction outermost, then ray, then orientation.
template <class AnyPlan>
std::size_t term_count(const AnyPlan& plan) {
  return plan.rays.size() * plan.orientations.size();
}

template <class Set>
Term make_term(const Orientation& axes, const Ray& ray, const Vec3d& incident) {
  Term term{};
  term.incident = incident;
  term.weight = ray.weight * axes.light;
  term.wavelength_m = ray.wavelength_m;
  const double per_wavelength = 1.0 / ray.wavelength_m;
  const Vec3d* const rows[3] = {&axes.a, &axes.b, &axes.c};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const Vec3d row = *rows[axis] * per_wavelength;
    term.m_x[axis] = row.x;
    term.m_y[axis] = row.y;
    term.m_z[axis] = row.z;
    term.offset[axis] = -dot(row, incident);
    term.steepness[axis] = norm(row);
  }
  return term;
}

/// Fills in terms [begin, end) of the plan, at most `most_terms`. Set: the instruction set that it is compiled for.
template <class Set>
void make_terms(const PlanView& plan, std::size_t begin, std::size_t end, Terms& terms) {
  terms.first = begin;
  terms.count = end - begin;
  terms.segment_count = 0;
  for (std::size_t i = 0; i < terms.count; ++i) {
    const auto ray = static_cast<std::uint32_t>((begin + i) / plan.orientations.size());
    const std::uint32_t direction = plan.rays[ray].direction;
    terms.list[i] = make_term<Set>(plan.orientations[(begin + i) % plan.orientations.size()], plan.rays[ray],
                                   plan.directions[direction].incident);
    const Segment* const last = terms.segment_count > 0 ? &terms.segments[terms.segment_count - 1] : nullptr;
    const auto at = static_cast<std::uint16_t>(i);
    if (!last || last->direction != direction || (plan.d_min_m > 0 && last->ray != ray))
      terms.segments[terms.segment_count++] = {at, at, direction, ray};
    ++terms.segments[terms.segment_count - 1].end;
  }
}

/// A choice of terms: one bit for each.
struct TermSet {
  std::uint64_t words[most_terms / 64];

  [[gnu::always_inline]] void add(std::size_t term) { words[term / 64] |= std::uint64_t{1} << (term % 64); }
};

/// Which terms of a chunk may matter in each tile. A set means something only where it is in use.
struct TileMarks {
  TermSet* sets = nullptr;  ///< null: no term is left out
  bool* in_use = nullptr;

  [[gnu::always_inline]] void add(std::size_t tile, std::size_t term) const {
    if (!in_use[tile]) sets[tile] = {};
    in_use[tile] = true;
    sets[tile].add(term);
  }
};

/// Calls f with each chosen term of [begin, end), in order.
template <class F>
[[gnu::always_inline]] inline void for_each_term(const TermSet& set, std::size_t begin, std::size_t end, F&& f) {
  for (std::size_t word = begin / 64; word * 64 < end; ++word) {
    std::uint64_t bits = set.words[word];
    if (word == begin / 64) bits &= ~std::uint64_t{0} << (begin % 64);
    for (; bits != 0; bits &= bits - 1) {
      const std::size_t term = word * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
      if (term >= end) return;
      f(term);
    }
  }
}

}  // namespace femtobragg::kernel
