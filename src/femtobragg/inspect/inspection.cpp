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
#include "femtobragg/scene/scene_file.h"

namespace femtobragg::inspect {
namespace {

bool says(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != text.npos; });
}

bool is_scene(const Source& source) {
  const std::string suffix = suffix_of(source.path);
  if (suffix == ".toml") return !source.text.empty();
  return suffix == ".json" && trimmed(source.text).starts_with('{') &&
         source.text.find("\"experiment\"") == std::string::npos;
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
  const auto shape = formats::parse_numpy_header(source.bytes, source.path).shape;
  return (shape.size() == 3 && shape[1] == 3 && shape[2] == 3) || (shape.size() == 2 && shape[1] == 9);
}

void inspect_rotations(const Source& source, Inspection& result) {
  const auto rotations = formats::parse_rotations(source.bytes, source.path);
  result.what = "rotations of " + counted(rotations.size(), "mosaic domain");
  result.used.push_back("each matrix is a rotation; crystal.mosaic_rotations takes them");
}

void inspect_cell(const Source& source, Inspection& result) {
  const formats::CellFile file = formats::parse_cell_file(source.text, source.path);
  result.what = "unit cell of CrystFEL";
  std::string words;
  for (const double number : file.cell) words += (words.empty() ? "" : " ") + format_number(number);
  result.used.push_back("cell " + words +
                        (file.lattice.empty() ? "" : ", which its lattice type allows: " + file.lattice));
  result.not_used.push_back("the centering: structure factors decide which reflections are absent");
  for (const std::string& note : file.notes) add_remark(result, note);
}

void inspect_png(const Source& source, Inspection& result) {
  const formats::Frame mask = formats::parse_mask(source.bytes, source.path);
  const auto live = formats::live_pixels(mask);
  result.what =
      "PNG picture of " + std::to_string(mask.shape->n_fast) + " x " + std::to_string(mask.shape->n_slow) + " pixels";
  result.used.push_back("as a mask: " + counted(static_cast<std::size_t>(std::ranges::count(live, 0)), "pixel is black",
                                                "pixels are black"));
  result.doubtful.push_back("a picture holds no photons: only masks are read from it");
  for (const std::string& note : mask.notes) add_remark(result, note);
}

bool is_geometry(const Source& source) { return formats::geometry_format_of(source.bytes, source.path) != nullptr; }

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
  static constexpr std::array<FileType, 11> types = {{
      {"scene", is_scene, inspect_scene},
      {"dump of structure factors", is_dump, inspect_dump},
      {"rotations of mosaic domains", is_rotation_array, inspect_rotations},
      {"image", is_image, inspect_image},
      {"picture", [](const Source& s) { return formats::is_png(s.bytes); }, inspect_png},
      {"unit cell", [](const Source& s) { return formats::looks_like_cell_file(s.text); }, inspect_cell},
      {"model or reflections", is_model_or_reflections, inspect_model_or_reflections},
      {"geometry", is_geometry, inspect_geometry},
      {"table", is_table, inspect_table},
      {"image without a header", is_raw, inspect_image},
      {"empty file", [](const Source& s) { return s.bytes.empty(); },
       [](const Source& s, Inspection&) {
         throw Error::runtime({.what = "the file is empty", .where = in_quotes(s.path), .remedy = "check the name"});
       }},
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

Inspection inspect_file(const std::string& path) {
  Inspection result{path, "", {}, {}, {}, ""};
  const FileType* type = nullptr;
  try {
    Source source{path, formats::read_file(path, "the file", formats::InputKind::Image), ""};
    const bool packed = formats::is_compressed(source.bytes);
    source.bytes = formats::inflated(std::move(source.bytes), path, formats::most_image_bytes);
    try {
      if (!kind_of_file(source.bytes, false)) source.text = plain_text(source.bytes, path);
    } catch (const Error&) {
    }
    const auto types = file_types();
    const auto found = std::ranges::find_if(types, [&](const FileType& t) { return t.recognise(source); });
    if (found == types.end())
      throw Error::runtime({.what = "no command reads this file",
                            .where = in_quotes(path),
                            .rule = kind_of_file(source.bytes, true)
                                        ? "it is " + std::string(kind_of_file(source.bytes, true)->name)
                                        : "it is of an unknown format",
                            .remedy = "check the name"});
    type = &*found;
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
