// A crystal from a file: an atomic model, or reflections with cell and symmetry.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"
#include "femtobragg/model/experiment.h"
#include "femtobragg/nanobragg/options.h"
#include "femtobragg/nanobragg/origins.h"
#include "femtobragg/nanobragg/scene.h"

namespace femtobragg::nanobragg {

struct CrystalFile {
  std::string path;
  UnitCell cell;
  std::string space_group;
  std::shared_ptr<const atoms::AtomicModel> model;  ///< null: the file holds reflections
  std::string content;                              ///< of the model's file, as a hash
  std::vector<std::string> notes, warnings;
};

/// The model that -model names. Throws Error, Usage where other flags contradict it.
CrystalFile read_model(const Options& options);

/// What the command line leaves open: the cell, as an image header would give it, unless a geometry file has `stated` a
/// crystal. Throws Error(Usage) for flags that contradict -oversample_cell.
void take_cell(const CrystalFile& file, bool stated, Options& options, Origins& origins);

/// The finest resolution that pixels to be rendered see, or -dmin where that is coarser. Zero: no pixel sees any.
double finest_resolution_A(const Experiment& experiment);

/// What is left when beam, crystal and detector are set up: the space group, and the model's structure factors as far
/// as the run needs them, which is all that lookups at its finest resolution touch. They come from the cache where it
/// has them.
void complete_crystal(CrystalFile& file, Scene& scene);

}  // namespace femtobragg::nanobragg
