// The record for programs and for readers.
#include <nlohmann/json.hpp>

#include "femtobragg/base/text.h"
#include "femtobragg/evidence/benchmark/size_record.h"

namespace femtobragg::evidence {
namespace {

using nlohmann::ordered_json;

constexpr double megabyte = 1e6;

/// "simd-avx2" of "simd-avx2, float32".
std::string set_of(const std::string& ran_on) { return ran_on.substr(0, ran_on.find(',')); }

ordered_json ratio(const std::optional<double>& over, double under) {
  return over ? ordered_json(*over / under) : ordered_json();
}

ordered_json object_of(const SizeRecord& r, const SizeCircumstances& c) {
  return {{"size", r.edge},
          {"pixels", r.edge * r.edge},
          {"c_time", r.peer_s ? ordered_json(*r.peer_s) : ordered_json()},
          {"py_time_cold", r.cold.total()},
          {"py_time_warm", r.warm_total_s},
          {"py_setup_cold", r.cold.set_up},
          {"py_setup_warm", r.warm.set_up},
          {"py_sim_cold", r.cold.render},
          {"py_sim_warm", r.warm.render},
          {"py_output_cold", r.cold.output},
          {"py_output_warm", r.warm.output},
          {"py_process_time", r.process_s},
          {"c_mem", r.peer_memory ? ordered_json(*r.peer_memory / megabyte) : ordered_json()},
          {"py_mem_cold", r.memory_cold / megabyte},
          {"py_mem_warm", r.memory_warm / megabyte},
          {"speedup_cold", ratio(r.peer_s, r.cold.total())},
          {"speedup_warm", ratio(r.peer_s, r.warm_total_s)},
          {"speedup_process", ratio(r.peer_s, r.process_s)},
          {"setup_speedup", r.cold.set_up / r.warm.set_up},
          {"compared_with", r.peer_s ? "c" : "reference"},
          {"correlation_cold", r.cold_image.correlation},
          {"correlation_warm", r.warm_image.correlation},
          {"sum_ratio_warm", r.warm_image.sum_ratio},
          {"rmse_warm", r.warm_image.rmse},
          {"max_abs_diff_warm", r.warm_image.max_abs_diff},
          // No set-up is kept from one run to the next.
          {"cache_hit_cold", false},
          {"cache_hit_warm", false},
          {"iterations", r.iterations},
          {"dtype", c.dtype},
          {"device", c.device},
          {"instruction_set", set_of(r.ran_on)},
          {"ran_on", r.ran_on},
          {"threads", c.threads}};
}

std::string peer_ratio(const SizeRecord& r, double ours) { return r.peer_s ? format_number(*r.peer_s / ours, 3) : "-"; }

}  // namespace

std::string results_json(const std::vector<SizeRecord>& records, const SizeCircumstances& circumstances) {
  ordered_json list = ordered_json::array();
  for (const SizeRecord& record : records) list.push_back(object_of(record, circumstances));
  return list.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string results_summary(const std::vector<SizeRecord>& records, const SizeCircumstances& c) {
  std::string text =
      "# Benchmark by image size\n\n" + c.dtype + ", device " + c.device + ", " + std::to_string(c.threads) +
      (c.threads == 1 ? " thread" : " threads") +
      ". Seconds; C is the whole process of the other program, cold and warm are set-up, rendering and one "
      "float image in this one.\n\n"
      "| size | C | cold | warm | render, warm | process | C/cold | C/warm | C/process | correlation | "
      "sum ratio - 1 | ran on |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const SizeRecord& r : records)
    text += "| " + std::to_string(r.edge) + " | " + (r.peer_s ? format_number(*r.peer_s, 3) : "-") + " | " +
            format_number(r.cold.total(), 3) + " | " + format_number(r.warm_total_s, 3) + " | " +
            format_number(r.warm.render, 3) + " | " + format_number(r.process_s, 3) + " | " +
            peer_ratio(r, r.cold.total()) + " | " + peer_ratio(r, r.warm_total_s) + " | " + peer_ratio(r, r.process_s) +
            " | " + format_number(r.warm_image.correlation, 12) + " | " + format_number(r.warm_image.sum_ratio - 1, 3) +
            " | " + r.ran_on + " |\n";
  const bool alone = !records.empty() && !records.front().peer_s;
  return text +
         (alone ? "\nNo other program was named: images are compared with those of the reference backend.\n" : "");
}

}  // namespace femtobragg::evidence
