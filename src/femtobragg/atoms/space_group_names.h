// Compares names of space groups by their meaning.
#pragma once

#include <string>

namespace femtobragg::atoms {

/// Whether two Hermann-Mauguin symbols name the same group in the same setting. Unknown symbols are compared as text.
bool same_space_group(const std::string& one, const std::string& other);

}  // namespace femtobragg::atoms
