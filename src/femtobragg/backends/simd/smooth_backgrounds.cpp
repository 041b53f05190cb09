// Each patch is made by one thread, from the panel alone.
#include "femtobragg/backends/simd/smooth_backgrounds.h"

#include "femtobragg/backends/work_items.h"
#include "femtobragg/kernel/background.h"

namespace femtobragg::backends::simd_backend {

SmoothBackgrounds::SmoothBackgrounds(const Pass& pass) : pass_(pass) {
  const kernel::PanelPlan& panel = pass.panel();
  if (!kernel::has_background(pass.view()) || panel.fast_begin >= panel.fast_end || panel.slow_begin >= panel.slow_end)
    return;
  range_.first_column = panel.fast_begin / patch_pixels;
  range_.first_row = panel.slow_begin / patch_pixels;
  range_.columns = (panel.fast_end - 1) / patch_pixels + 1 - range_.first_column;
  range_.rows = (panel.slow_end - 1) / patch_pixels + 1 - range_.first_row;
  patches_.resize(pass.view().backgrounds.size() * range_.rows * range_.columns);
  squares_.resize(patches_.size());
}

kernel::SmoothPatches SmoothBackgrounds::view() const {
  kernel::SmoothPatches view = range_;
  view.patches = patches_.empty() ? nullptr : patches_.data();
  return view;
}

void SmoothBackgrounds::make(std::size_t patch) {
  const std::size_t of_panel = range_.rows * range_.columns, at = patch % of_panel;
  const std::size_t background = patch / of_panel;
  if (pass_.view().backgrounds[background].scale == 0) return;
  kernel::PatchJob job;
  job.plan = &pass_.view();
  job.panel = &pass_.panel_view();
  job.background = background;
  job.fast = (range_.first_column + at % range_.columns) * patch_pixels;
  job.slow = (range_.first_row + at / range_.columns) * patch_pixels;
  pass_.set().fit_patch(job);
  const std::size_t across = patch_pixels / job.side;
  squares_[patch].assign(job.squares, job.squares + across * across);
  patches_[patch] = {job.side, squares_[patch].data()};
}

std::deque<SmoothBackgrounds> smooth_backgrounds(std::span<const Pass> passes, const std::stop_token& stop) {
  std::deque<SmoothBackgrounds> all;
  std::vector<std::pair<SmoothBackgrounds*, std::size_t>> patches;
  for (const Pass& pass : passes) {
    SmoothBackgrounds& of_pass = all.emplace_back(pass);
    for (std::size_t i = 0; i < of_pass.count(); ++i) patches.emplace_back(&of_pass, i);
  }
  WorkItems items(stop);
#pragma omp parallel for schedule(dynamic) num_threads(passes.empty() ? 1 : passes.front().threads())
  for (std::size_t i = 0; i < patches.size(); ++i) items.run([&] { patches[i].first->make(patches[i].second); });
  items.finish();
  return all;
}

}  // namespace femtobragg::backends::simd_backend
