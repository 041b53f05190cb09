// One row for each field that flags set.
#include "femtobragg/nanobragg/flags/experiment_flags.h"

#include <string_view>

#include "femtobragg/nanobragg/flags/field_flags.h"

namespace femtobragg::nanobragg {
namespace {

/// The first row counts that a field belongs to.
constexpr struct {
  std::string_view list, part, flags;
} experiment_flags[] = {
    {"backgrounds", "", "-background"},
    {"beam.sources", "", "-sourcefile, -divergence and -dispersion"},
    {"beam.wavelength_m", "", "-lambda, -energy and -sourcefile"},
    {"beam.fluence_per_m2", "", "-fluence, or -flux, -exposure and -beamsize"},
    {"beam.polarization_fraction", "", "-polar"},
    {"beam.direction", "", "-beam_vector"},
    {"crystal.axes", "", "-cell, -mat and -misset"},
    {"crystal.fudge", "", "-fudge"},
    {"crystal.mosaic", "", "-mosaic and -mosaic_domains"},
    {"detector.panels", ".sensor", "-detector_thick, -detector_abs and -detector_thicksteps"},
    {"detector.panels", ".region", "-roi"},
    {"detector.panels", ".mask", "-mask"},
    {"detector.panels", ".pixel_size_m", "-pixel"},
    {"detector.panels", ".n_", "-detpixels, -detsize and -pixel"},
    {"detector.panels", ".curvature", "-curved_det and -distance"},
    {"detector.panels", ".normal", "-curved_det, -odet_vector, -pix0_vector and the detector's rotations"},
    {"detector.panels", ".area_ratio", "-fdet_vector and -sdet_vector"},
    {"detector.panels", ".origin_m",
     "-distance, -pix0_vector, -fdet_vector, -sdet_vector and the detector's rotations"},
    {"sampling.d_min_m", "", "-dmin"},
    {"structure_factors", "", "-hkl, -dump and -default_F"},
    {"water_edge_m", "", "-water"},
    {"spindle.axis", "", "-spindle_axis"},
    {"spindle", "", "-phi, -osc, -phistep and -phisteps"},
};

}  // namespace

Error with_flags(const Error& error) {
  const Error flagged = in_flags(error);
  const std::string& field = error.parts().where;
  const bool of_list = field.find('[') != std::string::npos;
  // What is in quotes is the name of a file.
  if ((flagged.parts().where != field && !of_list) || field.find('\'') != std::string::npos) return flagged;
  ErrorText parts = flagged.parts();
  parts.where = field;
  for (const auto& [list, part, flags] : experiment_flags)
    if (field.starts_with(list) && field.find(part) != std::string::npos) {
      parts.remedy += ": " + std::string(flags);
      break;
    }
  return {error.kind(), parts};
}

}  // namespace femtobragg::nanobragg
