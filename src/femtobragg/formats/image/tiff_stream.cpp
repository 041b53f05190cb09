// Reading, writing and seeking in memory.
#include "femtobragg/formats/image/tiff_stream.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>

namespace femtobragg::formats {
namespace {

TiffStream& tiff_stream(void* handle) { return *static_cast<TiffStream*>(handle); }

}  // namespace

std::ptrdiff_t TiffClient::read(void* handle, void* to, std::ptrdiff_t count) {
  TiffStream& s = tiff_stream(handle);
  if (count < 0 || s.at > s.size()) return 0;
  const auto length = std::min<std::uint64_t>(static_cast<std::uint64_t>(count), s.size() - s.at);
  std::memcpy(to, (s.writing ? s.made.data() : s.given.data()) + s.at, length);
  s.at += length;
  return static_cast<std::ptrdiff_t>(length);
}

std::ptrdiff_t TiffClient::write(void* handle, void* from, std::ptrdiff_t count) {
  TiffStream& s = tiff_stream(handle);
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

std::uint64_t TiffClient::seek(void* handle, std::uint64_t offset, int whence) {
  TiffStream& s = tiff_stream(handle);
  // Offsets back are negative numbers in an unsigned type: they wrap as they should.
  s.at = offset + (whence == SEEK_CUR ? s.at : whence == SEEK_END ? s.size() : 0);
  return s.at;
}

int TiffClient::close(void*) { return 0; }
std::uint64_t TiffClient::size(void* handle) { return tiff_stream(handle).size(); }
int TiffClient::map(void*, void**, std::uint64_t*) { return 0; }
void TiffClient::unmap(void*, void*, std::uint64_t) {}

}  // namespace femtobragg::formats
