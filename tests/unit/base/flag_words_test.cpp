// Spellings of flags; text that is broken into lines; names that others use.
#include "femtobragg/base/flag_words.h"

#include <gtest/gtest.h>

#include "femtobragg/base/columns.h"
#include "femtobragg/base/near_words.h"

namespace femtobragg {
namespace {

using Words = std::vector<std::string>;

Words separated(const Words& words, bool dashes_end_flags = false) {
  const auto known = [](std::string_view name) -> std::optional<KnownFlag> {
    if (same_flag_name(name, "k_sol")) return KnownFlag{"-k_sol", 1};
    if (name == "misset") return KnownFlag{"-misset", 3};
    if (name == "quiet") return KnownFlag{"-quiet", 0};
    return {};
  };
  return separate_words(words, known, dashes_end_flags);
}

TEST(FlagWords, AllSpellingsAreOne) {
  for (const Words& words : {Words{"-k_sol", "3"}, Words{"--k-sol", "3"}, Words{"--k_sol=3"}, Words{"-k-sol=3"}})
    EXPECT_EQ(separated(words), (Words{"-k_sol", "3"}));
  EXPECT_EQ(separated({"--quiet", "x"}), (Words{"-quiet", "x"}));
  EXPECT_EQ(separated({"-k_sol="}), (Words{"-k_sol", ""}));
  EXPECT_EQ(separated({"-k_sol=a=b"}), (Words{"-k_sol", "a=b"}));
}

TEST(FlagWords, ListsOfNumbersAreSeparateWhereSeveralValuesFollow) {
  const Words three = {"-misset", "1", "-2", "3e1"};
  EXPECT_EQ(separated({"-misset", "1,-2,3e1"}), three);
  EXPECT_EQ(separated({"--misset=1,-2,3e1"}), three);
  EXPECT_EQ(separated({"-misset", "1,-2", "3e1"}), three);
  EXPECT_EQ(separated({"-misset", "1", "2", "3", "4,5"}), (Words{"-misset", "1", "2", "3", "4,5"}));
  EXPECT_EQ(separated({"-misset", "1,,3"}), (Words{"-misset", "1,,3"}));
  EXPECT_EQ(separated({"-misset", "a,b,c"}), (Words{"-misset", "a,b,c"}));
  EXPECT_EQ(separated({"-k_sol", "1,2"}), (Words{"-k_sol", "1,2"}));
}

TEST(FlagWords, TheRestStays) {
  const Words words = {"x=1", "--unknown=3", "-5", "-", "--", "--k-sol=3"};
  EXPECT_EQ(separated(words), (Words{"x=1", "--unknown=3", "-5", "-", "--", "-k_sol", "3"}));
  EXPECT_EQ(separated(words, true), words);
}

TEST(Wrapped, BreaksAtBlanks) {
  EXPECT_EQ(wrapped("one two three", 0, 7), "one two\nthree");
  EXPECT_EQ(wrapped("one two three", 4, 11), "one two\n    three");
  EXPECT_EQ(wrapped("incomprehensibilities", 4, 8), "incomprehensibilities");
  EXPECT_EQ(wrapped("a incomprehensibilities b", 0, 8), "a\nincomprehensibilities\nb");
  EXPECT_EQ(wrapped(""), "");
}

TEST(NearWords, KnowUnitsAndOtherNames) {
  EXPECT_EQ(without_unit("distance_mm"), "distance");
  EXPECT_EQ(without_unit("energy_keV"), "energy");
  EXPECT_EQ(without_unit("osc_deg"), "osc");
  EXPECT_EQ(without_unit("detector_rotx"), "detector_rotx");
  EXPECT_EQ(without_unit("_mm"), "_mm");
  constexpr WordMeant list[] = {{"eta", "mosaic"}, {"G", "fluence"}};
  EXPECT_EQ(word_meant("eta", list), "mosaic");
  EXPECT_EQ(word_meant("ETA_deg", list), "mosaic");
  EXPECT_EQ(word_meant("G", list), "fluence");
  EXPECT_EQ(word_meant("g", list), "");
}

}  // namespace
}  // namespace femtobragg
