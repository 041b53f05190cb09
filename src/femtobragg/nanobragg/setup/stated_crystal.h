// A geometry file's crystal and other sources of a cell: what each of them gives, and what the run reports.
#pragma once

#include <string>
#include <vector>

#include "femtobragg/model/geometry.h"
#include "femtobragg/nanobragg/flags/geometry_setup.h"
#include "femtobragg/nanobragg/setup/setup.h"

namespace femtobragg::nanobragg {

/// Throws Error(Usage) for a second orientation besides the file's.
void require_one_orientation(const GeometryFile& file, const Origins& origins);

/// A cell or a space group that is not that of the crystal which will be rendered, one sentence each.
std::vector<std::string> remarks_on_cells(const Setup& setup, const GeometryFile* geometry,
                                          const assemble::CrystalFile* crystal_file);

}  // namespace femtobragg::nanobragg
