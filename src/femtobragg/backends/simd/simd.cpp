// The backend that works in lanes: what it can, and the reference for the rest.
#include "femtobragg/backends/simd/simd.h"

#include <algorithm>
#include <chrono>

#include "femtobragg/backends/gradient_work.h"
#include "femtobragg/backends/reference/reference.h"
#include "femtobragg/backends/simd/gradients.h"
#include "femtobragg/backends/simd/lane_choice.h"
#include "femtobragg/backends/simd/lane_record.h"
#include "femtobragg/backends/simd/pass.h"
#include "femtobragg/backends/simd/saving.h"

namespace femtobragg::backends {
namespace simd_backend {

namespace {

using kernel::PanelPlan;
using kernel::Plan;

/// Instructions of the multiply-add units in the sum over terms, a pixel: two for each Miller index, the sines, the
/// interference polynomials and the product. Counted in backends/simd/kernels/tile.h and by the shapes; zero where
/// nobody counted.
double multiply_adds(const Plan& plan, bool floats) {
  const double sine = floats ? 6 : 9;
  return with_lane_shape(plan.shape, plan.domain,
                         [&]<class Lanes>(LaneShape, Lanes) { return Lanes::multiply_adds(sine); });
}

/// Calls f for each pixel that the panels render, until it returns false.
template <class F>
void for_each_pixel(std::span<const PanelPlan> panels, std::span<const kernel::PixelWindow> pixels, F&& f) {
  for (std::size_t i = 0; i < panels.size(); ++i)
    for (std::size_t slow = panels[i].slow_begin; slow < panels[i].slow_end; ++slow)
      for (std::size_t fast = panels[i].fast_begin; fast < panels[i].fast_end; ++fast)
        if (!panels[i].skips(fast, slow) && !f(pixels[i].row(slow)[fast])) return;
}

bool some_pixel_has(std::span<const PanelPlan> panels, std::span<const kernel::PixelWindow> pixels, double photons) {
  bool found = false;
  for_each_pixel(panels, pixels, [&](float pixel) {
    found = static_cast<double>(pixel) >= photons;
    return !found;
  });
  return found;
}

void clear(std::span<const PanelPlan> panels, std::span<const kernel::PixelWindow> pixels) {
  for_each_pixel(panels, pixels, [](float& pixel) {
    pixel = 0;
    return true;
  });
}

class SimdBackend : public Backend {
 public:
  explicit SimdBackend(const InstructionSet& set) : set_(set) {}

  std::string name() const override { return std::string("simd-") + set_.name; }
  std::string description() const override { return "many pixels at once, all cores"; }
  std::vector<NumberType> number_types() const override { return {NumberType::Float32, NumberType::Float64}; }

  RunSummary render(const Plan& plan, std::size_t panel_index, kernel::PixelWindow pixels,
                    const RunControl& control) const override {
    const PanelPlan& panel = plan.panels.at(panel_index);
    if (const auto reason = why_not_tiles(plan, panel)) {
      RunSummary summary = reference_->render(plan, panel_index, pixels, control);
      summary.ran_on += " because " + *reason;
      return summary;
    }
    return render_panels({plan, {&panel, 1}}, {&pixels, 1}, control);
  }

  RunSummary render_all(const Plan& plan, std::span<const kernel::PixelWindow> pixels,
                        const RunControl& control) const override {
    if (!all_in_tiles(plan)) return Backend::render_all(plan, pixels, control);
    return render_panels({plan, plan.panels}, pixels, control);
  }

  Outlook outlook(const Plan& plan, std::size_t panel_index, const RunControl& asked_for) const override {
    const PanelPlan& panel = plan.panels.at(panel_index);
    const RunControl control = sensible({plan, plan.panels}, asked_for);
    if (const auto reason = why_not_tiles(plan, panel)) {
      Outlook fallback = reference_->outlook(plan, panel_index, control);
      fallback.ran_on += " because " + *reason;
      return fallback;
    }
    const LaneKind kind = lane_kind(plan, panel, control, set_.wide_float_tile, !plan.structure_factors.values);
    std::size_t strips = 0;
    for (const PanelPlan& each : plan.panels) strips += gradient_strips(each);
    const int threads = std::clamp(static_cast<int>(strips), 1, most_threads(control));
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
    return Speed{best, multiply_adds(plan, floats)};
  }

  void record(const Plan& plan, std::size_t panel_index, const PixelChoice& chosen, const PixelVisit& visit,
              const RunControl& control) const override {
    const PanelPlan& panel = plan.panels.at(panel_index);
    if (why_not_tiles(plan, panel)) return reference_->record(plan, panel_index, chosen, visit, control);
    const PanelsOfPlan panels = all_in_tiles(plan) ? PanelsOfPlan{plan, plan.panels} : PanelsOfPlan{plan, {&panel, 1}};
    const Pass pass = good_enough(panels, control)[panels.panels.size() == 1 ? 0 : panel_index];
    const Workspace workspace(set_.scratch_bytes, panel);
    std::vector<kernel::SpotChoice> choices(pass.chunks());
    std::vector<float> pixels(panel.n_fast * panel.n_slow);
    for (std::size_t slow = panel.slow_begin; slow < panel.slow_end; ++slow)
      for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast) {
        if (panel.skips(fast, slow) || !chosen(fast, slow)) continue;
        LaneRecord record(plan, pass.facts(), fast, slow);
        const std::size_t strip = (slow - panel.slow_begin) / kernel::strip_rows;
        kernel::StripJob job = pass.job(strip, workspace, choices, {pixels.data(), panel.n_fast});
        job.tap = &record.tap();
        pass.render(strip, job, workspace.scratch());
        if (!visit(fast, slow, record.recorder())) return;
      }
  }

  RunSummary differentiate(const Plan& plan, const kernel::PlanMotion& motion,
                           std::span<const kernel::PlanTangent> tangents, std::size_t panel_index,
                           const GradientVisit& visit, const RunControl& control) const override {
    require_differentiable(plan, panel_index);
    const PanelPlan& panel = plan.panels[panel_index];
    if (const auto reason = why_not_tiles(plan, panel)) {
      RunSummary summary = reference_->differentiate(plan, motion, tangents, panel_index, visit, control);
      summary.ran_on += " because " + *reason;
      return summary;
    }
    const Pass pass = good_enough({plan, {&panel, 1}}, control).front();
    differentiate_pass(pass, motion, tangents, visit);
    return summary_of(pass, {});
  }

  void differentiate_amplitudes(const Plan& plan, std::size_t panel_index, std::span<const double> weights,
                                AmplitudeVariable variable, std::span<double> derivatives,
                                const RunControl& control) const override {
    require_differentiable(plan, panel_index);
    require_amplitude_arrays(plan, panel_index, weights, variable, derivatives);
    const PanelPlan& panel = plan.panels[panel_index];
    if (why_not_tiles(plan, panel))
      return reference_->differentiate_amplitudes(plan, panel_index, weights, variable, derivatives, control);
    // Reflections that are dark now still have derivatives by |F|^2: nothing is left out.
    RunControl all = sensible({plan, {&panel, 1}}, control);
    if (variable == AmplitudeVariable::Squared) all.tolerance = 0;
    Pass pass(set_, plan, panel, lane_shape(plan), LaneKind::NarrowDouble, all, std::make_shared<PlanAmplitudes>(plan));
    if (all.tolerance > 0) leave_out({&pass, 1}, all.tolerance);
    if (variable == AmplitudeVariable::Squared) pass.keep_dark_amplitudes();
    differentiate_pass_amplitudes(pass, weights, variable, derivatives);
  }

 private:
  std::string ran_on(LaneKind kind) const { return name() + (is_double(kind) ? ", float64" : ", float32"); }

  RunSummary summary_of(const Pass& pass, const PanelResult& result) const {
    return {.solid_angle_sr = result.solid_angle_sr,
            .interpolation_stopped = false,
            .bound_photons = pass.bound_photons(),
            .ran_on = ran_on(pass.kind())};
  }

  /// Panels of a plan that are computed together.
  struct PanelsOfPlan {
    const Plan& plan;
    std::span<const PanelPlan> panels;
  };

  /// Without a tolerance where it would not pay.
  static RunControl sensible(const PanelsOfPlan& p, RunControl control) {
    if (control.tolerance > 0 && !control.always_leave_out && !pays_to_leave_out(p.plan, p.panels, control.tolerance))
      control.tolerance = 0;
    return control;
  }

  std::vector<Pass> prepared(const PanelsOfPlan& p, const RunControl& asked_for) const {
    const RunControl control = sensible(p, asked_for);
    const auto shared = std::make_shared<PlanAmplitudes>(p.plan);
    std::vector<Pass> passes;
    for (const PanelPlan& panel : p.panels)
      passes.emplace_back(set_, p.plan, panel, lane_shape(p.plan),
                          lane_kind(p.plan, panel, control, set_.wide_float_tile, !p.plan.structure_factors.values),
                          control, shared);
    if (control.tolerance > 0) leave_out(passes, control.tolerance);
    return passes;
  }

  /// The photons that some pixel must have for floats to be good enough; zero: they are.
  static double least_photons(std::span<const Pass> passes) {
    double most = 0;
    for (const Pass& pass : passes)
      if (!is_double(pass.kind())) most = std::max(most, pass.most_photons_of_term());
    return least_brightness_in_floats(passes.front().plan()) * most;
  }

  static RunControl in_doubles(RunControl control) {
    control.number_type = NumberType::Float64;
    return control;
  }

  /// The passes that render_panels() ends with.
  std::vector<Pass> good_enough(const PanelsOfPlan& p, const RunControl& control) const {
    std::vector<Pass> passes = prepared(p, control);
    const double least = least_photons(passes);
    return least > 0 && !some_pixel_reaches(passes, least) ? prepared(p, in_doubles(control)) : std::move(passes);
  }

  RunSummary render_panels(const PanelsOfPlan& p, std::span<const kernel::PixelWindow> pixels,
                           const RunControl& control) const {
    std::vector<Pass> passes = prepared(p, control);
    std::vector<PanelResult> results = render_passes(passes, pixels, &control);
    const double least = least_photons(passes);
    const bool too_dark = least > 0 && !some_pixel_has(p.panels, pixels, least);
    if (too_dark) {
      clear(p.panels, pixels);
      passes = prepared(p, in_doubles(control));
      results = render_passes(passes, pixels, &control);
    }
    RunSummary summary;
    for (std::size_t i = 0; i < passes.size(); ++i) summary.add(summary_of(passes[i], results[i]));
    if (too_dark) summary.ran_on += " because no pixel is near a spot";
    return summary;
  }

  static bool all_in_tiles(const Plan& plan) {
    return std::ranges::none_of(plan.panels,
                                [&](const PanelPlan& panel) { return why_not_tiles(plan, panel).has_value(); });
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
    for (HotLoop& loop : hot_loops_of(*set)) loops.push_back(std::move(loop));
  return loops;
}

std::vector<std::unique_ptr<Backend>> make_simd_backends() {
  std::vector<std::unique_ptr<Backend>> backends;
  for (const simd_backend::InstructionSet* set : simd_backend::available_instruction_sets())
    backends.push_back(std::make_unique<simd_backend::SimdBackend>(*set));
  return backends;
}

}  // namespace femtobragg::backends
