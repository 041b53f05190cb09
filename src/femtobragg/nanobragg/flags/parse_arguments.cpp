// One pass over the words; headers first, because every flag wins over them.
#include "femtobragg/nanobragg/flags/parse_arguments.h"

#include <algorithm>
#include <array>
#include <map>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/flag_words.h"
#include "femtobragg/base/text.h"

namespace femtobragg::nanobragg {
namespace {

bool looks_like_number(const std::string& word) { return parse_number(word).has_value(); }

/// The name in a word that may be a flag. Empty: not a flag.
std::string_view flag_name(const std::string& word) {
  const std::string_view name = name_in_flag(word);
  // -50:1:0.1 begins with a number, and so does the name of one flag.
  const bool number = !name.empty() && name.find_first_of("0123456789.") == 0;
  if (number && !find_flag(name)) return {};
  return name;
}

std::string suggestion(std::string_view name) {
  const std::string nearest = nearest_flag(name);
  return nearest.empty() ? "see --help" : "did you mean -" + nearest + "?";
}

class Parser {
 public:
  Parser(std::span<const std::string> words, Reading reading, const QuirkSet& quirks)
      : words_(words), reading_(reading), quirks_(quirks) {}

  ParsedArguments run(Options options, Origins origins) {
    result_.options = std::move(options);
    result_.origins = std::move(origins);
    while (at_ < words_.size()) {
      const std::string& word = words_[at_];
      if (const Flag* flag = flag_in(word); flag && (strict() || !flag->simulate_only))
        take(*flag);
      else if (at_ >= values_end_)
        pass_over(word);
      ++at_;
    }
    return std::move(result_);
  }

 private:
  /// Of a flag's only number, where its values say no more.
  static std::string_view unit_of(const Flag& flag) {
    constexpr std::array<std::string_view, 12> units = {"mm",   "um", "A", "A^2",       "e/A^3",       "deg",
                                                        "mrad", "eV", "s", "photons/s", "photons/m^2", "%"};
    return std::ranges::find(units, flag.values) != units.end() ? flag.values : std::string_view();
  }

  bool strict() const { return reading_ == Reading::Strict; }

  void take(const Flag& flag) {
    const std::vector<std::string> values = values_of(flag);
    const std::string& word = words_[at_];
    const std::string name = "-" + std::string(flag_name(word));
    const std::size_t needed = strict() ? flag.min_values : std::min(flag.min_values, flag.lenient_min_values);
    if (values.size() < needed) {
      missing_value(flag, name, values.size());
      return;
    }
    const bool last_word = at_ + 1 == words_.size();
    flag.apply(result_.options,
               FlagValues(name, unit_of(flag), values, reading_, last_word, quirks_, result_.warnings));
    refuse_empty(flag, name, values);

    const std::size_t taken = std::min(values.size(), flag.max_values);
    std::string spelled = name;
    for (std::size_t i = 0; i < taken; ++i) spelled += " " + values[i];
    if (strict()) refuse_second_output(flag, spelled);
    result_.origins.by_flag(flag.names.front(), spelled);
    if (strict() && flag.values == "FILE" && !names_output(flag)) warn_of_second(flag, values.front());
    // Lenient: values are looked at and scanned again, since one that begins with '-' may be a flag itself.
    values_end_ = std::max(values_end_, at_ + 1 + taken);
    if (strict()) at_ += taken;
    last_ = &flag;
    last_values_ = taken;
  }

  /// Only one file of a kind is read.
  void warn_of_second(const Flag& flag, const std::string& file) {
    std::string& before = files_[flag.names.front()];
    if (!before.empty() && before != file)
      result_.warnings.push_back("-" + std::string(flag.names.front()) + " is given twice: " + in_quotes(file) +
                                 " is used, " + in_quotes(before) + " is not");
    before = file;
  }

  std::vector<std::string> values_of(const Flag& flag) const {
    const std::size_t wanted = std::max(flag.max_values, flag.peeked_values);
    std::vector<std::string> values;
    for (std::size_t i = at_ + 1; i < words_.size() && values.size() < wanted; ++i) {
      const std::string& word = words_[i];
      const bool negative = strict() && looks_like_number(word);
      if (flag.ends_at_dash && word.starts_with('-') && !negative) break;
      if (strict() && values.size() < flag.max_values && !flag_name(word).empty()) break;
      // A word where numbers could stand is the only value: -misset random.
      values.push_back(word);
      if (strict() && flag.min_values < flag.max_values && !flag.ends_at_dash && !looks_like_number(word)) break;
    }
    return values;
  }

  /// An empty word is not a way to leave a value unsaid. Lenient: numbers are then 0.
  void refuse_empty(const Flag& flag, const std::string& name, std::span<const std::string> values) const {
    if (!strict() && flag.values != "FILE") return;
    for (const std::string& value : values.first(std::min(values.size(), flag.max_values)))
      if (value.empty())
        throw Error::usage({.what = "empty value",
                            .where = name,
                            .rule = "it takes " + std::string(flag.values),
                            .remedy = "give a value, or remove the flag"});
  }

  /// Only the last would be written.
  void refuse_second_output(const Flag& flag, const std::string& spelled) const {
    if (!names_output(flag) || flag.names.front() == "o" || flag.names.front() == "truth") return;
    const Origin* before = result_.origins.last_flag({flag.names.front()});
    if (before && before->words != spelled)
      throw Error::usage({.what = "an output is requested twice",
                          .where = before->words,
                          .value = spelled,
                          .rule = "only one such file is written",
                          .remedy = "remove one of the flags"});
  }

  void missing_value(const Flag& flag, const std::string& name, std::size_t got) {
    const std::string what = flag.min_values == 1 ? "the flag needs a value" : "the flag needs more values";
    if (!strict() && !flag.required_value) {
      result_.warnings.push_back(name + " needs " + std::string(flag.values) + "; ignored");
      return;
    }
    const std::size_t next = at_ + 1 + got;
    std::string seen = next < words_.size() ? in_quotes(words_[next]) + " after it" : "nothing after it";
    if (got > 0) seen = counted(got, "value");
    throw Error::usage({.what = what,
                        .where = name,
                        .value = seen,
                        .rule = "it takes " + std::string(flag.values),
                        .remedy = "correct the command line"});
  }

  /// Of a word behind the values of the last flag.
  std::string too_many() const {
    const std::string name = "-" + std::string(last_->names.front());
    if (last_->values.empty()) return name + " takes no value";
    std::size_t more = 0;
    while (at_ + more < words_.size() && flag_name(words_[at_ + more]).empty()) ++more;
    const std::string rule = name + " takes " + std::string(last_->values);
    return last_->max_values > 1 ? rule + "; got " + counted(last_values_ + more, "value") : rule;
  }

  void pass_over(const std::string& word) {
    const std::string_view name = flag_name(word);
    if (strict())
      throw Error::usage({.what = name.empty() ? "unexpected word" : "unknown flag",
                          .value = in_quotes(word),
                          .rule = name.empty() && last_ ? too_many() : "",
                          .remedy = name.empty() ? "flags begin with '-'" : suggestion(name)});
    if (const Flag* flag = find_flag(name); flag && flag->simulate_only) {
      result_.warnings.push_back("-" + std::string(name) + " is a flag of femtobragg simulate only; ignored");
      return;
    }
    result_.warnings.push_back((name.empty() ? "unexpected word " : "unknown flag ") + in_quotes(word) + " ignored" +
                               (name.empty() ? "" : "; " + suggestion(name)));
  }

  std::span<const std::string> words_;
  Reading reading_;
  const QuirkSet& quirks_;
  std::size_t at_ = 0;
  const Flag* last_ = nullptr;  ///< that was taken
  std::size_t last_values_ = 0;
  std::size_t values_end_ = 0;                     ///< words before this one were values of some flag
  std::map<std::string_view, std::string> files_;  ///< that were named, by flag
  ParsedArguments result_;
};

}  // namespace

const Flag* flag_in(const std::string& word) {
  const std::string_view name = flag_name(word);
  return name.empty() ? nullptr : find_flag(name);
}

EarlyOptions early_options(std::span<const std::string> words, Reading reading) {
  EarlyOptions early;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view name = flag_name(words[i]);
    if (name == "quiet") early.quiet = true;
    if (i + 1 == words.size()) continue;
    // The parser will say that the value is missing.
    if (reading == Reading::Strict && !flag_name(words[i + 1]).empty()) continue;
    if (name == "img") early.image_header = words[i + 1];
    if (name == "mask") early.mask = words[i + 1];
    if (name == "quirks") early.quirks = words[i + 1];
    if (name == "geometry") early.geometry = words[i + 1];
    if (name == "distance") early.gaps.distance_mm = words[i + 1];
    if (name == "experiment") early.gaps.experiment = words[i + 1];
    if (name == "detector") early.gaps.detector = words[i + 1];
    if (name == "detpixels") early.gaps.n_fast = early.gaps.n_slow = words[i + 1];
    if (name == "detpixels_f" || name == "detpixels_x") early.gaps.n_fast = words[i + 1];
    if (name == "detpixels_s" || name == "detpixels_y") early.gaps.n_slow = words[i + 1];
  }
  return early;
}

ParsedArguments parse_arguments(std::span<const std::string> words, Reading reading, const QuirkSet& quirks,
                                std::span<const GeometryHeader> headers, const GeometryFile* geometry,
                                const SceneFile* scene) {
  Options options;
  Origins origins;
  for (const GeometryHeader& header : headers) apply_header(header, quirks, options, origins);
  if (geometry) apply_geometry(*geometry, options, origins);
  if (scene) apply_scene(*scene, options, origins);
  return Parser(scene ? words.subspan(1) : words, reading, quirks).run(std::move(options), std::move(origins));
}

}  // namespace femtobragg::nanobragg
