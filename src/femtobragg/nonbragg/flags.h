// The command line of nonBragg: a table of flags, which are recognised inside words.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "femtobragg/formats/image/smv.h"
#include "femtobragg/nanobragg/flags/option_table.h"
#include "femtobragg/nonbragg/options.h"

namespace femtobragg::nonbragg {

struct Flag {
  std::vector<std::string_view> exact;   ///< words that are this flag
  std::vector<std::string_view> inside;  ///< texts that make a word this flag wherever it has them
  std::size_t values = 0;
  std::string_view value_text, default_text, help;
  void (*apply)(Options&, const nanobragg::FlagValues&) = nullptr;  ///< null: without effect

  bool is_in(std::string_view word) const;
};

std::span<const Flag> flag_table();

/// The last image that the words name; empty: none.
std::string image_named(std::span<const std::string> words);
/// What the header of an image says becomes the start of all options. Its text must outlive the call.
void apply_header(const formats::SmvImage& image, Options& options);
/// All flags of all words, in order. Warnings name words that are no flags. Throws Error(Usage).
void apply_words(std::span<const std::string> words, Options& options, std::vector<std::string>& warnings);

/// The usage text, made from the table.
std::string usage_text();

}  // namespace femtobragg::nonbragg
