// A check for options that name something: an empty word is no name, and must not switch anything off unseen.
#pragma once

#include <CLI/CLI.hpp>

namespace femtobragg::programs {

/// For all options of a command that take values.
inline void refuse_empty_values(CLI::App& app) {
  const auto check = [](std::string& value) { return value.empty() ? std::string("it is empty") : std::string(); };
  for (CLI::Option* option : app.get_options())
    if (option->get_items_expected_max() > 0) option->check(CLI::Validator(check, ""));
}

}  // namespace femtobragg::programs
