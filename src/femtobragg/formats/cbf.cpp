// Pixels of miniCBF files, read and written.
#include "femtobragg/formats/cbf.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/output_file.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view binary_section = "--CIF-BINARY-FORMAT-SECTION--", binary_begins = "\x0c\x1a\x04\xd5";
/// Zeros after the pixels, so that readers of blocks find some.
constexpr std::size_t padding = 4095;

[[noreturn]] void fail(const std::string& name, const std::string& rule, const std::string& value = {}) {
  throw Error::runtime({.what = "not a usable CBF image", .where = in_quotes(name), .value = value, .rule = rule});
}

std::string md5_base64(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_md5(), nullptr);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> text{};
  const int written = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(length));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(written)};
}

template <class T>
T little_endian(const char* bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return static_cast<T>(value);
}

void put_little_endian(std::string& text, std::int64_t value, int bytes) {
  const auto bits = static_cast<std::uint64_t>(value);
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(bits >> (8 * i) & 0xff);
}

/// The value of a line of a MIME header, without quotes and blanks.
std::optional<std::string> mime_value(std::string_view header, const std::string& key) {
  std::size_t begin = 0;
  while (begin < header.size()) {
    const std::size_t end = std::min(header.find('\n', begin), header.size());
    const std::string_view line = header.substr(begin, end - begin);
    if (line.starts_with(key + ":")) {
      std::string value(line.substr(key.size() + 1));
      std::erase_if(value, [](char c) { return c == '"' || c == ' ' || c == '\r' || c == '\t'; });
      return value;
    }
    begin = end + 1;
  }
  return std::nullopt;
}

std::size_t mime_count(std::string_view header, const std::string& name, const std::string& key) {
  const auto text = mime_value(header, key);
  if (!text) fail(name, "the header has no " + key);
  const auto value = parse_integer(*text);
  if (!value || *value < 1) fail(name, key + " is a count above zero", in_quotes(*text));
  return static_cast<std::size_t>(*value);
}

std::vector<std::int32_t> uncompressed_byte_offset(std::string_view packed, std::size_t count,
                                                   const std::string& name) {
  std::vector<std::int32_t> pixels(count);
  std::int64_t value = 0;
  std::size_t at = 0;
  for (std::int32_t& pixel : pixels) {
    std::int64_t step = 0;
    // A width's lowest number says that the next wider one follows.
    const auto read = [&]<class T>(T) {
      if (packed.size() - at < sizeof(T)) fail(name, "the pixels end early");
      const T number = little_endian<T>(packed.data() + at);
      at += sizeof(T);
      step = number;
      return number == std::numeric_limits<T>::min();
    };
    if (read(std::int8_t{}) && read(std::int16_t{}) && read(std::int32_t{})) read(std::int64_t{});
    constexpr std::int64_t largest_step = std::int64_t{1} << 33;
    if (step > largest_step || step < -largest_step) fail(name, "a difference of pixels leaves 32 bits");
    value += step;
    if (value > std::numeric_limits<std::int32_t>::max() || value < std::numeric_limits<std::int32_t>::min())
      fail(name, "a pixel leaves 32 bits", std::to_string(value));
    pixel = static_cast<std::int32_t>(value);
  }
  return pixels;
}

template <class T>
std::vector<std::int32_t> plain(std::string_view bytes, std::size_t count, const std::string& name) {
  if (bytes.size() / sizeof(T) < count) fail(name, "the pixels end early");
  std::vector<std::int32_t> pixels(count);
  for (std::size_t i = 0; i < count; ++i) {
    const T value = little_endian<T>(bytes.data() + i * sizeof(T));
    // Counters that are full, or pixels without one, are written as the largest number.
    pixels[i] = static_cast<std::int32_t>(
        std::min<std::int64_t>(static_cast<std::int64_t>(value), std::numeric_limits<std::int32_t>::max()));
  }
  return pixels;
}

std::vector<std::int32_t> plain_of(const std::string& type, std::string_view bytes, std::size_t count,
                                   const std::string& name) {
  if (type == "signed32-bitinteger") return plain<std::int32_t>(bytes, count, name);
  if (type == "unsigned32-bitinteger") return plain<std::uint32_t>(bytes, count, name);
  if (type == "signed16-bitinteger") return plain<std::int16_t>(bytes, count, name);
  if (type == "unsigned16-bitinteger") return plain<std::uint16_t>(bytes, count, name);
  if (type == "unsigned8-bitinteger") return plain<std::uint8_t>(bytes, count, name);
  fail(name, "its pixels are integers of 8, 16 or 32 bits", in_quotes(type));
}

}  // namespace

CbfImage parse_cbf(std::string_view bytes, const std::string& name) {
  if (!bytes.starts_with("###CBF")) fail(name, "it must begin with ###CBF");
  const std::size_t section = bytes.find(binary_section);
  if (section == std::string_view::npos) fail(name, "it has no binary section");
  const std::size_t begin = bytes.find(binary_begins, section);
  if (begin == std::string_view::npos) fail(name, "the binary section has no beginning");
  const std::string_view mime = bytes.substr(section, begin - section);

  CbfImage image;
  image.header = std::string(bytes.substr(0, section));
  image.shape = {mime_count(mime, name, "X-Binary-Size-Fastest-Dimension"),
                 mime_count(mime, name, "X-Binary-Size-Second-Dimension")};
  const std::size_t size = mime_count(mime, name, "X-Binary-Size");
  std::string_view data = bytes.substr(begin + binary_begins.size());
  if (size > data.size())
    fail(name, "X-Binary-Size is " + std::to_string(size), std::to_string(data.size()) + " bytes follow the header");
  data = data.substr(0, size);
  const auto count = checked_product({image.shape.n_fast, image.shape.n_slow});
  // The least that a pixel takes is a byte.
  if (!count || *count > size)
    fail(name,
         "it must hold " + std::to_string(image.shape.n_fast) + " x " + std::to_string(image.shape.n_slow) + " pixels",
         std::to_string(size) + " bytes of them");
  const auto elements = mime_value(mime, "X-Binary-Number-of-Elements");
  if (elements && *elements != std::to_string(*count))
    fail(name, "X-Binary-Number-of-Elements is not the product of the dimensions", in_quotes(*elements));
  if (const auto order = mime_value(mime, "X-Binary-Element-Byte-Order"); order && *order != "LITTLE_ENDIAN")
    fail(name, "its bytes must be in the order LITTLE_ENDIAN", in_quotes(*order));
  if (const auto encoding = mime_value(mime, "Content-Transfer-Encoding"); encoding && *encoding != "BINARY")
    fail(name, "its pixels must be encoded as BINARY", in_quotes(*encoding));
  if (const auto digest = mime_value(mime, "Content-MD5"); digest && *digest != md5_base64(data))
    fail(name, "the pixels do not have the MD5 sum that the header states", *digest);

  if (mime.find("x-CBF_BYTE_OFFSET") != std::string_view::npos)
    image.pixels = uncompressed_byte_offset(data, *count, name);
  else if (mime.find("conversions") == std::string_view::npos || mime.find("x-CBF_NONE") != std::string_view::npos)
    image.pixels = plain_of(mime_value(mime, "X-Binary-Element-Type").value_or(""), data, *count, name);
  else
    fail(name, "its pixels are not compressed, or by byte offsets");
  return image;
}

std::string compress_byte_offset(std::span<const std::int32_t> pixels) {
  std::string packed;
  packed.reserve(pixels.size() + pixels.size() / 8);
  std::int64_t last = 0;
  for (const std::int32_t pixel : pixels) {
    const std::int64_t step = pixel - last;
    last = pixel;
    const auto fits = [&](int bits) { return step < (std::int64_t{1} << bits) && step > -(std::int64_t{1} << bits); };
    if (fits(7)) {
      packed += static_cast<char>(step);
      continue;
    }
    put_little_endian(packed, std::numeric_limits<std::int8_t>::min(), 1);
    if (fits(15)) {
      put_little_endian(packed, step, 2);
      continue;
    }
    put_little_endian(packed, std::numeric_limits<std::int16_t>::min(), 2);
    if (fits(31)) {
      put_little_endian(packed, step, 4);
      continue;
    }
    put_little_endian(packed, std::numeric_limits<std::int32_t>::min(), 4);
    put_little_endian(packed, step, 8);
  }
  return packed;
}

void write_cbf(const std::string& path, const std::string& header_text, const ImageShape& shape,
               std::span<const std::int32_t> pixels) {
  const std::string packed = compress_byte_offset(pixels);
  // Names of data blocks have no blanks.
  std::string block = std::filesystem::path(path).stem().string();
  std::ranges::replace_if(
      block, [](unsigned char c) { return c <= ' ' || c > '~'; }, '_');
  std::string text = "###CBF: VERSION 1.5, femtoBragg\r\n\r\ndata_" + block +
                     "\r\n\r\n_array_data.header_convention \"GENERIC_MINI_1.0\"\r\n"
                     "_array_data.header_contents\r\n;\r\n" +
                     header_text + ";\r\n\r\n_array_data.data\r\n;\r\n" + std::string(binary_section) + "\r\n";
  const auto line = [&](const std::string& key, const std::string& value) { text += key + ": " + value + "\r\n"; };
  line("Content-Type", "application/octet-stream;\r\n     conversions=\"x-CBF_BYTE_OFFSET\"");
  line("Content-Transfer-Encoding", "BINARY");
  line("X-Binary-Size", std::to_string(packed.size()));
  line("X-Binary-ID", "1");
  line("X-Binary-Element-Type", "\"signed 32-bit integer\"");
  line("X-Binary-Element-Byte-Order", "LITTLE_ENDIAN");
  line("Content-MD5", md5_base64(packed));
  line("X-Binary-Number-of-Elements", std::to_string(pixels.size()));
  line("X-Binary-Size-Fastest-Dimension", std::to_string(shape.n_fast));
  line("X-Binary-Size-Second-Dimension", std::to_string(shape.n_slow));
  line("X-Binary-Size-Padding", std::to_string(padding));
  text += "\r\n";
  OutputFile file(path);
  file.write(text);
  file.write(binary_begins);
  file.write(packed);
  file.write(std::string(padding, '\0'));
  file.write("\r\n" + std::string(binary_section) + "--\r\n;\r\n");
  file.commit();
}

}  // namespace femtobragg::formats
