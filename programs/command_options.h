// Options of commands: "femtobragg COMMAND [OPTIONS] -- ARGS...".
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace femtobragg::programs {

using Words = std::vector<std::string>;

/// One option while it is described; all members return it again.
class CommandOption {
 public:
  /// The placeholder of the value in the help.
  CommandOption& type(const std::string& name);
  CommandOption& required();
  /// How many values it takes.
  CommandOption& values(int count);
  CommandOption& one_or_more_values();
  CommandOption& separated_by_commas();
  /// Both ends included; what is not a number is refused.
  CommandOption& range(double least, double most);
  CommandOption& one_of(const Words& values);
  /// The help shows the value that it has before.
  CommandOption& shows_default();
  /// If it is not given, the environment's variable is used.
  CommandOption& environment(const std::string& variable);
  /// Appears under this heading in the help.
  CommandOption& group(const std::string& heading);

 private:
  friend class CommandOptions;
  explicit CommandOption(void* option) : option_(option) {}
  void* option_;
};

/// An option of a command, for completion.
struct ListedOption {
  std::string name;  ///< "--per-image", "-h"
  std::string type;  ///< of its values, as the help has it; empty: it takes none
};

/// While it lives, CommandOptions::parse() notes the options here and returns false, as for help.
class OptionList {
 public:
  OptionList();
  ~OptionList();
  OptionList(const OptionList&) = delete;
  OptionList& operator=(const OptionList&) = delete;

  std::vector<ListedOption> options;
  bool takes_run = false;  ///< the flags of a run follow "--"
};

/// The options of a command. The library that parses them is compiled once, with this class, since it takes longer
/// than most commands.
class CommandOptions {
 public:
  CommandOptions(const std::string& description, const std::string& command);
  ~CommandOptions();

  void footer(const std::string& text);
  /// What to say of words that are no values of options; by default that the run's flags follow --.
  void place_of_words(const std::string& remedy);
  /// `name`: "--out", "--py-bin,--bin"; a plain word is a positional argument. A bool is a flag. Defined for the types
  /// that are listed in command_options.cpp.
  template <class T>
  CommandOption add(const std::string& name, T& value, const std::string& help);

  /// False: help was printed. Throws Error(Usage), also for a "--": the command takes nothing after it.
  bool parse(const Words& words);
  /// Options of a command that takes `arguments` after the first "--".
  bool parse(const Words& words, Words& arguments);
  bool given(const std::string& name) const;
  /// Throws Error(Usage) about an option.
  [[noreturn]] void refuse(const std::string& name, const std::string& rule) const;

 private:
  bool parse_own(const Words& words, const std::string& remedy);
  void list(bool takes_run) const;

  struct Parser;
  std::unique_ptr<Parser> parser_;
};

/// Throws Error(Usage) about the words of "femtobragg COMMAND".
[[noreturn]] void refuse_words(const std::string& command, const std::string& where, const std::string& value,
                               const std::string& rule);

}  // namespace femtobragg::programs
