// What every refusal has in common: one line, an exit status, and nothing left half done.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "tests/run_program.h"

namespace femtobragg::tests {

using Words = std::vector<std::string>;

/// A small run that takes a few milliseconds; more words are appended.
inline Words small_run(const Words& more = {}) {
  Words words = {"-default_F", "100", "-cell", "50", "60", "70", "80", "95", "105", "-N", "3"};
  words.insert(words.end(), {"-detpixels", "8", "-pixel", "1", "-oversample", "7", "-seed", "1", "-noprogress"});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

inline Words after(std::string first, const Words& rest) {
  Words words = {std::move(first)};
  words.insert(words.end(), rest.begin(), rest.end());
  return words;
}

inline ProgramResult simulate(const Words& words, const TemporaryFolder& folder, const ProgramLimits& limits = {}) {
  return run_program("femtobragg", after("simulate", words), folder.path(), limits);
}
inline ProgramResult drop_in(const Words& words, const TemporaryFolder& folder, const ProgramLimits& limits = {}) {
  return run_program("nanoBragg", words, folder.path(), limits);
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

inline std::set<std::string> files_in(const TemporaryFolder& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) names.insert(entry.path().filename());
  return names;
}

inline void expect_texts(const std::string& text, const Words& expected) {
  for (const std::string& part : expected) EXPECT_NE(text.find(part), std::string::npos) << part << "\nin: " << text;
}

/// Whether a text shows nan or inf where a number should be.
inline bool shows_no_number(const std::string& text) {
  std::string word;
  for (const char c : text + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_') {
      word += c;
      continue;
    }
    if (word == "nan" || word == "inf") return true;
    word.clear();
  }
  return false;
}

/// That the last line on stderr is the only error, with those texts; all before it are warnings.
inline void expect_one_error(const ProgramResult& result, int status, const Words& texts) {
  ASSERT_EQ(result.status, status) << result.err;
  const std::vector<std::string> lines = lines_of(result.err);
  ASSERT_FALSE(lines.empty()) << "no error on stderr";
  for (std::size_t i = 0; i + 1 < lines.size(); ++i)
    EXPECT_TRUE(lines[i].starts_with("warning: ") || lines[i].starts_with("quirk")) << lines[i];
  EXPECT_TRUE(lines.back().starts_with("error: ")) << result.err;
  expect_texts(lines.back(), texts);
  EXPECT_FALSE(shows_no_number(result.out)) << result.out;
}

/// That `femtobragg simulate` refuses in one line, which only warnings of unusual values and of long lists may precede,
/// and leaves no files behind.
inline void expect_refusal(const Words& words, const TemporaryFolder& folder, int status, const Words& texts,
                           const ProgramLimits& limits = {}) {
  const std::set<std::string> before = files_in(folder);
  const ProgramResult result = simulate(words, folder, limits);
  expect_one_error(result, status, texts);
  if (testing::Test::HasFatalFailure()) return;
  for (const std::string& line : lines_of(result.err))
    EXPECT_TRUE(line.starts_with("error: ") || line.find(" is unusual (") != std::string::npos ||
                line.find("default values are used") != std::string::npos ||
                line.find("their list needs about") != std::string::npos)
        << line;
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(files_in(folder), before);
}

/// That the drop-in ends with its status for errors, and leaves no image behind.
inline void expect_drop_in_error(const Words& words, const TemporaryFolder& folder, const Words& texts,
                                 const ProgramLimits& limits = {}) {
  const std::set<std::string> before = files_in(folder);
  expect_one_error(drop_in(words, folder, limits), 9, texts);
  EXPECT_EQ(files_in(folder), before);
}

/// That a program ends well; returns what it printed.
inline ProgramResult expect_success(const ProgramResult& result) {
  EXPECT_EQ(result.status, 0) << result.err;
  return result;
}

/// A table row for parameterised tests: words that follow a small run, and what the error must say.
struct Mistake {
  std::string name;
  Words words;
  Words texts;
};

inline std::string name_of_mistake(const testing::TestParamInfo<Mistake>& info) { return info.param.name; }
inline void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

}  // namespace femtobragg::tests
