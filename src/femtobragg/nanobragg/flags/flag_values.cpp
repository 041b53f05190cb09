// Reading the words after a flag as numbers.
#include <cmath>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/nanobragg/flags/option_table.h"

namespace femtobragg::nanobragg {

namespace {

[[noreturn]] void refuse_value(const std::string& flag, const std::string& value, const std::string& rule) {
  throw Error::usage({.what = "wrong value",
                      .where = flag,
                      .value = in_quotes(value),
                      .rule = rule,
                      .remedy = "correct the command line"});
}

}  // namespace

void FlagValues::refuse(std::size_t i, const std::string& rule) const { refuse_value(flag_, words_.at(i), rule); }

void FlagValues::refuse(const std::string& rule) const {
  std::string all;
  for (const std::string& word : words_) all += (all.empty() ? "" : " ") + word;
  refuse_value(flag_, all, rule);
}

double FlagValues::number_or_infinity(std::size_t i) const {
  if (reading_ == Reading::Lenient) return number_prefix(words_.at(i)).value;
  const auto value = parse_number(words_.at(i));
  if (!value || std::isnan(*value))
    refuse(i,
           "it must be a number" + (unit_.empty() ? std::string() : " in " + std::string(unit_)) + ", without a unit");
  return *value;
}

double FlagValues::number(std::size_t i) const {
  const double value = number_or_infinity(i);
  if (!std::isfinite(value)) refuse(i, "it must be a finite number");
  return value;
}

std::int64_t FlagValues::integer(std::size_t i) const {
  constexpr std::int64_t limit = std::int64_t{1} << 31;
  const auto value = reading_ == Reading::Lenient ? std::optional(integer_prefix(words_.at(i)).value)
                                                  : parse_whole_number(words_.at(i));
  if (!value) refuse(i, "it must be a whole number");
  if (*value < -limit || *value >= limit) refuse(i, "it must fit into 32 bits");
  return *value;
}

}  // namespace femtobragg::nanobragg
