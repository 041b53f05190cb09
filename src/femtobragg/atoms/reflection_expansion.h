// Part of reflection_file: expands the rows of a file to all of P1.
#pragma once

#include "femtobragg/atoms/reflection_columns.h"
#include "femtobragg/atoms/reflection_file.h"

namespace femtobragg::atoms {

/// Merges rows of the same reflection and applies symmetry and Friedel's law. Without a cell in the file the indices
/// stay as listed. Throws Error(Runtime) that names the row.
ReflectionFile expanded(const ReflectionTable& table, const ColumnChoice& choice, double default_amplitude);

}  // namespace femtobragg::atoms
