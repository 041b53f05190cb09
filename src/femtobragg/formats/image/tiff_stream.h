// Bytes in memory as libtiff's client functions see them: it goes back and forth in what it writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace femtobragg::formats {

/// What libtiff reads from or writes to, and its last complaint.
struct TiffStream {
  std::string_view given;  ///< read
  std::string made;        ///< written
  bool writing = false;
  std::uint64_t at = 0;
  std::string complaint;

  std::uint64_t size() const { return writing ? made.size() : given.size(); }
};

/// The client functions of TIFFClientOpen() in plain types; the handle is a TiffStream.
struct TiffClient {
  static std::ptrdiff_t read(void* handle, void* to, std::ptrdiff_t count);
  static std::ptrdiff_t write(void* handle, void* from, std::ptrdiff_t count);
  static std::uint64_t seek(void* handle, std::uint64_t offset, int whence);
  static int close(void* handle);
  static std::uint64_t size(void* handle);
  static int map(void* handle, void** base, std::uint64_t* size);
  static void unmap(void* handle, void* base, std::uint64_t size);
};

}  // namespace femtobragg::formats
