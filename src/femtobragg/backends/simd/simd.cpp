// Strips of rows in parallel, each by the kernel of the chosen instruction set.
#include "femtobragg/backends/simd/simd.h"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <mutex>

#include "femtobragg/backends/reference/reference.h"
#include "femtobragg/backends/simd/amplitude_tables.h"
#include "femtobragg/backends/simd/lane_choice.h"
#include "femtobragg/backends/simd/lane_record.h"
#include "femtobragg/backends/simd/skipping.h"

namespace femtobragg::backends {
namespace simd_backend {

namespace {

using kernel::PanelPlan;
using kernel::Plan;

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

constexpr std::size_t narrowest_tile = 2;

/// Memory of one thread, aligned for packs.
class Workspace {
 public:
  Workspace(std::size_t scratch_bytes, const PanelPlan& panel)
      : scratch_(allocate(scratch_bytes)),
        sums_(allocate(sums_bytes(panel))),
        marks_(allocate(most_tiles(panel) * sizeof(kernel::TermSet))),
        in_use_(allocate(most_tiles(panel) * sizeof(bool))),
        lit_(allocate(most_tiles(panel) * sizeof(bool))) {}

  static std::size_t bytes(std::size_t scratch_bytes, const PanelPlan& panel) {
    return scratch_bytes + sums_bytes(panel) + most_tiles(panel) * (sizeof(kernel::TermSet) + 2 * sizeof(bool));
  }

  void* scratch() const { return scratch_.get(); }
  kernel::TileMarks marks() const {
    return {static_cast<kernel::TermSet*>(marks_.get()), static_cast<bool*>(in_use_.get())};
  }
  double* sums() const { return static_cast<double*>(sums_.get()); }
  bool* lit() const { return static_cast<bool*>(lit_.get()); }

 private:
  static std::size_t sums_bytes(const PanelPlan& panel) {
    return kernel::strip_rows * kernel::padded_width(panel) * sizeof(double);
  }
  static std::size_t most_tiles(const PanelPlan& panel) {
    return kernel::strip_rows * kernel::padded_width(panel) / narrowest_tile;
  }
  static std::unique_ptr<void, decltype(&std::free)> allocate(std::size_t bytes) {
    constexpr std::size_t unit = 64;
    void* const memory = std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit);
    if (!memory) throw std::bad_alloc();
    return {memory, &std::free};
  }

  std::unique_ptr<void, decltype(&std::free)> scratch_, sums_, marks_, in_use_, lit_;
};

/// Instructions of the multiply-add units in the sum over terms, a pixel: two for each Miller index, the sines, the
/// interference polynomials and the product. Counted in kernel/tile.h and few_cells.h; zero where nobody counted.
double multiply_adds(LaneShape shape, bool floats) {
  const double sine = floats ? 6 : 9;
  if (shape == LaneShape::OddFewCells) return 3 * (2 + sine + 1 + 2) + 4;
  if (shape == LaneShape::Parallelepiped) return 3 * (2 + 1 + 2 * sine + 1) + 8;
  return 0;
}

std::size_t strip_count(const PanelPlan& panel) {
  const std::size_t rows = panel.fast_end > panel.fast_begin ? panel.slow_end - panel.slow_begin : 0;
  return (rows + kernel::strip_rows - 1) / kernel::strip_rows;
}

int most_threads(const RunControl& control) { return control.threads > 0 ? control.threads : omp_get_max_threads(); }

/// Those that have a strip to do.
int busy_threads(const PanelPlan& panel, int most) { return std::clamp(static_cast<int>(strip_count(panel)), 1, most); }

class SimdBackend : public Backend {
 public:
  explicit SimdBackend(const InstructionSet& set) : set_(set) {}

  std::string name() const override { return std::string("simd-") + set_.name; }
  std::string description() const override { return "many pixels at once, all cores"; }
  std::vector<NumberType> number_types() const override { return {NumberType::Float32, NumberType::Float64}; }

  RunSummary render(const Plan& plan, std::size_t panel_index, std::span<float> pixels,
                    const RunControl& control) const override {
    const PanelPlan& panel = plan.panels.at(panel_index);
    if (const auto reason = why_not_tiles(plan, panel)) {
      RunSummary summary = reference_->render(plan, panel_index, pixels, control);
      summary.ran_on += " because " + *reason;
      return summary;
    }
    const Pass pass = prepared(plan, panel, control);
    const PassResult result = run(pass, pixels.data(), &control);
    return {.solid_angle_sr = result.solid_angle_sr,
            .interpolation_stopped = false,
            .bound_photons = pass.bound_photons,
            .ran_on = ran_on(pass.kind)};
  }

  Outlook outlook(const Plan& plan, std::size_t panel_index, const RunControl& control) const override {
    const PanelPlan& panel = plan.panels.at(panel_index);
    if (const auto reason = why_not_tiles(plan, panel)) {
      Outlook fallback = reference_->outlook(plan, panel_index, control);
      fallback.ran_on += " because " + *reason;
      return fallback;
    }
    const LaneKind kind = lane_kind(plan, panel, control, set_.wide_float_tile);
    const int threads = busy_threads(panel, most_threads(control));
    Outlook outlook{ran_on(kind), hot_loop_of(set_, lane_shape(plan), kind), threads, {}};
    if (const auto bytes = AmplitudeTableStore::bytes(plan, !is_double(kind)))
      outlook.memory.push_back({"amplitudes for lanes", bytes});
    outlook.memory.push_back({"work of " + std::to_string(threads) + (threads == 1 ? " thread" : " threads"),
                              static_cast<std::uint64_t>(threads) * Workspace::bytes(set_.scratch_bytes, panel)});
    if (control.tolerance > 0 && can_leave_out(plan, panel))
      outlook.memory.push_back({"lists of spots, at most", SpotLists::most_bytes});
    return outlook;
  }

  std::optional<Speed> speed(const Plan& plan, const RunControl& control) const override {
    const bool floats = control.number_type == NumberType::Float32;
    constexpr std::size_t rounds = 20'000'000;
    double best = 0;
    for (int i = 0; i < 3; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      const double done = set_.multiply_adds(floats, rounds);
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
      best = std::max(best, done / seconds.count());
    }
    return Speed{best, multiply_adds(lane_shape(plan), floats)};
  }

  void record(const Plan& plan, std::size_t panel_index, const PixelChoice& chosen, const PixelVisit& visit,
              const RunControl& control) const override {
    const PanelPlan& panel = plan.panels.at(panel_index);
    if (why_not_tiles(plan, panel)) return reference_->record(plan, panel_index, chosen, visit, control);
    const Pass pass = prepared(plan, panel, control);
    const Workspace workspace(set_.scratch_bytes, panel);
    std::vector<kernel::SpotChoice> choices(pass.chunks());
    std::vector<float> pixels(panel.n_fast * panel.n_slow);
    for (std::size_t slow = panel.slow_begin; slow < panel.slow_end; ++slow)
      for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast) {
        if (panel.skips(fast, slow) || !chosen(fast, slow)) continue;
        LaneRecord record(plan, pass.facts, fast, slow);
        const std::size_t strip = (slow - panel.slow_begin) / kernel::strip_rows;
        kernel::StripJob job = job_of(pass, strip, workspace, choices, pixels.data());
        job.tap = &record.tap();
        pass.strip.render(job, workspace.scratch());
        if (!visit(fast, slow, record.recorder())) return;
      }
  }

  RunSummary differentiate(const Plan& plan, const kernel::PlanMotion& motion, std::size_t panel,
                           const GradientVisit& visit, const RunControl& control) const override {
    return reference_->differentiate(plan, motion, panel, visit, control);
  }

  void differentiate_amplitudes(const Plan& plan, std::size_t panel, std::span<const double> weights,
                                AmplitudeVariable variable, std::span<double> derivatives,
                                const RunControl& control) const override {
    reference_->differentiate_amplitudes(plan, panel, weights, variable, derivatives, control);
  }

 private:
  std::string ran_on(LaneKind kind) const { return name() + (is_double(kind) ? ", float64" : ", float32"); }

  /// One walk over the panel.
  struct Pass {
    const Plan& plan;
    const PanelPlan& panel;
    LaneKind kind;
    const Strip& strip;
    int threads;
    std::unique_ptr<const AmplitudeTableStore> tables;
    kernel::TileFacts facts;
    std::unique_ptr<const SpotLists> spots;
    double bound_photons = 0;

    std::size_t chunks() const {
      return spots ? (kernel::term_count(plan) + kernel::most_terms - 1) / kernel::most_terms : 0;
    }
  };

  Pass prepared(const Plan& plan, const PanelPlan& panel, const RunControl& control) const {
    const LaneKind kind = lane_kind(plan, panel, control, set_.wide_float_tile);
    Pass pass{.plan = plan,
              .panel = panel,
              .kind = kind,
              .strip = strip_of(set_, lane_shape(plan), kind),
              .threads = most_threads(control),
              .tables = nullptr,
              .facts = tile_facts(plan),
              .spots = nullptr};
    pass.tables = std::make_unique<const AmplitudeTableStore>(plan, pass.facts.table_scale, !is_double(kind));
    pass.facts.tables = pass.tables->tables();
    if (!can_leave_out(plan, panel)) return pass;
    pass.facts.most_q_per_m = most_q_per_m(plan);
    if (control.tolerance > 0) pass.bound_photons = leave_out(pass, control.tolerance);
    return pass;
  }

  /// The work on a strip; `choices` are its spots, one entry for each chunk of terms.
  static kernel::StripJob job_of(const Pass& pass, std::size_t strip, const Workspace& workspace,
                                 std::vector<kernel::SpotChoice>& choices, float* pixels) {
    if (pass.spots) pass.spots->choose(strip, choices);
    const std::size_t begin = pass.panel.slow_begin + strip * kernel::strip_rows;
    return {.plan = &pass.plan,
            .panel = &pass.panel,
            .facts = &pass.facts,
            .slow_begin = begin,
            .slow_end = std::min(begin + kernel::strip_rows, pass.panel.slow_end),
            .pixels = pixels,
            .marks = pass.facts.choose_terms() ? workspace.marks() : kernel::TileMarks{},
            .spots = pass.spots ? choices.data() : nullptr,
            .sums = workspace.sums(),
            .lit = workspace.lit()};
  }

  struct PassResult {
    double solid_angle_sr = 0, brightest = 0;
  };

  static void set_level(Pass& pass, double level) {
    leave_out_below(pass.plan, pass.panel, level, pass.facts);
    pass.spots = nullptr;
    if (SpotLists::are_possible(pass.panel, pass.facts.reach))
      pass.spots = std::make_unique<const SpotLists>(pass.plan, pass.panel, level, pass.threads);
    if (pass.spots && !pass.spots->complete()) pass.spots = nullptr;
    pass.facts.test_tiles = !pass.spots;
  }

  /// Sets the pass up to leave out what stays below the tolerance. Returns the bound in photons.
  ///
  /// The brightest pixel must be known for that: a walk with only the strongest terms finds one that is nearly as
  /// bright, and as all terms add, never brighter.
  double leave_out(Pass& pass, double tolerance) const {
    double brightest = 0;
    for (double level = 0.25; !(brightest > 0) && level > 1e-12; level *= 1e-2) {
      set_level(pass, level);
      brightest = run(pass, nullptr, nullptr).brightest;
    }
    const double level = tolerance * brightest / most_weight(pass.plan, pass.panel);
    if (!(level > 0) || level >= 1) {
      pass.facts.reach = {};
      pass.facts.test_tiles = false;
      pass.spots = nullptr;
      return 0;
    }
    set_level(pass, level);
    const double amplitude = pass.plan.domain.total_cells / pass.facts.table_scale;
    return tolerance * brightest * pass.plan.intensity_scale / pass.plan.steps * amplitude * amplitude;
  }

  /// `listener`: who wants to know how far it is; null: nobody.
  PassResult run(const Pass& pass, float* pixels, const RunControl* listener) const {
    const PanelPlan& panel = pass.panel;
    const std::size_t strips = strip_count(panel);
    std::vector<PassResult> results(strips);
    std::mutex mutex;
    std::uint64_t rendered = 0;
    const int threads = busy_threads(panel, pass.threads);
    std::vector<Workspace> workspaces;
    for (int i = 0; i < threads; ++i) workspaces.emplace_back(set_.scratch_bytes, panel);
    std::vector<std::vector<kernel::SpotChoice>> all_choices(static_cast<std::size_t>(threads),
                                                             std::vector<kernel::SpotChoice>(pass.chunks()));
#pragma omp parallel num_threads(threads)
    {
      const Workspace& workspace = workspaces[static_cast<std::size_t>(omp_get_thread_num())];
      std::vector<kernel::SpotChoice>& choices = all_choices[static_cast<std::size_t>(omp_get_thread_num())];
#pragma omp for schedule(dynamic)
      for (std::size_t i = 0; i < strips; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        kernel::StripJob job = job_of(pass, i, workspace, choices, pixels);
        pass.strip.render(job, workspace.scratch());
        results[i] = {job.solid_angle_sr, job.brightest};
        if (listener && (listener->progress || listener->work_done)) {
          const std::lock_guard lock(mutex);
          rendered += job.rendered;
          if (listener->progress) listener->progress(rendered);
          if (listener->work_done)
            listener->work_done({omp_get_thread_num(), job.slow_begin, job.slow_end - job.slow_begin, begin,
                                 std::chrono::steady_clock::now()});
        }
      }
    }
    PassResult total;
    for (const PassResult& result : results) {
      total.solid_angle_sr += result.solid_angle_sr;
      total.brightest = std::max(total.brightest, result.brightest);
    }
    return total;
  }

  const InstructionSet& set_;
  std::unique_ptr<Backend> reference_ = make_reference_backend();
};

}  // namespace
}  // namespace simd_backend

std::vector<HotLoop> simd_hot_loops() {
  using namespace simd_backend;
  std::vector<HotLoop> loops;
  for (const InstructionSet* set : compiled_instruction_sets())
    for (std::size_t shape = 0; shape < lane_shapes; ++shape)
      for (std::size_t kind = 0; kind < lane_kinds; ++kind)
        loops.push_back(hot_loop_of(*set, static_cast<LaneShape>(shape), static_cast<LaneKind>(kind)));
  return loops;
}

std::vector<std::unique_ptr<Backend>> make_simd_backends() {
  std::vector<std::unique_ptr<Backend>> backends;
  for (const simd_backend::InstructionSet* set : simd_backend::available_instruction_sets())
    backends.push_back(std::make_unique<simd_backend::SimdBackend>(*set));
  return backends;
}

}  // namespace femtobragg::backends
