// Structure factors from a list, a dump, or one amplitude for all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/model/structure_factors.h"
#include "femtobragg/nanobragg/model_setup.h"
#include "femtobragg/nanobragg/options.h"
#include "femtobragg/nanobragg/quirks.h"
#include "femtobragg/nanobragg/scene.h"

namespace femtobragg::nanobragg {

struct StructureFactorSetup {
  std::shared_ptr<const StructureFactors> factors;  ///< null: no list, no dump, and a default amplitude of zero
  std::uint64_t reflections = 0;
  std::vector<std::string> notes, warnings;
  std::optional<CrystalFile>
      crystal;  ///< with a model, the factors hold but the default amplitude until they are known
};

/// Without a default amplitude a dump brings its own; everything else takes zero. Files other than lists and dumps are
/// recognised by content, unless quirks read lists as older programs do.
StructureFactorSetup set_up_structure_factors(const Options& options, QuirkLog& quirks);

/// Leaves F(0,0,0) out of images unless it is asked for. Interpolated amplitudes keep it, and so do crystals of one or
/// two cells: there it is a point of a curve.
void set_direct_beam(Scene& scene, QuirkLog& quirks);

/// The -stol file has no effect, but must be there. Throws Error(Runtime).
void require_stol(const FileOptions& files);

/// Whether a run leaves a dump for the next one.
bool asks_for_dump(const FileOptions& files, const QuirkSet& quirks);

/// About what it takes.
std::uint64_t dump_bytes(const StructureFactors& factors, const QuirkSet& quirks);

/// Writes the dump. A failure is a warning.
void write_dump(const FileOptions& files, const StructureFactors& factors, const QuirkSet& quirks,
                std::vector<std::string>& notes, std::vector<std::string>& warnings);

}  // namespace femtobragg::nanobragg
