// The files that a run leaves.
#pragma once

#include <iosfwd>
#include <span>

#include "femtobragg/formats/picture/preview.h"
#include "femtobragg/nanobragg/flags/output_selection.h"
#include "femtobragg/nanobragg/flags/quirks.h"
#include "femtobragg/nanobragg/report/loss_report.h"
#include "femtobragg/nanobragg/run/side_images.h"
#include "femtobragg/nanobragg/setup/setup.h"
#include "femtobragg/simulate/statistics.h"

namespace femtobragg::nanobragg {

/// Throws Error(Usage) if an SMV image of several panels is requested: its header describes one.
void require_panel_for_smv(const Setup& setup, const OutputSelection& selection);

/// Throws Error(Usage) if a file of 16 bits cannot store the numbers of the response.
void require_range_of_response(const Setup& setup, const OutputSelection& selection);

/// Notes which quirks of the header change a file.
void note_header_quirks(const Setup& setup, const OutputSelection& selection, QuirkLog& quirks);

struct PlannedFile {
  std::string path, what;
  std::uint64_t bytes = 0;
  bool exact = true;  ///< false: the size depends on what is rendered, and this is close or the most
};
/// The files of write_outputs(), in its order, and before them the dump of structure factors.
std::vector<PlannedFile> planned_files(const Setup& setup, const QuirkSet& quirks, const OutputSelection& selection);

/// Writes them in nanoBragg's order, with a line about each, and for the drop-in nanoBragg's statistics between them;
/// notes what they cannot hold.
void write_outputs(const Setup& setup, const Image& image, const ImageStatistics& statistics, const QuirkSet& quirks,
                   const OutputSelection& selection, const SideImages& side, bool drop_in, std::ostream& out,
                   LossReport& losses);

}  // namespace femtobragg::nanobragg
