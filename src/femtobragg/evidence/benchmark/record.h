// The results of the benchmark for one case in one number type with one tolerance.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/evidence/benchmark/benchmark_case.h"
#include "femtobragg/evidence/benchmark/spread.h"
#include "femtobragg/evidence/benchmark/verification.h"
#include "femtobragg/evidence/machine.h"

namespace femtobragg::evidence {

/// The rendering alone: from the plan in memory to the image in memory.
struct RenderTimes {
  std::vector<double> seconds;  ///< one for each warm run
  double evaluations = 0;       ///< pixels x samples x rays x orientations
  int threads = 1;
  double bound_photons = 0;
  std::string ran_on;
  std::optional<double> fraction_of_peak;  ///< fraction of the machine's multiply-adds per second
};

/// The whole process, from the command line to its files.
struct ProcessTimes {
  std::vector<double> seconds, cpu_seconds;
  std::uint64_t peak_memory_bytes = 0;
};

/// Another program on the same command line.
struct PeerTimes {
  std::string binary;
  int threads = 0;                           ///< as requested; our process uses the same number
  std::vector<double> seconds, cpu_seconds;  ///< as measured, for `rows` rows if that is not zero
  std::size_t rows = 0, all_rows = 0;        ///< if only some rows of the image were rendered, evenly spread
  std::size_t few_rows = 0;                  ///< rows of the shorter run: one for each thread
  std::vector<double> few_seconds, few_cpu_seconds;

  /// Time for the whole image: measured, or scaled.
  std::vector<double> whole_image_seconds() const;
  /// How many of its threads were at work while it rendered: processor time divided by elapsed time, without the start.
  double threads_at_work() const;
};

struct Record {
  BenchmarkCase subject;
  std::string device;
  backends::NumberType number_type{};
  double tolerance = 0;
  std::string skipped;                       ///< why nothing was measured; empty: something was
  std::optional<Verification> verification;  ///< nothing is timed unless it passed
  std::optional<RenderTimes> render;
  std::optional<ProcessTimes> process;
  std::string process_note;     ///< why there is a render time but no process time
  bool process_failed = false;  ///< true if a program failed, or the case could not be set up
  std::optional<PeerTimes> peer;

  bool wrong() const { return verification && !verification->passed; }
  bool failed() const { return wrong() || process_failed; }
};

/// Aligned columns for a terminal.
std::string table_of(const std::vector<Record>& records);

/// Everything, including all single times: a list of objects.
std::string json_of(const std::vector<Record>& records, const Machine& machine, const std::string& version);

}  // namespace femtobragg::evidence
