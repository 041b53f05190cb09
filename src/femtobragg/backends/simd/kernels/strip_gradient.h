// A strip of rows with derivatives: the unit of work of a thread.
#pragma once

#include <algorithm>
#include <cstddef>

#include "femtobragg/backends/simd/kernels/strip_walk.h"
#include "femtobragg/backends/simd/kernels/surroundings.h"
#include "femtobragg/backends/simd/kernels/tile_gradient.h"
#include "femtobragg/kernel/background_gradient.h"

namespace femtobragg::kernel {

template <class Set, class Real, class Shape, TileWidth width>
class StripGradient {
 public:
  using Tile = TileGradient<Set, Real, Shape, width>;
  using D = typename Tile::D;
  static constexpr std::size_t tile = Tile::pixels;
  using Walk = StripWalk<Set, tile, width>;

  struct Scratch {
    typename Tile::Scratch tile;
    typename Walk::Scratch walk;
    Terms terms;
  };

  StripGradient(const GradientJob& job, Scratch& scratch)
      : job_(job),
        plan_(*job.strip.plan),
        panel_(*job.strip.panel),
        facts_(*job.facts),
        motion_(*job.facts->motion),
        s_(scratch),
        walk_(job.strip, scratch.walk),
        tiles_(job, scratch.tile),
        one_chunk_(one_chunk(plan_)) {}

  void differentiate() {
    if (walk_.all_rows_masked()) return;
    std::fill_n(job_.strip.lit, strip_rows * padded_width(panel_) / tile, false);
    const std::size_t terms = term_count(plan_);
    for (std::size_t begin = 0, chunk = 0; begin < terms; begin += most_terms, ++chunk) {
      if (job_.strip.is_abandoned()) return;
      const bool last = begin + most_terms >= terms;
      const bool reaches = !job_.strip.spots || job_.strip.spots[chunk].count > 0;
      if (!reaches && !last) continue;
      if (reaches) {
        make_terms<Set>(plan_, begin, std::min(begin + most_terms, terms), s_.terms);
        tiles_.take(s_.terms);
        walk_.choose(s_.terms, chunk);
      }
      walk_.for_each_tile([&](std::size_t fast, std::size_t slow, std::size_t at) {
        const TermSet* const chosen = reaches ? walk_.chosen(at) : nullptr;
        if (chosen) {
          double* const sums = lit_sums(at);
          tiles_.add(s_.terms, *chosen, fast, slow, sums, sums + tile);
        }
        if (last) finish(fast, slow, at);
      });
    }
  }

 private:
  static constexpr std::size_t tile_doubles = tile * (slot::count + 1);

  /// Where a tile's sums are kept: photons, then derivatives. With one chunk of terms each tile is done at once.
  double* sums_of(std::size_t at) const { return job_.tiles + (one_chunk_ ? 0 : at * (slot::count + 1)); }

  /// They are zero when light first reaches the tile.
  double* lit_sums(std::size_t at) const {
    bool& lit = job_.strip.lit[at / tile];
    if (!lit) std::fill_n(sums_of(at), tile_doubles, 0.0);
    lit = true;
    return sums_of(at);
  }

  /// Scales the sums, adds backgrounds, and hands the tile over.
  void finish(std::size_t fast, std::size_t slow, std::size_t at) {
    const bool background = has_background(plan_) || motion_.backgrounds;
    const bool lit = job_.strip.lit[at / tile];
    const std::size_t count = std::min(tile, panel_.fast_end - fast);
    double* const photons = background ? lit_sums(at) : sums_of(at);
    double* const derivatives = photons + tile;
    if (!lit && !background) {
      std::fill_n(photons, tile, 0.0);
      return job_.taker.take(job_.taker.taker, slow, fast, count, photons, nullptr, tile);
    }
    // The sums are relative to the brightest possible term; backgrounds join them in their unit.
    const double cells = plan_.domain.total_cells / job_.strip.facts->table_scale;
    const double per_step = cells * cells / plan_.divisor(), gain = plan_.intensity_scale * per_step;
    if (panel_.transmission && lit) dim(fast, slow, photons);
    if (background) add_backgrounds(fast, slow, 1 / per_step, photons, derivatives);
    for (std::size_t i = 0; i < tile; ++i) photons[i] *= gain;
    for (std::size_t t = 0; t < facts_.tangent_count; ++t)
      combine(facts_.tangents[t], gain, derivatives, job_.rows + t * tile);
    if (panel_.mask)
      for (std::size_t i = 0; i < count; ++i)
        if (panel_.skips(fast + i, slow)) darken(i, photons);
    job_.taker.take(job_.taker.taker, slow, fast, count, photons, job_.rows, tile);
  }

  /// What reaches the pixels of the crystal's photons and derivatives; nothing is left of it in dark pixels.
  void dim(std::size_t fast, std::size_t slow, double* sums) const {
    for (std::size_t i = 0; i < tile; ++i) {
      const double passes = fast + i < panel_.fast_end ? panel_.passes(fast + i, slow) : 0.0;
      for (std::size_t s = 0; s < slot::count + 1; ++s)
        sums[s * tile + i] = passes > 0 ? sums[s * tile + i] * passes : 0.0;
    }
  }

  /// None that is dark is negative zero or NaN.
  void darken(std::size_t i, double* photons) const {
    photons[i] = 0;
    for (std::size_t t = 0; t < facts_.tangent_count; ++t) job_.rows[t * tile + i] = 0;
  }

  /// What reaches pixels of a background, from this one on.
  D passes(const physics::Background& background, std::size_t fast, std::size_t slow) const {
    alignas(simd::alignment) double passes[simd::lanes<D>];
    for (std::size_t i = 0; i < simd::lanes<D>; ++i)
      passes[i] = fast + i < panel_.fast_end ? panel_.passes(background, fast + i, slow) : 0.0;
    return simd::load<D>(passes);
  }

  /// The derivative along a tangent: its rates times the slots, times the gain.
  static void combine(const GradientFacts::Tangent& tangent, double gain, const double* slots, double* row) {
    constexpr std::size_t lanes = simd::lanes<D>, packs = std::min<std::size_t>(8, tile / lanes);
    for (std::size_t i = 0; i < tile; i += packs * lanes) {
      D sums[packs];
      for (D& sum : sums) sum = D(0.);
      for (std::size_t r = 0; r < tangent.count; ++r) {
        const D rate(tangent.rates[r].rate);
        const double* const from = slots + tangent.rates[r].slot * tile + i;
        for (std::size_t p = 0; p < packs; ++p) sums[p] += rate * simd::load<D>(from + p * lanes);
      }
      for (std::size_t p = 0; p < packs; ++p) simd::store(row + i + p * lanes, D(gain) * sums[p]);
    }
  }

  [[gnu::noinline]] void add_backgrounds(std::size_t fast, std::size_t slow, double unit, double* photons,
                                         double* derivatives) {
    const double gain = unit / background_samples(plan_, plan_.oversample);
    // Where a flat one adds nothing, only its own derivative is there.
    if (!panel_.transmission && plan_.backgrounds.size() == 1 && plan_.backgrounds[0].is_flat() &&
        plan_.backgrounds[0].scale == 0)
      return tiles_.add_glow(fast, slow, gain, derivatives + slot::background * tile);
    for (std::size_t first = 0; first < tile; first += simd::lanes<D>)
      for_each_sample(plan_, panel_, [&](const SamplePlace& place) {
        const Layer& layer = panel_.layers[place.layer];
        const SensorPoint<D> point = points_of<D>(plan_, panel_, fast + first, slow, place);
        SampleView<D> view;
        view.diffracted = point.diffracted;
        view.distance_m = point.distance_m;
        view.fast_m = offsets_of<D>(plan_, panel_, fast + first, place.sub_fast);
        view.slow_m = D(sub_pixel_offset_m(panel_, plan_.oversample, slow, place.sub_slow));
        view.solid_angle_sr = solid_angle(panel_, point, layer.depth_m);
        view.captured = panel_.absorbs ? captured_fraction(panel_, point, layer) : D(1.);
        for (std::size_t i = 0; i < plan_.directions.size(); ++i) {
          const Direction& direction = plan_.directions[i];
          view.polarization = plan_.apply_polarization ? polarization(plan_, direction, view.diffracted) : D(1.);
          const auto add = [&](double* to, const D& x) { simd::store(to + first, simd::load<D>(to + first) + x); };
          const auto add_slot = [&](std::size_t slot, const D& x) { add(derivatives + slot * tile, x); };
          TermSums<D> sums{};
          for (std::size_t k = 0; k < plan_.backgrounds.size(); ++k) {
            const physics::Background& background = plan_.backgrounds[k];
            const D reaching = D(gain) * (panel_.transmission ? passes(background, fast + first, slow) : D(1.));
            const auto by_rates = [&](const BackgroundRates<D>& rates, const D& weight) {
              const D share = rates.by_scale * weight;
              add(photons, D(background.scale) * share);
              add(derivatives + (slot::background + k) * tile, share);
              if (!background.is_flat())
                add(derivatives + slot::background_wavelength * tile, rates.by_wavelength * weight);
            };
            if (background.has_path())
              add_path(plan_, panel_, motion_, background, i, layer, view, reaching, by_rates, add_slot);
            else
              by_rates(add_background(plan_, motion_, background, direction, view.diffracted, reaching, sums),
                       view.share());
          }
          add_sample(plan_, panel_, motion_, i, layer, view, sums, add_slot);
        }
      });
  }

  const GradientJob& job_;
  const PlanView& plan_;
  const PanelView& panel_;
  const GradientFacts& facts_;
  const MotionView& motion_;
  Scratch& s_;
  Walk walk_;
  Tile tiles_;
  bool one_chunk_;
};

}  // namespace femtobragg::kernel
