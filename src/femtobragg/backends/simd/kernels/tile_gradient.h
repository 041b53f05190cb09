// A tile with derivatives: neighbouring pixels of a row, computed together for a list of terms.
#pragma once

#include <algorithm>
#include <cstddef>

#include "femtobragg/backends/simd/kernels/gradient_job.h"
#include "femtobragg/backends/simd/kernels/tile_terms.h"
#include "femtobragg/kernel/sample_gradient.h"

namespace femtobragg::kernel {

/// Terms are taken in blocks: first their slopes, pixel by pixel, into an array; then sums of slopes with coefficients,
/// which is a product of matrices. What a crystal parameter needs are sums over the terms of (rotation, slope) pairs;
/// as rotations are combinations of few basis matrices, so are the sums.
template <class Set, class Real, class Shape, TileWidth width>
class TileGradient {
 public:
  using Placing = TileTerms<Set, Real, Shape, width>;
  using D = typename Placing::D;
  using Q = simd::Pack<Real, Set>;
  static constexpr std::size_t pixels = Placing::pixels, lanes = simd::lanes<Q>, packs = pixels / lanes;
  using Relative = typename Shape::template Relative<Q>;
  static constexpr std::size_t block = 32;  ///< terms

  using PixelRow = Real[pixels];

  struct Scratch {
    typename Placing::Scratch terms;
    alignas(simd::alignment) Real slopes[block][3][pixels];
    // What slopes of the chunk's terms are multiplied with, [lab axis][crystal axis] where not by basis.
    Real coefficients[most_basis][most_terms], twists[most_terms][3][3], stretches[most_terms][3][3];
    // Sums over a segment.
    alignas(simd::alignment) PixelRow intensity, by_log_cells[3], by_basis[most_basis][3], by_twist[3], by_stretch[3];
  };

  TileGradient(const GradientJob& job, Scratch& scratch)
      : job_(job.strip),
        plan_(*job_.plan),
        panel_(*job_.panel),
        facts_(*job.facts),
        motion_(*facts_.motion),
        s_(scratch),
        relative_(plan_.domain),
        amplitudes_(plan_, *job_.facts),
        placing_(plan_, panel_, *job_.facts, scratch.terms) {
    for (std::size_t b = 0; b < facts_.basis_count; ++b) {
      const GradientFacts::Basis& basis = facts_.basis[b];
      narrow_columns(basis.rotation, basis_[b].rotation_columns);
      narrow_columns(Mat3d{basis.axes.a, basis.axes.b, basis.axes.c}, basis_[b].axes_columns);
    }
  }

  /// Takes a chunk of terms, before its terms are added.
  void take(const Terms& terms) {
    const std::size_t orientations = plan_.orientations.size();
    for (std::size_t i = 0; i < terms.count; ++i) {
      const std::size_t o = (terms.first + i) % orientations, r = (terms.first + i) / orientations;
      const double per_wavelength = 1.0 / plan_.rays[r].wavelength_m;
      const double* const row = facts_.coefficients + o * facts_.basis_count;
      for (std::size_t b = 0; b < facts_.basis_count; ++b)
        s_.coefficients[b][i] = static_cast<Real>(row[b] * per_wavelength);
      const Orientation& axes = plan_.orientations[o];
      const Vec3d* const rows[3] = {&axes.a, &axes.b, &axes.c};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        if (!motion_.twist.empty())
          put_column(cross(motion_.twist[o], *rows[axis]) * per_wavelength, axis, s_.twists[i]);
        if (!motion_.stretch.empty())
          put_column(*rows[axis] * (-motion_.stretch[r] * per_wavelength), axis, s_.stretches[i]);
      }
    }
  }

  /// Adds to weights[pixel] what a pixel's samples would catch of an even glow: solid angle x capture x polarization.
  [[gnu::noinline]] void add_glow(std::size_t fast, std::size_t slow, double gain, double* weights) {
    for_each_sample(plan_, panel_, [&](const SamplePlace& place) {
      placing_.look(fast, slow, place);
      for (const Direction& direction : plan_.directions)
        for (std::size_t first = 0; first < pixels; first += lanes) {
          SampleView<Q> view;
          set_factors(direction, first, view);
          add_widened(view.share(), gain * direction.weight, weights + first);
        }
    });
  }

  /// Adds photons[pixel] and derivatives[slot][pixel] of the chosen terms, relative to the brightest possible term.
  void add(const Terms& terms, const TermSet& chosen, std::size_t fast, std::size_t slow, double* photons,
           double* derivatives) {
    for_each_sample(plan_, panel_, [&](const SamplePlace& place) {
      if (job_.is_abandoned()) return;
      placing_.look(fast, slow, place);
      for (std::size_t i = 0; i < terms.segment_count; ++i) {
        const Segment& segment = terms.segments[i];
        const auto counts = placing_.place(terms, chosen, segment);
        if (counts.none()) continue;
        clear();
        sum(s_.terms.uniform, counts.uniform, UniformAmplitude{});
        sum(s_.terms.in_table, counts.in_table, TableAmplitude{});
        sum(s_.terms.anywhere, counts.anywhere, AnyAmplitude{});
        if (plan_.d_min_m > 0) cut(segment, fast, slow, place);
        finish(segment, fast, slow, place, photons, derivatives);
      }
    });
  }

 private:
  struct UniformAmplitude {};
  struct TableAmplitude {};
  struct AnyAmplitude {};

  /// The sums that are wanted.
  template <class F>
  void for_each_sum(F&& f) {
    f(s_.intensity);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (motion_.cells) f(s_.by_log_cells[axis]);
      if (!motion_.twist.empty()) f(s_.by_twist[axis]);
      if (!motion_.stretch.empty()) f(s_.by_stretch[axis]);
      for (std::size_t b = 0; b < facts_.basis_count; ++b) f(s_.by_basis[b][axis]);
    }
  }

  /// By packs: rows are too short for what compilers clear memory with.
  void clear() {
    for_each_sum([](PixelRow& row) {
      for (std::size_t i = 0; i < pixels; i += lanes) simd::store(row + i, Q(Real(0)));
    });
  }

  template <class Amplitudes>
  void sum(const PlacedTerm<Real>* terms, std::size_t count, Amplitudes kind) {
    for (std::size_t begin = 0; begin < count; begin += block) {
      const std::size_t n = std::min(block, count - begin);
      for (std::size_t pixel = 0; pixel < pixels; pixel += lanes)
        if (motion_.cells)
          take_slopes<true>(terms + begin, n, pixel, kind);
        else
          take_slopes<false>(terms + begin, n, pixel, kind);
      // Where all pixels have one amplitude, the weight was left out of the slopes.
      Real weights[block];
      for (std::size_t i = 0; i < n; ++i)
        weights[i] = std::is_same_v<Amplitudes, UniformAmplitude> ? terms[begin + i].weight : Real(1);
      for (std::size_t b = 0; b < facts_.basis_count; ++b)
        add_products(s_.coefficients[b], terms + begin, weights, n, s_.by_basis[b]);
      if (!motion_.twist.empty()) add_contractions(s_.twists, terms + begin, weights, n, s_.by_twist);
      if (!motion_.stretch.empty()) add_contractions(s_.stretches, terms + begin, weights, n, s_.by_stretch);
    }
  }

  /// Intensities and slopes of the block's terms for a pack of pixels. Terms with one amplitude for all pixels keep
  /// their weight for the coefficients.
  template <bool cells, class Amplitudes>
  void take_slopes(const PlacedTerm<Real>* terms, std::size_t count, std::size_t first, Amplitudes kind) {
    Q intensity(Real(0)), by_log_a(Real(0)), by_log_b(Real(0)), by_log_c(Real(0));
    const auto take = [&](std::size_t n, const Q& brightness, const physics::Slope<Q>& lattice) {
      intensity += brightness * lattice.value;
      const bool weighted = !std::is_same_v<Amplitudes, UniformAmplitude>;
      simd::store(s_.slopes[n][0] + first, weighted ? brightness * lattice.by_distance.x : lattice.by_distance.x);
      simd::store(s_.slopes[n][1] + first, weighted ? brightness * lattice.by_distance.y : lattice.by_distance.y);
      simd::store(s_.slopes[n][2] + first, weighted ? brightness * lattice.by_distance.z : lattice.by_distance.z);
    };
    const auto take_cells = [&](const Q& brightness, const Vec3<Q>& by_log) {
      by_log_a += brightness * by_log.x;
      by_log_b += brightness * by_log.y;
      by_log_c += brightness * by_log.z;
    };
    for (std::size_t n = 0; n < count; ++n) {
      Vec3<Q> d, by_hkl;
      const Q brightness = brightness_of(kind, terms[n], first, d, by_hkl);
      const physics::Slope<Q> lattice = relative_.template slope<cells>(d);
      take(n, brightness, lattice);
      if constexpr (std::is_same_v<Amplitudes, AnyAmplitude>) {
        add_to(s_.slopes[n][0] + first, lattice.value * by_hkl.x);
        add_to(s_.slopes[n][1] + first, lattice.value * by_hkl.y);
        add_to(s_.slopes[n][2] + first, lattice.value * by_hkl.z);
      }
      if constexpr (cells) {
        // It has a period of one only for distances from the nearest lattice point itself.
        if constexpr (Placing::split) d = {d.x - nearbyint(d.x), d.y - nearbyint(d.y), d.z - nearbyint(d.z)};
        take_cells(brightness, relative_.by_log_cells(lattice, d));
      }
    }
    add_to(s_.intensity + first, intensity);
    if constexpr (cells) {
      add_to(s_.by_log_cells[0] + first, by_log_a);
      add_to(s_.by_log_cells[1] + first, by_log_b);
      add_to(s_.by_log_cells[2] + first, by_log_c);
    }
  }

  template <class P>
  static void add_to(Real* at, const P& x) {
    simd::store(at, simd::load<P>(at) + x);
  }

  /// Weight x squared relative amplitude, the distances to the lattice point, and for interpolated amplitudes how the
  /// former changes with the Miller indices.
  [[gnu::always_inline]] Q brightness_of(UniformAmplitude, const PlacedTerm<Real>& term, std::size_t first, Vec3<Q>& d,
                                         Vec3<Q>&) const {
    d.x = Placing::sum_of(placing_.template from_some_nearest<Q>(0, term, first));
    d.y = Placing::sum_of(placing_.template from_some_nearest<Q>(1, term, first));
    d.z = Placing::sum_of(placing_.template from_some_nearest<Q>(2, term, first));
    return Q(term.weight);
  }
  [[gnu::always_inline]] Q brightness_of(TableAmplitude, const PlacedTerm<Real>& term, std::size_t first, Vec3<Q>& d,
                                         Vec3<Q>&) const {
    Vec3<Q> nearest;
    d = from_nearest(term, first, nearest);
    const Q offset =
        nearest.x * amplitudes_.stride(0) + nearest.y * amplitudes_.stride(1) + nearest.z * amplitudes_.stride(2);
    return Q(term.weight) * amplitudes_.looked_up(term, offset);
  }
  Q brightness_of(AnyAmplitude, const PlacedTerm<Real>& term, std::size_t first, Vec3<Q>& d, Vec3<Q>& by_hkl) const {
    Vec3<Q> nearest;
    d = from_nearest(term, first, nearest);
    const auto squared = amplitudes_.anywhere_slope(facts_.amplitude_slope_at, term, nearest, d);
    by_hkl = Q(term.weight) * squared.by_hkl;
    return Q(term.weight) * squared.value;
  }

  [[gnu::always_inline]] Vec3<Q> from_nearest(const PlacedTerm<Real>& term, std::size_t first, Vec3<Q>& nearest) const {
    const auto x = placing_.from_nearest(0, term, nearest.x, first),
               y = placing_.from_nearest(1, term, nearest.y, first),
               z = placing_.from_nearest(2, term, nearest.z, first);
    return {Placing::sum_of(x), Placing::sum_of(y), Placing::sum_of(z)};
  }

  static void put_column(const Vec3d& v, std::size_t axis, Real (&to)[3][3]) {
    to[0][axis] = static_cast<Real>(v.x);
    to[1][axis] = static_cast<Real>(v.y);
    to[2][axis] = static_cast<Real>(v.z);
  }

  /// sums[axis][pixel] += SUM over terms of coefficient x slope[axis][pixel].
  void add_products(const Real* coefficients, const PlacedTerm<Real>* terms, const Real* weights, std::size_t count,
                    PixelRow (&sums)[3]) {
    Q partial[3][packs];
    for (auto& row : partial)
      for (Q& x : row) x = Q(Real(0));
    for (std::size_t n = 0; n < count; ++n) {
      const Q c(weights[n] * coefficients[terms[n].term]);
      for (std::size_t axis = 0; axis < 3; ++axis)
        for (std::size_t p = 0; p < packs; ++p) partial[axis][p] += c * simd::load<Q>(s_.slopes[n][axis] + p * lanes);
    }
    for (std::size_t axis = 0; axis < 3; ++axis)
      for (std::size_t p = 0; p < packs; ++p) add_to(sums[axis] + p * lanes, partial[axis][p]);
  }

  /// sums[lab axis][pixel] += SUM over terms and crystal axes of factor x slope[crystal axis][pixel].
  void add_contractions(const Real (*factors)[3][3], const PlacedTerm<Real>* terms, const Real* weights,
                        std::size_t count, PixelRow (&sums)[3]) {
    for (std::size_t lab = 0; lab < 3; ++lab) {
      Q partial[packs];
      for (Q& x : partial) x = Q(Real(0));
      for (std::size_t n = 0; n < count; ++n)
        for (std::size_t axis = 0; axis < 3; ++axis) {
          const Q c(weights[n] * factors[terms[n].term][lab][axis]);
          for (std::size_t p = 0; p < packs; ++p) partial[p] += c * simd::load<Q>(s_.slopes[n][axis] + p * lanes);
        }
      for (std::size_t p = 0; p < packs; ++p) add_to(sums[lab] + p * lanes, partial[p]);
    }
  }

  /// Clears pixels beyond the resolution limit.
  [[gnu::noinline]] void cut(const Segment& segment, std::size_t fast, std::size_t slow, const SamplePlace& place) {
    alignas(simd::alignment) double kept[pixels];
    for (std::size_t i = 0; i < pixels; i += simd::lanes<D>)
      simd::store(kept + i, placing_.kept_pixels(segment, fast + i, slow, place));
    for_each_sum([&](PixelRow& row) {
      for (std::size_t i = 0; i < pixels; ++i) row[i] *= static_cast<Real>(kept[i]);
    });
  }

  /// From the segment's sums to photons and derivatives.
  void finish(const Segment& segment, std::size_t fast, std::size_t slow, const SamplePlace& place, double* photons,
              double* derivatives) {
    for (std::size_t first = 0; first < pixels; first += lanes) {
      const SampleView<Q> view = view_of(segment, fast, slow, place, first);
      const TermSums<Q> sums = sums_of(segment, view, first);
      add_widened(sums.intensity * view.share(), 1.0, photons + first);
      add_sample(plan_, panel_, motion_, segment.direction, panel_.layers[place.layer], view, sums,
                 [&](std::size_t slot, const Q& x) {
                   if (facts_.used_slots >> slot & 1) add_widened(x, 1.0, derivatives + slot * pixels + first);
                 });
    }
  }

  static void add_widened(const Q& x, double gain, double* to) {
    alignas(simd::alignment) Real lane[lanes];
    simd::store(lane, x);
    for (std::size_t i = 0; i < lanes; ++i) to[i] += gain * static_cast<double>(lane[i]);
  }

  SampleView<Q> view_of(const Segment& segment, std::size_t fast, std::size_t slow, const SamplePlace& place,
                        std::size_t first) const {
    SampleView<Q> view;
    view.diffracted = placing_.template diffracted<Q>(first);
    alignas(simd::alignment) Real fast_m[lanes];
    for (std::size_t i = 0; i < lanes; ++i)
      fast_m[i] = static_cast<Real>(sub_pixel_offset_m(panel_, plan_.oversample, fast + first + i, place.sub_fast));
    view.fast_m = simd::load<Q>(fast_m);
    view.slow_m = number<Q>(sub_pixel_offset_m(panel_, plan_.oversample, slow, place.sub_slow));
    const double depth_m = panel_.layers[place.layer].depth_m;
    // The sample lies along the diffracted ray: its distance is a projection.
    view.distance_m = panel_.bending == Bending::Flat
                          ? dot(sensor_position(panel_, view.fast_m, view.slow_m, depth_m), view.diffracted)
                          : number<Q>(panel_.radius_m + depth_m);
    set_factors(plan_.directions[segment.direction], first, view);
    return view;
  }

  void set_factors(const Direction& direction, std::size_t first, SampleView<Q>& view) const {
    view.solid_angle_sr = simd::load<Q>(s_.terms.arc.solid_angle_sr + first);
    view.captured = placing_.captures() ? simd::load<Q>(s_.terms.arc.captured + first) : Q(Real(1));
    view.polarization = plan_.apply_polarization ? placing_.template polarization_of<Q>(direction, first) : Q(Real(1));
  }

  /// The sums of the basis become those of axes and directions.
  TermSums<Q> sums_of(const Segment& segment, const SampleView<Q>& view, std::size_t first) const {
    const Vec3<Q> change = view.diffracted - vec3_of<Q>(plan_.directions[segment.direction].incident);
    const auto row = [first](const PixelRow& x) { return simd::load<Q>(x + first); };
    const auto vector = [&](const PixelRow(&x)[3]) { return Vec3<Q>{row(x[0]), row(x[1]), row(x[2])}; };
    TermSums<Q> sums{};
    sums.intensity = row(s_.intensity);
    for (std::size_t b = 0; b < facts_.basis_count; ++b) {
      const Vec3<Q> slope = vector(s_.by_basis[b]);
      const Vec3<Q> q = combined(change, basis_[b].rotation_columns);
      sums.by_axes.row_x = sums.by_axes.row_x + slope.x * q;
      sums.by_axes.row_y = sums.by_axes.row_y + slope.y * q;
      sums.by_axes.row_z = sums.by_axes.row_z + slope.z * q;
      sums.by_diffracted = sums.by_diffracted + combined(slope, basis_[b].axes_columns);
    }
    if (!motion_.twist.empty()) sums.by_twist = dot(vector(s_.by_twist), change);
    if (!motion_.stretch.empty()) sums.by_stretch = dot(vector(s_.by_stretch), change);
    if (motion_.cells) sums.by_log_cells = vector(s_.by_log_cells);
    return sums;
  }

  /// A basis matrix in the lanes' number type: v . columns.
  struct NarrowBasis {
    Real rotation_columns[3][3], axes_columns[3][3];
  };
  static void narrow_columns(const Mat3d& m, Real (&to)[3][3]) {
    const Vec3d* const rows[3] = {&m.row_x, &m.row_y, &m.row_z};
    for (std::size_t row = 0; row < 3; ++row) {
      to[0][row] = static_cast<Real>(rows[row]->x);
      to[1][row] = static_cast<Real>(rows[row]->y);
      to[2][row] = static_cast<Real>(rows[row]->z);
    }
  }
  /// v^T m, m by columns.
  [[gnu::always_inline]] static Vec3<Q> combined(const Vec3<Q>& v, const Real (&columns)[3][3]) {
    const auto along = [&v](const Real(&c)[3]) { return v.x * Q(c[0]) + v.y * Q(c[1]) + v.z * Q(c[2]); };
    return {along(columns[0]), along(columns[1]), along(columns[2])};
  }

  const StripJob& job_;
  const PlanView& plan_;
  const PanelView& panel_;
  const GradientFacts& facts_;
  const MotionView& motion_;
  Scratch& s_;
  Relative relative_;
  TileAmplitudes<Set, Q> amplitudes_;
  NarrowBasis basis_[most_basis];
  Placing placing_;
};

}  // namespace femtobragg::kernel
