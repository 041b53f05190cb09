// Structure factor dumps.
#include "femtobragg/formats/structure_factor_dump.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/formats/output_file.h"

namespace femtobragg::formats {
namespace {

static_assert(std::endian::native == std::endian::little, "dumps are little-endian");

constexpr std::string_view magic = "femtobragg structure factors 1 ";

[[noreturn]] void fail(const std::string& name, const std::string& rule, const std::string& value = {}) {
  throw Error::runtime({.what = "not a usable structure factor dump",
                        .where = in_quotes(name),
                        .value = value,
                        .rule = rule,
                        .remedy = "delete it, or make it anew from the reflection list"});
}

std::string_view bytes_of(const std::vector<double>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)};
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
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
      if (number.length == 0) fail(name, "it must begin with six index ranges");
      *limit = number.value;
      text.remove_prefix(number.length);
    }
  return box;
}

DumpReading parse_own(std::string_view text, const std::string& name) {
  text.remove_prefix(magic.size());
  const HklBox box = take_ranges(text, name);
  const auto default_amplitude = number_prefix(text);
  text.remove_prefix(default_amplitude.length);
  const auto expected = integer_prefix(text);
  text.remove_prefix(expected.length);
  if (default_amplitude.length == 0 || expected.length == 0 || text.empty() || text.front() != '\n')
    fail(name, "its first line is damaged");
  text.remove_prefix(1);
  DumpReading reading{StructureFactors::table(box, default_amplitude.value, in_quotes(name))};
  std::vector<double>& values = reading.factors.values;
  if (text.size() != values.size() * sizeof(double))
    fail(name, "it must hold " + std::to_string(values.size()) + " values", std::to_string(text.size()) + " bytes");
  if (static_cast<std::int64_t>(checksum(text)) != expected.value) fail(name, "its checksum is wrong");
  std::memcpy(values.data(), text.data(), text.size());
  return reading;
}

/// The table with one layer of padding at each upper end, as stored.
HklBox padded(HklBox box) {
  for (std::int64_t& limit : box.max) ++limit;
  return box;
}

DumpReading parse_legacy(std::string_view text, const std::string& name, const LegacyDumpRules& rules) {
  const HklBox box = take_ranges(text, name);
  const auto form_feed = text.find('\f');
  if (form_feed == std::string_view::npos || text.find_first_not_of(" \r\n\t") != form_feed)
    fail(name, "a form feed must follow its six index ranges");
  text.remove_prefix(form_feed + 1);
  if (rules.swallow_blank_bytes) text.remove_prefix(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));

  DumpReading reading{StructureFactors::table(box, 0, in_quotes(name))};
  reading.factors.default_amplitude = rules.default_amplitude;
  StructureFactors stored = StructureFactors::table(padded(box), 0, in_quotes(name));
  const std::size_t available = std::min(text.size() / sizeof(double), stored.values.size());
  reading.missing_values = stored.values.size() - available;
  if (reading.missing_values > 0 && !rules.accept_short_files)
    fail(name, "it must hold " + std::to_string(stored.values.size()) + " values for " + box.describe(),
         std::to_string(available));
  std::memcpy(stored.values.data(), text.data(), available * sizeof(double));
  for (std::int64_t h = box.min[0]; h <= box.max[0]; ++h)
    for (std::int64_t k = box.min[1]; k <= box.max[1]; ++k)
      std::copy_n(&stored.values[stored.index(h, k, box.min[2])], box.extent(2),
                  &reading.factors.values[reading.factors.index(h, k, box.min[2])]);
  return reading;
}

}  // namespace

void write_dump(const std::string& path, const StructureFactors& factors) {
  OutputFile file(path);
  file.write(std::string(magic) + ranges_text(factors.box) + " " + format_number(factors.default_amplitude, 17) + " " +
             std::to_string(checksum(bytes_of(factors.values))) + "\n");
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

DumpReading parse_dump(std::string_view bytes, const std::string& name, const LegacyDumpRules& rules) {
  return bytes.starts_with(magic) ? parse_own(bytes, name) : parse_legacy(bytes, name, rules);
}

}  // namespace femtobragg::formats
