// The record of an image and its experiment, as the formats of truth want it.
#include "femtobragg/library/write_truth.h"

#include "femtobragg/base/version.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/tables/truth_file.h"
#include "femtobragg/library/write_image.h"

namespace femtobragg {

void require_truth_suffix(const std::string& path) { formats::truth_format_of(path); }

void write_truth(const std::string& path, const Truth& truth, const Experiment& experiment,
                 const TruthFileOptions& options) {
  const Geometry geometry = geometry_of(experiment, options.to_header_frame);
  formats::write_truth(path, {.truth = truth,
                              .experiment = experiment,
                              .frame = formats::rotation_to_usual_frame(geometry) * options.to_header_frame,
                              .expt_frame = formats::rotation_to_nearly_usual_frame(geometry) * options.to_header_frame,
                              .program = std::string("femtobragg ") + version,
                              .command = {},
                              .parameters = {},
                              .seeds = {},
                              .image_photons = options.image_photons,
                              .image = options.image});
}

}  // namespace femtobragg
