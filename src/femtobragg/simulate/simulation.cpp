// Keeps what an update did not change.
#include "femtobragg/simulate/simulation.h"

#include <numeric>
#include <utility>
#include <vector>

#include "femtobragg/model/coverage.h"
#include "femtobragg/simulate/compile_plan.h"

namespace femtobragg {
namespace {

std::unique_ptr<backends::Prepared> made_ready(const Experiment& experiment, const RenderRequest& request,
                                               const backends::Prepared* like) {
  auto plan = std::make_shared<const kernel::Plan>(compile_plan(experiment, like ? &like->plan() : nullptr));
  require_separate_windows(experiment.detector);
  return prepare(std::move(plan), request, like);
}

}  // namespace

Simulation::Simulation(Experiment experiment, RenderRequest request)
    : experiment_(std::move(experiment)),
      request_(std::move(request)),
      prepared_(made_ready(experiment_, request_, nullptr)) {}

void Simulation::update(Experiment experiment) {
  const auto& now = experiment_.structure_factors;
  auto& next = experiment.structure_factors;
  if (next && next != now && *next == *now) next = now;
  prepared_ = made_ready(experiment, request_, prepared_.get());
  experiment_ = std::move(experiment);
}

Rendering Simulation::render(const backends::Watch& watch) const {
  Rendering all{Image::zeros(shape().n_fast, shape().n_slow), {}};
  all.summary = prepared_->render(windows_of(experiment_.detector, all.image), watch);
  return all;
}

std::optional<kernel::Recorder> Simulation::trace(std::size_t fast, std::size_t slow) const {
  const auto at = panel_pixel_at(experiment_.detector, fast, slow);
  if (!at) return std::nullopt;
  std::vector<std::size_t> all(experiment_.detector.panels.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::optional<kernel::Recorder> result;
  prepared_->record(
      all, at->panel, [&](std::size_t f, std::size_t s) { return f == at->fast && s == at->slow; },
      [&](std::size_t, std::size_t, const kernel::Recorder& record) {
        result = record;
        return false;
      },
      {});
  return result;
}

backends::Outlook Simulation::outlook(std::size_t panel) const { return femtobragg::outlook(plan(), panel, request_); }

}  // namespace femtobragg
