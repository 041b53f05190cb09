// TIFF by libtiff, on memory.
#include "femtobragg/formats/image/tiff.h"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "femtobragg/base/error.h"
#include "femtobragg/base/late_library.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/image/cbf.h"
#include "femtobragg/formats/image/mini_header.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/stored_numbers.h"
#include "femtobragg/formats/image/tiff_stream.h"
#include "femtobragg/formats/io/output_file.h"
#include "late_files.h"

namespace femtobragg::formats {
namespace {

constexpr LateLibrary libtiff{"libtiff", FEMTOBRAGG_TIFF};
FEMTOBRAGG_LATE(libtiff, TIFFClientOpenExt)
FEMTOBRAGG_LATE(libtiff, TIFFClose)
FEMTOBRAGG_LATE(libtiff, TIFFFlush)
FEMTOBRAGG_LATE(libtiff, TIFFGetField)
FEMTOBRAGG_LATE(libtiff, TIFFGetFieldDefaulted)
FEMTOBRAGG_LATE(libtiff, TIFFIsTiled)
FEMTOBRAGG_LATE(libtiff, TIFFLastDirectory)
FEMTOBRAGG_LATE(libtiff, TIFFOpenOptionsAlloc)
FEMTOBRAGG_LATE(libtiff, TIFFOpenOptionsFree)
FEMTOBRAGG_LATE(libtiff, TIFFOpenOptionsSetErrorHandlerExtR)
FEMTOBRAGG_LATE(libtiff, TIFFOpenOptionsSetMaxSingleMemAlloc)
FEMTOBRAGG_LATE(libtiff, TIFFOpenOptionsSetWarningHandlerExtR)
FEMTOBRAGG_LATE(libtiff, TIFFReadScanline)
FEMTOBRAGG_LATE(libtiff, TIFFReadTile)
FEMTOBRAGG_LATE(libtiff, TIFFScanlineSize64)
FEMTOBRAGG_LATE(libtiff, TIFFSetField)
FEMTOBRAGG_LATE(libtiff, TIFFTileSize64)
FEMTOBRAGG_LATE(libtiff, TIFFWriteScanline)

int keep_complaint(TIFF*, void* data, const char* module, const char* format, va_list values) {
  char text[512] = {};
  std::vsnprintf(text, sizeof text, format, values);
  std::string& complaint = static_cast<TiffStream*>(data)->complaint;
  if (complaint.empty()) complaint = std::string(module ? module : "") + ": " + text;
  return 1;
}
int keep_quiet(TIFF*, void*, const char*, const char*, va_list) { return 1; }

using Tiff = std::unique_ptr<TIFF, void (*)(TIFF*)>;

Tiff open(TiffStream& s, const std::string& name, const char* mode) {
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_complaint, &s);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), keep_quiet, nullptr);
  const std::uint64_t limit = std::min<std::uint64_t>(memory_limit_bytes(), std::numeric_limits<tmsize_t>::max());
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(limit));
  return {TIFFClientOpenExt(name.c_str(), mode, &s, TiffClient::read, TiffClient::write, TiffClient::seek,
                            TiffClient::close, TiffClient::size, TiffClient::map, TiffClient::unmap, options.get()),
          TIFFClose};
}

template <class T>
constexpr std::uint16_t sample_format() {
  return std::is_floating_point_v<T> ? SAMPLEFORMAT_IEEEFP : std::is_signed_v<T> ? SAMPLEFORMAT_INT : SAMPLEFORMAT_UINT;
}

template <class T>
void write(const std::string& path, const ImageShape& shape, std::span<const T> pixels,
           const std::string& description = {}) {
  const auto fail = [&](const std::string& rule) {
    throw Error::runtime({.what = "cannot write the TIFF image " + in_quotes(path), .rule = rule});
  };
  constexpr std::size_t largest_edge = std::numeric_limits<std::int32_t>::max();
  if (shape.n_fast == 0 || shape.n_slow == 0 || shape.n_fast > largest_edge || shape.n_slow > largest_edge)
    fail("an edge must have 1 to " + std::to_string(largest_edge) + " pixels");
  OutputFile file(path);
  TiffStream s;
  s.writing = true;
  constexpr std::size_t most_of_classic = std::size_t{4'000'000'000};
  {
    const Tiff tiff = open(s, path, pixels.size_bytes() > most_of_classic ? "w8l" : "wl");
    if (!tiff) fail(s.complaint);
    const auto set = [&](std::uint32_t tag, auto value) { TIFFSetField(tiff.get(), tag, value); };
    set(TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(shape.n_fast));
    set(TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(shape.n_slow));
    set(TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * sizeof(T)));
    set(TIFFTAG_SAMPLESPERPIXEL, 1);
    set(TIFFTAG_SAMPLEFORMAT, static_cast<int>(sample_format<T>()));
    set(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    set(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    if (!description.empty()) set(TIFFTAG_IMAGEDESCRIPTION, description.c_str());
    constexpr std::size_t strip_bytes = 1 << 20;
    set(TIFFTAG_ROWSPERSTRIP,
        static_cast<std::uint32_t>(std::max<std::size_t>(1, strip_bytes / (shape.n_fast * sizeof(T)))));
    std::vector<T> row(shape.n_fast);
    for (std::size_t slow = 0; slow < shape.n_slow; ++slow) {
      std::ranges::copy(pixels.subspan(slow * shape.n_fast, shape.n_fast), row.begin());
      if (TIFFWriteScanline(tiff.get(), row.data(), static_cast<std::uint32_t>(slow), 0) < 0) fail(s.complaint);
    }
    if (!TIFFFlush(tiff.get())) fail(s.complaint);
  }
  file.write(s.made);
  file.commit();
}

struct SampleKind {
  std::uint16_t format, bits;
  NumberKind kind;
};
constexpr std::array<SampleKind, 10> sample_kinds = {{{SAMPLEFORMAT_UINT, 8, NumberKind::UInt8},
                                                      {SAMPLEFORMAT_UINT, 16, NumberKind::UInt16},
                                                      {SAMPLEFORMAT_UINT, 32, NumberKind::UInt32},
                                                      {SAMPLEFORMAT_UINT, 64, NumberKind::UInt64},
                                                      {SAMPLEFORMAT_INT, 8, NumberKind::Int8},
                                                      {SAMPLEFORMAT_INT, 16, NumberKind::Int16},
                                                      {SAMPLEFORMAT_INT, 32, NumberKind::Int32},
                                                      {SAMPLEFORMAT_INT, 64, NumberKind::Int64},
                                                      {SAMPLEFORMAT_IEEEFP, 32, NumberKind::Float32},
                                                      {SAMPLEFORMAT_IEEEFP, 64, NumberKind::Float64}}};

/// How many bytes a stored one can become, at most.
struct Expansion {
  std::uint16_t compression;
  std::uint64_t most;
};
constexpr std::array<Expansion, 5> expansions = {{{COMPRESSION_NONE, 1},
                                                  {COMPRESSION_PACKBITS, 64},
                                                  {COMPRESSION_DEFLATE, 1040},
                                                  {COMPRESSION_ADOBE_DEFLATE, 1040},
                                                  {COMPRESSION_LZW, 4096}}};
constexpr std::uint64_t most_of_other_compressions = 1 << 16;

class TiffReader {
 public:
  TiffReader(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {
    stream_.given = bytes;
    tiff_ = open(stream_, name, "rm");
    if (!tiff_) fail(stream_.complaint);
  }

  PixelArray read() {
    const ImageShape shape{field<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0), field<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0)};
    if (shape.n_fast == 0 || shape.n_slow == 0) fail("it has no pixels");
    if (const auto samples = field<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1); samples != 1)
      fail("a pixel must have one number, not " + std::to_string(samples));
    const auto colour = field<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    if (colour != PHOTOMETRIC_MINISBLACK && colour != PHOTOMETRIC_MINISWHITE)
      fail("a pixel must be a number, not a colour: its photometric interpretation is " + std::to_string(colour));
    PixelArray array =
        is_bilevel() ? bits(shape) : with_number(kind(), [&](auto zero) { return pixels<decltype(zero)>(shape); });
    array.rules = rules(shape);
    if (colour == PHOTOMETRIC_MINISWHITE)
      array.rules.notes.push_back("its zeros are to be displayed white; pixels are used as stored");
    if (const auto turned = field<std::uint16_t>(TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
        turned != ORIENTATION_TOPLEFT)
      array.rules.notes.push_back("its orientation " + std::to_string(turned) +
                                  " is not used: rows and columns are used as stored");
    if (!TIFFLastDirectory(tiff_.get())) array.rules.notes.push_back("it has several pages; the first is used");
    return array;
  }

 private:
  [[noreturn]] void fail(const std::string& rule) const {
    throw Error::runtime({.what = "not a usable TIFF image", .where = in_quotes(name_), .rule = rule});
  }

  template <class T>
  T field(std::uint32_t tag, T otherwise) const {
    T value = otherwise;
    return TIFFGetFieldDefaulted(tiff_.get(), tag, &value) ? value : otherwise;
  }

  bool is_bilevel() const {
    return field<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1) == 1 &&
           field<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT) == SAMPLEFORMAT_UINT;
  }

  /// Eight pixels to a byte, the first in its highest bit.
  PixelArray bits(const ImageShape& shape) {
    if (TIFFIsTiled(tiff_.get())) fail("pixels of one bit must be in strips, not in tiles");
    const std::size_t row = (shape.n_fast + 7) / 8;
    require_in_file(checked_product({row, shape.n_slow}), shape);
    require_memory(checked_product({shape.n_fast, shape.n_slow, sizeof(std::int64_t)}), "the image " + in_quotes(name_),
                   std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels", "check the file");
    if (TIFFScanlineSize64(tiff_.get()) != row) fail("the length of a row does not fit its pixels");
    std::vector<std::uint8_t> bytes(row);
    std::vector<std::int64_t> values;
    values.reserve(shape.n_fast * shape.n_slow);
    for (std::size_t slow = 0; slow < shape.n_slow; ++slow) {
      if (TIFFReadScanline(tiff_.get(), bytes.data(), static_cast<std::uint32_t>(slow), 0) < 0)
        damaged("row " + std::to_string(slow));
      for (std::size_t fast = 0; fast < shape.n_fast; ++fast) values.push_back(bytes[fast / 8] >> (7 - fast % 8) & 1);
    }
    return {shape, std::move(values)};
  }

  NumberKind kind() const {
    const auto bits = field<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1),
               format = field<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    for (const SampleKind& known : sample_kinds)
      if (known.format == format && known.bits == bits) return known.kind;
    fail("its numbers must be integers of 1, 8, 16, 32 or 64 bits or floating point numbers of 32 or 64, not kind " +
         std::to_string(format) + " of " + std::to_string(bits) + " bits");
  }

  /// Before memory is asked for: whether the file can hold so much.
  void require_in_file(std::optional<std::uint64_t> claimed, const ImageShape& shape) const {
    const auto compression = field<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    const auto* known = std::ranges::find(expansions, compression, &Expansion::compression);
    const std::uint64_t most = known == expansions.end() ? most_of_other_compressions : known->most;
    if (!claimed || *claimed / most > bytes_.size())
      throw Error::runtime({.what = "the TIFF image ends early",
                            .where = in_quotes(name_),
                            .value = std::to_string(bytes_.size()) + " bytes",
                            .rule = "they cannot contain " + std::to_string(shape.n_fast) + " x " +
                                    std::to_string(shape.n_slow) + " pixels",
                            .remedy = "check the file"});
    require_memory(claimed, "the image " + in_quotes(name_),
                   std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels", "check the file");
  }

  [[noreturn]] void damaged(const std::string& where) const {
    throw Error::runtime(
        {.what = "damaged TIFF image", .where = in_quotes(name_) + ", " + where, .rule = stream_.complaint});
  }

  template <class T>
  PixelArray pixels(const ImageShape& shape) {
    std::string bytes = TIFFIsTiled(tiff_.get()) ? of_tiles<T>(shape) : of_strips<T>(shape);
    return stored_array<T>(shape, bytes, false);
  }

  template <class T>
  std::string of_strips(const ImageShape& shape) {
    const std::size_t row = shape.n_fast * sizeof(T);
    const auto claimed = checked_product({row, shape.n_slow});
    require_in_file(claimed, shape);
    if (TIFFScanlineSize64(tiff_.get()) != row) fail("the length of a row does not fit its pixels");
    std::string bytes(static_cast<std::size_t>(*claimed), '\0');
    for (std::size_t slow = 0; slow < shape.n_slow; ++slow)
      if (TIFFReadScanline(tiff_.get(), bytes.data() + slow * row, static_cast<std::uint32_t>(slow), 0) < 0)
        damaged("row " + std::to_string(slow));
    return bytes;
  }

  template <class T>
  std::string of_tiles(const ImageShape& shape) {
    const std::size_t width = field<std::uint32_t>(TIFFTAG_TILEWIDTH, 0),
                      height = field<std::uint32_t>(TIFFTAG_TILELENGTH, 0);
    if (width == 0 || height == 0) fail("its tiles have no pixels");
    const std::size_t across = (shape.n_fast + width - 1) / width, down = (shape.n_slow + height - 1) / height;
    require_in_file(checked_product({across, down, width, height, sizeof(T)}), shape);
    if (TIFFTileSize64(tiff_.get()) != width * height * sizeof(T)) fail("the size of a tile does not fit its pixels");
    std::string bytes(shape.n_fast * shape.n_slow * sizeof(T), '\0'), tile(width * height * sizeof(T), '\0');
    for (std::size_t slow = 0; slow < shape.n_slow; slow += height)
      for (std::size_t fast = 0; fast < shape.n_fast; fast += width) {
        if (TIFFReadTile(tiff_.get(), tile.data(), static_cast<std::uint32_t>(fast), static_cast<std::uint32_t>(slow),
                         0, 0) < 0)
          damaged("the tile at " + std::to_string(fast) + ", " + std::to_string(slow));
        const std::size_t used = std::min(width, shape.n_fast - fast) * sizeof(T);
        for (std::size_t row = 0; row < std::min(height, shape.n_slow - slow); ++row)
          std::copy_n(&tile[row * width * sizeof(T)], used, &bytes[((slow + row) * shape.n_fast + fast) * sizeof(T)]);
      }
    return bytes;
  }

  PixelRules rules(const ImageShape& shape) const {
    const char* description = nullptr;
    PixelRules rules;
    if (TIFFGetField(tiff_.get(), TIFFTAG_IMAGEDESCRIPTION, &description) && description)
      rules = rules_of_mini_header(description, name_);
    add_rules_of_marccd(shape, rules);
    return rules;
  }

  /// The block that marCCD and Rayonix put behind TIFF's first directory.
  void add_rules_of_marccd(const ImageShape& shape, PixelRules& rules) const {
    constexpr std::size_t begin = 1024, end = 4096, name = 4, n_fast = 80, n_slow = 84, saturation = 104, bias = 780;
    if (bytes_.size() < end || !bytes_.substr(begin + name).starts_with("MMX")) return;
    const bool swap = swaps(bytes_.starts_with("MM"));
    const auto number = [&](std::size_t at) { return from_bytes<std::int32_t>(bytes_.data() + begin + at, swap); };
    if (static_cast<std::size_t>(number(n_fast)) != shape.n_fast ||
        static_cast<std::size_t>(number(n_slow)) != shape.n_slow)
      return;
    if (number(saturation) > 0) rules.most = std::nextafter(static_cast<double>(number(saturation)), 0.0);
    constexpr double per_thousand = 1e-3;
    if (number(bias) > 0) rules.pedestal = std::round(per_thousand * number(bias));
  }

  std::string_view bytes_;
  const std::string& name_;
  TiffStream stream_;
  Tiff tiff_{nullptr, TIFFClose};
};

}  // namespace

void write_tiff(const std::string& path, const ImageShape& shape, std::span<const float> photons,
                const std::string& description) {
  write(path, shape, photons, description);
}
void write_tiff(const std::string& path, const ImageShape& shape, std::span<const std::int32_t> counts,
                const std::string& description) {
  write(path, shape, counts, description);
}
void write_tiff(const std::string& path, const ImageShape& shape, std::span<const std::uint16_t> counts) {
  write(path, shape, counts);
}

PixelArray parse_tiff(std::string_view bytes, const std::string& name) { return TiffReader(bytes, name).read(); }

namespace {

/// With a saturation as headers of CBF have it.
void write(const std::string& path, const ImageContents& c) {
  const std::string description = count_cutoff_line(c.saturation);
  if (std::holds_alternative<std::span<const std::int32_t>>(c.pixels))
    write_tiff(path, c.shape, counts_of(c, path), description);
  else
    write_tiff(path, c.shape, std::span<const float>(photons_of(c, path).pixels), description);
}

/// In both orders of bytes, and of files beyond four gigabytes.
bool is_tiff(std::string_view bytes) {
  constexpr std::array<std::string_view, 4> magic = {std::string_view("II*\0", 4), std::string_view("MM\0*", 4),
                                                     std::string_view("II+\0", 4), std::string_view("MM\0+", 4)};
  return std::ranges::any_of(magic, [&](std::string_view begin) { return bytes.starts_with(begin); });
}

}  // namespace

ImageFormatInfo tiff_format() {
  return {.name = "TIFF",
          .suffixes = {".tif", ".tiff"},
          .description = "TIFF: 32-bit counts, or photons as float32",
          .in_words = ", TIFF",
          .numbers = Numbers::PhotonsOrCounts,
          .write = write,
          // The header in round numbers.
          .bytes = [](const ImageContents& c) -> std::uint64_t {
            return 400 + 4 * std::uint64_t{c.shape.n_fast} * c.shape.n_slow;
          },
          .recognise = is_tiff,
          .parse = [](std::string_view bytes, const std::string& name, std::size_t) -> StoredFrame {
            return {parse_tiff(bytes, name)};
          },
          .says_overloads = true};
}

}  // namespace femtobragg::formats
