// One line for each image format.
#include "femtobragg/formats/image/registry.h"

#include <algorithm>
#include <array>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::formats {

std::span<const ImageFormatInfo> image_formats() {
  static const std::array<ImageFormatInfo, 8> formats = {{
      {ImageFormat::RawFloat, {".bin", ".raw", ".f32"}, "photons as float32 in raster order, no header"},
      {ImageFormat::NumPy, {".npy"}, "photons as a NumPy float32 array (slow, fast)"},
      {ImageFormat::Smv, {".img", ".smv"}, "16-bit SMV image", true},
      {ImageFormat::Cbf, {".cbf"}, "miniCBF image, 32-bit counts", true},
      {ImageFormat::Nxmx, {".nxs", ".nx5", ".h5"}, "NeXus NXmx, HDF5: 32-bit counts, or photons as float32", true},
      {ImageFormat::Tiff, {".tif", ".tiff"}, "TIFF: 32-bit counts, or photons as float32", true},
      {ImageFormat::Pgm, {".pgm"}, "8-bit grey picture, linear scale"},
      {ImageFormat::Png, {".png"}, "8-bit preview, dark spots on light ground"},
  }};
  return formats;
}

const ImageFormatInfo& info(ImageFormat format) {
  return *std::ranges::find(image_formats(), format, &ImageFormatInfo::format);
}

ImageFormat image_format_of(const std::string& path) {
  const std::string suffix = suffix_of(path);
  std::string known;
  for (const ImageFormatInfo& info : image_formats())
    for (const std::string_view candidate : info.suffixes) {
      if (candidate == suffix) return info.format;
      known += (known.empty() ? "" : " ") + std::string(candidate);
    }
  throw Error::usage({.what = "unknown image format",
                      .where = in_quotes(path),
                      .value = suffix.empty() ? "no suffix" : in_quotes(suffix),
                      .rule = "the suffix must be one of " + known,
                      .remedy = "rename the output"});
}

}  // namespace femtobragg::formats
