// Tables that make the lookup of structure factors fast, and how far they reach.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "femtobragg/backends/simd/kernels/strip_job.h"

namespace femtobragg::backends::simd_backend {

/// The largest amplitude that a lookup can give; 1 if all are zero.
double largest_amplitude(const kernel::Plan& plan);

/// Scattering vectors longer than this (1/m) have the amplitude outside the table; infinity where no such limit holds.
double table_q_per_m(const kernel::Plan& plan);

/// See kernel::AmplitudeFunction.
double amplitude_at(const kernel::Plan& plan, const Vec3d& hkl, const Vec3d& hkl0);

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
  DarkBeam(const DarkBeam&) = delete;  // its plan looks into its own values
  DarkBeam& operator=(const DarkBeam&) = delete;

  bool differs() const { return !values_.empty(); }
  const kernel::Plan& plan() const { return plan_; }

 private:
  std::vector<double> values_;
  kernel::Plan plan_;
};

/// What all panels of a plan share; each is found out when it is first asked for, by one thread.
class PlanAmplitudes {
 public:
  explicit PlanAmplitudes(const kernel::Plan& plan) : plan_(plan) {}

  double largest();
  double table_q_per_m();
  kernel::AmplitudeTables tables(bool float_lanes);

 private:
  const kernel::Plan& plan_;
  std::optional<double> largest_, table_q_per_m_;
  std::array<std::optional<AmplitudeTableStore>, 2> tables_;  ///< by float_lanes
};

}  // namespace femtobragg::backends::simd_backend
