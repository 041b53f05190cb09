// An image as a file of any format, with what its header can say of the experiment.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "femtobragg/base/mat3.h"
#include "femtobragg/formats/image/image_contents.h"
#include "femtobragg/model/experiment.h"
#include "femtobragg/model/image.h"
#include "femtobragg/model/response.h"
#include "femtobragg/simulate/response_stage.h"

#pragma GCC visibility push(default)
namespace femtobragg {

struct ImageFileOptions {
  /// Applies to formats of whole numbers, and to .nxs and .tif with counting noise; the others hold expected photons.
  Response response{};
  /// Of counting noise: files with the same key have the same noise.
  NoiseKey noise{};
  /// Turns the experiment's lab frame into that of headers: x along the beam, y up, z to the right, looking along the
  /// beam.
  Mat3d to_header_frame = Mat3d::identity();
  formats::PreviewOptions preview{};
  formats::Compression compression = formats::Compression::Gzip;  ///< of .nxs
};

/// The geometry of an experiment as files state it; `frames`: of a series that it begins. Throws Error(Usage) if the
/// beam does not point along x, more or less, in that frame: a header would show the detector at the wrong place.
Geometry geometry_of(const Experiment& experiment, const Mat3d& to_header_frame = Mat3d::identity(),
                     std::size_t frames = 1);

/// Writes by suffix: formats/image/registry.h has the list. Returns what the file does not hold, one sentence each:
/// overloaded pixels, those below zero or without a number, and what its header has no place for. Throws Error(Usage)
/// for unknown suffixes, for images that are not of the detector's shape, for counting noise in a format of expected
/// photons, and for PGM, whose scale nobody has chosen; Error(Runtime) for files that cannot be written.
std::vector<std::string> write_image(const std::string& path, const Image& image, const Experiment& experiment,
                                     const ImageFileOptions& options = {});

/// The same for counts that a detector has given, n_slow x n_fast, -1 where there is none: they are stored as they are;
/// the header states gain, pedestal, saturation and bad pixels of the response of `options`. Throws Error(Usage) for
/// formats that do not store such counts.
std::vector<std::string> write_counts(const std::string& path, std::span<const std::int32_t> counts,
                                      const Experiment& experiment, const ImageFileOptions& options = {});

}  // namespace femtobragg
#pragma GCC visibility pop
