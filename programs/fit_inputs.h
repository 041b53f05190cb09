// What programs that fit images read: an experiment from simulate's arguments, and the image that it should explain.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/model/experiment.h"
#include "femtobragg/refine/target.h"
#include "femtobragg/simulate/render.h"
#include "programs/described_run.h"

namespace femtobragg::programs {

struct FitInput {
  Experiment experiment;
  refine::Target target;
  RenderRequest request;
  Vec3d misset_rad;  ///< as the arguments have it
  std::shared_ptr<const DescribedRun> run;
};

/// Reports on stderr which offset was subtracted, or where the pedestal starts if it is refined, and which pixels are
/// excluded. Throws Error, for wrong parameters
/// before it looks at the image.
FitInput fit_input(const std::vector<std::string>& arguments, const std::string& image, const std::string& mask,
                   std::optional<double> offset, const std::vector<std::string>& parameters);

}  // namespace femtobragg::programs
