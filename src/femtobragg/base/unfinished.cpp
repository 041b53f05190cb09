// Lists under a lock that is never given back once the process ends.
#include "femtobragg/base/unfinished.h"

#include <csignal>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

namespace femtobragg {
namespace {

struct Unfinished {
  std::mutex mutex;
  std::multiset<std::filesystem::path> paths;
  std::set<pid_t> programs;
};

/// Never destroyed: other threads may still ask for it while the process ends.
Unfinished& unfinished() {
  static Unfinished& list = *new Unfinished;
  return list;
}

}  // namespace

UnfinishedPath::UnfinishedPath(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code ignored;
  const std::filesystem::path absolute = std::filesystem::absolute(path_, ignored);
  if (!ignored) path_ = absolute;
  const std::lock_guard lock(unfinished().mutex);
  unfinished().paths.insert(path_);
}

UnfinishedPath::~UnfinishedPath() {
  const std::lock_guard lock(unfinished().mutex);
  unfinished().paths.erase(unfinished().paths.find(path_));
}

RunningProgram::RunningProgram(pid_t process) : process_(process) {
  const std::lock_guard lock(unfinished().mutex);
  unfinished().programs.insert(process_);
}

RunningProgram::~RunningProgram() {
  const std::lock_guard lock(unfinished().mutex);
  unfinished().programs.erase(process_);
}

void remove_unfinished() {
  unfinished().mutex.lock();
  for (const pid_t process : unfinished().programs) kill(-process, SIGKILL);
  std::error_code failed;
  for (const std::filesystem::path& path : unfinished().paths)
    // What is written into a folder meanwhile makes its removal fail.
    for (int attempt = 0; attempt < 10; ++attempt) {
      std::filesystem::remove_all(path, failed);
      if (!failed) break;
    }
}

}  // namespace femtobragg
