// Reads a file once, finds its type, and keeps what its reader says.
#include "femtobragg/inspect/inspection.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "femtobragg/atoms/model_file.h"
#include "femtobragg/atoms/reflection_file.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/file_kinds.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/numpy_array.h"
#include "femtobragg/formats/image/png_mask.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/tables/cell_file.h"
#include "femtobragg/formats/tables/rotation_list.h"
#include "femtobragg/formats/tables/structure_factor_dump.h"
#include "femtobragg/inspect/file_types.h"
#include "femtobragg/model/unit_cell.h"
#include "femtobragg/nanobragg/report/report.h"
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::inspect {
namespace {

bool says(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != text.npos; });
}

bool is_scene(const Source& source) {
  const std::string suffix = suffix_of(source.path);
  if (suffix == ".toml") return !source.text.empty();
  return suffix == ".json" && scene::looks_like_json_scene(source.text);
}

/// Ours, or a line of six ranges before a form feed.
bool is_dump(const Source& source) {
  const std::string_view start = std::string_view(source.bytes).substr(0, 200);
  if (start.starts_with("femtobragg structure factors")) return true;
  const auto feed = start.find('\f');
  return feed != start.npos && feed > 10 && start.substr(0, feed).find_first_not_of("0123456789+- \n") == start.npos;
}

void inspect_dump(const Source& source, Inspection& result) {
  const formats::DumpReading dump = formats::parse_dump(source.bytes, source.path, {});
  result.what = "dump of structure factors";
  result.used.push_back(std::to_string(dump.factors.values.size()) + " amplitudes: " + dump.factors.box.describe());
}

bool is_rotation_array(const Source& source) {
  if (!formats::is_numpy(source.bytes)) return false;
  const formats::NumpyHeader header = formats::parse_numpy_header(source.bytes, source.path);
  const std::vector<std::size_t>& shape = header.shape;
  if (shape.size() == 3) return shape[1] == 3 && shape[2] == 3;
  if (shape.size() != 2 || shape[1] != 9) return false;
  // An image may be nine pixels wide.
  const std::vector<double> nine = formats::first_numbers(header, 9);
  return formats::are_rotation(nine);
}

void inspect_rotations(const Source& source, Inspection& result) {
  const auto rotations = formats::parse_rotations(source.bytes, source.path);
  result.what = "rotations of " + counted(rotations.size(), "mosaic domain");
  result.used.push_back("each matrix is a rotation; crystal.mosaic_rotations takes them");
}

void inspect_cell(const Source& source, Inspection& result) {
  const formats::CellFile file = formats::parse_cell_file(source.text, source.path);
  result.what = "unit cell of CrystFEL";
  result.used.push_back("cell " + nanobragg::cell_words(cell_of_numbers(file.cell)) +
                        (file.lattice.empty() ? "" : ", which its lattice type allows: " + file.lattice));
  for (const std::string& note : file.notes) add_remark(result, note);
}

void inspect_png(const Source& source, Inspection& result) {
  const ImageShape shape = formats::shape_of_png(source.bytes, source.path);
  try {
    const formats::Frame mask = formats::parse_mask(source.bytes, source.path);
    const auto live = formats::live_pixels(mask);
    result.used.push_back("as a mask: " + counted(static_cast<std::size_t>(std::ranges::count(live, 0)),
                                                  "pixel is black", "pixels are black"));
    for (const std::string& note : mask.notes) add_remark(result, note);
  } catch (const Error& error) {
    if (error.parts().what != formats::picture_in_colour) throw;
    result.not_used.push_back("a mask: the picture is in colour");
  }
  result.what = "PNG picture for looking at, without photons, of " + std::to_string(shape.n_fast) + " x " +
                std::to_string(shape.n_slow) + " pixels";
}

/// A list of experiments, or another file of geometry.
bool is_geometry(const Source& source) {
  const bool json = trimmed(source.text).starts_with('{');
  if (json && source.text.find("\"experiment\"") == std::string::npos) return false;
  return formats::geometry_format_of(source.bytes, source.path) != nullptr;
}

bool is_pdb(const Source& source) {
  const std::string_view start = std::string_view(source.text).substr(0, 1 << 16);
  for (const std::string_view record : {"CRYST1", "ATOM  ", "HETATM", "HEADER"})
    if (start.starts_with(record) || start.find("\n" + std::string(record)) != start.npos) return true;
  return false;
}

bool is_model_or_reflections(const Source& source) {
  const std::string& content = source.bytes.starts_with("MTZ ") ? source.bytes : source.text;
  return atoms::looks_like_reflection_file(content) || atoms::looks_like_cif(content) || is_pdb(source);
}

/// Bare floats have no beginning: what is no text.
bool is_raw(const Source& source) {
  return source.text.empty() && !source.bytes.empty() && !kind_of_file(source.bytes, true);
}

}  // namespace

std::span<const FileType> file_types() {
  using namespace formats;
  // Bare floats that are compressed have nothing to tell them from what only fills the memory.
  constexpr std::uint64_t text_bytes = 1 << 28, mask_bytes = 1 << 28, packed_floats = 1 << 28;
  static_assert(packed_floats < most_image_bytes);
  static constexpr std::array<FileType, 15> types = {{
      {"scene", is_scene, inspect_scene, text_bytes},
      {"dump of structure factors", is_dump, inspect_dump, most_inflated_bytes},
      {"rotations of mosaic domains", is_rotation_array, inspect_rotations, most_image_bytes},
      {"NXmx image", is_hdf5, inspect_image, 0},
      {"image", is_image, inspect_image, most_image_bytes},
      {"picture", [](const Source& s) { return is_png(s.bytes); }, inspect_png, mask_bytes},
      {"unit cell", [](const Source& s) { return looks_like_cell_file(s.text); }, inspect_cell, text_bytes},
      {"reflection table", is_reflection_table, inspect_reflection_table, most_inflated_bytes},
      {"truth list", is_truth_list, inspect_truth_list, most_inflated_bytes},
      {"model or reflections", is_model_or_reflections, inspect_model_or_reflections, most_inflated_bytes},
      {"geometry", is_geometry, inspect_geometry, text_bytes},
      {"table", is_table, inspect_table, most_inflated_bytes},
      {"text", [](const Source& s) { return !s.text.empty(); }, inspect_unknown_text, 0},
      {"image without a header", is_raw, inspect_image, packed_floats},
      {"empty file", [](const Source& s) { return s.bytes.empty(); },
       [](const Source& s, Inspection&) {
         throw Error::runtime({.what = "the file is empty", .where = in_quotes(s.path), .remedy = "check the name"});
       },
       0},
  }};
  return types;
}

void add_remark(Inspection& result, const std::string& remark) {
  const bool left_out =
      says(remark, {"not used", "ignored", "not rendered", "has no effect", "passed over", "not read"});
  constexpr std::string_view heading = "not used: ";  // which the list has already
  const std::string text = remark.starts_with(heading) ? remark.substr(heading.size()) : remark;
  // Pixels and geometry of one file may have the same remark.
  std::vector<std::string>& list = left_out ? result.not_used : result.doubtful;
  if (std::ranges::find(list, text) == list.end()) list.push_back(text);
}

namespace {

/// What types are recognised by.
constexpr std::size_t beginning = 1 << 20;

void require_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_fifo(path, ignored))
    throw Error::runtime({.what = "it is a pipe",
                          .where = in_quotes(path),
                          .rule = "what goes through a pipe can be read only once",
                          .remedy = "write it to a file, and give that"});
}

std::string text_of(const std::string& bytes, const std::string& path) {
  try {
    return kind_of_file(bytes, false) ? std::string() : plain_text(bytes, path);
  } catch (const Error&) {
    return {};
  }
}

/// Whole lines, so that no character is cut.
std::string text_of_start(const std::string& bytes, const std::string& path) {
  const std::size_t end = bytes.size() < beginning ? bytes.size() : bytes.rfind('\n') + 1;
  return text_of(end > 0 ? bytes.substr(0, end) : bytes, path);
}

const FileType& type_of(const Source& start) {
  const auto types = file_types();
  const auto found = std::ranges::find_if(types, [&](const FileType& t) { return t.recognise(start); });
  if (found != types.end()) return *found;
  const auto kind = kind_of_file(start.bytes, true);
  throw Error::runtime({.what = "no command reads this file",
                        .where = in_quotes(start.path),
                        .rule = kind ? "it is " + std::string(kind->name) : "it is of an unknown format",
                        .remedy = "check the name"});
}

/// All of the file, within the limit of its type.
void read_whole(Source& source, const FileType& type, bool packed) {
  std::error_code ignored;
  const std::uint64_t size = std::filesystem::file_size(source.path, ignored);
  const std::uint64_t most = packed ? type.most_bytes : std::max(type.most_bytes, formats::most_image_bytes);
  if (!ignored && size > most)
    throw Error::runtime({.what = "the file is too large",
                          .where = in_quotes(source.path),
                          .value = std::to_string(size) + " bytes",
                          .rule = "a file of this type has at most " + std::to_string(most),
                          .remedy = "check the file"});
  source.bytes =
      formats::inflated(formats::read_file(source.path, "the file", formats::InputKind::Image), source.path, most);
  source.text = text_of(source.bytes, source.path);
}

}  // namespace

Inspection inspect_file(const std::string& path) {
  Inspection result{path, "", {}, {}, {}, ""};
  const FileType* type = nullptr;
  try {
    require_file(path);
    std::string start = formats::read_file(path, "the file", beginning);
    const bool packed = formats::is_compressed(start);
    // Of a file that is shorter nothing is missing.
    const bool whole = start.size() < beginning && !packed;
    if (packed) start = formats::inflated_start(start, path, beginning);
    Source source{path, start, text_of_start(start, path)};
    type = &type_of(source);
    if (!whole && type->most_bytes > 0) read_whole(source, *type, packed);
    type->inspect(source, result);
    if (packed) result.what += ", compressed";
  } catch (const Error& error) {
    result.wrong = error.what();
  } catch (const std::exception& error) {
    result.wrong = std::string("cannot be read: ") + error.what();
  }
  if (result.what.empty()) result.what = type ? std::string(type->name) + " that cannot be read" : "unknown";
  return result;
}

}  // namespace femtobragg::inspect
