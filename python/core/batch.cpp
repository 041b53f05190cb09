// Many experiments: each rendered on one of several threads, none of which needs the interpreter meanwhile.
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "bindings.h"
#include "interruptible.h"

namespace femtobragg::python {
namespace {

/// Renders experiments in the order in which they are put in, and hands the images out in the same order.
class Batch {
 public:
  Batch(RenderRequest request, bool in_doubles, std::size_t threads)
      : state_(std::make_shared<State>()), threads_(threads) {
    state_->request = std::move(request);
    state_->request.control.threads = 1;
    state_->in_doubles = in_doubles;
  }
  ~Batch() { close(); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  void put(const Model& model) {
    require_own_process();
    if (workers_.size() < threads_) begin_worker();
    auto task = std::make_shared<Task>();
    task->experiment = model.experiment;
    const std::lock_guard lock(state_->mutex);
    state_->waiting.push_back(task);
    handed_out_.push_back(std::move(task));
    state_->came.notify_one();
  }

  /// The next image, and its summary. Throws what its rendering has thrown.
  py::tuple take() {
    require_own_process();
    if (handed_out_.empty()) throw Error::runtime({.what = "nothing is left to be rendered"});
    const std::shared_ptr<Task> task = handed_out_.front();
    while (!is_done_soon(*task))
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    handed_out_.pop_front();
    if (task->failure) std::rethrow_exception(task->failure);
    if (task->in_doubles)
      return py::make_tuple(array_of(std::move(task->in_doubles->photons), shape_of(task->shape)),
                            dict_of(task->in_doubles->summary));
    return py::make_tuple(array_of(std::move(task->rendering->image.pixels), shape_of(task->shape)),
                          dict_of(task->rendering->summary));
  }

  /// Ends what is being rendered. In a forked child the threads are not there, and their handles may be those of
  /// others: whatever the parent's threads hold is left alone.
  void close() {
    if (process_ != getpid()) {
      new auto(std::move(workers_));
      new auto(std::move(handed_out_));
      new auto(state_);
    } else {
      {
        const std::lock_guard lock(state_->mutex);  // no worker may be about to wait
        state_->stop.request_stop();
      }
      state_->came.notify_all();
      const py::gil_scoped_release unlock;
      for (std::thread& worker : workers_) worker.join();
    }
    workers_.clear();
    handed_out_.clear();
  }

 private:
  struct Task {
    Experiment experiment;
    ImageShape shape{};
    std::optional<Rendering> rendering;
    std::optional<DoubleRendering> in_doubles;
    std::exception_ptr failure;
    bool done = false;
  };

  struct State {
    RenderRequest request;
    bool in_doubles = false;
    std::mutex mutex;
    std::condition_variable came, rendered;
    std::deque<std::shared_ptr<Task>> waiting;
    std::stop_source stop;

    static void work(const std::shared_ptr<State>& state) {
      std::optional<Simulation> simulation;
      while (const std::shared_ptr<Task> task = state->next()) {
        try {
          state->render(*task, simulation);
        } catch (...) {
          task->failure = std::current_exception();
        }
        const std::lock_guard lock(state->mutex);
        task->done = true;
        state->rendered.notify_one();
      }
    }

    std::shared_ptr<Task> next() {
      std::unique_lock lock(mutex);
      came.wait(lock, [&] { return stop.stop_requested() || !waiting.empty(); });
      if (stop.stop_requested()) return nullptr;
      std::shared_ptr<Task> task = waiting.front();
      waiting.pop_front();
      return task;
    }

    void render(Task& task, std::optional<Simulation>& simulation) const {
      if (simulation)
        simulation->update(std::move(task.experiment));
      else
        simulation.emplace(std::move(task.experiment), request);
      task.shape = simulation->shape();
      const backends::Watch watch{.progress = {}, .stop = stop.get_token()};
      if (in_doubles)
        task.in_doubles = render_in_doubles(simulation->experiment(), request, watch);
      else
        task.rendering = simulation->render(watch);
    }
  };

  /// Without the interpreter's lock for at most 50 ms.
  bool is_done_soon(const Task& task) const {
    const py::gil_scoped_release unlock;
    std::unique_lock lock(state_->mutex);
    return state_->rendered.wait_for(lock, std::chrono::milliseconds(50), [&] { return task.done; });
  }

  void begin_worker() {
    try {
      workers_.emplace_back(&State::work, state_);
    } catch (const std::system_error&) {  // the system has no more: fewer do it too
      if (workers_.empty()) throw Error::runtime({.what = "cannot start a thread"});
    }
  }

  void require_own_process() const {
    if (process_ != getpid())
      throw Error::usage({.what = "render_many was started before this process forked",
                          .rule = "its threads exist only in the parent",
                          .remedy = "call render_many in each process"});
  }

  std::shared_ptr<State> state_;
  std::deque<std::shared_ptr<Task>> handed_out_;
  std::vector<std::thread> workers_;
  std::size_t threads_;
  pid_t process_ = getpid();
};

}  // namespace

void bind_batch(py::module_& m) {
  py::class_<Batch>(m, "Batch")
      .def(py::init<RenderRequest, bool, std::size_t>(), py::arg("request"), py::arg("in_doubles"), py::arg("threads"))
      .def("put", &Batch::put)
      .def("take", &Batch::take)
      .def("close", &Batch::close);
}

}  // namespace femtobragg::python
