// `femtobragg complete`: what may follow the words of a command line. Scripts for shells call it (share/completions/).
#include <algorithm>
#include <iostream>

#include "femtobragg/backends/backend.h"
#include "femtobragg/base/flag_words.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/detectors/detector_list.h"
#include "femtobragg/nanobragg/flags/option_table.h"
#include "femtobragg/nonbragg/flags.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

using nanobragg::Flag;

/// Of "log | linear" both, of "N | all" the second; none of what is no choice.
Words choices_in(std::string_view values) {
  Words choices;
  if (values.find('|') == values.npos) return choices;
  for (std::string_view rest = values; !rest.empty();) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    const std::string_view word = trimmed(rest.substr(0, bar));
    if (word != "N" && word != "FILE" && word.find_first_of(" ,()[]:") == word.npos) choices.emplace_back(word);
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return choices;
}

Words detector_names() {
  Words names;
  for (const formats::KnownDetector& detector : formats::known_detectors()) names.emplace_back(detector.name);
  return names;
}

Words device_names() {
  Words names = {"auto"};
  for (const auto& backend : backends::registered_backends()) names.push_back(backend->name());
  return names;
}

Words quirk_names() {
  Words names = {"all", "none"};
  for (const nanobragg::QuirkInfo& quirk : nanobragg::quirk_table()) names.emplace_back(quirk.id);
  return names;
}

/// Values that the help does not list.
struct NamedValues {
  std::string_view flag;
  Words (*names)();
};
constexpr NamedValues named_values[] = {{"detector", detector_names},
                                        {"device", device_names},
                                        {"quirks", quirk_names},
                                        {"h", nanobragg::help_topics},
                                        {"help", nanobragg::help_topics}};

Words values_of(std::string_view flag, std::string_view values) {
  for (const NamedValues& row : named_values)
    if (row.flag == flag) return row.names();
  return choices_in(values);
}

/// What a command line may say after its command.
struct Vocabulary {
  struct Entry {
    std::string name;  ///< without dashes
    Words values;
    bool takes_values;
  };
  std::vector<Entry> entries;
  std::size_t dashes = 1;  ///< before names, unless more are typed
  bool hyphens = false;    ///< names are written with them
};

Vocabulary vocabulary_of_run(bool strict) {
  Vocabulary result;
  for (const Flag& flag : nanobragg::flag_table())
    if (strict || !flag.simulate_only)
      for (const std::string_view name : flag.names)
        result.entries.push_back({std::string(name), values_of(flag.names.front(), flag.values), flag.max_values > 0});
  return result;
}

Vocabulary vocabulary_of_nonbragg() {
  Vocabulary result;
  for (const nonbragg::Flag& flag : nonbragg::flag_table())
    for (const auto& names : {flag.exact, flag.inside})
      for (const std::string_view name : names)
        result.entries.push_back({std::string(name.substr(1)), choices_in(flag.value_text), flag.values > 0});
  return result;
}

Vocabulary vocabulary_of(const OptionList& list) {
  Vocabulary result{{}, 2, true};
  for (const ListedOption& option : list.options) {
    const std::string name(name_in_flag(option.name));
    result.entries.push_back({name, values_of(name, option.type), !option.type.empty()});
  }
  return result;
}

class Completer {
 public:
  explicit Completer(Words words) : words_(std::move(words)), last_(words_.back()) {}

  Words candidates() {
    const std::string& program = words_.front();
    if (program == "nanoBragg") return of(vocabulary_of_run(false), 1);
    if (program == "nonBragg") return of(vocabulary_of_nonbragg(), 1);
    if (program == "nb-compare") return of_command(&compare, 1);
    if (words_.size() == 2) return beginning(command_names());
    const bool helps = words_[1] == "help";
    if (helps && words_.size() == 3) return beginning(command_names());
    const Subcommand* command = find_subcommand(words_[helps ? 2 : 1]);
    if (!command || helps || command->run == &complete) return {};
    if (command->run == &simulate) return of(vocabulary_of_run(true), 2);
    const bool of_scenes = command->run == &scene;
    if (!of_scenes && command->run != &recipe_command) return of_command(command->run, 2);
    if (words_.size() == 3) return beginning(of_scenes ? scene_commands() : recipe_commands());
    return of_command(command->run, 3, {words_[2]});
  }

 private:
  static Words command_names() {
    Words names;
    for (const Subcommand& command : subcommands()) names.emplace_back(command.name);
    return names;
  }

  Words beginning(const Words& all, const std::string& prefix = "") const {
    Words found;
    const std::string_view begun = std::string_view(last_).substr(prefix.size());
    for (const std::string& word : all)
      if (word.starts_with(begun)) found.push_back(prefix + word);
    return found;
  }

  /// The flags of a run follow "--".
  Words of_command(int (*run)(const Words&), std::size_t first, const Words& words = {}) const {
    OptionList list;
    run(words);
    const auto dashes = std::find(words_.begin() + static_cast<std::ptrdiff_t>(first), words_.end() - 1, "--");
    if (list.takes_run && dashes != words_.end() - 1) {
      const auto program = std::find(words_.begin(), dashes, "nanoBragg");
      return of(vocabulary_of_run(program == dashes && run != &compare),
                static_cast<std::size_t>(dashes - words_.begin()) + 1);
    }
    Words found = of(vocabulary_of(list), first);
    if (list.takes_run && last_ == "--") found.emplace_back("--");
    return found;
  }

  /// Flags in the spelling that was begun, or values of the flag before.
  Words of(const Vocabulary& known, std::size_t first) const {
    const std::string_view name = name_in_flag(last_);
    if (const std::size_t equals = last_.find('='); equals != last_.npos && !name.empty())
      return beginning(values_after(known, name), last_.substr(0, equals + 1));
    if (last_.starts_with('-')) return flags(known);
    const std::string_view before = words_.size() > first + 1 ? name_in_flag(words_[words_.size() - 2]) : "";
    return beginning(values_after(known, before));
  }

  static Words values_after(const Vocabulary& known, std::string_view name) {
    for (const Vocabulary::Entry& entry : known.entries)
      if (same_flag_name(entry.name, name)) return entry.values;
    return {};
  }

  Words flags(const Vocabulary& known) const {
    const std::size_t typed_dashes = last_.starts_with("--") ? 2 : 1;
    const std::string begun = last_.substr(typed_dashes);
    const bool hyphens = begun.find('-') != begun.npos || (known.hyphens && begun.find('_') == begun.npos);
    Words found;
    for (const Vocabulary::Entry& entry : known.entries) {
      std::string name = entry.name;
      std::ranges::replace(name, hyphens ? '_' : '-', hyphens ? '-' : '_');
      const std::size_t dashes = name.size() > 1 ? std::max(known.dashes, typed_dashes) : typed_dashes;
      if (name.starts_with(begun)) found.push_back(std::string(dashes, '-') + name);
    }
    return found;
  }

  Words words_;
  std::string last_;
};

}  // namespace

int complete(const Words& words) {
  if (words.size() == 1 && (words[0] == "--help" || words[0] == "-h")) {
    std::cout << "Lists what may stand in place of the last word, for shells:   femtobragg complete PROGRAM WORD...\n";
    return 0;
  }
  if (words.size() < 2) refuse_words("complete", "", "", "it takes the words of a command line, the program first");
  for (const std::string& candidate : Completer(words).candidates()) std::cout << candidate << "\n";
  return 0;
}

}  // namespace femtobragg::programs
