// Strips of rows in parallel.
#include "femtobragg/backends/simd/pass.h"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <mutex>

#include "femtobragg/backends/simd/lane_choice.h"

namespace femtobragg::backends::simd_backend {

using kernel::PanelPlan;
using kernel::Plan;

namespace {

kernel::TileFacts tile_facts(const Plan& plan) {
  kernel::TileFacts facts;
  facts.table_scale = 1.0 / largest_amplitude(plan);
  facts.amplitude_at = amplitude_at;
  if (plan.ordered_sums) {
    facts.capture = plan.capture;
    facts.polarization = plan.polarization;
    facts.solid_angle = plan.solid_angle;
  }
  return facts;
}

}  // namespace

int most_threads(const RunControl& control) { return control.threads > 0 ? control.threads : omp_get_max_threads(); }

int busy_threads(const PanelPlan& panel, int most) {
  return std::clamp(static_cast<int>(gradient_strips(panel)), 1, most);
}

Pass::Pass(const InstructionSet& set, const Plan& plan, const PanelPlan& panel, LaneShape shape, LaneKind kind,
           const RunControl& control)
    : set_(set),
      plan_(plan),
      panel_(panel),
      shape_(shape),
      kind_(kind),
      threads_(most_threads(control)),
      facts_(tile_facts(plan)) {
  tables_ = std::make_unique<const AmplitudeTableStore>(plan, facts_.table_scale, !is_double(kind));
  facts_.tables = tables_->tables();
  if (!can_leave_out(plan, panel)) return;
  facts_.most_q_per_m = most_q_per_m(plan);
  if (control.tolerance > 0) bound_photons_ = leave_out(control.tolerance);
}

std::size_t Pass::chunks() const {
  return spots_ ? (kernel::term_count(plan_) + kernel::most_terms - 1) / kernel::most_terms : 0;
}

void Pass::keep_dark_amplitudes() { facts_.most_q_per_m = std::numeric_limits<double>::infinity(); }

kernel::StripJob Pass::job(std::size_t strip, const Workspace& workspace, std::vector<kernel::SpotChoice>& choices,
                           float* pixels) const {
  if (spots_) spots_->choose(strip, choices);
  const std::size_t begin = panel_.slow_begin + strip * kernel::strip_rows;
  return {.plan = &plan_,
          .panel = &panel_,
          .facts = &facts_,
          .slow_begin = begin,
          .slow_end = std::min(begin + kernel::strip_rows, panel_.slow_end),
          .pixels = pixels,
          .marks = facts_.choose_terms() ? workspace.marks() : kernel::TileMarks{},
          .spots = spots_ ? choices.data() : nullptr,
          .sums = workspace.sums(),
          .lit = workspace.lit()};
}

void Pass::set_level(double level) {
  leave_out_below(plan_, panel_, level, facts_);
  spots_ = nullptr;
  if (SpotLists::are_possible(panel_, facts_.reach))
    spots_ = std::make_unique<const SpotLists>(plan_, panel_, level, threads_);
  if (spots_ && !spots_->complete()) spots_ = nullptr;
  facts_.test_tiles = !spots_;
}

/// Sets the pass up to leave out what stays below the tolerance. Returns the bound in photons.
///
/// The brightest pixel must be known for that: a walk with only the strongest terms finds one that is nearly as
/// bright, and as all terms add, never brighter.
double Pass::leave_out(double tolerance) {
  double brightest = 0;
  for (double level = 0.25; !(brightest > 0) && level > 1e-12; level *= 1e-2) {
    set_level(level);
    brightest = render(nullptr, nullptr).brightest;
  }
  const double level = tolerance * brightest / most_weight(plan_, panel_);
  if (!(level > 0) || level >= 1) {
    facts_.reach = {};
    facts_.test_tiles = false;
    spots_ = nullptr;
    return 0;
  }
  set_level(level);
  const double amplitude = plan_.domain.total_cells / facts_.table_scale;
  return tolerance * brightest * plan_.intensity_scale / plan_.steps * amplitude * amplitude;
}

void Pass::for_each_strip(const Work& work, const std::function<void(int thread)>& after) const {
  const int threads = busy_threads(panel_, threads_);
  const std::size_t strips = gradient_strips(panel_);
  std::vector<Workspace> workspaces;
  for (int i = 0; i < threads; ++i) workspaces.emplace_back(set_.scratch_bytes, panel_);
  std::vector<std::vector<kernel::SpotChoice>> choices(static_cast<std::size_t>(threads),
                                                       std::vector<kernel::SpotChoice>(chunks()));
  const auto work_on = [&](std::size_t strip) {
    const int thread = omp_get_thread_num();
    const Workspace& workspace = workspaces[static_cast<std::size_t>(thread)];
    kernel::StripJob strip_job = job(strip, workspace, choices[static_cast<std::size_t>(thread)], nullptr);
    work(thread, strip, strip_job, workspace.scratch());
  };
  if (after) {
#pragma omp parallel for ordered schedule(dynamic) num_threads(threads)
    for (std::size_t strip = 0; strip < strips; ++strip) {
      work_on(strip);
#pragma omp ordered
      after(omp_get_thread_num());
    }
  } else {
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (std::size_t strip = 0; strip < strips; ++strip) work_on(strip);
  }
}

Pass::Result Pass::render(float* pixels, const RunControl* listener) const {
  std::vector<Result> results(gradient_strips(panel_));
  std::mutex mutex;
  std::uint64_t rendered = 0;
  const auto work = [&](int thread, std::size_t i, kernel::StripJob& job, void* scratch) {
    const auto begin = std::chrono::steady_clock::now();
    job.pixels = pixels;
    strip().render(job, scratch);
    results[i] = {job.solid_angle_sr, job.brightest};
    if (!listener || !(listener->progress || listener->work_done)) return;
    const std::lock_guard lock(mutex);
    rendered += job.rendered;
    if (listener->progress) listener->progress(rendered);
    if (listener->work_done)
      listener->work_done(
          {thread, job.slow_begin, job.slow_end - job.slow_begin, begin, std::chrono::steady_clock::now()});
  };
  for_each_strip(work, nullptr);
  Result total;
  for (const Result& result : results) {
    total.solid_angle_sr += result.solid_angle_sr;
    total.brightest = std::max(total.brightest, result.brightest);
  }
  return total;
}

}  // namespace femtobragg::backends::simd_backend
