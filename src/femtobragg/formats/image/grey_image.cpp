// PGM by hand (it is a header and bytes), PNG through libpng.
#include "femtobragg/formats/image/grey_image.h"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/stored_numbers.h"
#include "femtobragg/formats/image/stored_pixels.h"
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

  void begin(std::uint32_t width, std::uint32_t height) {
    // Beyond a million pixels an edge libpng wants to be asked.
    png_set_user_limits(png_, width, height);
    png_set_IHDR(png_, info_, width, height, 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png_, 3);
    png_write_info(png_, info_);
  }
  void row(std::span<const std::uint8_t> values) { png_write_row(png_, values.data()); }
  void end() { png_write_end(png_, nullptr); }

 private:
  png_structp png_;
  png_infop info_;
};

/// Values from at most about a million pixels, evenly spread.
std::vector<float> sample_of(const Image& image) {
  constexpr std::size_t enough = 1 << 20;
  const std::size_t stride = image.pixels.size() / enough + 1;
  std::vector<float> sample;
  for (std::size_t i = 0; i < image.pixels.size(); i += stride)
    if (std::isfinite(image.pixels[i])) sample.push_back(image.pixels[i]);
  return sample;
}

double percentile_of(std::vector<float>& sample, double percentile) {
  if (sample.empty()) return 0;
  const auto rank =
      static_cast<std::ptrdiff_t>(std::clamp(percentile, 0.0, 100.0) / 100.0 * static_cast<double>(sample.size() - 1));
  std::ranges::nth_element(sample, sample.begin() + rank);
  return static_cast<double>(sample[static_cast<std::size_t>(rank)]);
}

float largest_finite(const Image& image) {
  float largest = 0;
  for (const float value : image.pixels)
    if (std::isfinite(value)) largest = std::max(largest, value);
  return largest;
}

}  // namespace

void write_pgm(const std::string& path, std::size_t n_fast, std::size_t n_slow, const std::string& comment,
               const GreyRows& rows) {
  OutputFile file(path);
  file.write("P5\n" + std::to_string(n_fast) + " " + std::to_string(n_slow) + "\n# " + comment + "\n255\n");
  std::vector<std::uint8_t> row(n_fast);
  for (std::size_t slow = 0; slow < n_slow; ++slow) {
    rows(slow, row);
    file.write_values(std::span<const std::uint8_t>(row));
  }
  file.commit();
}

void write_png(const std::string& path, std::size_t n_fast, std::size_t n_slow, const GreyRows& rows) {
  constexpr std::size_t largest_edge = std::numeric_limits<std::int32_t>::max();
  if (n_fast > largest_edge || n_slow > largest_edge)
    throw Error::runtime({.what = "the image is too large for PNG",
                          .where = in_quotes(path),
                          .value = std::to_string(n_fast) + " x " + std::to_string(n_slow),
                          .rule = "an edge may have at most " + std::to_string(largest_edge) + " pixels",
                          .remedy = "choose another format"});
  OutputFile file(path);
  {
    PngWriter png(path, file);
    png.begin(static_cast<std::uint32_t>(n_fast), static_cast<std::uint32_t>(n_slow));
    std::vector<std::uint8_t> row(n_fast);
    for (std::size_t slow = 0; slow < n_slow; ++slow) {
      rows(slow, row);
      png.row(row);
    }
    png.end();
  }
  file.commit();
}

GreyLevels preview_levels(const Image& image, double percentile) {
  std::vector<float> sample = sample_of(image);
  const double clip = percentile_of(sample, percentile);
  // A few spots on an empty ground would clip at zero: fall back to the brightest pixel.
  const double black = clip > 0 ? clip : static_cast<double>(largest_finite(image));
  return {std::min(std::max(percentile_of(sample, 50), black * 1e-3), 0.5 * black), black};
}

void write_preview_png(const std::string& path, const Image& image, GreyScale scale, const GreyLevels& levels) {
  const double white = levels.white, black = levels.black;
  const bool drawable = black > white && white > 0;
  const auto darkness = [&](float photons) {
    const double value = static_cast<double>(photons);
    if (!drawable || !(value > white)) return 0.0;
    const double x = scale == GreyScale::Linear ? (value - white) / (black - white)
                                                : std::log(value / white) / std::log(black / white);
    return std::min(x, 1.0);
  };
  write_png(path, image.n_fast, image.n_slow, [&](std::size_t slow, std::span<std::uint8_t> row) {
    std::ranges::transform(image.row(slow), row.begin(), [&](float value) {
      return static_cast<std::uint8_t>(255.0 - std::round(255.0 * darkness(value)));
    });
  });
}

void write_preview_png(const std::string& path, const Image& image, const PreviewOptions& options) {
  write_preview_png(path, image, options.scale, preview_levels(image, options.percentile));
}

void write_difference_png(const std::string& path, const Image& difference) {
  float largest = 0;
  for (const float value : difference.pixels)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  write_png(path, difference.n_fast, difference.n_slow, [&](std::size_t slow, std::span<std::uint8_t> row) {
    std::ranges::transform(difference.row(slow), row.begin(), [&](float value) {
      constexpr float none = 128, most = 127;
      const float share = largest > 0 && std::isfinite(value) ? value / largest : 0;
      return static_cast<std::uint8_t>(std::round(none + most * share));
    });
  });
}

namespace {

/// Width, height, maximum: numbers between blanks and comments.
PixelArray parse_pgm(std::string_view bytes, const std::string& name) {
  std::size_t at = 2;
  std::size_t numbers[3] = {};
  for (std::size_t& number : numbers) {
    while (at < bytes.size() && std::string_view(" \t\r\n#").find(bytes[at]) != std::string_view::npos)
      at = bytes[at] == '#' ? std::min(bytes.find('\n', at), bytes.size()) : at + 1;
    const auto found = integer_prefix(bytes.substr(std::min(at, bytes.size())));
    if (found.length == 0 || found.value < 1 || found.value > 1'000'000'000)
      refuse_image(name, "damaged PGM image", "its header must have width, height and the largest grey value");
    number = static_cast<std::size_t>(found.value);
    at += found.length;
  }
  const ImageShape shape{numbers[0], numbers[1]};
  const std::string_view data = bytes.substr(std::min(at + 1, bytes.size()));
  PixelArray array = numbers[2] < 256
                         ? stored_array<std::uint8_t>(shape, pixel_bytes(data, shape, 1, name), false)
                         : stored_array<std::uint16_t>(shape, pixel_bytes(data, shape, 2, name), swaps(true));
  // What is white may have been more.
  array.rules.most = static_cast<double>(numbers[2]) - 1;
  return array;
}

std::uint64_t pixels_of(const ImageContents& contents) {
  return std::uint64_t{contents.shape.n_fast} * contents.shape.n_slow;
}

}  // namespace

ImageFormatInfo pgm_format() {
  return {.name = "PGM",
          .suffixes = {".pgm"},
          .description = "8-bit grey picture, linear scale",
          .in_words = "8-bit picture",
          .numbers = Numbers::Grey,
          .write =
              [](const std::string& path, const ImageContents& c) {
                write_pgm(path, c.shape.n_fast, c.shape.n_slow, c.comment, grey_rows_of(c, path));
              },
          // About that of the header.
          .bytes = [](const ImageContents& c) { return 50 + pixels_of(c); },
          .recognise = [](std::string_view bytes) { return bytes.starts_with("P5"); },
          .parse = [](std::string_view bytes, const std::string& name, std::size_t) -> StoredFrame {
            return {parse_pgm(bytes, name)};
          }};
}

ImageFormatInfo png_format() {
  return {.name = "PNG",
          .suffixes = {".png"},
          .description = "8-bit preview, dark spots on light background",
          .in_words = "8-bit preview, compressed",
          .numbers = Numbers::Preview,
          .write = [](const std::string& path,
                      const ImageContents& c) { write_preview_png(path, photons_of(c, path), c.preview); },
          .bytes = pixels_of};
}

}  // namespace femtobragg::formats
