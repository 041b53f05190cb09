// The list of geometry files: which format a file has, and reading and writing by it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/formats/geometry/geometry_gaps.h"
#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

struct GeometrySource {
  std::string path;
  std::string content{};  ///< of a compressed file; empty: it is not
};

struct GeometryFormatInfo {
  std::string_view name;
  std::vector<std::string_view> suffixes;     ///< with the dot; of files to be written; empty: only read
  bool (*recognise)(std::string_view bytes);  ///< by the first MiB, or all bytes
  Geometry (*read)(const GeometrySource& source, const GeometryGaps& gaps);
  std::vector<std::string> (*write)(const std::string& path, const Geometry& geometry);  ///< null: only read
};

std::span<const GeometryFormatInfo> geometry_formats();

/// The format that a file begins as, by its first MiB or all of it; null: none.
const GeometryFormatInfo* geometry_format_of(std::string_view bytes, const std::string& path);

/// By content, not by name. Throws Error(Runtime) for files that cannot be read, and for bytes that are no geometry;
/// Error(Usage) for gaps that the file does not have.
Geometry read_geometry(const std::string& path, const GeometryGaps& gaps = {});

/// Throws Error(Usage) that lists the known suffixes if the name's is none of those that are written.
void require_geometry_suffix(const std::string& path);

/// By suffix. Answers with what the format cannot carry, one sentence each. Throws Error(Usage) that lists the known
/// suffixes, Error(Runtime) for files that cannot be written.
std::vector<std::string> write_geometry(const std::string& path, const Geometry& geometry);

}  // namespace femtobragg::formats
