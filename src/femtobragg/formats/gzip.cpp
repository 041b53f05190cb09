// By zlib, piece by piece: what a hostile file would grow to is known only on the way.
#include "femtobragg/formats/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& rule, const std::string& value = {}) {
  throw Error::runtime({.what = "cannot decompress " + in_quotes(name),
                        .value = value,
                        .rule = rule,
                        .remedy = "check the file, or decompress it yourself"});
}

}  // namespace

std::string inflated(std::string bytes, const std::string& name, std::uint64_t most_bytes) {
  if (!bytes.starts_with("\x1f\x8b")) return bytes;
  const std::uint64_t most = std::min(most_bytes, memory_limit_bytes());
  z_stream state{};
  constexpr int gzip_only = 16 + MAX_WBITS;
  if (inflateInit2(&state, gzip_only) != Z_OK) refuse(name, "zlib cannot start");
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
    state.next_in = reinterpret_cast<Bytef*>(bytes.data() + at);
    state.avail_in = static_cast<uInt>(given);
    state.next_out = reinterpret_cast<Bytef*>(piece);
    state.avail_out = sizeof piece;
    status = inflate(&state, Z_NO_FLUSH);
    const std::size_t made = sizeof piece - state.avail_out, used = given - state.avail_in;
    at += used;
    if (status == Z_BUF_ERROR || (status == Z_OK && made == 0 && used == 0)) refuse(name, "it ends too early");
    if (status != Z_OK && status != Z_STREAM_END) refuse(name, state.msg ? state.msg : "it is damaged");
    text.append(piece, made);
    if (text.size() > most)
      refuse(name, "at most " + std::to_string(most) + " bytes", "more than that when decompressed");
  }
  return text;
}

std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before) {
  return static_cast<std::uint32_t>(
      crc32_z(before, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

}  // namespace femtobragg::formats
