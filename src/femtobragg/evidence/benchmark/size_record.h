// One image size, timed cold and warm, next to another program: a line of an auditable record.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/evidence/benchmark/spans.h"
#include "femtobragg/evidence/compare/image_comparison.h"
#include "femtobragg/evidence/dual_run.h"
#include "femtobragg/simulate/render.h"

namespace femtobragg::evidence {

/// Makes a plan from the words of the command line, from scratch each time. May record spans.
using SetUp = std::function<kernel::Plan(SpanRecord& spans)>;

/// Seconds.
struct RunTimes {
  double set_up = 0, render = 0, output = 0;

  double total() const { return set_up + render + output; }
};

struct SizeRequest {
  std::size_t edge = 0;             ///< pixels
  std::vector<std::string> words;   ///< arguments of both programs
  SetUp set_up;                     ///< makes the plan for these words
  RenderRequest request;            ///< control.threads is not zero
  backends::Watch watch{};          ///< of the renderings here
  int iterations = 1;               ///< warm runs, and runs of the other program
  std::optional<std::string> peer;  ///< path; nothing: the reference backend gives the image to compare with
  bool profile = false;
};

struct SizeRecord {
  std::size_t edge = 0;
  int iterations = 0;
  std::optional<double> peer_s;             ///< whole process, median
  std::optional<double> peer_memory;        ///< bytes
  RunTimes cold, warm;                      ///< warm: medians of each part
  double warm_total_s = 0;                  ///< median of the whole
  double process_s = 0;                     ///< this program as users run it, median
  double memory_cold = 0, memory_warm = 0;  ///< peak resident bytes so far
  std::string ran_on;
  ImageComparison cold_image, warm_image;  ///< comparison with the other program's image, or the reference backend's
  std::vector<std::string> commands;       ///< as typed in a shell
};

/// Measures in a process of its own, so that cold is cold: call it before this process has started threads. Writes the
/// images and texts of the runs into `folder`, and trace.json if a profile is requested. Throws Error(Runtime) if a
/// program fails, or writes an image of another size.
SizeRecord measure_size(const SizeRequest& request, const std::filesystem::path& folder);

/// Information that accompanies each line of the record.
struct SizeCircumstances {
  std::string dtype, device;
  int threads = 1;
};

/// benchmark_results.json: a list, an object for each size. Times in seconds, memory in MB (1e6 bytes).
std::string results_json(const std::vector<SizeRecord>& records, const SizeCircumstances& circumstances);

/// summary.md: a table for people.
std::string results_summary(const std::vector<SizeRecord>& records, const SizeCircumstances& circumstances);

}  // namespace femtobragg::evidence
