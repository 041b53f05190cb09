// Matrices from text and arrays, and back.
#include "femtobragg/formats/tables/rotation_list.h"

#include <cmath>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/rotation_check.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/image/float_image.h"
#include "femtobragg/formats/image/numpy_array.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/tables/number_lines.h"

namespace femtobragg::formats {
namespace {

constexpr const char* rotation_rule = "it needs nine numbers for each domain: the rows of its matrix";

[[noreturn]] void refuse_rotation(const std::string& what, const std::string& where, const std::string& value,
                                  const std::string& rule) {
  throw Error::runtime({.what = what, .where = where, .value = value, .rule = rule, .remedy = "correct the file"});
}

constexpr double rounding_of_rotations = 1e-4;

/// The nearest rotation; what is further off than rounding was none. By Newton's iteration on the polar decomposition
/// (N. J. Higham, SIAM J. Sci. Stat. Comput. 7 (1986) 1160).
Mat3d exact_rotation(const Mat3d& m, const std::string& where) {
  const std::string first = format_number(m.row_x.x) + " " + format_number(m.row_x.y) + " " + format_number(m.row_x.z);
  if (!is_finite(m.row_x) || !is_finite(m.row_y) || !is_finite(m.row_z))
    refuse_rotation("a number of the matrix is not finite", where, first + " ...", rotation_rule);
  if (!is_rotation(m, rounding_of_rotations))
    refuse_rotation("the matrix is not a rotation", where, first + " ...",
                    determinant(m) < 0
                        ? "it must be right-handed"
                        : "its rows must be unit vectors at right angles, to " + format_number(rounding_of_rotations));
  constexpr double exact = 1e-12;
  if (is_rotation(m, exact)) return m;
  Mat3d r = m;
  for (int i = 0; i < 4; ++i) {
    const Mat3d other = transpose(inverse(r));
    r = {0.5 * (r.row_x + other.row_x), 0.5 * (r.row_y + other.row_y), 0.5 * (r.row_z + other.row_z)};
  }
  return r;
}

Mat3d matrix_of(const double* n) { return {{n[0], n[1], n[2]}, {n[3], n[4], n[5]}, {n[6], n[7], n[8]}}; }

std::vector<Mat3d> of_array(std::string_view bytes, const std::string& name) {
  const NumpyArray array = parse_numpy_array(bytes, name);
  const auto& s = array.shape;
  const bool one = s.size() == 2 && s[0] == 3 && s[1] == 3, rows = s.size() == 2 && s[1] == 9;
  if (!one && !rows && !(s.size() == 3 && s[1] == 3 && s[2] == 3)) {
    std::string shape;
    for (const std::size_t length : s) shape += (shape.empty() ? "" : ", ") + std::to_string(length);
    refuse_rotation("not a list of rotations", in_quotes(name), "(" + shape + ")",
                    "the shape of the array must be (n, 3, 3) or (n, 9)");
  }
  std::vector<Mat3d> rotations;
  for (std::size_t i = 0; i + 9 <= array.values.size(); i += 9)
    rotations.push_back(
        exact_rotation(matrix_of(&array.values[i]), in_quotes(name) + ", matrix " + std::to_string(i / 9)));
  return rotations;
}

std::vector<Mat3d> of_text(const std::string& text, const std::string& name) {
  std::vector<Mat3d> rotations;
  for (const NumberLine& line : number_lines(text)) {
    const std::string where = in_quotes(name) + " line " + std::to_string(line.number);
    if (!line.rest.empty() || line.numbers.size() != 9)
      refuse_rotation("not a rotation", where, in_quotes(std::string_view(line.text).substr(0, 60)), rotation_rule);
    rotations.push_back(exact_rotation(matrix_of(line.numbers.data()), where));
  }
  return rotations;
}

}  // namespace

bool are_rotation(std::span<const double> nine) {
  return nine.size() == 9 && is_rotation(matrix_of(nine.data()), rounding_of_rotations);
}

std::vector<Mat3d> parse_rotations(std::string_view bytes, const std::string& name) {
  std::vector<Mat3d> rotations =
      is_numpy(bytes) ? of_array(bytes, name) : of_text(plain_text(std::string(bytes), name), name);
  if (rotations.empty()) refuse_rotation("no rotations", in_quotes(name), "", rotation_rule);
  return rotations;
}

void write_rotations(const std::string& path, std::span<const Mat3d> rotations) {
  std::vector<double> values;
  for (const Mat3d& m : rotations)
    for (const Vec3d& row : {m.row_x, m.row_y, m.row_z}) values.insert(values.end(), {row.x, row.y, row.z});
  if (suffix_of(path) == ".npy") return write_npy_matrices(path, values);
  std::string text = "# rotations of mosaic domains in the lab frame, matrices row by row\n";
  for (std::size_t i = 0; i < values.size(); ++i) text += format_number(values[i], 17) + (i % 9 == 8 ? "\n" : " ");
  write_text(path, text);
}

}  // namespace femtobragg::formats
