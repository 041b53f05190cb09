// `femtobragg compare`, also called `nb-compare`: two programs on the same arguments, or two images, side by side.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/evidence/circumstances.h"
#include "femtobragg/evidence/compare/comparison.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/io/digest.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/nanobragg/flags/detector_geometry.h"
#include "femtobragg/nanobragg/flags/field_flags.h"
#include "femtobragg/nanobragg/flags/file_arguments.h"
#include "femtobragg/nanobragg/setup/command_line.h"
#include "programs/command_options.h"
#include "programs/frame_notes.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

namespace fs = std::filesystem;
using evidence::Comparison;
using evidence::Runner;
using evidence::RunnerResult;
using evidence::Verdict;
enum ExitStatus {
  agreed = 0,
  wrong_usage = 1,
  runner_failed = 2,
  below_threshold = 3,
  shapes_differ = 4,
  file_error = 5
};

/// What ends the program before there is a verdict.
struct Failure : std::runtime_error {
  Failure(ExitStatus why, const std::string& text) : std::runtime_error(text), status(why) {}
  ExitStatus status;
};

struct CompareSettings {
  evidence::ComparisonTerms terms;
  fs::path folder;
  std::vector<std::int64_t> roi;
  std::string first_binary, second_binary;
  Words images;
  bool save_difference = false, html = false;
};

void describe(CommandOptions& options, CompareSettings& s) {
  options.footer(
      "ARGS are nanoBragg's, for both programs. Exit status: 0 agreed, or no threshold was given; 1 wrong command "
      "line; 2 a "
      "program failed;\n3 below --threshold, beyond --sum-tolerance, or not a number; 4 the shapes differ; 5 a file "
      "cannot "
      "be read or written.");
  options.add("--outdir", s.folder, "folder for the results; default: comparisons/DATE-TIME-HASH").type("DIR");
  options.add("--roi", s.roi, "compare only these pixels, both ends included")
      .values(4)
      .range(0, 1e12)
      .type("XMIN XMAX YMIN YMAX");
  options.add("--threshold", s.terms.threshold, "lowest correlation that counts as agreement").type("CORRELATION");
  options.add("--sum-tolerance", s.terms.sum_tolerance, "largest allowed deviation of the sum ratio from 1").type("S");
  options.add("--resample", s.terms.resample,
              "resample the second image to the shape of the first (nearest neighbour)");
  options
      .add("--png-percentile,--png-scale", s.terms.png_percentile,
           "percentile of the first image that is shown as black; default: by its spots")
      .range(0.0, 100.0)
      .type("PERCENT");
  options.add("--save-diff", s.save_difference, "also write diff.bin: second - first");
  options.add("--html", s.html, "also write comparison.html, a self-contained page");
  options.add("--c-bin", s.first_binary, "first program; default: NB_C_BIN, ./nanoBragg, or our reference backend")
      .type("PATH");
  options.add("--py-bin,--bin", s.second_binary, "second program; default: NB_PY_BIN, or our own nanoBragg")
      .type("PATH");
  options.add("--images", s.images, "compare two image files instead of running programs").values(2).type("A B");
}

/// Of the four numbers as they are typed.
std::optional<evidence::ImageRegion> region_of(const std::vector<std::int64_t>& roi) {
  if (roi.empty()) return {};
  const auto number = [&](std::size_t i) { return static_cast<std::size_t>(roi[i]); };
  return evidence::ImageRegion{number(0), number(1) + 1, number(2), number(3) + 1};
}

/// Nothing: help was printed.
std::optional<CompareSettings> compare_settings(const std::string& name, const Words& words) {
  CompareSettings settings;
  CommandOptions options("Compares the images of two programs:   " + name +
                             " [OPTIONS] -- ARGS...\nor two image files:          " + name +
                             " [OPTIONS] --images A B [-- ARGS...]",
                         name);
  describe(options, settings);
  options.place_of_words("image files follow --images, and the programs' arguments --");
  try {
    if (!options.parse(words, settings.terms.arguments)) return {};
    const auto in_range = [](const std::optional<double>& value, double least, double most) {
      return !value || (*value >= least && *value <= most);
    };
    if (!in_range(settings.terms.threshold, -1, 1)) options.refuse("--threshold", "it must be between -1 and 1");
    if (!in_range(settings.terms.sum_tolerance, 0, 1e300)) options.refuse("--sum-tolerance", "it must be at least 0");
    if (settings.images.empty() && settings.terms.arguments.empty())
      options.refuse("--", "the programs need arguments: put them after --, or give --images");
    if (!settings.images.empty() && !(settings.first_binary + settings.second_binary).empty())
      options.refuse("--images", "no program is run: remove --c-bin, --py-bin and --bin");
  } catch (const Error& error) {
    throw Failure(wrong_usage, nanobragg::in_flags(error).what());
  }
  settings.terms.roi = region_of(settings.roi);
  return settings;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The binary that a flag or a variable names; empty: neither does.
std::string named_binary(const std::string& flag, const std::string& given, const char* variable) {
  const std::string path = given.empty() ? environment(variable) : given;
  if (!path.empty() && !evidence::is_program(path))
    throw Failure(wrong_usage, "there is no such program: " + (given.empty() ? variable : flag) + ": " +
                                   in_quotes(path) + " is not the path of an executable file");
  return path.empty() ? path : fs::absolute(path).lexically_normal().string();
}

Runner first_runner(const CompareSettings& settings) {
  const std::string named = named_binary("--c-bin", settings.first_binary, "NB_C_BIN");
  if (!named.empty()) return {"c", named, "", {}, named};
  if (evidence::is_program("nanoBragg")) {
    const std::string here = fs::absolute("nanoBragg").string();
    return {"c", here, "", {}, here};
  }
  Runner reference = evidence::reference_runner("c");
  reference.description += ": neither --c-bin nor NB_C_BIN names a program, and there is no ./nanoBragg";
  return reference;
}

Runner second_runner(const CompareSettings& settings) {
  const std::string named = named_binary("--bin", settings.second_binary, "NB_PY_BIN");
  if (!named.empty()) return {"py", named, "", {}, named};
  return {"py", evidence::own_binary(), "nanoBragg", {}, "femtoBragg as nanoBragg, " + evidence::own_binary()};
}

/// The shape that the arguments ask for; nothing where they cannot be understood.
std::optional<ImageShape> shape_asked_for(const Words& arguments) {
  if (arguments.empty()) return {};
  try {
    const nanobragg::CommandLine line =
        nanobragg::read_command_line(nanobragg::Program::DropIn, arguments, [](const std::string&) {});
    const nanobragg::DetectorGeometry g = nanobragg::solve_geometry(line.options.detector, line.quirks.set());
    return ImageShape{g.n_fast, g.n_slow};
  } catch (const Error&) {
    return {};
  }
}

/// Gives pixels the first shape that fits them; a square if none does.
Image image_of(std::vector<float> pixels, const std::vector<std::optional<ImageShape>>& candidates,
               const std::string& name) {
  const auto fits = [&](const ImageShape& s) {
    return s.n_slow > 0 && pixels.size() / s.n_slow == s.n_fast && pixels.size() % s.n_slow == 0;
  };
  for (const auto& shape : candidates)
    if (shape && fits(*shape)) return {shape->n_fast, shape->n_slow, std::move(pixels)};
  const auto edge = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(pixels.size()))));
  if (edge == 0 || edge * edge != pixels.size())
    throw Failure(file_error, "the shape of " + name + " is unknown: it has " + std::to_string(pixels.size()) +
                                  " pixels, which is not a square; give -detpixels_f and -detpixels_s after --");
  return {edge, edge, std::move(pixels)};
}

/// What a comparison leaves in its folder.
constexpr const char* result_files[] = {
    "summary.json",     "env.json",    "commands.txt", "c_stdout.txt", "c_stderr.txt", "py_stdout.txt",
    "py_stderr.txt",    "c_float.bin", "py_float.bin", "c.png",        "py.png",       "first_float.bin",
    "second_float.bin", "first.png",   "second.png",   "diff.png",     "diff.bin",     "comparison.html"};

/// The folder for the results, without those of an earlier comparison.
fs::path prepared_folder(const CompareSettings& settings, const std::string& identity) {
  const fs::path folder = settings.folder.empty()
                              ? fs::path("comparisons") / (evidence::time_stamp() + "-" + identity.substr(0, 8))
                              : settings.folder;
  Words inputs = settings.images, outputs;
  for (const std::string& file : nanobragg::input_files(settings.terms.arguments)) inputs.push_back(file);
  for (const char* name : result_files) outputs.push_back((folder / name).string());
  formats::require_inputs_kept(inputs, outputs);
  formats::make_folder(folder);
  std::error_code failed;
  for (const std::string& file : outputs) fs::remove(file, failed);
  return folder;
}

void require_success(const RunnerResult& result, const fs::path& folder) {
  const std::string who = "the " + std::string(result.runner.label == "c" ? "first" : "second") + " program, " +
                          result.command.binary + ",";
  const fs::path err = folder / (result.runner.label + "_stderr.txt");
  if (result.run.status != 0)
    throw Failure(runner_failed, who + " ended with status " + std::to_string(result.run.status) +
                                     "; the end of its messages: " + in_quotes(evidence::end_of_file(err)));
  if (result.float_file.empty())
    throw Failure(runner_failed, who + " wrote no float image; see " + in_quotes(err.string()));
}

void tell_about_files(const RunnerResult& result) {
  if (result.unexpected_files.empty()) return;
  std::cout << "unexpected files written by " << result.command.binary << ":";
  for (const std::string& name : result.unexpected_files) std::cout << " " << in_quotes(name);
  std::cout << "\n";
}

class Compare {
 public:
  explicit Compare(CompareSettings settings) : settings_(std::move(settings)) { comparison_.terms = settings_.terms; }

  int run() {
    if (settings_.images.empty())
      run_programs();
    else
      read_images();
    bring_to_one_shape();
    evidence::compare(comparison_);
    write_results();
    std::cout << evidence::report_of(comparison_);
    const Verdict verdict = comparison_.verdict();
    return verdict == Verdict::Agreed || verdict == Verdict::NotJudged ? agreed : below_threshold;
  }

 private:
  void run_programs() {
    const Runner first = first_runner(settings_), second = second_runner(settings_);
    comparison_.first_name = first.binary;
    comparison_.second_name = second.binary;
    std::string identity;
    for (const std::string& word : settings_.terms.arguments) identity += word + "\n";
    folder_ = prepared_folder(settings_, formats::sha256_of(identity));
    std::cout << "first:  " << first.description << "\nsecond: " << second.description << "\n";
    const bool stale_dump = fs::exists("Fdump.bin");
    if (stale_dump) std::cout << "Fdump.bin in this folder is not read; name it with -dump if it should be\n";
    write_environment({first.binary, second.binary}, stale_dump);

    const nanobragg::FileArguments files = nanobragg::file_arguments(settings_.terms.arguments, fs::current_path());
    const evidence::SharedArguments shared{files.words, files.dumps, files.outputs};
    const auto shape = shape_asked_for(files.words);
    std::string commands;
    const auto run = [&](const Runner& runner) {
      RunnerResult result = evidence::run_captured(runner, shared, folder_);
      commands += "# in an empty folder\n" + evidence::shell_command(result.command) + "\n";
      formats::write_text(folder_ / "commands.txt", commands);
      require_success(result, folder_);
      tell_about_files(result);
      return result;
    };
    comparison_.first_run = run(first);
    comparison_.second_run = run(second);
    comparison_.first = image_of(formats::read_pixels(comparison_.first_run->float_file).pixels,
                                 {shape, comparison_.first_run->header_shape}, "the first image");
    comparison_.second = image_of(formats::read_pixels(comparison_.second_run->float_file).pixels,
                                  {shape, comparison_.second_run->header_shape}, "the second image");
  }

  void read_images() {
    folder_ = prepared_folder(settings_, formats::sha256_of(settings_.images[0] + "\n" + settings_.images[1]));
    comparison_.first_name = settings_.images[0];
    comparison_.second_name = settings_.images[1];
    comparison_.first_label = "first", comparison_.second_label = "second";
    formats::Frame first = read_frame(settings_.images[0]), second = read_frame(settings_.images[1]);
    const auto asked = shape_asked_for(settings_.terms.arguments);
    const auto first_shape = first.shape, second_shape = second.shape;
    comparison_.first = image_of(std::move(first.pixels), {first_shape, asked, second_shape}, settings_.images[0]);
    comparison_.second =
        image_of(std::move(second.pixels), {second_shape, asked, comparison_.first.shape()}, settings_.images[1]);
    first_counts_ = {comparison_.first.n_fast, comparison_.first.n_slow, counting_of(first)};
    second_counts_ = {comparison_.second.n_fast, comparison_.second.n_slow, counting_of(second)};
    write_environment({}, false);
  }

  void write_environment(const Words& peers, bool stale_dump) const {
    formats::write_text(folder_ / "env.json", evidence::environment_json({version, "", "", peers, stale_dump}));
  }

  void bring_to_one_shape() {
    const ImageShape first = comparison_.first.shape(), second = comparison_.second.shape();
    if (first == second) return exclude_pixels();
    const auto text = [](const ImageShape& s) { return std::to_string(s.n_fast) + " x " + std::to_string(s.n_slow); };
    if (!settings_.terms.resample)
      throw Failure(shapes_differ, "the images have " + text(first) + " and " + text(second) +
                                       " pixels (fast x slow); use --resample to compare them anyway");
    comparison_.resampled_from = text(second);
    comparison_.second = evidence::resampled(comparison_.second, first);
    if (!settings_.images.empty()) second_counts_ = evidence::resampled(second_counts_, first);
    exclude_pixels();
  }

  /// Without its pedestal, which is no photons.
  static formats::Frame read_frame(const std::string& name) {
    formats::Frame frame = formats::read_pixels(name);
    tell_notes(frame, name);
    const double pedestal = frame.pedestal.value_or(0);
    if (pedestal != 0) {
      std::cerr << "note: " << name << ": its pedestal " << pedestal << " is subtracted\n";
      for (float& pixel : frame.pixels) pixel = static_cast<float>(static_cast<double>(pixel) - pedestal);
    }
    PixelTally tally = frame.tally();
    tally[PixelState::NotANumber] = 0;
    if (tally.excluded() > 0) std::cerr << "note: " << name << ": excluded: " << tally.excluded_in_words() << "\n";
    return frame;
  }

  /// 1 where a pixel counts. What is no number stays: images with it cannot be compared.
  static std::vector<float> counting_of(const formats::Frame& frame) {
    std::vector<float> counting(frame.states.size());
    std::ranges::transform(frame.states, counting.begin(), [](PixelState state) {
      return state == PixelState::Counts || state == PixelState::NotANumber ? 1.0f : 0.0f;
    });
    return counting;
  }

  void exclude_pixels() {
    if (settings_.images.empty()) return;
    comparison_.counts.resize(first_counts_.pixels.size());
    for (std::size_t i = 0; i < comparison_.counts.size(); ++i)
      comparison_.counts[i] = first_counts_.pixels[i] != 0 && second_counts_.pixels[i] != 0;
  }

  void write_results() const {
    evidence::write_pictures(comparison_, folder_);
    if (settings_.save_difference)
      formats::write_raw_float((folder_ / "diff.bin").string(),
                               evidence::difference_of(comparison_.first, comparison_.second));
    if (!settings_.images.empty()) {
      formats::write_raw_float((folder_ / (comparison_.first_label + "_float.bin")).string(), comparison_.first);
      formats::write_raw_float((folder_ / (comparison_.second_label + "_float.bin")).string(), comparison_.second);
    }
    formats::write_text(folder_ / "summary.json", evidence::summary_json(comparison_));
    if (settings_.html)
      formats::write_text(folder_ / "comparison.html", evidence::comparison_page(comparison_, folder_));
    std::cout << "results in " << folder_.string() << "\n\n";
  }

  CompareSettings settings_;
  Comparison comparison_;
  Image first_counts_, second_counts_;  ///< of two files: 1 where a pixel counts
  fs::path folder_;
};

int compare_as(const std::string& name, const Words& words) try {
  const std::optional<CompareSettings> settings = compare_settings(name, words);
  return settings ? Compare(*settings).run() : agreed;
} catch (const Failure& failure) {
  std::cerr << "error: " << failure.what() << "\n";
  return failure.status;
} catch (const fs::filesystem_error& error) {
  std::cerr << "error: " << error.what() << "\n";
  return file_error;
} catch (const Error& error) {
  std::cerr << "error: " << nanobragg::in_flags(error).what() << "\n";
  return error.kind() == Error::Kind::Usage ? wrong_usage : file_error;
}

}  // namespace

int compare(const Words& words) { return compare_as("femtobragg compare", words); }
int nb_compare(const Words& words) { return compare_as("nb-compare", words); }

}  // namespace femtobragg::programs
