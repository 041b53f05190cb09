// The grid, its measurement and its JSON.
#include "femtobragg/evidence/benchmark/sweep.h"

#include <nlohmann/json.hpp>

#include "femtobragg/base/text.h"
#include "femtobragg/evidence/benchmark/spread.h"
#include "femtobragg/evidence/process.h"

namespace femtobragg::evidence {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t verified_pixels = 200;

ordered_json object_of(const SweepResult& r, const SizeCircumstances& c) {
  const SweepPoint& p = r.point;
  return {{"size", p.edge},
          {"cell", p.cell},
          {"N", p.cells},
          {"oversample", p.oversample},
          {"lambda", p.wavelength_A},
          {"setup", r.set_up_s},
          {"sim", r.verification.passed ? ordered_json(r.render_s) : ordered_json()},
          {"evaluations", r.evaluations},
          {"evaluations_per_s", r.verification.passed ? ordered_json(r.evaluations / r.render_s) : ordered_json()},
          {"c_time", r.peer_s ? ordered_json(*r.peer_s) : ordered_json()},
          {"verified", r.verification.passed},
          {"verified_pixels", r.verification.pixels},
          {"ran_on", r.ran_on},
          {"dtype", c.dtype},
          {"device", c.device},
          {"threads", c.threads}};
}

}  // namespace

std::vector<std::string> SweepPoint::words() const {
  std::vector<std::string> list = {"-default_F", "100", "-distance", "100", "-cell"};
  for (const char* length : {"70", "80", "90"}) list.push_back(cell == "cubic" ? "100" : length);
  for (const char* angle : {"75", "85", "95"}) list.push_back(cell == "cubic" ? "90" : angle);
  list.insert(list.end(), {"-detpixels", std::to_string(edge), "-N", std::to_string(cells), "-oversample",
                           std::to_string(oversample), "-lambda", format_number(wavelength_A)});
  return list;
}

std::vector<SweepPoint> sweep_grid(const std::vector<std::size_t>& edges) {
  std::vector<SweepPoint> grid;
  for (const std::size_t edge : edges)
    for (const char* cell : {"cubic", "triclinic"})
      for (const int cells : {1, 5, 10, 20})
        for (const int oversample : {1, 2, 4})
          for (const double wavelength_A : {0.5, 1.0, 1.5, 6.2})
            grid.push_back({edge, cell, cells, oversample, wavelength_A});
  return grid;
}

SweepResult measure_point(const SweepPoint& point, const SetUp& set_up, const RenderRequest& request, int iterations,
                          const std::optional<std::string>& peer) {
  SweepResult result;
  result.point = point;
  SpanRecord unused;
  const auto begin = Clock::now();
  const kernel::Plan plan = set_up(unused);
  result.set_up_s = seconds_since(begin);
  result.evaluations = evaluations(plan, 0);
  {
    const Rendering first = render(plan, 0, request);
    result.ran_on = first.summary.ran_on;
    result.verification = verify(plan, 0, first, request.control.number_type, verified_pixels);
  }
  if (!result.verification.passed) return result;
  std::vector<double> seconds;
  for (int i = 0; i < iterations; ++i) {
    const auto start = Clock::now();
    render(plan, 0, request);
    seconds.push_back(seconds_since(start));
  }
  result.render_s = spread_of(seconds).median;
  if (!peer) return result;
  std::vector<std::string> quiet = point.words();
  quiet.insert(quiet.end(), {"-nonoise", "-nopgm"});
  seconds.clear();
  for (int i = 0; i < iterations; ++i)
    seconds.push_back(
        run_process({.binary = *peer, .words = quiet, .threads = request.control.threads, .leaves = "floatimage.bin"})
            .wall_s);
  result.peer_s = spread_of(seconds).median;
  return result;
}

std::string sweep_json(const std::vector<SweepResult>& results, const SizeCircumstances& circumstances) {
  ordered_json list = ordered_json::array();
  for (const SweepResult& result : results) list.push_back(object_of(result, circumstances));
  return list.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace femtobragg::evidence
