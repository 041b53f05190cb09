// By zlib and libbz2, piece by piece: what a hostile file would grow to is known only on the way.
#include "femtobragg/formats/io/gzip.h"

#include <bzlib.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

[[noreturn]] void refuse_packed(const std::string& name, const std::string& rule, const std::string& value = {}) {
  throw Error::runtime({.what = "cannot decompress " + in_quotes(name),
                        .value = value,
                        .rule = rule,
                        .remedy = "check the file, or decompress it yourself"});
}

/// How much is wanted.
struct Wanted {
  std::uint64_t most;
  bool start;  ///< what comes after it is not looked at, and may be missing
};

/// Whether that is enough.
bool append(std::string& text, std::string_view piece, const Wanted& wanted, const std::string& name) {
  text.append(piece);
  if (text.size() <= wanted.most) return false;
  if (!wanted.start)
    refuse_packed(name, "at most " + std::to_string(wanted.most) + " bytes", "more than that when decompressed");
  text.resize(wanted.most);
  return true;
}

std::string gunzipped(const std::string& bytes, const std::string& name, const Wanted& wanted) {
  z_stream state{};
  constexpr int gzip_only = 16 + MAX_WBITS;
  if (inflateInit2(&state, gzip_only) != Z_OK) refuse_packed(name, "zlib cannot start");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&state, inflateEnd);
  std::string text;
  char piece[1 << 16];
  std::size_t at = 0;
  int status = Z_OK;
  // A file may hold several compressed parts, one after the other.
  while (status != Z_STREAM_END || at < bytes.size()) {
    if (status == Z_STREAM_END) {
      if (bytes.compare(at, 2, "\x1f\x8b") != 0) break;  // padding
      inflateReset(&state);
    }
    const std::size_t given = std::min<std::size_t>(bytes.size() - at, 1 << 20);
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()) + at);
    state.avail_in = static_cast<uInt>(given);
    state.next_out = reinterpret_cast<Bytef*>(piece);
    state.avail_out = sizeof piece;
    status = inflate(&state, Z_NO_FLUSH);
    const std::size_t made = sizeof piece - state.avail_out, used = given - state.avail_in;
    at += used;
    if (status == Z_BUF_ERROR || (status == Z_OK && made == 0 && used == 0)) {
      if (wanted.start && !text.empty()) break;
      refuse_packed(name, "it ends too early");
    }
    if (status != Z_OK && status != Z_STREAM_END) refuse_packed(name, state.msg ? state.msg : "it is damaged");
    if (append(text, {piece, made}, wanted, name)) break;
  }
  return text;
}

std::string bunzipped(const std::string& bytes, const std::string& name, const Wanted& wanted) {
  bz_stream state{};
  if (BZ2_bzDecompressInit(&state, 0, 0) != BZ_OK) refuse_packed(name, "bzip2 cannot start");
  std::unique_ptr<bz_stream, int (*)(bz_stream*)> end(&state, BZ2_bzDecompressEnd);
  std::string text;
  char piece[1 << 16];
  std::size_t at = 0;
  int status = BZ_OK;
  while (status != BZ_STREAM_END || at < bytes.size()) {
    if (status == BZ_STREAM_END) {
      if (bytes.compare(at, 3, "BZh") != 0) break;  // padding
      BZ2_bzDecompressEnd(end.release());
      state = {};
      if (BZ2_bzDecompressInit(&state, 0, 0) != BZ_OK) refuse_packed(name, "bzip2 cannot start");
      end.reset(&state);
    }
    const std::size_t given = std::min<std::size_t>(bytes.size() - at, 1 << 20);
    state.next_in = const_cast<char*>(bytes.data()) + at;
    state.avail_in = static_cast<unsigned int>(given);
    state.next_out = piece;
    state.avail_out = sizeof piece;
    status = BZ2_bzDecompress(&state);
    const std::size_t made = sizeof piece - state.avail_out, used = given - state.avail_in;
    at += used;
    if (status != BZ_OK && status != BZ_STREAM_END) refuse_packed(name, "it is damaged");
    if (status == BZ_OK && made == 0 && used == 0) {
      if (wanted.start && !text.empty()) break;
      refuse_packed(name, "it ends too early");
    }
    if (append(text, {piece, made}, wanted, name)) break;
  }
  return text;
}

struct Compressor {
  std::string_view magic, name;
  std::string (*uncompress)(const std::string&, const std::string&, const Wanted&);  ///< none: not read

  std::string content(const std::string& bytes, const std::string& file, const Wanted& wanted) const {
    if (uncompress) return uncompress(bytes, file, wanted);
    refuse_packed(file, "only files compressed by gzip and bzip2 can be read", "compressed by " + std::string(name));
  }
};

/// bzip2's digit stands between the two parts of its magic.
constexpr std::string_view bzip2_magic = "BZh", bzip2_block = "1AY&SY";
constexpr std::array<Compressor, 7> compressors = {{{"\x1f\x8b", "gzip", gunzipped},
                                                    {bzip2_magic, "bzip2", bunzipped},
                                                    {"\xfd"
                                                     "7zXZ",
                                                     "xz", nullptr},
                                                    {"\x28\xb5\x2f\xfd", "zstd", nullptr},
                                                    {"\x1f\x9d\x90", "compress", nullptr},
                                                    {"\x04\x22\x4d\x18", "lz4", nullptr},
                                                    {"PK\x03\x04", "ZIP", nullptr}}};

const Compressor* compressor_of(std::string_view bytes) {
  for (const Compressor& c : compressors)
    if (bytes.starts_with(c.magic) &&
        (c.magic != bzip2_magic || (bytes.size() > 4 && bytes.substr(4).starts_with(bzip2_block))))
      return &c;
  return nullptr;
}

}  // namespace

bool is_compressed(std::string_view bytes) { return compressor_of(bytes) != nullptr; }

std::string inflated(std::string bytes, const std::string& name, std::uint64_t most_bytes) {
  const Compressor* by = compressor_of(bytes);
  return by ? by->content(bytes, name, {std::min(most_bytes, memory_limit_bytes()), false}) : bytes;
}

std::string inflated_start(const std::string& bytes, const std::string& name, std::size_t most) {
  const Compressor* by = compressor_of(bytes);
  return by ? by->content(bytes, name, {most, true}) : bytes.substr(0, most);
}

std::string deflated(std::string_view bytes, int level) {
  uLongf length = compressBound(bytes.size());
  std::string packed(length, '\0');
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &length, reinterpret_cast<const Bytef*>(bytes.data()),
                bytes.size(), level) != Z_OK)
    throw Error::runtime({.what = "zlib has no memory to compress", .value = std::to_string(bytes.size()) + " bytes"});
  packed.resize(length);
  return packed;
}

std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before) {
  return static_cast<std::uint32_t>(
      crc32_z(before, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

}  // namespace femtobragg::formats
