// Inside reflection_file: a reader for each format.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/atoms/reflection_table.h"
#include "femtobragg/atoms/stated_symmetry.h"

namespace femtobragg::atoms {

[[noreturn]] void refuse_reflections(const std::string& what, const std::string& where, const std::string& value,
                                     const std::string& rule,
                                     const std::string& remedy = "check that this is a complete file of reflections");

/// Puts the group into the table, and what is doubtful about it. Origins do not matter here.
void take_symmetry(StatedSymmetry stated, const UnitCell& cell, ReflectionTable& table);

bool looks_like_mtz(std::string_view bytes);
ReflectionTable read_mtz(std::string_view bytes, const std::string& name);

/// The first block that lists reflections: SF-mmCIF, small-molecule .fcf, or CIF with a SHELX file inside.
ReflectionTable read_reflection_cif(std::string_view bytes, const std::string& name);

/// XDS_ASCII.HKL and INTEGRATE.HKL.
bool looks_like_xds(std::string_view bytes);
ReflectionTable read_xds(std::string_view bytes, const std::string& name);

/// SHELX HKLF 3 or 4: columns of fixed width and either an end line of zeroes, or numbers without blanks between.
bool looks_like_hklf(std::string_view bytes);
ReflectionTable read_hklf(std::string_view bytes, const std::string& name);
/// The same for text inside another file; `where` is for messages.
ReflectionTable hklf_table(std::string_view text, const std::string& where);

/// Merged reflections of SCALEPACK.
bool looks_like_scalepack(std::string_view bytes);
ReflectionTable read_scalepack(std::string_view bytes, const std::string& name);

}  // namespace femtobragg::atoms
