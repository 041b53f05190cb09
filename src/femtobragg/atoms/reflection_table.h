// Inside reflection_file: what readers find in a file, before columns are chosen.
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

/// Columns of one crystal.
struct Dataset {
  std::string name;
  UnitCell cell;
  double wavelength_A = 0;  ///< 0: not stated
};

struct ReflectionTable {
  std::string where;              ///< for messages: the file, and its block
  std::vector<Dataset> datasets;  ///< empty: the file states neither cell nor symmetry
  SpaceGroup space_group;
  std::vector<Column> columns;
  std::size_t rows = 0;
  std::function<Hkl(std::size_t row)> index;
  /// Nothing where a value is missing. Throws Error(Runtime) for what is no number.
  std::function<std::optional<double>(std::size_t row, std::size_t column)> value;
  /// For messages: "row 7".
  std::function<std::string(std::size_t row)> name_of_row;
  std::vector<bool> excluded{};  ///< rows that do not count; empty: all do
  std::vector<bool> of_mates{};  ///< rows whose values are those of -h -k -l; empty: none
  bool unmerged = false;         ///< several rows for a reflection are what the format is for
  bool mates_are_equal = false;  ///< by what the file says, both are merged
  std::vector<std::string> notes{}, warnings{};
};

/// Beyond any crystal: half a metre of cell at 1 A.
inline constexpr std::int64_t largest_hkl = 100000;

/// A whole number that is no index of any crystal is refused, and so is what is no whole number (nothing).
int checked_index(std::optional<double> value, const std::string& text, const std::string& where,
                  const std::string& row);

}  // namespace femtobragg::atoms
