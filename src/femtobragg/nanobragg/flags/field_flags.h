// What fields of a scene are called on the command line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "femtobragg/assemble/scene.h"
#include "femtobragg/base/error.h"

namespace femtobragg::nanobragg {

/// Without dash; empty: it has none.
std::string flag_of_field(std::string_view field);
/// The fields that a scene gives and their flags, without dash.
std::vector<std::pair<std::string, std::string>> flags_of_fields(const femtobragg::Scene& scene);

/// The text with flags instead of fields: "give beam.wavelengths" becomes "give -wavelengths".
std::string in_flags(const std::string& text);
/// The same error, for somebody who typed flags.
Error in_flags(const Error& error);

}  // namespace femtobragg::nanobragg
