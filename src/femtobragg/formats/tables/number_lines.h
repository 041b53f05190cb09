// Text of nothing but numbers, line by line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::formats {

struct NumberLine {
  std::size_t number = 0;  ///< of the line, from 1
  std::string text;        ///< without comment and blanks around it
  std::vector<double> numbers;
  std::string rest;  ///< from the first word that is no number
};

/// Lines that are not empty. '#' begins a comment; blanks, ',' and ';' separate numbers.
std::vector<NumberLine> number_lines(std::string_view text);

}  // namespace femtobragg::formats
