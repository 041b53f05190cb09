// From lattice points near the Ewald sphere to the tiles that they light.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "femtobragg/base/simd.h"
#include "femtobragg/kernel/strip_job.h"

namespace femtobragg::kernel {

/// Finds the tiles of a flat panel that the spots of a chunk's terms can reach. In units of 1 / wavelength the Ewald
/// sphere has radius one: a lattice point G lights directions d near u = G + incident, those with |d - u| <= reach.
template <class Set>
class SpotMarks {
 public:
  using D = simd::Pack<double, Set>;

  /// Marks, in each tile of rows [slow_begin, slow_end), the terms that the spots bring there.
  void mark(const PanelPlan& panel, double least_obliquity, const Terms& terms, const SpotChoice& choice,
            std::size_t slow_begin, std::size_t slow_end, std::size_t tile, const TileMarks& marks) {
    invert(terms);
    const StripView view{panel, least_obliquity, slow_begin, slow_end, tile, padded_width(panel) / tile, marks};
    for (std::size_t n = 0; n < choice.count; ++n) {
      const Spot& spot = choice.spots[choice.list[n]];
      for (std::size_t i = 0; i < terms.count; i += simd::lanes<D>) mark_pack(view, spot, i, terms.count);
    }
  }

 private:
  struct StripView {
    const PanelPlan& panel;
    double least_obliquity;
    std::size_t slow_begin, slow_end, tile, tiles;
    const TileMarks& marks;
  };

  /// Columns of reciprocal axes, times the wavelength. Places beyond the last term light nothing.
  void invert(const Terms& terms) {
    const std::size_t full = (terms.count + simd::lanes<D> - 1) / simd::lanes<D> * simd::lanes<D>;
    for (std::size_t i = 0; i < full; ++i) {
      const Term& term = terms.list[std::min(i, terms.count - 1)];
      const Vec3d a{term.m_x[0], term.m_y[0], term.m_z[0]}, b{term.m_x[1], term.m_y[1], term.m_z[1]},
          c{term.m_x[2], term.m_y[2], term.m_z[2]};
      const double per_volume = 1.0 / dot(a, cross(b, c));
      const Vec3d star[3] = {cross(b, c) * per_volume, cross(c, a) * per_volume, cross(a, b) * per_volume};
      for (std::size_t k = 0; k < 3; ++k) {
        star_[k][0][i] = star[k].x;
        star_[k][1][i] = star[k].y;
        star_[k][2][i] = star[k].z;
      }
      incident_[0][i] = term.incident.x;
      incident_[1][i] = term.incident.y;
      incident_[2][i] = term.incident.z;
      wavelength_[i] = i < terms.count ? term.wavelength_m : 0.0;
    }
  }

  Vec3<D> centre(const Spot& spot, std::size_t i) const {
    const auto along = [&](std::size_t k) {
      return D(spot.hkl.x) * simd::load<D>(star_[0][k] + i) + D(spot.hkl.y) * simd::load<D>(star_[1][k] + i) +
             D(spot.hkl.z) * simd::load<D>(star_[2][k] + i) + simd::load<D>(incident_[k] + i);
    };
    return {along(0), along(1), along(2)};
  }

  void mark_pack(const StripView& view, const Spot& spot, std::size_t i, std::size_t count) {
    const PanelPlan& panel = view.panel;
    const Vec3<D> u = centre(spot, i);
    const D length = norm(u), reach = D(spot.reach_per_m) * simd::load<D>(wavelength_ + i);
    if (!any(abs(length - D(1.)) < reach)) return;
    // The lit directions form a cone about u: cosine of its half angle, from the triangle with sides 1, |u|, reach.
    const D cosine = (D(1.) + length * length - reach * reach) / (D(2.) * length);
    const D sine = sqrt(max(D(1.) - cosine * cosine, D(0.)));
    // Where its axis meets the panel, and how far from there the cone can reach along the panel.
    const Vec3<D> d = u / length;
    const D obliquity = dot(d, vec3_of<D>(panel.normal));
    const D tilt = sqrt(max(D(1.) - obliquity * obliquity, D(0.)));
    const D way = D(panel.plane_distance_m) / obliquity;
    const Vec3<D> place = d * way - vec3_of<D>(panel.origin_m);
    const double depth_m = panel.layers.back().depth_m;
    const D open = obliquity * cosine - tilt * sine;
    const D radius = (way + D(depth_m) / obliquity) * sine / open + D(depth_m) * tilt / obliquity;
    const auto bounded = open > D(0.02);
    simd::store(fast_, select(bounded, dot(place, vec3_of<D>(panel.fast_axis)), D(0.)));
    simd::store(slow_, select(bounded, dot(place, vec3_of<D>(panel.slow_axis)), D(0.)));
    // A cone that opens beyond the plane of the panel has no bound there.
    simd::store(radius_, select(bounded, radius, D(1e30)));
    // The greatest obliquity in the cone: one if it holds the normal.
    const D greatest = select(obliquity >= cosine, D(1.), obliquity * cosine + tilt * sine);
    const auto lit = (abs(length - D(1.)) < reach) & (greatest >= D(view.least_obliquity));
    if (!any(lit)) return;
    simd::store(hit_, select(lit, D(1.), D(0.)));
    for (std::size_t lane = 0; lane < simd::lanes<D>; ++lane)
      if (hit_[lane] != 0 && i + lane < count)
        mark_disc(view, fast_[lane], slow_[lane], radius_[lane] * (1 + 1e-9) + 1e-6 * panel.pixel_size_m, i + lane);
  }

  /// Marks the tiles that a disc on the panel touches.
  static void mark_disc(const StripView& view, double fast_m, double slow_m, double radius_m, std::size_t term) {
    const double pixel = 1.0 / view.panel.pixel_size_m;
    const double fast = fast_m * pixel, slow = slow_m * pixel, radius = radius_m * pixel;
    const double last = static_cast<double>(view.tiles) - 1;
    for (std::size_t row = view.slow_begin; row < view.slow_end; ++row) {
      const double above = static_cast<double>(row);
      const double off = std::max({0.0, above - slow, slow - above - 1});
      if (!(off < radius)) continue;
      const double half = std::sqrt(radius * radius - off * off), begin = static_cast<double>(view.panel.fast_begin);
      const double per_tile = 1.0 / static_cast<double>(view.tile);
      const double left = std::floor((fast - half - begin) * per_tile),
                   right = std::floor((fast + half - begin) * per_tile);
      if (right < 0 || left > last) continue;
      const std::size_t first = (row - view.slow_begin) * view.tiles;
      const auto end = static_cast<std::size_t>(std::min(right, last));
      for (auto t = static_cast<std::size_t>(std::max(left, 0.0)); t <= end; ++t) view.marks.add(first + t, term);
    }
  }

  alignas(simd::alignment) double star_[3][3][most_terms], incident_[3][most_terms], wavelength_[most_terms];
  alignas(simd::alignment) double fast_[simd::lanes<D>], slow_[simd::lanes<D>], radius_[simd::lanes<D>],
      hit_[simd::lanes<D>];
};

}  // namespace femtobragg::kernel
