// Reader and writer of SMV files.
#include "femtobragg/formats/image/smv.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <cstring>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/io/output_file.h"

namespace femtobragg::formats {
namespace {

constexpr std::string_view smv_magic = "{\nHEADER_BYT";
constexpr std::size_t header_block = 512;

/// The header's own brace stands before its first key.
std::string_view without_brace(std::string_view text) {
  text = trimmed(text);
  while (text.starts_with('{')) text = trimmed(text.substr(1));
  return text;
}

/// Where the value of a key begins, just after '='.
std::optional<std::size_t> value_position(std::string_view header, std::string_view key, KeyMatch match) {
  if (match == KeyMatch::LastOccurrence) {
    const auto found = header.rfind(key);
    if (found == std::string_view::npos) return std::nullopt;
    const auto equals = header.find('=', found);
    return equals == std::string_view::npos ? std::nullopt : std::optional(equals + 1);
  }
  std::optional<std::size_t> position, other_case;
  const auto same_but_for_case = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  std::size_t begin = 0;
  while (begin < header.size()) {
    const std::size_t end = std::min(header.find_first_of(";\n", begin), header.size());
    const std::string_view entry = header.substr(begin, end - begin);
    const auto equals = entry.find('=');
    if (equals != std::string_view::npos) {
      const std::string_view found = without_brace(entry.substr(0, equals));
      if (found == key) position = begin + equals + 1;
      if (std::ranges::equal(found, key, same_but_for_case)) other_case = begin + equals + 1;
    }
    begin = end + 1;
  }
  return position || match == KeyMatch::Whole ? position : other_case;
}

[[noreturn]] void refuse_smv_header(const std::string& name, const std::string& rule, const std::string& value) {
  throw Error::runtime({.what = "not a usable SMV image",
                        .where = in_quotes(name),
                        .value = value,
                        .rule = rule,
                        .remedy = "give a file with an SMV header and 16-bit pixels"});
}

std::uint16_t swapped(std::uint16_t pixel) { return static_cast<std::uint16_t>((pixel >> 8) | (pixel << 8)); }

/// A count that a header must hold.
std::size_t required_count(std::string_view header, const std::string& name, const std::string& key, KeyMatch match,
                           double minimum) {
  const auto value = smv_number(header, key, match);
  if (!value) refuse_smv_header(name, "the header has no " + key, "");
  if (!(*value >= minimum && *value <= 1e12)) refuse_smv_header(name, key + " is out of range", format_number(*value));
  return static_cast<std::size_t>(*value);
}

ImageShape stated_shape(std::string_view header, const std::string& name, KeyMatch match) {
  const ImageShape shape = {required_count(header, name, "SIZE1", match, 0),
                            required_count(header, name, "SIZE2", match, 0)};
  if (shape.n_fast != 0 && shape.n_slow != 0) return shape;
  const std::size_t edge = required_count(header, name, "DETECTOR_DIMENSIONS", match, 1);
  return {edge, edge};
}

}  // namespace

std::optional<double> smv_number(std::string_view header, std::string_view key, KeyMatch match) {
  const auto position = value_position(header, key, match);
  if (!position) return std::nullopt;
  const auto number = number_prefix(header.substr(*position));
  return number.length > 0 ? std::optional(number.value) : std::nullopt;
}

std::optional<std::string> smv_text(std::string_view header, std::string_view key, KeyMatch match) {
  const auto position = value_position(header, key, match);
  if (!position) return std::nullopt;
  // Older programs take a brace for the header's end wherever it stands.
  const char* ends = match == KeyMatch::LastOccurrence ? ";\n}" : ";\n";
  const auto end = std::min(header.find_first_of(ends, *position), header.size());
  return std::string(without_brace(header.substr(*position, end - *position)));
}

bool is_smv(std::string_view bytes) {
  if (!bytes.starts_with('{')) return false;
  bytes.remove_prefix(1);
  bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
  return bytes.starts_with("HEADER_BYTES");
}

std::string_view smv_header_text(std::string_view bytes, const std::string& name) {
  if (!is_smv(bytes)) refuse_smv_header(name, "it must begin with '{' and HEADER_BYTES", "");
  const std::size_t length = required_count(bytes.substr(0, header_block), name, "HEADER_BYTES", KeyMatch::Whole, 16);
  const std::string_view header = bytes.substr(0, length);
  if (const std::size_t brace = header.rfind('}'); brace != header.npos) return header.substr(0, brace);
  // The brace and the form feed of older programs, whose text may run on.
  constexpr std::size_t longest = 1 << 16;
  const std::size_t end = bytes.substr(0, longest).find("}\f", header.size());
  return end == bytes.npos ? header : bytes.substr(0, end);
}

SmvImage parse_smv(std::string_view bytes, const std::string& name, KeyMatch match, bool swap_foreign_bytes) {
  const bool whole = match == KeyMatch::Whole;
  if (whole ? !is_smv(bytes) : !bytes.starts_with(smv_magic))
    refuse_smv_header(name, "it must begin with '{', a new line and HEADER_BYTES", "");
  const std::size_t header_bytes = required_count(bytes.substr(0, header_block), name, "HEADER_BYTES", match, 16);
  if (header_bytes > bytes.size())
    refuse_smv_header(name, "the file ends before HEADER_BYTES", std::to_string(bytes.size()) + " bytes");
  SmvImage image;
  image.header = std::string(whole ? smv_header_text(bytes, name) : bytes.substr(0, header_bytes));
  const ImageShape shape = stated_shape(image.header, name, match);
  image.n_fast = shape.n_fast;
  image.n_slow = shape.n_slow;
  const auto order = smv_text(image.header, "BYTE_ORDER", match);
  if (!order) refuse_smv_header(name, "the header has no BYTE_ORDER", "");
  // Cameras have a type too: DETECTOR_TYPE and the like say nothing about pixels.
  const std::string_view lines = std::string_view(image.header).substr(0, image.header.rfind('}'));
  const auto type = smv_text(lines, "TYPE", KeyMatch::Whole);
  if (type && *type != "unsigned_short" && *type != "short" && *type != "unsigned short")
    refuse_smv_header(name, "TYPE must be unsigned_short", in_quotes(*type));

  const auto pixel_bytes = checked_product({image.n_fast, image.n_slow, sizeof(std::uint16_t)});
  if (!pixel_bytes || *pixel_bytes > bytes.size() - header_bytes)
    refuse_smv_header(
        name, "it must have " + std::to_string(image.n_fast) + " x " + std::to_string(image.n_slow) + " 16-bit pixels",
        std::to_string(bytes.size() - header_bytes) + " bytes after the header");
  image.pixels.resize(image.n_fast * image.n_slow);
  std::memcpy(image.pixels.data(), bytes.data() + header_bytes, static_cast<std::size_t>(*pixel_bytes));
  const bool little = std::endian::native == std::endian::little;
  if (!order->starts_with(little ? "big" : "little")) return image;
  image.byte_order_matters = std::ranges::any_of(image.pixels, [](auto pixel) { return pixel != swapped(pixel); });
  if (swap_foreign_bytes) std::ranges::transform(image.pixels, image.pixels.begin(), swapped);
  return image;
}

std::string smv_header(const std::vector<SmvEntry>& entries, bool overrun) {
  std::string lines;
  for (const SmvEntry& entry : entries) lines += entry.key + "=" + entry.value + (entry.semicolon ? ";\n" : "\n");
  const auto with_length = [&](std::size_t length) {
    return "{\nHEADER_BYTES=" + std::to_string(length) + ";\n" + lines + "}\f";
  };
  std::size_t length = header_block;
  std::string text = with_length(length);
  if (overrun && text.size() > header_block) return text;
  while (text.size() > length) text = with_length(length += header_block);
  text.resize(length, ' ');
  return text;
}

void write_smv(OutputFile& file, const std::string& header, std::size_t n_fast, std::size_t n_slow,
               const PixelRows& rows) {
  file.write(header);
  std::vector<std::uint16_t> row(n_fast);
  for (std::size_t slow = 0; slow < n_slow; ++slow) {
    rows(slow, row);
    file.write_values(std::span<const std::uint16_t>(row));
  }
}

void write_smv(const std::string& path, const std::string& header, std::size_t n_fast, std::size_t n_slow,
               const PixelRows& rows) {
  OutputFile file(path);
  write_smv(file, header, n_fast, n_slow, rows);
  file.commit();
}

}  // namespace femtobragg::formats
