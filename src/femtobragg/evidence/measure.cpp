// Nothing else runs while something is timed.
#include "femtobragg/evidence/measure.h"

#include <algorithm>
#include <chrono>

namespace femtobragg::evidence {
namespace {

/// Share of the machine's multiply-add peak, where nothing was left out and the backend counts its work.
std::optional<double> fraction_of_peak(const kernel::Plan& plan, const RenderRequest& request,
                                       double evaluations_per_second) {
  if (request.control.tolerance > 0 || plan.structure_factors.values) return std::nullopt;
  const auto speed = backend_for(request).speed(plan, request.control);
  if (!speed || speed->multiply_adds_per_evaluation == 0) return std::nullopt;
  const double per_core = evaluations_per_second / std::max(1, request.control.threads);
  return per_core * speed->multiply_adds_per_evaluation / speed->multiply_adds_per_s;
}

struct TimedRendering {
  Rendering rendering;
  double seconds = 0;
};

TimedRendering timed_render(const kernel::Plan& plan, const RenderRequest& request) {
  const auto begin = std::chrono::steady_clock::now();
  Rendering rendering = render(plan, 0, request);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  return {std::move(rendering), wall.count()};
}

/// The peer's command for rows from the middle between the beam and the edge.
Command with_rows(const PeerRequest& peer, std::size_t rows) {
  const std::size_t begin = std::min(peer.n_slow * 3 / 4, peer.n_slow - rows), end = begin + rows - 1;
  Command command = peer.command;
  command.words.push_back("-roi");
  for (const std::size_t number : {std::size_t{0}, peer.n_fast - 1, begin, end})
    command.words.push_back(std::to_string(number));
  return command;
}

void measure_peer(const PeerRequest& peer, PeerTimes& times) {
  if (times.rows == 0) {
    times.seconds.push_back(run_process(peer.command).wall_s);
    return;
  }
  times.one_row_seconds.push_back(run_process(with_rows(peer, 1)).wall_s);
  times.seconds.push_back(run_process(with_rows(peer, times.rows)).wall_s);
}

}  // namespace

void measure_render(const kernel::Plan& plan, const RenderRequest& request, std::size_t verify_pixels, int runs,
                    Record& record) {
  RenderTimes times;
  double warm_up_s = 0;
  {
    const TimedRendering first = timed_render(plan, request);
    record.verification = verify(plan, 0, first.rendering, request.control.number_type, verify_pixels);
    if (!record.verification->passed) return;
    times.bound_photons = first.rendering.summary.bound_photons;
    times.ran_on = first.rendering.summary.ran_on;
    warm_up_s = first.seconds;
  }
  const int count = runs > 0 ? runs : default_runs(warm_up_s);
  for (int i = 0; i < count; ++i) times.seconds.push_back(timed_render(plan, request).seconds);
  times.evaluations = evaluations(plan, 0);
  times.threads = request.control.threads;
  times.fraction_of_peak = fraction_of_peak(plan, request, times.evaluations / spread_of(times.seconds).median);
  record.render = times;
}

void measure_processes(const Command& ours, const std::optional<PeerRequest>& peer, bool repeat, int runs,
                       Record& record) {
  ProcessTimes process;
  PeerTimes others;
  if (peer) {
    others.binary = peer->command.binary;
    others.rows = peer->rows < peer->n_slow ? peer->rows : 0;
    others.all_rows = peer->n_slow;
  }
  int count = 1;
  for (int i = 0; i < count; ++i) {
    const ProcessRun run = run_process(ours);
    process.seconds.push_back(run.wall_s);
    process.cpu_seconds.push_back(run.cpu_s);
    process.peak_memory_bytes = std::max(process.peak_memory_bytes, run.peak_memory_bytes);
    if (peer) measure_peer(*peer, others);
    if (i > 0 || !(peer || repeat)) continue;
    const double longest = std::max(run.wall_s, peer ? others.seconds.front() : 0.0);
    count = runs > 0 ? runs : default_runs(longest);
  }
  record.process = process;
  if (peer) record.peer = others;
}

std::vector<double> PeerTimes::whole_image_seconds() const {
  if (rows == 0) return seconds;
  const double one_row = spread_of(one_row_seconds).median;
  std::vector<double> scaled;
  for (const double measured : seconds) scaled.push_back(seconds_of_all_rows(one_row, measured, rows, all_rows));
  return scaled;
}

}  // namespace femtobragg::evidence
