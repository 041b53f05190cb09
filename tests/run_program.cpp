// Processes and temporary folders.
#include "tests/run_program.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "test_paths.h"

namespace femtobragg::tests {
namespace fs = std::filesystem;

namespace {

void limit(decltype(RLIMIT_AS) resource, std::uint64_t amount) {
  const rlimit both{amount, amount};
  if (amount > 0) setrlimit(resource, &both);
}

void apply(const ProgramLimits& limits) {
  // A write beyond the limit then fails with an error code, as on a full disk, and no signal ends the program.
  std::signal(SIGXFSZ, SIG_IGN);
  if (!address_sanitizer) limit(RLIMIT_AS, limits.memory_bytes);
  limit(RLIMIT_FSIZE, limits.file_bytes);
  limit(RLIMIT_CPU, limits.cpu_seconds);
}

}  // namespace

void TemporaryFolder::take(const fs::path& from) const {
  if (!fs::is_directory(from)) {
    fs::copy_file(from, path() / from.filename());
    return;
  }
  for (const auto& entry : fs::directory_iterator(from)) fs::copy_file(entry.path(), path() / entry.path().filename());
}

void TemporaryFolder::write(const std::string& name, const std::string& bytes) const {
  std::ofstream(path() / name, std::ios::binary) << bytes;
}

ProgramResult run_program(const std::string& program, const std::vector<std::string>& words, const fs::path& folder,
                          const ProgramLimits& limits) {
  return run_binary(fs::path(FEMTOBRAGG_BIN) / program, words, folder, limits);
}

ProgramResult run_binary(const fs::path& binary, const std::vector<std::string>& words, const fs::path& folder,
                         const ProgramLimits& limits) {
  const TemporaryFolder logs;
  const std::string err = (logs / "err").string();
  const std::string out = limits.out.empty() ? (logs / "out").string() : limits.out;
  std::vector<char*> argv = {const_cast<char*>(binary.c_str())};
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);

  const pid_t child = fork();
  if (child == 0) {
    const bool ready = chdir(folder.c_str()) == 0 && freopen("/dev/null", "r", stdin) &&
                       dup2(open(out.c_str(), O_CREAT | O_WRONLY, 0600), STDOUT_FILENO) >= 0 &&
                       dup2(open(err.c_str(), O_CREAT | O_WRONLY, 0600), STDERR_FILENO) >= 0;
    apply(limits);
    if (ready) execv(binary.c_str(), argv.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), limits.out.empty() ? read_bytes(out) : "",
          read_bytes(err)};
}

std::string read_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<float> read_floats(const fs::path& path) {
  const std::string bytes = read_bytes(path);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

}  // namespace femtobragg::tests
