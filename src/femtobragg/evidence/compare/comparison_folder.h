// Reads the results of a comparison: where it disagrees, and the programs that made it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/evidence/compare/image_comparison.h"
#include "femtobragg/evidence/compare/trace_record.h"
#include "femtobragg/evidence/dual_run.h"

namespace femtobragg::evidence {

struct TracedPixel {
  std::size_t slow = 0, fast = 0;

  friend bool operator==(const TracedPixel&, const TracedPixel&) = default;
};

/// One of the compared programs.
struct ComparedProgram {
  std::string binary, name;       ///< path, and the name it was called by; empty: the path
  std::vector<std::string> more;  ///< additional words for this program only
  std::string sha256;
};

class ComparisonFolder {
 public:
  /// Throws Error(Runtime) if it is not such a folder.
  explicit ComparisonFolder(const std::filesystem::path& folder);

  const std::vector<std::string>& arguments() const { return arguments_; }
  /// The folder that file names in the arguments are relative to.
  const std::filesystem::path& folder() const { return folder_; }
  const std::vector<ComparedProgram>& programs() const { return programs_; }

  /// The pixel with the largest absolute difference; nothing for equal images.
  const std::optional<TracedPixel>& largest_difference() const { return largest_difference_; }
  /// The compared region, if not the whole image.
  const std::optional<ImageRegion>& region() const { return region_; }

 private:
  std::filesystem::path folder_;
  std::vector<std::string> arguments_;
  std::vector<ComparedProgram> programs_;
  std::optional<TracedPixel> largest_difference_;
  std::optional<ImageRegion> region_;
};

struct ProgramTrace {
  TraceRecord record;   ///< empty: the program prints none
  std::string command;  ///< as typed in a shell
  std::string sha256;   ///< hash of the binary
};

/// Runs the program on the arguments and requests the trace of a pixel by -trace_pixel. `alone`: no other pixel needs
/// to be rendered for it. Throws Error(Runtime) if the program does not end with status 0.
ProgramTrace trace_by(const ComparedProgram& program, const SharedArguments& arguments, const TracedPixel& pixel,
                      bool alone);

}  // namespace femtobragg::evidence
