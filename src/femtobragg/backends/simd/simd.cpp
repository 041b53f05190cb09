// Strips of rows in parallel, each by the kernel of the chosen instruction set.
#include "femtobragg/backends/simd/simd.h"

#include <omp.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <numeric>

#include "femtobragg/backends/reference/reference.h"
#include "femtobragg/backends/simd/lane_choice.h"

namespace femtobragg::backends {
namespace simd_backend {

#if defined(__x86_64__)
extern const InstructionSet avx512, avx2, baseline;
#elif defined(__aarch64__)
extern const InstructionSet neon;
#endif

std::vector<const InstructionSet*> available_instruction_sets() {
  std::vector<const InstructionSet*> sets;
#if defined(__x86_64__)
  for (const InstructionSet* set : {&avx512, &avx2, &baseline})
    if (set->runs_here()) sets.push_back(set);
#elif defined(__aarch64__)
  sets.push_back(&neon);
#endif
  return sets;
}

namespace {

using kernel::PanelPlan;
using kernel::Plan;

/// The largest amplitude that a lookup can give; 1 if all are zero.
double largest_amplitude(const Plan& plan) {
  const physics::StructureFactorBox& box = plan.structure_factors;
  double largest = std::abs(box.outside);
  if (box.values) {
    const std::size_t last = box.index(box.h_max, box.k_max, box.l_max);
    for (std::size_t i = 0; i <= last; ++i) largest = std::max(largest, std::abs(box.values[i]));
  }
  return largest > 0 ? largest : 1.0;
}

kernel::TileFacts tile_facts(const Plan& plan) {
  kernel::TileFacts facts;
  facts.table_scale = 1.0 / largest_amplitude(plan);
  if (plan.ordered_sums) {
    facts.capture = plan.capture;
    facts.polarization = plan.polarization;
    facts.solid_angle = plan.solid_angle;
  }
  return facts;
}

/// Memory of one thread, aligned for packs.
class Workspace {
 public:
  Workspace(std::size_t scratch_bytes, const PanelPlan& panel)
      : scratch_(allocate(scratch_bytes)),
        sums_(allocate(kernel::strip_rows * kernel::padded_width(panel) * sizeof(double))) {}

  void* scratch() const { return scratch_.get(); }
  double* sums() const { return static_cast<double*>(sums_.get()); }

 private:
  static std::unique_ptr<void, decltype(&std::free)> allocate(std::size_t bytes) {
    constexpr std::size_t unit = 64;
    void* const memory = std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit);
    if (!memory) throw std::bad_alloc();
    return {memory, &std::free};
  }

  std::unique_ptr<void, decltype(&std::free)> scratch_, sums_;
};

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
    const LaneKind kind = lane_kind(plan, panel, control.number_type, set_.float_tile);
    const kernel::TileFacts facts = tile_facts(plan);
    const double solid_angle = render_strips(plan, panel, facts, set_.strip(lane_shape(plan), kind), pixels, control);
    return {.solid_angle_sr = solid_angle,
            .interpolation_stopped = false,
            .bound_photons = 0,
            .ran_on = name() + (kind == LaneKind::Double ? ", float64" : ", float32")};
  }

  void record(const Plan& plan, std::size_t panel, const PixelChoice& chosen, const PixelVisit& visit) const override {
    reference_->record(plan, panel, chosen, visit);
  }

 private:
  double render_strips(const Plan& plan, const PanelPlan& panel, const kernel::TileFacts& facts, StripFunction strip,
                       std::span<float> pixels, const RunControl& control) const {
    const std::size_t rows = panel.fast_end > panel.fast_begin ? panel.slow_end - panel.slow_begin : 0;
    const std::size_t strips = (rows + kernel::strip_rows - 1) / kernel::strip_rows;
    std::vector<double> solid_angles(strips);
    std::mutex mutex;
    std::uint64_t rendered = 0;
    const int threads = control.threads > 0 ? control.threads : omp_get_max_threads();
#pragma omp parallel num_threads(threads)
    {
      const Workspace workspace(set_.scratch_bytes, panel);
#pragma omp for schedule(dynamic)
      for (std::size_t i = 0; i < strips; ++i) {
        const std::size_t begin = panel.slow_begin + i * kernel::strip_rows;
        kernel::StripJob job{.plan = &plan,
                             .panel = &panel,
                             .facts = &facts,
                             .slow_begin = begin,
                             .slow_end = std::min(begin + kernel::strip_rows, panel.slow_end),
                             .pixels = pixels.data(),
                             .sums = workspace.sums()};
        strip(job, workspace.scratch());
        solid_angles[i] = job.solid_angle_sr;
        if (control.progress) {
          const std::lock_guard lock(mutex);
          rendered += job.rendered;
          control.progress(rendered);
        }
      }
    }
    return std::accumulate(solid_angles.begin(), solid_angles.end(), 0.0);
  }

  const InstructionSet& set_;
  std::unique_ptr<Backend> reference_ = make_reference_backend();
};

}  // namespace
}  // namespace simd_backend

std::vector<std::unique_ptr<Backend>> make_simd_backends() {
  std::vector<std::unique_ptr<Backend>> backends;
  for (const simd_backend::InstructionSet* set : simd_backend::available_instruction_sets())
    backends.push_back(std::make_unique<simd_backend::SimdBackend>(*set));
  return backends;
}

}  // namespace femtobragg::backends
