// The list of parameters. A new family is one header and one line here.
#include <memory>

#include "femtobragg/gradients/parameter.h"
#include "femtobragg/gradients/parameters/background.h"
#include "femtobragg/gradients/parameters/beam.h"
#include "femtobragg/gradients/parameters/detector.h"
#include "femtobragg/gradients/parameters/domain_size.h"
#include "femtobragg/gradients/parameters/intensity.h"
#include "femtobragg/gradients/parameters/misset.h"
#include "femtobragg/gradients/parameters/mosaic.h"
#include "femtobragg/gradients/parameters/orientation.h"
#include "femtobragg/gradients/parameters/polarization.h"
#include "femtobragg/gradients/parameters/recording.h"
#include "femtobragg/gradients/parameters/sensor.h"
#include "femtobragg/gradients/parameters/spindle.h"
#include "femtobragg/gradients/parameters/structure_factors.h"
#include "femtobragg/gradients/parameters/unit_cell.h"

namespace femtobragg::gradients {

const std::vector<FamilyPointer>& registered_families() {
  // Blocks are counted before their size changes. The detector stands before the beam: it moves along the beam of the
  // base.
  static const std::vector<FamilyPointer> families = {
      std::make_shared<BlocksFamily>(),          std::make_shared<UnitCellFamily>(),
      std::make_shared<MissetFamily>(),          std::make_shared<OrientationFamily>(),
      std::make_shared<SpindleFamily>(),         std::make_shared<MosaicFamily>(),
      std::make_shared<DomainSizeFamily>(),      std::make_shared<DetectorFamily>(),
      std::make_shared<SensorFamily>(),          std::make_shared<BeamFamily>(),
      std::make_shared<PolarizationFamily>(),    std::make_shared<FluenceFamily>(),
      std::make_shared<AmplitudeScaleFamily>(),  std::make_shared<BackgroundFamily>(),
      std::make_shared<BackgroundScaleFamily>(), std::make_shared<RecordingFamily>()};
  return families;
}

FamilyPointer reflections_named(const Experiment& base, const std::vector<std::string>& names) {
  return std::make_shared<ReflectionFamily>(base, names);
}

const std::vector<Refusal>& refusals() {
  static const std::vector<Refusal> list = {
      {"mosaic_domains", "it is a whole number"},
      {"mosaic_seed", "it changes the random domains"},
      {"oversample", "it is a whole number"},
      {"phi_steps", "it is a whole number"},
      {"sensor_layers", "it is a whole number"},
      {"wavelength_steps", "it is a whole number"},
      {"divergence_steps", "it is a whole number"},
      {"resolution", "the limit is a sharp edge, so pixels change abruptly"},
      {"shape", "crystal shapes are a choice, not a number"},
      {"interpolate", "it is a choice, not a number"},
  };
  return list;
}

}  // namespace femtobragg::gradients
