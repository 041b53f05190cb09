#include "interruptible.h"

#include <pthread.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace femtobragg::python {
namespace {

/// A thread that waits for tasks as long as the process lives.
class Worker {
 public:
  Worker() {
    std::thread([this] { loop(); }).detach();
  }

  void run(const std::function<void()>& task, const std::function<void()>& wait) {
    std::unique_lock lock(mutex_);
    task_ = &task;
    changed_.notify_all();
    while (!changed_.wait_for(lock, std::chrono::milliseconds(50), [&] { return !task_; })) {
      lock.unlock();
      wait();
      lock.lock();
    }
  }

 private:
  [[noreturn]] void loop() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return task_ != nullptr; });
      const std::function<void()>* const task = task_;
      lock.unlock();
      (*task)();
      lock.lock();
      task_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* task_ = nullptr;
};

/// Those without a task. Workers are never destroyed: they may be waiting when the process ends.
struct IdleWorkers {
  std::mutex mutex;
  std::vector<Worker*> workers;
};

IdleWorkers* idle = new IdleWorkers;

void begin_child() { idle = new IdleWorkers; }

}  // namespace

void run_on_worker(const std::function<void()>& task, const std::function<void()>& wait) {
  [[maybe_unused]] static const int registered = pthread_atfork(nullptr, nullptr, begin_child);
  IdleWorkers* const all = idle;
  Worker* worker = nullptr;
  {
    const std::lock_guard lock(all->mutex);
    if (!all->workers.empty()) {
      worker = all->workers.back();
      all->workers.pop_back();
    }
  }
  if (!worker) worker = new Worker;
  worker->run(task, wait);
  const std::lock_guard lock(all->mutex);
  all->workers.push_back(worker);
}

}  // namespace femtobragg::python
