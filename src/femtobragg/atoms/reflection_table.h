// Part of reflection_file: the content of a file before columns are chosen.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "femtobragg/atoms/atomic_model.h"

namespace femtobragg::atoms {

enum class Quantity {
  Other,
  Amplitude,
  AmplitudeOfPair,
  Intensity,
  IntensityOfPair,
  SquaredAmplitude,
  Calculated,
  CalculatedSquared
};

struct Column {
  std::string label;
  Quantity quantity = Quantity::Other;
  std::size_t dataset = 0;
  std::optional<std::size_t> difference{};  ///< column of F(+) - F(-), of which this one is the mean
};

/// Columns that belong to one crystal.
struct Dataset {
  std::string name;
  UnitCell cell;
  double wavelength_A = 0;  ///< 0: not stated
};

struct ReflectionTable {
  std::string where;              ///< the file and its block, for messages
  std::vector<Dataset> datasets;  ///< empty: the file states neither cell nor symmetry
  SpaceGroup space_group;
  std::vector<Column> columns;
  std::size_t rows = 0;
  std::function<Hkl(std::size_t row)> index;
  /// Nothing if a value is missing. Throws Error(Runtime) if the field is not a number.
  std::function<std::optional<double>(std::size_t row, std::size_t column)> value;
  /// "row 7", for messages.
  std::function<std::string(std::size_t row)> name_of_row;
  std::vector<bool> excluded{};  ///< rows that are not used; empty: all are used
  std::vector<bool> of_mates{};  ///< rows that hold values of -h -k -l; empty: none
  bool unmerged = false;         ///< the format is meant to list a reflection several times
  bool mates_are_equal = false;  ///< the file states that both were merged
  std::vector<std::string> notes{}, warnings{};
};

/// Larger than in any crystal: half a metre of cell at 1 A.
inline constexpr std::int64_t largest_hkl = 100000;

/// Refuses whole numbers that cannot be an index of a crystal, and values that are not whole numbers (nothing).
int checked_index(std::optional<double> value, const std::string& text, const std::string& where,
                  const std::string& row);

}  // namespace femtobragg::atoms
