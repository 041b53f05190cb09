// The list of image formats: which one a file has, reading and writing by it, and what it can hold.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/formats/image/image_contents.h"
#include "femtobragg/formats/image/pixel_data.h"

#pragma GCC visibility push(default)
namespace femtobragg::formats {

/// The pixels that a format can store.
enum class Numbers {
  Photons,
  Counts,           ///< of 32 bits
  PhotonsOrCounts,  ///< either
  SixteenBits,      ///< rows of scaled photons or counts, with a pedestal
  Grey,             ///< rows of grey values
  Preview,          ///< photons go in, and come out as a picture for looking at
};

/// Whether a header says where the detector stands.
enum class StatesGeometry { No, Perhaps, Always };

struct ImageFormatInfo {
  std::string_view name;
  std::vector<std::string_view> suffixes;  ///< with the dot
  std::string_view description;            ///< for help
  std::string_view in_words;               ///< of a file: ", miniCBF" after its numbers, or the words for all
  Numbers numbers = Numbers::Photons;
  StatesGeometry states_geometry = StatesGeometry::No;

  /// Throws Error(Usage) for contents that no such file can hold, Error(Runtime) for files that cannot be written.
  void (*write)(const std::string& path, const ImageContents& contents) = nullptr;
  /// The size of such a file, for which the pixels need not be known.
  std::uint64_t (*bytes)(const ImageContents& contents) = nullptr;
  bool exact_bytes = false;  ///< otherwise it depends on the pixels, and this is close or the most
  /// What a header cannot say of a geometry, one sentence each that names the output; null: it says nothing of any.
  std::vector<std::string> (*losses)(const std::string& output, const Geometry& geometry, bool counts) = nullptr;

  bool (*recognise)(std::string_view bytes) = nullptr;  ///< by how a file begins; null: by nothing
  /// From a whole file; `name` is used in messages. Throws Error(Runtime). Null: the format cannot be read.
  StoredFrame (*parse)(std::string_view bytes, const std::string& name, std::size_t frame) = nullptr;
  /// The same without reading more than the frame, for formats that hold series; null: they do not.
  StoredFrame (*read)(const std::string& path, std::size_t frame) = nullptr;

  bool needs_disk = false;          ///< cannot be written to a pipe
  bool all_ones_mark = false;       ///< the largest number says that there is no count, not that there are too many
  bool states_gain = false;         ///< and the pedestal
  bool states_mask = false;         ///< which pixels are not to be used, and why
  bool says_overloads = false;      ///< whatever its saturation, readers see which pixels are overloaded
  bool packs = false;               ///< as ImageContents::compression says
  std::size_t choice_of_dials = 0;  ///< 1: what DIALS reads best; 0: it does not read it

  bool holds_series() const { return read != nullptr; }
  /// With or without counting noise.
  Numbers numbers_written(bool noise) const {
    if (numbers != Numbers::PhotonsOrCounts) return numbers;
    return noise ? Numbers::Counts : Numbers::Photons;
  }
  /// Made for counts: photons with counting noise, if there is to be any.
  bool for_counts() const {
    return numbers == Numbers::Counts || numbers == Numbers::PhotonsOrCounts || numbers == Numbers::SixteenBits;
  }
};

/// In the order of help.
std::span<const ImageFormatInfo> image_formats();

/// By name, such as "SMV"; it must be known.
const ImageFormatInfo& image_format_named(std::string_view name);

/// The format of a file to be written, by its suffix. Throws Error(Usage) that lists the known suffixes.
const ImageFormatInfo& image_format_of(const std::string& path);

}  // namespace femtobragg::formats
#pragma GCC visibility pop
