// Readers of what other files of this folder write, and of the same formats from other programs.
#include "femtobragg/formats/image/image_file.h"

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
#include "femtobragg/formats/image/cbf.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/image/stored_numbers.h"
#include "femtobragg/formats/image/tiff.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/formats/io/input_file.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view numpy_magic = "\x93NUMPY";
constexpr std::string_view hdf5_magic = "\x89HDF\r\n\x1a\n";
/// In both orders of bytes, and of files beyond four gigabytes.
constexpr std::array<std::string_view, 4> tiff_magic = {std::string_view("II*\0", 4), std::string_view("MM\0*", 4),
                                                        std::string_view("II+\0", 4), std::string_view("MM\0+", 4)};

/// How files begin that are known by name only.
struct Foreign {
  std::size_t at;
  std::string_view magic, name;
};
constexpr std::array<Foreign, 18> foreign_formats = {{
    {0, "\x89PNG", "a PNG preview, which does not hold photons"},
    {0, "\xff\xd8\xff", "a JPEG picture, which does not hold photons"},
    {0, "GIF8", "a GIF picture, which does not hold photons"},
    {0, "P2\n", "a PGM picture in plain text"},
    {0, "P6\n", "a PPM picture in colour"},
    {0, "FORMAT :", "a Bruker image"},
    {0, "OD SAPPHIRE", "an image of Oxford Diffraction (Rigaku OD)"},
    {0, std::string_view("\xd2\x04\0\0", 4), "a mar345 image"},
    {0, std::string_view("\0\0\x04\xd2", 4), "a mar345 image"},
    {0, "mar research", "a mar image"},
    {128, "mar research", "a mar345 image"},
    {0, "R-AXIS", "an R-AXIS image"},
    {0, "RAXIS", "an R-AXIS image"},
    {0, "SIMPLE  =", "a FITS image"},
    {0, "PK\x03\x04", "a ZIP archive, as NumPy's .npz"},
    {0, "\x80\x04\x95", "a Python pickle"},
    {0, "MATLAB 5.0", "a MATLAB file"},
    {0, "\x0e\x03\x13\x01", "an HDF4 file"},
}};

[[noreturn]] void fail(const std::string& name, const std::string& what, const std::string& rule) {
  throw Error::runtime({.what = what, .where = in_quotes(name), .rule = rule});
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

/// Floating point numbers are no text.
bool is_text(std::string_view bytes) {
  constexpr std::size_t least = 16, looked_at = 4096;
  // Numbers that are all the same may be.
  const bool varies = bytes.find_first_not_of(bytes.substr(0, 1)) != bytes.npos;
  return bytes.size() >= least && varies && std::ranges::all_of(bytes.substr(0, looked_at), [](unsigned char c) {
           return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r';
         });
}

void refuse_foreign(std::string_view bytes, const std::string& name) {
  const auto refuse = [&](std::string_view format) {
    throw Error::runtime({.what = "an image format that is not read",
                          .where = in_quotes(name),
                          .value = std::string(format),
                          .rule = "SMV, CBF, NXmx, TIFF, NumPy and PGM are",
                          .remedy = "convert it to one of these, as fabio-convert does"});
  };
  for (const Foreign& foreign : foreign_formats)
    if (bytes.size() > foreign.at && bytes.substr(foreign.at).starts_with(foreign.magic)) refuse(foreign.name);
  // ESRF's data format: "{ Key = value ; ... }" as SMV has it, with keys of its own.
  constexpr std::size_t longest_header = 1 << 14;
  if (bytes.starts_with('{') && bytes.substr(0, longest_header).find("Dim_1") != bytes.npos) refuse("an EDF image");
  if (is_text(bytes)) refuse("a text");
}

Frame parse_raw(std::string_view bytes, const std::string& name) {
  refuse_foreign(bytes, name);
  if (bytes.empty() || bytes.size() % sizeof(float) != 0)
    fail(name, "not an image", "a file without a known header holds float32 pixels, so its length is a multiple of 4");
  std::vector<float> pixels(bytes.size() / sizeof(float));
  std::memcpy(pixels.data(), bytes.data(), bytes.size());
  return frame_of(std::move(pixels));
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
  constexpr std::size_t short_preamble = 10, long_preamble = 12;
  if (bytes.size() < long_preamble) fail(name, "damaged NumPy array", "the file ends in its header");
  const bool first_version = bytes[6] == 1;
  const std::size_t preamble = first_version ? short_preamble : long_preamble;
  const std::size_t length = first_version ? from_bytes<std::uint16_t>(bytes.data() + 8, swaps(false))
                                           : from_bytes<std::uint32_t>(bytes.data() + 8, swaps(false));
  if (length > bytes.size() - preamble) fail(name, "damaged NumPy array", "the file ends in its header");
  const std::string_view header = bytes.substr(preamble, length), data = bytes.substr(preamble + length);
  if (!numpy_value(header, "fortran_order", name).starts_with("False"))
    fail(name, "not a usable NumPy array", "it must be in C order, slow rows of fast pixels");
  const ImageShape shape = numpy_shape(header, name);
  // "'<f4'": the order of bytes, the kind of number, its length.
  const std::string type(numpy_value(header, "descr", name).substr(0, 5));
  const auto* found = type.size() == 5
                          ? std::ranges::find(numpy_types, std::string_view(type).substr(2, 2), &NumpyType::name)
                          : numpy_types.end();
  if (found == numpy_types.end() || std::string_view("<>|=").find(type[1]) == std::string_view::npos || type[4] != '\'')
    fail(name, "not a usable NumPy array",
         "its numbers are f4, f8, or u or i of 1, 2, 4 or 8 bytes, or b1, not " + in_quotes(type));
  const bool swap = type[1] == '>' ? swaps(true) : type[1] == '<' && swaps(false);
  return with_number(found->kind, [&](auto zero) {
    using T = decltype(zero);
    return stored_array<T>(shape, pixel_bytes(data, shape, sizeof(T), name), swap);
  });
}

/// Width, height, maximum: numbers between blanks and comments.
PixelArray parse_pgm(std::string_view bytes, const std::string& name) {
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
  PixelArray array = numbers[2] < 256
                         ? stored_array<std::uint8_t>(shape, pixel_bytes(data, shape, 1, name), false)
                         : stored_array<std::uint16_t>(shape, pixel_bytes(data, shape, 2, name), swaps(true));
  // What is white may have been more.
  array.rules.most = static_cast<double>(numbers[2]) - 1;
  return array;
}

bool is_series(const std::string& path) {
  std::array<char, hdf5_magic.size()> begin{};
  std::error_code failed;
  // Pipes give their bytes once.
  if (!std::filesystem::is_regular_file(path, failed)) return false;
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  return std::string_view(begin.data(), begin.size()) == hdf5_magic;
}

Frame frame_of_series(NxmxFrame found, std::optional<std::size_t> asked) {
  if (!asked && found.frames > 1)
    found.pixels.rules.notes.push_back(
        "it holds " + std::to_string(found.frames) +
        " frames, of which the first is taken; femtobragg convert --frame takes another");
  return frame_of(std::move(found.pixels), ImageFormat::Nxmx);
}

}  // namespace

Frame parse_pixels(std::string_view given, const std::string& name, std::optional<std::size_t> frame) {
  using enum ImageFormat;
  const std::string uncompressed = is_compressed(given) ? inflated(std::string(given), name, most_image_bytes) : "";
  const std::string_view bytes = is_compressed(given) ? std::string_view(uncompressed) : given;
  if (bytes.starts_with(hdf5_magic)) return frame_of_series(parse_nxmx_frame(bytes, name, frame.value_or(0)), frame);
  if (frame.value_or(0) != 0)
    throw Error::usage({.what = "no such frame",
                        .where = in_quotes(name),
                        .value = std::to_string(*frame),
                        .rule = "only NXmx files hold series"});
  if (is_smv(bytes)) return frame_of(parse_smv_pixels(bytes, name), Smv);
  if (bytes.starts_with("###CBF")) return frame_of(parse_cbf(bytes, name).pixels, Cbf);
  if (std::ranges::any_of(tiff_magic, [&](std::string_view magic) { return bytes.starts_with(magic); }))
    return frame_of(parse_tiff(bytes, name), Tiff);
  if (bytes.starts_with(numpy_magic)) return frame_of(parse_numpy(bytes, name), NumPy);
  if (bytes.starts_with("P5")) return frame_of(parse_pgm(bytes, name), Pgm);
  return parse_raw(bytes, name);
}

Frame read_pixels(const std::string& path, std::optional<std::size_t> frame) {
  if (!is_series(path)) return parse_pixels(read_file(path, "the image", InputKind::Image), path, frame);
  return frame_of_series(read_nxmx_frame(path, frame.value_or(0)), frame);
}

}  // namespace femtobragg::formats
