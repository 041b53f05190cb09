// Structure factor dumps.
#include "femtobragg/formats/tables/structure_factor_dump.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::formats {
namespace {

static_assert(std::endian::native == std::endian::little, "dumps must be little-endian");

constexpr std::string_view dump_magic = "femtobragg structure factors 1 ";

[[noreturn]] void refuse_dump(const std::string& name, const std::string& rule, const std::string& value = {}) {
  throw Error::runtime({.what = "not a usable structure factor dump",
                        .where = in_quotes(name),
                        .value = value,
                        .rule = rule,
                        .remedy = "delete it, or make it again from the reflection list"});
}

std::string_view bytes_of(const std::vector<double>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)};
}

/// Of the first line's text and the values together.
std::uint32_t checksum(std::string_view description, std::string_view values) {
  const auto add = [](uLong sum, std::string_view bytes) {
    return crc32_z(sum, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  };
  return static_cast<std::uint32_t>(add(add(0, description), values));
}

std::string ranges_text(const HklBox& box) {
  std::string text;
  for (std::size_t axis = 0; axis < 3; ++axis)
    text += (axis ? " " : "") + std::to_string(box.min[axis]) + " " + std::to_string(box.max[axis]);
  return text;
}

HklBox take_ranges(std::string_view& text, const std::string& name) {
  HklBox box;
  for (std::size_t axis = 0; axis < 3; ++axis)
    for (std::int64_t* limit : {&box.min[axis], &box.max[axis]}) {
      const auto number = integer_prefix(text);
      if (number.length == 0) refuse_dump(name, "it must begin with six index ranges");
      *limit = number.value;
      text.remove_prefix(number.length);
    }
  return box;
}

/// How many values a file of that box holds, with layers of padding at each upper end; nothing for boxes that
/// StructureFactors::table refuses anyway.
std::optional<std::uint64_t> value_count(const HklBox& box, std::uint64_t padding) {
  constexpr std::int64_t limit = std::int64_t{1} << 31;
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (box.max[axis] < box.min[axis] || box.min[axis] < -limit || box.max[axis] > limit) return std::nullopt;
  return checked_product({box.extent(0) + padding, box.extent(1) + padding, box.extent(2) + padding});
}

DumpReading parse_own(std::string_view bytes, const std::string& name) {
  std::string_view text = bytes.substr(dump_magic.size());
  const HklBox box = take_ranges(text, name);
  const auto default_amplitude = number_prefix(text);
  text.remove_prefix(default_amplitude.length);
  const std::string_view description = bytes.substr(0, bytes.size() - text.size());
  const auto expected = integer_prefix(text);
  text.remove_prefix(expected.length);
  if (default_amplitude.length == 0 || expected.length == 0 || text.empty() || text.front() != '\n')
    refuse_dump(name, "its first line is damaged");
  text.remove_prefix(1);
  // A damaged file must not decide how much memory is taken.
  const auto count = value_count(box, 0);
  if (count && text.size() != *count * sizeof(double))
    refuse_dump(name, "it must have " + std::to_string(*count) + " values", std::to_string(text.size()) + " bytes");
  if (static_cast<std::int64_t>(checksum(description, text)) != expected.value)
    refuse_dump(name, "its checksum is wrong");
  DumpReading reading{StructureFactors::table(box, default_amplitude.value, in_quotes(name))};
  std::memcpy(reading.factors.values.data(), text.data(), text.size());
  return reading;
}

DumpReading parse_legacy(std::string_view text, const std::string& name, const LegacyDumpRules& rules) {
  const HklBox box = take_ranges(text, name);
  const auto form_feed = text.find('\f');
  if (form_feed == std::string_view::npos || text.find_first_not_of(" \r\n\t") != form_feed)
    refuse_dump(name, "a form feed must follow its six index ranges");
  text.remove_prefix(form_feed + 1);
  const std::size_t stored = text.size() / sizeof(double);
  if (rules.swallow_blank_bytes) text.remove_prefix(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));

  const std::size_t available = text.size() / sizeof(double);
  const auto count = value_count(box, 1);
  // A damaged file must not decide how much memory is taken.
  if (count && stored < *count && !rules.accept_short_files)
    refuse_dump(name, "it must have " + std::to_string(*count) + " values for " + box.describe(),
                std::to_string(stored));
  DumpReading reading{StructureFactors::table(box, 0, in_quotes(name))};
  reading.missing_values = *count - std::min<std::uint64_t>(available, *count);
  std::uint64_t first = 0;  // value of each run along l, in the file
  for (std::int64_t h = box.min[0]; h <= box.max[0]; ++h, first += box.extent(2) + 1)
    for (std::int64_t k = box.min[1]; k <= box.max[1]; ++k, first += box.extent(2) + 1) {
      if (first >= available) return reading;
      std::memcpy(&reading.factors.values[reading.factors.index(h, k, box.min[2])],
                  text.data() + first * sizeof(double),
                  std::min<std::uint64_t>(box.extent(2), available - first) * sizeof(double));
    }
  return reading;
}

}  // namespace

void write_dump(const std::string& path, const StructureFactors& factors) {
  OutputFile file(path);
  const std::string description =
      std::string(dump_magic) + ranges_text(factors.box) + " " + format_number(factors.default_amplitude, 17);
  file.write(description + " " + std::to_string(checksum(description, bytes_of(factors.values))) + "\n");
  file.write(bytes_of(factors.values));
  file.commit();
}

void write_legacy_dump(const std::string& path, const StructureFactors& factors) {
  const HklBox& box = factors.box;
  OutputFile file(path);
  file.write(ranges_text(box) + "\n\f");
  const std::vector<double> zeros((box.extent(1) + 1) * (box.extent(2) + 1));
  for (std::int64_t h = box.min[0]; h <= box.max[0]; ++h) {
    for (std::int64_t k = box.min[1]; k <= box.max[1]; ++k) {
      file.write_values(std::span(&factors.values[factors.index(h, k, box.min[2])], box.extent(2)));
      file.write_values(std::span(zeros).first(1));
    }
    file.write_values(std::span(zeros).first(box.extent(2) + 1));
  }
  file.write_values(std::span(zeros));
  file.commit();
}

std::uint64_t dump_value_bytes(const StructureFactors& factors) { return sizeof(double) * factors.values.size(); }

std::uint64_t legacy_dump_value_bytes(const StructureFactors& factors) {
  const HklBox& box = factors.box;
  return sizeof(double) * (box.extent(0) + 1) * (box.extent(1) + 1) * (box.extent(2) + 1);
}

DumpReading parse_dump(std::string_view bytes, const std::string& name, const LegacyDumpRules& rules) {
  return bytes.starts_with(dump_magic) ? parse_own(bytes, name) : parse_legacy(bytes, name, rules);
}

}  // namespace femtobragg::formats
