// Reads header and pixels, and decides about the shape.
#include "femtobragg/noisify/input.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "femtobragg/base/error.h"
#include "femtobragg/base/memory.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/zeros.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/io/input_file.h"

namespace femtobragg::noisify {
namespace {

using formats::KeyMatch;

[[noreturn]] void refuse_header(const std::string& file, const std::string& rule) {
  throw Error::runtime({.what = "the header cannot be copied",
                        .where = in_quotes(file),
                        .rule = rule,
                        .remedy = "give an SMV image, or leave -header out"});
}

/// A whole number that the header may leave out: 0.
std::size_t count_in(const std::string& header, const char* key, const std::string& file) {
  const double value = formats::smv_number(header, key, KeyMatch::LastOccurrence).value_or(0);
  if (!(value >= 0 && value <= 2147483647)) refuse_header(file, std::string(key) + " is out of range");
  return static_cast<std::size_t>(value);
}

/// Its last occurrence counts, wherever it stands.
void read_header(const std::string& file, Input& input) {
  const std::string bytes = formats::read_file(file, "header", formats::InputKind::Image);
  if (!bytes.starts_with("{\nHEADER_BYT")) refuse_header(file, "it must begin with '{', a new line and HEADER_BYTES");
  const std::size_t length = count_in(bytes.substr(0, 512), "HEADER_BYTES", file);
  if (length < 16 || length > bytes.size()) refuse_header(file, "it is not as long as HEADER_BYTES says");
  input.header = bytes.substr(0, length);
  if (input.header.find("BYTE_ORDER") == std::string::npos) refuse_header(file, "it has no BYTE_ORDER");
  input.n_fast = count_in(input.header, "SIZE1", file);
  input.n_slow = count_in(input.header, "SIZE2", file);
  if (input.n_fast == 0) input.n_fast = input.n_slow = count_in(input.header, "DETECTOR_DIMENSIONS", file);
  if (input.n_fast == 0 || input.n_slow == 0) refuse_header(file, "it has no SIZE1 and SIZE2");
  input.pixel_m = metres_from_mm(
      formats::smv_number(input.header, "PIXEL_SIZE", KeyMatch::LastOccurrence).value_or(input.pixel_m * 1000));
}

/// Whether the header states pixels of another kind than those that will follow it.
bool states_other_pixels(const std::string& header, std::int64_t bits) {
  const auto text = [&](const char* key) {
    return formats::smv_text(header, key, KeyMatch::LastOccurrence).value_or("");
  };
  const bool little = std::endian::native == std::endian::little;
  return text("TYPE") != (bits == 32 ? "long_integer" : "unsigned_short") ||
         !text("BYTE_ORDER").starts_with(little ? "little" : "big");
}

std::size_t given(std::int64_t count) { return count > 0 ? static_cast<std::size_t>(count) : 0; }

/// From one count, or from none: as square as possible.
void guess_shape(std::size_t n_values, Input& input, ActiveQuirks& quirks) {
  std::size_t &n_fast = input.n_fast, &n_slow = input.n_slow;
  if (n_fast > 0 && n_slow > 0) return;
  if (n_fast == 0 && n_slow == 0) {
    n_fast = static_cast<std::size_t>(std::sqrt(static_cast<double>(n_values)));
    while (n_fast > 1 && n_values % n_fast != 0) --n_fast;
    quirks.changes(Quirk::ShapeGuess);
  }
  if (n_slow == 0)
    n_slow = n_values / n_fast;
  else
    n_fast = n_values / n_slow;
}

[[noreturn]] void refuse_pixels(const Settings& s, const std::string& value, const std::string& rule) {
  throw Error::runtime({.what = "the image cannot be used",
                        .where = in_quotes(s.input),
                        .value = value,
                        .rule = rule,
                        .remedy = "check -detpixels_x, -detpixels_y and the file"});
}

}  // namespace

Input read_input(const Settings& s, ActiveQuirks& quirks) {
  Input input{{}, given(s.n_fast), given(s.n_slow), s.pixel_m, {}};
  if (!s.header.empty()) read_header(s.header, input);
  if (!(input.pixel_m > 0))
    throw Error::usage({.what = "wrong value", .where = "-pixel", .rule = "it must be above 0 mm"});
  quirks.changes(Quirk::HeaderCopy, !input.header.empty() && states_other_pixels(input.header, s.bits));
  const std::string bytes = formats::read_file(s.input, "float image", formats::InputKind::Image);
  const std::size_t n_values = bytes.size() / sizeof(float);
  if (n_values == 0) refuse_pixels(s, std::to_string(bytes.size()) + " bytes", "it must hold at least one number");
  guess_shape(n_values, input, quirks);
  const auto pixels = checked_product({input.n_fast, input.n_slow});
  const std::string shape = std::to_string(input.n_fast) + " x " + std::to_string(input.n_slow) + " pixels";
  if (!pixels || *pixels == 0 || *pixels * sizeof(float) > 2147483647)
    refuse_pixels(s, shape, "an image has 1 to 536870911 pixels");
  if (n_values < *pixels / 4)
    refuse_pixels(s, std::to_string(n_values) + " numbers for " + shape, "it must hold at least a quarter of them");
  require_memory(*pixels * 4 * sizeof(float), "the images of noisify", shape, "use a smaller detector");
  quirks.changes(Quirk::FileSize, n_values != *pixels || bytes.size() % sizeof(float) != 0);
  input.values = zeros<float>(*pixels);
  std::memcpy(input.values.data(), bytes.data(), std::min(bytes.size() & ~std::size_t{3}, *pixels * sizeof(float)));
  return input;
}

}  // namespace femtobragg::noisify
