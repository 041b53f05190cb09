// fork, and a pipe for the text.
#include "femtobragg/evidence/benchmark/isolated.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>

#include "femtobragg/base/error.h"
#include "femtobragg/evidence/process.h"

namespace femtobragg::evidence {
namespace {

/// What the copy sends first.
constexpr char good = '+', bad = '-';

bool send(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = write(descriptor, text.data(), text.size());
    if (sent < 0 && errno != EINTR) return false;
    if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string received(int descriptor) {
  std::string text;
  char buffer[4096];
  for (ssize_t count = 0; (count = read(descriptor, buffer, sizeof buffer)) > 0 || (count < 0 && errno == EINTR);)
    if (count > 0) text.append(buffer, static_cast<std::size_t>(count));
  return text;
}

[[noreturn]] void work_and_leave(int descriptor, const std::function<std::string()>& work) {
  stand_alone();
  std::string text;
  try {
    forget_own_memory();
    text = good + work();
  } catch (const std::exception& error) {
    text = bad + std::string(error.what());
  }
  const bool sent = send(descriptor, text);
  // Nothing is flushed: what the parent has yet to write is the parent's.
  _exit(sent ? 0 : 1);
}

}  // namespace

std::string isolated(const std::function<std::string()>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw Error::runtime({.what = "cannot make a pipe", .rule = std::strerror(errno)});
  const pid_t child = fork();
  if (child < 0) throw Error::runtime({.what = "cannot copy this process", .rule = std::strerror(errno)});
  if (child == 0) {
    close(ends[0]);
    work_and_leave(ends[1], work);
  }
  setpgid(child, child);
  const RunningProgram running(child);
  close(ends[1]);
  const std::string text = received(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (text.empty() || status != 0)
    throw Error::runtime({.what = "a measurement ended early",
                          .value = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status)) : "no result"});
  if (text.front() == bad) throw Error::runtime({.what = text.substr(1)});
  return text.substr(1);
}

std::uint64_t peak_memory_bytes() {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;) {
    if (word != "VmHWM:") continue;
    std::uint64_t kibibytes = 0;
    file >> kibibytes;
    return kibibytes * 1024;
  }
  return 0;
}

}  // namespace femtobragg::evidence
