// Reader of CBF images, miniCBF or full: the first binary section, and what the text before it says of its pixels.
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/image/cbf.h"
#include "femtobragg/formats/image/cbf_section.h"
#include "femtobragg/formats/image/mini_header.h"
#include "femtobragg/formats/image/stored_numbers.h"
#include "femtobragg/formats/io/cif_items.h"
#include "femtobragg/formats/io/digest.h"

namespace femtobragg::formats {
namespace {

[[noreturn]] void refuse_cbf(const std::string& name, const std::string& rule, const std::string& value = {}) {
  throw Error::runtime({.what = "not a usable CBF image", .where = in_quotes(name), .value = value, .rule = rule});
}

/// The header of a binary section: lines of "Key: value; parameter=value", where a line that begins with a blank goes
/// on with the one before.
class MimeHeader {
 public:
  MimeHeader(std::string_view text, std::string name) : text_(in_lower_case(text)), name_(std::move(name)) {}

  /// Without quotes and blanks, in lower case.
  std::optional<std::string> value(const std::string& key) const {
    const std::string wanted = "\n" + in_lower_case(key) + ":";
    const std::size_t at = text_.find(wanted);
    if (at == text_.npos) return std::nullopt;
    return cleaned(std::string_view(text_).substr(at + wanted.size()));
  }

  std::optional<std::string> parameter(const std::string& key) const {
    const std::size_t at = text_.find(key + "=");
    if (at == text_.npos) return std::nullopt;
    std::string_view rest = std::string_view(text_).substr(at + key.size() + 1);
    return cleaned(rest.substr(0, rest.find(';')));
  }

  std::size_t count(const std::string& key) const {
    const auto text = value(key);
    if (!text) refuse_cbf(name_, "the header has no " + key);
    const auto number = parse_integer(*text);
    if (!number || *number < 1) refuse_cbf(name_, key + " must be a count above zero", in_quotes(*text));
    return static_cast<std::size_t>(*number);
  }

  /// Where the key is there, it must have this value; in lower case.
  void require(const std::string& key, const std::string& expected, const std::string& rule) const {
    if (const auto found = value(key); found && *found != expected) refuse_cbf(name_, rule, in_quotes(*found));
  }

 private:
  static std::string cleaned(std::string_view rest) {
    std::string line(rest.substr(0, rest.find('\n')));
    std::erase_if(line, [](char c) { return c == '"' || c == ' ' || c == '\r' || c == '\t'; });
    return line;
  }

  std::string text_, name_;
};

struct Element {
  std::string_view name;  ///< as a MIME header has it, without blanks, in lower case
  NumberKind kind;
};

constexpr std::array<Element, 10> elements = {{
    {"signed8-bitinteger", NumberKind::Int8},
    {"unsigned8-bitinteger", NumberKind::UInt8},
    {"signed16-bitinteger", NumberKind::Int16},
    {"unsigned16-bitinteger", NumberKind::UInt16},
    {"signed32-bitinteger", NumberKind::Int32},
    {"unsigned32-bitinteger", NumberKind::UInt32},
    {"signed64-bitinteger", NumberKind::Int64},
    {"unsigned64-bitinteger", NumberKind::UInt64},
    {"signed32-bitrealieee", NumberKind::Float32},
    {"signed64-bitrealieee", NumberKind::Float64},
}};

NumberKind element_kind(const MimeHeader& mime, const std::string& name) {
  // What detectors of counts write where they do not say it.
  const std::string type = mime.value("X-Binary-Element-Type").value_or("signed32-bitinteger");
  const auto* found = std::ranges::find(elements, type, &Element::name);
  if (found == elements.end())
    refuse_cbf(name, "its pixels must be integers of 8 to 64 bits or IEEE numbers of 32 or 64", in_quotes(type));
  return found->kind;
}

/// Takes steps from the packed bytes; a width's lowest number says that the next wider one follows.
class ByteOffsets {
 public:
  ByteOffsets(std::string_view packed, const std::string& name) : packed_(packed), name_(name) {}

  std::int64_t next() {
    if (take<std::int8_t>() && take<std::int16_t>() && take<std::int32_t>()) take<std::int64_t>();
    return step_;
  }
  std::size_t left() const { return packed_.size() - at_; }

 private:
  template <class T>
  bool take() {
    if (left() < sizeof(T)) refuse_cbf(name_, "the pixels end early");
    const T number = from_bytes<T>(packed_.data() + at_, swaps(false));
    at_ += sizeof(T);
    step_ = number;
    return number == std::numeric_limits<T>::min();
  }

  std::string_view packed_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::int64_t step_ = 0;
};

/// T is the kind of number that was packed. Unsigned ones may have been packed as if they had a sign.
template <class T>
PixelArray uncompressed_byte_offset(std::string_view packed, const ImageShape& shape, const std::string& name) {
  std::vector<std::int64_t> pixels(shape.n_fast * shape.n_slow);
  ByteOffsets offsets(packed, name);
  using Signed = std::make_signed_t<T>;
  std::uint64_t sum = 0;
  for (std::int64_t& pixel : pixels) {
    sum += static_cast<std::uint64_t>(offsets.next());
    const auto value = static_cast<std::int64_t>(sum);
    if constexpr (sizeof(T) < sizeof(std::int64_t)) {
      if (value < std::numeric_limits<Signed>::min() ||
          value > static_cast<std::int64_t>(std::numeric_limits<T>::max()))
        refuse_cbf(name, "a pixel exceeds " + std::to_string(8 * sizeof(T)) + " bits", std::to_string(value));
    }
    pixel = widened(static_cast<T>(sum));
  }
  if (offsets.left() > 0)
    refuse_cbf(name,
               "X-Binary-Size must be that of " + std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) +
                   " pixels",
               std::to_string(offsets.left()) + " bytes too many");
  return {shape, std::move(pixels), unsigned_bits<T>(), signed_bits<T>()};
}

PixelArray unpacked(const MimeHeader& mime, std::string_view data, const ImageShape& shape, const std::string& name) {
  const NumberKind kind = element_kind(mime, name);
  const std::string packing = mime.parameter("conversions").value_or("x-cbf_none");
  const std::string order = mime.value("X-Binary-Element-Byte-Order").value_or("little_endian");
  if (order != "little_endian" && order != "big_endian")
    refuse_cbf(name, "its byte order must be LITTLE_ENDIAN or BIG_ENDIAN", in_quotes(order));
  if (packing == "x-cbf_none") {
    const std::size_t needed = shape.n_fast * shape.n_slow * bytes_of(kind);
    if (data.size() < needed) refuse_cbf(name, "the pixels end early");
    if (data.size() > needed)
      refuse_cbf(name, "X-Binary-Size must be " + std::to_string(needed), std::to_string(data.size()));
    return with_number(
        kind, [&](auto zero) { return stored_array<decltype(zero)>(shape, data, swaps(order == "big_endian")); });
  }
  if (packing != "x-cbf_byte_offset")
    refuse_cbf(name, "its pixels must be uncompressed, or compressed by byte offsets", in_quotes(packing));
  // Byte offsets are little-endian by definition; what a writer of another machine has made of that is not known.
  if (order != "little_endian")
    refuse_cbf(name, "the byte order of byte offsets must be LITTLE_ENDIAN", in_quotes(order));
  return with_number(kind, [&]<class T>(T) -> PixelArray {
    if constexpr (std::is_floating_point_v<T>)
      refuse_cbf(name, "byte offsets are only for integers", "IEEE numbers");
    else
      return uncompressed_byte_offset<T>(data, shape, name);
  });
}

/// What the items of a CIF say of the pixels.
class Intensities {
 public:
  Intensities(std::string_view text, const std::string& name) : items_(parse_cif_items(text)), name_(name) {}

  void add_to(PixelArray& array) const {
    PixelRules& rules = array.rules;
    if (const auto most = number("overload"); most && *most > 0) rules.most = std::min(rules.most, *most);
    if (const auto least = number("underload")) rules.least = *least;
    add_linearity(rules);
    for (const char* factor : {"gain", "scaling"})
      if (const auto value = number(factor); value && *value != 1)
        rules.notes.push_back("its _array_intensities." + std::string(factor) + " " + format_number(*value) +
                              " is not used: pixels are used as stored");
    mark_undefined(array);
  }

 private:
  /// Of the first array; empty: "." and "?" are no values.
  std::string text(const char* item) const {
    const auto found = items_.find(std::string("_array_intensities.") + item);
    const std::string value = found == items_.end() || found->second.empty() ? "" : found->second.front();
    return value == "." || value == "?" ? "" : value;
  }
  std::optional<double> number(const char* item) const {
    const std::string value = text(item);
    if (value.empty()) return std::nullopt;
    // An uncertainty may follow in parentheses.
    const auto found = parse_number(value.substr(0, value.find('(')));
    if (!found || !std::isfinite(*found))
      refuse_cbf(name_, std::string("_array_intensities.") + item + " must be a number", in_quotes(value));
    return found;
  }

  /// What is to be added to stored numbers is the pedestal below them.
  void add_linearity(PixelRules& rules) const {
    const std::string linearity = in_lower_case(text("linearity"));
    const auto offset = number("offset");
    if (linearity == "offset" || linearity == "scaling_offset") {
      const double scaling = linearity == "offset" ? 1 : number("scaling").value_or(1);
      if (scaling == 0) refuse_cbf(name_, "_array_intensities.scaling must not be zero");
      if (offset && *offset != 0) rules.pedestal = -*offset / scaling;
      return;
    }
    if (!linearity.empty() && linearity != "linear" && linearity != "raw" && linearity != "scaling")
      refuse_cbf(
          name_,
          "pixels must be linear in their counts: _array_intensities.linearity must be raw, linear, offset, scaling or "
          "scaling_offset",
          in_quotes(linearity));
    if (offset && *offset != 0)
      rules.notes.push_back("its _array_intensities.offset " + format_number(*offset) + " is not used: " +
                            (linearity.empty() ? "no linearity is stated" : "the linearity is " + linearity));
  }

  void mark_undefined(PixelArray& array) const {
    const auto undefined = number("undefined_value");
    if (!undefined) return;
    std::visit(
        [&](const auto& values) {
          array.rules.mask.resize(values.size(), PixelState::Counts);
          for (std::size_t i = 0; i < values.size(); ++i)
            if (static_cast<double>(values[i]) == *undefined) array.rules.mask[i] = PixelState::Bad;
        },
        array.values);
  }

  CifItems items_;
  const std::string& name_;
};

/// The binary section's bytes, checked.
std::string_view section_data(const MimeHeader& mime, std::string_view after, const std::string& name) {
  const std::size_t size = mime.count("X-Binary-Size");
  if (size > after.size())
    refuse_cbf(name, "X-Binary-Size is " + std::to_string(size),
               std::to_string(after.size()) + " bytes follow the header");
  return after.substr(0, size);
}

ImageShape section_shape(const MimeHeader& mime, std::size_t size, const std::string& name) {
  const ImageShape shape = {mime.count("X-Binary-Size-Fastest-Dimension"),
                            mime.count("X-Binary-Size-Second-Dimension")};
  const auto count = checked_product({shape.n_fast, shape.n_slow});
  // The least that a pixel takes is a byte.
  if (!count || *count > size)
    refuse_cbf(name, "it must have " + std::to_string(shape.n_fast) + " x " + std::to_string(shape.n_slow) + " pixels",
               std::to_string(size) + " bytes of them");
  mime.require("X-Binary-Number-of-Elements", std::to_string(*count),
               "X-Binary-Number-of-Elements must be the product of the dimensions");
  mime.require("X-Binary-Size-Third-Dimension", "1", "an image must have two dimensions");
  return shape;
}

}  // namespace

CbfImage parse_cbf(std::string_view bytes, const std::string& name) {
  if (!bytes.starts_with("###CBF")) refuse_cbf(name, "it must begin with ###CBF");
  const std::size_t section = bytes.find(binary_section);
  if (section == std::string_view::npos) refuse_cbf(name, "it has no binary section");
  const std::size_t begin = bytes.find(binary_begins, section);
  if (begin == std::string_view::npos) refuse_cbf(name, "the binary section has no beginning");
  const std::string_view mime_text = bytes.substr(section, begin - section);
  const MimeHeader mime(mime_text, name);
  const std::string_view header = bytes.substr(0, section),
                         data = section_data(mime, bytes.substr(begin + binary_begins.size()), name);
  const ImageShape shape = section_shape(mime, data.size(), name);
  mime.require("Content-Transfer-Encoding", "binary", "its pixels must be encoded as BINARY");
  // A sum depends on the case of its letters, which the header no longer has.
  constexpr std::string_view sum = "Content-MD5:";
  if (const std::size_t at = mime_text.find(sum); at != mime_text.npos) {
    const std::string_view rest = mime_text.substr(at + sum.size());
    std::string digest(trimmed(rest.substr(0, rest.find('\n'))));
    std::erase(digest, '"');
    if (digest != md5_base64(data))
      refuse_cbf(name, "the pixels do not have the MD5 sum that the header states", digest);
  }
  CbfImage image;
  image.header = std::string(header);
  image.pixels = unpacked(mime, data, shape, name);
  const std::string_view after = bytes.substr(begin + binary_begins.size() + data.size());
  // Items may stand in any order; the text block of the first image goes on behind it.
  const std::string text = std::string(header) + std::string(after.substr(0, after.find(binary_begins)));
  image.pixels.rules = rules_of_mini_header(text, name);
  Intensities(text, name).add_to(image.pixels);
  if (after.find(binary_begins) != after.npos)
    image.pixels.rules.notes.push_back("it has several images; the first is used");
  return image;
}

}  // namespace femtobragg::formats
