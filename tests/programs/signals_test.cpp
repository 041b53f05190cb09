// Programs that are asked to end: what they leave behind, and how soon they end.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>

#include "test_paths.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// A program of ours that runs beside the test, its temporary files in the folder `tmp` of its own.
class Background {
 public:
  Background(const fs::path& folder, const std::string& words, bool ignores_hangup = false) {
    const std::string command = "mkdir -p tmp; TMPDIR=$PWD/tmp exec " FEMTOBRAGG_BIN "/femtobragg " + words;
    process_ = fork();
    if (process_ != 0) return;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
    if (ignores_hangup) std::signal(SIGHUP, SIG_IGN);
    const bool ready = chdir(folder.c_str()) == 0 && freopen("/dev/null", "r", stdin) &&
                       freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr);
    if (ready) execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  ~Background() {
    if (!ended_) kill(process_, SIGKILL), wait();
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Waits until that is so. False if the program ended, or a minute passed, before.
  bool wait_until(const std::function<bool()>& holds) {
    for (const auto begin = Clock::now(); Clock::now() - begin < 60s;) {
      if (holds()) return true;
      if (waitpid(process_, &status_, WNOHANG) == process_) return ended_ = true, false;
      std::this_thread::sleep_for(200us);
    }
    return false;
  }

  /// The same, the program standing still when it is so. It runs for moments, so it cannot be missed.
  bool stop_when(const std::function<bool()>& holds) {
    for (const auto begin = Clock::now(); Clock::now() - begin < 60s;) {
      if (!stop()) return false;
      if (holds()) return true;
      send(SIGCONT);
      std::this_thread::sleep_for(3ms);
    }
    return false;
  }

  void send(int signal) const { kill(process_, signal); }
  /// Returns when all its threads have stopped; false if it ended before.
  bool stop() {
    send(SIGSTOP);
    waitpid(process_, &status_, WUNTRACED);
    return ended_ = !WIFSTOPPED(status_), !ended_;
  }

  /// Exit status; 128 + n if signal n ended it. The time that it took is kept.
  int wait() {
    const auto begin = Clock::now();
    if (!ended_) waitpid(process_, &status_, 0);
    ended_ = true;
    took_ = Clock::now() - begin;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 1000 + WTERMSIG(status_);
  }
  Clock::duration took() const { return took_; }

 private:
  pid_t process_ = 0;
  int status_ = 0;
  bool ended_ = false;
  Clock::duration took_{};
};

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored))
    if (entry.path().filename() != "tmp") names.push_back(entry.path().lexically_relative(folder).string());
  return names;
}

std::vector<fs::path> temporaries_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const std::string& name : files_in(folder))
    if (name.find(".part") != std::string::npos) found.push_back(folder / name);
  return found;
}

bool has_temporary(const fs::path& folder) { return !temporaries_in(folder).empty(); }

/// Whether a program writes one at the moment: it holds the lock from shortly after it made the file.
bool has_locked_temporary(const fs::path& folder) {
  for (const fs::path& path : temporaries_in(folder)) {
    const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) continue;
    const bool locked = flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(file);
    if (locked) return true;
  }
  return false;
}

constexpr const char* crystal = " -default_F 100 -cell 50 60 70 90 90 90 -N 10 -lambda 1 -distance 100 ";

/// Renders for hours.
std::string long_run(const std::string& more) {
  return "simulate" + std::string(crystal) + "-detpixels 3000 -mosaic 1 -mosaic_domains 100000 -device reference " +
         more;
}
/// Renders at once, and then writes for a while.
std::string long_write(const std::string& outputs) {
  return "simulate" + std::string(crystal) + "-detpixels 5000 " + outputs;
}

/// Sends the signal while the program writes. It may be done before it takes it: then again.
int status_when_writing(const TemporaryFolder& folder, const std::string& words, int signal) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    Background program(folder.path(), words);
    if (!program.stop_when([&] { return has_temporary(folder.path()); })) continue;
    program.send(signal);
    program.send(SIGCONT);
    const int status = program.wait();
    if (status != 0) return status;
  }
  return 0;
}

struct Ending {
  int signal, status;
};
/// Under a second where nothing else runs; without the signal, they would go on for minutes and hours.
constexpr auto most = 10s;

constexpr Ending endings[] = {{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}};

TEST(Signals, EndARenderingAtOnce) {
  for (const Ending& ending : endings) {
    const TemporaryFolder folder;
    Background program(folder.path(), long_run("-floatimage x.bin -intfile x.img"));
    EXPECT_TRUE(program.wait_until([begin = Clock::now()] { return Clock::now() - begin > 500ms; }));
    program.send(ending.signal);
    EXPECT_EQ(program.wait(), ending.status);
    EXPECT_LT(program.took(), most);
    EXPECT_EQ(files_in(folder.path()), std::vector<std::string>{});
  }
}

TEST(Signals, RemoveWhatSimulateHasNotFinished) {
  for (const Ending& ending : endings) {
    const TemporaryFolder folder;
    EXPECT_EQ(status_when_writing(folder, long_write("-floatfile x.bin -intfile x.img"), ending.signal), ending.status);
    EXPECT_FALSE(has_temporary(folder.path()));
  }
}

TEST(Signals, RemoveWhatConvertHasNotFinished) {
  const TemporaryFolder folder;
  ASSERT_EQ(
      run_program("femtobragg", {"simulate",  "-default_F", "100",        "-cell", "50",       "60",      "70",
                                 "90",        "90",         "90",         "-N",    "10",       "-lambda", "1",
                                 "-distance", "100",        "-detpixels", "5000",  "-intfile", "x.img",   "-nonoise"},
                  folder.path())
          .status,
      0);
  for (const char* output : {"y.tif", "y.nxs"}) {
    EXPECT_EQ(status_when_writing(folder, "convert x.img " + std::string(output), SIGINT), 130) << output;
    EXPECT_FALSE(has_temporary(folder.path())) << output;
  }
}

/// Stopped while it writes into the folder. Null if it was done in no time, again and again.
std::unique_ptr<Background> stopped_writer(const TemporaryFolder& folder, const std::string& output) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    auto program = std::make_unique<Background>(folder.path(), long_write(output));
    if (program->stop_when([&] { return has_locked_temporary(folder.path()); })) return program;
  }
  return nullptr;
}

int run_shortly(const TemporaryFolder& folder, const std::string& output) {
  return Background(folder.path(), "simulate" + std::string(crystal) + "-detpixels 10 " + output).wait();
}

/// A killed program cannot tidy up: the next run of the same output does.
TEST(Signals, WhatKilledProgramsLeftIsRemoved) {
  for (const std::string output : {"-floatfile x.bin", "-o x.nxs"}) {
    const TemporaryFolder folder;
    const std::unique_ptr<Background> killed = stopped_writer(folder, output);
    ASSERT_TRUE(killed) << output << " was never seen while it was written";
    killed->send(SIGKILL);
    EXPECT_EQ(killed->wait(), 1000 + SIGKILL);
    ASSERT_TRUE(has_temporary(folder.path())) << output;
    EXPECT_EQ(run_shortly(folder, output), 0);
    EXPECT_FALSE(has_temporary(folder.path())) << output;
  }
}

/// What another program writes at the moment is its own.
TEST(Signals, WhatOthersWriteStays) {
  const TemporaryFolder folder;
  const std::unique_ptr<Background> other = stopped_writer(folder, "-o x.nxs");
  ASSERT_TRUE(other) << "never seen while it was written";
  EXPECT_EQ(run_shortly(folder, "-o x.nxs"), 0);
  EXPECT_TRUE(has_temporary(folder.path()));
}

bool lives(int process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/stat");
  std::string word, state;
  status >> word >> word >> state;
  return !state.empty() && state != "Z";
}

TEST(Signals, EndWhatCompareRuns) {
  for (const Ending& ending : endings) {
    const TemporaryFolder folder;
    folder.write("sleeper", "#!/bin/sh\necho $$ > \"$0.pid\"\nsleep 300 &\nwait\n");
    fs::permissions(folder / "sleeper", fs::perms::owner_all);
    Background program(folder.path(), "compare --outdir found --c-bin ./sleeper -- -default_F 1 -N 1");
    ASSERT_TRUE(program.wait_until(
        [&] { return fs::exists(folder / "sleeper.pid") && fs::file_size(folder / "sleeper.pid") > 1; }));
    EXPECT_NE(files_in(folder / "tmp"), std::vector<std::string>{});
    program.send(ending.signal);
    EXPECT_EQ(program.wait(), ending.status);
    EXPECT_LT(program.took(), most);
    EXPECT_EQ(files_in(folder / "tmp"), std::vector<std::string>{});
    std::this_thread::sleep_for(100ms);
    EXPECT_FALSE(lives(std::stoi(read_bytes(folder / "sleeper.pid"))));
  }
}

TEST(Signals, StayIgnoredWhereTheyAre) {
  const TemporaryFolder folder;
  Background program(folder.path(), "simulate" + std::string(crystal) + "-detpixels 2000 -intfile x.img", true);
  program.wait_until([begin = Clock::now()] { return Clock::now() - begin > 50ms; });
  program.send(SIGHUP);
  EXPECT_EQ(program.wait(), 0);
  EXPECT_TRUE(fs::exists(folder / "x.img"));
}

TEST(InstructionSets, AreChosenByTheEnvironment) {
  const TemporaryFolder folder;
  const auto run = [&](const std::string& set) {
    setenv("FEMTOBRAGG_INSTRUCTION_SET", set.c_str(), 1);
    const ProgramResult result = run_program("femtobragg",
                                             {"explain", "--", "-default_F", "1", "-cell", "50", "60", "70", "90", "90",
                                              "90", "-N", "5", "-lambda", "1", "-distance", "100", "-detpixels", "100"},
                                             folder.path());
    return result;
  };
  const char* const before = std::getenv("FEMTOBRAGG_INSTRUCTION_SET");
  const std::string kept = before ? before : "";
#if defined(__x86_64__)
  const ProgramResult baseline = run("baseline");
  EXPECT_NE(baseline.out.find("simd-baseline"), std::string::npos) << baseline.out << baseline.err;
#endif
  const ProgramResult unknown = run("mmx");
  EXPECT_NE(unknown.status, 0);
  EXPECT_NE(unknown.err.find("FEMTOBRAGG_INSTRUCTION_SET"), std::string::npos) << unknown.err;
  EXPECT_NE(unknown.err.find("this machine has: "), std::string::npos) << unknown.err;
  setenv("FEMTOBRAGG_INSTRUCTION_SET", kept.c_str(), 1);
}

}  // namespace
}  // namespace femtobragg::tests
