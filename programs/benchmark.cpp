// `femtobragg benchmark`: verifies and times the cases of bench/cases, beside another program if one is given.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/evidence/benchmark_case.h"
#include "femtobragg/evidence/measure.h"
#include "femtobragg/formats/output_file.h"
#include "femtobragg/nanobragg/command_line.h"
#include "femtobragg/simulate/compile_plan.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

namespace fs = std::filesystem;
using evidence::BenchmarkCase;
using evidence::Record;
using Words = std::vector<std::string>;

struct Settings {
  Words cases = {"all"};
  std::string peer, device = "auto", json, case_folder;
  std::optional<std::string> number_type;
  std::optional<double> tolerance;
  int threads = evidence::this_machine().cores;
  int runs = 0;
  bool list = false;
};

std::string default_case_folder() { return fs::is_directory(FEMTOBRAGG_CASES) ? FEMTOBRAGG_CASES : "bench/cases"; }

void describe(CLI::App& app, Settings& settings) {
  app.add_option("--cases", settings.cases, "names, separated by commas, or all")->delimiter(',');
  app.add_option("--peer", settings.peer, "a program with nanoBragg's command line, to run in turn with this one")
      ->envname("NB_C_BIN")
      ->type_name("BINARY");
  app.add_option("--threads", settings.threads, "number of threads; default: all cores")->check(CLI::Range(1, 4096));
  app.add_option("--dtype", settings.number_type, "float32 or float64, instead of the case's");
  app.add_option("--device", settings.device, "backend, as of simulate")->type_name("NAME");
  app.add_option("--tolerance", settings.tolerance, "fraction of the brightest pixel that may be left out")
      ->type_name("FLOAT in [0, 1)");
  app.add_option("--runs", settings.runs, "warm runs; default: 5, fewer when one takes over 20 s")
      ->check(CLI::Range(1, 1000000));
  app.add_option("--json", settings.json, "write all numbers to this file")->type_name("FILE");
  app.add_option("--case-folder", settings.case_folder, "folder of case files")->type_name("DIR");
  app.add_flag("--list", settings.list, "list the cases and stop");
}

/// Nothing: help was printed.
std::optional<Settings> settings_from(const Words& words) {
  Settings settings;
  CLI::App app("Verifies and times the rendering of benchmark cases.", "femtobragg benchmark");
  describe(app, settings);
  try {
    app.parse(Words(words.rbegin(), words.rend()));
    // CLI::Range takes its upper end, and what is not a number.
    if (settings.tolerance && !(*settings.tolerance >= 0 && *settings.tolerance < 1))
      throw CLI::ValidationError("--tolerance", "it is at least 0 and below 1");
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return {};
  } catch (const CLI::ParseError& error) {
    throw Error::usage({.what = "femtobragg benchmark", .rule = error.what(), .remedy = "see --help"});
  }
  if (settings.case_folder.empty()) settings.case_folder = default_case_folder();
  return settings;
}

void require_peer(const std::string& peer) {
  if (peer.empty() || (fs::is_regular_file(peer) && access(peer.c_str(), X_OK) == 0)) return;
  throw Error::usage({.what = "no such program",
                      .where = "--peer or NB_C_BIN",
                      .value = in_quotes(peer),
                      .rule = "it is the path of an executable file"});
}

RenderRequest render_request(const Settings& settings, backends::NumberType type, double tolerance) {
  RenderRequest request{.device = settings.device, .control = {}};
  request.control.number_type = type;
  request.control.tolerance = tolerance;
  request.control.threads = settings.threads;
  return request;
}

void require_backend(const Settings& settings) {
  if (settings.number_type)
    backend_for(render_request(settings, backends::number_type_named(*settings.number_type), 0));
  else
    backends::find_backend(settings.device);
}

std::vector<BenchmarkCase> chosen_cases(const Settings& settings) {
  const std::vector<BenchmarkCase> all = evidence::load_cases(settings.case_folder);
  if (settings.cases == Words{"all"}) return all;
  std::vector<BenchmarkCase> chosen;
  for (const std::string& name : settings.cases) {
    const auto found = std::ranges::find(all, name, &BenchmarkCase::name);
    if (found == all.end())
      throw Error::usage({.what = "unknown benchmark case",
                          .value = in_quotes(name),
                          .rule = "known are the files of " + settings.case_folder,
                          .remedy = "see femtobragg benchmark --list"});
    chosen.push_back(*found);
  }
  return chosen;
}

int list(const std::vector<BenchmarkCase>& cases) {
  for (const BenchmarkCase& c : cases) {
    std::cout << c.name << ": " << c.question << "\n  femtobragg simulate";
    for (const std::string& word : c.arguments) std::cout << " " << word;
    std::cout << "\n";
  }
  return 0;
}

nanobragg::Scene scene_of(const BenchmarkCase& c) try {
  return nanobragg::scene_of(nanobragg::Program::Simulate, c.arguments);
} catch (const nanobragg::NothingToRender&) {
  throw Error::usage({.what = "nothing to render",
                      .where = "benchmark case " + c.name,
                      .rule = "structure factors and a crystal are needed"});
}

/// This program, as `simulate` with one float image, or with all files of nanoBragg.
evidence::Command own_command(const Record& record, int threads) {
  const BenchmarkCase& c = record.subject;
  Words words = {"simulate"};
  const auto add = [&](const Words& more) { words.insert(words.end(), more.begin(), more.end()); };
  add(c.arguments);
  add({"-threads", std::to_string(threads), "-dtype", name_of(record.number_type), "-device", record.device,
       "-noprogress"});
  if (record.tolerance > 0) add({"-tolerance", format_number(record.tolerance, 17)});
  if (!c.whole_process) add({"-o", "image.bin"});
  // Of the child, which is a copy of this process: the same program, even if its file was replaced since.
  return {"/proc/self/exe", words, threads};
}

std::optional<evidence::PeerRequest> peer_request(const Settings& settings, const BenchmarkCase& c,
                                                  const kernel::PanelPlan& panel) {
  if (settings.peer.empty()) return {};
  Words words = c.arguments;
  if (!c.whole_process) words.insert(words.end(), {"-nonoise", "-nopgm"});
  return {{{settings.peer, words, settings.threads}, c.peer_rows, panel.n_fast, panel.n_slow}};
}

void measure(const Settings& settings, Record& record) {
  const BenchmarkCase& c = record.subject;
  const RenderRequest request = render_request(settings, record.number_type, record.tolerance);
  try {
    backend_for(request);
  } catch (const Error& error) {
    record.skipped = error.what();
    return;
  }
  const nanobragg::Scene scene = scene_of(c);
  const kernel::Plan plan = compile_plan(scene.experiment);
  evidence::measure_render(plan, request, c.verify_pixels, settings.runs, record);
  if (record.wrong()) return;
  if (record.tolerance > 0 && !nanobragg::find_flag("tolerance")) {
    record.process_note = "simulate has no -tolerance";
    return;
  }
  try {
    evidence::measure_processes(own_command(record, settings.threads), peer_request(settings, c, plan.panels.front()),
                                c.whole_process, settings.runs, record);
  } catch (const Error& error) {
    record.process_failed = true;
    record.process_note = error.what();
  }
}

/// A record for each case, number type and tolerance.
std::vector<Record> empty_records(const Settings& settings, const std::vector<BenchmarkCase>& cases) {
  std::vector<Record> records;
  for (const BenchmarkCase& c : cases) {
    auto types = c.number_types;
    if (settings.number_type) types = {backends::number_type_named(*settings.number_type)};
    for (const backends::NumberType type : types)
      for (const double tolerance : settings.tolerance ? std::vector{*settings.tolerance} : c.tolerances) {
        Record& record = records.emplace_back();
        record.subject = c;
        record.device = settings.device;
        record.number_type = type;
        record.tolerance = tolerance;
      }
  }
  return records;
}

}  // namespace

int benchmark(const Words& words) {
  const std::optional<Settings> settings = settings_from(words);
  if (!settings) return 0;
  require_peer(settings->peer);
  require_backend(*settings);
  const std::vector<BenchmarkCase> cases = chosen_cases(*settings);
  if (settings->list) return list(cases);
  if (!settings->json.empty()) formats::require_writable(settings->json);
  const evidence::Machine machine = evidence::this_machine();
  if (machine.load > 0.2)
    std::cerr << "warning: other programs ran in the last minute (load " << format_number(machine.load, 3)
              << "): times may be longer than they would be\n";
  std::vector<Record> records = empty_records(*settings, cases);
  int status = 0;
  for (Record& record : records) {
    std::cerr << record.subject.name << ", " << name_of(record.number_type) << ", tolerance "
              << format_number(record.tolerance) << " ...\n";
    measure(*settings, record);
    if (record.failed()) status = 1;
  }
  std::cout << evidence::table_of(records);
  if (!settings->json.empty()) {
    formats::OutputFile file(settings->json);
    file.write(evidence::json_of(records, machine, nanobragg::version));
    file.commit();
  }
  return status;
}

}  // namespace femtobragg::programs
