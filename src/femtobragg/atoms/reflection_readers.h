// Inside reflection_file: a reader for each format.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/atoms/reflection_table.h"

namespace femtobragg::atoms {

[[noreturn]] void refuse_reflections(const std::string& what, const std::string& where, const std::string& value,
                                     const std::string& rule,
                                     const std::string& remedy = "check that this is a whole file of reflections");

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

/// Merged reflections of SCALEPACK.
bool looks_like_scalepack(std::string_view bytes);
ReflectionTable read_scalepack(std::string_view bytes, const std::string& name);

}  // namespace femtobragg::atoms
