// `femtobragg benchmark --sizes` and `--sweep`: records that can be audited.
#include <iostream>
#include <memory>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/evidence/benchmark/size_record.h"
#include "femtobragg/evidence/benchmark/sweep.h"
#include "femtobragg/evidence/circumstances.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/nanobragg/setup/command_line.h"
#include "femtobragg/simulate/compile_plan.h"
#include "programs/benchmark_settings.h"

namespace femtobragg::programs {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// The still that such records are made with: Miller indices along the axes, spots of several pixels.
Words standard_still(std::size_t edge) {
  return {"-default_F",
          "100",
          "-cell",
          "100",
          "100",
          "100",
          "90",
          "90",
          "90",
          "-lambda",
          "6.2",
          "-N",
          "5",
          "-distance",
          "100",
          "-detpixels",
          std::to_string(edge)};
}

/// As nanoBragg reads these words, but for a dump file that lies about: `absent` is the name of none.
evidence::SetUp set_up_of(Words words, const fs::path& absent) {
  words.insert(words.end(), {"-dump", absent.string()});
  return [words](evidence::SpanRecord& spans) -> kernel::Plan {
    using nanobragg::Setup;
    const Setup setup =
        spans.during("read the command line", [&] { return nanobragg::set_up(nanobragg::Program::DropIn, words); });
    return spans.during("compile the plan", [&] { return compile_plan(setup.experiment); });
  };
}

evidence::SizeCircumstances circumstances_of(const BenchmarkSettings& s) {
  return {name_of(s.request().control.number_type), s.device, s.threads};
}

/// Makes the folder, without what an earlier record left there, and says under what circumstances the next is made.
void begin_record(const BenchmarkSettings& s) {
  formats::make_folder(s.folder);
  for (const char* name : {"benchmark_results.json", "summary.md", "commands.txt", "sweep.json"})
    fs::remove(s.folder / name);
  const Words peers = s.peer.empty() ? Words{} : Words{s.peer};
  formats::write_text(s.folder / "env.json", evidence::environment_json({version, s.device, circumstances_of(s).dtype,
                                                                         peers, fs::exists("Fdump.bin")}));
}

std::optional<std::string> peer_of(const BenchmarkSettings& s) {
  return s.peer.empty() ? std::nullopt : std::optional(fs::absolute(s.peer).string());
}

evidence::SizeRequest size_request(const BenchmarkSettings& s, std::size_t edge, const fs::path& folder) {
  evidence::SizeRequest request;
  request.edge = edge;
  request.words = standard_still(edge);
  request.set_up = set_up_of(request.words, folder / "Fdump.bin");
  request.request = s.request();
  request.iterations = s.iterations;
  request.peer = peer_of(s);
  request.profile = s.profile;
  return request;
}

/// The profile and, if they are to be kept, images and texts; what an earlier record left there goes.
void keep(const BenchmarkSettings& s, const fs::path& from, const std::string& size) {
  const fs::path profile = s.folder / ("profile_" + size), artifacts = s.folder / ("artifacts_" + size);
  for (const fs::path& folder : {profile, artifacts}) fs::remove_all(folder);
  for (const auto& entry : fs::directory_iterator(from)) {
    const fs::path name = entry.path().filename();
    const bool is_profile = name == "trace.json";
    if (!is_profile && !s.keep_artifacts) continue;
    const fs::path& folder = is_profile ? profile : artifacts;
    formats::make_folder(folder);
    fs::copy_file(entry.path(), folder / name);
  }
}

}  // namespace

int benchmark_sizes(const BenchmarkSettings& s) {
  begin_record(s);
  std::vector<evidence::SizeRecord> records;
  std::string commands;
  bool right = true;
  for (const std::size_t edge : s.sizes) {
    const std::string size = std::to_string(edge) + "x" + std::to_string(edge);
    std::cerr << size << " ...\n";
    const evidence::TemporaryFolder folder;
    records.push_back(evidence::measure_size(size_request(s, edge, folder.path()), folder.path()));
    keep(s, folder.path(), size);
    for (const std::string& command : records.back().commands) commands += command + "\n";
    // What every comparison of these images must reach, whatever the flags of the other program's compiler.
    constexpr double least_correlation = 0.999999;
    for (const evidence::ImageComparison* image : {&records.back().cold_image, &records.back().warm_image})
      right = right && image->correlation >= least_correlation;
    // After each size: a long record is not lost if it is interrupted.
    formats::write_text(s.folder / "benchmark_results.json", evidence::results_json(records, circumstances_of(s)));
    formats::write_text(s.folder / "summary.md", evidence::results_summary(records, circumstances_of(s)));
    formats::write_text(s.folder / "commands.txt", commands);
  }
  std::cout << evidence::results_summary(records, circumstances_of(s));
  if (!right) std::cerr << "error: the correlation of an image with its reference is below 0.999999\n";
  return right ? 0 : 1;
}

int benchmark_sweep(const BenchmarkSettings& s) {
  begin_record(s);
  const std::vector<std::size_t> edges =
      s.sizes.empty() ? std::vector<std::size_t>{128, 256, 512, 1024, 2048} : s.sizes;
  const evidence::TemporaryFolder empty;
  std::vector<evidence::SweepResult> results;
  bool right = true;
  for (const evidence::SweepPoint& point : evidence::sweep_grid(edges)) {
    const Words words = point.words();
    results.push_back(evidence::measure_point(point, set_up_of(words, empty.path() / "Fdump.bin"), s.request(),
                                              s.iterations, peer_of(s)));
    const bool passed = results.back().verification.passed;
    right = right && passed;
    std::cerr << evidence::shell_command("nanoBragg", words) << ": "
              << (passed ? format_number(results.back().render_s, 3) + " s" : "WRONG IMAGE") << "\n";
    // After each run: a long sweep is not lost if it is interrupted.
    formats::write_text(s.folder / "sweep.json", evidence::sweep_json(results, circumstances_of(s)));
  }
  if (!s.plot.empty()) formats::write_text(s.plot, evidence::sweep_svg(results, circumstances_of(s)));
  std::cout << results.size() << " runs in " << (s.folder / "sweep.json").string() << "\n";
  return right ? 0 : 1;
}

}  // namespace femtobragg::programs
