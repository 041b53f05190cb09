// A table of structure factors against s = sin(theta)/lambda, as nonBragg reads and interpolates it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::nonbragg {

/// Rows in the order of the file. Two at each end make a straight line of what lies beyond: -1e99 and -1e98 1/m with
/// the first F, 1e98 and 1e99 with the last.
struct Table {
  std::vector<double> s_per_m, f;
  std::size_t comment_rows = 0;  ///< that do not begin with a number
  std::size_t missing_f = 0;     ///< rows without a second column
  bool sorted = true;            ///< every s is above the one before it

  static constexpr std::size_t added = 2;  ///< at each end
  std::size_t rows() const { return s_per_m.size() - 2 * added; }
};

/// `per_m`: what the first column is multiplied with; `name` is used in messages. Throws Error(Runtime) for a table
/// without rows, or without any F.
Table parse_table(std::string_view text, double per_m, const std::string& name);

/// The interval that s lies in, from the one before: s[near] <= s < s[near + 1] where the table is sorted.
inline std::size_t nearest_row(const Table& table, double s, std::size_t near) {
  const std::vector<double>& rows = table.s_per_m;
  while (s > rows[near] && near <= table.rows()) ++near;
  while (s < rows[near] && near >= 2) --near;
  return near;
}

/// The polynomial of third degree through four rows (Lagrange).
struct Interval {
  std::array<double, 4> s, f, denominator;

  /// The order of these products decides last bits.
  double at(double x) const {
    const double a = x - s[0], b = x - s[1], c = x - s[2], d = x - s[3];
    return b * c * d * f[0] / denominator[0] + a * c * d * f[1] / denominator[1] + a * b * d * f[2] / denominator[2] +
           a * b * c * f[3] / denominator[3];
  }
};

/// The polynomial for each `near` from 1 on; the first is empty.
std::vector<Interval> intervals(const Table& table);

}  // namespace femtobragg::nonbragg
