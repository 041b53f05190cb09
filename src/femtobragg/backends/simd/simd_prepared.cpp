// What is found out for one image serves the next one.
#include "femtobragg/backends/simd/simd_prepared.h"

#include <algorithm>

#include "femtobragg/backends/simd/gradients.h"
#include "femtobragg/backends/simd/labels.h"
#include "femtobragg/backends/simd/lane_choice.h"
#include "femtobragg/backends/simd/lane_record.h"
#include "femtobragg/backends/simd/saving.h"

namespace femtobragg::backends::simd_backend {

using kernel::PanelPlan;
using kernel::Plan;

namespace {

/// Calls f for each pixel that the panels render, until it returns false.
template <class F>
void for_each_pixel(const Plan& plan, std::span<const PanelPixels> panels, F&& f) {
  for (const PanelPixels& target : panels) {
    const PanelPlan& panel = plan.panels[target.panel];
    for (std::size_t slow = panel.slow_begin; slow < panel.slow_end; ++slow)
      for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast)
        if (!panel.skips(fast, slow) && !f(target.pixels.row(slow)[fast])) return;
  }
}

bool some_pixel_has(const Plan& plan, std::span<const PanelPixels> panels, double photons) {
  bool found = false;
  for_each_pixel(plan, panels, [&](float pixel) {
    found = static_cast<double>(pixel) >= photons;
    return !found;
  });
  return found;
}

void clear(const Plan& plan, std::span<const PanelPixels> panels) {
  for_each_pixel(plan, panels, [](float& pixel) {
    pixel = 0;
    return true;
  });
}

/// The photons that some pixel must have for floats to be good enough; zero: they are.
double least_photons(std::span<const Pass> passes) {
  double most = 0;
  for (const Pass& pass : passes)
    if (!is_double(pass.kind())) most = std::max(most, pass.most_photons_of_term());
  return least_brightness_in_floats(passes.front().plan()) * most;
}

template <class Item>
std::vector<std::size_t> numbers_of(std::span<const Item> panels) {
  std::vector<std::size_t> numbers;
  for (const Item& one : panels) numbers.push_back(one.panel);
  return numbers;
}

}  // namespace

RunControl sensible(const Plan& plan, std::span<const PanelPlan> panels, RunControl control) {
  if (control.tolerance > 0 && !control.always_leave_out && !pays_to_leave_out(plan, panels, control.tolerance))
    control.tolerance = 0;
  return control;
}

std::string lanes_in_words(const InstructionSet& set, LaneKind kind) {
  return std::string("simd-") + set.name + (is_double(kind) ? ", float64" : ", float32");
}

SimdPrepared::SimdPrepared(const InstructionSet& set, std::shared_ptr<const Plan> plan, const RunControl& control,
                           const SimdPrepared* like)
    : Prepared(std::move(plan)),
      set_(set),
      control_(control),
      amplitudes_(std::make_shared<PlanAmplitudes>(this->plan(), like ? like->amplitudes_.get() : nullptr)) {}

RunSummary SimdPrepared::render(std::span<const PanelPixels> panels, const Watch& watch) {
  Together& group = together(numbers_of(panels), watch.stop);
  std::vector<kernel::PixelWindow> windows;
  for (const PanelPixels& target : panels) windows.push_back(target.pixels);
  std::vector<PanelResult> results = render_passes(group.passes, windows, watch);
  if (!group.settled) {
    const double least = least_photons(group.passes);
    if (least > 0 && !some_pixel_has(plan(), panels, least)) {
      clear(plan(), panels);
      use_doubles(group, watch.stop);
      results = render_passes(group.passes, windows, watch);
    }
    group.settled = true;
  }
  return summary_of(group, results);
}

void SimdPrepared::record(std::span<const std::size_t> panels, std::size_t panel_index, const PixelChoice& chosen,
                          const PixelVisit& visit, const Watch& watch) {
  const Together& group = settled({panels.begin(), panels.end()}, watch.stop);
  const auto place = std::ranges::find(group.panels, panel_index) - group.panels.begin();
  const Pass& pass = group.passes.at(static_cast<std::size_t>(place));
  const PanelPlan& panel = pass.panel();
  const Workspace workspace(set_.scratch_bytes, panel);
  std::vector<kernel::SpotChoice> choices(pass.chunks());
  std::vector<float> pixels(panel.n_fast * panel.n_slow);
  for (std::size_t slow = panel.slow_begin; slow < panel.slow_end; ++slow)
    for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast) {
      if (panel.skips(fast, slow) || !chosen(fast, slow)) continue;
      LaneRecord record(plan(), pass.facts(), fast, slow);
      const std::size_t strip = (slow - panel.slow_begin) / kernel::strip_rows;
      kernel::StripJob job = pass.job(strip, workspace, choices, {pixels.data(), panel.n_fast});
      job.tap = &record.tap();
      pass.render(strip, job, workspace.scratch());
      if (!visit(fast, slow, record.recorder())) return;
    }
}

RunSummary SimdPrepared::differentiate(const kernel::PlanMotion& motion, std::span<const PanelTangents> panels,
                                       const GradientVisit& visit, const Watch& watch) {
  const Together& group = settled(numbers_of(panels), watch.stop);
  differentiate_passes(group.passes, motion, panels, visit, watch.stop);
  return summary_of(group, std::vector<PanelResult>(panels.size()));
}

void SimdPrepared::differentiate_amplitudes(std::span<const PanelWeights> panels, AmplitudeVariable variable,
                                            std::span<double> derivatives, const Watch& watch) {
  const std::vector<std::size_t> numbers = numbers_of(panels);
  // Reflections that are dark now still have derivatives by |F|^2: nothing is left out.
  const bool squared = variable == AmplitudeVariable::Squared;
  RunControl control = sensible(plan(), plans_of(numbers), control_);
  if (squared) control.tolerance = 0;
  std::vector<Pass> passes;
  for (const std::size_t panel : numbers)
    passes.emplace_back(set_, plan(), plan().panels[panel], lane_shape(plan()), LaneKind::NarrowDouble, control,
                        amplitudes_);
  if (control.tolerance > 0) leave_out(passes, control.tolerance, watch.stop);
  if (squared)
    for (Pass& pass : passes) pass.keep_dark_amplitudes();
  differentiate_amplitudes_of(passes, panels, variable, derivatives, watch.stop);
}

void SimdPrepared::tell_reflections(std::span<const std::size_t> panels, const ReflectionVisit& visit,
                                    const Watch& watch) {
  const Together& group = settled({panels.begin(), panels.end()}, watch.stop);
  const bool leaves_out = std::ranges::any_of(group.passes, [](const Pass& p) { return p.bound_photons() > 0; });
  if (leaves_out || !(control_.tolerance > 0)) return tell_reflections_of(group.passes, panels, visit, watch);
  // Here a term takes several times as long as in an image: leaving terms out always pays.
  RunControl control = control_;
  control.number_type = NumberType::Float64;
  control.always_leave_out = true;
  tell_reflections_of(passes_for(panels, control, watch.stop), panels, visit, watch);
}

SimdPrepared::Together& SimdPrepared::together(std::vector<std::size_t> panels, const std::stop_token& stop) {
  if (!last_ || last_->panels != panels) {
    last_.reset();
    std::vector<Pass> passes = passes_for(panels, control_, stop);
    const bool settled = !(least_photons(passes) > 0);
    last_.emplace(std::move(panels), std::move(passes), settled);
  }
  return *last_;
}

SimdPrepared::Together& SimdPrepared::settled(std::vector<std::size_t> panels, const std::stop_token& stop) {
  Together& group = together(std::move(panels), stop);
  if (!group.settled && !some_pixel_reaches(group.passes, least_photons(group.passes), stop)) use_doubles(group, stop);
  group.settled = true;
  return group;
}

void SimdPrepared::use_doubles(Together& group, const std::stop_token& stop) {
  RunControl control = control_;
  control.number_type = NumberType::Float64;
  group.passes = passes_for(group.panels, control, stop);
  group.too_dark = true;
}

std::vector<Pass> SimdPrepared::passes_for(std::span<const std::size_t> panels, const RunControl& asked_for,
                                           const std::stop_token& stop) {
  const RunControl control = sensible(plan(), plans_of(panels), asked_for);
  const LaneShape shape = lane_shape(plan());
  const bool all_alike = !plan().structure_factors.values;
  std::vector<Pass> passes;
  for (const std::size_t index : panels) {
    const PanelPlan& panel = plan().panels.at(index);
    const LaneKind kind = lane_kind(plan(), panel, control, set_.wide_float_tile, all_alike);
    passes.emplace_back(set_, plan(), panel, shape, kind, control, amplitudes_);
  }
  if (control.tolerance > 0 && !amplitudes_->dark()) leave_out(passes, control.tolerance, stop);
  return passes;
}

/// Only needed where something may be left out.
std::vector<PanelPlan> SimdPrepared::plans_of(std::span<const std::size_t> panels) const {
  std::vector<PanelPlan> plans;
  if (control_.tolerance > 0)
    for (const std::size_t panel : panels) plans.push_back(plan().panels.at(panel));
  return plans;
}

RunSummary SimdPrepared::summary_of(const Together& group, std::span<const PanelResult> results) const {
  RunSummary summary;
  for (std::size_t i = 0; i < results.size(); ++i)
    summary.add({.solid_angle_sr = results[i].solid_angle_sr,
                 .interpolation_stopped = false,
                 .bound_photons = group.passes[i].bound_photons(),
                 .ran_on = lanes_in_words(set_, group.passes[i].kind())});
  if (group.too_dark) summary.ran_on += " because no pixel is near a spot";
  return summary;
}

}  // namespace femtobragg::backends::simd_backend
