// The contents of one image file of any format: pixels, and what its header can say about them.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "femtobragg/formats/picture/preview.h"
#include "femtobragg/model/beam.h"
#include "femtobragg/model/geometry.h"
#include "femtobragg/model/image.h"
#include "femtobragg/model/pixel_mask.h"

#pragma GCC visibility push(default)
namespace femtobragg::formats {

/// Fills one row of 16-bit numbers; rows are requested once each, in order.
using PixelRows = std::function<void(std::size_t slow, std::span<std::uint16_t> row)>;
/// Fills one row of grey values; rows are requested once each, in order.
using GreyRows = std::function<void(std::size_t slow, std::span<std::uint8_t> row)>;

/// Pixels of the detector's whole image: photons, counts in raster order (-1 where there is no pixel, or none that is
/// to be trusted), or rows. Nothing: they are not known yet.
using ImagePixels = std::variant<std::monostate, std::reference_wrapper<const Image>, std::span<const std::int32_t>,
                                 PixelRows, GreyRows>;

/// How frames of HDF5 files are packed. Every HDF5 reads gzip; bitshuffle-LZ4 is faster, and needs a plugin in programs
/// that do not come from a beamline.
enum class Compression { Gzip, BitshuffleLz4, None };

struct CompressionName {
  std::string_view name;
  Compression compression;
};
inline constexpr CompressionName compression_names[] = {
    {"gzip", Compression::Gzip}, {"bslz4", Compression::BitshuffleLz4}, {"none", Compression::None}};
/// Throws Error(Usage) that lists the names; `where`: the option, as users type it.
Compression compression_named(std::string_view name, const std::string& where);

/// The light of one frame.
struct Exposure {
  double seconds = 1;
  double start_s = 0;         ///< since the start of the first frame
  double flux_per_s = 0;      ///< photons; 0: unknown
  double fluence_per_m2 = 0;  ///< 0: unknown
  double beam_size_m = 0;     ///< 0: unknown
  BeamProfile beam_profile = BeamProfile::Flat;
  bool pulsed = false;  ///< by a free-electron laser: the mean of the spectrum is the wavelength of its frame
  std::vector<std::pair<double, double>> spectrum{};  ///< wavelengths (m) and weights; empty: that of the geometry
};

/// Each format writes what it has a place for.
struct ImageContents {
  ImageShape shape;
  ImagePixels pixels{};
  std::optional<Geometry> geometry{};  ///< nothing: unknown
  Exposure exposure{};
  /// Name and text of what else should be known about the image: options, seeds.
  std::vector<std::pair<std::string, std::string>> record{};
  double saturation = std::numeric_limits<double>::infinity();  ///< the largest value that a pixel can distinguish
  double pedestal = 0;                                          ///< value of a pixel without photons
  double gain = 1;                                              ///< numbers for each photon
  std::int64_t least = 0;  ///< lowest valid value; without it negative values are invalid
  PixelMask mask{};        ///< of formats that state one; empty: gaps and masks of the geometry's panels
  std::string header{};    ///< text instead of the format's own, as another program writes it; empty: the format's own
  std::string comment{};   ///< of pictures
  PreviewOptions preview{};
  Compression compression = Compression::Gzip;
  std::function<void(const PictureReport&)> tell_picture{};  ///< called when a picture is drawn; may be empty
};

/// The pixels as a format stores them. Throw Error(Usage) if they are a different type of number.
const Image& photons_of(const ImageContents& contents, const std::string& path);
std::span<const std::int32_t> counts_of(const ImageContents& contents, const std::string& path);
const PixelRows& rows_of(const ImageContents& contents, const std::string& path);
const GreyRows& grey_rows_of(const ImageContents& contents, const std::string& path);

}  // namespace femtobragg::formats
#pragma GCC visibility pop
