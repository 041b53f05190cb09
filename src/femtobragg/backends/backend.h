// The interface of everything that turns a plan into an image.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "femtobragg/base/error.h"
#include "femtobragg/kernel/observer.h"
#include "femtobragg/kernel/pixel_window.h"
#include "femtobragg/kernel/plan.h"
#include "femtobragg/kernel/plan_gradient.h"

namespace femtobragg::backends {

enum class NumberType { Float64, Float32 };

/// The name of a number type on command lines: "float64", "float32".
std::string name_of(NumberType type);

/// Throws Error(Usage) for other names.
NumberType number_type_named(const std::string& name);

/// Work that one thread did without a break.
struct WorkSpan {
  int thread = 0;
  std::size_t first_row = 0, rows = 0;
  std::chrono::steady_clock::time_point begin, end;
};

/// Thrown by a computation that was asked to stop.
struct Stopped : Error {
  Stopped() : Error(Kind::Runtime, {.what = "the computation was stopped"}) {}
};

/// How to compute. The number of threads does not change the image; tolerance and number type change it within their
/// bounds. Exceptions of the functions end the computation and are passed on; a request to stop ends it with Stopped.
/// Each thread checks for these before it continues with the next pixels, so it reacts within fractions of a second.
struct RunControl {
  NumberType number_type = NumberType::Float64;
  double tolerance =
      0;  ///< error allowed by skipping work, as a fraction of the brightest pixel; 0: nothing is skipped
  bool always_leave_out = false;  ///< skip even if that is likely to take longer than it saves
  int threads = 0;                ///< 0: all cores
  /// Called now and then, from one thread at a time, with the number of pixels rendered so far. Starts from zero again
  /// if an image turns out too dark for floats.
  std::function<void(std::uint64_t rendered)> progress{};
  /// Called from one thread at a time with the work of each thread.
  std::function<void(const WorkSpan& span)> work_done{};
  std::stop_token stop{};
};

/// What is known after one or several panels have been rendered.
struct RunSummary {
  double solid_angle_sr = 0;           ///< total of all rendered pixels
  bool interpolation_stopped = false;  ///< true if the rule `interpolation_stops_for_good` applied
  double bound_photons = 0;            ///< no pixel lacks more than this; zero if nothing was skipped
  std::string ran_on;                  ///< what computed, and in which number type; all of them if panels differ

  /// Adds the summary of another panel.
  void add(const RunSummary& panel);
};

/// An innermost loop over crystal terms.
struct HotLoop {
  std::string instruction_set;  ///< the instruction set that it is compiled for
  bool runs_here = true;        ///< whether this processor has it
  std::string shape, tile;      ///< shape of the crystals; the pixels that are computed together
  NumberType number_type = NumberType::Float64;
  std::size_t lanes = 1;  ///< numbers that one instruction handles
  std::size_t tile_pixels = 1;
  std::vector<std::string> symbols;  ///< its code is in functions whose names contain one of them
  std::string source;                ///< source file of the loop
};

/// What a rendering would take, known before it starts.
struct Outlook {
  struct Memory {
    std::string what;
    std::uint64_t bytes = 0;
  };

  std::string ran_on;  ///< like in RunSummary, with the reason if it is not the first choice
  HotLoop loop;
  int threads = 1;
  std::vector<Memory> memory;  ///< in addition to the plan and the image
};

using PixelChoice = std::function<bool(std::size_t fast, std::size_t slow)>;
using PixelVisit = std::function<bool(std::size_t fast, std::size_t slow, const kernel::Recorder& record)>;

/// Neighbouring pixels of a row with their derivatives along each of the tangents. Masked pixels have zeros.
struct GradientBlock {
  std::size_t strip = 0;  ///< all blocks of a strip come from one thread, by rows, then by columns
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

/// Throws Error(Usage) for plans whose images follow older programs' rules, or have no derivatives.
void require_differentiable(const kernel::Plan& plan, std::size_t panel);

/// Number of strips that differentiate() works on.
std::size_t gradient_strips(const kernel::PanelPlan& panel);

/// What a backend knows about its speed on this machine.
struct Speed {
  double multiply_adds_per_s = 0;           ///< peak rate of one core with these lanes, measured now
  double multiply_adds_per_evaluation = 0;  ///< in the inner loop for this plan; 0: not counted
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string name() const = 0;
  virtual std::string description() const = 0;
  /// Number types that it computes in, the preferred one first.
  virtual std::vector<NumberType> number_types() const = 0;

  /// Measures the processor for some tenths of a second; nothing for backends that do not know.
  virtual std::optional<Speed> speed(const kernel::Plan& plan, const RunControl& control) const {
    static_cast<void>(plan), static_cast<void>(control);
    return std::nullopt;
  }

  /// What render_all() would do with this panel.
  virtual Outlook outlook(const kernel::Plan& plan, std::size_t panel, const RunControl& control) const = 0;

  /// Writes photons to the panel's pixels (zeros on entry). Pixels outside the region of interest and
  /// under the mask are left alone. The result does not depend on the number of threads.
  virtual RunSummary render(const kernel::Plan& plan, std::size_t panel, kernel::PixelWindow pixels,
                            const RunControl& control) const = 0;

  /// Renders all panels as render() does, each into its window, no two of which overlap. What they have in common is
  /// computed once, and the tolerance is of the brightest pixel of them all; where a panel needs another backend, each
  /// goes by itself. The summary is of all panels: the largest bound, the sum of solid angles.
  virtual RunSummary render_all(const kernel::Plan& plan, std::span<const kernel::PixelWindow> pixels,
                                const RunControl& control) const;

  /// Records everything that goes into the chosen pixels, in raster order, by the code that renders the image, until
  /// visit returns false: the recorded photons are those of render_all() with that control, bit for bit. Where a plan's
  /// result depends on the order of pixels, those before are rendered too.
  virtual void record(const kernel::Plan& plan, std::size_t panel, const PixelChoice& chosen, const PixelVisit& visit,
                      const RunControl& control) const = 0;

  /// Photons of all pixels in the region of interest, unrounded, and their derivatives along the tangents: when the
  /// plan's numbers change at these rates. Their number hardly matters for the time. The same bits for any number of
  /// threads. Throws Error(Usage) for plans that follow older programs' rules (see kernel/plan.h: ordered_sums and the
  /// like).
  virtual RunSummary differentiate(const kernel::Plan& plan, const kernel::PlanMotion& motion,
                                   std::span<const kernel::PlanTangent> tangents, std::size_t panel,
                                   const GradientVisit& visit, const RunControl& control) const = 0;

  /// Adds, for each entry of the table of structure factors, the sum over pixels of weight x d(photons)/d(entry).
  /// Weights: n_slow x n_fast. The same bits for any number of threads. Throws like differentiate().
  virtual void differentiate_amplitudes(const kernel::Plan& plan, std::size_t panel, std::span<const double> weights,
                                        AmplitudeVariable variable, std::span<double> derivatives,
                                        const RunControl& control) const = 0;
};

/// All backends, the preferred one first.
const std::vector<std::unique_ptr<Backend>>& registered_backends();

/// Hot loops of all backends that are compiled in, whether or not this processor can run them.
std::vector<HotLoop> hot_loops();

/// Lets "auto", "cpu" and "simd" stand for the lanes of an instruction set ("avx2") from now on. Throws Error(Usage)
/// that lists those of this machine. Before anything is computed.
void prefer_instruction_set(const std::string& name);

/// Instruction sets that this processor has, the preferred one first.
std::vector<std::string> instruction_sets_here();

/// The backend of that name; "auto" and "cpu" are the preferred one, "simd" the preferred one that works in lanes.
/// Throws Error(Usage) that lists the known names.
const Backend& find_backend(const std::string& name);

/// Number of pixels that a panel renders: in its region of interest and not masked.
std::uint64_t rendered_pixels(const kernel::PanelPlan& panel);

}  // namespace femtobragg::backends
