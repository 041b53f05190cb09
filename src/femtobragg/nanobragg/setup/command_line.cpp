// Headers first, because quirks decide how they are read and every flag wins over them.
#include "femtobragg/nanobragg/setup/command_line.h"

#include <algorithm>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/geometry/dials_mask.h"
#include "femtobragg/formats/geometry/expt_writer.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/nanobragg/flags/file_arguments.h"
#include "femtobragg/nanobragg/flags/parse_arguments.h"
#include "femtobragg/nanobragg/flags/series_names.h"
#include "femtobragg/nanobragg/setup/usual_values.h"
#include "femtobragg/scene/fields.h"
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::nanobragg {
namespace {

using Warn = std::function<void(const std::string&)>;

QuirkSet quirks_of(Program program, const EarlyOptions& early) {
  if (early.quirks) return QuirkSet::parse(*early.quirks);
  return program == Program::DropIn ? QuirkSet::all() : QuirkSet::none();
}

/// Masks of every format; headers of SMV images.
void read_own_way(std::string bytes, const std::string& file, bool is_mask, CommandLine& line, const Warn& warn) {
  bytes = formats::inflated(std::move(bytes), file, formats::most_image_bytes);
  GeometryHeader header{file, {}, 0, 0, is_mask, true};
  // Of a damaged header its own reader says more.
  const bool begins_as_smv = std::string_view(bytes).substr(0, 64).find("HEADER_BYT") != std::string_view::npos;
  if (!is_mask && !begins_as_smv)
    if (const formats::GeometryFormatInfo* format = formats::geometry_format_of(bytes, file))
      throw Error::usage({.what = "-img reads the headers of SMV images",
                          .where = in_quotes(file),
                          .value = std::string(format->name),
                          .rule = "-geometry reads this file",
                          .remedy = "use -geometry " + file});
  if (formats::is_smv(bytes) || !is_mask) header.text = std::string(formats::smv_header_text(bytes, file));
  const formats::Frame frame = is_mask ? formats::parse_mask(bytes, file) : formats::parse_pixels(bytes, file);
  for (const std::string& note : frame.notes) warn(file + ": " + note);
  if (!frame.shape)
    throw Error::runtime({.what = "the mask has no shape",
                          .where = in_quotes(file),
                          .rule = "raw floats do not state the length of a row",
                          .remedy = "store it as .npy, .tif, .cbf or .img"});
  header.n_fast = frame.shape->n_fast;
  header.n_slow = frame.shape->n_slow;
  line.headers.push_back(std::move(header));
  if (is_mask) line.mask_pixels = formats::live_pixels(frame);
}

/// The mask first: the image's values win.
void read_headers(const EarlyOptions& early, CommandLine& line, const Warn& warn) {
  QuirkLog& quirks = line.quirks;
  for (const auto& [file, is_mask] : {std::pair{early.mask, true}, std::pair{early.image_header, false}}) {
    if (file.empty()) continue;
    std::string bytes;
    try {
      bytes = formats::read_file(file, is_mask ? "the mask" : "the image", formats::InputKind::Image);
    } catch (const Error& error) {
      if (line.program == Program::Simulate) throw;
      warn(std::string(error.what()) + "; ignored");
      continue;
    }
    const bool as_older_programs =
        line.program == Program::DropIn || quirks.on(Quirk::HeaderDistance) || quirks.on(Quirk::HeaderSwap);
    if (!as_older_programs) {
      read_own_way(std::move(bytes), file, is_mask, line, warn);
      continue;
    }
    const auto match = quirks.on(Quirk::HeaderDistance) ? formats::KeyMatch::LastOccurrence : formats::KeyMatch::Whole;
    formats::SmvImage image = formats::parse_smv(bytes, file, match, !quirks.on(Quirk::HeaderSwap));
    quirks.changes(Quirk::HeaderSwap, image.byte_order_matters);
    line.headers.push_back({file, std::move(image.header), image.n_fast, image.n_slow, is_mask});
    if (!is_mask) continue;
    line.mask_pixels.resize(image.pixels.size());
    std::ranges::transform(image.pixels, line.mask_pixels.begin(), [](std::uint16_t pixel) { return pixel != 0; });
  }
}

/// A scene says all that these files would, and computes as it says.
void require_only_a_scene(const EarlyOptions& early, const std::string& path) {
  const char* rival = !early.geometry.empty()       ? "-geometry"
                      : !early.image_header.empty() ? "-img"
                      : !early.mask.empty()         ? "-mask"
                      : early.quirks                ? "-quirks"
                                                    : nullptr;
  if (!rival) return;
  throw Error::usage({.what = "a scene together with another description",
                      .where = rival,
                      .value = path,
                      .rule = "the scene already has detector, mask and rules",
                      .remedy = "remove one of them, or set the value in the scene"});
}

/// Also those that a scene names. The drop-in replaces what nanoBragg would.
void require_inputs_kept(const std::vector<std::string>& words, const CommandLine& line) {
  std::vector<std::string> inputs = input_files(words);
  if (line.scene_file)
    for (std::string& file : scene::files_of(line.scene_file->scene)) inputs.push_back(std::move(file));
  require_inputs_kept(inputs, line.options.output, outputs_of(line));
  const std::string& expt = line.options.output.expt;
  if (line.options.attenuation.obstacles.empty() || !formats::is_expt_name(expt)) return;
  const std::string mask = formats::dials_mask_name(expt);
  formats::require_inputs_kept(inputs, std::span(&mask, 1));
}

}  // namespace

CommandLine read_command_line(Program program, std::span<const std::string> typed, const Warn& warn) {
  using enum Quirk;
  const std::vector<std::string> words = separate_words(typed);
  const Reading reading = program == Program::DropIn ? Reading::Lenient : Reading::Strict;
  const EarlyOptions early = early_options(words, reading);
  CommandLine line{program, reading, early.quiet, QuirkLog(quirks_of(program, early)), {}, {}, {}, {}};
  read_headers(early, line, warn);
  if (const auto path = scene_argument(words); path && program == Program::Simulate) {
    require_only_a_scene(early, *path);
    line.scene_file = read_scene_file(words, early.gaps);
  }
  if (program == Program::Simulate && !early.geometry.empty())
    line.geometry = read_geometry_file(early.geometry, early.gaps);
  const auto parse_with = [&](const QuirkSet& set) {
    return parse_arguments(words, reading, set, line.headers, line.geometry ? &*line.geometry : nullptr,
                           line.scene_file ? &*line.scene_file : nullptr);
  };
  line.quirks.settle(
      {TwothetaAxisFlag, MissetSeedFlag, CurvedLast, HeaderDistance, HeaderTwotheta},
      [&](const QuirkSet& set) { return parse_with(set).options; }, std::equal_to<>());
  ParsedArguments arguments = parse_with(line.quirks.set());
  for (const std::string& text : arguments.warnings) warn(text);
  if (line.scene_file) {
    line.geometry = line.scene_file->geometry;
    for (const std::string& text : scene::idle_fields(arguments.options.beam)) warn(text);
  }
  line.options = std::move(arguments.options);
  line.origins = std::move(arguments.origins);
  for (const GeometryHeader& header : line.headers)
    for (const std::string& doubt : header_doubts(header, line.origins)) warn(doubt);
  if (reading == Reading::Strict)
    for (const std::string& doubt : doubtful_numbers(line.options, line.origins)) warn(doubt);
  settle_names(line.options.output);
  if (program == Program::Simulate) require_inputs_kept(words, line);
  return line;
}

Setup set_up(CommandLine& line, bool writes_noise, bool writes_dump) {
  return set_up({line.options, line.origins, std::move(line.headers), std::move(line.mask_pixels), line.reading,
                 writes_noise, writes_dump, std::move(line.geometry), line.scene_file.has_value()},
                line.quirks);
}

RenderRequest request_of(const CommandLine& line) {
  const RunOptions& o = line.options.run;
  RenderRequest request;
  request.device = o.device;
  if (!o.number_type.empty())
    request.control.number_type = backends::number_type_named(o.number_type);
  else if (line.program == Program::Simulate)
    request.control.number_type = backends::find_backend(o.device).number_types().front();
  request.control.tolerance = o.tolerance;
  request.control.threads = static_cast<int>(o.threads);
  backend_for(request);
  return request;
}

OutputSelection outputs_of(const CommandLine& line) {
  return select_outputs(line.options.output, line.program == Program::Simulate && !line.options.output.extra.empty());
}

void require_outputs(const CommandLine& line) {
  constexpr OutputSelection none{.float_image = false, .int_image = false, .pgm = false, .noise = false};
  require_outputs_writable(line.options.output, line.program == Program::DropIn ? none : outputs_of(line));
}

Setup set_up(Program program, std::span<const std::string> words) {
  CommandLine line = read_command_line(program, words, [](const std::string&) {});
  return set_up(line, false);
}

}  // namespace femtobragg::nanobragg
