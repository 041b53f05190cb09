// Libraries that are loaded by the first call of one of their functions.
#include "femtobragg/base/late_library.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <string>

#include "femtobragg/base/error.h"

namespace femtobragg {
namespace {

constexpr LateLibrary of_maths{"the library of maths", "libm.so.6", ""};
constexpr LateLibrary found_elsewhere{"the library of maths", "no-such-library.so", "libm.so.6"};
constexpr LateLibrary of_c{"the library of C", "libc.so.6", ""};
constexpr LateLibrary absent{"a library", "no-such-library.so", "/nowhere/no-such-library.so"};

TEST(LateLibrary, FunctionsAreCalledAndPassedOn) {
  const LateSymbol<double(double, double)> power{of_maths, "pow"};
  EXPECT_EQ(power(2, 10), 1024);
  double (*const passed_on)(double, double) = power;
  EXPECT_EQ(passed_on(3, 2), 9);
}

TEST(LateLibrary, FunctionsWithMoreArgumentsToo) {
  const LateSymbol<int(char*, std::size_t, const char*, ...)> print{of_c, "snprintf"};
  char text[16];
  print(text, sizeof text, "%d %s", 5, "x");
  EXPECT_STREQ(text, "5 x");
}

TEST(LateLibrary, VariablesAreRead) {
  // No program has a copy of a variable that it does not name.
  const LateSymbol<int> complains{of_c, "opterr"};
  EXPECT_EQ(static_cast<int>(complains), 1);
}

TEST(LateLibrary, TheOtherPathIsTriedLast) {
  const LateSymbol<double(double)> root{found_elsewhere, "sqrt"};
  EXPECT_EQ(root(9.0), 3);
}

TEST(LateLibrary, WhatIsAbsentIsNamed) {
  const LateSymbol<void()> function{absent, "f"};
  try {
    function();
    FAIL() << "loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().what, "cannot load a library");
    EXPECT_NE(error.parts().rule.find("no-such-library.so"), std::string::npos) << error.what();
  }
  const LateSymbol<void()> missing{of_maths, "no_such_function"};
  try {
    missing();
    FAIL() << "found";
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().what, "the library of maths has no no_such_function");
  }
}

}  // namespace
}  // namespace femtobragg
