// The list of image formats that can be written, and which of them a file name asks for.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::formats {

enum class ImageFormat { RawFloat, NumPy, Smv, Cbf, Nxmx, Tiff, Pgm, Png };

struct ImageFormatInfo {
  ImageFormat format;
  std::vector<std::string_view> suffixes;  ///< with the dot
  std::string_view description;
  bool counts = false;  ///< made for counts: photons with counting noise, if there is to be any
};

std::span<const ImageFormatInfo> image_formats();

const ImageFormatInfo& info(ImageFormat format);

/// The format of a file name, by its suffix. Throws Error(Usage) that lists the known suffixes.
ImageFormat image_format_of(const std::string& path);

}  // namespace femtobragg::formats
