// The names under which the program takes the command line of another program.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::programs {

struct DropIn {
  std::string_view name;
  std::string_view help;
  int (*run)(const std::vector<std::string>& words);
};

/// What all of them return for an error.
inline constexpr int drop_in_failed = 9;

std::span<const DropIn> drop_ins();
/// By the name of the program, which may go on behind that of the row. Null: there is none.
const DropIn* find_drop_in(std::string_view program);

int nanobragg_drop_in(const std::vector<std::string>& words);

}  // namespace femtobragg::programs
