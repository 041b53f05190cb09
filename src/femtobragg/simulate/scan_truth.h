// The truth of a whole series from the truths of its frames.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "femtobragg/model/experiment.h"
#include "femtobragg/model/truth.h"

namespace femtobragg {

/// Adds up the contributions of each reflection in each frame. If it crosses the Ewald sphere twice, or again after a
/// turn, it has a row for each crossing, as in truth_of(). Means are weighted by photons.
class ScanTruth {
 public:
  /// `first`: the first frame; the others follow it about the spindle with equal widths.
  explicit ScanTruth(const Experiment& first);

  /// Adds the next frame. Vectors are in the lab frame.
  void add(const Truth& frame);

  /// Sorted by lattice, panel, h, k, l, then frame, with the position of each in the series.
  struct Result {
    Truth truth;
    std::vector<ScanPlace> places;
  };
  Result take(double fraction) &&;

 private:
  struct Row {
    TruthReflection sums;  ///< sums of quantities weighted by photons
    ScanPlace place;
    double last_phi_rad = 0;
  };
  using Key = std::tuple<std::size_t, std::size_t, std::array<std::int64_t, 3>, int>;
  int side_of(const TruthReflection& r) const;
  static void add_to(Row& row, const TruthReflection& r, double frame);

  Vec3d across_{};  ///< normal of the plane of beam and spindle, which divides the crossings of a sweep; zero: no sweep
  double start_rad_, width_rad_;
  std::size_t frames_ = 0;
  double photons_ = 0;
  std::map<Key, std::vector<Row>> rows_;
};

}  // namespace femtobragg
