// Structure factors from a list, a dump, or one amplitude for all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/assemble/factors.h"
#include "femtobragg/nanobragg/flags/options.h"
#include "femtobragg/nanobragg/flags/quirks.h"

namespace femtobragg::nanobragg {

/// Without a default amplitude a dump brings its own; everything else takes zero. Files other than lists and dumps are
/// recognised by content, unless quirks read lists as older programs do.
assemble::FactorSource set_up_structure_factors(const Options& options, QuirkLog& quirks);

/// The -stol file has no effect, but must be there. Throws Error(Runtime).
void require_stol(const FileOptions& files);

/// Whether a run leaves a dump for the next one.
bool asks_for_dump(const Options& options, const QuirkSet& quirks);

/// About what it takes.
std::uint64_t dump_bytes(const StructureFactors& factors, const QuirkSet& quirks);

/// Writes the dump. A failure is a warning.
void write_dump(const FileOptions& files, const StructureFactors& factors, const QuirkSet& quirks,
                std::vector<std::string>& notes, std::vector<std::string>& warnings);

}  // namespace femtobragg::nanobragg
