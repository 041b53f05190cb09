// The first stages: counting, gain, offset.
#include "femtobragg/simulate/response_stage.h"

#include <algorithm>
#include <numeric>

#include "femtobragg/physics/counting.h"
#include "femtobragg/physics/random_stream.h"

namespace femtobragg {

PixelRuns::PixelRuns(const Detector& detector) : detector_(detector), from_left_(detector.panels.size()) {
  std::iota(from_left_.begin(), from_left_.end(), std::size_t{0});
  std::ranges::sort(from_left_, {}, [&](std::size_t i) { return detector.panels[i].data_fast; });
}

namespace {

/// count(run, column, mean) for each mean that is a number.
template <class Count>
void count_photons(const Strip& from, Strip& to, const PixelRuns& runs, ResponseCounts& counts, Count&& count) {
  for (std::size_t slow = to.begin; slow < to.end; ++slow) {
    const std::span<const double> means = from.row(slow);
    const std::span<double> row = to.row(slow);
    runs.for_each(slow, [&](const PixelRun& run) {
      for (std::size_t at = run.begin; at < run.end; ++at) {
        const double mean = means[at];
        row[at] = std::isnan(mean) ? mean : count(run, at, mean);
        if (!std::isnan(mean) && to.owns(slow) && !run.masked(at)) counts.photons += row[at];
      }
    });
  }
}

}  // namespace

void CountingStage::apply(const Strip& from, Strip& to, const PixelRuns& runs, ResponseCounts& counts) {
  count_photons(from, to, runs, counts, [&](const PixelRun& run, std::size_t column, double mean) {
    if (mean < 0) return mean;
    const std::size_t pixel = run.slow * run.panel->n_fast + column - run.panel->data_fast;
    physics::RandomStream stream({.seed = key_.seed,
                                  .use = physics::RandomUse::Counting,
                                  .frame = key_.frame,
                                  .panel = static_cast<std::uint32_t>(run.number),
                                  .pixel = static_cast<std::uint32_t>(pixel)});
    return physics::poisson_count(mean, stream);
  });
}

void SerialCountingStage::apply(const Strip& from, Strip& to, const PixelRuns& runs, ResponseCounts& counts) {
  count_photons(from, to, runs, counts, [&](const PixelRun&, std::size_t, double mean) { return poisson_(mean); });
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
