// Two readers of reflection lists: by lines, and as a stream of numbers.
#include "femtobragg/formats/hkl_list.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

/// Takes the next field off the front of a line; empty at its end.
std::string_view take_field(std::string_view& line) {
  const auto begin = line.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return line = {};
  line.remove_prefix(begin);
  const std::string_view field = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(field.size());
  return field;
}

std::optional<std::int64_t> index_of(std::string_view field) {
  const auto value = parse_number(field);
  if (!value || *value != std::floor(*value) || std::abs(*value) > 1e15) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<Reflection> reflection_of(std::string_view line) {
  const auto h = index_of(take_field(line)), k = index_of(take_field(line)), l = index_of(take_field(line));
  const auto amplitude = parse_number(take_field(line));
  if (!h || !k || !l || !amplitude || !std::isfinite(*amplitude)) return std::nullopt;
  return Reflection{*h, *k, *l, *amplitude};
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

HklList parse_hkl_lines(std::string_view text, const std::string& name, double default_amplitude) {
  std::vector<Reflection> reflections;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    line = line.substr(0, line.find('#'));
    if (line.find_first_not_of(blanks) == std::string_view::npos) continue;
    const auto reflection = reflection_of(line);
    if (!reflection)
      throw Error::runtime({.what = "no reflection",
                            .where = in_quotes(name) + " line " + std::to_string(number),
                            .value = in_quotes(line.substr(0, 60)),
                            .rule = "a line holds three whole numbers h k l and an amplitude F",
                            .remedy = "correct the line, or begin it with '#'"});
    reflections.push_back(*reflection);
  }
  return {StructureFactors::from_reflections(reflections, default_amplitude, in_quotes(name)), reflections.size(), {}};
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
    list.warnings.push_back(std::to_string(ranges.fractional) + " indices in " + in_quotes(name) +
                            " are not whole numbers");
  return list;
}

}  // namespace femtobragg::formats
