// `femtobragg trace`: every intermediate of single pixels, and where another program's first differs.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/evidence/circumstances.h"
#include "femtobragg/evidence/compare/comparison_folder.h"
#include "femtobragg/evidence/compare/trace_comparison.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/nanobragg/flags/file_arguments.h"
#include "femtobragg/nanobragg/report/report.h"
#include "femtobragg/nanobragg/report/trace.h"
#include "femtobragg/nanobragg/setup/command_line.h"
#include "femtobragg/nanobragg/setup/scene_output.h"
#include "femtobragg/simulate/compile_plan.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

namespace fs = std::filesystem;
using evidence::TracedPixel;
using nanobragg::Program;
using nanobragg::Tap;
using nanobragg::TraceEntry;
using nlohmann::ordered_json;
/// A pixel of the image, where it lies on its panel, and what goes into it.
struct Traced {
  TracedPixel pixel;
  PanelPixel at;
  kernel::Recorder record;
};

constexpr int diverged = 3;

struct TraceSettings {
  Words pixel_words, taps = {"all"};
  std::vector<TracedPixel> pixels;
  bool automatic = false;
  std::string program, device, number_type;
  fs::path out, against, comparison;
  bool subpixels = false, json = false;
  Words arguments;

  /// Whose numbers ours are held against.
  bool compares() const { return !against.empty() || !comparison.empty(); }
};

void describe(CommandOptions& options, TraceSettings& s) {
  options.footer("Exit status: 0 success; 3 a compared trace diverges; 2 wrong command line; 1 other errors.");
  options
      .add("--pixel", s.pixel_words,
           "pixel to trace, or auto: the pixel where a comparison disagrees most, and the corners")
      .required()
      .one_or_more_values()
      .type("SLOW FAST | auto");
  options.add("--dtype", s.number_type, "float64 or float32; default: float64").type("TYPE");
  options.add("--device", s.device, "backend, as for simulate; default: reference (float32: auto)").type("NAME");
  options.add("--taps", s.taps, "what to print: geometry, hkl, f_cell, omega, intensity, all").separated_by_commas();
  options.add("--subpixels", s.subpixels, "all layers and sub-pixels, not only the first");
  options.add("--json", s.json, "JSON instead of lines of name and values");
  options.add("--out", s.out, "folder for the traces and first_divergence.md; default: print, and the current folder")
      .type("DIR");
  options
      .add("--program", s.program,
           "program that reads ARGS: simulate, or nanoBragg with its quirks; default when traces are compared: "
           "nanoBragg")
      .one_of({"simulate", "nanoBragg"});
  options.add("--against", s.against, "trace of the same pixel by another program").type("FILE");
  options.add("--comparison", s.comparison, "folder of a comparison, for its arguments, images and programs")
      .type("DIR");
}

void read_pixels(TraceSettings& s) {
  for (std::size_t i = 0; i < s.pixel_words.size(); ++i) {
    if (s.pixel_words[i] == "auto") {
      s.automatic = true;
      continue;
    }
    const auto slow = parse_integer(s.pixel_words[i]);
    const auto fast = i + 1 < s.pixel_words.size() ? parse_integer(s.pixel_words[i + 1]) : std::nullopt;
    if (!slow || !fast || *slow < 0 || *fast < 0)
      refuse_words("trace", "--pixel", in_quotes(s.pixel_words[i]),
                   "it must be two whole numbers, slow and fast, or auto");
    s.pixels.push_back({static_cast<std::size_t>(*slow), static_cast<std::size_t>(*fast)});
    ++i;
  }
}

std::set<Tap> chosen_taps(const Words& words) {
  std::set<Tap> taps;
  for (const std::string& word : words) {
    const auto found = std::ranges::find_if(nanobragg::all_taps(), [&](Tap tap) { return name_of(tap) == word; });
    if (word == "all")
      taps.insert(nanobragg::all_taps().begin(), nanobragg::all_taps().end());
    else if (found == nanobragg::all_taps().end())
      refuse_words("trace", "--taps", in_quotes(word), "it must be geometry, hkl, f_cell, omega, intensity or all");
    else
      taps.insert(*found);
  }
  return taps;
}

/// Nothing: help was printed.
std::optional<TraceSettings> trace_settings(const Words& words) {
  TraceSettings s;
  CommandOptions options(
      "Prints every intermediate result for single pixels:   femtobragg trace --pixel SLOW FAST [OPTIONS] -- ARGS...",
      "femtobragg trace");
  describe(options, s);
  if (!options.parse(words, s.arguments)) return {};
  read_pixels(s);
  chosen_taps(s.taps);
  if (s.automatic && s.comparison.empty()) refuse_words("trace", "--pixel auto", "", "it needs a --comparison folder");
  if (s.arguments.empty() && s.comparison.empty())
    refuse_words("trace", "--", "", "the arguments of the run follow it");
  if (!s.against.empty() && (s.automatic || s.pixels.size() != 1))
    refuse_words("trace", "--against", "", "the file is the trace of one pixel: give one --pixel");
  if (s.program.empty()) s.program = s.compares() ? "nanoBragg" : "simulate";
  return s;
}

class Tracer {
 public:
  explicit Tracer(TraceSettings settings) : s_(std::move(settings)), taps_(chosen_taps(s_.taps)) {}

  int run() {
    if (!s_.comparison.empty()) open_comparison();
    set_up();
    if (!s_.out.empty()) formats::make_folder(s_.out);
    bool same = true;
    for (const TracedPixel& pixel : s_.pixels) same = trace(pixel) && same;
    if (s_.json && s_.out.empty()) std::cout << traces_.dump(2, ' ', false, json_errors) << "\n";
    return same ? 0 : diverged;
  }

 private:
  static constexpr auto json_errors = ordered_json::error_handler_t::replace;

  void open_comparison() {
    comparison_.emplace(s_.comparison);
    if (s_.arguments.empty()) s_.arguments = comparison_->arguments();
  }

  /// Where the comparison disagrees most, and the corners of what it compared: those that are rendered.
  void add_telling_pixels() {
    const RegionOfInterest all = coverage_of(detector()).region;
    const evidence::ImageRegion region = comparison_->region().value_or(
        evidence::ImageRegion{all.fast_begin, all.fast_end, all.slow_begin, all.slow_end});
    const TracedPixel first{std::max(region.slow_begin, all.slow_begin), std::max(region.fast_begin, all.fast_begin)};
    const TracedPixel end{std::min(region.slow_end, all.slow_end), std::min(region.fast_end, all.fast_end)};
    std::vector<TracedPixel> candidates = {
        first, {first.slow, end.fast - 1}, {end.slow - 1, first.fast}, {end.slow - 1, end.fast - 1}};
    if (const auto& worst = comparison_->largest_difference()) candidates.insert(candidates.begin(), *worst);
    for (const TracedPixel& pixel : candidates)
      if (why_not_rendered(pixel).empty() && std::ranges::find(s_.pixels, pixel) == s_.pixels.end())
        s_.pixels.push_back(pixel);
  }

  /// Nothing is written, and no dump file that lies about is read.
  void set_up() {
    const nanobragg::FileArguments files =
        nanobragg::file_arguments(s_.arguments, comparison_ ? comparison_->folder() : fs::current_path());
    shared_ = {files.words, files.dumps, files.outputs};
    Words words = files.words;
    const evidence::TemporaryFolder empty;
    const Program program = s_.program == "simulate" ? Program::Simulate : Program::DropIn;
    if (!files.dumps.empty()) words.insert(words.end(), {"-dump", files.dumps.back().string()});
    const auto warn = [](const std::string& text) { std::cerr << "warning: " << text << "\n"; };
    nanobragg::CommandLine line = nanobragg::read_command_line(program, words, warn);
    if (!files.names_dump) line.options.files.dump = empty.path() / "Fdump.bin";
    choose_device(line.options.run);
    setup_ = nanobragg::set_up(line, false, false);
    nanobragg::save_scene(*setup_, line.quirks);
    std::cerr << nanobragg::quirk_report(line.quirks);
    plan_ = compile_plan(setup_->experiment);
    for (const TracedPixel& pixel : s_.pixels)
      if (const std::string why = why_not_rendered(pixel); !why.empty())
        refuse_words("trace", "--pixel", std::to_string(pixel.slow) + " " + std::to_string(pixel.fast), why);
    if (s_.automatic) add_telling_pixels();
  }

  /// What the options say, then what ARGS say. Traces of other programs are in double precision, ours too.
  void choose_device(nanobragg::RunOptions run) {
    if (s_.compares()) run = {};
    const std::string type = s_.number_type.empty() ? run.number_type : s_.number_type;
    if (!type.empty()) request_.control.number_type = backends::number_type_named(type);
    request_.control.tolerance = run.tolerance;
    const bool wide = request_.control.number_type == backends::NumberType::Float64;
    request_.device = s_.device.empty() ? run.device : s_.device;
    if (s_.device.empty() && run.device == "auto" && wide) request_.device = "reference";
    backend_for(request_);
  }

  const Detector& detector() const { return setup_->experiment.detector; }

  /// Empty: the pixel is rendered.
  std::string why_not_rendered(const TracedPixel& pixel) const {
    const auto at = panel_pixel_at(detector(), pixel.fast, pixel.slow);
    if (!at)
      return nanobragg::why_no_pixel(detector(), static_cast<std::int64_t>(pixel.fast),
                                     static_cast<std::int64_t>(pixel.slow));
    const Panel& panel = detector().panels[at->panel];
    if (!panel.rendered_region().contains(at->fast, at->slow)) return "it is outside -roi";
    return panel.masked(at->fast, at->slow) ? "it is masked" : "";
  }

  /// False where another trace diverges.
  bool trace(const TracedPixel& pixel) {
    const PanelPixel at = panel_pixel_at(detector(), pixel.fast, pixel.slow).value();
    const Traced traced{pixel, at, record_pixel(plan_, at.panel, at.fast, at.slow, request_)};
    using nanobragg::TracedSamples;
    write(traced, entries_of(traced, s_.subpixels ? TracedSamples::All : TracedSamples::First));
    bool same = true;
    if (!s_.against.empty())
      same = hold_against(traced, s_.against.string(),
                          evidence::parse_trace(formats::read_file(s_.against.string(), "the trace")), "");
    if (comparison_) same = hold_against_programs(traced) && same;
    return same;
  }

  std::vector<TraceEntry> entries_of(const Traced& traced, nanobragg::TracedSamples samples) const {
    return nanobragg::trace_entries(*setup_, plan_, traced.at, traced.record, samples);
  }

  /// Ours, with as many samples as the other one tells.
  evidence::TraceRecord ours_like(const evidence::TraceRecord& theirs, const Traced& traced) const {
    const auto samples = std::ranges::count(theirs.quantities, "hkl_frac", &evidence::TracedQuantity::name);
    const auto which = samples > 1 ? nanobragg::TracedSamples::All : nanobragg::TracedSamples::First;
    evidence::TraceRecord ours;
    for (const TraceEntry& entry : entries_of(traced, which))
      ours.quantities.push_back({entry.name, entry.numbers, entry.text});
    return ours;
  }

  static std::string place_words(std::size_t slow, std::size_t fast) {
    return "slow " + std::to_string(slow) + " fast " + std::to_string(fast);
  }

  std::string describe_run(const Traced& traced) const {
    std::string text = "femtobragg " + std::string(version) + " as " + s_.program + ", pixel " +
                       place_words(traced.pixel.slow, traced.pixel.fast);
    if (detector().panels.size() > 1)
      text += " (panel " + nanobragg::panel_words(detector(), traced.at.panel) + ", " +
              place_words(traced.at.slow, traced.at.fast) + ")";
    text += ", by " + backend_for(request_).name() + ", " + name_of(request_.control.number_type);
    return traced.record.of_lanes() ? text + "; lanes do not compute positions, and compute lattice factors squared"
                                    : text;
  }

  void write(const Traced& traced, const std::vector<TraceEntry>& entries) {
    std::vector<TraceEntry> told;
    for (const auto& list : {entries, nanobragg::trace_aggregates(plan_, traced.record)})
      std::ranges::copy_if(list, std::back_inserter(told), [&](const TraceEntry& e) { return taps_.contains(e.tap); });
    if (s_.json) {
      traces_.push_back(json_of(traced, told));
      if (!s_.out.empty())
        formats::write_text(file_of(traced.pixel, "trace", ".json"),
                            traces_.back().dump(2, ' ', false, json_errors) + "\n");
      return;
    }
    std::string text = "# " + describe_run(traced) + "\n";
    for (const TraceEntry& entry : told) text += entry.name + " " + nanobragg::trace_values(entry, 17) + "\n";
    if (s_.out.empty())
      std::cout << text;
    else
      formats::write_text(file_of(traced.pixel, "trace", ".txt"), text);
  }

  ordered_json json_of(const Traced& traced, const std::vector<TraceEntry>& entries) const {
    ordered_json quantities = ordered_json::array();
    for (const TraceEntry& entry : entries) {
      ordered_json object = {{"tap", name_of(entry.tap)}, {"name", entry.name}};
      if (!entry.text.empty()) object["text"] = entry.text;
      if (!entry.labels.empty())
        for (std::size_t i = 0; i < entry.labels.size(); ++i) object[std::string(entry.labels[i])] = entry.numbers[i];
      else if (entry.numbers.size() == 1)
        object["value"] = entry.numbers[0];
      else if (!entry.numbers.empty())
        object["values"] = entry.numbers;
      quantities.push_back(object);
    }
    return {{"run", describe_run(traced)},
            {"slow", traced.pixel.slow},
            {"fast", traced.pixel.fast},
            {"arguments", s_.arguments},
            {"quantities", quantities}};
  }

  bool hold_against_programs(const Traced& traced) {
    // What came before a pixel may matter: then all of it is rendered again.
    const bool alone = plan_.first_sweep_orientations.empty() && !plan_.interpolation_stops_for_good;
    bool same = true, any = false;
    for (const evidence::ComparedProgram& program : comparison_->programs()) {
      const evidence::ProgramTrace trace = evidence::trace_by(program, shared_, traced.pixel, alone);
      if (trace.sha256 != program.sha256)
        std::cerr << "warning: " << program.binary << " is not the program that was compared: its SHA-256 differs\n";
      if (trace.record.quantities.empty()) {
        std::cout << program.binary << " prints no trace\n";
        continue;
      }
      any = true;
      const std::string whose = program.binary + " (SHA-256 " + trace.sha256 + ")";
      same = hold_against(traced, whose, trace.record, trace.command) && same;
    }
    if (!any)
      throw Error::runtime({.what = "neither program prints a trace", .rule = "there is nothing to compare ours with"});
    return same;
  }

  bool hold_against(const Traced& traced, const std::string& whose, const evidence::TraceRecord& theirs,
                    const std::string& command) {
    const TracedPixel& pixel = traced.pixel;
    if (theirs.quantities.empty())
      throw Error::runtime({.what = "no trace", .where = whose, .rule = "it must contain lines of names and values"});
    evidence::TraceAllowance allowance;
    if (traced.record.of_lanes()) allowance.without_sign = {"F_latt"};
    // Some roundings of a float. Faint pixels may differ by more: floats are held to a share of the brightest one.
    if (request_.control.number_type == backends::NumberType::Float32) allowance.least_tolerance = 1e-5;
    const evidence::TraceComparison comparison = evidence::compare_traces(ours_like(theirs, traced), theirs, allowance);
    if (comparison.quantities.empty())
      throw Error::runtime(
          {.what = "there is no quantity in common", .where = whose, .rule = "names must be those of this trace"});
    evidence::TraceOrigins origins{
        describe_run(traced), whose, {}, "slow " + std::to_string(pixel.slow) + ", fast " + std::to_string(pixel.fast)};
    origins.commands.push_back(own_command(pixel));
    if (!command.empty()) origins.commands.push_back(command);
    const bool several = s_.pixels.size() > 1 || (comparison_ && comparison_->programs().size() > 1);
    const fs::path file = several ? file_of(pixel, "first_divergence", "_" + std::to_string(++reports_) + ".md")
                                  : s_.out / "first_divergence.md";
    formats::write_text(file, evidence::divergence_report(comparison, origins));
    const evidence::ComparedQuantity* divergence = comparison.first_divergence();
    std::cout << "against " << whose << ": ";
    if (!divergence) {
      std::cout << "no divergence in " << comparison.quantities.size() << " quantities; see " << file.string() << "\n";
      return true;
    }
    std::cout << "first divergence: " << divergence->name << ", ours " << divergence->first << ", theirs "
              << divergence->second << "; see " << file.string() << "\n";
    return false;
  }

  /// As a shell takes it.
  std::string own_command(const TracedPixel& pixel) const {
    Words words = {"trace", "--pixel", std::to_string(pixel.slow), std::to_string(pixel.fast), "--program", s_.program};
    words.insert(words.end(), {"--device", request_.device, "--dtype", name_of(request_.control.number_type), "--"});
    words.insert(words.end(), s_.arguments.begin(), s_.arguments.end());
    return evidence::shell_command("femtobragg", words);
  }

  fs::path file_of(const TracedPixel& pixel, const std::string& begin, const std::string& end) const {
    return s_.out / (begin + "_" + std::to_string(pixel.slow) + "_" + std::to_string(pixel.fast) + end);
  }

  TraceSettings s_;
  std::set<Tap> taps_;
  std::optional<evidence::ComparisonFolder> comparison_;
  evidence::SharedArguments shared_;  ///< as the programs of the comparison get them
  std::optional<nanobragg::Setup> setup_;
  kernel::Plan plan_;
  RenderRequest request_{.device = "reference", .control = {}};
  ordered_json traces_ = ordered_json::array();
  int reports_ = 0;
};

}  // namespace

int trace(const Words& words) {
  std::optional<TraceSettings> settings = trace_settings(words);
  return settings ? Tracer(std::move(*settings)).run() : 0;
}

}  // namespace femtobragg::programs
