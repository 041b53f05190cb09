// Every intermediate of a pixel by name, from what the kernel recorded.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/kernel/observer.h"
#include "femtobragg/kernel/plan.h"
#include "femtobragg/model/coverage.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

/// Groups of quantities that can be requested.
enum class Tap { Geometry, Hkl, StructureFactor, SolidAngle, Intensity };

/// "geometry", "hkl", "f_cell", "omega", "intensity".
std::string_view name_of(Tap tap);
std::span<const Tap> all_taps();

/// A quantity: numbers, each with a label of its own or none; or a text.
struct TraceEntry {
  Tap tap{};
  std::string name;
  std::vector<double> numbers;
  std::vector<std::string_view> labels;
  std::string text;
};

/// Which samples of a pixel are reported one by one.
enum class TracedSamples { First, All };

/// The set-up of the pixel's panel, which is named if there are several; then the pixel unless the record is empty:
/// samples, what they have in common, and the result.
std::vector<TraceEntry> trace_entries(const Setup& setup, const kernel::Plan& plan, const PanelPixel& at,
                                      const kernel::Recorder& record, TracedSamples samples);

/// Counts and ranges over all samples, rays and orientations of the pixel.
std::vector<TraceEntry> trace_aggregates(const kernel::Plan& plan, const kernel::Recorder& record);

/// What stands behind the name.
std::string trace_values(const TraceEntry& entry, int significant_digits);

/// `TRACE name values`, one quantity a line, 15 significant digits: as nanoBragg's -trace_pixel.
void print_trace(const Setup& setup, const kernel::Plan& plan, const PanelPixel& at, const kernel::Recorder& record,
                 std::ostream& out);

/// How messages call a panel: by its name, or its number from 0.
std::string panel_words(const Detector& detector, std::size_t panel);

/// Why panel_pixel_at() finds nothing.
std::string why_no_pixel(const Detector& detector, std::int64_t fast, std::int64_t slow);

}  // namespace femtobragg::nanobragg
