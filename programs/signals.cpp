// A thread that waits for signals: unlike a handler it may take locks and remove whole folders.
#include "programs/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "femtobragg/base/unfinished.h"

namespace femtobragg::programs {
namespace {

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

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
    while (sigwait(&signals, &signal) != 0) {
    }
    remove_unfinished();
    _exit(128 + signal);
  }).detach();
}

}  // namespace femtobragg::programs
