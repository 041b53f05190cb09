// Blanks and suffixes.
#include "femtobragg/base/words.h"

#include <gtest/gtest.h>

namespace femtobragg {
namespace {

TEST(Words, LoseTheBlanksAtTheirEnds) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed("\v\f"), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(Words, SuffixesAreComparedInLowerCase) {
  EXPECT_EQ(suffix_of("a.b/X.CBF"), ".cbf");
  EXPECT_EQ(suffix_of("a.b/x"), "");
  EXPECT_EQ(suffix_of("x.tar.gz"), ".gz");
}

}  // namespace
}  // namespace femtobragg
