// NumPy arrays read back, and their row in the list of image formats.
#include <algorithm>
#include <array>

#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/numpy_array.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/stored_numbers.h"
#include "femtobragg/formats/image/stored_pixels.h"

namespace femtobragg::formats {
namespace {

/// The text after a key of a NumPy header, which is the source text of a Python dictionary.
std::string_view numpy_value(std::string_view header, std::string_view key, const std::string& name) {
  const std::size_t found = header.find("'" + std::string(key) + "'");
  const std::size_t colon = found == std::string_view::npos ? found : header.find(':', found);
  if (colon == std::string_view::npos)
    refuse_image(name, "damaged NumPy array", "its header has no " + std::string(key));
  return header.substr(std::min(header.find_first_not_of(' ', colon + 1), header.size()));
}

std::vector<std::size_t> numpy_shape(std::string_view header, const std::string& name) {
  std::string_view text = numpy_value(header, "shape", name);
  std::vector<std::size_t> lengths;
  while (!text.empty() && text.front() != ')') {
    const auto number = integer_prefix(text);
    if (number.length > 0) lengths.push_back(static_cast<std::size_t>(std::max<std::int64_t>(0, number.value)));
    text.remove_prefix(std::max<std::size_t>(1, number.length));
  }
  return lengths;
}

struct NumpyType {
  std::string_view name;
  NumberKind kind;
};
constexpr std::array<NumpyType, 11> numpy_types = {{{"b1", NumberKind::UInt8},
                                                    {"u1", NumberKind::UInt8},
                                                    {"i1", NumberKind::Int8},
                                                    {"u2", NumberKind::UInt16},
                                                    {"i2", NumberKind::Int16},
                                                    {"u4", NumberKind::UInt32},
                                                    {"i4", NumberKind::Int32},
                                                    {"u8", NumberKind::UInt64},
                                                    {"i8", NumberKind::Int64},
                                                    {"f4", NumberKind::Float32},
                                                    {"f8", NumberKind::Float64}}};

PixelArray parse_numpy(std::string_view bytes, const std::string& name) {
  const NumpyHeader header = parse_numpy_header(bytes, name);
  if (header.shape.size() != 2)
    refuse_image(name, "not an image", "a NumPy array of an image must have two axes, slow and fast");
  const ImageShape shape{header.shape[1], header.shape[0]};
  return with_number(header.kind, [&](auto zero) {
    using T = decltype(zero);
    return stored_array<T>(shape, pixel_bytes(header.data, shape, sizeof(T), name), header.swap);
  });
}

}  // namespace

bool is_numpy(std::string_view bytes) { return bytes.starts_with("\x93NUMPY"); }

NumpyHeader parse_numpy_header(std::string_view bytes, const std::string& name) {
  constexpr std::size_t short_preamble = 10, long_preamble = 12;
  if (bytes.size() < long_preamble) refuse_image(name, "damaged NumPy array", "the file ends in its header");
  const bool first_version = bytes[6] == 1;
  const std::size_t preamble = first_version ? short_preamble : long_preamble;
  const std::size_t length = first_version ? from_bytes<std::uint16_t>(bytes.data() + 8, swaps(false))
                                           : from_bytes<std::uint32_t>(bytes.data() + 8, swaps(false));
  if (length > bytes.size() - preamble) refuse_image(name, "damaged NumPy array", "the file ends in its header");
  const std::string_view header = bytes.substr(preamble, length);
  if (!numpy_value(header, "fortran_order", name).starts_with("False"))
    refuse_image(name, "not a usable NumPy array", "it must be in C order, slow rows of fast pixels");
  // "'<f4'": the order of bytes, the kind of number, its length.
  const std::string type(numpy_value(header, "descr", name).substr(0, 5));
  const auto* found = type.size() == 5
                          ? std::ranges::find(numpy_types, std::string_view(type).substr(2, 2), &NumpyType::name)
                          : numpy_types.end();
  if (found == numpy_types.end() || std::string_view("<>|=").find(type[1]) == std::string_view::npos || type[4] != '\'')
    refuse_image(name, "not a usable NumPy array",
                 "its numbers must be f4, f8, or u or i of 1, 2, 4 or 8 bytes, or b1, not " + in_quotes(type));
  return {numpy_shape(header, name), found->kind, type[1] == '>' ? swaps(true) : type[1] == '<' && swaps(false),
          bytes.substr(preamble + length)};
}

std::vector<double> first_numbers(const NumpyHeader& header, std::size_t most) {
  return with_number(header.kind, [&](auto zero) {
    using T = decltype(zero);
    std::vector<double> numbers(std::min(most, header.data.size() / sizeof(T)));
    for (std::size_t i = 0; i < numbers.size(); ++i)
      numbers[i] = static_cast<double>(from_bytes<T>(header.data.data() + i * sizeof(T), header.swap));
    return numbers;
  });
}

NumpyArray parse_numpy_array(std::string_view bytes, const std::string& name) {
  const NumpyHeader header = parse_numpy_header(bytes, name);
  std::uint64_t count = 1;
  for (const std::size_t length : header.shape) {
    const auto product = checked_product({count, length});
    if (!product) refuse_image(name, "damaged NumPy array", "its shape is too large");
    count = *product;
  }
  NumpyArray array{header.shape, first_numbers(header, count)};
  if (array.values.size() < count) refuse_image(name, "damaged NumPy array", "the file ends early");
  return array;
}

ImageFormatInfo numpy_format() {
  return {.name = "NumPy",
          .suffixes = {".npy"},
          .description = "photons as a NumPy float32 array (slow, fast)",
          .in_words = ", NumPy array",
          .write = [](const std::string& path, const ImageContents& c) { write_npy(path, photons_of(c, path)); },
          .bytes = [](const ImageContents& c) -> std::uint64_t {
            return npy_header_bytes + 4 * std::uint64_t{c.shape.n_fast} * c.shape.n_slow;
          },
          .exact_bytes = true,
          .recognise = is_numpy,
          .parse = [](std::string_view bytes, const std::string& name, std::size_t) -> StoredFrame {
            return {parse_numpy(bytes, name)};
          }};
}

}  // namespace femtobragg::formats
