// The list of image formats. A new format is one file, which defines its row, and its name in the list here.
#include "femtobragg/formats/image/registry.h"

#include <algorithm>
#include <array>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::formats {

using Row = ImageFormatInfo();
Row raw_float_format, numpy_format, smv_format, cbf_format, nxmx_format, tiff_format, pgm_format, png_format;

std::span<const ImageFormatInfo> image_formats() {
  static const std::array formats = {raw_float_format(), numpy_format(), smv_format(), cbf_format(),
                                     nxmx_format(),      tiff_format(),  pgm_format(), png_format()};
  return formats;
}

const ImageFormatInfo& image_format_named(std::string_view name) {
  const auto formats = image_formats();
  const auto found = std::ranges::find(formats, name, &ImageFormatInfo::name);
  if (found != formats.end()) return *found;
  throw Error::usage({.what = "there is no such image format", .value = in_quotes(std::string(name))});
}

const ImageFormatInfo& image_format_of(const std::string& path) {
  const std::string suffix = suffix_of(path);
  std::string known;
  for (const ImageFormatInfo& info : image_formats())
    for (const std::string_view candidate : info.suffixes) {
      if (candidate == suffix) return info;
      known += (known.empty() ? "" : " ") + std::string(candidate);
    }
  throw Error::usage({.what = "unknown image format",
                      .where = in_quotes(path),
                      .value = suffix.empty() ? "no suffix" : in_quotes(suffix),
                      .rule = "the suffix must be one of " + known,
                      .remedy = "rename the output"});
}

}  // namespace femtobragg::formats
