// Files of XDS as words, each with its line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace femtobragg::formats {

struct XdsWord {
  std::string_view text;  ///< of a keyword, what stands before the sign of equality
  std::size_t line = 0;
  bool keyword = false;
};
using XdsWords = std::vector<XdsWord>;

/// Words between blanks.
XdsWords words_of_xds(std::string_view text);
/// The same for XDS.INP, where ! begins a comment and = ends a keyword.
XdsWords words_of_xds_input(std::string_view text);

[[noreturn]] void refuse_xds(const std::string& name, const std::string& what, const XdsWord* word,
                             const std::string& rule);

/// These throw Error(Runtime) that names the line.
double number_of_word(const std::string& name, const XdsWord& word);
std::size_t count_of_word(const std::string& name, const XdsWord& word);
/// The number of a space group; 0: unknown.
int group_of_word(const std::string& name, const XdsWord& word);

}  // namespace femtobragg::formats
