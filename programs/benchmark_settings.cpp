// Options of the three modes, and which of them go together.
#include "programs/benchmark_settings.h"
#include "programs/command_options.h"

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

/// Of an installation, else of the sources.
std::string default_case_folder() {
  const fs::path installed = fs::path(evidence::own_binary()).parent_path().parent_path() / FEMTOBRAGG_INSTALLED_CASES;
  for (const fs::path& folder : {installed, fs::path(FEMTOBRAGG_CASES)})
    if (fs::is_directory(folder)) return folder.lexically_normal().string();
  return "bench/cases";
}

void describe_cases(CommandOptions& options, BenchmarkSettings& s) {
  const auto group = [](CommandOption option) { option.group(cases_group); };
  group(options.add("--cases", s.cases, "names, separated by commas, or all").separated_by_commas());
  group(
      options.add("--tolerance", s.tolerance, "allowed error from skipping work, as a fraction of the brightest pixel")
          .type("FLOAT in [0, 1)"));
  group(
      options.add("--runs", s.runs, "number of warm runs; default: 5, fewer if one takes over 20 s").range(1, 1000000));
  group(options.add("--json", s.json, "write all numbers to this file").type("FILE"));
  group(options.add("--case-folder", s.case_folder, "folder of case files").type("DIR"));
  group(options.add("--list", s.list, "list the cases and stop"));
}

void describe_record(CommandOptions& options, BenchmarkSettings& s) {
  const auto group = [](CommandOption option) { option.group(record_group); };
  group(options.add("--sizes", s.sizes, "edges of square images in pixels, separated by commas")
            .separated_by_commas()
            .range(2, 65536));
  group(options.add("--sweep", s.sweep, "a grid of sizes, cells, crystals, oversamplings and wavelengths"));
  group(options.add("--iterations", s.iterations, "number of warm runs, and of runs of the other program")
            .range(1, 1000000)
            .shows_default());
  group(options.add("--profile", s.profile, "with --sizes: trace.json of set-up, tiles by thread and output"));
  group(options.add("--keep-artifacts", s.keep_artifacts, "with --sizes: keep images and printed texts"));
  group(options.add("--outdir", s.folder, "folder for the results; default: benchmarks").type("DIR"));
  group(options.add("--plot", s.plot, "with --sweep: plot it").type("FILE.svg"));
}

void describe(CommandOptions& options, BenchmarkSettings& s) {
  options.add("--peer", s.peer, "a program with nanoBragg's command line, to run in turn with this one")
      .environment("NB_C_BIN")
      .type("BINARY");
  options.add("--threads", s.threads, "number of threads; default: all cores").range(1, 4096);
  options.add("--dtype", s.number_type, "float32 or float64; default: the case's, or float32");
  options.add("--device", s.device, "backend, as for simulate").type("NAME");
  describe_cases(options, s);
  describe_record(options, s);
}

/// Every option does what it says, or is an error.
void require_that_all_matter(const CommandOptions& options, const BenchmarkSettings& s) {
  const auto refuse = [&](const Words& names, const std::string& rule) {
    for (const std::string& option : names)
      if (options.given(option)) options.refuse(option, rule);
  };
  if (s.mode == BenchmarkMode::Cases)
    refuse({"--iterations", "--profile", "--keep-artifacts", "--outdir", "--plot"}, "it needs --sizes or --sweep");
  else
    refuse({"--cases", "--tolerance", "--runs", "--json", "--case-folder", "--list"},
           "it is for cases, not for --sizes or --sweep");
  if (s.mode == BenchmarkMode::Sizes) refuse({"--plot"}, "it needs --sweep");
  if (s.mode == BenchmarkMode::Sweep) refuse({"--profile", "--keep-artifacts"}, "it cannot be combined with --sweep");
  if (s.tolerance && !(*s.tolerance >= 0 && *s.tolerance < 1))
    options.refuse("--tolerance", "it must be at least 0 and below 1");
  if (!s.plot.empty() && !s.plot.ends_with(".svg"))
    options.refuse("--plot", "it writes SVG, so the file name must end in .svg");
}

void require_peer(const std::string& peer) {
  if (peer.empty() || evidence::is_program(peer)) return;
  throw Error::usage({.what = "there is no such program",
                      .where = "--peer or NB_C_BIN",
                      .value = in_quotes(peer),
                      .rule = "it must be the path of an executable file"});
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
  CommandOptions options("Verifies and times the rendering of benchmark cases, or of images by size.",
                         "femtobragg benchmark");
  describe(options, s);
  if (!options.parse(words)) return {};
  s.mode = s.sweep ? BenchmarkMode::Sweep : s.sizes.empty() ? BenchmarkMode::Cases : BenchmarkMode::Sizes;
  require_that_all_matter(options, s);
  if (s.case_folder.empty()) s.case_folder = default_case_folder();
  if (s.folder.empty()) s.folder = "benchmarks";
  require_peer(s.peer);
  require_backend(s);
  return s;
}

}  // namespace femtobragg::programs
