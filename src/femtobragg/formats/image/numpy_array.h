// NumPy arrays of any shape, as numbers. Format: numpy.lib.format.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/formats/image/stored_numbers.h"

namespace femtobragg::formats {

bool is_numpy(std::string_view bytes);

/// What the header says; `data` follows it.
struct NumpyHeader {
  std::vector<std::size_t> shape;
  NumberKind kind{};
  bool swap = false;
  std::string_view data;
};
/// Throws Error(Runtime) for damaged headers, other kinds of number, and arrays in Fortran's order.
NumpyHeader parse_numpy_header(std::string_view bytes, const std::string& name);

/// The first `most` numbers of the data, or all.
std::vector<double> first_numbers(const NumpyHeader& header, std::size_t most);

struct NumpyArray {
  std::vector<std::size_t> shape;
  std::vector<double> values;
};
/// Throws Error(Runtime), also if the file ends early.
NumpyArray parse_numpy_array(std::string_view bytes, const std::string& name);

}  // namespace femtobragg::formats
