// Binary dumps of structure factor tables, for fast reading, in our own format and that of older programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "femtobragg/model/structure_factors.h"

namespace femtobragg::formats {

/// Our format: a text line `femtobragg structure factors 1 h_min h_max k_min k_max l_min l_max default_F crc32`,
/// then little-endian float64, l innermost. The checksum covers the line before it and the values.
void write_dump(const std::string& path, const StructureFactors& factors);

/// Older programs' format: a text line of six ranges, a form feed, then native float64 with one extra layer of zeros
/// at each upper end.
void write_legacy_dump(const std::string& path, const StructureFactors& factors);

/// Bytes that the values take in a file, after the line of text.
std::uint64_t dump_value_bytes(const StructureFactors& factors);
std::uint64_t legacy_dump_value_bytes(const StructureFactors& factors);

struct DumpReading {
  StructureFactors factors;          ///< older programs' format has no default amplitude: zero
  std::uint64_t missing_values = 0;  ///< values beyond the end of a file that is too short; they are zero
};

/// How dumps of older programs are read.
struct LegacyDumpRules {
  bool swallow_blank_bytes = false;  ///< bytes that look like blanks after the form feed are lost
  bool accept_short_files = false;   ///< missing values are zero
};

/// Reads either format. Throws Error(Runtime) for anything else, a wrong checksum, or a table beyond the memory.
DumpReading parse_dump(std::string_view bytes, const std::string& name, const LegacyDumpRules& rules);

}  // namespace femtobragg::formats
