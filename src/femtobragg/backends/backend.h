// The interface of everything that turns a plan into an image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/backends/prepared.h"
#include "femtobragg/kernel/plan.h"

#pragma GCC visibility push(default)
namespace femtobragg::backends {

enum class NumberType { Float64, Float32 };

/// The name of a number type on command lines: "float64", "float32".
std::string name_of(NumberType type);

/// Throws Error(Usage) for other names.
NumberType number_type_named(const std::string& name);

/// How to compute. The number of threads does not change the image; tolerance and number type change it within their
/// bounds.
struct RunControl {
  NumberType number_type = NumberType::Float64;
  double tolerance =
      0;  ///< error allowed by skipping work, as a fraction of the brightest pixel; 0: nothing is skipped
  bool always_leave_out = false;  ///< skip even if that is likely to take longer than it saves
  int threads = 0;                ///< 0: all cores
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

  std::string ran_on;             ///< like in RunSummary, with the reason if it is not the first choice
  std::optional<HotLoop> loop{};  ///< if a single loop does most of the work
  int threads = 1;
  std::vector<Memory> memory;  ///< in addition to the plan and the image
};

/// Throws Error(Usage) for plans whose images follow older programs' rules, or have no derivatives.
void require_differentiable(const kernel::Plan& plan, std::size_t panel);

/// Number of strips that differentiate() works on.
std::size_t gradient_strips(const kernel::PanelNumbers& panel);

/// What a backend knows about its speed on this machine.
struct Speed {
  double multiply_adds_per_s = 0;           ///< peak rate of one core with these lanes, measured now
  double multiply_adds_per_evaluation = 0;  ///< in the inner loop for this plan; 0: not counted
};

/// Kind of the processor that computes.
enum class DeviceKind { Cpu, Gpu };

class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string name() const = 0;
  virtual std::string description() const = 0;
  virtual DeviceKind kind() const = 0;
  /// Number types that it computes in, the preferred one first.
  virtual std::vector<NumberType> number_types() const = 0;

  /// Measures the processor for some tenths of a second; nothing for backends that do not know.
  virtual std::optional<Speed> speed(const kernel::Plan& plan, const RunControl& control) const {
    static_cast<void>(plan), static_cast<void>(control);
    return std::nullopt;
  }

  /// The reason why this backend cannot compute that panel, in words for users; nothing: it can.
  virtual std::optional<std::string> why_not(const kernel::Plan& plan, std::size_t panel) const {
    static_cast<void>(plan), static_cast<void>(panel);
    return std::nullopt;
  }

  /// What rendering that panel together with all others would take. The backend must be able to compute it.
  virtual Outlook outlook(const kernel::Plan& plan, std::size_t panel, const RunControl& control) const = 0;

  /// Makes a plan ready. `like`: what this backend prepared before, or null; what has not changed since, such as tables
  /// made from the same structure factors, is shared with it. Only for panels that it can compute: backends/fallback.h
  /// has the others computed by the reference backend.
  virtual std::unique_ptr<Prepared> prepare(std::shared_ptr<const kernel::Plan> plan, const RunControl& control,
                                            const Prepared* like) const = 0;
};

/// All backends, the preferred one first.
const std::vector<std::unique_ptr<Backend>>& registered_backends();

/// Hot loops of all backends that are compiled in, whether or not this processor can run them.
std::vector<HotLoop> hot_loops();

/// Lets "cpu" and "simd" stand for the lanes of an instruction set ("avx2") from now on, and "auto" too if it stands
/// for a CPU. Throws Error(Usage) that lists those of this machine. Before anything is computed.
void prefer_instruction_set(const std::string& name);

/// Instruction sets that this processor has, the preferred one first.
std::vector<std::string> instruction_sets_here();

/// The backend of that name; "auto" is the preferred one, "cpu" the preferred one that runs on the processor, "simd"
/// the preferred one that works in its lanes. Throws Error(Usage) that lists the known names.
const Backend& find_backend(const std::string& name);
/// The same among these.
const Backend& find_backend(const std::string& name, std::span<const std::unique_ptr<Backend>> backends);

/// Number of pixels that a panel renders: in its region of interest and not masked.
std::uint64_t rendered_pixels(const kernel::PanelNumbers& panel);

}  // namespace femtobragg::backends
#pragma GCC visibility pop
