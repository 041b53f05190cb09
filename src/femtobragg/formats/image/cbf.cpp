// Writer of miniCBF files.
#include "femtobragg/formats/image/cbf.h"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "femtobragg/formats/image/cbf_section.h"
#include "femtobragg/formats/io/digest.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::formats {
namespace {

/// Zeros after the pixels, so that readers of blocks find some.
constexpr std::size_t padding = 4095;

void put_little_endian(std::string& text, std::int64_t value, int bytes) {
  const auto bits = static_cast<std::uint64_t>(value);
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(bits >> (8 * i) & 0xff);
}

}  // namespace

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

void write_cbf(const std::string& path, const CbfTexts& texts, const ImageShape& shape,
               std::span<const std::int32_t> pixels) {
  const std::string packed = compress_byte_offset(pixels);
  // Names of data blocks have no blanks.
  std::string block = std::filesystem::path(path).stem().string();
  std::ranges::replace_if(
      block, [](unsigned char c) { return c <= ' ' || c > '~'; }, '_');
  std::string text = "###CBF: VERSION 1.5, femtoBragg\r\n\r\ndata_" + block +
                     "\r\n\r\n_array_data.header_convention \"GENERIC_MINI_1.0\"\r\n"
                     "_array_data.header_contents\r\n;\r\n" +
                     texts.header + ";\r\n\r\n" + texts.items + "_array_data.data\r\n;\r\n" +
                     std::string(binary_section) + "\r\n";
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
