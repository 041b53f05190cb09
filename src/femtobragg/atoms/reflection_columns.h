// Inside reflection_file: which columns hold the amplitudes.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace femtobragg::atoms {

enum class Quantity { Other, Amplitude, AmplitudeOfPair, Intensity, IntensityOfPair, Calculated, SquaredAmplitude };

struct Column {
  std::string label;
  Quantity quantity = Quantity::Other;
};

struct ColumnChoice {
  std::size_t column = 0;
  std::optional<std::size_t> mate;  ///< of the Friedel mates
  bool squared = false;             ///< intensities
  std::string description;
};

/// The label of the Friedel mate's column, or nothing: F(+) to F(-), pdbx_F_plus to pdbx_F_minus.
std::optional<std::string> mate_of(const std::string& label);

/// Throws Error(Runtime) that lists the columns.
ColumnChoice choose_columns(const std::vector<Column>& columns, const std::vector<std::string>& labels,
                            const std::string& name);

}  // namespace femtobragg::atoms
