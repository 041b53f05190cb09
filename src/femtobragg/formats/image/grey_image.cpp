// PGM by hand: it is a header and bytes.
#include "femtobragg/formats/image/grey_image.h"

#include <algorithm>
#include <vector>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/stored_numbers.h"
#include "femtobragg/formats/image/stored_pixels.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::formats {
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

}  // namespace femtobragg::formats
