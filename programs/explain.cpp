// `femtobragg explain`: what a command line would do, without doing it.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/nanobragg/explain/explanation.h"
#include "femtobragg/nanobragg/report/sampling_report.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

using nanobragg::Explanation;
using nanobragg::Program;
using nlohmann::ordered_json;
struct ExplainSettings {
  std::string program = "simulate";
  double calibration_s = 1;
  bool json = false, sampling = false;
  Words flags;  ///< of the run
};

/// Nothing: help was printed.
std::optional<ExplainSettings> explain_settings(const Words& words) {
  ExplainSettings settings;
  CommandOptions options(
      "Describes what a command line would do, and renders only a sample to estimate how long it takes.\n"
      "Put the flags of the run after --: femtobragg explain -- -cell 79 79 38 -default_F 100",
      "femtobragg explain");
  options.add("--program", settings.program, "the program that would run: simulate, or nanoBragg with its quirks")
      .one_of({"simulate", "nanoBragg"});
  options.add("--calibration", settings.calibration_s, "seconds for the sample; 0: no estimate of time and photons")
      .range(0.0, 3600.0);
  options.add("--sampling", settings.sampling,
              "print only how finely spreads are sampled, and how much integrated intensities would change");
  options.add("--json", settings.json, "print JSON");
  if (!options.parse(words, settings.flags)) return {};
  return settings;
}

ordered_json list_of(const auto& items, auto&& object_of) {
  ordered_json list = ordered_json::array();
  for (const auto& item : items) list.push_back(object_of(item));
  return list;
}

ordered_json calibration_of(const std::optional<nanobragg::Calibration>& calibration) {
  if (!calibration) return {};
  const nanobragg::Calibration& c = *calibration;
  return {{"pixels", c.pixels},
          {"evaluations", c.evaluations},
          {"seconds", c.seconds},
          {"expected_seconds", c.expected_seconds},
          {"at_most", c.at_most},
          {"brightest_photons", c.brightest_photons},
          {"expected_photons", c.expected_photons}};
}

ordered_json object_of(const backends::HotLoop& loop) {
  return {{"instruction_set", loop.instruction_set},
          {"shape", loop.shape},
          {"lanes", loop.lanes},
          {"number_type", name_of(loop.number_type)},
          {"tile_pixels", loop.tile_pixels},
          {"source", loop.source}};
}

ordered_json sampling_of(const assemble::SamplingReport& sampling) {
  return {{"accuracy", sampling.accuracy},
          {"error", sampling.error},
          {"spreads", list_of(sampling.spreads, [](const assemble::SampledSpread& s) -> ordered_json {
             return {{"field", s.field},
                     {"part", s.part},
                     {"count", s.count},
                     {"given", s.given},
                     {"change_if_doubled", s.change},
                     {"error", s.error}};
           })}};
}

std::string json_text(const ordered_json& object) {
  return object.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string json_of(const Explanation& e) {
  const ordered_json object = {
      {"program", e.program == Program::Simulate ? "simulate" : "nanoBragg"},
      {"quantities", list_of(e.rows,
                             [](const nanobragg::ConfigRow& r) -> ordered_json {
                               return {{"section", r.section}, {"name", r.name},       {"value", r.value},
                                       {"unit", r.unit},       {"formula", r.formula}, {"origin", r.origin}};
                             })},
      {"loops", list_of(e.loops,
                        [](const nanobragg::Loop& l) -> ordered_json {
                          return {{"name", l.name}, {"count", l.count}, {"origin", l.origin}};
                        })},
      {"sampling", sampling_of(e.sampling)},
      {"evaluations", e.evaluations},
      {"device", e.device},
      {"runs_on", e.outlook.ran_on},
      {"loop", e.outlook.loop ? object_of(*e.outlook.loop) : ordered_json()},
      {"threads", e.outlook.threads},
      {"calibration", calibration_of(e.calibration)},
      {"labels", list_of(e.labels,
                         [](const Explanation::Label& label) -> ordered_json {
                           return {{"what", label.what}, {"calibration", calibration_of(label.calibration)}};
                         })},
      {"memory", list_of(e.memory,
                         [](const backends::Outlook::Memory& m) -> ordered_json {
                           return {{"what", m.what}, {"bytes", m.bytes}};
                         })},
      {"files", list_of(e.files,
                        [](const nanobragg::PlannedFile& f) -> ordered_json {
                          return {{"path", f.path}, {"what", f.what}, {"bytes", f.bytes}, {"exact", f.exact}};
                        })},
      {"quirks", list_of(e.quirks, [](nanobragg::Quirk quirk) -> ordered_json { return nanobragg::info(quirk).id; })},
      {"warnings", list_of(e.remarks, [](const nanobragg::Remark& r) -> ordered_json {
         return {{"id", r.id}, {"text", r.text}};
       })}};
  return json_text(object);
}

}  // namespace

int explain(const Words& words) {
  const std::optional<ExplainSettings> settings = explain_settings(words);
  if (!settings) return 0;
  const Program program = settings->program == "simulate" ? Program::Simulate : Program::DropIn;
  const double calibration_s = settings->sampling ? 0 : settings->calibration_s;
  const Explanation explanation = nanobragg::explain(program, settings->flags, calibration_s);
  if (settings->json)
    std::cout << (settings->sampling ? json_text(sampling_of(explanation.sampling)) : json_of(explanation));
  else
    std::cout << (settings->sampling ? nanobragg::sampling_page(explanation.sampling) : text_of(explanation));
  return 0;
}

}  // namespace femtobragg::programs
