// A plan that a backend has made ready, to be rendered and differentiated as often as one likes.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "femtobragg/backends/watch.h"
#include "femtobragg/kernel/observer.h"
#include "femtobragg/kernel/pixel_window.h"
#include "femtobragg/kernel/plan.h"
#include "femtobragg/kernel/plan_gradient.h"

#pragma GCC visibility push(default)
namespace femtobragg::backends {

/// What is known after one or several panels have been rendered.
struct RunSummary {
  double solid_angle_sr = 0;           ///< total of all rendered pixels
  bool interpolation_stopped = false;  ///< true if the rule `interpolation_stops_for_good` applied
  double bound_photons = 0;            ///< no pixel lacks more than this; zero if nothing was skipped
  std::string ran_on;                  ///< what computed, and in which number type; all of them if panels differ

  /// Adds the summary of another panel.
  void add(const RunSummary& panel);
};

/// A panel of the plan, and where its pixels are written.
struct PanelPixels {
  std::size_t panel = 0;
  kernel::PixelWindow pixels;
};

/// A panel of the plan, and the rates at which the plan's numbers change with each parameter, as that panel sees them.
struct PanelTangents {
  std::size_t panel = 0;
  std::vector<kernel::PlanTangent> tangents;
};

/// A panel of the plan, and a weight for each of its pixels: n_slow x n_fast.
struct PanelWeights {
  std::size_t panel = 0;
  std::span<const double> weights;
};

/// The photons that one reflection brings to neighbouring pixels of a row; zero under the mask.
struct ReflectionPixels {
  Vec3d hkl;
  std::size_t slow = 0, fast = 0, count = 0;
  const double* photons = nullptr;
  const double* wavelength = nullptr;  ///< times photons, m; null: that of all rays
  const double* phi = nullptr;         ///< times photons, rad; null: that of the only step of the spindle
};

/// All that reflections bring to some rows of a panel. Pixels that nothing reaches have no part.
struct ReflectionStrip {
  std::size_t panel = 0, slow_begin = 0, slow_end = 0;  ///< panel: of the plan
  std::span<const ReflectionPixels> parts;              ///< at most one for each reflection and pixel
  const double* background = nullptr;  ///< photons of backgrounds, where there are parts; null: there are none
  std::size_t stride = 0;              ///< of its rows, the first of which is slow_begin
  double bound_photons = 0;            ///< no pixel lacks more than this; zero if nothing was skipped

  /// Of a pixel in a part. `fast_begin`: of the panel.
  double background_at(std::size_t slow, std::size_t fast, std::size_t fast_begin) const {
    return background ? background[(slow - slow_begin) * stride + fast - fast_begin] : 0;
  }
};

/// Called from many threads, each with its number, once for each strip, in any order. An exception ends the computation
/// and is passed on.
using ReflectionVisit = std::function<void(int thread, const ReflectionStrip& strip)>;

using PixelChoice = std::function<bool(std::size_t fast, std::size_t slow)>;
using PixelVisit = std::function<bool(std::size_t fast, std::size_t slow, const kernel::Recorder& record)>;

/// Neighbouring pixels of a row with their derivatives along each of the tangents. Masked pixels have zeros.
struct GradientBlock {
  std::size_t panel = 0;  ///< of the plan
  /// All blocks of a panel's strip come from one thread, in raster order of rows, then of columns.
  std::size_t strip = 0;
  std::size_t slow = 0, fast = 0, count = 0;
  const double* photons = nullptr;
  const double* derivatives = nullptr;  ///< [tangent][stride]; null: all are zero
  std::size_t stride = 0;
};

/// With respect to what amplitudes are differentiated.
enum class AmplitudeVariable {
  Amplitude,  ///< |F|
  Squared,    ///< |F|^2: photons are linear in it, even where it is zero; not with interpolation
};

/// Called from many threads, but never at the same time for the same strip. An exception ends the computation and is
/// passed on.
using GradientVisit = std::function<void(const GradientBlock& block)>;

/// Keeps what does not change from one image to the next, such as tables. The results are the same as those of a fresh
/// one, bit for bit, for any number of threads. One call at a time. It can still be used after an exception or a
/// request to stop.
class Prepared {
 public:
  explicit Prepared(std::shared_ptr<const kernel::Plan> plan) : plan_(std::move(plan)) {}
  virtual ~Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  const kernel::Plan& plan() const { return *plan_; }

  /// Writes photons to the panels' pixels (zeros on entry), each into its window, no two of which overlap. Pixels
  /// outside the region of interest and under the mask are left alone. The tolerance is of the brightest pixel of all
  /// these panels. The summary is of all of them: the largest bound, the sum of solid angles.
  virtual RunSummary render(std::span<const PanelPixels> panels, const Watch& watch) = 0;

  /// Records everything that goes into the chosen pixels of `panel`, in raster order, by the code that renders the
  /// image, until visit returns false: the recorded photons are those of render() with `panels`, bit for bit. Where a
  /// plan's result depends on the order of pixels, those before are rendered too.
  virtual void record(std::span<const std::size_t> panels, std::size_t panel, const PixelChoice& chosen,
                      const PixelVisit& visit, const Watch& watch) = 0;

  /// Photons of all pixels in the regions of interest, unrounded, and their derivatives along the tangents: when the
  /// plan's numbers change at these rates. Their number hardly matters for the time. Throws Error(Usage) for plans that
  /// require_differentiable() refuses.
  virtual RunSummary differentiate(const kernel::PlanMotion& motion, std::span<const PanelTangents> panels,
                                   const GradientVisit& visit, const Watch& watch) = 0;

  /// Adds, for each entry of the table of structure factors, the sum over pixels of weight x d(photons)/d(entry).
  /// Throws like differentiate(), and where arrays have other sizes.
  virtual void differentiate_amplitudes(std::span<const PanelWeights> panels, AmplitudeVariable variable,
                                        std::span<double> derivatives, const Watch& watch) = 0;

  /// Which reflection brings which photons, in double precision; with the tolerance of render(), and faster if it
  /// ran before.
  /// Not for plans that interpolate amplitudes or have the order of older programs.
  /// Progress counts pixels, as it does for images.
  virtual void tell_reflections(std::span<const std::size_t> panels, const ReflectionVisit& visit,
                                const Watch& watch) = 0;
  /// Threads that it uses at most: they are numbered from 0.
  virtual int threads() const = 0;

 protected:
  const std::shared_ptr<const kernel::Plan>& shared_plan() const { return plan_; }

 private:
  std::shared_ptr<const kernel::Plan> plan_;
};

}  // namespace femtobragg::backends
#pragma GCC visibility pop
