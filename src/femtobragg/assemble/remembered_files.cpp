// What was read last, and what was calculated from it.
#include "femtobragg/assemble/remembered_files.h"

#include "femtobragg/assemble/factors.h"

namespace femtobragg::assemble {

FactorSource RememberedFiles::factors(const FactorScene& scene) {
  const std::lock_guard lock(mutex_);
  if (!read_ || !(read_->first == scene)) read_.emplace(scene, Rules::factors(scene));
  return read_->second;
}

std::shared_ptr<const StructureFactors> RememberedFiles::model_factors(CrystalFile& file, const FactorScene& scene,
                                                                       const Experiment& experiment) {
  const std::lock_guard lock(mutex_);
  std::string key = model_factors_key(file, scene, experiment);
  if (key != calculated_.first) calculated_ = {std::move(key), Rules::model_factors(file, scene, experiment)};
  return calculated_.second;
}

}  // namespace femtobragg::assemble
