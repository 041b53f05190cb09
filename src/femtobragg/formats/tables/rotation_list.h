// Rotations, one for each mosaic domain: nine numbers on each line, or a NumPy array (n, 3, 3).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/base/mat3.h"

namespace femtobragg::formats {

/// Matrices row by row; '#' begins a comment in text. Throws Error(Runtime) that names the line or the number of a
/// matrix that is no rotation. Rotations that were rounded are made exact.
std::vector<Mat3d> parse_rotations(std::string_view bytes, const std::string& name);

/// Whether nine numbers, row by row, are a rotation but for rounding.
bool are_rotation(std::span<const double> nine);

/// Text, or a NumPy array of float64 if the suffix is .npy. Throws Error(Runtime) for files that cannot be written.
void write_rotations(const std::string& path, std::span<const Mat3d> rotations);

}  // namespace femtobragg::formats
