// Matrix files, and the parsing of numbers that all text formats use.
#include "femtobragg/formats/tables/matrix_file.h"

#include <cmath>

#include "femtobragg/base/text.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] {
    for (const double number : formats::parse_matrix(text, "fuzz")) fuzz::require(std::isfinite(number));
  });
  const auto number = number_prefix(text);
  fuzz::require(number.length <= text.size());
  fuzz::require(number.length > 0 || number.value == 0);
  fuzz::require(integer_prefix(text).length <= text.size());
  if (const auto whole = parse_number(text)) fuzz::require(number.length == text.size());
  if (const auto whole = parse_integer(text)) fuzz::require(integer_prefix(text).value == *whole);
  // What is printed with all digits is read back as it was.
  if (std::isfinite(number.value)) fuzz::require(number_prefix(format_number(number.value, 17)).value == number.value);
  in_quotes(text);
  return 0;
}
