// Part of reflection_file: one amplitude for each reflection.
#pragma once

#include <vector>

#include "femtobragg/atoms/reflection_columns.h"

namespace femtobragg::atoms {

struct ListedAmplitude {
  Hkl hkl{};
  double amplitude = 0;
  std::size_t row = 0;  ///< the first one
};

struct MergedReflections {
  std::vector<ListedAmplitude> list;
  std::size_t rows = 0;  ///< rows with a value
  std::vector<std::string> notes, warnings;
};

/// Rows that are equivalent by symmetry are one reflection; Friedel mates are two unless the table says otherwise. If
/// values differ, the mean intensity is used. Negative intensities count as zero, after merging.
MergedReflections merged(const ReflectionTable& table, const ColumnChoice& choice);

}  // namespace femtobragg::atoms
