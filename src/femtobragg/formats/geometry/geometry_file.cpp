// One row for each format of geometry files.
#include "femtobragg/formats/geometry/geometry_file.h"

#include <algorithm>
#include <array>

#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry/expt_file.h"
#include "femtobragg/formats/geometry/geom_file.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/geometry/poni_file.h"
#include "femtobragg/formats/geometry/stream_file.h"
#include "femtobragg/formats/geometry/xds_file.h"
#include "femtobragg/formats/image/header_files.h"
#include "femtobragg/formats/image/nxmx.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::formats {
namespace {

using Bytes = std::string_view;
using Gaps = GeometryGaps;

constexpr const char* purpose = "the geometry file";
/// Headers of images are shorter; the images themselves are not read.
constexpr std::size_t header_bytes = 1 << 20;

Bytes first_word(Bytes text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

bool has_line(Bytes text, Bytes key, Bytes sign) {
  for (std::size_t at = text.find(key); at != text.npos; at = text.find(key, at + 1)) {
    const Bytes rest = text.substr(at + key.size(), 200);
    if (rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size())).starts_with(sign)) return true;
  }
  return false;
}

void require_no_pixels(const std::string& path, const Gaps& gaps) {
  if (gaps.n_fast || gaps.n_slow || !gaps.detector.empty())
    throw Error::usage({.what = "pixel counts, although the file states them",
                        .where = in_quotes(path),
                        .value = gaps.detector.empty() ? "" : in_quotes(gaps.detector),
                        .rule = "pixel counts are only for .poni files that do not state them",
                        .remedy = "remove the detector's name and pixel counts"});
}
void require_first_experiment(const std::string& path, const Gaps& gaps) {
  if (gaps.experiment.value_or(0) != 0)
    throw Error::usage({.what = "there is no such experiment",
                        .where = in_quotes(path),
                        .value = std::to_string(*gaps.experiment),
                        .rule = "only experiment lists of DIALS and streams of CrystFEL have several",
                        .remedy = "remove detector.experiment"});
}
void require_no_gaps(const std::string& path, const Gaps& gaps) {
  require_first_experiment(path, gaps);
  require_no_length(in_quotes(path), gaps);
  require_no_pixels(path, gaps);
}

std::string source_text(const GeometrySource& source) {
  return source.content.empty() ? read_text(source.path, purpose) : plain_text(source.content, source.path);
}

template <auto parse>
Geometry read_plain(const GeometrySource& source, const Gaps& gaps) {
  require_no_gaps(source.path, gaps);
  return parse(source_text(source), source.path);
}
template <auto parse>
Geometry read_header(const GeometrySource& source, const Gaps& gaps) {
  require_no_gaps(source.path, gaps);
  return parse(source.content.empty() ? read_file(source.path, purpose, header_bytes) : source.content, source.path);
}
Geometry read_expt(const GeometrySource& source, const Gaps& gaps) {
  require_no_length(in_quotes(source.path), gaps);
  require_no_pixels(source.path, gaps);
  return parse_expt(source_text(source), source.path, gaps);
}
Geometry read_stream(const GeometrySource& source, const Gaps& gaps) {
  require_no_pixels(source.path, gaps);
  return parse_stream(source_text(source), source.path, gaps);
}
Geometry read_geom(const GeometrySource& source, const Gaps& gaps) {
  require_first_experiment(source.path, gaps);
  require_no_pixels(source.path, gaps);
  return parse_geom(source_text(source), source.path, gaps);
}
Geometry read_poni(const GeometrySource& source, const Gaps& gaps) {
  require_first_experiment(source.path, gaps);
  require_no_length(in_quotes(source.path), gaps);
  return parse_poni(source_text(source), source.path, gaps);
}

template <auto text_of>
std::vector<std::string> write_as(const std::string& path, const Geometry& geometry) {
  std::vector<std::string> notes;
  write_text(path, text_of(geometry, notes));
  return notes;
}

Geometry read_nxmx(const GeometrySource& source, const Gaps& gaps) {
  require_no_gaps(source.path, gaps);
  return source.content.empty() ? read_nxmx_geometry(source.path) : parse_nxmx_geometry(source.content, source.path);
}
std::vector<std::string> write_nxmx(const std::string& path, const Geometry& geometry) {
  write_nxmx_geometry(path, geometry);
  return {};
}

/// As text readers see it; what is no text, as it is.
std::string readable(const std::string& start, const std::string& path) {
  try {
    return plain_text(start, path);
  } catch (const Error&) {
    return start;
  }
}

/// A turn backwards is one forwards about the opposite axis.
void turn_forwards(Geometry& g) {
  if (!g.oscillation || g.oscillation->width_rad >= 0) return;
  constexpr Vec3d usual_spindle{0, 0, 1};
  g.spindle_axis = -g.spindle_axis.value_or(usual_spindle);
  g.oscillation->start_rad = -g.oscillation->start_rad;
  g.oscillation->width_rad = -g.oscillation->width_rad;
  g.notes.push_back("the crystal rotates backwards: angles are given about the opposite spindle, which is equivalent");
}

/// Scan points belong to the frames of the rotation, after turn_forwards().
void place_scan_points(Geometry& g) {
  if (!g.crystal || g.crystal->at_scan_points.empty()) return;
  if (g.oscillation && g.oscillation->width_rad != 0)
    g.crystal->scan = *g.oscillation;
  else
    g.crystal->at_scan_points.clear();
}

/// What is possible in every format, and meant in few files.
void note_doubts(Geometry& g) {
  if (g.crystal) {
    const CrystalAxes& axes = g.crystal->axes;
    if (triple_product(axes.a_m, axes.b_m, axes.c_m) < 0)
      g.notes.push_back("the crystal's axes are left-handed: if that is not intended, the image is mirrored");
  }
  const auto upstream =
      std::ranges::find_if(g.detector.panels, [&](const Panel& p) { return dot(p.origin_m, g.beam_direction) <= 0; });
  if (upstream != g.detector.panels.end())
    g.notes.push_back(
        "the corner of panel " +
        (upstream->name.empty() ? std::to_string(upstream - g.detector.panels.begin()) : in_quotes(upstream->name)) +
        " is upstream of the sample");
}

std::string known_suffixes() {
  std::string known;
  for (const GeometryFormatInfo& format : geometry_formats())
    for (const std::string_view suffix : format.suffixes) known += (known.empty() ? "" : " ") + std::string(suffix);
  return known;
}

/// By the suffix of a file to be written.
const GeometryFormatInfo& written_format(const std::string& path) {
  const std::string suffix = suffix_of(path);
  for (const GeometryFormatInfo& format : geometry_formats())
    if (format.write && std::ranges::find(format.suffixes, suffix) != format.suffixes.end()) return format;
  throw Error::usage({.what = "unknown geometry format",
                      .where = in_quotes(path),
                      .value = suffix.empty() ? "no suffix" : in_quotes(suffix),
                      .rule = "the suffix must be one of " + known_suffixes(),
                      .remedy = "rename the output"});
}

}  // namespace

std::span<const GeometryFormatInfo> geometry_formats() {
  static const std::array<GeometryFormatInfo, 9> formats = {{
      {"NXmx",
       {".nxs", ".h5", ".hdf5"},
       [](Bytes b) { return b.starts_with("\x89HDF\r\n\x1a\n"); },
       read_nxmx,
       write_nxmx},
      {"SMV header", {}, is_smv, read_header<parse_smv_geometry>, nullptr},
      {"CBF header", {}, [](Bytes b) { return b.starts_with("###CBF"); }, read_header<parse_cbf_header>, nullptr},
      {"DIALS",
       {".expt", ".json"},
       [](Bytes b) { return first_word(b).starts_with("{"); },
       read_expt,
       write_as<expt_text>},
      {"XDS parameters", {}, looks_like_xparm, read_plain<parse_xparm>, nullptr},
      {"CrystFEL stream", {}, looks_like_stream, read_stream, nullptr},
      {"pyFAI", {}, [](Bytes b) { return has_line(b, "Poni1", ":") || has_line(b, "poni1", ":"); }, read_poni, nullptr},
      {"CrystFEL",
       {".geom"},
       [](Bytes b) { return has_line(b, "fs", "=") && has_line(b, "ss", "="); },
       read_geom,
       write_as<geom_text>},
      {"XDS input", {}, looks_like_xds_input, read_plain<parse_xds_input>, nullptr},
  }};
  return formats;
}

const GeometryFormatInfo* geometry_format_of(Bytes bytes, const std::string& path) {
  const std::string start(bytes.substr(0, header_bytes)), text = readable(start, path);
  for (const GeometryFormatInfo& format : geometry_formats())
    if (format.recognise(start) || format.recognise(text)) return &format;
  return nullptr;
}

Geometry read_geometry(const std::string& path, const Gaps& gaps) {
  // A geometry file may say little on its first pages: the whole of short files is looked at.
  std::string start = read_file(path, purpose, header_bytes);
  GeometrySource source{path};
  const bool packed = is_compressed(start);
  if (packed) start = inflated_start(start, path, header_bytes);
  if (const GeometryFormatInfo* format = geometry_format_of(start, path)) {
    if (packed) source.content = inflated(read_file(path, purpose, InputKind::Image), path, most_image_bytes);
    Geometry geometry = format->read(source, gaps);
    turn_forwards(geometry);
    place_scan_points(geometry);
    note_doubts(geometry);
    return geometry;
  }
  std::string known;
  for (const GeometryFormatInfo& format : geometry_formats())
    known += (known.empty() ? "" : ", ") + std::string(format.name);
  throw Error::runtime({.what = "not a geometry file",
                        .where = in_quotes(path),
                        .rule = "known formats are " + known,
                        .remedy = "check the file"});
}

std::vector<std::string> write_geometry(const std::string& path, const Geometry& geometry) {
  return written_format(path).write(path, geometry);
}

void require_geometry_suffix(const std::string& path) { written_format(path); }

}  // namespace femtobragg::formats
