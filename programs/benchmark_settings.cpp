// Options of the three modes, and which of them go together.
#include "programs/benchmark_settings.h"
#include "programs/command_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/evidence/machine.h"
#include "femtobragg/evidence/process.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

namespace fs = std::filesystem;

constexpr const char* cases_group = "The cases of bench/cases";
constexpr const char* record_group = "A record by image size, or a sweep";

std::string default_case_folder() { return fs::is_directory(FEMTOBRAGG_CASES) ? FEMTOBRAGG_CASES : "bench/cases"; }

void describe_cases(CLI::App& app, BenchmarkSettings& s) {
  const auto group = [](CLI::Option* option) { option->group(cases_group); };
  group(app.add_option("--cases", s.cases, "names, separated by commas, or all")->delimiter(','));
  group(app.add_option("--tolerance", s.tolerance, "fraction of the brightest pixel that may be left out")
            ->type_name("FLOAT in [0, 1)"));
  group(app.add_option("--runs", s.runs, "warm runs; default: 5, fewer when one takes over 20 s")
            ->check(CLI::Range(1, 1000000)));
  group(app.add_option("--json", s.json, "write all numbers to this file")->type_name("FILE"));
  group(app.add_option("--case-folder", s.case_folder, "folder of case files")->type_name("DIR"));
  group(app.add_flag("--list", s.list, "list the cases and stop"));
}

void describe_record(CLI::App& app, BenchmarkSettings& s) {
  const auto group = [](CLI::Option* option) { option->group(record_group); };
  group(app.add_option("--sizes", s.sizes, "edges of square images in pixels, separated by commas")
            ->delimiter(',')
            ->check(CLI::Range(2, 65536)));
  group(app.add_flag("--sweep", s.sweep, "a grid of sizes, cells, crystals, oversamplings and wavelengths"));
  group(app.add_option("--iterations", s.iterations, "warm runs, and runs of the other program")
            ->check(CLI::Range(1, 1000000))
            ->capture_default_str());
  group(app.add_flag("--profile", s.profile, "with --sizes: trace.json of set-up, tiles by thread and output"));
  group(app.add_flag("--keep-artifacts", s.keep_artifacts, "with --sizes: keep images and printed texts"));
  group(app.add_option("--outdir", s.folder, "folder for the results; default: benchmarks")->type_name("DIR"));
  group(app.add_option("--plot", s.plot, "with --sweep: draw it")->type_name("FILE.svg"));
}

void describe(CLI::App& app, BenchmarkSettings& s) {
  app.add_option("--peer", s.peer, "a program with nanoBragg's command line, to run in turn with this one")
      ->envname("NB_C_BIN")
      ->type_name("BINARY");
  app.add_option("--threads", s.threads, "number of threads; default: all cores")->check(CLI::Range(1, 4096));
  app.add_option("--dtype", s.number_type, "float32 or float64; default: the case's, or float32");
  app.add_option("--device", s.device, "backend, as of simulate")->type_name("NAME");
  describe_cases(app, s);
  describe_record(app, s);
}

/// Every option does what it says, or is an error.
void require_that_all_matter(const CLI::App& app, const BenchmarkSettings& s) {
  const auto refuse = [&](const std::vector<std::string>& options, const std::string& rule) {
    for (const std::string& option : options)
      if (app.count(option) > 0) throw CLI::ValidationError(option, rule);
  };
  if (s.mode == BenchmarkMode::Cases)
    refuse({"--iterations", "--profile", "--keep-artifacts", "--outdir", "--plot"}, "it needs --sizes or --sweep");
  else
    refuse({"--cases", "--tolerance", "--runs", "--json", "--case-folder", "--list"},
           "it belongs to the cases, not to --sizes or --sweep");
  if (s.mode == BenchmarkMode::Sizes) refuse({"--plot"}, "it needs --sweep");
  if (s.mode == BenchmarkMode::Sweep) refuse({"--profile", "--keep-artifacts"}, "it does not go with --sweep");
  // CLI::Range takes its upper end, and what is not a number.
  if (s.tolerance && !(*s.tolerance >= 0 && *s.tolerance < 1))
    throw CLI::ValidationError("--tolerance", "it is at least 0 and below 1");
  if (!s.plot.empty() && !s.plot.ends_with(".svg"))
    throw CLI::ValidationError("--plot", "it draws SVG: the file ends in .svg");
}

void require_peer(const std::string& peer) {
  if (peer.empty() || evidence::is_program(peer)) return;
  throw Error::usage({.what = "no such program",
                      .where = "--peer or NB_C_BIN",
                      .value = in_quotes(peer),
                      .rule = "it is the path of an executable file"});
}

void require_backend(const BenchmarkSettings& s) {
  if (s.number_type)
    backend_for(s.request(backends::number_type_named(*s.number_type), 0));
  else
    backends::find_backend(s.device);
}

}  // namespace

RenderRequest BenchmarkSettings::request(backends::NumberType type, double tolerance_of_run) const {
  RenderRequest request{.device = device, .control = {}};
  request.control.number_type = type;
  request.control.tolerance = tolerance_of_run;
  request.control.threads = threads;
  return request;
}

RenderRequest BenchmarkSettings::request() const {
  const std::string preferred = name_of(backends::find_backend(device).number_types().front());
  return request(backends::number_type_named(number_type.value_or(preferred)), 0);
}

std::optional<BenchmarkSettings> benchmark_settings(const std::vector<std::string>& words) {
  BenchmarkSettings s;
  s.threads = evidence::this_machine().cores;
  CLI::App app("Verifies and times the rendering of benchmark cases, or of images by size.", "femtobragg benchmark");
  describe(app, s);
  refuse_empty_values(app);
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    s.mode = s.sweep ? BenchmarkMode::Sweep : s.sizes.empty() ? BenchmarkMode::Cases : BenchmarkMode::Sizes;
    require_that_all_matter(app, s);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return {};
  } catch (const CLI::ParseError& error) {
    throw Error::usage({.what = "femtobragg benchmark", .rule = error.what(), .remedy = "see --help"});
  }
  if (s.case_folder.empty()) s.case_folder = default_case_folder();
  if (s.folder.empty()) s.folder = "benchmarks";
  require_peer(s.peer);
  require_backend(s);
  return s;
}

}  // namespace femtobragg::programs
