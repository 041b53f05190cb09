// Numbers to text and back: what counts as a number, and that no locale changes it.
#include "femtobragg/base/text.h"

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <limits>

namespace femtobragg {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct PrefixCase {
  std::string_view text;
  double value;
  std::size_t length;
};

TEST(NumberPrefix, LongestNumberAtTheStart) {
  const PrefixCase cases[] = {{"100", 100, 3},
                              {"100mm", 100, 3},
                              {"  \t\n1.5e2x", 150, 9},
                              {"+3", 3, 2},
                              {"-3.", -3, 3},
                              {".5", 0.5, 2},
                              {"-.5e-1", -0.05, 6},
                              {"1e", 1, 1},
                              {"1e+", 1, 1},
                              {"1.2.3", 1.2, 3},
                              {"1,5", 1, 1},
                              {"0x10", 16, 4},
                              {"-0X1p-1", -0.5, 7},
                              {"0x.8", 0.5, 4},
                              {"0x", 0, 1},
                              {"0xg", 0, 1},
                              {"0x.g", 0, 1},
                              {"inf", infinity, 3},
                              {"-Infinity", -infinity, 9},
                              {"infinite", infinity, 3}};
  for (const auto& [text, value, length] : cases) {
    const auto found = number_prefix(text);
    EXPECT_EQ(found.value, value) << text;
    EXPECT_EQ(found.length, length) << text;
  }
  EXPECT_TRUE(std::isnan(number_prefix("nan").value));
  EXPECT_EQ(number_prefix("nan").length, 3u);
}

TEST(NumberPrefix, NoNumber) {
  for (const std::string_view text : {"", " ", "abc", "-", "+", "--1", "+-1", "-+1", ".", "e5", "$1"})
    EXPECT_EQ(number_prefix(text).length, 0u) << text;
}

TEST(NumberPrefix, BeyondTheRangeOfDoubles) {
  const std::string zeros(400, '0');
  EXPECT_EQ(number_prefix("1e400").value, infinity);
  EXPECT_EQ(number_prefix("-1e400").value, -infinity);
  EXPECT_EQ(number_prefix("1e-400").value, 0);
  EXPECT_EQ(number_prefix("1e400").length, 5u);
  EXPECT_EQ(number_prefix("0." + zeros + "1").value, 0);
  EXPECT_EQ(number_prefix("1" + zeros).value, infinity);
  // The size of a number is not that of its first digit or its exponent alone.
  EXPECT_EQ(number_prefix("00001" + zeros).value, infinity);
  EXPECT_EQ(number_prefix("1" + zeros + "e-50").value, infinity);
  EXPECT_EQ(number_prefix("0." + zeros + "1e+50").value, 0);
  EXPECT_EQ(number_prefix("0.001e400").value, infinity);
  EXPECT_EQ(number_prefix("1000e-400").value, 0);
  EXPECT_EQ(number_prefix("0x1p2000").value, infinity);
  EXPECT_EQ(number_prefix("0x1p-2000").value, 0);
  EXPECT_EQ(number_prefix("1e99999999999999999999").value, infinity);
  EXPECT_EQ(number_prefix("1e-99999999999999999999").value, 0);
}

TEST(IntegerPrefix, StopsAtTheFirstOtherCharacter) {
  EXPECT_EQ(integer_prefix("5.9").value, 5);
  EXPECT_EQ(integer_prefix("1e1").value, 1);
  EXPECT_EQ(integer_prefix(" -12abc").value, -12);
  EXPECT_EQ(integer_prefix(" -12abc").length, 4u);
  EXPECT_EQ(integer_prefix("+7").value, 7);
  EXPECT_EQ(integer_prefix("007").value, 7);
  for (const std::string_view text : {"", "abc", "+-5", "-", "+", ".5"})
    EXPECT_EQ(integer_prefix(text).length, 0u) << text;
}

TEST(IntegerPrefix, SaturatesAt64Bits) {
  EXPECT_EQ(integer_prefix("99999999999999999999").value, INT64_MAX);
  EXPECT_EQ(integer_prefix("-99999999999999999999").value, INT64_MIN);
  EXPECT_EQ(integer_prefix("99999999999999999999x").length, 20u);
  EXPECT_EQ(integer_prefix("-9223372036854775808").value, INT64_MIN);
}

TEST(ParseNumber, TheWholeTextIsANumber) {
  EXPECT_EQ(parse_number("1.5"), 1.5);
  EXPECT_EQ(parse_number("+1.5e1"), 15.0);
  EXPECT_EQ(parse_number("-inf"), -infinity);
  EXPECT_EQ(parse_number("1e400"), infinity);
  for (const std::string_view text : {"", " 1", "1 ", "1mm", "5,9", "abc", "1e", "0x10", "-0x10", "1\n"})
    EXPECT_FALSE(parse_number(text)) << text;
  EXPECT_FALSE(parse_number(std::string_view("1\0", 2)));
}

TEST(ParseInteger, TheWholeTextIsAnInteger) {
  EXPECT_EQ(parse_integer("42"), 42);
  EXPECT_EQ(parse_integer("+42"), 42);
  EXPECT_EQ(parse_integer("-42"), -42);
  for (const std::string_view text : {"", " 1", "1 ", "5.9", "1e1", "0x10", "+-1", "++1", "99999999999999999999"})
    EXPECT_FALSE(parse_integer(text)) << text;
}

TEST(FormatNumber, AsPrintf) {
  EXPECT_EQ(format_number(0.1 + 0.2), "0.3");
  EXPECT_EQ(format_number(97.49637), "97.4964");
  EXPECT_EQ(format_number(1e6), "1e+06");
  EXPECT_EQ(format_number(123456), "123456");
  EXPECT_EQ(format_number(1e-5), "1e-05");
  EXPECT_EQ(format_number(-0.0), "-0");
  EXPECT_EQ(format_number(1.0 / 3, 15), "0.333333333333333");
  EXPECT_EQ(format_number(infinity), "inf");
  EXPECT_EQ(format_number(std::nan("")), "nan");
  EXPECT_EQ(format_fixed(2.5, 0), "2");
  EXPECT_EQ(format_fixed(-1.0 / 3, 8), "-0.33333333");
  EXPECT_EQ(format_fixed(1e300, 0).size(), 301u);
  EXPECT_EQ(format_fixed(-1.7e308, 8).size(), 1u + 309 + 1 + 8);
}

TEST(Text, DoesNotDependOnTheLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  bool found = false;
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"})
    found = found || std::setlocale(LC_ALL, name);
  if (!found) GTEST_SKIP() << "no locale with a decimal comma is installed";
  EXPECT_EQ(format_number(1.5), "1.5");
  EXPECT_EQ(number_prefix("1.5").value, 1.5);
  EXPECT_EQ(number_prefix("1,5").value, 1.0);
  std::setlocale(LC_ALL, before.c_str());
}

TEST(InQuotes, ControlCharactersAreSpelledOut) {
  EXPECT_EQ(in_quotes("plain name.hkl"), "'plain name.hkl'");
  EXPECT_EQ(in_quotes("a\nb\tc"), "'a\\x0ab\\x09c'");
  EXPECT_EQ(in_quotes("\x1b[31m\x7f"), "'\\x1b[31m\\x7f'");
  EXPECT_EQ(in_quotes(std::string_view("a\0b", 3)), "'a\\x00b'");
  EXPECT_EQ(in_quotes("gr\xc3\xbc\xc3\x9f"), "'gr\xc3\xbc\xc3\x9f'");
}

}  // namespace
}  // namespace femtobragg
