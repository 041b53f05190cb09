// The list of geometry files: which format a file has, and reading and writing by it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/geometry.h"

namespace femtobragg::formats {

struct GeometryFormatInfo {
  std::string_view name;
  std::vector<std::string_view> suffixes;     ///< with the dot; of files to be written; empty: only read
  bool (*recognise)(std::string_view bytes);  ///< by the first MiB, or all bytes
  Geometry (*read)(const std::string& path, std::optional<double> clen_m);
  std::vector<std::string> (*write)(const std::string& path, const Geometry& geometry);  ///< null: only read
};

std::span<const GeometryFormatInfo> geometry_formats();

/// By content, not by name. `clen_m` stands in for a camera length that a CrystFEL file leaves to the images. Throws
/// Error(Runtime) for files that cannot be read, and for bytes that are no geometry.
Geometry read_geometry(const std::string& path, std::optional<double> clen_m = {});

/// Throws Error(Usage) that lists the known suffixes if the name's is none of those that are written.
void require_geometry_suffix(const std::string& path);

/// By suffix. Answers with what the format cannot carry, one sentence each. Throws Error(Usage) that lists the known
/// suffixes, Error(Runtime) for files that cannot be written.
std::vector<std::string> write_geometry(const std::string& path, const Geometry& geometry);

}  // namespace femtobragg::formats
