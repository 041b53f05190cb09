// A stage of what a detector does to its photons, and the rows of values on which stages work.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "femtobragg/model/detector.h"
#include "femtobragg/model/response.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// What happened to pixels on the way.
struct ResponseCounts {
  double photons = 0;           ///< counted, where there is counting noise
  std::uint64_t overloads = 0;  ///< above the largest number, or the saturation of a panel
  std::uint64_t unusable =
      0;  ///< not a number (stored as -1 in files with a sign, otherwise 0), or below zero (stored as 0)

  void add(const ResponseCounts& other) {
    photons += other.photons;
    overloads += other.overloads;
    unusable += other.unusable;
  }
};

/// Neighbouring rows of the detector's image: of those [own_begin, own_end), and where stages read their neighbours of
/// some around these.
struct Strip {
  std::size_t n_fast = 0;
  std::size_t begin = 0, end = 0;  ///< rows that are here
  std::size_t own_begin = 0, own_end = 0;
  std::vector<double> values{};

  bool owns(std::size_t slow) const { return slow >= own_begin && slow < own_end; }
  std::span<double> row(std::size_t slow) { return std::span(values).subspan((slow - begin) * n_fast, n_fast); }
  std::span<const double> row(std::size_t slow) const {
    return std::span(values).subspan((slow - begin) * n_fast, n_fast);
  }
};

/// Rendered pixels of a panel that are next to each other in a row of the image.
struct PixelRun {
  const Panel* panel = nullptr;
  std::size_t number = 0;          ///< of the panel in its detector
  std::size_t begin = 0, end = 0;  ///< columns of the image
  std::size_t slow = 0;            ///< row of the panel

  bool masked(std::size_t column) const { return panel->masked(column - panel->data_fast, slow); }
};

/// Which pixels of the image a detector renders.
class PixelRuns {
 public:
  /// Of a detector that outlives it.
  explicit PixelRuns(const Detector& detector);

  /// Calls f with each run of a row, from left to right.
  template <class F>
  void for_each(std::size_t slow, F&& f) const {
    for (const std::size_t number : from_left_) {
      const Panel& panel = detector_.panels[number];
      const RegionOfInterest region = panel.rendered_region();
      if (region.empty() || slow < panel.data_slow + region.slow_begin || slow >= panel.data_slow + region.slow_end)
        continue;
      f(PixelRun{&panel, number, panel.data_fast + region.fast_begin, panel.data_fast + region.fast_end,
                 slow - panel.data_slow});
    }
  }

 private:
  const Detector& detector_;
  std::vector<std::size_t> from_left_;  ///< panels
};

class ResponseStage {
 public:
  virtual ~ResponseStage() = default;

  /// Rows above and below a row that this one depends on. Beyond the image there is none.
  virtual std::size_t halo() const { return 0; }
  /// Whether a pixel depends on those before it: then each may be computed only once, in raster order.
  virtual bool in_order() const { return false; }

  /// Makes the rows of `to` from those of `from`, which has more around them where there is a halo; otherwise they are
  /// the same strip. Only the strip's own rows are counted.
  virtual void apply(const Strip& from, Strip& to, const PixelRuns& runs, ResponseCounts& counts) = 0;
};

using StagePointer = std::unique_ptr<ResponseStage>;

/// A random count with the given mean.
using PoissonDeviate = std::function<double(double mean)>;

/// Replaces photons by a count of them (physics/counting.h), for every rendered pixel, masked or not. What is
/// negative or not a number stays so.
class CountingStage : public ResponseStage {
 public:
  explicit CountingStage(const NoiseKey& key) : key_(key) {}

  void apply(const Strip& from, Strip& to, const PixelRuns& runs, ResponseCounts& counts) override;

 private:
  NoiseKey key_;
};

/// The same by one generator, pixel after pixel in raster order, as older programs do it.
class SerialCountingStage : public ResponseStage {
 public:
  explicit SerialCountingStage(PoissonDeviate poisson) : poisson_(std::move(poisson)) {}

  bool in_order() const override { return true; }
  void apply(const Strip& from, Strip& to, const PixelRuns& runs, ResponseCounts& counts) override;

 private:
  PoissonDeviate poisson_;
};

/// gain x value.
class GainStage : public ResponseStage {
 public:
  explicit GainStage(double gain) : gain_(gain) {}
  void apply(const Strip& from, Strip& to, const PixelRuns& runs, ResponseCounts& counts) override;

 private:
  double gain_;
};

/// value + offset.
class OffsetStage : public ResponseStage {
 public:
  explicit OffsetStage(double offset) : offset_(offset) {}
  void apply(const Strip& from, Strip& to, const PixelRuns& runs, ResponseCounts& counts) override;

 private:
  double offset_;
};

}  // namespace femtobragg
#pragma GCC visibility pop
