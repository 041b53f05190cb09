// Structure factors from reflections, an atomic model, or one amplitude for all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/assemble/scene.h"
#include "femtobragg/atoms/atomic_model.h"
#include "femtobragg/formats/tables/hkl_list.h"
#include "femtobragg/model/experiment.h"

#pragma GCC visibility push(default)
namespace femtobragg::assemble {

/// A file with cell and symmetry: an atomic model, or reflections.
struct CrystalFile {
  std::string path;
  UnitCell cell;
  std::string space_group;
  std::shared_ptr<const atoms::AtomicModel> model;  ///< null: the file holds reflections
  std::string content;                              ///< of the model's file, as a hash
  std::vector<std::string> notes, warnings;
};

struct FactorSource {
  std::shared_ptr<const StructureFactors> factors;  ///< null: nothing gives any
  std::uint64_t reflections = 0;
  std::vector<std::string> notes, warnings;
  /// With a model, the factors hold but the default amplitude until model_factors() is called.
  std::optional<CrystalFile> crystal;
};

/// Files are recognised by content. Throws Error.
FactorSource read_factors(const FactorScene& scene);

/// One amplitude for all.
FactorSource uniform_factors(double amplitude);
/// What has been read from a reflection list.
FactorSource factors_of_list(formats::HklList list, const std::string& path);

/// The cell that the file gives the crystal: its own, or a multiple of it (angstrom and degrees). Nothing where the
/// scene has one. Throws Error(Usage) for a crystal of several cells where the model's cell stands alone.
std::optional<std::array<double, 6>> cell_for(const CrystalFile& file, const FactorScene& factors,
                                              const CrystalScene& crystal);

/// The finest resolution that pixels to be rendered see, or the limit of the experiment where that is coarser. Zero: no
/// pixel sees any.
double finest_resolution_A(const Experiment& experiment);

/// What the structure factors of a model depend on, as text: its file, and the settings that follow from scene and
/// experiment.
std::string model_factors_key(const CrystalFile& file, const FactorScene& scene, const Experiment& experiment);

/// The model's structure factors as far as the experiment needs them, which is all that lookups at its finest
/// resolution touch. They come from the cache where it has them. Adds to the file's notes.
std::shared_ptr<const StructureFactors> model_factors(CrystalFile& file, const FactorScene& scene,
                                                      const Experiment& experiment);

}  // namespace femtobragg::assemble
#pragma GCC visibility pop
