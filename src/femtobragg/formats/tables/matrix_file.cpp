// Reads nine numbers, and checks what follows them.
#include "femtobragg/formats/tables/matrix_file.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/mat3.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"
#include "femtobragg/model/unit_cell.h"

namespace femtobragg::formats {
namespace {

using StatedCell = std::array<double, 6>;  ///< A, degrees

constexpr const char* what_is_read = "it must begin with nine finite numbers, row by row";

std::vector<double> leading_numbers(std::string_view& text) {
  std::vector<double> numbers;
  for (;;) {
    const auto number = number_prefix(text);
    if (number.length == 0 || !std::isfinite(number.value)) return numbers;
    numbers.push_back(number.value);
    text.remove_prefix(number.length);
  }
}

/// How many numbers there are on each of the first lines that are not blank; 0 for other words.
std::vector<std::size_t> numbers_on_lines(std::string_view text, std::size_t most_lines) {
  std::vector<std::size_t> counts;
  while (!text.empty() && counts.size() < most_lines) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    const std::size_t count = leading_numbers(line).size();
    counts.push_back(trimmed(line).empty() ? count : 0);
  }
  return counts;
}

void refuse_other_programs(std::string_view text, const std::string& name) {
  const std::string_view start = trimmed(text.substr(0, 200)), line = start.substr(0, start.find('\n'));
  using Counts = std::vector<std::size_t>;
  const Counts counts = numbers_on_lines(text, 4);
  // XPARM.XDS of today without its first line, and that of before 2010.
  const bool xds = line.find("XPARM") != line.npos || counts == Counts{6, 4, 7, 3} || counts == Counts{6, 4, 4, 3};
  const struct {
    bool is;
    const char *what, *remedy;
  } others[] = {
      {xds, "a file of XDS (XPARM)", "detector.file reads it, with its crystal"},
      {start.starts_with('{'), "a file in JSON", "detector.file reads experiment lists of DIALS"},
      {line.starts_with("CrystFEL unit cell"), "a unit cell of CrystFEL", "crystal.cell reads it"},
      {line.starts_with("CrystFEL stream") || start.find("astar = ") != start.npos, "a stream of CrystFEL",
       "detector.file reads it, with one of its crystals"},
      {start.find("CRYSTAL_") != start.npos, "a file of d*TREK", "convert it to .expt, for detector.file"},
  };
  for (const auto& other : others)
    if (other.is)
      throw Error::runtime({.what = std::string(other.what) + ", not a MOSFLM matrix",
                            .where = in_quotes(name),
                            .rule = what_is_read,
                            .remedy = other.remedy});
}

std::string cell_text(const StatedCell& cell) {
  std::string text;
  for (const double value : cell) text += (text.empty() ? "" : " ") + format_number(value, 5);
  return text;
}

/// Checks the numbers after the matrix. Of MOSFLM: three angles, U, cell, three angles.
class Doubts {
 public:
  Doubts(const std::vector<double>& numbers, const std::string& name, double wavelength_A)
      : numbers_(numbers), name_(name), wavelength_A_(wavelength_A) {
    const auto column = [&](std::size_t i) {
      return (1 / wavelength_A) * Vec3d{numbers[i], numbers[i + 3], numbers[i + 6]};
    };
    a_star_ = column(0);
    b_star_ = column(1);
    c_star_ = column(2);
    volume_ = triple_product(a_star_, b_star_, c_star_);
  }

  std::vector<std::string> found(std::string_view after) && {
    require_a_cell();
    if (volume_ < 0) doubt("has left-handed axes: if that is not intended, the image is mirrored");
    if (after = trimmed(after.substr(0, 200)); !after.empty())
      doubt("says " + in_quotes(after.substr(0, std::min<std::size_t>(after.find('\n'), 40))) + ", which is not used");
    const std::size_t n = numbers_.size();
    if (n != 9 && n != 12 && n != 21 && n != 27 && n != 30) {
      doubt("has " + std::to_string(n) + " numbers, of which nine are used: MOSFLM writes 9, 12, 21, 27 or 30");
      return std::move(doubts_);
    }
    for (const std::size_t first : {std::size_t{9}, std::size_t{27}})
      if (n >= first + 3 && std::any_of(at(first), at(first + 3), [](double v) { return v != 0; }))
        doubt("has missetting angles " + format_number(numbers_[first]) + " " + format_number(numbers_[first + 1]) +
              " " + format_number(numbers_[first + 2]) + ", which are not used");
    if (n >= 27 && volume_ != 0) check_cell();
    return std::move(doubts_);
  }

 private:
  std::vector<double>::const_iterator at(std::size_t i) const {
    return numbers_.begin() + static_cast<std::ptrdiff_t>(i);
  }
  StatedCell cell() const {
    return numbers_of(cell_of_axes(cross(b_star_, c_star_) / volume_, cross(c_star_, a_star_) / volume_,
                                   cross(a_star_, b_star_) / volume_));
  }

  /// Rotations, and real axes, have columns that are far too long.
  void require_a_cell() const {
    if (volume_ == 0) return;
    constexpr double least_edge_A = 1.5, most_off = 2e-3;
    const StatedCell found = cell();
    const auto is_one = [&](std::size_t i) { return std::abs(found[i] - wavelength_A_) < most_off * wavelength_A_; };
    const auto is_right = [&](std::size_t i) { return std::abs(found[i] - 90) < 0.2; };
    const bool rotation = is_one(0) && is_one(1) && is_one(2) && is_right(3) && is_right(4) && is_right(5);
    if (!rotation && std::min({found[0], found[1], found[2]}) >= least_edge_A) return;
    throw Error::runtime({.what = rotation ? "a pure rotation without a cell, not a MOSFLM matrix"
                                           : "not a MOSFLM matrix: no cell is that small",
                          .where = in_quotes(name_),
                          .value = cell_text(found) + " at " + format_number(wavelength_A_) + " A",
                          .rule = "columns must be a*, b* and c* in 1/A, times the wavelength in A",
                          .remedy = rotation ? "multiply it by the reciprocal axes of the cell"
                                             : "invert it if it has real axes, and check the wavelength"});
  }

  void doubt(const std::string& what) { doubts_.push_back(name_ + " " + what); }

  void check_cell() {
    StatedCell stated{};
    std::copy(at(21), at(27), stated.begin());
    const StatedCell found = cell();
    const double scale = std::cbrt(found[0] * found[1] * found[2] / (stated[0] * stated[1] * stated[2]));
    constexpr double most_degrees = 0.2, most_share = 2e-3;
    bool same_shape = std::isfinite(scale);
    for (std::size_t i = 0; i < 3; ++i)
      same_shape = same_shape && std::abs(found[i] - scale * stated[i]) <= most_share * found[i] &&
                   std::abs(found[i + 3] - stated[i + 3]) <= most_degrees;
    if (!same_shape)
      throw Error::runtime({.what = "the matrix contradicts the cell in the file",
                            .where = in_quotes(name_) + " line 8",
                            .value = cell_text(stated),
                            .rule = "at " + format_number(wavelength_A_) + " A the matrix has " + cell_text(found) +
                                    ", and it does not have the cell of the file at any wavelength",
                            .remedy = "give a matrix in MOSFLM's format, or only its first three lines"});
    if (std::abs(scale - 1) > most_share / 2) {
      const std::string made_at = format_number(wavelength_A_ / scale, 5);
      doubt("states the cell " + cell_text(stated) + ", but at " + format_number(wavelength_A_) + " A its matrix has " +
            cell_text(found) + ": it was made at " + made_at + " A; did you mean beam.wavelength " + made_at + "?");
    }
    check_rotation(reciprocal_axes_of_cell(cell_of_numbers(stated)), scale);
  }

  /// U times the cell's own reciprocal axes is the matrix.
  void check_rotation(const ReciprocalAxes& reciprocal, double scale) {
    const auto row = [&](std::size_t i) { return Vec3d{numbers_[i], numbers_[i + 1], numbers_[i + 2]}; };
    const Mat3d u{row(12), row(15), row(18)};
    constexpr double most_share = 5e-3;
    for (const auto& [axis, found] :
         {std::pair(reciprocal.a, a_star_), {reciprocal.b, b_star_}, {reciprocal.c, c_star_}})
      if (norm(u * axis - scale * found) > most_share * norm(scale * found))
        return doubt("has a rotation (lines 5 to 7) that differs from its matrix; the matrix is used");
  }

  const std::vector<double>& numbers_;
  const std::string& name_;
  double wavelength_A_, volume_ = 0;
  Vec3d a_star_, b_star_, c_star_;
  std::vector<std::string> doubts_;
};

/// What stands where a number should.
std::string behind(std::string_view text) {
  const std::string_view rest = trimmed(text);
  if (rest.empty()) return "";
  return ", then " + in_quotes(rest.substr(0, std::min<std::size_t>(20, rest.find_first_of(" \t\r\n"))));
}

}  // namespace

std::array<double, 9> parse_matrix(std::string_view text, const std::string& name) {
  std::array<double, 9> matrix{};
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    const auto number = number_prefix(text);
    if (number.length == 0 || !std::isfinite(number.value))
      throw Error::runtime({.what = "not an orientation matrix",
                            .where = in_quotes(name),
                            .value = counted(i, "number") + behind(text),
                            .rule = what_is_read,
                            .remedy = "give a matrix in MOSFLM's format"});
    matrix[i] = number.value;
    text.remove_prefix(number.length);
  }
  return matrix;
}

std::vector<std::string> doubts_about_matrix(std::string_view text, const std::string& name, double wavelength_m) {
  refuse_other_programs(text, name);
  const std::vector<double> numbers = leading_numbers(text);
  if (numbers.size() < 9) return {};
  return Doubts(numbers, name, angstrom_from_metres(wavelength_m)).found(text);
}

}  // namespace femtobragg::formats
