// Nothing else runs while something is timed.
#include "femtobragg/evidence/benchmark/measure.h"

#include <algorithm>
#include <bit>
#include <chrono>

#include "femtobragg/formats/image/smv.h"

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

/// A mask that leaves only some rows, evenly spread: a region would give all its rows to one thread of a program that
/// divides the image into blocks. The header says nothing of the geometry.
void write_mask_of_rows(const std::string& path, const PeerRequest& peer, std::size_t rows) {
  const std::vector<std::size_t> chosen = spread_rows(rows, peer.n_slow);
  const std::string order = std::endian::native == std::endian::little ? "little_endian" : "big_endian";
  const std::string header = formats::smv_header({{"DIM", "2"},
                                                  {"BYTE_ORDER", order},
                                                  {"TYPE", "unsigned_short"},
                                                  {"SIZE1", std::to_string(peer.n_fast)},
                                                  {"SIZE2", std::to_string(peer.n_slow)}},
                                                 false);
  formats::write_smv(path, header, peer.n_fast, peer.n_slow, [&](std::size_t slow, std::span<std::uint16_t> row) {
    std::ranges::fill(row, std::ranges::binary_search(chosen, slow) ? std::uint16_t{1} : std::uint16_t{0});
  });
}

ProcessRun run_rows(const PeerRequest& peer, std::size_t rows) {
  const TemporaryFolder folder;
  const std::string mask = (folder.path() / "rows.img").string();
  write_mask_of_rows(mask, peer, rows);
  Command command = peer.command;
  command.words.insert(command.words.begin(), {"-mask", mask});
  return run_process(command);
}

void measure_peer(const PeerRequest& peer, PeerTimes& times) {
  if (times.rows > 0) {
    const ProcessRun few = run_rows(peer, times.few_rows);
    times.few_seconds.push_back(few.wall_s);
    times.few_cpu_seconds.push_back(few.cpu_s);
  }
  const ProcessRun run = times.rows > 0 ? run_rows(peer, times.rows) : run_process(peer.command);
  times.seconds.push_back(run.wall_s);
  times.cpu_seconds.push_back(run.cpu_s);
}

/// As many rows for each thread, so that none waits for another.
void choose_rows(const PeerRequest& peer, PeerTimes& times) {
  times.binary = peer.command.binary;
  times.threads = peer.command.threads;
  times.all_rows = peer.n_slow;
  if (peer.rows == 0) return;
  const auto threads = static_cast<std::size_t>(std::max(1, peer.command.threads));
  const std::size_t for_each = std::max<std::size_t>(2, (peer.rows + threads - 1) / threads);
  if (for_each * threads >= peer.n_slow) return;
  times.rows = for_each * threads;
  times.few_rows = threads;
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
  if (peer) choose_rows(*peer, others);
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
  const TimedRows few{few_rows, spread_of(few_seconds).median};
  std::vector<double> scaled;
  for (const double measured : seconds) scaled.push_back(seconds_of_all_rows(few, {rows, measured}, all_rows));
  return scaled;
}

double PeerTimes::threads_at_work() const {
  double wall_s = spread_of(seconds).median, cpu_s = spread_of(cpu_seconds).median;
  if (rows > 0) {
    wall_s -= spread_of(few_seconds).median;
    cpu_s -= spread_of(few_cpu_seconds).median;
  }
  return wall_s > 0 ? std::max(0.0, cpu_s / wall_s) : 0;
}

}  // namespace femtobragg::evidence
