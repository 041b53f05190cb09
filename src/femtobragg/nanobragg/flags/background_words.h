// The value of -background: a name and keys.
#pragma once

#include "femtobragg/nanobragg/flags/option_table.h"

namespace femtobragg::nanobragg {

/// NAME|FILE[:KEY=VALUE,...]. What is in the list of materials is one, everything else is a file. Throws Error(Usage)
/// that lists the keys for one that does not exist.
BackgroundScene background_of_words(const FlagValues& values);

/// "thick (mm), ...".
std::string background_keys();

}  // namespace femtobragg::nanobragg
