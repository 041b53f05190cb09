// Options of commands, parsed by CLI11.
#include "programs/command_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>

#include "femtobragg/base/error.h"
#include "femtobragg/base/flag_words.h"
#include "femtobragg/base/near_words.h"
#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/flags/option_table.h"

namespace femtobragg::programs {
namespace {

CLI::Option& cli(void* option) { return *static_cast<CLI::Option*>(option); }

/// For options that take values: an empty word is no name, and must not switch anything off unseen.
void refuse_empty_values(CLI::App& app) {
  const auto check = [](std::string& value) {
    return value.empty() ? std::string("it must not be empty") : std::string();
  };
  for (CLI::Option* option : app.get_options())
    if (option->get_items_expected_max() > 0) option->check(CLI::Validator(check, ""));
}

/// The names of an option without dashes: "per-image", "h".
Words names_of(const CLI::Option& option) {
  Words names = option.get_lnames();
  names.insert(names.end(), option.get_snames().begin(), option.get_snames().end());
  return names;
}

/// As the parser expects it. Nothing: no option has that name.
std::optional<KnownFlag> option_named(const CLI::App& app, std::string_view typed) {
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : names_of(*option))
      if (same_flag_name(name, typed))
        return KnownFlag{(name.size() > 1 ? "--" : "-") + name,
                         static_cast<std::size_t>(option->get_items_expected_max())};
  return {};
}

void refuse_unknown_options(const CLI::App& app, const Words& words, const std::string& remedy) {
  Words known;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : names_of(*option)) known.push_back(name);
  for (const std::string& word : words) {
    const std::string_view name = name_in_flag(word);
    if (name.empty() || option_named(app, name)) continue;
    // A flag of the run has its place elsewhere.
    const std::string near = nanobragg::find_flag(name) ? "" : nearest_word(name, known);
    throw Error::usage({.what = app.get_name(),
                        .rule = "unknown option " + in_quotes(word),
                        .remedy = near.empty() ? remedy : "did you mean --" + near + "?"});
  }
}

/// Digits beyond the type: the parser would take the largest number instead.
template <class T>
std::string too_large_for(std::string& text) {
  constexpr bool whole = std::is_integral_v<T> || std::is_same_v<T, std::optional<std::int64_t>> ||
                         std::is_same_v<T, std::vector<std::int64_t>> || std::is_same_v<T, std::vector<std::size_t>>;
  const std::size_t sign = text.starts_with('-') || text.starts_with('+');
  const bool digits = text.size() > sign && text.find_first_not_of("0123456789", sign) == text.npos;
  return whole && digits && !parse_integer(text) ? "it is too large; got " + text : std::string();
}

/// Unless a range says more.
void refuse_infinite_numbers(const std::vector<CLI::Option*>& numbers) {
  const auto check = [](std::string& text) {
    const auto number = parse_number(text);
    return number && !std::isfinite(*number) ? "it must be finite; got " + text : std::string();
  };
  for (CLI::Option* option : numbers) option->check(CLI::Validator(check, ""));
}

/// "--help=xx": what the value was meant for is anyone's guess.
void refuse_values_of_switches(const CLI::App& app, const Words& words) {
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    const std::string_view name = equals == word.npos ? std::string_view() : name_in_flag(word);
    const std::optional<KnownFlag> known = name.empty() ? std::nullopt : option_named(app, name);
    if (known && known->most_values == 0)
      throw Error::usage({.what = app.get_name(),
                          .where = known->word,
                          .value = in_quotes(word.substr(equals + 1)),
                          .rule = "it takes no value",
                          .remedy = "see --help"});
  }
}

OptionList* open_list = nullptr;

}  // namespace

OptionList::OptionList() { open_list = this; }
OptionList::~OptionList() { open_list = nullptr; }

CommandOption& CommandOption::type(const std::string& name) {
  cli(option_).type_name(name);
  return *this;
}

CommandOption& CommandOption::required() {
  cli(option_).required();
  return *this;
}

CommandOption& CommandOption::values(int count) {
  cli(option_).expected(count);
  return *this;
}

CommandOption& CommandOption::one_or_more_values() { return values(-1); }

CommandOption& CommandOption::separated_by_commas() {
  cli(option_).delimiter(',');
  return *this;
}

CommandOption& CommandOption::range(double least, double most) {
  const std::string ends = format_number(least, 15) + " to " + format_number(most, 15);
  const auto check = [=](std::string& text) {
    const auto number = parse_number(text);
    return number && *number >= least && *number <= most ? std::string() : "it must be from " + ends + "; got " + text;
  };
  cli(option_).check(CLI::Validator(check, ""));
  return type(cli(option_).get_type_name() + " " + ends);
}

CommandOption& CommandOption::one_of(const Words& values) {
  std::string names;
  for (const std::string& value : values) names += (names.empty() ? "" : "|") + value;
  const auto check = [values, names](std::string& text) {
    return std::ranges::find(values, text) != values.end() ? std::string()
                                                           : "it must be one of " + names + "; got " + text;
  };
  cli(option_).type_name(names)->check(CLI::Validator(check, ""));
  return *this;
}

CommandOption& CommandOption::shows_default() {
  cli(option_).capture_default_str();
  return *this;
}

CommandOption& CommandOption::environment(const std::string& variable) {
  cli(option_).envname(variable);
  return *this;
}

CommandOption& CommandOption::group(const std::string& heading) {
  cli(option_).group(heading);
  return *this;
}

struct CommandOptions::Parser {
  CLI::App app;
  std::string place_of_words{};
  std::vector<CLI::Option*> numbers{};  ///< that are not whole
};

CommandOptions::CommandOptions(const std::string& description, const std::string& command)
    : parser_(new Parser{CLI::App(description, command), {}}) {}

CommandOptions::~CommandOptions() = default;

void CommandOptions::footer(const std::string& text) { parser_->app.footer(text); }

void CommandOptions::place_of_words(const std::string& remedy) { parser_->place_of_words = remedy; }

template <class T>
CommandOption CommandOptions::add(const std::string& name, T& value, const std::string& help) {
  if constexpr (std::is_same_v<T, bool>) {
    return CommandOption(parser_->app.add_flag(name, value, help));
  } else {
    CLI::Option* const option = parser_->app.add_option(name, value, help)->check(CLI::Validator(too_large_for<T>, ""));
    if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::optional<double>>)
      parser_->numbers.push_back(option);
    return CommandOption(option);
  }
}

void CommandOptions::list(bool takes_run) const {
  open_list->takes_run = takes_run;
  for (const CLI::Option* option : std::as_const(parser_->app).get_options())
    for (const std::string& name : names_of(*option))
      open_list->options.push_back(
          {(name.size() > 1 ? "--" : "-") + name, option->get_items_expected_max() > 0 ? option->get_type_name() : ""});
}

bool CommandOptions::parse(const Words& words) {
  if (open_list) return list(false), false;
  if (std::ranges::find(words, "--") != words.end()) refuse("--", "this command takes no arguments after it");
  return parse_own(words, "see --help");
}

bool CommandOptions::parse(const Words& words, Words& arguments) {
  if (open_list) return list(true), false;
  const auto dashes = std::ranges::find(words, "--");
  arguments.assign(dashes == words.end() ? dashes : dashes + 1, words.end());
  return parse_own({words.begin(), dashes}, "see --help; put the flags of the run after --");
}

bool CommandOptions::parse_own(const Words& typed, const std::string& remedy) {
  CLI::App& app = parser_->app;
  refuse_empty_values(app);
  refuse_infinite_numbers(parser_->numbers);
  refuse_values_of_switches(app, typed);
  const Words words = separate_words(
      typed, [&](std::string_view name) { return option_named(app, name); }, true);
  refuse_unknown_options(app, words, remedy);
  try {
    app.parse(Words(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return false;
  } catch (const CLI::ExtrasError&) {
    std::string stray;
    for (const std::string& word : app.remaining()) stray += (stray.empty() ? "" : ", ") + in_quotes(word);
    throw Error::usage({.what = app.get_name(),
                        .rule = "unexpected " + stray,
                        .remedy = parser_->place_of_words.empty() ? remedy : parser_->place_of_words});
  } catch (const CLI::ParseError& error) {
    throw Error::usage({.what = app.get_name(), .rule = error.what(), .remedy = remedy});
  }
  return true;
}

bool CommandOptions::given(const std::string& name) const { return parser_->app.count(name) > 0; }

void CommandOptions::refuse(const std::string& name, const std::string& rule) const {
  throw Error::usage({.what = parser_->app.get_name(), .where = name, .rule = rule, .remedy = "see --help"});
}

void refuse_words(const std::string& command, const std::string& where, const std::string& value,
                  const std::string& rule) {
  throw Error::usage(
      {.what = "femtobragg " + command, .where = where, .value = value, .rule = rule, .remedy = "see --help"});
}

#define FEMTOBRAGG_OPTION_TYPE(...) \
  template CommandOption CommandOptions::add(const std::string&, __VA_ARGS__&, const std::string&);
FEMTOBRAGG_OPTION_TYPE(bool)
FEMTOBRAGG_OPTION_TYPE(int)
FEMTOBRAGG_OPTION_TYPE(std::int64_t)
FEMTOBRAGG_OPTION_TYPE(std::uint64_t)
FEMTOBRAGG_OPTION_TYPE(double)
FEMTOBRAGG_OPTION_TYPE(std::string)
FEMTOBRAGG_OPTION_TYPE(std::filesystem::path)
FEMTOBRAGG_OPTION_TYPE(std::optional<std::int64_t>)
FEMTOBRAGG_OPTION_TYPE(std::optional<double>)
FEMTOBRAGG_OPTION_TYPE(std::optional<std::string>)
FEMTOBRAGG_OPTION_TYPE(std::vector<std::int64_t>)
FEMTOBRAGG_OPTION_TYPE(std::vector<std::size_t>)
FEMTOBRAGG_OPTION_TYPE(Words)
#undef FEMTOBRAGG_OPTION_TYPE

}  // namespace femtobragg::programs
