// Reading files, with the system's reason where that fails.
#include "femtobragg/formats/io/input_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>
#include <utility>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

[[noreturn]] void refuse_input(const std::string& path, const std::string& purpose, const std::string& reason) {
  throw Error::runtime({.what = "cannot read " + purpose + " " + in_quotes(path),
                        .where = reason,
                        .remedy = "check the name and that the file may be read"});
}

[[noreturn]] void refuse_size(const std::string& path, const std::string& purpose, std::uint64_t most) {
  throw Error::runtime({.what = "cannot read " + purpose + " " + in_quotes(path),
                        .value = "more than " + std::to_string(most) + " bytes",
                        .rule = "it must fit into memory and into the limit for files of its kind, and a pipe must end",
                        .remedy = "check the name"});
}

std::uint64_t most_of_kind(InputKind kind) {
  switch (kind) {
    case InputKind::Matrix: return std::uint64_t{1} << 20;
    case InputKind::Text: return std::uint64_t{1} << 28;
    case InputKind::Data:
    case InputKind::Image: break;
  }
  return memory_limit_bytes();
}

/// What is no file on a disk may have no end, so it may not fill the memory: pipes hold what files hold, but devices
/// such as /dev/zero only what somebody types.
std::uint64_t most_bytes(const std::filesystem::file_status& status, InputKind kind) {
  if (std::filesystem::is_character_file(status)) return std::min(memory_limit_bytes() / 4, std::uint64_t{1} << 20);
  const std::uint64_t most_from_devices = std::uint64_t{1} << (kind == InputKind::Data ? 28 : 27);
  const std::uint64_t memory = memory_limit_bytes(), most = std::min(most_of_kind(kind), memory);
  return std::filesystem::is_regular_file(status) ? most : std::min({most_from_devices, memory / 4, most});
}

std::string read(const std::string& path, const std::string& purpose, InputKind kind, std::size_t most) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  if (std::filesystem::is_directory(status)) refuse_input(path, purpose, "it is a folder");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) refuse_input(path, purpose, std::strerror(errno));
  const std::uint64_t limit = most_bytes(status, kind);
  if (std::filesystem::is_regular_file(status) &&
      std::min<std::uint64_t>(std::filesystem::file_size(path, ignored), most) > limit) {
    char first[64];
    if (kind == InputKind::Matrix || kind == InputKind::Text)
      require_text({first, std::fread(first, 1, sizeof first, file.get())}, path, true);
    refuse_size(path, purpose, limit);
  }
  std::string bytes;
  try {
    if (std::filesystem::is_regular_file(status)) {
      const std::uintmax_t size = std::filesystem::file_size(path, ignored);
      if (!ignored) bytes.reserve(std::min<std::uintmax_t>(size, most));
      prefer_large_pages(bytes.data(), bytes.capacity());
    }
    char buffer[1 << 16];
    while (const std::size_t count = std::fread(buffer, 1, std::min(sizeof buffer, most - bytes.size()), file.get())) {
      bytes.append(buffer, count);
      if (bytes.size() > limit) refuse_size(path, purpose, limit);
    }
  } catch (const std::bad_alloc&) {
    refuse_input(path, purpose, "it does not fit into memory");
  }
  if (std::ferror(file.get())) refuse_input(path, purpose, std::strerror(errno));
  return bytes;
}

}  // namespace

std::string read_file(const std::string& path, const std::string& purpose, InputKind kind) {
  return read(path, purpose, kind, SIZE_MAX);
}

std::string read_file(const std::string& path, const std::string& purpose, std::size_t most) {
  return read(path, purpose, InputKind::Data, most);
}

std::string read_text(const std::string& path, const std::string& purpose, InputKind kind) {
  return plain_text(read_file(path, purpose, kind), path);
}

}  // namespace femtobragg::formats
