// Strips of rows in parallel.
#include "femtobragg/backends/simd/pass.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>

#include "femtobragg/backends/simd/alike_strips.h"
#include "femtobragg/backends/simd/lane_choice.h"
#include "femtobragg/backends/simd/smooth_backgrounds.h"

namespace femtobragg::backends::simd_backend {

using kernel::PanelPlan;
using kernel::Plan;

namespace {

kernel::TileFacts tile_facts(const Plan& plan, double largest_amplitude) {
  kernel::TileFacts facts;
  facts.table_scale = 1.0 / largest_amplitude;
  facts.amplitude_at = amplitude_at;
  facts.all_alike = !plan.structure_factors.values;
  if (plan.ordered_sums) {
    facts.capture = plan.capture;
    facts.polarization = plan.polarization;
    facts.solid_angle = plan.solid_angle;
  }
  return facts;
}

}  // namespace

int most_threads(const RunControl& control) { return control.threads > 0 ? control.threads : omp_get_max_threads(); }

Pass::Pass(const InstructionSet& set, const Plan& plan, const PanelPlan& panel, LaneShape shape, LaneKind kind,
           const RunControl& control, const std::shared_ptr<PlanAmplitudes>& shared)
    : set_(set),
      plan_(plan),
      panel_(panel),
      view_(plan.view()),
      panel_view_(panel.view()),
      shape_(shape),
      kind_(kind),
      threads_(most_threads(control)),
      shared_(shared),
      can_leave_out_(simd_backend::can_leave_out(plan, panel)),
      facts_(tile_facts(plan, shared->largest())),
      alike_facts_(facts_),
      alike_kind_(is_double(kind) ? LaneKind::WideDouble : lane_kind(plan, panel, control, set.wide_float_tile, true)) {
  facts_.tables = shared_->tables(!is_double(kind));
  facts_.dark = shared_->dark();
  alike_facts_.all_alike = true;
  const physics::StructureFactorBox& box = plan.structure_factors;
  if (can_leave_out_ && box.outside == 0) facts_.most_q_per_m = shared_->table_q_per_m();
  if (box.values && box.outside != 0 && control.tolerance == 0)
    alike_ = strips_beyond(plan, panel, shared_->table_q_per_m());
}

std::size_t Pass::chunks() const {
  return spots_ ? (kernel::term_count(plan_) + kernel::most_terms - 1) / kernel::most_terms : 0;
}

void Pass::keep_dark_amplitudes() {
  facts_.dark = false;
  facts_.most_q_per_m = std::numeric_limits<double>::infinity();
}

kernel::StripJob Pass::job(std::size_t strip, const Workspace& workspace, std::vector<kernel::SpotChoice>& choices,
                           kernel::PixelWindow pixels) const {
  if (spots_) spots_->choose(place_in_spots_, strip, choices);
  const std::size_t begin = panel_.slow_begin + strip * kernel::strip_rows;
  return {.plan = &view_,
          .panel = &panel_view_,
          .facts = &facts_,
          .slow_begin = begin,
          .slow_end = std::min(begin + kernel::strip_rows, panel_.slow_end),
          .pixels = pixels,
          .marks = facts_.choose_terms() ? workspace.marks() : kernel::TileMarks{},
          .spots = spots_ ? choices.data() : nullptr,
          .sums = workspace.sums(),
          .lit = workspace.lit()};
}

void Pass::render(std::size_t strip, kernel::StripJob& job, void* scratch) const {
  // Where terms are left out, that saves more.
  const bool alike = !alike_.empty() && alike_[strip] && !facts_.choose_terms();
  if (alike) job.facts = &alike_facts_;
  strip_of(set_, shape_, alike ? alike_kind_ : kind_).render(job, scratch);
}

void Pass::leave_out_below(double level) {
  simd_backend::leave_out_below(plan_, panel_, level, facts_);
  spots_ = nullptr;
  const double amplitude = plan_.domain.total_cells / facts_.table_scale;
  bound_photons_ = level * most_weight(plan_, panel_) * plan_.intensity_scale / plan_.divisor() * amplitude * amplitude;
}

void Pass::take_spots(const std::shared_ptr<const SpotLists>& lists, std::size_t place) {
  spots_ = lists;
  place_in_spots_ = place;
  facts_.test_tiles = false;
}

void Pass::leave_out_nothing() {
  facts_.reach = {};
  facts_.test_tiles = false;
  spots_ = nullptr;
  bound_photons_ = 0;
}

double Pass::most_photons_of_term() const {
  double most_ray = 0;
  for (const kernel::Ray& ray : plan_.rays) most_ray = std::max(most_ray, ray.weight);
  double most_light = 0;
  for (const kernel::Orientation& axes : plan_.orientations) most_light = std::max(most_light, axes.light);
  const double amplitude = plan_.domain.total_cells * largest_amplitude();
  return plan_.intensity_scale / plan_.divisor() * amplitude * amplitude * most_ray * most_light *
         largest_solid_angle(panel_);
}

namespace {

std::vector<PlacedStrip> strips_of(std::span<const Pass> passes) {
  std::vector<PlacedStrip> strips;
  for (std::size_t p = 0; p < passes.size(); ++p)
    for (std::size_t i = 0; i < gradient_strips(passes[p].panel()); ++i) strips.push_back({p, i});
  return strips;
}

const PanelPlan& widest_panel(std::span<const Pass> passes) {
  return std::ranges::max_element(passes, {}, [](const Pass& pass) { return kernel::padded_width(pass.panel()); })
      ->panel();
}

std::size_t busy_threads(std::size_t strips, std::span<const Pass> passes) {
  return std::clamp<std::size_t>(strips, 1, static_cast<std::size_t>(passes.front().threads()));
}

}  // namespace

std::size_t busy_threads(std::span<const Pass> passes) { return busy_threads(strips_of(passes).size(), passes); }

void for_each_strip(std::span<const Pass> passes, std::span<const kernel::PixelWindow> pixels,
                    const std::stop_token& stop, const StripWork& work, const std::function<void(int thread)>& after) {
  const std::vector<PlacedStrip> strips = strips_of(passes);
  const std::size_t workers = busy_threads(strips.size(), passes);
  std::vector<Workspace> workspaces;
  for (std::size_t i = 0; i < workers; ++i)
    workspaces.emplace_back(passes.front().set().scratch_bytes, widest_panel(passes));
  std::vector<std::vector<kernel::SpotChoice>> choices(workers);
  WorkItems items(stop);
  const auto work_on = [&](const PlacedStrip& at) {
    const int thread = omp_get_thread_num();
    const auto mine = static_cast<std::size_t>(thread);
    const Pass& pass = passes[at.pass];
    choices[mine].resize(pass.chunks());
    kernel::StripJob job =
        pass.job(at.strip, workspaces[mine], choices[mine], pixels.empty() ? kernel::PixelWindow{} : pixels[at.pass]);
    job.abandoned = &items.abandoned();
    work(at, thread, job, workspaces[mine].scratch());
  };
  const int threads = static_cast<int>(workers);
  if (after) {
#pragma omp parallel for ordered schedule(dynamic) num_threads(threads)
    for (std::size_t i = 0; i < strips.size(); ++i) {
      items.run([&] { work_on(strips[i]); });
#pragma omp ordered
      items.run([&] { after(omp_get_thread_num()); });
    }
  } else {
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (std::size_t i = 0; i < strips.size(); ++i) items.run([&] { work_on(strips[i]); });
  }
  items.finish();
}

std::vector<PanelResult> render_passes(std::span<const Pass> passes, std::span<const kernel::PixelWindow> pixels,
                                       const Watch& watch) {
  std::vector<std::vector<PanelResult>> of_strips;
  for (const Pass& pass : passes) of_strips.emplace_back(gradient_strips(pass.panel()));
  const auto backgrounds = smooth_backgrounds(pixels.empty() ? std::span<const Pass>() : passes, watch.stop);
  std::mutex mutex;
  std::uint64_t rendered = 0;
  const auto work = [&](const PlacedStrip& at, int thread, kernel::StripJob& job, void* scratch) {
    const auto begin = std::chrono::steady_clock::now();
    if (!backgrounds.empty()) job.smooth = backgrounds[at.pass].view();
    passes[at.pass].render(at.strip, job, scratch);
    of_strips[at.pass][at.strip] = {job.solid_angle_sr, job.brightest};
    if (!watch.progress && !watch.work_done) return;
    const std::lock_guard lock(mutex);
    if (job.is_abandoned()) return;
    rendered += job.rendered;
    if (watch.progress) watch.progress(rendered);
    if (watch.work_done)
      watch.work_done({thread, job.slow_begin, job.slow_end - job.slow_begin, begin, std::chrono::steady_clock::now()});
  };
  for_each_strip(passes, pixels, watch.stop, work, nullptr);
  std::vector<PanelResult> totals(passes.size());
  for (std::size_t i = 0; i < passes.size(); ++i)
    for (const PanelResult& strip : of_strips[i]) {
      totals[i].solid_angle_sr += strip.solid_angle_sr;
      totals[i].brightest = std::max(totals[i].brightest, strip.brightest);
    }
  return totals;
}

bool some_pixel_reaches(std::span<const Pass> passes, double photons, const std::stop_token& stop) {
  std::atomic<bool> found = false;
  for (const Pass& pass : passes) {
    const PanelPlan& panel = pass.panel();
    std::vector<float> image(panel.n_fast * panel.n_slow);
    const kernel::PixelWindow window{image.data(), panel.n_fast};
    const auto work = [&](const PlacedStrip& at, int, kernel::StripJob& job, void* scratch) {
      if (found) return;
      pass.render(at.strip, job, scratch);
      const auto begin = image.begin() + static_cast<std::ptrdiff_t>(job.slow_begin * panel.n_fast),
                 end = image.begin() + static_cast<std::ptrdiff_t>(job.slow_end * panel.n_fast);
      if (std::any_of(begin, end, [&](float x) { return x >= photons; })) found = true;
    };
    if (!found) for_each_strip({&pass, 1}, {&window, 1}, stop, work, nullptr);
  }
  return found;
}

namespace {

/// All passes leave out what stays below one level, by lists of spots where that is possible.
void leave_out_below(std::span<Pass* const> passes, double level, const std::stop_token& stop) {
  std::vector<Pass*> listed;
  std::vector<const PanelPlan*> panels;
  for (Pass* const pass : passes) {
    pass->leave_out_below(level);
    if (!pass->can_take_spots()) continue;
    listed.push_back(pass);
    panels.push_back(&pass->panel());
  }
  if (listed.empty()) return;
  const Pass& any = *listed.front();
  const auto lists =
      std::make_shared<const SpotLists>(any.plan(), panels, level, any.largest_amplitude(), any.threads(), stop);
  if (!lists->complete()) return;
  for (std::size_t i = 0; i < listed.size(); ++i) listed[i]->take_spots(lists, i);
}

std::vector<Pass*> those_that_can_leave_out(std::span<Pass> passes) {
  std::vector<Pass*> able;
  for (Pass& pass : passes)
    if (pass.can_leave_out()) able.push_back(&pass);
  return able;
}

/// A walk with only the strongest terms finds a pixel that is nearly as bright as the brightest, and as all terms add,
/// never brighter.
double brightest_pixel(std::span<Pass> passes, const std::stop_token& stop) {
  const std::vector<Pass*> able = those_that_can_leave_out(passes);
  double brightest = 0;
  for (double level = 0.25; !(brightest > 0) && level > 1e-12; level *= 1e-2) {
    leave_out_below(able, level, stop);
    for (const PanelResult& result : render_passes(passes, {}, {.stop = stop}))
      brightest = std::max(brightest, result.brightest);
  }
  return brightest;
}

/// Without the spot of the direct beam, which may be thousands of times as bright as all others.
double brightest_spot(std::span<Pass> passes, const std::stop_token& stop) {
  const DarkBeam dark(passes.front().plan());
  if (!dark.differs()) return brightest_pixel(passes, stop);
  const auto shared = std::make_shared<PlanAmplitudes>(dark.plan());
  const RunControl control{.threads = passes.front().threads()};
  std::vector<Pass> others;
  for (const Pass& pass : passes)
    others.emplace_back(pass.set(), dark.plan(), pass.panel(), pass.shape(), pass.kind(), control, shared);
  const double scale = others.front().largest_amplitude() / passes.front().largest_amplitude();
  return brightest_pixel(others, stop) * scale * scale;
}

}  // namespace

/// The brightest spot must be known for that.
void leave_out(std::span<Pass> passes, double tolerance, const std::stop_token& stop) {
  const std::vector<Pass*> able = those_that_can_leave_out(passes);
  if (able.empty()) return;
  const double brightest = brightest_spot(passes, stop);
  double level = 1;
  for (const Pass* const pass : able) level = std::min(level, pass->level_of(tolerance * brightest));
  if (level > 0 && level < 1)
    leave_out_below(able, level, stop);
  else
    for (Pass* const pass : able) pass->leave_out_nothing();
}

}  // namespace femtobragg::backends::simd_backend
