// Write, close, rename.
#include "femtobragg/formats/io/output_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace fs = std::filesystem;

namespace {

/// Before the number of the process that writes.
/// Nobody else uses it: "data.part1" may be a piece of a download.
constexpr std::string_view temporary_suffix = ".part-fb";

/// The file that the name stands for: a link is followed, so that renaming replaces or makes its target. Remains a
/// link if it leads nowhere, or to what has no name: /dev/stdout may stand for a pipe.
fs::path followed(const std::string& path) {
  constexpr int most_links = 40;
  std::error_code ignored;
  fs::path file = path;
  for (int i = 0; i < most_links && fs::is_symlink(file, ignored); ++i) {
    const fs::path target = file.parent_path() / fs::read_symlink(file, ignored);
    if (fs::exists(file, ignored) && !fs::exists(target, ignored)) break;
    file = target;
  }
  return file;
}

/// Devices and pipes: there is nothing to rename.
bool is_written_directly(const fs::file_status& status) {
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// With the system's reason for the failure of the last call.
[[noreturn]] void fail_output(const char* what, const fs::path& path) {
  const int code = errno;
  const bool no_space = code == ENOSPC || code == EDQUOT || code == EFBIG;
  const std::string remedy = no_space                         ? "free space on that disk, or write somewhere else"
                             : code == EISDIR || path.empty() ? "give the name of a file"
                                                              : "check that the folder exists and may be written";
  throw Error::runtime({.what = std::string(what) + " " + in_quotes(path.string()),
                        .where = code ? std::strerror(code) : "",

                        .remedy = remedy});
}

/// What is left of a file that was written: its name, and that of its temporary neighbour.
struct Leftover {
  std::string name;
  fs::path temporary;
};

/// The temporary neighbours in a folder of files with such names.
std::vector<Leftover> temporaries_in(const fs::path& folder) {
  std::vector<Leftover> found;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder.empty() ? "." : folder, ignored)) {
    const std::string name = entry.path().filename().string();
    const std::size_t at = name.rfind(temporary_suffix);
    if (at == std::string::npos) continue;
    if (parse_integer(std::string_view(name).substr(at + temporary_suffix.size())))
      found.push_back({name.substr(0, at), entry.path()});
  }
  return found;
}

/// Whether the open file still has this name.
bool is_named(int file, const fs::path& path) {
  struct stat here, named;
  return fstat(file, &here) == 0 && stat(path.c_str(), &named) == 0 && here.st_ino == named.st_ino &&
         here.st_dev == named.st_dev;
}

/// Removes a temporary file that nobody writes. Who does holds a lock, which no process outlives.
void remove_if_abandoned(const fs::path& temporary) {
  const int file = open(temporary.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  std::error_code ignored;
  if (flock(file, LOCK_EX | LOCK_NB) == 0) fs::remove(temporary, ignored);
  close(file);
}

/// The same for all that killed processes left of this file before this one began to write into its folder: folders of
/// long series are read only once.
void remove_left_behind(const fs::path& path) {
  static std::mutex mutex;
  static std::map<fs::path, std::vector<Leftover>> folders;
  const std::lock_guard lock(mutex);
  const auto [folder, is_new] = folders.try_emplace(path.parent_path());
  if (is_new) folder->second = temporaries_in(path.parent_path());
  for (const Leftover& leftover : folder->second)
    if (leftover.name == path.filename()) remove_if_abandoned(leftover.temporary);
}

[[noreturn]] void refuse_device(const fs::path& path) {
  throw Error::runtime({.what = "cannot write " + in_quotes(path.string()),
                        .rule = "this format needs a file on a disk",
                        .remedy = "write to a file, or another format"});
}

}  // namespace

std::string path_seen_from(const std::filesystem::path& folder, const std::string& path) {
  namespace fs = std::filesystem;
  if (fs::path(path).is_absolute()) return path;
  return fs::absolute(path).lexically_proximate(fs::absolute(folder)).string();
}

OutputFile::OutputFile(const std::string& path) : path_(followed(path)) {
  if (path.empty()) {
    errno = ENOENT;
    fail_output("cannot write", path_);
  }
  std::error_code ignored;
  const fs::file_status status = fs::status(path_, ignored);
  if (!fs::exists(status) && fs::is_symlink(path_, ignored)) {
    errno = ELOOP;
    fail_output("cannot write", path_);
  }
  if (fs::is_directory(status)) {
    errno = EISDIR;
    fail_output("cannot write", path_);
  }
  if (!is_written_directly(status)) {
    // A file that must not be written stays as it is, although its folder would allow to replace it.
    if (fs::exists(status) && access(path_.c_str(), W_OK) != 0) fail_output("cannot write", path_);
    temporary_ = path_;
    temporary_ += std::string(temporary_suffix) + std::to_string(getpid());
    remove_left_behind(path_);
    unfinished_.emplace(temporary_);
  }
  do {
    if (stream_) std::fclose(stream_);
    stream_ = std::fopen((temporary_.empty() ? path_ : temporary_).c_str(), "wb");
    if (!stream_) {
      temporary_.clear();
      fail_output("cannot write", path_);
    }
    if (!temporary_.empty()) flock(fileno(stream_), LOCK_EX | LOCK_NB);
    // Before it was locked, another process may have taken it for an abandoned one and removed it.
  } while (!temporary_.empty() && !is_named(fileno(stream_), temporary_));
}

OutputFile::~OutputFile() {
  if (stream_) std::fclose(stream_);
  if (!temporary_.empty()) std::remove(temporary_.c_str());
}

void OutputFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size()) fail_output("cannot write all of", path_);
}

std::filesystem::path OutputFile::hand_over() {
  if (temporary_.empty()) refuse_device(path_);
  return temporary_;
}

void OutputFile::close() {
  if (!stream_) return;
  const bool flushed = std::fflush(stream_) == 0;
  if (std::fclose(std::exchange(stream_, nullptr)) != 0 || !flushed) fail_output("cannot write all of", path_);
}

void OutputFile::commit() {
  close();
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail_output("cannot rename the finished", path_);
  temporary_.clear();
  unfinished_.reset();
}

int OutputFile::commit_locked() {
  const int kept = fcntl(fileno(stream_), F_DUPFD_CLOEXEC, 0);
  if (kept < 0) fail_output("cannot keep the lock of", path_);
  try {
    commit();
  } catch (...) {
    ::close(kept);
    throw;
  }
  return kept;
}

LockedFile::LockedFile(const fs::path& path, const std::string& held) : path_(path) {
  do {
    if (file_ >= 0) close(file_);
    file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file_ < 0) fail_output("cannot write", path_);
    // Some file systems know no locks: there, nobody is kept out.
    if (flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      close(file_);
      throw Error::runtime({.what = held, .where = in_quotes(path_.string()), .remedy = "wait until it has finished"});
    }
    // Who had the lock before may have replaced the file.
  } while (!is_named(file_, path_));
  if (is_empty()) unfinished_.emplace(path_);
}

LockedFile::~LockedFile() {
  if (is_named(file_, path_) && is_empty()) std::remove(path_.c_str());
  close(file_);
}

bool LockedFile::is_empty() const {
  struct stat status;
  return fstat(file_, &status) == 0 && status.st_size == 0;
}

void LockedFile::replace(std::string_view text) {
  OutputFile next(path_.string());
  next.write(text);
  unfinished_.reset();
  const int locked = next.commit_locked();
  close(std::exchange(file_, locked));
}

void remove_abandoned(const fs::path& folder, const std::function<bool(const std::string& name)>& ours) {
  for (const Leftover& leftover : temporaries_in(folder))
    if (ours(leftover.name)) remove_if_abandoned(leftover.temporary);
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  OutputFile file(path.string());
  file.write(text);
  file.commit();
}

void make_folder(const std::filesystem::path& path) {
  std::error_code failed, ignored;
  std::filesystem::create_directories(path, failed);
  if (!std::filesystem::is_directory(path, ignored))
    throw Error::runtime(
        {.what = "cannot make the folder", .value = in_quotes(path.string()), .rule = failed.message()});
}

std::string file_behind(const std::string& path) {
  std::error_code ignored;
  if (is_written_directly(fs::status(path, ignored))) return {};
  const fs::path file = fs::absolute(followed(path), ignored);
  const fs::path folder = fs::weakly_canonical(file.parent_path(), ignored);
  return (folder / file.filename()).string();
}

void require_disk(const std::string& path) {
  std::error_code ignored;
  if (is_written_directly(fs::status(path, ignored))) refuse_device(path);
}

void require_writable(const std::string& path) {
  std::error_code ignored;
  if (!is_written_directly(fs::status(path, ignored))) {
    const OutputFile probe(path);
    return;
  }
  // To open a pipe is to wait for its reader, and to close it again ends what he reads.
  if (access(path.c_str(), W_OK) != 0) fail_output("cannot write", path);
}

}  // namespace femtobragg::formats
