// fork, exec, wait4. Not posix_spawn: that child would inherit the peak memory of this process as its own.
#include "femtobragg/evidence/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>

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
  std::vector<std::string> variables = {name + std::to_string(threads)};
  for (char** variable = environ; *variable; ++variable)
    if (!std::string_view(*variable).starts_with(name)) variables.emplace_back(*variable);
  return variables;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

std::string end_of(std::FILE* file) {
  std::array<char, 400> text{};
  std::fseek(file, 0, SEEK_END);
  const long size = std::ftell(file);
  std::fseek(file, std::max(0L, size - static_cast<long>(text.size())), SEEK_SET);
  return {text.data(), std::fread(text.data(), 1, text.size(), file)};
}

/// Only what is safe between fork and exec.
[[noreturn]] void become(const char* binary, char* const* words, char* const* environment, const char* folder,
                         int err) {
  const int null = open("/dev/null", O_RDWR);
  const bool ready = null >= 0 && chdir(folder) == 0 && dup2(null, STDIN_FILENO) >= 0 &&
                     dup2(null, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0;
  if (ready) execve(binary, words, environment);
  _exit(cannot_start);
}

/// The system counts what this process holds, or held, into the peak memory of its children.
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

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "femtobragg_XXXXXX").string();
  if (!mkdtemp(name.data()))
    throw Error::runtime({.what = "no temporary folder", .value = name, .rule = std::strerror(errno)});
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ProcessRun run_process(const Command& command) {
  const TemporaryFolder folder;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> err(std::tmpfile(), std::fclose);
  if (!err) throw Error::runtime({.what = "no temporary file", .rule = std::strerror(errno)});
  const std::string binary = std::filesystem::absolute(command.binary).string();
  std::vector<std::string> words = command.words, variables = environment_with_threads(command.threads);
  words.insert(words.begin(), binary);
  const std::vector<char*> argv = pointers_to(words), environment = pointers_to(variables);

  forget_own_memory();
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) become(binary.c_str(), argv.data(), environment.data(), folder.path().c_str(), fileno(err.get()));
  int status = 0;
  rusage used{};
  pid_t ended = child;
  while (child > 0 && (ended = wait4(child, &status, 0, &used)) < 0 && errno == EINTR) {
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  if (ended < 0) throw Error::runtime({.what = "cannot run a program", .value = binary, .rule = std::strerror(errno)});
  if (status != 0)
    throw Error::runtime({.what = WIFSIGNALED(status)
                                      ? "a program was ended by signal " + std::to_string(WTERMSIG(status))
                                      : "a program ended with status " + std::to_string(WEXITSTATUS(status)),
                          .where = binary,
                          .value = in_quotes(end_of(err.get()))});
  return {wall.count(), seconds_of(used.ru_utime) + seconds_of(used.ru_stime),
          static_cast<std::uint64_t>(used.ru_maxrss) * 1024};
}

}  // namespace femtobragg::evidence
