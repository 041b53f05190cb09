// The calls of libpng.
#include "femtobragg/formats/picture/png_file.h"

#include <png.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::formats {
namespace {

/// libpng reports errors through a callback that must not return.
[[noreturn]] void throw_png_error(png_structp png, png_const_charp message) {
  const auto* path = static_cast<const std::string*>(png_get_error_ptr(png));
  throw Error::runtime(
      {.what = "cannot write the PNG image " + in_quotes(*path), .where = message, .remedy = "choose another format"});
}

void write_png_bytes(png_structp png, png_bytep bytes, png_size_t count) {
  static_cast<OutputFile*>(png_get_io_ptr(png))->write({reinterpret_cast<const char*>(bytes), count});
}

/// Without one libpng would flush the pointer as if it were a C stream.
void flush_nothing(png_structp) {}

class PngWriter {
 public:
  PngWriter(const std::string& path, OutputFile& file)
      : png_(png_create_write_struct(PNG_LIBPNG_VER_STRING, const_cast<std::string*>(&path), throw_png_error, nullptr)),
        info_(png_create_info_struct(png_)) {
    png_set_write_fn(png_, &file, write_png_bytes, flush_nothing);
  }
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  void begin(std::uint32_t width, std::uint32_t height, const Palette& palette) {
    // Beyond a million pixels an edge libpng wants to be asked.
    png_set_user_limits(png_, width, height);
    png_set_IHDR(png_, info_, width, height, 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    std::vector<png_color> colours;
    for (const Colour& colour : palette) colours.push_back({colour.red, colour.green, colour.blue});
    png_set_PLTE(png_, info_, colours.data(), static_cast<int>(colours.size()));
    png_set_compression_level(png_, 6);
    png_write_info(png_, info_);
  }
  void row(std::span<const std::uint8_t> values) { png_write_row(png_, values.data()); }
  void end() { png_write_end(png_, nullptr); }

 private:
  png_structp png_;
  png_infop info_;
};

}  // namespace

void require_png_size(const std::string& path, std::size_t width, std::size_t height) {
  constexpr std::size_t largest_edge = std::numeric_limits<std::int32_t>::max();
  if (width <= largest_edge && height <= largest_edge) return;
  throw Error::runtime({.what = "the image is too large for PNG",
                        .where = in_quotes(path),
                        .value = std::to_string(width) + " x " + std::to_string(height),
                        .rule = "an edge may have at most " + std::to_string(largest_edge) + " pixels",
                        .remedy = "choose another format"});
}

void write_palette_png(const std::string& path, std::size_t width, std::size_t height, const Palette& palette,
                       const GreyRows& rows) {
  require_png_size(path, width, height);
  OutputFile file(path);
  {
    PngWriter png(path, file);
    png.begin(static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height), palette);
    std::vector<std::uint8_t> row(width);
    for (std::size_t slow = 0; slow < height; ++slow) {
      rows(slow, row);
      png.row(row);
    }
    png.end();
  }
  file.commit();
}

}  // namespace femtobragg::formats
