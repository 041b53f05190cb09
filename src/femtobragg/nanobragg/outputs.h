// The files that a run leaves.
#pragma once

#include <iosfwd>

#include "femtobragg/nanobragg/loss_report.h"
#include "femtobragg/nanobragg/quirks.h"
#include "femtobragg/nanobragg/scene.h"
#include "femtobragg/simulate/statistics.h"

namespace femtobragg::nanobragg {

/// Which files are written: all of nanoBragg's, or only those that the command line names.
struct OutputSelection {
  bool float_image = true, int_image = true, pgm = true, noise = true;
};
OutputSelection select_outputs(const OutputOptions& options, bool only_named);

/// Whether a file of -o is an SMV image.
bool names_smv(const OutputOptions& options);
/// Whether some image with counting noise is written.
bool writes_noise(const OutputOptions& options, const OutputSelection& selection);

/// Throws Error(Usage) where an SMV image of several panels is asked for: its header knows one.
void require_one_panel_for_smv(const Scene& scene, const OutputSelection& selection);

/// Notes which quirks of the header change a file.
void note_header_quirks(const Scene& scene, const OutputSelection& selection, QuirkLog& quirks);

struct PlannedFile {
  std::string path, what;
  std::uint64_t bytes = 0;
  bool exact = true;  ///< false: the size depends on what is rendered, and this is close or the most
};
/// The files of write_outputs(), in its order, and before them the dump of structure factors.
std::vector<PlannedFile> planned_files(const Scene& scene, const QuirkSet& quirks, const OutputSelection& selection);

/// Throws Error(Runtime) for the first file that cannot be written, Error(Usage) for one that is named twice.
void require_outputs_writable(const OutputOptions& options, const OutputSelection& selection);

/// Writes them in nanoBragg's order, with its lines about each; notes what they cannot hold.
void write_outputs(const Scene& scene, const Image& image, const ImageStatistics& statistics, const QuirkSet& quirks,
                   const OutputSelection& selection, std::ostream& out, LossReport& losses);

}  // namespace femtobragg::nanobragg
