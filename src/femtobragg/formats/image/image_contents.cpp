// Pixels of the right kind of number, or an error.
#include "femtobragg/formats/image/image_contents.h"

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

template <class Kind>
const Kind& pixels_as(const ImageContents& contents, const std::string& path, const char* kind) {
  if (const Kind* const pixels = std::get_if<Kind>(&contents.pixels)) return *pixels;
  throw Error::usage({.what = "this image format cannot store these pixels",
                      .where = in_quotes(path),
                      .rule = std::string("its pixels must be ") + kind,
                      .remedy = "convert them first, or choose another format"});
}

}  // namespace

const Image& photons_of(const ImageContents& contents, const std::string& path) {
  return pixels_as<std::reference_wrapper<const Image>>(contents, path, "photons");
}
std::span<const std::int32_t> counts_of(const ImageContents& contents, const std::string& path) {
  return pixels_as<std::span<const std::int32_t>>(contents, path, "counts of 32 bits");
}
const PixelRows& rows_of(const ImageContents& contents, const std::string& path) {
  return pixels_as<PixelRows>(contents, path, "rows of 16-bit numbers");
}
const GreyRows& grey_rows_of(const ImageContents& contents, const std::string& path) {
  return pixels_as<GreyRows>(contents, path, "rows of grey values");
}

}  // namespace femtobragg::formats
