// From lattice points near the Ewald sphere to the tiles that they light.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "femtobragg/backends/simd/kernels/cone_on_panel.h"
#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/base/mat3.h"
#include "femtobragg/base/simd.h"

namespace femtobragg::kernel {

/// Finds the tiles of a flat panel that the spots of a chunk's terms can reach. In units of 1 / wavelength the Ewald
/// sphere has radius one: a lattice point G lights directions d near u = G + incident, those with |d - u| <= reach.
template <class Set>
class SpotMarks {
 public:
  using D = simd::Pack<double, Set>;

  /// Marks, in each tile of rows [slow_begin, slow_end), the terms that the spots bring there.
  void mark(const PanelView& panel, double least_obliquity, const Terms& terms, const SpotChoice& choice,
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
    const PanelView& panel;
    double least_obliquity;
    std::size_t slow_begin, slow_end, tile, tiles;
    const TileMarks& marks;
  };

  /// From hkl to lattice points, times the wavelength. Places beyond the last term light nothing.
  void invert(const Terms& terms) {
    for (std::size_t i = 0; i < terms.count; i += simd::lanes<D>) {
      alignas(simd::alignment) double axes[3][3][simd::lanes<D>];
      for (std::size_t lane = 0; lane < simd::lanes<D>; ++lane) {
        const Term& term = terms.list[std::min(i + lane, terms.count - 1)];
        for (std::size_t axis = 0; axis < 3; ++axis) {
          axes[axis][0][lane] = term.m_x[axis];
          axes[axis][1][lane] = term.m_y[axis];
          axes[axis][2][lane] = term.m_z[axis];
        }
        incident_[0][i + lane] = term.incident.x;
        incident_[1][i + lane] = term.incident.y;
        incident_[2][i + lane] = term.incident.z;
        wavelength_[i + lane] = i + lane < terms.count ? term.wavelength_m : 0.0;
      }
      const auto row = [](const double(&v)[3][simd::lanes<D>]) {
        return Vec3<D>{simd::load<D>(v[0]), simd::load<D>(v[1]), simd::load<D>(v[2])};
      };
      const Mat3<D> lattice = inverse(Mat3<D>{row(axes[0]), row(axes[1]), row(axes[2])});
      store_row(lattice.row_x, lattice_[0], i);
      store_row(lattice.row_y, lattice_[1], i);
      store_row(lattice.row_z, lattice_[2], i);
    }
  }

  static void store_row(const Vec3<D>& row, double (&to)[3][most_terms], std::size_t i) {
    simd::store(to[0] + i, row.x);
    simd::store(to[1] + i, row.y);
    simd::store(to[2] + i, row.z);
  }

  Vec3<D> centre(const Spot& spot, std::size_t i) const {
    const auto along = [&](std::size_t k) {
      return D(spot.hkl.x) * simd::load<D>(lattice_[k][0] + i) + D(spot.hkl.y) * simd::load<D>(lattice_[k][1] + i) +
             D(spot.hkl.z) * simd::load<D>(lattice_[k][2] + i) + simd::load<D>(incident_[k] + i);
    };
    return {along(0), along(1), along(2)};
  }

  void mark_pack(const StripView& view, const Spot& spot, std::size_t i, std::size_t count) {
    const Vec3<D> u = centre(spot, i);
    const D length = norm(u), reach = D(spot.reach_per_m) * simd::load<D>(wavelength_ + i);
    if (!any(abs(length - D(1.)) < reach)) return;
    // The lit directions form a cone about u: cosine of its half angle, from the triangle with sides 1, |u|, reach.
    const D cosine = (D(1.) + length * length - reach * reach) / (D(2.) * length);
    const D sine = sqrt(max(D(1.) - cosine * cosine, D(0.)));
    const ConeOnPanel<D> cone = cone_on_panel(view.panel, u / length, cosine, sine);
    const auto lit = (abs(length - D(1.)) < reach) & (cone.greatest_obliquity >= D(view.least_obliquity));
    if (!any(lit)) return;
    simd::store(fast_, cone.fast_m);
    simd::store(slow_, cone.slow_m);
    simd::store(radius_, cone.radius_m);
    simd::store(hit_, select(lit, D(1.), D(0.)));
    const double pixel_m = view.panel.pixel_size_m;
    for (std::size_t lane = 0; lane < simd::lanes<D>; ++lane)
      if (hit_[lane] != 0 && i + lane < count)
        mark_disc(view, fast_[lane], slow_[lane], radius_[lane] * (1 + 1e-9) + 1e-6 * pixel_m, i + lane);
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

  alignas(simd::alignment) double lattice_[3][3][most_terms], incident_[3][most_terms], wavelength_[most_terms];
  alignas(simd::alignment) double fast_[simd::lanes<D>], slow_[simd::lanes<D>], radius_[simd::lanes<D>],
      hit_[simd::lanes<D>];
};

}  // namespace femtobragg::kernel
