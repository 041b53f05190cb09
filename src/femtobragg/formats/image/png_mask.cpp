// Through libpng, whose errors become ours.
#include "femtobragg/formats/image/png_mask.h"

#include <png.h>

#include <algorithm>
#include <cstring>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/geometry/geometry_parts.h"

namespace femtobragg::formats {
namespace {

struct PngSource {
  std::string_view bytes;
  const std::string* name;
};

[[noreturn]] void throw_png_read_error(png_structp png, png_const_charp message) {
  const auto* source = static_cast<const PngSource*>(png_get_error_ptr(png));
  throw Error::runtime(
      {.what = "damaged PNG picture", .where = in_quotes(*source->name), .rule = message, .remedy = "check the file"});
}
void pass_over_warning(png_structp, png_const_charp) {}

void read_png_bytes(png_structp png, png_bytep to, png_size_t count) {
  auto& source = *static_cast<PngSource*>(png_get_io_ptr(png));
  if (count > source.bytes.size()) png_error(png, "it ends early");
  std::memcpy(to, source.bytes.data(), count);
  source.bytes.remove_prefix(count);
}

class PngReader {
 public:
  PngReader(std::string_view bytes, const std::string& name)
      : source_{bytes, &name},
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &source_, throw_png_read_error, pass_over_warning)),
        info_(png_ ? png_create_info_struct(png_) : nullptr) {
    if (!info_) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw Error::runtime({.what = "cannot read the PNG picture " + in_quotes(name),
                            .rule = "libpng does not start: it is another version, or memory does not suffice"});
    }
    png_set_read_fn(png_, &source_, read_png_bytes);
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  PixelArray read() {
    png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);
    png_read_info(png_, info_);
    const ImageShape shape{png_get_image_width(png_, info_), png_get_image_height(png_, info_)};
    // libpng takes memory for a row in the next steps.
    require_maskable(shape.n_fast * shape.n_slow, in_quotes(*source_.name));
    require_in_file(png_get_rowbytes(png_, info_), shape);
    PixelArray array;
    array.shape = shape;
    if (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA || png_get_valid(png_, info_, PNG_INFO_tRNS))
      array.rules.notes.push_back("its transparency is not used");
    if (png_get_color_type(png_, info_) == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    png_set_strip_alpha(png_);
    png_set_packing(png_);
    const bool interlaced = png_set_interlace_handling(png_) > 1;
    png_read_update_info(png_, info_);
    const std::size_t row = png_get_rowbytes(png_, info_);
    // Rows of an interlaced picture are complete only together.
    const std::size_t rows = interlaced ? shape.n_slow : 1;
    require_memory(checked_product({row, rows}).value_or(UINT64_MAX) + shape.n_fast * shape.n_slow * sizeof(float),
                   "the picture " + in_quotes(*source_.name),
                   std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels", "check the file");
    std::vector<png_byte> bytes(row * rows);
    if (interlaced) {
      std::vector<png_bytep> all(rows);
      for (std::size_t slow = 0; slow < rows; ++slow) all[slow] = bytes.data() + slow * row;
      png_read_image(png_, all.data());
    }
    // Floats hold 16 bits exactly, and take half the memory of the integers that images may have.
    std::vector<float> grey;
    grey.reserve(shape.n_fast * shape.n_slow);
    for (std::size_t slow = 0; slow < shape.n_slow; ++slow) {
      if (!interlaced) png_read_row(png_, bytes.data(), nullptr);
      add_row(bytes.data() + (interlaced ? slow * row : 0), shape.n_fast, grey);
    }
    array.values = std::move(grey);
    return array;
  }

 private:
  /// Before anything is decoded: whether so few bytes can hold so many pixels, by the best ratio of deflate.
  void require_in_file(std::size_t row, const ImageShape& shape) const {
    constexpr std::uint64_t best_ratio = 1040, harmless = 1 << 20;
    const auto claimed = checked_product({row, shape.n_slow});
    if (!claimed || (*claimed > harmless && *claimed / best_ratio > source_.bytes.size()))
      png_error(png_, "it is too short for its pixels");
  }

  void add_row(const png_byte* pixel, std::size_t n_fast, std::vector<float>& grey) const {
    const std::size_t channels = png_get_channels(png_, info_), width = png_get_bit_depth(png_, info_) == 16 ? 2 : 1;
    for (std::size_t fast = 0; fast < n_fast; ++fast, pixel += channels * width) {
      for (std::size_t i = 1; i < channels; ++i)
        if (!std::equal(pixel, pixel + width, pixel + i * width))
          throw Error::runtime({.what = picture_in_colour,
                                .where = in_quotes(*source_.name),
                                .rule = "a mask must be in grey: black pixels are not rendered",
                                .remedy = "convert it to grey"});
      grey.push_back(static_cast<float>(width == 2 ? pixel[0] << 8 | pixel[1] : pixel[0]));
    }
  }

  PngSource source_;
  png_structp png_;
  png_infop info_;
};

}  // namespace

bool is_png(std::string_view bytes) { return bytes.starts_with("\x89PNG\r\n"); }

ImageShape shape_of_png(std::string_view bytes, const std::string& name) {
  constexpr std::size_t at = 16;  // of the width, in the chunk that comes first
  if (bytes.size() < at + 8 || bytes.substr(12, 4) != "IHDR")
    throw Error::runtime({.what = "damaged PNG picture",
                          .where = in_quotes(name),
                          .rule = "it must begin with its size",
                          .remedy = "check the file"});
  const auto edge = [&](std::size_t from) {
    return png_get_uint_32(reinterpret_cast<png_const_bytep>(bytes.data()) + from);
  };
  return {edge(at), edge(at + 4)};
}

PixelArray parse_grey_png(std::string_view bytes, const std::string& name) { return PngReader(bytes, name).read(); }

}  // namespace femtobragg::formats
