// Reads nine numbers.
#include "femtobragg/formats/matrix_file.h"

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::formats {

std::array<double, 9> parse_matrix(std::string_view text, const std::string& name) {
  std::array<double, 9> matrix{};
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    const auto number = number_prefix(text);
    if (number.length == 0 || !std::isfinite(number.value))
      throw Error::runtime({.what = "no orientation matrix",
                            .where = in_quotes(name),
                            .value = std::to_string(i) + " numbers",
                            .rule = "it must begin with nine finite numbers, row by row",
                            .remedy = "give a matrix as MOSFLM writes it"});
    matrix[i] = number.value;
    text.remove_prefix(number.length);
  }
  return matrix;
}

}  // namespace femtobragg::formats
