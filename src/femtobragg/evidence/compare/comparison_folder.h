// The results of a comparison, read back: where it disagrees, and the programs that made it.
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

/// A program that took part.
struct ComparedProgram {
  std::string binary, name;       ///< path, and the name it was called by; empty: the path
  std::vector<std::string> more;  ///< words that only this one got
  std::string sha256;
};

class ComparisonFolder {
 public:
  /// Throws Error(Runtime) where it is no such folder.
  explicit ComparisonFolder(const std::filesystem::path& folder);

  const std::vector<std::string>& arguments() const { return arguments_; }
  /// Where names of files in the arguments are seen from.
  const std::filesystem::path& folder() const { return folder_; }
  const std::vector<ComparedProgram>& programs() const { return programs_; }

  /// The pixel of the largest absolute difference; nothing for equal images.
  const std::optional<TracedPixel>& largest_difference() const { return largest_difference_; }
  /// What was compared, if not the whole image.
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
  std::string command;  ///< as a shell takes it
  std::string sha256;   ///< of the binary that was run
};

/// Runs the program on the arguments and asks it for a pixel's trace by -trace_pixel. `alone`: no other pixel needs to
/// be rendered for it. Throws Error(Runtime) where the program does not end with status 0.
ProgramTrace trace_by(const ComparedProgram& program, const SharedArguments& arguments, const TracedPixel& pixel,
                      bool alone);

}  // namespace femtobragg::evidence
