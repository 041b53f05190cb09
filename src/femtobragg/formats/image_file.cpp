// Readers of what other files of this folder write, and of the same formats from other programs.
#include "femtobragg/formats/image_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/cbf.h"
#include "femtobragg/formats/input_file.h"
#include "femtobragg/formats/nxmx.h"
#include "femtobragg/formats/smv.h"
#include "femtobragg/formats/tiff.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view numpy_magic = "\x93NUMPY";
constexpr std::string_view png_magic = "\x89PNG";
constexpr std::string_view hdf5_magic = "\x89HDF\r\n\x1a\n";
/// In both orders of bytes, and of files beyond four gigabytes.
constexpr std::array<std::string_view, 4> tiff_magic = {std::string_view("II*\0", 4), std::string_view("MM\0*", 4),
                                                        std::string_view("II+\0", 4), std::string_view("MM\0+", 4)};

[[noreturn]] void fail(const std::string& name, const std::string& what, const std::string& rule) {
  throw Error::runtime({.what = what, .where = in_quotes(name), .rule = rule});
}

template <class T>
T from_bytes(const char* bytes, bool swap) {
  std::array<char, sizeof(T)> copy;
  std::copy_n(bytes, sizeof(T), copy.begin());
  if (swap) std::ranges::reverse(copy);
  return std::bit_cast<T>(copy);
}

template <class T>
std::vector<float> floats_of(std::string_view bytes, std::size_t count, bool swap) {
  std::vector<float> pixels(count);
  for (std::size_t i = 0; i < count; ++i)
    pixels[i] = static_cast<float>(from_bytes<T>(bytes.data() + i * sizeof(T), swap));
  return pixels;
}

/// The bytes of so many pixels, which must be there.
std::string_view pixel_bytes(std::string_view bytes, const ImageShape& shape, std::size_t each,
                             const std::string& name) {
  const auto needed = checked_product({shape.n_fast, shape.n_slow, each});
  if (!needed || *needed > bytes.size() || *needed == 0)
    fail(name, "the image has no pixels or ends early",
         std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels of " + std::to_string(each) +
             " bytes, but " + std::to_string(bytes.size()) + " bytes follow the header");
  return bytes.substr(0, static_cast<std::size_t>(*needed));
}

PixelFile parse_raw(std::string_view bytes, const std::string& name) {
  if (bytes.empty() || bytes.size() % sizeof(float) != 0)
    fail(name, "not an image", "a file without a known header holds float32 pixels, so its length is a multiple of 4");
  return {floats_of<float>(bytes, bytes.size() / sizeof(float), false), std::nullopt};
}

PixelFile of_counts(const ImageShape& shape, std::vector<std::int32_t> counts) {
  std::vector<float> pixels(counts.size());
  std::ranges::transform(counts, pixels.begin(), [](std::int32_t count) { return static_cast<float>(count); });
  return {std::move(pixels), shape, std::move(counts)};
}

PixelFile of_array(PixelArray array) {
  if (auto* photons = std::get_if<std::vector<float>>(&array.values)) return {std::move(*photons), array.shape};
  return of_counts(array.shape, std::move(std::get<std::vector<std::int32_t>>(array.values)));
}

PixelFile parse_smv_pixels(std::string_view bytes, const std::string& name) {
  const SmvImage image = parse_smv(bytes, name, KeyMatch::Whole, true);
  return of_counts({image.n_fast, image.n_slow}, {image.pixels.begin(), image.pixels.end()});
}

PixelFile parse_cbf_pixels(std::string_view bytes, const std::string& name) {
  CbfImage image = parse_cbf(bytes, name);
  return of_counts(image.shape, std::move(image.pixels));
}

/// The text after a key of a NumPy header, which is the source text of a Python dictionary.
std::string_view numpy_value(std::string_view header, std::string_view key, const std::string& name) {
  const std::size_t found = header.find("'" + std::string(key) + "'");
  const std::size_t colon = found == std::string_view::npos ? found : header.find(':', found);
  if (colon == std::string_view::npos) fail(name, "damaged NumPy array", "its header has no " + std::string(key));
  return header.substr(std::min(header.find_first_not_of(' ', colon + 1), header.size()));
}

ImageShape numpy_shape(std::string_view header, const std::string& name) {
  std::string_view text = numpy_value(header, "shape", name);
  std::vector<std::size_t> lengths;
  while (!text.empty() && text.front() != ')') {
    const auto number = integer_prefix(text);
    if (number.length > 0) lengths.push_back(static_cast<std::size_t>(std::max<std::int64_t>(0, number.value)));
    text.remove_prefix(std::max<std::size_t>(1, number.length));
  }
  if (lengths.size() != 2) fail(name, "not an image", "a NumPy array of an image has two axes, slow and fast");
  return {lengths[1], lengths[0]};
}

PixelFile parse_numpy(std::string_view bytes, const std::string& name) {
  constexpr std::size_t short_preamble = 10, long_preamble = 12;
  if (bytes.size() < long_preamble) fail(name, "damaged NumPy array", "the file ends in its header");
  const bool first_version = bytes[6] == 1;
  const bool swap_length = std::endian::native != std::endian::little;
  const std::size_t preamble = first_version ? short_preamble : long_preamble;
  const std::size_t length = first_version ? from_bytes<std::uint16_t>(bytes.data() + 8, swap_length)
                                           : from_bytes<std::uint32_t>(bytes.data() + 8, swap_length);
  if (length > bytes.size() - preamble) fail(name, "damaged NumPy array", "the file ends in its header");
  const std::string_view header = bytes.substr(preamble, length), data = bytes.substr(preamble + length);
  if (numpy_value(header, "fortran_order", name).starts_with("True"))
    fail(name, "not a usable NumPy array", "it must be in C order, slow rows of fast pixels");
  const ImageShape shape = numpy_shape(header, name);
  const std::string type(numpy_value(header, "descr", name).substr(0, 5));
  const bool swap = type.starts_with("'>") == (std::endian::native == std::endian::little) && !type.starts_with("'|");
  const auto read = [&]<class T>(T) -> PixelFile {
    return {floats_of<T>(pixel_bytes(data, shape, sizeof(T), name), shape.n_fast * shape.n_slow, swap), shape};
  };
  const std::string kind = type.size() == 5 ? type.substr(2, 2) : "";
  if (kind == "f4") return read(float{});
  if (kind == "f8") return read(double{});
  if (kind == "u1") return read(std::uint8_t{});
  if (kind == "u2") return read(std::uint16_t{});
  if (kind == "i2") return read(std::int16_t{});
  if (kind == "u4") return read(std::uint32_t{});
  if (kind == "i4") return read(std::int32_t{});
  fail(name, "not a usable NumPy array", "its numbers are f4, f8, u1, u2, u4, i2 or i4, not " + in_quotes(type));
}

/// Width, height, maximum: numbers between blanks and comments.
PixelFile parse_pgm(std::string_view bytes, const std::string& name) {
  std::size_t at = 2;
  std::size_t numbers[3] = {};
  for (std::size_t& number : numbers) {
    while (at < bytes.size() && std::string_view(" \t\r\n#").find(bytes[at]) != std::string_view::npos)
      at = bytes[at] == '#' ? std::min(bytes.find('\n', at), bytes.size()) : at + 1;
    const auto found = integer_prefix(bytes.substr(std::min(at, bytes.size())));
    if (found.length == 0 || found.value < 1 || found.value > 1'000'000'000)
      fail(name, "damaged PGM image", "its header has width, height and the largest grey value");
    number = static_cast<std::size_t>(found.value);
    at += found.length;
  }
  const ImageShape shape{numbers[0], numbers[1]};
  const std::string_view data = bytes.substr(std::min(at + 1, bytes.size()));
  const std::size_t count = shape.n_fast * shape.n_slow;
  if (numbers[2] < 256) return {floats_of<std::uint8_t>(pixel_bytes(data, shape, 1, name), count, false), shape};
  const bool swap = std::endian::native == std::endian::little;
  return {floats_of<std::uint16_t>(pixel_bytes(data, shape, 2, name), count, swap), shape};
}

bool is_series(const std::string& path) {
  std::array<char, hdf5_magic.size()> begin{};
  std::error_code failed;
  // Pipes give their bytes once.
  if (!std::filesystem::is_regular_file(path, failed)) return false;
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  return std::string_view(begin.data(), begin.size()) == hdf5_magic;
}

}  // namespace

PixelFile parse_pixels(std::string_view bytes, const std::string& name, std::size_t frame) {
  using enum ImageFormat;
  const auto tagged = [](PixelFile file, ImageFormat format) {
    file.format = format;
    return file;
  };
  if (bytes.starts_with(hdf5_magic)) return tagged(of_array(parse_nxmx_frame(bytes, name, frame).pixels), Nxmx);
  if (frame != 0)
    throw Error::usage({.what = "no such frame",
                        .where = in_quotes(name),
                        .value = std::to_string(frame),
                        .rule = "only NXmx files hold series"});
  if (bytes.starts_with("{\nHEADER_BYT")) return tagged(parse_smv_pixels(bytes, name), Smv);
  if (bytes.starts_with("###CBF")) return tagged(parse_cbf_pixels(bytes, name), Cbf);
  if (std::ranges::any_of(tiff_magic, [&](std::string_view magic) { return bytes.starts_with(magic); }))
    return tagged(of_array(parse_tiff(bytes, name)), Tiff);
  if (bytes.starts_with(numpy_magic)) return tagged(parse_numpy(bytes, name), NumPy);
  if (bytes.starts_with("P5")) return tagged(parse_pgm(bytes, name), Pgm);
  if (bytes.starts_with(png_magic)) fail(name, "a picture, not an image", "PNG previews do not hold photons");
  return parse_raw(bytes, name);
}

PixelFile read_pixels(const std::string& path, std::size_t frame) {
  if (!is_series(path)) return parse_pixels(read_file(path, "the image"), path, frame);
  PixelFile file = of_array(read_nxmx_frame(path, frame).pixels);
  file.format = ImageFormat::Nxmx;
  return file;
}

}  // namespace femtobragg::formats
