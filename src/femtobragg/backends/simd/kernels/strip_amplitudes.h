// What each entry of the table of structure factors adds to the weighted sum of a strip's pixels.
#pragma once

#include <cstddef>

#include "femtobragg/backends/simd/kernels/gradient_job.h"
#include "femtobragg/backends/simd/kernels/strip_terms.h"

namespace femtobragg::kernel {

/// What is rare is worth no lanes of its own.
template <class Set, class Shape>
class StripAmplitudes {
 public:
  using Each = StripTerms<Set, Shape>;
  using Scratch = typename Each::Scratch;
  static constexpr std::size_t tile = Each::tile;

  StripAmplitudes(const AmplitudeJob& job, Scratch& scratch)
      : job_(job), plan_(*job.strip.plan), panel_(*job.strip.panel), each_(job.strip, scratch) {}

  void differentiate() {
    if (each_.all_rows_masked()) return;
    const auto of_pixel = [&](std::size_t fast, std::size_t slow) { return weight(fast, slow); };
    each_.for_each_tile([] {},
                        [&](const TileSpot& spot, const TermSet& chosen) {
                          if (!weighs(spot)) return;
                          each_.for_each_term_at(spot, chosen, of_pixel, [&](std::size_t term, const TermPlace& place) {
                            each_.find_photons(term, place);
                            hand_over({place.hkl0[0], place.hkl0[1], place.hkl0[2]});
                          });
                        });
  }

 private:
  double weight(std::size_t fast, std::size_t slow) const {
    return fast >= panel_.fast_end || panel_.skips(fast, slow)
               ? 0.0
               : panel_.passes(fast, slow) * job_.weights[slow * panel_.n_fast + fast];
  }
  bool weighs(const TileSpot& spot) const {
    for (std::size_t i = 0; i < tile; ++i)
      if (weight(spot.fast + i, spot.slow) != 0) return true;
    return false;
  }

  /// Neighbouring pixels mostly see the same reflection: they are added up before they are handed over.
  void hand_over(const Vec3d& of_tile) {
    Vec3d current{};
    double sum = 0;
    for (std::size_t i = 0; i < tile; ++i) {
      const Vec3d nearest = each_.nearest_of(i);
      if (sum != 0 && (plan_.interpolate || !(nearest == current))) {
        give(of_tile, i - 1, sum);
        sum = 0;
      }
      current = nearest;
      sum += each_.photons_of(i);
    }
    if (sum != 0) give(of_tile, tile - 1, sum);
  }
  void give(const Vec3d& of_tile, std::size_t i, double brightness) {
    const Vec3d hkl0 = of_tile + each_.nearest_of(i), hkl = hkl0 + each_.distance_of(i);
    job_.spread(plan_, hkl, hkl0, brightness, job_.squared, job_.taker);
  }

  const AmplitudeJob& job_;
  const PlanView& plan_;
  const PanelView& panel_;
  Each each_;
};

}  // namespace femtobragg::kernel
