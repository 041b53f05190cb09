// A stage of what a detector does to its photons, and the rows of values on which stages work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "femtobragg/model/detector.h"

#pragma GCC visibility push(default)
namespace femtobragg {

/// What happened to pixels on the way.
struct ResponseCounts {
  double photons = 0;  ///< counted, where there is counting noise
  // Of pixels that are not masked, by the whole numbers that they become.
  std::uint64_t overloads = 0;   ///< above the largest number of the response or of the file, or the panel's saturation
  std::uint64_t below_zero = 0;  ///< stored as 0
  std::uint64_t not_numbers = 0;  ///< stored as -1 in files with a sign, otherwise as 0

  void add(const ResponseCounts& other) {
    photons += other.photons;
    overloads += other.overloads;
    below_zero += other.below_zero;
    not_numbers += other.not_numbers;
  }
};

/// Rendered pixels of a panel that are next to each other in a row of the image.
struct PixelRun {
  const Panel* panel = nullptr;
  std::size_t number = 0;          ///< of the panel in its detector
  std::size_t begin = 0, end = 0;  ///< columns of the image
  std::size_t slow = 0;            ///< row of the panel

  bool masked(std::size_t column) const { return panel->masked(column - panel->data_fast, slow); }
  /// Number of a pixel in its panel.
  std::uint32_t pixel(std::size_t column) const {
    return static_cast<std::uint32_t>(slow * panel->n_fast + column - panel->data_fast);
  }
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

/// A row of the image on its way through the stages.
struct ValueRow {
  std::size_t slow = 0;
  std::span<double> values;
  const PixelRuns& runs;
  ResponseCounts& counts;

  /// value = f(run, column, value) for each rendered pixel, masked or not.
  template <class F>
  void change(F&& f) {
    runs.for_each(slow, [&](const PixelRun& run) {
      for (std::size_t at = run.begin; at < run.end; ++at) values[at] = f(run, at, values[at]);
    });
  }
};

/// What becomes of each pixel by itself.
class PixelStage {
 public:
  virtual ~PixelStage() = default;

  /// As files and messages call it: "point_spread".
  virtual std::string_view name() const = 0;
  /// Whether a pixel depends on those before it: then all are computed in raster order, by one thread.
  virtual bool in_order() const { return false; }
  /// Threads share the stage, unless it goes in order.
  virtual void apply(ValueRow& row) = 0;
};

/// What mixes pixels.
class ImageStage {
 public:
  virtual ~ImageStage() = default;

  virtual std::string_view name() const = 0;
  /// `values`: of the image that the detector's panels share, in raster order.
  virtual void apply(std::vector<double>& values, const Detector& detector, int threads) = 0;
};

/// A random count with the given mean.
using PoissonDeviate = std::function<double(double mean)>;

using Stage = std::variant<std::unique_ptr<PixelStage>, std::unique_ptr<ImageStage>>;

std::string_view name_of(const Stage& stage);

}  // namespace femtobragg
#pragma GCC visibility pop
