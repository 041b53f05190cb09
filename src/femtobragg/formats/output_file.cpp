// Write, close, rename.
#include "femtobragg/formats/output_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace fs = std::filesystem;

namespace {

/// The file that the name stands for: a link is followed, so that renaming replaces or makes its target. Remains a
/// link if it leads nowhere.
fs::path followed(const std::string& path) {
  constexpr int most_links = 40;
  std::error_code ignored;
  fs::path target = path;
  for (int i = 0; i < most_links && fs::is_symlink(target, ignored); ++i)
    target = target.parent_path() / fs::read_symlink(target, ignored);
  return target;
}

}  // namespace

OutputFile::OutputFile(const std::string& path) : path_(followed(path)) {
  if (path.empty()) {
    errno = ENOENT;
    fail("cannot write");
  }
  std::error_code ignored;
  if (fs::is_symlink(path_, ignored)) {
    errno = ELOOP;
    fail("cannot write");
  }
  const fs::file_status status = fs::status(path_, ignored);
  if (fs::is_directory(status)) {
    errno = EISDIR;
    fail("cannot write");
  }
  if (!fs::exists(status) || fs::is_regular_file(status)) {
    // A file that must not be written stays as it is, although its folder would allow to replace it.
    if (fs::exists(status) && access(path_.c_str(), W_OK) != 0) fail("cannot write");
    temporary_ = path_;
    temporary_ += ".part" + std::to_string(getpid());
  }
  stream_ = std::fopen((temporary_.empty() ? path_ : temporary_).c_str(), "wb");
  if (!stream_) {
    temporary_.clear();
    fail("cannot write");
  }
}

OutputFile::~OutputFile() {
  if (stream_) std::fclose(stream_);
  if (!temporary_.empty()) std::remove(temporary_.c_str());
}

void OutputFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size()) fail("cannot write all of");
}

void OutputFile::commit() {
  if (std::fflush(stream_) != 0) fail("cannot write all of");
  if (std::fclose(std::exchange(stream_, nullptr)) != 0) fail("cannot write all of");
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot rename the finished");
  temporary_.clear();
}

void OutputFile::fail(const char* what) const {
  const int code = errno;
  const bool no_space = code == ENOSPC || code == EDQUOT || code == EFBIG;
  const std::string remedy = no_space                          ? "free space on that disk, or write elsewhere"
                             : code == EISDIR || path_.empty() ? "give the name of a file"
                                                               : "check that the folder exists and may be written";
  throw Error::runtime({.what = std::string(what) + " " + in_quotes(path_.string()),
                        .where = code ? std::strerror(code) : "",

                        .remedy = remedy});
}

void require_writable(const std::string& path) { const OutputFile probe(path); }

}  // namespace femtobragg::formats
