// A value of a scene in a file, whatever the notation.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace femtobragg::scene {

using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

/// Numbers of a quantity are in SI, those of cells in angstrom. One number is a list of one.
using Value = std::variant<bool, std::int64_t, std::string, Numbers, Texts>;

}  // namespace femtobragg::scene
