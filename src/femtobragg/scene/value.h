// A value of a scene in a file, whatever the notation.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace femtobragg::scene {

using NumberList = std::vector<double>;
using TextList = std::vector<std::string>;

/// NumberList of a quantity are in SI, those of cells in angstrom. One number is a list of one.
using Value = std::variant<bool, std::int64_t, std::string, NumberList, TextList>;

}  // namespace femtobragg::scene
