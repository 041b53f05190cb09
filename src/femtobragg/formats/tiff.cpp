// libtiff on memory: it goes back and forth in what it writes.
#include "femtobragg/formats/tiff.h"

#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/output_file.h"

namespace femtobragg::formats {
namespace {

/// What libtiff reads from or writes to, and its last complaint.
struct Stream {
  std::string_view given;  ///< read
  std::string made;        ///< written
  bool writing = false;
  std::uint64_t at = 0;
  std::string complaint;

  std::uint64_t size() const { return writing ? made.size() : given.size(); }
};

Stream& stream(thandle_t handle) { return *static_cast<Stream*>(handle); }

tmsize_t read_bytes(thandle_t handle, void* to, tmsize_t count) {
  Stream& s = stream(handle);
  if (count < 0 || s.at > s.size()) return 0;
  const auto length = std::min<std::uint64_t>(static_cast<std::uint64_t>(count), s.size() - s.at);
  std::memcpy(to, (s.writing ? s.made.data() : s.given.data()) + s.at, length);
  s.at += length;
  return static_cast<tmsize_t>(length);
}

tmsize_t write_bytes(thandle_t handle, void* from, tmsize_t count) {
  Stream& s = stream(handle);
  if (count < 0 || !s.writing) return 0;
  const auto length = static_cast<std::uint64_t>(count);
  try {
    if (s.made.size() < s.at + length) s.made.resize(s.at + length);
  } catch (const std::exception&) {
    return 0;
  }
  std::memcpy(s.made.data() + s.at, from, length);
  s.at += length;
  return count;
}

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  Stream& s = stream(handle);
  // Offsets back are negative numbers in an unsigned type: they wrap as they should.
  s.at = offset + (whence == SEEK_CUR ? s.at : whence == SEEK_END ? s.size() : 0);
  return s.at;
}

int close_nothing(thandle_t) { return 0; }
toff_t size_of(thandle_t handle) { return stream(handle).size(); }
int map_nothing(thandle_t, void**, toff_t*) { return 0; }
void unmap_nothing(thandle_t, void*, toff_t) {}

int keep_complaint(TIFF*, void* data, const char* module, const char* format, va_list values) {
  char text[512] = {};
  std::vsnprintf(text, sizeof text, format, values);
  std::string& complaint = static_cast<Stream*>(data)->complaint;
  if (complaint.empty()) complaint = std::string(module ? module : "") + ": " + text;
  return 1;
}
int keep_quiet(TIFF*, void*, const char*, const char*, va_list) { return 1; }

using Tiff = std::unique_ptr<TIFF, void (*)(TIFF*)>;

Tiff open(Stream& s, const std::string& name, const char* mode) {
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_complaint, &s);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), keep_quiet, nullptr);
  const std::uint64_t limit = std::min<std::uint64_t>(memory_limit_bytes(), std::numeric_limits<tmsize_t>::max());
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(limit));
  return {TIFFClientOpenExt(name.c_str(), mode, &s, read_bytes, write_bytes, seek, close_nothing, size_of, map_nothing,
                            unmap_nothing, options.get()),
          TIFFClose};
}

template <class T>
constexpr std::uint16_t sample_format() {
  return std::is_floating_point_v<T> ? SAMPLEFORMAT_IEEEFP : std::is_signed_v<T> ? SAMPLEFORMAT_INT : SAMPLEFORMAT_UINT;
}

template <class T>
void write(const std::string& path, const ImageShape& shape, std::span<const T> pixels) {
  const auto fail = [&](const std::string& rule) {
    throw Error::runtime({.what = "cannot write the TIFF image " + in_quotes(path), .rule = rule});
  };
  constexpr std::size_t largest_edge = std::numeric_limits<std::int32_t>::max();
  if (shape.n_fast == 0 || shape.n_slow == 0 || shape.n_fast > largest_edge || shape.n_slow > largest_edge)
    fail("an edge holds 1 to " + std::to_string(largest_edge) + " pixels");
  OutputFile file(path);
  Stream s;
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

/// Reads rows of one kind of number into another.
template <class From, class To>
std::vector<To> rows(TIFF* tiff, const Stream& s, const ImageShape& shape, const std::string& name) {
  std::vector<To> pixels(shape.n_fast * shape.n_slow);
  std::vector<From> row(shape.n_fast);
  for (std::size_t slow = 0; slow < shape.n_slow; ++slow) {
    if (TIFFReadScanline(tiff, row.data(), static_cast<std::uint32_t>(slow), 0) < 0)
      throw Error::runtime({.what = "damaged TIFF image",
                            .where = in_quotes(name) + ", row " + std::to_string(slow),
                            .rule = s.complaint});
    std::ranges::transform(row, pixels.begin() + static_cast<std::ptrdiff_t>(slow * shape.n_fast), [](From value) {
      if constexpr (std::is_same_v<From, std::uint32_t>)
        return static_cast<To>(std::min<std::uint32_t>(value, std::numeric_limits<std::int32_t>::max()));
      else
        return static_cast<To>(value);
    });
  }
  return pixels;
}

}  // namespace

void write_tiff(const std::string& path, const ImageShape& shape, std::span<const float> photons) {
  write(path, shape, photons);
}
void write_tiff(const std::string& path, const ImageShape& shape, std::span<const std::int32_t> counts) {
  write(path, shape, counts);
}
void write_tiff(const std::string& path, const ImageShape& shape, std::span<const std::uint16_t> counts) {
  write(path, shape, counts);
}

PixelArray parse_tiff(std::string_view bytes, const std::string& name) {
  Stream s;
  s.given = bytes;
  const Tiff tiff = open(s, name, "rm");
  const auto fail = [&](const std::string& rule) {
    throw Error::runtime({.what = "not a usable TIFF image", .where = in_quotes(name), .rule = rule});
  };
  if (!tiff) fail(s.complaint);
  std::uint32_t width = 0, height = 0;
  std::uint16_t bits = 1, samples = 1, format = SAMPLEFORMAT_UINT;
  TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height);
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_SAMPLESPERPIXEL, &samples);
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_SAMPLEFORMAT, &format);
  if (width == 0 || height == 0) fail("it has no pixels");
  if (samples != 1) fail("a pixel has one number, not " + std::to_string(samples));
  if (TIFFIsTiled(tiff.get())) fail("its pixels must lie in strips, not in tiles");
  const ImageShape shape{width, height};
  require_memory(checked_product({width, height, sizeof(std::int32_t)}), "the image " + in_quotes(name),
                 std::to_string(width) + " x " + std::to_string(height) + " pixels", "check the file");
  if (static_cast<std::uint64_t>(TIFFScanlineSize64(tiff.get())) != std::uint64_t{width} * bits / 8)
    fail("a row is not as long as its pixels");
  const auto read = [&]<class From, class To>(From, To) -> PixelArray {
    return {shape, rows<From, To>(tiff.get(), s, shape, name)};
  };
  if (format == SAMPLEFORMAT_IEEEFP && bits == 32) return read(float{}, float{});
  if (format == SAMPLEFORMAT_IEEEFP && bits == 64) return read(double{}, float{});
  if (format == SAMPLEFORMAT_INT && bits == 8) return read(std::int8_t{}, std::int32_t{});
  if (format == SAMPLEFORMAT_INT && bits == 16) return read(std::int16_t{}, std::int32_t{});
  if (format == SAMPLEFORMAT_INT && bits == 32) return read(std::int32_t{}, std::int32_t{});
  if (format == SAMPLEFORMAT_UINT && bits == 8) return read(std::uint8_t{}, std::int32_t{});
  if (format == SAMPLEFORMAT_UINT && bits == 16) return read(std::uint16_t{}, std::int32_t{});
  if (format == SAMPLEFORMAT_UINT && bits == 32) return read(std::uint32_t{}, std::int32_t{});
  fail("its numbers are integers of 8, 16 or 32 bits or floating point numbers of 32 or 64, not kind " +
       std::to_string(format) + " of " + std::to_string(bits) + " bits");
  return {};
}

}  // namespace femtobragg::formats
