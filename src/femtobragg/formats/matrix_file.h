// Orientation matrices as MOSFLM writes them.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace femtobragg::formats {

/// The first nine numbers, row by row; text after them is ignored. Throws Error(Runtime) if there are fewer.
std::array<double, 9> parse_matrix(std::string_view text, const std::string& name);

}  // namespace femtobragg::formats
