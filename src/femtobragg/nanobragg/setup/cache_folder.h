// Where a user's calculated structure factors are kept.
#pragma once

#include <filesystem>

namespace femtobragg::nanobragg {

/// $FEMTOBRAGG_CACHE, else femtobragg in $XDG_CACHE_HOME, else in ~/.cache; empty: there is no such place.
std::filesystem::path cache_folder();

}  // namespace femtobragg::nanobragg
