// Lists of X-ray sources: X Y Z weight wavelength.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/model/beam.h"

#pragma GCC visibility push(default)
namespace femtobragg::formats {

/// Defaults for missing values.
struct SourceDefaults {
  Vec3d position{-10, 0, 0};
  double weight = 1;
  double wavelength_m = 1e-10;
};

/// Sources from text: one per line, columns X Y Z weight wavelength (m), separated by blanks, tabs or any of ",;:!".
/// Missing columns take the defaults; '#' begins a comment. Older programs read lines differently that end without a
/// bare newline or begin with '#'; `as_older_programs` follows them. Positions are returned as unit directions. Throws
/// Error(Runtime) if there is no source, or a field is not a number.
std::vector<Source> parse_sources(std::string_view text, const std::string& name, const SourceDefaults& defaults,
                                  bool as_older_programs);

}  // namespace femtobragg::formats
#pragma GCC visibility pop
