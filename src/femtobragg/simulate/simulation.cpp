// Keeps what an update did not change.
#include "femtobragg/simulate/simulation.h"

#include <numeric>
#include <utility>
#include <vector>

#include "femtobragg/model/coverage.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/lattices.h"

namespace femtobragg {
namespace {

using PreparedLattices = std::vector<std::unique_ptr<backends::Prepared>>;

std::unique_ptr<backends::Prepared> made_ready(const Experiment& of_one, const RenderRequest& request,
                                               const backends::Prepared* like) {
  auto plan = std::make_shared<const kernel::Plan>(compile_plan(of_one, like ? &like->plan() : nullptr));
  return prepare(std::move(plan), request, like);
}

/// Backgrounds go with the first crystal.
PreparedLattices all_made_ready(const Experiment& experiment, const RenderRequest& request,
                                const PreparedLattices& before) {
  PreparedLattices prepared;
  if (experiment.lattices.empty()) {
    prepared.push_back(made_ready(experiment, request, before.empty() ? nullptr : before.front().get()));
  } else {
    validate(experiment);
    for (std::size_t i = 0; i < experiment.lattices.size(); ++i) {
      const backends::Prepared* like = i < before.size() ? before[i].get() : i > 0 ? prepared[0].get() : nullptr;
      Experiment one = with_one_lattice(experiment, i);
      prepared.push_back(made_ready(i == 0 ? one : without_backgrounds(std::move(one)), request, like));
    }
  }
  require_separate_windows(experiment.detector);
  return prepared;
}

}  // namespace

Simulation::Simulation(Experiment experiment, RenderRequest request)
    : experiment_(std::move(experiment)),
      request_(std::move(request)),
      prepared_(all_made_ready(experiment_, request_, {})) {}

void Simulation::update(Experiment experiment) {
  const auto& now = experiment_.structure_factors;
  auto& next = experiment.structure_factors;
  if (next && next != now && *next == *now) next = now;
  prepared_ = all_made_ready(experiment, request_, prepared_);
  experiment_ = std::move(experiment);
}

Rendering Simulation::render(const backends::Watch& watch) const {
  Rendering all{Image::zeros(shape().n_fast, shape().n_slow), {}};
  all.summary = prepared().render(windows_of(experiment_.detector, all.image), watch);
  for (std::size_t i = 1; i < prepared_.size(); ++i) {
    Image image = Image::zeros(shape().n_fast, shape().n_slow);
    const backends::RunSummary summary =
        prepared(i).render(windows_of(experiment_.detector, image), watch.after(i * pixels_of_all(plan())));
    all.summary.bound_photons += summary.bound_photons;
    all.summary.interpolation_stopped |= summary.interpolation_stopped;
    for (std::size_t k = 0; k < image.pixels.size(); ++k) all.image.pixels[k] += image.pixels[k];
  }
  return all;
}

std::optional<kernel::Recorder> Simulation::trace(std::size_t fast, std::size_t slow) const {
  require_one_lattice(experiment_);
  const auto at = panel_pixel_at(experiment_.detector, fast, slow);
  if (!at) return std::nullopt;
  std::vector<std::size_t> all(experiment_.detector.panels.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::optional<kernel::Recorder> result;
  prepared().record(
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
