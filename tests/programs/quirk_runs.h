// Runs of both programs on one small experiment, for comparing a quirk with what would be right.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "test_paths.h"
#include "tests/run_program.h"

namespace femtobragg::tests {

using Words = std::vector<std::string>;
using Pixels = std::vector<float>;

inline Words words_of(const std::string& text) {
  std::istringstream stream(text);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// The ids of the quirks that a run announces: lines `quirk Q-...: ...` on its error stream.
inline std::set<std::string> announced(const std::string& err) {
  std::set<std::string> ids;
  std::istringstream stream(err);
  for (std::string line; std::getline(stream, line);)
    if (line.starts_with("quirk ")) {
      EXPECT_TRUE(ids.insert(line.substr(6, line.find(':') - 6)).second) << "announced twice: " << line;
    }
  return ids;
}

/// The number after a word or phrase of a text.
inline double number_after(const std::string& text, const std::string& phrase) {
  const std::size_t at = text.find(phrase);
  EXPECT_NE(at, std::string::npos) << phrase << " in\n" << text;
  return at == std::string::npos ? std::nan("") : std::stod(text.substr(at + phrase.size()));
}

/// The values of a trace line.
inline std::vector<double> traced(const std::string& out, const std::string& name) {
  const std::string begin = "TRACE " + name + " ";
  std::istringstream stream(out);
  std::vector<double> values;
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(begin)) continue;
    values.clear();
    for (const std::string& word : words_of(line.substr(begin.size()))) values.push_back(std::stod(word));
  }
  EXPECT_FALSE(values.empty()) << name;
  return values;
}

/// Equal but for rounding: within `relative` of the brightest pixel. 1e-6 covers float32 and lattice factors that are
/// steep in the geometry; a geometry or a factor that is wrong changes bright pixels by far more.
inline void expect_same(const Pixels& actual, const Pixels& expected, float relative = 1e-6f) {
  ASSERT_EQ(actual.size(), expected.size());
  const float brightest = *std::ranges::max_element(expected);
  ASSERT_GT(brightest, 0.0f);
  for (std::size_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(actual[i], expected[i], relative * brightest) << "pixel " << i;
}

/// Some pixel differs by at least a thousandth of the brightest one.
inline void expect_different(const Pixels& a, const Pixels& b) {
  if (a.size() != b.size()) return;
  const float brightest = std::max(*std::ranges::max_element(a), *std::ranges::max_element(b));
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  EXPECT_GT(largest, 1e-3f * brightest);
}

/// A folder with the input files of the golden cases, in which runs take place.
class QuirkRun : public testing::Test {
 protected:
  QuirkRun() { folder_.take(std::filesystem::path(FEMTOBRAGG_GOLDEN) / "exact/inputs"); }

  /// Crystal, detector and silence; what a run adds wins over it.
  static std::string crystal() { return "-hkl p1.hkl -cell 30 40 50 75 95 105 -N 5 -oversample 1 "; }
  static std::string misset() { return "-misset 11 23 37 "; }
  static std::string detector() { return "-lambda 1 -distance 100 -pixel 0.5 -detpixels_x 72 -detpixels_y 56 "; }
  static std::string silence() { return "-nonoise -nopgm -noprogress "; }
  static std::string base() { return crystal() + misset() + detector() + silence(); }

  ProgramResult simulate(const std::string& flags) {
    Words words = words_of(flags);
    words.insert(words.begin(), "simulate");
    return run_program("femtobragg", words, folder_.path());
  }
  ProgramResult drop_in(const std::string& flags) { return run_program("nanoBragg", words_of(flags), folder_.path()); }

  Pixels image_of(const ProgramResult& result) {
    EXPECT_EQ(result.status, 0) << result.err;
    return result.status == 0 ? read_floats(folder_ / "floatimage.bin") : Pixels{};
  }

  /// The right image: no quirks, and none announced.
  Pixels right(const std::string& flags) {
    const ProgramResult result = simulate(base() + flags);
    EXPECT_EQ(announced(result.err), std::set<std::string>{});
    return image_of(result);
  }
  /// The image with one quirk, which must be announced.
  Pixels with_quirk(const std::string& id, const std::string& flags) {
    const ProgramResult result = simulate("-quirks " + id + " " + base() + flags);
    EXPECT_EQ(announced(result.err), std::set<std::string>{id});
    return image_of(result);
  }
  /// Without the quirk, `flags` mean what `plain` means; with it, they mean something else.
  void expect_right(const std::string& id, const std::string& flags, const std::string& plain) {
    SCOPED_TRACE(id + ": " + flags);
    const Pixels off = right(flags);
    expect_same(off, right(plain));
    expect_different(off, with_quirk(id, flags));
  }
  /// Without quirks the program refuses the command line, with that status.
  void expect_refused(const std::string& flags, int status) {
    const ProgramResult result = simulate(base() + flags);
    EXPECT_EQ(result.status, status) << flags << "\n" << result.err;
    EXPECT_NE(result.err.find("error: "), std::string::npos) << result.err;
  }

  TemporaryFolder folder_;
};

}  // namespace femtobragg::tests
