// The table of flags: names, values, defaults, help, and what each does to the options.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/nanobragg/flags/options.h"
#include "femtobragg/nanobragg/flags/program.h"
#include "femtobragg/nanobragg/flags/quirks.h"

namespace femtobragg::nanobragg {

/// The words that a flag may take its values from.
class FlagValues {
 public:
  /// `unit`: of its numbers, for messages; may be empty.
  FlagValues(std::string flag, std::string_view unit, std::vector<std::string> words, Reading reading, bool last_word,
             QuirkSet quirks, std::vector<std::string>& warnings)
      : flag_(std::move(flag)),
        unit_(unit),
        words_(std::move(words)),
        reading_(reading),
        last_word_(last_word),
        quirks_(quirks),
        warnings_(warnings) {}

  const std::string& flag() const { return flag_; }
  std::size_t count() const { return words_.size(); }
  const std::string& word(std::size_t i) const { return words_.at(i); }
  /// A finite number; Lenient: its longest prefix, 0 if there is none. Throws Error(Usage).
  double number(std::size_t i) const;
  /// The same, where infinity has a meaning.
  double number_or_infinity(std::size_t i) const;
  /// A whole number within 32 bits. Throws Error(Usage).
  std::int64_t integer(std::size_t i) const;
  Vec3d vector() const { return {number(0), number(1), number(2)}; }
  bool strict() const { return reading_ == Reading::Strict; }
  bool is_last_word() const { return last_word_; }
  bool quirk(Quirk quirk) const { return quirks_.on(quirk); }
  [[noreturn]] void refuse(std::size_t i, const std::string& rule) const;
  /// All words together.
  [[noreturn]] void refuse(const std::string& rule) const;
  /// Lenient: for what `refuse` would be too strict.
  void warn(const std::string& text) const { warnings_.push_back(flag_ + " " + text); }

 private:
  std::string flag_;
  std::string_view unit_;
  std::vector<std::string> words_;
  Reading reading_;
  bool last_word_;
  QuirkSet quirks_;
  std::vector<std::string>& warnings_;
};

struct Flag {
  std::vector<std::string_view> names;  ///< without dash; the first is canonical
  std::string_view group;
  std::size_t min_values = 0, max_values = 0;
  std::string_view values;  ///< for help: names and units
  std::string_view default_text;
  std::string_view help;
  void (*apply)(Options&, const FlagValues&) = nullptr;
  bool required_value = false;                ///< nanoBragg crashes without its value: always an error
  bool ends_at_dash = false;                  ///< takes words up to one that begins with '-'
  std::size_t peeked_values = 0;              ///< how many words it sees, if more than it takes
  std::size_t lenient_min_values = SIZE_MAX;  ///< Lenient: acts with that many words, if fewer than min_values
  bool simulate_only = false;                 ///< Lenient: unknown
  bool usual = false;                         ///< the short help explains it
};

/// The group of flags that describe what the detector makes of photons.
inline constexpr std::string_view response_group = "Response of the detector";

std::span<const Flag> flag_table();
/// The usual flag of each crystal shape.
std::vector<std::string_view> shape_flags();
/// The flag of that name (without dashes; - and _ are the same), or null.
const Flag* find_flag(std::string_view name);
/// A flag's values, each a word of its own (base/flag_words.h), and names as the table has them.
std::vector<std::string> separate_words(std::span<const std::string> words);
/// The known name that a wrong one is near to or begins; several are joined by " or -". An empty text if none is.
std::string nearest_flag(std::string_view name);

/// Whether the flag takes the name of a file to be written.
bool names_output(const Flag& flag);

/// The words that select groups in the help: the first of each heading.
std::vector<std::string> help_topics();
/// The help text, made from the table: usual flags; those of a group; or, for "all", every flag. Throws Error(Usage)
/// for other topics.
std::string help_text(Program program, const std::string& topic);

}  // namespace femtobragg::nanobragg
