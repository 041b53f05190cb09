// The lists of reflections that strips fill in.
#include "femtobragg/backends/simd/labels.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <vector>

#include "femtobragg/kernel/background.h"

namespace femtobragg::backends::simd_backend {
namespace {

/// The reflections in the tiles of a strip, found again by tile.
class FoundReflections {
 public:
  void start(const Pass& pass, const kernel::StripJob& job) {
    plan_ = &pass.plan();
    first_of_tile_.assign(kernel::strip_rows * kernel::padded_width(pass.panel()) / narrowest_tile, none);
    polychromatic_ = std::ranges::any_of(
        plan_->rays, [&](const kernel::Ray& ray) { return ray.wavelength_m != plan_->rays.front().wavelength_m; });
    used_ = 0;
    job_ = {.strip = job,
            .polychromatic = polychromatic_,
            .phi_rad = plan_->phi_rad.size() > 1 ? plan_->phi_rad.data() : nullptr,
            .mosaic_domains = plan_->mosaic_domains,
            .taker = {this, find}};
  }

  const kernel::LabelJob& job() const { return job_; }

  /// What was found, times the squared amplitudes.
  std::span<const ReflectionPixels> parts() {
    parts_.clear();
    for (std::size_t i = 0; i < used_; ++i) {
      Entry& e = entries_[i];
      if (e.squared_amplitude == 0) continue;
      for (std::size_t p = 0; p < e.pixels; ++p) {
        e.tile.photons[p] *= e.squared_amplitude;
        e.tile.wavelength[p] *= e.squared_amplitude;
        e.tile.phi[p] *= e.squared_amplitude;
      }
      parts_.push_back({e.hkl, e.spot.slow, e.spot.fast, e.pixels, e.tile.photons,
                        polychromatic_ ? e.tile.wavelength : nullptr, job_.phi_rad ? e.tile.phi : nullptr});
    }
    return parts_;
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct Entry {
    kernel::LabelTile tile;
    kernel::TileSpot spot;
    std::size_t pixels = 0;
    Vec3d hkl;
    double squared_amplitude = 0;
    std::size_t next = none;  ///< of the same tile
  };

  static kernel::LabelTile* find(void* self, const kernel::TileSpot& spot, std::size_t pixels, const Vec3d& hkl) {
    Entry& found = static_cast<FoundReflections*>(self)->entry(spot, pixels, hkl);
    return found.squared_amplitude == 0 ? nullptr : &found.tile;
  }

  Entry& entry(const kernel::TileSpot& spot, std::size_t pixels, const Vec3d& hkl) {
    std::size_t* at = &first_of_tile_[spot.at / narrowest_tile];
    for (; *at != none; at = &entries_[*at].next)
      if (entries_[*at].hkl == hkl) return entries_[*at];
    *at = used_;
    if (used_ == entries_.size()) entries_.emplace_back();
    const double amplitude = physics::nearest_structure_factor(plan_->structure_factors, hkl);
    return entries_[used_++] = {{}, spot, pixels, hkl, amplitude * amplitude, none};
  }

  const kernel::Plan* plan_ = nullptr;
  bool polychromatic_ = false;
  kernel::LabelJob job_{};
  std::vector<std::size_t> first_of_tile_;
  std::deque<Entry> entries_;  ///< more than are used; they stay where they are
  std::size_t used_ = 0;
  std::vector<ReflectionPixels> parts_;
};

std::uint64_t pixels_of(const kernel::PanelPlan& panel, const kernel::StripJob& job) {
  std::uint64_t count = 0;
  for (std::size_t slow = job.slow_begin; slow < job.slow_end; ++slow)
    for (std::size_t fast = panel.fast_begin; fast < panel.fast_end; ++fast) count += !panel.skips(fast, slow);
  return count;
}

}  // namespace

void tell_reflections_of(std::span<const Pass> passes, std::span<const std::size_t> panels,
                         const ReflectionVisit& visit, const Watch& watch) {
  std::vector<FoundReflections> found(busy_threads(passes));
  std::vector<decltype(Workspace::allocate(0))> scratches;
  for (std::size_t i = 0; i < found.size(); ++i)
    scratches.push_back(Workspace::allocate(passes.front().set().gradients->scratch_bytes));
  std::mutex mutex;
  std::uint64_t done = 0;
  const auto work = [&](const PlacedStrip& at, int thread, kernel::StripJob& job, void*) {
    const auto mine = static_cast<std::size_t>(thread);
    const Pass& pass = passes[at.pass];
    found[mine].start(pass, job);
    pass.set().gradients->labels[static_cast<std::size_t>(pass.shape())](found[mine].job(), scratches[mine].get());
    if (job.is_abandoned()) return;
    visit(thread, {panels[at.pass], job.slow_begin, job.slow_end, found[mine].parts(),
                   kernel::has_background(pass.view()) ? job.sums : nullptr, kernel::padded_width(pass.panel()),
                   pass.bound_photons()});
    if (!watch.progress) return;
    const std::lock_guard lock(mutex);
    watch.progress(done += pixels_of(pass.panel(), job));
  };
  for_each_strip(passes, {}, watch.stop, work, nullptr);
}

}  // namespace femtobragg::backends::simd_backend
