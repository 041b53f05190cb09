// Reads summary.json, and asks programs for traces.
#include "femtobragg/evidence/compare/comparison_folder.h"

#include <nlohmann/json.hpp>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/evidence/circumstances.h"
#include "femtobragg/formats/io/input_file.h"

namespace femtobragg::evidence {
namespace {

using nlohmann::json;

/// Nothing for images that were there already.
std::optional<ComparedProgram> program_of(const json& summary, const std::string& side) {
  const json& sha256 = summary.at(side + "_binary_sha256");
  if (sha256.is_null()) return {};
  return ComparedProgram{summary.at(side + "_binary"), summary.at(side + "_called_as"), summary.at(side + "_more_args"),
                         sha256};
}

}  // namespace

ComparisonFolder::ComparisonFolder(const std::filesystem::path& folder) try {
  const std::string file = (folder / "summary.json").string();
  const json summary = json::parse(formats::read_file(file, "the comparison"));
  folder_ = summary.at("folder").get<std::string>();
  arguments_ = summary.at("args").get<std::vector<std::string>>();
  for (const std::string side : {"c", "py"})
    if (const auto program = program_of(summary, side)) programs_.push_back(*program);
  const json& at = summary.at("max_abs_diff_at");
  if (summary.at("max_abs_diff") != 0)
    largest_difference_ = TracedPixel{at.at(1).get<std::size_t>(), at.at(0).get<std::size_t>()};
  if (!summary.at("roi").is_null()) {
    const json& roi = summary.at("roi");
    const auto number = [&](std::size_t i) { return roi.at(i).get<std::size_t>(); };
    region_ = ImageRegion{number(0), number(1) + 1, number(2), number(3) + 1};
  }
} catch (const json::exception& error) {
  throw Error::runtime({.what = "not a summary of a comparison",
                        .where = in_quotes((folder / "summary.json").string()),
                        .rule = error.what(),
                        .remedy = "run the comparison again"});
}

ProgramTrace trace_by(const ComparedProgram& program, const SharedArguments& arguments, const TracedPixel& pixel,
                      bool alone) {
  const std::string slow = std::to_string(pixel.slow), fast = std::to_string(pixel.fast);
  Runner runner{"trace", program.binary, program.name, program.more, program.binary};
  runner.more.insert(runner.more.end(), {"-nonoise", "-nopgm", "-noprogress", "-trace_pixel", slow, fast});
  if (alone) runner.more.insert(runner.more.end(), {"-roi", fast, fast, slow, slow});
  const TemporaryFolder out;
  const RunnerResult result = run_captured(runner, arguments, out.path());
  if (result.run.status != 0)
    throw Error::runtime({.what = "a program ended with status " + std::to_string(result.run.status),
                          .where = program.binary,
                          .value = in_quotes(end_of_file(out.path() / "trace_stderr.txt"))});
  ProgramTrace trace;
  trace.command = shell_command(result.command);
  trace.sha256 = result.sha256;
  const std::string text = formats::read_file((out.path() / "trace_stdout.txt").string(), "the trace");
  if (text.starts_with("TRACE") || text.find("\nTRACE") != std::string::npos) trace.record = parse_trace(text);
  return trace;
}

}  // namespace femtobragg::evidence
