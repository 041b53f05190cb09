// The first stages: counting, gain, offset.
#include "femtobragg/simulate/response_stage.h"

#include <algorithm>

namespace femtobragg {

PixelRuns::PixelRuns(const Detector& detector) {
  for (const Panel& panel : detector.panels) panels_.push_back(&panel);
  std::ranges::sort(panels_, {}, &Panel::data_fast);
}

void CountingStage::apply(const Strip& from, Strip& to, const PixelRuns& runs, ResponseCounts& counts) {
  for (std::size_t slow = to.begin; slow < to.end; ++slow) {
    const std::span<const double> means = from.row(slow);
    const std::span<double> row = to.row(slow);
    runs.for_each(slow, [&](const PixelRun& run) {
      for (std::size_t at = run.begin; at < run.end; ++at) {
        const double mean = means[at];
        row[at] = std::isnan(mean) ? mean : poisson_(mean);
        if (!std::isnan(mean) && to.owns(slow) && !run.masked(at)) counts.photons += row[at];
      }
    });
  }
}

void GainStage::apply(const Strip& from, Strip& to, const PixelRuns&, ResponseCounts&) {
  for (std::size_t slow = to.begin; slow < to.end; ++slow)
    std::ranges::transform(from.row(slow), to.row(slow).begin(), [this](double value) { return value * gain_; });
}

void OffsetStage::apply(const Strip& from, Strip& to, const PixelRuns&, ResponseCounts&) {
  for (std::size_t slow = to.begin; slow < to.end; ++slow)
    std::ranges::transform(from.row(slow), to.row(slow).begin(), [this](double value) { return value + offset_; });
}

}  // namespace femtobragg
