// Two readers of reflection lists: by lines, and as a stream of numbers.
#include "femtobragg/formats/tables/hkl_list.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/tables/hkl_columns.h"
#include "femtobragg/model/index_ranges.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view list_blanks = " \t\r\n\v\f";

/// As Fortran writes exponents too: 1.0D+02.
std::optional<double> number_of(std::string_view field) {
  if (const auto value = parse_number(field)) return value;
  const auto exponent = field.find_first_of("dD");
  if (exponent == field.npos || exponent == 0) return {};
  std::string text(field);
  text[exponent] = 'e';
  return parse_number(text);
}

std::optional<std::int64_t> index_of(std::string_view field) {
  const auto value = number_of(field);
  if (!value || *value != std::floor(*value) || std::abs(*value) > 1e15) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

/// Reads the rows of a list, and counts what is doubtful.
class Rows {
 public:
  Rows(const HklColumns& columns, const std::string& name)
      : columns_(columns), rule_(columns.header.rule), name_(name) {
    needed_ = 1 + std::max({columns.amplitude, columns.mate.value_or(0), *std::ranges::max_element(columns.indices)});
  }

  void take(std::string_view line, std::size_t number) {
    const std::string_view whole = line;
    if (rule_.decimal_commas) line = spaced_ = with_points(line);
    auto fields = rule_.fields(line);
    while (fields.size() > needed_ && fields.back().empty()) fields.pop_back();
    if (rule_.count > 0 && fields.size() > std::max(rule_.count, needed_))
      refuse(whole, number, "the first line has " + std::to_string(rule_.count) + " fields");
    if (fields.size() < needed_) refuse(whole, number);
    const auto index = [&](std::size_t axis) { return index_of(fields[columns_.indices[axis]]); };
    const auto h = index(0), k = index(1), l = index(2);
    if (!h || !k || !l) refuse(whole, number);
    more_ = more_ || fields.size() > needed_;
    const bool known = take_value(fields[columns_.amplitude], {*h, *k, *l}, whole, number);
    const bool mate_known = columns_.mate && take_value(fields[*columns_.mate], {-*h, -*k, -*l}, whole, number);
    if (!known && !mate_known && missing_++ == 0) first_missing_ = number;
  }

  void report(std::vector<std::string>& warnings, std::vector<std::string>& notes) const {
    if (more_ && !columns_.stated)
      warnings.push_back(
          name_ +
          " has more than four columns: the fourth is read as amplitudes, the others are "
          "not used; name them in a first line such as '# h k l F sigF', or set structure_factors.columns to F or I");
    if (missing_ > 0)
      warnings.push_back(counted(missing_, "row of ", "rows of ") + name_ + (missing_ == 1 ? " has" : " have") +
                         " no amplitude, the first in line " + std::to_string(first_missing_) +
                         ": structure_factors.default_F is used there");
    if (negative_ > 0 && columns_.squared)
      notes.push_back(counted(negative_, "negative intensity is used", "negative intensities are used") + " as zero");
    if (negative_ > 0 && !columns_.squared)
      warnings.push_back(counted(negative_, "amplitude of ", "amplitudes of ") + name_ +
                         (negative_ == 1 ? " is" : " are") + " negative, the first in line " +
                         std::to_string(first_negative_) +
                         ": only their squares matter; if these are intensities, set structure_factors.columns to I");
  }

  std::vector<Reflection> reflections;
  std::vector<std::size_t> lines;  ///< of the reflections

 private:
  [[noreturn]] void refuse(std::string_view line, std::size_t number, const std::string& rule = "") const {
    throw Error::runtime({.what = "not a reflection",
                          .where = name_ + " line " + std::to_string(number),
                          .value = in_quotes(line.substr(0, 60)),
                          .rule = !rule.empty() ? rule
                                  : columns_.stated
                                      ? "whole numbers h k l are expected in columns " + column(columns_.indices[0]) +
                                            ", " + column(columns_.indices[1]) + " and " + column(columns_.indices[2]) +
                                            ", the amplitude or intensity in column " + column(columns_.amplitude)
                                      : "a line must have three whole numbers h k l and an amplitude F",
                          .remedy = "correct the line, or begin it with '#'"});
  }

  /// Whether there is a value.
  bool take_value(const std::string& field, const std::array<std::int64_t, 3>& hkl, std::string_view line,
                  std::size_t number) {
    if (field.empty() || field == "?" || field == ".") return false;
    const auto value = number_of(field);
    if (!value || !std::isfinite(*value)) refuse(line, number);
    reflections.push_back({hkl[0], hkl[1], hkl[2], amplitude(*value, line, number)});
    lines.push_back(number);
    return true;
  }

  static std::string column(std::size_t at) { return std::to_string(at + 1); }

  double amplitude(double value, std::string_view line, std::size_t number) {
    if (value < 0 && negative_++ == 0) first_negative_ = number;
    const double amplitude = columns_.squared ? std::sqrt(std::max(0.0, value)) : value;
    if (std::abs(amplitude) <= largest_amplitude) return amplitude;
    throw Error::runtime({.what = "an amplitude is impossible",
                          .where = name_ + " line " + std::to_string(number),
                          .value = in_quotes(line.substr(0, 60)),
                          .rule = "amplitudes must be numbers up to " + format_number(largest_amplitude),
                          .remedy = "correct the line, or begin it with '#'"});
  }

  const HklColumns& columns_;
  const FieldRule& rule_;
  const std::string name_;
  std::size_t needed_ = 0;
  std::string spaced_;
  bool more_ = false;
  std::size_t negative_ = 0, first_negative_ = 0, missing_ = 0, first_missing_ = 0;
};

/// Of rows for one index the last one counts.
void warn_of_repeated(const Rows& rows, const StructureFactors& factors, const std::string& name,
                      std::vector<std::string>& warnings) {
  std::size_t different = 0, first = 0;
  for (std::size_t i = 0; i < rows.reflections.size(); ++i) {
    const Reflection& r = rows.reflections[i];
    if (factors.values[factors.index(r.h, r.k, r.l)] != r.amplitude && different++ == 0) first = i;
  }
  if (different == 0) return;
  const Reflection& r = rows.reflections[first];
  warnings.push_back(
      counted(different, "row of ", "rows of ") + name + (different == 1 ? " is" : " are") +
      " followed by rows with the same index and different amplitudes, which are used: the first is line " +
      std::to_string(rows.lines[first]) + ", " + std::to_string(r.h) + " " + std::to_string(r.k) + " " +
      std::to_string(r.l));
}

/// Reads a number off the front of a stream.
template <class Number>
bool take(std::string_view& text, Number& value, auto prefix) {
  const auto found = prefix(text);
  // C's scanf takes an 'e' for the begin of an exponent, and then fails without one.
  const bool broken_exponent = std::is_same_v<Number, double> && found.length < text.size() &&
                               (text[found.length] == 'e' || text[found.length] == 'E');
  if (found.length == 0 || broken_exponent) return false;
  value = found.value;
  text.remove_prefix(found.length);
  return true;
}

/// Index ranges over all groups, and how many there are.
struct StreamRanges {
  HklBox box{{INT64_MAX, INT64_MAX, INT64_MAX}, {INT64_MIN, INT64_MIN, INT64_MIN}};
  std::uint64_t groups = 0;
  std::uint64_t fractional = 0;
};

StreamRanges stream_ranges(std::string_view text) {
  StreamRanges ranges;
  std::array<double, 4> group{};
  const auto take_group = [&] {
    return std::ranges::all_of(group, [&](double& value) { return take(text, value, number_prefix); });
  };
  while (take_group()) {
    ++ranges.groups;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double index = std::isnan(group[axis]) ? 0.0 : std::clamp(std::trunc(group[axis]), -4e18, 4e18);
      if (index != group[axis]) ++ranges.fractional;
      ranges.box.min[axis] = std::min(ranges.box.min[axis], static_cast<std::int64_t>(index));
      ranges.box.max[axis] = std::max(ranges.box.max[axis], static_cast<std::int64_t>(index));
    }
  }
  return ranges;
}

}  // namespace

HklList parse_hkl_lines(std::string_view text, const std::string& name, double default_amplitude,
                        const std::vector<std::string>& labels) {
  const HklColumns columns = hkl_columns(text, name, labels);
  Rows rows(columns, in_quotes(name));
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!columns.header.end_line.empty() && line.find(columns.header.end_line) != line.npos) break;
    line = line.substr(0, line.find('#'));
    if (number > columns.header.last_line && line.find_first_not_of(list_blanks) != std::string_view::npos)
      rows.take(line, number);
  }
  if (!rows.reflections.empty()) {
    const IndexRanges ranges = ranges_of(rows.reflections);
    require_filled(ranges.box, rows.reflections.size(), in_quotes(name),
                   [&](std::size_t axis) { return "line " + std::to_string(rows.lines[ranges.furthest[axis]]); });
  }
  HklList list{StructureFactors::from_reflections(rows.reflections, default_amplitude, in_quotes(name)),
               rows.reflections.size(), columns.warnings, columns.notes, columns.header.cell};
  for (std::string& warning : list.warnings) warning = in_quotes(name) + ": " + warning;
  rows.report(list.warnings, list.notes);
  warn_of_repeated(rows, list.factors, in_quotes(name), list.warnings);
  return list;
}

HklList parse_hkl_stream(std::string_view text, const std::string& name, double default_amplitude) {
  const StreamRanges ranges = stream_ranges(text);
  if (ranges.groups == 0) return {StructureFactors::from_reflections({}, default_amplitude, in_quotes(name)), 0, {}};
  HklList list{StructureFactors::table(ranges.box, default_amplitude, in_quotes(name)), ranges.groups, {}};
  Reflection r;
  while (take(text, r.h, integer_prefix) && take(text, r.k, integer_prefix) && take(text, r.l, integer_prefix) &&
         take(text, r.amplitude, number_prefix))
    if (ranges.box.contains(r.h, r.k, r.l)) list.factors.values[list.factors.index(r.h, r.k, r.l)] = r.amplitude;
  if (ranges.fractional > 0)
    list.warnings.push_back(counted(ranges.fractional, "index in ", "indices in ") + in_quotes(name) +
                            (ranges.fractional == 1 ? " is not a whole number" : " are not whole numbers"));
  return list;
}

}  // namespace femtobragg::formats
