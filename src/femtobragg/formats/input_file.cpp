// Reading files, with the system's reason where that fails.
#include "femtobragg/formats/input_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& purpose, const std::string& reason) {
  throw Error::runtime({.what = "cannot read " + purpose + " " + in_quotes(path),
                        .where = reason,

                        .remedy = "check the name and that the file may be read"});
}

}  // namespace

std::string read_file(const std::string& path, const std::string& purpose, std::size_t most) {
  std::error_code status;
  if (std::filesystem::is_directory(path, status)) fail(path, purpose, "it is a folder");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) fail(path, purpose, std::strerror(errno));
  std::string bytes;
  try {
    char buffer[1 << 16];
    while (const std::size_t count = std::fread(buffer, 1, std::min(sizeof buffer, most - bytes.size()), file.get()))
      bytes.append(buffer, count);
  } catch (const std::bad_alloc&) {
    fail(path, purpose, "it does not fit into memory");
  }
  if (std::ferror(file.get())) fail(path, purpose, std::strerror(errno));
  return bytes;
}

}  // namespace femtobragg::formats
