// Pixels of the right kind of number, or an error.
#include "femtobragg/formats/image/image_contents.h"

#include <algorithm>

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

Compression compression_named(std::string_view name, const std::string& where) {
  const auto* const found = std::ranges::find(compression_names, name, &CompressionName::name);
  if (found != std::end(compression_names)) return found->compression;
  std::string names;
  for (const CompressionName& one : compression_names) names += (names.empty() ? "" : ", ") + std::string(one.name);
  throw Error::usage({.what = "there is no such compression",
                      .where = where,
                      .value = std::string(name),
                      .rule = "it must be one of " + names});
}

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
