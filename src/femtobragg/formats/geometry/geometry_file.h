// The list of geometry formats: recognises the format of a file, and reads and writes it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/formats/geometry/geometry_gaps.h"
#include "femtobragg/model/geometry.h"

#pragma GCC visibility push(default)
namespace femtobragg::formats {

struct GeometrySource {
  std::string path;
  std::string content{};  ///< decompressed content; empty: the file is not compressed
};

struct GeometryFormatInfo {
  std::string_view name;
  std::vector<std::string_view> suffixes;     ///< with the dot, for files to be written; empty: read only
  bool (*recognise)(std::string_view bytes);  ///< from the first MiB, or all bytes
  Geometry (*read)(const GeometrySource& source, const GeometryGaps& gaps);
  std::vector<std::string> (*write)(const std::string& path, const Geometry& geometry);  ///< null: read only
};

std::span<const GeometryFormatInfo> geometry_formats();

/// The format of a file, from its first MiB or all of it; null: none.
const GeometryFormatInfo* geometry_format_of(std::string_view bytes, const std::string& path);

/// Reads by content, not by name. Throws Error(Runtime) for files that cannot be read, and for bytes that are not a
/// geometry; Error(Usage) for gaps that the file does not have.
Geometry read_geometry(const std::string& path, const GeometryGaps& gaps = {});

/// Throws Error(Usage) that lists the known suffixes if files with this suffix cannot be written.
void require_geometry_suffix(const std::string& path);

/// Writes by suffix. Returns what the format cannot express, one sentence each. Throws Error(Usage) that lists the
/// known suffixes, Error(Runtime) for files that cannot be written.
std::vector<std::string> write_geometry(const std::string& path, const Geometry& geometry);

}  // namespace femtobragg::formats
#pragma GCC visibility pop
