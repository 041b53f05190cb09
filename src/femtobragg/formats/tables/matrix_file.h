// Orientation matrices as MOSFLM writes them.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::formats {

/// The first nine numbers, row by row; text after them is ignored. Throws Error(Runtime) if there are fewer.
std::array<double, 9> parse_matrix(std::string_view text, const std::string& name);

/// Compares the text after a MOSFLM matrix (missetting angles, U, cell) with the matrix at a wavelength; returns one
/// sentence for each doubt. Throws Error(Runtime) for files of other programs, and if no wavelength gives the cell that
/// the file states.
std::vector<std::string> doubts_about_matrix(std::string_view text, const std::string& name, double wavelength_m);

}  // namespace femtobragg::formats
