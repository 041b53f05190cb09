// The truth about an image as a file: HDF5, CSV, DIALS reflection table, CrystFEL stream.
#pragma once

#include <string>

#include "femtobragg/base/mat3.h"
#include "femtobragg/model/experiment.h"
#include "femtobragg/model/truth.h"

#pragma GCC visibility push(default)
namespace femtobragg {

struct TruthFileOptions {
  double image_photons = 0;  ///< sum over the image without noise
  std::string image{};       ///< file that the image was written to
  /// As in ImageFileOptions (library/write_image.h).
  Mat3d to_header_frame = Mat3d::identity();
};

/// Throws Error(Usage) for paths that write_truth() does not write.
void require_truth_suffix(const std::string& path);

/// Writes by suffix: .h5, .csv, .refl, .stream. Throws Error(Usage) for others, and as geometry_of()
/// (library/write_image.h); Error(Runtime) for files that cannot be written.
void write_truth(const std::string& path, const Truth& truth, const Experiment& experiment,
                 const TruthFileOptions& options = {});

}  // namespace femtobragg
#pragma GCC visibility pop
