// Tables that make the lookup of structure factors fast, and how far they reach.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "femtobragg/backends/simd/kernels/strip_job.h"

namespace femtobragg::backends::simd_backend {

/// The largest amplitude that a lookup can give; 1 if all are zero.
double largest_amplitude(const kernel::Plan& plan);

/// The first and the last entry of each line along l that differ from what is outside, as h, k, l. As |g|^2 is convex
/// in l, the longest scattering vector is one of them.
std::vector<Vec3d> ends_of_lines(const physics::StructureFactorBox& box);

/// Scattering vectors longer than this (1/m) have the amplitude outside the table, whose lines end there; infinity
/// where no such limit holds.
double table_q_per_m(const kernel::Plan& plan, std::span<const Vec3d> ends);

/// See kernel::AmplitudeFunction.
double amplitude_at(const kernel::PlanNumbers& plan, const Vec3d& hkl, const Vec3d& hkl0);

/// Owns the tables of a run.
class AmplitudeTableStore {
 public:
  /// Makes the tables that the plan and lanes have use for, if they stay small.
  AmplitudeTableStore(const kernel::Plan& plan, double scale, bool float_lanes);

  /// What these tables take.
  static std::uint64_t bytes(const kernel::Plan& plan, bool float_lanes) {
    return useful_entries(plan) * (sizeof(std::uint8_t) + (float_lanes ? sizeof(float) : 0));
  }

  kernel::AmplitudeTables tables() const {
    return {squared_.empty() ? nullptr : squared_.data(), lit_.empty() ? nullptr : lit_.data()};
  }

  static constexpr std::size_t most_entries = 4'000'000;

 private:
  /// Zero where the plan has no use for tables, or they would be too large.
  static std::size_t useful_entries(const kernel::Plan& plan);

  std::vector<float> squared_;
  std::vector<std::uint8_t> lit_;
};

/// A plan without F(0,0,0): a copy where that differs.
class DarkBeam {
 public:
  explicit DarkBeam(const kernel::Plan& plan);

  bool differs() const { return differs_; }
  const kernel::Plan& plan() const { return plan_; }

 private:
  bool differs_ = false;
  kernel::Plan plan_;
};

/// What lanes know of a plan's structure factors. Each is computed when it is first requested, by one thread, and
/// kept; other plans with the same table share what does not depend on the rest of a plan.
class PlanAmplitudes {
 public:
  /// Tables of a plan that outlives them. `like`: those of an earlier plan, or null.
  explicit PlanAmplitudes(const kernel::Plan& plan, const PlanAmplitudes* like = nullptr);

  /// Whether all amplitudes are zero.
  bool dark();
  /// One if all are zero.
  double largest();
  double table_q_per_m();
  kernel::AmplitudeTables tables(bool float_lanes);

 private:
  /// What follows from the table alone.
  struct Table {
    physics::StructureFactorBox box;
    Keeper keeper;
    bool interpolate = false;
    std::optional<double> largest{};
    std::optional<std::vector<Vec3d>> ends{};
    std::array<std::optional<AmplitudeTableStore>, 2> stores{};  ///< by float_lanes

    bool is_of(const kernel::Plan& plan) const;
  };

  const kernel::Plan& plan_;
  std::shared_ptr<Table> table_;
  std::optional<double> table_q_per_m_;
};

}  // namespace femtobragg::backends::simd_backend
