// The story of a run, told without running it: `femtobragg explain`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/nanobragg/report/calibration.h"
#include "femtobragg/nanobragg/report/config_report.h"
#include "femtobragg/nanobragg/report/remarks.h"
#include "femtobragg/nanobragg/run/outputs.h"
#include "femtobragg/nanobragg/run/run.h"

namespace femtobragg::nanobragg {

struct Loop {
  std::string name;
  std::uint64_t count = 1;
  std::string origin;
};

struct Explanation {
  Program program = Program::Simulate;
  std::vector<ConfigRow> rows;  ///< every derived quantity
  std::vector<Loop> loops;      ///< outermost first
  assemble::SamplingReport sampling;
  double evaluations = 0;  ///< of crystal terms: the product of the loops
  std::string device;      ///< as requested
  backends::Outlook outlook;
  std::vector<backends::Outlook::Memory> memory;
  std::optional<Calibration> calibration;
  /// What is computed after the image, and its calibration.
  struct Label {
    std::string what;
    std::optional<Calibration> calibration;
  };
  std::vector<Label> labels;
  std::vector<PlannedFile> files;
  std::vector<Quirk> quirks;  ///< that are on and change the run
  std::vector<Remark> remarks;
};

/// Reads and checks all that the run would, writes nothing, and renders a sample of pixels for about `calibration_s`.
/// Throws Error where the run would.
Explanation explain(Program program, std::span<const std::string> words, double calibration_s);

/// For a terminal; no line is longer than 120 characters.
std::string text_of(const Explanation& explanation);

}  // namespace femtobragg::nanobragg
