// An image of expected photons that a command reads, and its files of counts.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/formats/image/frame.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/model/geometry.h"
#include "femtobragg/model/response.h"
#include "femtobragg/simulate/detect.h"

namespace femtobragg::programs {

/// What the image says does not count is masked in the detector.
struct PhotonImage {
  std::string name;
  Image image;
  std::optional<Geometry> geometry;  ///< of the header, with the mask
  std::string why_no_geometry;
  Detector detector;                      ///< of the geometry, or one panel
  std::optional<double> exposure_s{};     ///< of the header
  std::vector<std::size_t> overloaded{};  ///< pixels that have had too many photons already, ascending

  ImageShape shape() const { return image.shape(); }
};

/// Reads a frame (none: the first one). Says what is not used of it on stderr. Throws Error for what is no image of
/// expected photons.
PhotonImage read_photons(const std::string& path, std::optional<std::int64_t> frame);

/// A file that is written of it.
struct CountsOutput {
  std::string path;
  Response response;
  NoiseKey key;
  std::vector<std::pair<std::string, std::string>> record{};
  formats::Compression compression = formats::Compression::Gzip;
};

/// Throws Error(Usage) if the format does not store counts, or needs a detector position that is not known.
void require_counts_format(const PhotonImage& photons, const std::string& path);
/// Writes counts in the format of the suffix. Says on stdout what it wrote, and on stderr what the file does not hold.
void write_counts(const PhotonImage& photons, const CountsOutput& output);
/// Writes the values after a stage of the response, into a format of photons.
void write_stage(const PhotonImage& photons, const CountsOutput& output, const std::string& stage);

}  // namespace femtobragg::programs
