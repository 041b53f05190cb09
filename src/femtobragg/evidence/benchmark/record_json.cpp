// Records as JSON.
#include <nlohmann/json.hpp>

#include "femtobragg/evidence/benchmark/record.h"

namespace femtobragg::evidence {
namespace {

using nlohmann::ordered_json;

ordered_json times(const std::vector<double>& seconds) {
  const Spread spread = spread_of(seconds);
  return {{"median_s", spread.median}, {"min_s", spread.min}, {"max_s", spread.max}, {"all_s", seconds}};
}

ordered_json object_of(const Verification& v) {
  return {{"passed", v.passed},
          {"pixels", v.pixels},
          {"maximum_photons", v.maximum_photons},
          {"difference_photons", v.difference_photons},
          {"allowed_photons", v.allowed_photons},
          {"pixel", {v.fast, v.slow}}};
}

ordered_json object_of(const RenderTimes& r) {
  const double seconds = spread_of(r.seconds).median;
  ordered_json object = times(r.seconds);
  object["evaluations"] = r.evaluations;
  object["evaluations_per_s"] = r.evaluations / seconds;
  object["threads"] = r.threads;
  object["ns_per_evaluation_and_core"] = 1e9 * seconds * r.threads / r.evaluations;
  object["fraction_of_peak"] = r.fraction_of_peak ? ordered_json(*r.fraction_of_peak) : ordered_json();
  object["bound_photons"] = r.bound_photons;
  object["ran_on"] = r.ran_on;
  return object;
}

ordered_json object_of(const ProcessTimes& p) {
  ordered_json object = times(p.seconds);
  object["cpu_s"] = p.cpu_seconds;
  object["peak_memory_bytes"] = p.peak_memory_bytes;
  return object;
}

ordered_json object_of(const PeerTimes& p) {
  ordered_json object = times(p.whole_image_seconds());
  object["binary"] = p.binary;
  object["threads"] = p.threads;
  object["threads_at_work"] = p.threads_at_work();
  object["scaled_from_rows"] = p.rows > 0 ? ordered_json(p.rows) : ordered_json();
  object["image_rows"] = p.all_rows;
  object["measured_s"] = p.seconds;
  object["measured_cpu_s"] = p.cpu_seconds;
  object["few_rows"] = p.rows > 0 ? ordered_json(p.few_rows) : ordered_json();
  object["measured_few_rows_s"] = p.few_seconds;
  object["measured_few_rows_cpu_s"] = p.few_cpu_seconds;
  return object;
}

ordered_json object_of(const Record& record) {
  const auto or_null = [](const auto& part) { return part ? object_of(*part) : ordered_json(); };
  return {{"case", record.subject.name},
          {"question", record.subject.question},
          {"arguments", record.subject.arguments},
          {"device", record.device},
          {"dtype", name_of(record.number_type)},
          {"tolerance", record.tolerance},
          {"skipped", record.skipped.empty() ? ordered_json() : ordered_json(record.skipped)},
          {"verification", or_null(record.verification)},
          {"render", or_null(record.render)},
          {"process", or_null(record.process)},
          {"process_note", record.process_note.empty() ? ordered_json() : ordered_json(record.process_note)},
          {"peer", or_null(record.peer)}};
}

}  // namespace

std::string json_of(const std::vector<Record>& records, const Machine& machine, const std::string& version) {
  const Build build = this_build();
  ordered_json list = ordered_json::array();
  for (const Record& record : records) {
    ordered_json object = object_of(record);
    object["machine"] = {{"processor", machine.processor}, {"cores", machine.cores}, {"load_at_start", machine.load}};
    object["build"] = {{"version", version},
                       {"commit", build.commit.empty() ? ordered_json() : ordered_json(build.commit)},
                       {"compiler", build.compiler},
                       {"flags", build.flags}};
    list.push_back(std::move(object));
  }
  return list.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace femtobragg::evidence
