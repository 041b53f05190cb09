// What commands with options of their own have in common: "femtobragg COMMAND [OPTIONS] -- ARGS...".
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "femtobragg/base/error.h"

namespace femtobragg::programs {

/// For all options of a command that take values: an empty word is no name, and must not switch anything off unseen.
inline void refuse_empty_values(CLI::App& app) {
  const auto check = [](std::string& value) { return value.empty() ? std::string("it is empty") : std::string(); };
  for (CLI::Option* option : app.get_options())
    if (option->get_items_expected_max() > 0) option->check(CLI::Validator(check, ""));
}

/// Parses the words before the first "--". False: help was printed. Throws Error(Usage).
inline bool parse_options(CLI::App& app, const std::vector<std::string>& words) {
  refuse_empty_values(app);
  try {
    app.parse(std::vector<std::string>(std::make_reverse_iterator(std::ranges::find(words, "--")), words.rend()));
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return false;
  } catch (const CLI::ParseError& error) {
    throw Error::usage({.what = app.get_name(), .rule = error.what(), .remedy = "see --help"});
  }
  return true;
}

/// What follows the first "--" of a command's words; nothing: there is none.
inline std::vector<std::string> words_after_dashes(const std::vector<std::string>& words) {
  const auto dashes = std::ranges::find(words, "--");
  return {dashes == words.end() ? dashes : dashes + 1, words.end()};
}

}  // namespace femtobragg::programs
