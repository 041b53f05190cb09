// A thread that waits for signals: unlike a handler it may take locks and remove whole folders.
#include "programs/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <mutex>
#include <thread>

#include "femtobragg/base/unfinished.h"

namespace femtobragg::programs {
namespace {

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// Who would rather be asked.
std::mutex asked_mutex;
std::stop_source* asked = nullptr;
int signal_of_asked = 0;

/// Whether somebody was asked who had not been asked before.
bool ask(int signal) {
  const std::lock_guard lock(asked_mutex);
  if (!asked || asked->stop_requested()) return false;
  signal_of_asked = signal;
  return asked->request_stop();
}

}  // namespace

StopOnSignal::StopOnSignal() {
  const std::lock_guard lock(asked_mutex);
  asked = &source_;
  signal_of_asked = 0;
}

StopOnSignal::~StopOnSignal() {
  const std::lock_guard lock(asked_mutex);
  asked = nullptr;
}

int StopOnSignal::signal() const {
  const std::lock_guard lock(asked_mutex);
  return signal_of_asked;
}

void end_tidily_on_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  // Those that nohup and shells make us ignore stay so.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    if (!is_ignored(signal)) sigaddset(&signals, signal);
  // Threads that start later inherit this.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals] {
    int signal = 0;
    do {
      while (sigwait(&signals, &signal) != 0) {
      }
    } while (ask(signal));
    remove_unfinished();
    _exit(128 + signal);
  }).detach();
}

}  // namespace femtobragg::programs
