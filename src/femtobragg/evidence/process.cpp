// fork, exec, wait4. Not posix_spawn: that child would inherit the peak memory of this process as its own.
#include "femtobragg/evidence/process.h"

#include <fcntl.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::evidence {
namespace {

constexpr int cannot_start = 127;

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with_threads(int threads) {
  constexpr const char* name = "OMP_NUM_THREADS=";
  std::vector<std::string> variables;
  if (threads > 0) variables.push_back(name + std::to_string(threads));
  for (char** variable = environ; *variable; ++variable)
    if (threads == 0 || !std::string_view(*variable).starts_with(name)) variables.emplace_back(*variable);
  return variables;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

/// A file that the child will write.
class OutputDescriptor {
 public:
  explicit OutputDescriptor(const std::filesystem::path& path) {
    const int opened = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    // Away from the standard ones, which may be closed here and are set up in the child.
    descriptor_ = opened < 0 ? opened : fcntl(opened, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (opened >= 0) close(opened);
    if (descriptor_ < 0)
      throw Error::runtime({.what = "cannot write a file", .where = path.string(), .rule = std::strerror(errno)});
  }
  ~OutputDescriptor() { close(descriptor_); }
  OutputDescriptor(const OutputDescriptor&) = delete;
  OutputDescriptor& operator=(const OutputDescriptor&) = delete;

  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

/// Only what is safe between fork and exec.
[[noreturn]] void become(const char* binary, char* const* words, char* const* environment, const char* folder, int out,
                         int err) {
  stand_alone();
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  // Where the standard input is closed `null` may be it already, and dup2() would leave its flag.
  const bool ready = null >= 0 && chdir(folder) == 0 &&
                     (null == STDIN_FILENO ? fcntl(null, F_SETFD, 0) : dup2(null, STDIN_FILENO)) >= 0 &&
                     dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0;
  if (ready) execve(binary, words, environment);
  _exit(cannot_start);
}

int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

const std::string folder_prefix = "femtobragg-";
constexpr std::size_t random_letters = 6;

/// A descriptor of a folder that holds its lock; below zero where another has it.
int locked(const std::filesystem::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  close(descriptor);
  return -1;
}

/// Removes this user's temporary folders that nobody holds. Young ones stay: their owner may not have the lock yet.
void remove_left_behind(const std::filesystem::path& parent) {
  constexpr time_t young_s = 60;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(parent, ignored)) {
    const std::string name = entry.path().filename().string();
    struct stat status;
    if (!name.starts_with(folder_prefix) || name.size() != folder_prefix.size() + random_letters) continue;
    if (lstat(entry.path().c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != geteuid()) continue;
    if (std::time(nullptr) - status.st_mtime < young_s) continue;
    const int lock = locked(entry.path());
    if (lock < 0) continue;
    std::filesystem::remove_all(entry.path(), ignored);
    close(lock);
  }
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::error_code failed;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(failed);
  if (!failed) remove_left_behind(parent);
  std::string name = (parent / (folder_prefix + std::string(random_letters, 'X'))).string();
  if (failed || !mkdtemp(name.data()))
    throw Error::runtime({.what = "there is no temporary folder",
                          .rule = failed ? failed.message() : std::strerror(errno),
                          .remedy = "set TMPDIR to a writable folder"});
  path_ = name;
  unfinished_.emplace(path_);
  lock_ = locked(path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
  if (lock_ >= 0) close(lock_);
}

void stand_alone() {
  setpgid(0, 0);
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void forget_own_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
#ifdef __linux__
  if (const int file = open("/proc/self/clear_refs", O_WRONLY); file >= 0) {
    [[maybe_unused]] const auto written = write(file, "5", 1);
    close(file);
  }
#endif
}

ProcessRun run_in_folder(const Command& command, const std::filesystem::path& folder,
                         const std::filesystem::path& out_file, const std::filesystem::path& err_file) {
  const std::string binary = std::filesystem::absolute(command.binary).string();
  std::vector<std::string> words = command.words, variables = environment_with_threads(command.threads);
  words.insert(words.begin(), command.name.empty() ? binary : command.name);
  const std::vector<char*> argv = pointers_to(words), environment = pointers_to(variables);
  const OutputDescriptor out(out_file), err(err_file);

  forget_own_memory();
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) become(binary.c_str(), argv.data(), environment.data(), folder.c_str(), out.get(), err.get());
  std::optional<RunningProgram> running;
  if (child > 0) {
    setpgid(child, child);  // as the child does: whoever comes first
    running.emplace(child);
  }
  int status = 0;
  rusage used{};
  pid_t ended = child;
  while (child > 0 && (ended = wait4(child, &status, 0, &used)) < 0 && errno == EINTR) {
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  if (ended < 0) throw Error::runtime({.what = "cannot run a program", .value = binary, .rule = std::strerror(errno)});
  return {status_of(status), wall.count(), seconds_of(used.ru_utime) + seconds_of(used.ru_stime),
          static_cast<std::uint64_t>(used.ru_maxrss) * 1024};
}

ProcessRun run_process(const Command& command) {
  const TemporaryFolder folder, texts;
  const std::filesystem::path err_file = texts.path() / "stderr";
  const ProcessRun run = run_in_folder(command, folder.path(), "/dev/null", err_file);
  std::error_code missing;
  const bool left = command.leaves.empty() || std::filesystem::file_size(folder.path() / command.leaves, missing) > 0;
  if (run.status == 0 && left && !missing) return run;
  if (run.status == 0)
    throw Error::runtime({.what = "a program ended without writing its image",
                          .where = command.binary,
                          .value = in_quotes(end_of_file(err_file))});
  throw Error::runtime({.what = "a program ended with status " + std::to_string(run.status),
                        .where = command.binary,
                        .value = in_quotes(end_of_file(err_file))});
}

std::string end_of_file(const std::filesystem::path& file) {
  constexpr std::streamoff enough = 400;
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  const std::streamoff size = stream.tellg();
  if (size <= 0) return {};
  stream.seekg(std::max<std::streamoff>(0, size - enough));
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool is_program(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

std::string own_binary() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

}  // namespace femtobragg::evidence
