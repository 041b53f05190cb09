// Text as editors and spreadsheets save it, commas in tables, and names of units.
#include "femtobragg/base/plain_text.h"

#include <gtest/gtest.h>

#include <tuple>

#include "femtobragg/base/error.h"
#include "femtobragg/base/unit_names.h"

namespace femtobragg {
namespace {

using namespace std::string_literals;

std::string plain(const std::string& bytes) { return plain_text(bytes, "a.txt"); }

/// Of ASCII.
std::string utf16(const std::string& text, bool big_endian) {
  std::string bytes = big_endian ? "\xfe\xff" : "\xff\xfe";
  for (const char c : text) bytes += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return bytes;
}

TEST(PlainText, WhatIsPlainStaysAsItIs) {
  for (const std::string text : {"", "1 2 3\n4 5 6\n", "no newline at the end", "tab\tand \x1b"})
    EXPECT_EQ(plain(text), text);
  std::string large(100000, 'x');
  const char* const before = large.data();
  const std::string after = plain_text(std::move(large), "a");
  EXPECT_EQ(after.data(), before) << "no copy";
}

/// Other kinds of files are named, with what takes them.
TEST(PlainText, OtherKindsOfFiles) {
  const std::tuple<std::string, const char*, const char*> cases[] = {
      {"MTZ \0\0\1\0"s, "is an MTZ file", "structure_factors.file"},
      {"\x89HDF\r\n\x1a\n"s, "is an HDF5 file", "detector.file"},
      {"{\nHEADER_BYTES=512;\n}\0\0"s, "is an SMV image", "detector.file"},
      {"###CBF: VERSION 1.5\n\0"s, "is a CBF image", "detector.file"},
      {"II*\0"s, "is a TIFF image", "convert"},
      {"\x89PNG\r\n"s, "is a PNG picture", ""},
      {"\x1f\x8b\x08"s, "is compressed by gzip", "unpack"},
      {"PK\3\4"s, "is a ZIP archive", "sheet"},
      {"x\0"s, "the text has zero bytes", "UTF-16"}};
  for (const auto& [bytes, what, remedy] : cases) try {
      plain(bytes);
      ADD_FAILURE() << what;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find(remedy), std::string::npos) << error.what();
    }
  EXPECT_EQ(plain("MTZ is the name of a column\n"), "MTZ is the name of a column\n");
  EXPECT_EQ(plain("###CBF header alone\n"), "###CBF header alone\n");
}

TEST(PlainText, MarksAndLineEnds) {
  EXPECT_EQ(plain("\xef\xbb\xbf"
                  "1 2\n"),
            "1 2\n");
  EXPECT_EQ(plain("1\r\n2\r\n"), "1\n2\n");
  EXPECT_EQ(plain("1\r2\r"), "1\n2\n");
  EXPECT_EQ(plain("1\r\r\n2"), "1\n\n2");
  EXPECT_EQ(plain("\xef\xbb\xbf"), "");
}

TEST(PlainText, Utf16) {
  for (const bool big : {false, true}) EXPECT_EQ(plain(utf16("1 2\r\n3 4\n", big)), "1 2\n3 4\n");
  EXPECT_EQ(plain("\xff\xfe\xc5\x00\xb5\x03\x3d\xd8\x00\xde"s), "\xc3\x85\xce\xb5\xf0\x9f\x98\x80");
  EXPECT_THROW(plain("\xff\xfe\x31"), Error) << "half a unit";
  EXPECT_THROW(plain("\xff\xfe\x3d\xd8"s), Error) << "half a pair";
  EXPECT_THROW(plain("\xff\xfe\0\0\x31\0\0\0"s), Error) << "UTF-32";
  EXPECT_THROW(plain("1\0 2\0"s), Error) << "UTF-16 without a mark";
}

TEST(PlainText, BlanksAndMinusSigns) {
  EXPECT_EQ(plain("1\xc2\xa0"
                  "2\xe2\x80\xaf"
                  "3"),
            "1 2 3");
  EXPECT_EQ(plain("\xe2\x88\x92"
                  "1"),
            "-1");
  EXPECT_EQ(plain("1\xe2\x80\x8b"
                  "2"),
            "12");
  EXPECT_EQ(plain("1\xa0"
                  "2"),
            "1 2")
      << "Latin-1";
  EXPECT_EQ(plain("\xc3\xa0"), "\xc3\xa0") << "a letter that ends with the same byte";
}

TEST(PlainText, SaysWhichFile) {
  try {
    plain("a\0b"s);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().where, "'a.txt'");
  }
}

TEST(PlainText, Commas) {
  for (const char* line : {"", "1 2 3", "1.5,2.5", "1, 2, 3", " 1,2 ", "a,b c", "1 ,2"})
    EXPECT_EQ(commas_in(line), Commas::Separate) << line;
  for (const char* line : {"1,5;2", "1,5 ; 2,5"}) EXPECT_EQ(commas_in(line), Commas::Decimal) << line;
  for (const char* line : {"1,5 2", "1,5\t2,5", "1 2,5", "1,5;2:3"})
    EXPECT_EQ(commas_in(line), Commas::Unclear) << line;
  EXPECT_EQ(with_points("1,5;2"), "1.5;2");
}

TEST(UnitNames, Lengths) {
  const std::pair<const char*, double> known[] = {{"m", 1},
                                                  {"metre", 1},
                                                  {"meters", 1},
                                                  {"Metres", 1},
                                                  {"cm", 1e-2},
                                                  {"mm", 1e-3},
                                                  {"millimeters", 1e-3},
                                                  {"um", 1e-6},
                                                  {"\xc2\xb5m", 1e-6},
                                                  {"\xce\xbcm", 1e-6},
                                                  {"micron", 1e-6},
                                                  {"microns", 1e-6},
                                                  {"micrometre", 1e-6},
                                                  {"nm", 1e-9},
                                                  {"pm", 1e-12},
                                                  {"A", 1e-10},
                                                  {"\xc3\x85", 1e-10},
                                                  {"\xe2\x84\xab", 1e-10},
                                                  {"angstrom", 1e-10},
                                                  {"angstroms", 1e-10},
                                                  {"Angstrom", 1e-10},
                                                  {"ANGSTROMS", 1e-10},
                                                  {" mm ", 1e-3}};
  for (const auto& [name, metres] : known) {
    ASSERT_TRUE(metres_in(name)) << name;
    EXPECT_DOUBLE_EQ(*metres_in(name), metres) << name;
  }
  for (const char* name : {"", "M", "Mm", "MM", "a", "ms", "mms", "inch", "eV", "s"})
    EXPECT_FALSE(metres_in(name)) << name;
}

TEST(UnitNames, EnergiesAndAngles) {
  EXPECT_DOUBLE_EQ(*electronvolts_in("keV"), 1e3);
  EXPECT_DOUBLE_EQ(*electronvolts_in("eV"), 1);
  EXPECT_NEAR(*electronvolts_in("J") * 1.602176634e-19, 1, 1e-15);
  EXPECT_FALSE(electronvolts_in("meV")) << "a thousandth";
  EXPECT_DOUBLE_EQ(*radians_in("deg"), 0.017453292519943295);
  EXPECT_DOUBLE_EQ(*radians_in("degrees"), 0.017453292519943295);
  EXPECT_DOUBLE_EQ(*radians_in("mrad"), 1e-3);
  EXPECT_FALSE(radians_in("")) << "none";
}

}  // namespace
}  // namespace femtobragg
