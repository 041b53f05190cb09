// Reads reflections and models once, for many experiments that differ in other things.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "femtobragg/assemble/assembly.h"

#pragma GCC visibility push(default)
namespace femtobragg::assemble {

/// The correct rules. Structure factors that were read or calculated last are used again where a scene describes the
/// same, even if the file has changed since; they are then the same object, so that a Simulation keeps its tables. May
/// be used by several threads.
class RememberedFiles : public Rules {
 public:
  FactorSource factors(const FactorScene& scene) override;
  std::shared_ptr<const StructureFactors> model_factors(CrystalFile& file, const FactorScene& scene,
                                                        const Experiment& experiment) override;

 private:
  std::mutex mutex_;
  std::optional<std::pair<FactorScene, FactorSource>> read_;
  std::pair<std::string, std::shared_ptr<const StructureFactors>> calculated_;
};

}  // namespace femtobragg::assemble
#pragma GCC visibility pop
