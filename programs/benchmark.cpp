// `femtobragg benchmark`: verifies and times the cases of bench/cases, beside another program if one is given.
#include <filesystem>
#include <iostream>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/evidence/benchmark/benchmark_case.h"
#include "femtobragg/evidence/benchmark/measure.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/nanobragg/flags/field_flags.h"
#include "femtobragg/nanobragg/setup/command_line.h"
#include "femtobragg/simulate/compile_plan.h"
#include "programs/benchmark_settings.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

namespace fs = std::filesystem;
using evidence::BenchmarkCase;
using evidence::Record;
using Words = std::vector<std::string>;

std::vector<BenchmarkCase> chosen_cases(const BenchmarkSettings& settings) {
  const std::vector<BenchmarkCase> all = evidence::load_cases(settings.case_folder);
  if (settings.cases == Words{"all"}) return all;
  std::vector<BenchmarkCase> chosen;
  for (const std::string& name : settings.cases) {
    const auto found = std::ranges::find(all, name, &BenchmarkCase::name);
    if (found == all.end())
      throw Error::usage({.what = "unknown benchmark case",
                          .value = in_quotes(name),
                          .rule = "cases are the files of " + settings.case_folder,
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

/// With the spot of the direct beam, which other programs render too.
Words arguments_of(const BenchmarkCase& c) {
  Words words = c.arguments;
  words.push_back("-direct_beam");
  return words;
}

nanobragg::Setup set_up(const BenchmarkCase& c) try {
  return nanobragg::set_up(nanobragg::Program::Simulate, arguments_of(c));
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
  add(arguments_of(c));
  add({"-threads", std::to_string(threads), "-dtype", name_of(record.number_type), "-device", record.device,
       "-noprogress"});
  if (record.tolerance > 0) add({"-tolerance", format_number(record.tolerance, 17)});
  if (!c.whole_process) add({"-o", "image.bin"});
  // Of the child, which is a copy of this process: the same program, even if its file was replaced since.
  return {"/proc/self/exe", words, threads};
}

std::optional<evidence::PeerRequest> peer_request(const BenchmarkSettings& settings, const BenchmarkCase& c,
                                                  const kernel::PanelPlan& panel) {
  if (settings.peer.empty()) return {};
  Words words = c.arguments;
  words.insert(words.end(), {"-floatfile", "floatimage.bin"});
  if (!c.whole_process) words.insert(words.end(), {"-nonoise", "-nopgm"});
  return {{{.binary = settings.peer, .words = words, .threads = settings.threads, .leaves = "floatimage.bin"},
           c.peer_rows,
           panel.n_fast,
           panel.n_slow}};
}

void measure(const BenchmarkSettings& settings, Record& record) {
  const BenchmarkCase& c = record.subject;
  const RenderRequest request = settings.request(record.number_type, record.tolerance);
  try {
    backend_for(request);
  } catch (const Error& error) {
    record.skipped = nanobragg::in_flags(error).what();
    return;
  }
  try {
    const nanobragg::Setup setup = set_up(c);
    const kernel::Plan plan = compile_plan(setup.experiment);
    evidence::measure_render(plan, request, c.verify_pixels, settings.runs, record);
    if (record.wrong()) return;
    evidence::measure_processes(own_command(record, settings.threads), peer_request(settings, c, plan.panels.front()),
                                c.whole_process, settings.runs, record);
  } catch (const Error& error) {
    record.process_failed = true;
    (record.render ? record.process_note : record.skipped) = nanobragg::in_flags(error).what();
  }
}

/// A record for each case, number type and tolerance.
std::vector<Record> empty_records(const BenchmarkSettings& settings, const std::vector<BenchmarkCase>& cases) {
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

int benchmark_cases(const BenchmarkSettings& settings) {
  const std::vector<BenchmarkCase> cases = chosen_cases(settings);
  if (settings.list) return list(cases);
  if (!settings.json.empty()) formats::require_writable(settings.json);
  const evidence::Machine machine = evidence::this_machine();
  if (machine.load > 0.2)
    std::cerr << "warning: other programs ran in the last minute (load " << format_number(machine.load, 3)
              << "): times may be longer than on an idle machine\n";
  std::vector<Record> records = empty_records(settings, cases);
  int status = 0;
  for (Record& record : records) {
    std::cerr << record.subject.name << ", " << name_of(record.number_type) << ", tolerance "
              << format_number(record.tolerance) << " ...\n";
    measure(settings, record);
    if (record.failed()) status = 1;
  }
  std::cout << evidence::table_of(records);
  if (!settings.json.empty()) formats::write_text(settings.json, evidence::json_of(records, machine, version));
  return status;
}

}  // namespace

int benchmark(const Words& words) {
  const std::optional<BenchmarkSettings> settings = benchmark_settings(words);
  if (!settings) return 0;
  switch (settings->mode) {
    case BenchmarkMode::Sizes: return benchmark_sizes(*settings);
    case BenchmarkMode::Sweep: return benchmark_sweep(*settings);
    case BenchmarkMode::Cases: break;
  }
  return benchmark_cases(*settings);
}

}  // namespace femtobragg::programs
