// The record of a pixel, from what the tile kernel tells.
#pragma once

#include <vector>

#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/kernel/observer.h"
#include "femtobragg/kernel/plan.h"

namespace femtobragg::backends::simd_backend {

class LaneRecord {
 public:
  LaneRecord(const kernel::Plan& plan, const kernel::TileFacts& facts, std::size_t fast, std::size_t slow);
  LaneRecord(const LaneRecord&) = delete;
  LaneRecord& operator=(const LaneRecord&) = delete;

  /// What the kernel reports about the pixel goes into this record.
  const kernel::TileTap& tap() const { return tap_; }

  /// Empty if nothing was told.
  kernel::Recorder recorder() const;

 private:
  struct Direction : kernel::LaneDirection {
    std::vector<kernel::LaneTerm> terms;
  };
  struct Sample : kernel::LaneSample {
    std::vector<Direction> directions;
  };

  void take(const kernel::LaneSample& sample);
  Sample in_force(const Sample& told) const;
  kernel::RayRecord ray_record(const kernel::LaneDirection& direction, std::size_t ray) const;
  kernel::PixelRecord pixel_record() const;
  double term_value(const kernel::LaneTerm& term) const;

  const kernel::Plan& plan_;
  const kernel::TileFacts& facts_;
  kernel::TileTap tap_;
  std::vector<Sample> samples_;
  std::size_t current_ = 0;  ///< the sample that directions and terms belong to
  kernel::LanePixel pixel_;
};

}  // namespace femtobragg::backends::simd_backend
