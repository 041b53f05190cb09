// Pixels of SMV images of every kind of number, and what headers say of them.
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/image/stored_numbers.h"

namespace femtobragg::formats {
namespace {

struct NumberWord {
  std::string_view word;  ///< in lower case, blanks for underscores
  NumberKind kind;
};

/// As ADSC's TYPE and d*TREK's Data_type have them.
constexpr std::array<NumberWord, 20> number_words = {{
    {"unsigned short", NumberKind::UInt16},
    {"unsigned short int", NumberKind::UInt16},
    {"short", NumberKind::Int16},
    {"short int", NumberKind::Int16},
    {"signed short", NumberKind::Int16},
    {"signed short int", NumberKind::Int16},
    {"long", NumberKind::Int32},
    {"long int", NumberKind::Int32},
    {"signed long", NumberKind::Int32},
    {"signed long int", NumberKind::Int32},
    {"int", NumberKind::Int32},
    {"unsigned long", NumberKind::UInt32},
    {"unsigned long int", NumberKind::UInt32},
    {"unsigned int", NumberKind::UInt32},
    {"unsigned char", NumberKind::UInt8},
    {"signed char", NumberKind::Int8},
    {"float", NumberKind::Float32},
    {"float ieee", NumberKind::Float32},
    {"double", NumberKind::Float64},
    {"double ieee", NumberKind::Float64},
}};

[[noreturn]] void refuse_smv_pixels(const std::string& name, const std::string& rule, const std::string& value) {
  throw Error::runtime({.what = "not a usable SMV image", .where = in_quotes(name), .value = value, .rule = rule});
}

class Header {
 public:
  Header(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  std::optional<std::string> word(const char* key) const {
    auto value = smv_text(text_, key, KeyMatch::AnyCase);
    if (value)
      std::ranges::transform(*value, value->begin(), [](unsigned char c) { return c == '_' ? ' ' : std::tolower(c); });
    return value;
  }

  std::optional<double> number(const char* key) const {
    const auto value = smv_text(text_, key, KeyMatch::AnyCase);
    if (!value || value->empty()) return std::nullopt;
    const auto found = number_prefix(*value);
    const std::string_view rest = std::string_view(*value).substr(found.length);
    // A word behind it is a unit of counts; what is no word belongs to the number.
    const bool whole = trimmed(rest).empty() || std::isalpha(static_cast<unsigned char>(trimmed(rest).front()));
    if (found.length == 0 || !whole || !std::isfinite(found.value))
      refuse_smv_pixels(name_, std::string(key) + " must be a finite number", in_quotes(*value));
    return found.value;
  }

  std::size_t count(const char* key) const {
    const auto value = number(key);
    if (!value) refuse_smv_pixels(name_, std::string("the header has no ") + key, "");
    constexpr double most = 1e9;
    if (!(*value >= 0 && *value <= most && *value == std::floor(*value)))
      refuse_smv_pixels(name_, std::string(key) + " must be a number of pixels", format_number(*value));
    return static_cast<std::size_t>(*value);
  }

  ImageShape shape() const {
    for (const auto& [key, expected] : {std::pair{"DIM", 2.0}, {"SIZE3", 1.0}})
      if (const auto value = number(key); value && *value != expected)
        refuse_smv_pixels(name_, std::string(key) + " of an image is " + format_number(expected),
                          format_number(*value));
    ImageShape shape{count("SIZE1"), count("SIZE2")};
    if (shape.n_fast == 0 || shape.n_slow == 0) shape.n_fast = shape.n_slow = count("DETECTOR_DIMENSIONS");
    if (shape.n_fast == 0) refuse_smv_pixels(name_, "it has no pixels", "");
    return shape;
  }

  bool big_endian() const {
    const auto order = word("BYTE_ORDER");
    if (!order) refuse_smv_pixels(name_, "the header has no BYTE_ORDER", "");
    if (order->starts_with("little")) return false;
    if (!order->starts_with("big"))
      refuse_smv_pixels(name_, "BYTE_ORDER must be little_endian or big_endian", in_quotes(*order));
    return true;
  }

  /// Nothing: the header does not state it. TYPE may be that of the experiment, such as "mad".
  std::optional<NumberKind> kind() const {
    std::optional<NumberKind> kind;
    for (const char* key : {"Data_type", "TYPE"}) {
      const auto value = word(key);
      if (!value || (*value == "mad" && std::string_view(key) == "TYPE")) continue;
      const auto* found = std::ranges::find(number_words, *value, &NumberWord::word);
      const bool of_pixels = found != number_words.end();
      if (!of_pixels && !kind)
        refuse_smv_pixels(name_, std::string(key) + " must be a known type of number", in_quotes(*value));
      if (of_pixels && kind && *kind != found->kind)
        refuse_smv_pixels(name_, "TYPE contradicts Data_type", in_quotes(*value));
      if (of_pixels) kind = found->kind;
    }
    return kind;
  }

  void refuse_compression() const {
    if (const auto packing = word("COMPRESSION"); packing && !packing->empty() && *packing != "none")
      refuse_smv_pixels(name_, "pixels must not be compressed", "COMPRESSION " + in_quotes(*packing));
  }

  PixelRules rules() const {
    PixelRules rules;
    // A camera clips there, so that a pixel that holds it may have had more.
    for (const char* key : {"CCD_IMAGE_SATURATION", "SATURATED_VALUE", "OVERLOAD"})
      if (const auto value = number(key); value && *value > 0)
        rules.most = std::min(rules.most, std::nextafter(*value, 0.0));
    for (const char* key : {"ADC_OFFSET", "IMAGE_PEDESTAL"}) {
      const auto value = number(key);
      if (!value) continue;
      if (rules.pedestal && *rules.pedestal != *value)
        refuse_smv_pixels(name_, "IMAGE_PEDESTAL contradicts ADC_OFFSET",
                          format_number(*value) + " and " + format_number(*rules.pedestal));
      rules.pedestal = value;
    }
    const auto name_as_unused = [&](const char* key, double of_no_effect) {
      if (const auto value = number(key); value && *value != of_no_effect)
        rules.notes.push_back("its " + std::string(key) + " " + format_number(*value) +
                              " is not used: pixels are used as stored");
    };
    name_as_unused("GAIN", 1);
    name_as_unused("DARK_PEDESTAL", 0);
    return rules;
  }

  /// Pixels of R-AXIS beyond 15 bits are stored divided.
  void refuse_divided_pixels(const PixelArray& array) const {
    const auto ratio = number("RAXIS_COMPRESSION_RATIO");
    if (!ratio || *ratio == 1 || array.unsigned_bits != 16) return;
    constexpr std::int64_t divided = 1 << 15;
    if (std::ranges::any_of(std::get<std::vector<std::int64_t>>(array.values), [](auto v) { return v >= divided; }))
      refuse_smv_pixels(name_, "pixels above 32767 are divided by RAXIS_COMPRESSION_RATIO, which cannot be read",
                        format_number(*ratio));
  }

 private:
  std::string_view text_;
  const std::string& name_;
};

std::string text_of(const ImageShape& shape) {
  return std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow);
}

}  // namespace

PixelRules smv_pixel_rules(std::string_view header, const std::string& name) { return Header(header, name).rules(); }

PixelArray parse_smv_pixels(std::string_view bytes, const std::string& name) {
  const std::string_view text = smv_header_text(bytes, name);
  const double header_bytes = *smv_number(text, "HEADER_BYTES", KeyMatch::AnyCase);
  if (!(header_bytes >= 0 && header_bytes <= static_cast<double>(bytes.size())))
    refuse_smv_pixels(name, "the file ends before HEADER_BYTES", std::to_string(bytes.size()) + " bytes");
  auto begin = static_cast<std::size_t>(header_bytes);
  const Header header(text, name);
  header.refuse_compression();
  const ImageShape shape = header.shape();
  PixelRules rules = header.rules();
  if (text.size() > begin) {
    constexpr std::size_t brace_and_feed = 2;
    begin = text.size() + brace_and_feed;
    rules.notes.push_back("its header continues beyond HEADER_BYTES; pixels are assumed to begin after it");
  }
  const std::size_t left = bytes.size() - std::min(begin, bytes.size());
  const std::optional<NumberKind> stated = header.kind();
  const NumberKind kind = stated.value_or(NumberKind::UInt16);
  const auto needed = checked_product({shape.n_fast, shape.n_slow, bytes_of(kind)});
  if (!needed || *needed > left)
    refuse_smv_pixels(name,
                      "it must have " + text_of(shape) + " pixels of " + std::to_string(bytes_of(kind)) + " bytes",
                      std::to_string(left) + " bytes after the header");
  if (!stated && left == 2 * *needed)
    refuse_smv_pixels(name, "the header states no TYPE or Data_type, and a pixel has 4 bytes",
                      std::to_string(left) + " bytes");
  if (left > *needed)
    rules.notes.push_back(
        counted(left - *needed, "byte that follows its pixels is", "bytes that follow its pixels are") + " not used");
  const std::string_view data = bytes.substr(begin, static_cast<std::size_t>(*needed));
  const bool swap = swaps(header.big_endian());
  PixelArray array = with_number(kind, [&](auto zero) { return stored_array<decltype(zero)>(shape, data, swap); });
  array.rules = std::move(rules);
  header.refuse_divided_pixels(array);
  return array;
}

}  // namespace femtobragg::formats
