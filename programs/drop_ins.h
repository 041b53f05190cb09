// The names by which the program is other programs.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::programs {

struct DropIn {
  std::string_view name;
  int (*run)(const std::vector<std::string>& words);
  int exit_of_errors;  ///< 0: as commands of femtobragg
  std::string_view help;
};

std::span<const DropIn> drop_ins();
/// The one whose name begins the file name of the program, or null.
const DropIn* drop_in_named(std::string_view file);

int nonbragg(const std::vector<std::string>& words);
int noisify(const std::vector<std::string>& words);
int float_add(const std::vector<std::string>& words);

}  // namespace femtobragg::programs
