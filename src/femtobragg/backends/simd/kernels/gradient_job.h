// What strips need for derivatives, beside what images need: the same for all instruction sets.
#pragma once

#include <cstddef>
#include <cstdint>

#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/kernel/plan_gradient.h"

namespace femtobragg::kernel {

/// The rotations of all orientations are combinations of at most as many matrices.
inline constexpr std::size_t most_basis = 9;

/// The rate at which one number of the plan changes with a parameter.
struct SlotRate {
  std::size_t slot = 0;
  double rate = 0;
};

struct GradientFacts {
  /// What a parameter changes: rates of its tangent that are not zero.
  struct Tangent {
    const SlotRate* rates = nullptr;
    std::size_t count = 0;
  };
  struct Basis {
    Mat3d rotation;
    Orientation axes;  ///< rotation x unrotated axes, m
  };
  const MotionView* motion = nullptr;
  const Basis* basis = nullptr;
  std::size_t basis_count = 0;
  const double* coefficients = nullptr;  ///< [orientation][basis]: its rotation is their combination
  AmplitudeSlopeFunction amplitude_slope_at = nullptr;
  const Tangent* tangents = nullptr;
  std::size_t tangent_count = 0;
  std::uint64_t used_slots = 0;  ///< a bit for each slot that some tangent has
};
static_assert(slot::count < 64);

/// Who takes the pixels of a tile: photons[pixel] and derivatives[tangent][stride]; null derivatives are zeros.
struct TileTaker {
  void* taker = nullptr;
  void (*take)(void* taker, std::size_t slow, std::size_t fast, std::size_t count, const double* photons,
               const double* derivatives, std::size_t stride) = nullptr;
};

/// Who takes what the entries of the table add to the weighted sum of pixels.
struct EntryTaker {
  void* taker = nullptr;
  void (*take)(void* taker, std::size_t entry, double x) = nullptr;
};

struct GradientJob {
  StripJob strip;  ///< its pixels, sums and tap are not used
  const GradientFacts* facts = nullptr;
  double* tiles = nullptr;  ///< working memory, see gradient_doubles()
  double* rows = nullptr;   ///< tangent_count x longest_tile of working memory
  TileTaker taker;
};

/// Gives the taker what a term adds, see add_entries() in kernel/amplitude_gradient.h.
using SpreadFunction = void (*)(const PlanNumbers& plan, const Vec3d& hkl, const Vec3d& hkl0, double brightness,
                                bool squared, const EntryTaker& taker);

struct AmplitudeJob {
  StripJob strip;                   ///< its pixels, sums and tap are not used
  const double* weights = nullptr;  ///< n_slow x n_fast
  bool squared = false;             ///< derivatives with respect to |F|^2
  SpreadFunction spread = nullptr;
  EntryTaker taker;
};

/// Whether all terms are taken at once, so that a tile is done before the next one.
inline bool one_chunk(const PlanView& plan) { return term_count(plan) <= most_terms; }

/// Doubles that a strip works in: photons and all derivatives of the pixels that it has not done yet.
inline std::size_t gradient_doubles(const PlanView& plan, const PanelNumbers& panel) {
  return (one_chunk(plan) ? longest_tile : strip_rows * padded_width(panel)) * (slot::count + 1);
}

}  // namespace femtobragg::kernel
