// A cold run, warm runs and, if asked for, a run with its spans noted; then the other program.
#include "femtobragg/evidence/benchmark/size_record.h"

#include <nlohmann/json.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/evidence/benchmark/isolated.h"
#include "femtobragg/evidence/benchmark/spread.h"
#include "femtobragg/evidence/circumstances.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::evidence {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Everything from the words to the file, once.
RunTimes run_once(const SizeRequest& request, const fs::path& file, std::string& ran_on, SpanRecord& spans) {
  RunTimes times;
  auto begin = Clock::now();
  const kernel::Plan plan = spans.during("set-up", [&] { return request.set_up(spans); });
  times.set_up = seconds_since(begin);
  begin = Clock::now();
  const Rendering rendering = spans.during("render", [&] { return render(plan, 0, request.request, request.watch); });
  times.render = seconds_since(begin);
  begin = Clock::now();
  spans.during("output", [&] { formats::write_raw_float(file.string(), rendering.image); });
  times.output = seconds_since(begin);
  ran_on = rendering.summary.ran_on;
  return times;
}

json object_of(const RunTimes& times) { return {times.set_up, times.render, times.output}; }
RunTimes times_of(const json& list) { return {list.at(0), list.at(1), list.at(2)}; }

RunTimes median_of(const std::vector<RunTimes>& runs) {
  const auto median = [&](double RunTimes::*part) {
    std::vector<double> values;
    for (const RunTimes& run : runs) values.push_back(run.*part);
    return spread_of(values).median;
  };
  return {median(&RunTimes::set_up), median(&RunTimes::render), median(&RunTimes::output)};
}

void write_profile(const SizeRequest& request, const fs::path& folder) {
  SizeRequest profiled = request;
  SpanRecord spans;
  profiled.watch.work_done = spans.of_threads();
  std::string ran_on;
  run_once(profiled, folder / "profiled.bin", ran_on, spans);
  fs::remove(folder / "profiled.bin");
  formats::write_text(folder / "trace.json", spans.trace_events_json());
}

/// Our part, as text for the process that waits.
std::string measure_ours(const SizeRequest& request, const fs::path& folder) {
  std::string ran_on;
  SpanRecord unused;
  const RunTimes cold = run_once(request, folder / "py_float_cold.bin", ran_on, unused);
  const double memory_cold = static_cast<double>(peak_memory_bytes());
  std::vector<RunTimes> warm;
  for (int i = 0; i < request.iterations; ++i)
    warm.push_back(run_once(request, folder / "py_float_warm.bin", ran_on, unused));
  std::vector<double> totals;
  for (const RunTimes& run : warm) totals.push_back(run.total());
  const double memory_warm = static_cast<double>(peak_memory_bytes());
  if (request.profile) write_profile(request, folder);
  return json{{"cold", object_of(cold)},
              {"warm", object_of(median_of(warm))},
              {"warm_total", spread_of(totals).median},
              {"memory", {memory_cold, memory_warm}},
              {"ran_on", ran_on}}
      .dump();
}

Image square_image(const fs::path& file, std::size_t edge) {
  formats::Frame pixels = formats::read_pixels(file.string());
  if (pixels.pixels.size() != edge * edge)
    throw Error::runtime({.what = "the size of the image differs",
                          .where = file.string(),
                          .value = std::to_string(pixels.pixels.size()) + " pixels",
                          .rule = "it has " + std::to_string(edge) + " x " + std::to_string(edge)});
  return {edge, edge, std::move(pixels.pixels)};
}

/// A program as its user runs it, without noise and pictures.
RunnerResult run_whole(const Runner& runner, const SizeRequest& request, const fs::path& folder, int threads) {
  Runner quiet = runner;
  quiet.more.insert(quiet.more.end(), {"-nonoise", "-nopgm"});
  RunnerResult result = run_captured(quiet, {request.words, {}, {"intimage.img"}}, folder, threads);
  if (result.run.status != 0 || result.float_file.empty())
    throw Error::runtime({.what = result.run.status != 0
                                      ? "a program ended with status " + std::to_string(result.run.status)
                                      : "a program ended without writing its image",
                          .where = runner.binary,
                          .value = in_quotes(end_of_file(folder / (runner.label + "_stderr.txt"))),
                          .rule = "it renders " + shell_command(result.command)});
  return result;
}

/// Medians of whole processes.
struct WholeRuns {
  double seconds = 0, memory = 0;
  std::string command;
};

WholeRuns run_often(const Runner& runner, const SizeRequest& request, const fs::path& folder, int times) {
  std::vector<double> seconds, memory;
  WholeRuns runs;
  for (int i = 0; i < times; ++i) {
    const RunnerResult result = run_whole(runner, request, folder, request.request.control.threads);
    seconds.push_back(result.run.wall_s);
    memory.push_back(static_cast<double>(result.run.peak_memory_bytes));
    runs.command = shell_command(result.command);
  }
  runs.seconds = spread_of(seconds).median;
  runs.memory = spread_of(memory).median;
  return runs;
}

/// The image to compare with: the other program's, with its times, or the reference backend's.
Image image_of_other(const SizeRequest& request, const fs::path& folder, SizeRecord& record) {
  const Runner other = request.peer ? Runner{"c", *request.peer, "", {}, *request.peer} : reference_runner("c");
  const WholeRuns runs = run_often(other, request, folder, request.peer ? request.iterations : 1);
  record.commands.push_back(runs.command);
  if (request.peer) {
    record.peer_s = runs.seconds;
    record.peer_memory = runs.memory;
  }
  return square_image(folder / "c_float.bin", request.edge);
}

}  // namespace

SizeRecord measure_size(const SizeRequest& request, const fs::path& folder) {
  const json ours = json::parse(isolated([&] { return measure_ours(request, folder); }));
  SizeRecord record;
  record.edge = request.edge;
  record.iterations = request.iterations;
  record.cold = times_of(ours.at("cold"));
  record.warm = times_of(ours.at("warm"));
  record.warm_total_s = ours.at("warm_total");
  record.memory_cold = ours.at("memory").at(0);
  record.memory_warm = ours.at("memory").at(1);
  record.ran_on = ours.at("ran_on");

  const backends::RunControl& control = request.request.control;
  const Runner own{"py",
                   own_binary(),
                   "nanoBragg",
                   {"-device", request.request.device, "-dtype", name_of(control.number_type), "-threads",
                    std::to_string(control.threads), "-noprogress"},
                   own_binary()};
  const WholeRuns whole = run_often(own, request, folder, request.iterations);
  record.process_s = whole.seconds;
  record.commands.push_back(whole.command);

  const Image other = image_of_other(request, folder, record);
  const ImageRegion all{0, request.edge, 0, request.edge};
  record.cold_image = compare_images(other, square_image(folder / "py_float_cold.bin", request.edge), all);
  record.warm_image = compare_images(other, square_image(folder / "py_float_warm.bin", request.edge), all);
  return record;
}

}  // namespace femtobragg::evidence
