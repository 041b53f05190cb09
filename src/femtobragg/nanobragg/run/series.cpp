// Frames, names and the journal.
#include "femtobragg/nanobragg/run/series.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/version.h"
#include "femtobragg/formats/geometry/dials_mask.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/image/registry.h"
#include "femtobragg/formats/image/tiff.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/nanobragg/flags/parse_arguments.h"
#include "femtobragg/nanobragg/run/image_contents.h"
#include "femtobragg/nanobragg/run/run.h"
#include "femtobragg/nanobragg/run/truth_output.h"

namespace femtobragg::nanobragg {
namespace fs = std::filesystem;
namespace {

constexpr const char* journal_heading = "femtobragg series 1";
/// What tells frames from those of a program that made them otherwise. 2: each has a pulse of its own.
constexpr const char* frame_rules = " frames 2";

/// Flags that change no bit of a file.
bool is_about_running(const Flag& flag) {
  static const std::set<std::string_view> names = {"threads", "progress", "noprogress", "quiet", "show_config"};
  return names.contains(flag.names.front());
}

fs::path waiting_room(const std::string& output) { return output + ".frames"; }

/// TIFF holds photons and counts as they are, HDF5 lists of reflections.
std::string waiting_file(const std::string& output, std::size_t number, const char* suffix = ".tif") {
  return (waiting_room(output) / (numbered(number, 5) + suffix)).string();
}

}  // namespace

std::uint32_t series_identity(std::span<const std::string> words) {
  std::uint32_t sum = formats::crc32_of(std::string(version) + frame_rules);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Flag* const flag = flag_in(words[i]);
    if (flag && is_about_running(*flag)) {
      i += flag->max_values;
      continue;
    }
    sum = formats::crc32_of(words[i] + "\n", sum);
    const bool is_output = i > 0 && flag_in(words[i - 1]) && names_output(*flag_in(words[i - 1]));
    std::error_code ignored;
    if (!flag && !is_output && fs::is_regular_file(words[i], ignored))
      sum = formats::crc32_of(formats::read_file(words[i], "an input"), sum);
  }
  return sum;
}

void require_shots(const Setup& setup, std::size_t frames) {
  Setup last = setup;
  assemble::take_shot(last, setup.options.beam.shot + static_cast<std::int64_t>(frames) - 1);
}

namespace {

[[noreturn]] void refuse_series(const char* what, const char* remedy) {
  throw Error::usage({.what = what,
                      .where = "series.frames",
                      .rule = "a series needs a rotation or shots, and outputs",
                      .remedy = remedy});
}

}  // namespace

void require_frames_differ(const Options& options) {
  if (options.rotation.steps_rad.range.value_or(0) > 0 || assemble::has_shots(options.beam)) return;
  if (options.crystal.misset_random)
    refuse_series("the frames do not differ, for all have the same random orientation",
                  "make a still for each -misset_seed, in a loop");
  refuse_series("the frames do not differ", "give rotation.range, or shots of a free-electron laser (beam.sase)");
}

void require_series(const Options& options) {
  const OutputOptions& o = options.output;
  const auto refuse = refuse_series;
  require_frames_differ(options);
  if (o.extra.empty()) refuse("the series has no outputs", "give -o x_####.cbf, or -o x.nxs for all frames");
  if (o.float_named || o.int_named || o.pgm_named || o.noise_named)
    refuse("a file that can hold only one frame", "name files of a series with -o");
  if (o.trace_pixel || o.print_pixels) refuse("only pixels of single images are printed", "remove series.frames");
}

SeriesJournal::SeriesJournal(std::string path, std::uint32_t series)
    : path_(std::move(path)), file_(path_, "the series is being rendered by another process"), series_(series) {
  read();
}

void SeriesJournal::read() {
  const std::string text = formats::read_file(path_, "the journal of the series");
  // So it is before the first frame.
  if (text.empty()) return;
  std::istringstream lines(text);
  const auto damaged = [&](std::size_t line) {
    return Error::runtime({.what = "the journal of the series is damaged",
                           .where = in_quotes(path_) + ", line " + std::to_string(line),
                           .rule = "it must have sizes, checksums and names",
                           .remedy = "remove it, and the series starts again"});
  };
  std::string line;
  if (!std::getline(lines, line) || !line.starts_with(journal_heading)) throw damaged(1);
  if (line != std::string(journal_heading) + " " + std::to_string(series_))
    throw Error::usage({.what = "the files here belong to a different series",
                        .where = in_quotes(path_),
                        .rule = "a series can only continue with the same command line and the same input files",
                        .remedy = "remove that file to start again, or write somewhere else"});
  for (std::size_t number = 2; std::getline(lines, line); ++number) {
    std::istringstream words(line);
    Entry entry;
    std::string file;
    if (!(words >> entry.bytes >> entry.checksum) || words.get() != ' ' || !std::getline(words, file))
      throw damaged(number);
    entries_[file] = entry;
  }
}

bool SeriesJournal::finished(std::span<const std::string> files) const {
  std::error_code ignored;
  for (const std::string& file : files) {
    const auto known = entries_.find(file);
    if (known == entries_.end() || !fs::is_regular_file(file, ignored) || !(entry_of(file) == known->second))
      return false;
  }
  return true;
}

void SeriesJournal::add(std::span<const std::string> files) {
  for (const std::string& file : files) entries_[file] = entry_of(file);
  write();
}

void SeriesJournal::replace(std::span<const std::string> parts, const std::string& file) {
  for (const std::string& part : parts) entries_.erase(part);
  add({&file, 1});
}

void SeriesJournal::write() {
  std::string text = std::string(journal_heading) + " " + std::to_string(series_) + "\n";
  for (const auto& [file, entry] : entries_)
    text += std::to_string(entry.bytes) + " " + std::to_string(entry.checksum) + " " + file + "\n";
  file_.replace(text);
}

SeriesJournal::Entry SeriesJournal::entry_of(const std::string& file) {
  const std::string bytes = formats::read_file(file, "a frame of the series");
  return {bytes.size(), formats::crc32_of(bytes)};
}

Series::Series(const Setup& setup, std::uint32_t identity)
    : setup_(setup), journal_(journal_path(setup.options.output.extra.front()), identity) {
  for (const std::string& output : setup.options.output.extra) {
    std::error_code ignored;
    if (!holds_all_frames(output))
      numbered_.push_back(output);
    else if (!journal_.finished({&output, 1}))
      joined_.push_back(output);
    else
      fs::remove_all(waiting_room(output), ignored);
  }
  const std::vector<std::string>& truth = setup.options.output.truth;
  for (const std::string& path : truth) scan_lists_.push_back(scan_path(path));
  std::error_code ignored;
  if (!truth.empty() && journal_.finished(scan_lists_)) {
    fs::remove_all(waiting_room(scan_lists_.front()), ignored);
    scan_lists_.clear();
  }
  for (const std::string& output : joined_) formats::make_folder(waiting_room(output));
  if (!scan_lists_.empty()) formats::make_folder(waiting_room(scan_lists_.front()));
  remove_abandoned();
}

std::optional<Setup> Series::unfinished(std::size_t frame) const {
  std::vector<std::string> outputs;
  for (const std::string& output : numbered_) outputs.push_back(frame_path(output, frame + 1));
  for (const std::string& output : joined_) outputs.push_back(waiting_file(output, frame + 1));
  OutputOptions o = setup_.options.output;
  const std::string first = o.extra.front();
  std::vector<std::string> asked = numbered_;
  asked.insert(asked.end(), joined_.begin(), joined_.end());
  const std::string part = scan_lists_.empty() ? "" : waiting_file(scan_lists_.front(), frame + 1, ".h5");
  o.frames = 1;
  o.extra = std::move(outputs);
  for (std::string& path : o.truth) path = frame_path(path, frame + 1);
  if (!o.truth_hkl_map.empty()) o.truth_hkl_map = frame_path(o.truth_hkl_map, frame + 1);
  if (journal_.finished(files_of_frame(o, part))) return {};
  Setup setup = setup_;
  assemble::take_frame(setup, frame);
  setup.options.output = std::move(o);
  setup.asked_outputs = std::move(asked);
  setup.scan_part = part;
  setup.frame = frame;
  setup.series_image = holds_all_frames(first) ? first : frame_path(first, frame + 1);
  if (setup.saved_scene) {
    setup.saved_scene->frames = 1;
    setup.saved_scene->rotation.start_rad = setup.experiment.spindle.phi_start_rad;
    setup.saved_scene->beam.shot = setup.scene.beam.shot;
  }
  if (setup.serial_noise) setup.noise_seed -= static_cast<std::int64_t>(frame);
  return setup;
}

void Series::done(const Setup& frame) { journal_.add(files_of_frame(frame.options.output, frame.scan_part)); }

void Series::finish_lists(const QuirkSet& quirks, std::span<const std::string> words, std::ostream& out) {
  if (scan_lists_.empty()) return;
  std::vector<std::string> parts;
  std::vector<ScanList> lists;
  for (std::size_t number = 1; number <= frames(); ++number)
    parts.push_back(waiting_file(scan_lists_.front(), number, ".h5"));
  for (const std::string& path : setup_.options.output.truth) {
    ScanList& list = lists.emplace_back(scan_path(path), std::vector<std::string>{});
    for (std::size_t number = 1; number <= frames(); ++number) list.frames.push_back(frame_path(path, number));
  }
  write_scan_truth(setup_, quirks, words, parts, lists, out);
  for (const std::string& list : scan_lists_) journal_.replace(parts, list);
  std::error_code ignored;
  fs::remove_all(waiting_room(scan_lists_.front()), ignored);
}

void Series::finish(const QuirkSet& quirks, std::span<const std::string> words, std::ostream& out) {
  finish_lists(quirks, words, out);
  for (const std::string& output : joined_) {
    join(output, quirks);
    journal_.replace(waiting_files(output), output);
    std::error_code ignored;
    fs::remove_all(waiting_room(output), ignored);
    out << "writing " << output << "\n";
  }
}

std::vector<std::string> Series::waiting_files(const std::string& output) const {
  std::vector<std::string> files;
  for (std::size_t number = 1; number <= frames(); ++number) files.push_back(waiting_file(output, number));
  return files;
}

void Series::join(const std::string& output, const QuirkSet& quirks) const {
  formats::NxmxContents contents = formats::nxmx_contents_of(contents_for(setup_, quirks, output), output);
  if (assemble::has_shots(setup_.options.beam))
    for (std::size_t frame = 1; frame < frames(); ++frame) {
      Setup setup = setup_;
      assemble::take_frame(setup, frame);
      contents.spectra.push_back(wavelengths_and_weights(setup.experiment.beam));
    }
  const std::vector<std::string> files = waiting_files(output);
  formats::PixelArray pixels;
  std::vector<std::int32_t> counts;
  const formats::FrameSource source = [&](std::size_t frame) -> formats::PixelData {
    pixels = formats::parse_tiff(formats::read_file(files[frame], "a frame of the series"), files[frame]);
    if (const auto* photons = std::get_if<std::vector<float>>(&pixels.values)) return std::span(*photons);
    const auto& stored = std::get<std::vector<std::int64_t>>(pixels.values);
    counts.resize(stored.size());
    std::ranges::transform(stored, counts.begin(), [](std::int64_t count) { return static_cast<std::int32_t>(count); });
    return std::span<const std::int32_t>(counts);
  };
  formats::write_nxmx(output, contents, frames(), source, setup_.options.output.compression);
}

void Series::remove_abandoned() const {
  std::map<fs::path, std::set<std::string>> names;
  const auto add = [&](const std::string& file) {
    const fs::path path(file);
    names[path.has_parent_path() ? path.parent_path() : fs::path(".")].insert(path.filename().string());
  };
  for (std::size_t number = 1; number <= frames(); ++number) {
    for (const std::string& output : numbered_) add(frame_path(output, number));
    for (const std::string& output : joined_) add(waiting_file(output, number));
    for (const std::string& output : setup_.options.output.truth) add(frame_path(output, number));
    if (!scan_lists_.empty()) add(waiting_file(scan_lists_.front(), number, ".h5"));
    if (const std::string& map = setup_.options.output.truth_hkl_map; !map.empty()) add(frame_path(map, number));
  }
  for (const std::string& output : joined_) add(output);
  for (const std::string& list : scan_lists_) add(list);
  add(journal_path(setup_.options.output.extra.front()));
  if (const std::string& expt = setup_.options.output.expt; !expt.empty())
    add(expt), add(formats::dials_mask_name(expt));
  for (const auto& [folder, ours] : names)
    formats::remove_abandoned(folder, [&](const std::string& name) { return ours.contains(name); });
}

}  // namespace femtobragg::nanobragg
