// Which reflection brings which photons to the pixels of a strip.
#pragma once

#include <algorithm>
#include <cstddef>

#include "femtobragg/backends/simd/kernels/label_job.h"
#include "femtobragg/backends/simd/kernels/strip_terms.h"
#include "femtobragg/backends/simd/kernels/surroundings.h"

namespace femtobragg::kernel {

template <class Set, class Shape>
class StripLabels {
 public:
  using Each = StripTerms<Set, Shape>;
  using D = typename Each::D;
  static constexpr std::size_t tile = Each::tile;
  static_assert(tile <= most_label_pixels);

  struct Scratch {
    typename Each::Scratch each;
    Surroundings<StripLabels::tile> around;
    double phi_rad[most_terms];
  };

  StripLabels(const LabelJob& job, Scratch& scratch)
      : job_(job), plan_(*job.strip.plan), panel_(*job.strip.panel), s_(scratch), each_(job.strip, scratch.each) {}

  void label() {
    std::fill_n(job_.strip.lit, strip_rows * padded_width(panel_) / tile, false);
    if (each_.all_rows_masked()) return;
    const auto weight = [&](std::size_t fast, std::size_t slow) {
      return fast >= panel_.fast_end || panel_.skips(fast, slow) ? 0.0 : panel_.passes(fast, slow);
    };
    each_.for_each_tile([&] { take_angles(); },
                        [&](const TileSpot& spot, const TermSet& chosen) {
                          last_known_ = false;
                          each_.for_each_term_at(spot, chosen, weight, [&](std::size_t term, const TermPlace& place) {
                            add(spot, term, place);
                          });
                        });
    if (!has_background(plan_)) return;
    each_.for_each_tile([&](const TileSpot& spot) {
      if (!job_.strip.lit[spot.at / tile]) return;
      look_around<D>(plan_, panel_, spot.fast, spot.slow, s_.around);
      std::copy_n(s_.around.background, tile, job_.strip.sums + spot.at);
    });
  }

 private:
  void take_angles() {
    const Terms& terms = each_.terms();
    if (job_.phi_rad)
      for (std::size_t i = 0; i < terms.count; ++i)
        s_.phi_rad[i] = job_.phi_rad[(terms.first + i) % plan_.orientations.size() / job_.mosaic_domains];
  }

  void add(const TileSpot& spot, std::size_t term, const TermPlace& place) {
    const Vec3d hkl0{place.hkl0[0], place.hkl0[1], place.hkl0[2]};
    if (Each::sees_one_reflection(place)) {
      LabelTile* const into = reflection(spot, hkl0);
      if (!into) return;
      const D wavelength(each_.terms().list[term].wavelength_m), phi(job_.phi_rad ? s_.phi_rad[term] : 0.0);
      each_.photons_of_one(term, place, [&](std::size_t first, const D& photons) {
        simd::store(into->photons + first, simd::load<D>(into->photons + first) + photons);
        if (job_.polychromatic)
          simd::store(into->wavelength + first, simd::load<D>(into->wavelength + first) + wavelength * photons);
        if (job_.phi_rad) simd::store(into->phi + first, simd::load<D>(into->phi + first) + phi * photons);
      });
      return;
    }
    each_.find_photons(term, place);
    for (std::size_t i = 0; i < tile; ++i) {
      const double photons = each_.photons_of(i);
      if (photons == 0) continue;
      LabelTile* const into = reflection(spot, hkl0 + each_.nearest_of(i));
      if (!into) continue;
      into->photons[i] += photons;
      into->wavelength[i] += each_.terms().list[term].wavelength_m * photons;
      if (job_.phi_rad) into->phi[i] += s_.phi_rad[term] * photons;
    }
  }

  /// Mostly that of the last term.
  LabelTile* reflection(const TileSpot& spot, const Vec3d& hkl) {
    if (last_known_ && last_hkl_ == hkl) return last_;
    last_ = job_.taker.find(job_.taker.taker, spot, std::min(tile, panel_.fast_end - spot.fast), hkl);
    last_hkl_ = hkl;
    last_known_ = true;
    if (last_) job_.strip.lit[spot.at / tile] = true;
    return last_;
  }

  const LabelJob& job_;
  const PlanView& plan_;
  const PanelView& panel_;
  Scratch& s_;
  Each each_;
  Vec3d last_hkl_{};
  LabelTile* last_ = nullptr;
  bool last_known_ = false;
};

}  // namespace femtobragg::kernel
