// Walks over panels by the kernels of an instruction set: what their strips need.
#pragma once

#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <stop_token>
#include <vector>

#include "femtobragg/backends/backend.h"
#include "femtobragg/backends/simd/amplitude_tables.h"
#include "femtobragg/backends/simd/instruction_set.h"
#include "femtobragg/backends/simd/kernels/strip_job.h"
#include "femtobragg/backends/simd/skipping.h"
#include "femtobragg/backends/work_items.h"

namespace femtobragg::backends::simd_backend {

inline constexpr std::size_t narrowest_tile = 2;

/// Memory of one thread, aligned for packs.
class Workspace {
 public:
  Workspace(std::size_t scratch_bytes, const kernel::PanelPlan& panel)
      : scratch_(allocate(scratch_bytes)),
        sums_(allocate(sums_bytes(panel))),
        marks_(allocate(most_tiles(panel) * sizeof(kernel::TermSet))),
        in_use_(allocate(most_tiles(panel) * sizeof(bool))),
        lit_(allocate(most_tiles(panel) * sizeof(bool))) {}

  static std::size_t bytes(std::size_t scratch_bytes, const kernel::PanelPlan& panel) {
    return scratch_bytes + sums_bytes(panel) + most_tiles(panel) * (sizeof(kernel::TermSet) + 2 * sizeof(bool));
  }

  void* scratch() const { return scratch_.get(); }
  kernel::TileMarks marks() const {
    return {static_cast<kernel::TermSet*>(marks_.get()), static_cast<bool*>(in_use_.get())};
  }
  double* sums() const { return static_cast<double*>(sums_.get()); }
  bool* lit() const { return static_cast<bool*>(lit_.get()); }

  /// Memory aligned for packs.
  static std::unique_ptr<void, decltype(&std::free)> allocate(std::size_t bytes) {
    constexpr std::size_t unit = 64;
    void* const memory = std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit);
    if (!memory) throw std::bad_alloc();
    return {memory, &std::free};
  }

 private:
  static std::size_t sums_bytes(const kernel::PanelPlan& panel) {
    return kernel::strip_rows * kernel::padded_width(panel) * sizeof(double);
  }
  static std::size_t most_tiles(const kernel::PanelPlan& panel) {
    return kernel::strip_rows * kernel::padded_width(panel) / narrowest_tile;
  }
  std::unique_ptr<void, decltype(&std::free)> scratch_, sums_, marks_, in_use_, lit_;
};

/// The kernels and what they know of a panel.
class Pass {
 public:
  /// Prepares for these lanes. `shared`: by the passes of one plan.
  Pass(const InstructionSet& set, const kernel::Plan& plan, const kernel::PanelPlan& panel, LaneShape shape,
       LaneKind kind, const RunControl& control, const std::shared_ptr<PlanAmplitudes>& shared);

  const kernel::Plan& plan() const { return plan_; }
  const kernel::PlanView& view() const { return view_; }
  const kernel::PanelPlan& panel() const { return panel_; }
  const kernel::PanelView& panel_view() const { return panel_view_; }
  const InstructionSet& set() const { return set_; }
  LaneShape shape() const { return shape_; }
  LaneKind kind() const { return kind_; }
  const kernel::TileFacts& facts() const { return facts_; }
  double largest_amplitude() const { return shared_->largest(); }
  double bound_photons() const { return bound_photons_; }
  int threads() const { return threads_; }
  std::size_t chunks() const;

  /// Amplitudes beyond the last reflection count, though they are zero: their derivatives are not.
  void keep_dark_amplitudes();

  /// The work on a strip; `choices` are its spots, one entry for each chunk of terms.
  kernel::StripJob job(std::size_t strip, const Workspace& workspace, std::vector<kernel::SpotChoice>& choices,
                       kernel::PixelWindow pixels) const;
  void render(std::size_t strip, kernel::StripJob& job, void* scratch) const;

  /// Leaves out what stays below `level` of the brightest possible term: tiles look for that themselves.
  void leave_out_below(double level);
  /// Whether lists of spots can tell them instead.
  bool can_take_spots() const { return SpotLists::are_possible(panel_, facts_.reach); }
  /// Takes what is left out from lists, in which the panel has this place.
  void take_spots(const std::shared_ptr<const SpotLists>& lists, std::size_t place);
  /// Leaves out nothing but what is dark.
  void leave_out_nothing();
  bool can_leave_out() const { return can_leave_out_; }
  /// The level below which nothing changes a pixel by more than that.
  double level_of(double relative_intensity) const { return relative_intensity / most_weight(plan_, panel_); }

  /// What the brightest possible term brings to a pixel.
  double most_photons_of_term() const;

 private:
  const InstructionSet& set_;
  const kernel::Plan& plan_;
  const kernel::PanelPlan& panel_;
  // What kernels see of the two.
  kernel::PlanView view_;
  kernel::PanelView panel_view_;
  LaneShape shape_;
  LaneKind kind_;
  int threads_;
  std::shared_ptr<PlanAmplitudes> shared_;
  bool can_leave_out_;
  kernel::TileFacts facts_;
  // Strips where the table does not count have facts and lanes of their own.
  std::vector<bool> alike_;  ///< empty: none
  kernel::TileFacts alike_facts_;
  LaneKind alike_kind_;
  std::shared_ptr<const SpotLists> spots_;  ///< of several panels
  std::size_t place_in_spots_ = 0;
  double bound_photons_ = 0;
};

/// A strip of one of several passes.
struct PlacedStrip {
  std::size_t pass = 0, strip = 0;
};

/// Calls work for each strip of all passes, from as many threads as there is work for; then after(thread), where it is
/// given, in the order of strips. `pixels`: where strips are to be rendered, for each pass; empty: nowhere.
using StripWork = std::function<void(const PlacedStrip& at, int thread, kernel::StripJob& job, void* scratch)>;
void for_each_strip(std::span<const Pass> passes, std::span<const kernel::PixelWindow> pixels,
                    const std::stop_token& stop, const StripWork& work, const std::function<void(int thread)>& after);

/// Threads that have a strip to do there.
std::size_t busy_threads(std::span<const Pass> passes);

struct PanelResult {
  double solid_angle_sr = 0, brightest = 0;
};

/// Renders all strips of all panels together. `pixels`: of each panel; null windows: only the brightest is asked for.
std::vector<PanelResult> render_passes(std::span<const Pass> passes, std::span<const kernel::PixelWindow> pixels,
                                       const Watch& watch);

/// Whether a pixel of one of the images has at least so many photons, without keeping them: ends with the first one.
bool some_pixel_reaches(std::span<const Pass> passes, double photons, const std::stop_token& stop);

/// Sets the passes of a plan up to leave out what stays below that fraction of their brightest pixel beside the direct
/// beam.
void leave_out(std::span<Pass> passes, double tolerance, const std::stop_token& stop);

int most_threads(const RunControl& control);

}  // namespace femtobragg::backends::simd_backend
