// miniCBF images: a text header as detectors of photon counts write it, then 32-bit counts, byte-offset compressed.
//
// Formats: Bernstein & Hammersley, International Tables for Crystallography G (2005) 2.3; header lines as in DECTRIS'
// "Detector CBF header specification".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/formats/image/pixel_data.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

struct CbfImage {
  std::string header;  ///< the text before the pixels
  PixelArray pixels;
};

/// The first image of a file: integers of 8 to 64 bits, byte-offset compressed or not, or floating point numbers.
/// Checks the MD5 sum if there is one. `name` is used in messages. Throws Error(Runtime) that says what is missing,
/// wrong or cut off.
CbfImage parse_cbf(std::string_view bytes, const std::string& name);

/// What is said of a frame besides the geometry.
struct CbfFrame {
  double exposure_s = 1;
  double flux_per_s = 0;  ///< photons; 0: unknown
  std::size_t index = 0;  ///< in the rotation series
  double start_s = 0;     ///< of the series' first frame
};

/// The header's lines, each beginning with '#'. They know one flat panel square to the beam, its fast pixels to the
/// right and its slow ones down, and a spindle to the right.
std::string cbf_header_text(const Geometry& geometry, const CbfFrame& frame);
/// What such a header cannot state about a geometry, one sentence each.
std::vector<std::string> cbf_losses(const Geometry& geometry);

/// The same as sentences about an output.
std::vector<std::string> header_losses(const std::string& output, const Geometry& geometry);

/// The line with the largest value that a pixel can distinguish; empty: no limit.
std::string count_cutoff_line(double saturation);

/// What a file says besides its pixels.
struct CbfTexts {
  std::string header;   ///< lines that begin with '#'
  std::string items{};  ///< of CIF
};

/// Writes counts in raster order.
void write_cbf(const std::string& path, const CbfTexts& texts, const ImageShape& shape,
               std::span<const std::int32_t> pixels);

/// Differences of neighbours in 1, 2, 4 or 8 bytes each.
std::string compress_byte_offset(std::span<const std::int32_t> pixels);

}  // namespace femtobragg::formats
