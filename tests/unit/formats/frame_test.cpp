// Which pixels of an image count, for every reason and every format.
#include "femtobragg/formats/image/frame.h"

#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/formats/image/cbf.h"
#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/smv.h"
#include "femtobragg/formats/image/tiff.h"
#include "tests/run_program.h"

namespace femtobragg::formats {
namespace {

using enum PixelState;
using States = std::vector<PixelState>;
using Counts64 = std::vector<std::int64_t>;

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string smv(const std::string& keys, const std::string& pixels, const std::string& line_end = "\n") {
  std::string text = "{" + line_end + "HEADER_BYTES=512;" + line_end + keys + "}" + line_end + "\f";
  text.resize(512, ' ');
  return text + pixels;
}
const std::string two_by_one = "SIZE1=2;\nSIZE2=1;\nBYTE_ORDER=little_endian;\n";

template <class T>
std::string numpy(const std::string& type, const std::vector<T>& values) {
  const std::string header =
      "{'descr': '" + type + "', 'fortran_order': False, 'shape': (1, " + std::to_string(values.size()) + "), }\n";
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + bytes_of(values);
}

std::string cbf(const std::string& header, const std::string& type, const std::string& data, std::size_t pixels,
                const std::string& more = {}) {
  return "###CBF: x\n_array_data.header_contents\n;\n" + header +
         ";\n--CIF-BINARY-FORMAT-SECTION--\nX-Binary-Size: " + std::to_string(data.size()) +
         "\nX-Binary-Element-Type: \"" + type + "\"\n" + more +
         "X-Binary-Size-Fastest-Dimension: " + std::to_string(pixels) +
         "\nX-Binary-Size-Second-Dimension: 1\n\n\x0c\x1a\x04\xd5" + data;
}

void expect_refused(const std::string& bytes, const std::string& word) {
  try {
    parse_pixels(bytes, "x");
    ADD_FAILURE() << "accepted; expected " << word;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
  }
}

TEST(Frames, DetectorsMarkPixelsWithoutACount) {
  EXPECT_EQ(parse_pixels(numpy<std::int32_t>("<i4", {-1, -2, -3, 0, 7}), "x").states,
            (States{Gap, Bad, Counts, Counts, Counts}));
  EXPECT_EQ(parse_pixels(numpy<std::uint32_t>("<u4", {0xffffffff, 0xfffffffe}), "x").states, (States{Sentinel, Bad}));
  EXPECT_EQ(parse_pixels(numpy<std::uint32_t>("<u4", {0xfffffffd}), "x").states, (States{Counts}));
  EXPECT_EQ(parse_pixels(numpy<std::uint64_t>("<u8", {~std::uint64_t{0}, 5}), "x").states, (States{Sentinel, Counts}));
  EXPECT_EQ(parse_pixels(numpy<std::uint32_t>("<u4", {0xffffffff, 0xfffffffe}), "x").counts,
            (Counts64{4294967295, 4294967294}));
}

TEST(Frames, CamerasClip) {
  EXPECT_EQ(parse_pixels(numpy<std::uint16_t>("<u2", {65535, 65534}), "x").states, (States{Overloaded, Counts}));
  EXPECT_EQ(parse_pixels(numpy<std::uint8_t>("|u1", {255, 254}), "x").states, (States{Overloaded, Counts}));
  EXPECT_EQ(parse_pixels("P5 2 1 15\n\x0f\x0e", "x").states, (States{Overloaded, Counts}));
  const std::string u16 = bytes_of<std::uint16_t>({65535, 65534});
  EXPECT_EQ(parse_pixels(smv(two_by_one, u16), "x").states, (States{Overloaded, Counts}));
  EXPECT_EQ(parse_pixels(smv(two_by_one + "CCD_IMAGE_SATURATION=65534;\n", u16), "x").states,
            (States{Overloaded, Overloaded}));
  EXPECT_EQ(parse_pixels(cbf("", "unsigned 16-bit integer", u16, 2), "x").states, (States{Sentinel, Bad}));
}

TEST(Frames, NumbersWithASignEndInMarks) {
  const Frame frame = parse_pixels(numpy<std::int32_t>("<i4", {INT32_MIN, INT32_MAX, INT32_MAX - 1, INT16_MAX}), "x");
  EXPECT_EQ(frame.states, (States{Bad, Overloaded, Counts, Counts}));
  EXPECT_EQ(frame.most, INT32_MAX - 1);
  EXPECT_EQ(parse_pixels(numpy<std::int16_t>("<i2", {INT16_MIN, INT16_MAX, 5}), "x").states,
            (States{Bad, Overloaded, Counts}));
  EXPECT_TRUE(std::isinf(parse_pixels(numpy<std::int32_t>("<i4", {7}), "x").most));
}

TEST(Frames, WhatIsNoNumber) {
  EXPECT_EQ(parse_pixels(numpy<float>("<f4", {NAN, INFINITY, -INFINITY, -1, 0}), "x").states,
            (States{NotANumber, NotANumber, NotANumber, Counts, Counts}));
}

TEST(Frames, MasksAreDarkWhereTheyAreZero) {
  EXPECT_EQ(live_pixels(parse_pixels(numpy<std::uint8_t>("|b1", {1, 0, 255}), "x")),
            (std::vector<std::uint8_t>{1, 0, 1}));
  EXPECT_EQ(live_pixels(parse_pixels(numpy<std::int32_t>("<i4", {1, 0, -1, -2}), "x")),
            (std::vector<std::uint8_t>{1, 0, 0, 0}));
  EXPECT_EQ(live_pixels(parse_pixels(numpy<std::uint32_t>("<u4", {7, 0, 0xffffffff, 0xfffffffe}), "x")),
            (std::vector<std::uint8_t>{1, 0, 0, 0}))
      << "an image";
  EXPECT_EQ(live_pixels(parse_pixels(numpy<std::uint32_t>("<u4", {0, 0xffffffff}), "x")),
            (std::vector<std::uint8_t>{0, 1}))
      << "black and white";
  EXPECT_EQ(live_pixels(parse_pixels(numpy<float>("<f4", {1, 0, NAN, 0.5f}), "x")),
            (std::vector<std::uint8_t>{1, 0, 0, 1}));
}

TEST(Frames, WordsOfReasons) {
  PixelTally tally;
  EXPECT_EQ(tally.excluded_in_words(), "none");
  tally[Overloaded] = 15;
  tally[Gap] = 2;
  tally[Counts] = 100;
  EXPECT_EQ(tally.excluded_in_words(), "2 in gaps, 15 overloaded");
  EXPECT_EQ(tally.excluded(), 17u);
}

TEST(SmvPixels, OfEveryKindOfNumber) {
  const auto counts = [](const std::string& type, const std::string& pixels) {
    return parse_pixels(smv(two_by_one + type + ";\n", pixels), "x").counts;
  };
  const std::string u16 = bytes_of<std::uint16_t>({65533, 7}), i32 = bytes_of<std::int32_t>({-70000, 70000});
  for (const char* type : {"TYPE=unsigned_short", "Data_type=unsigned short int", "TYPE=mad", "COMPRESSION=None"})
    EXPECT_EQ(counts(type, u16), (Counts64{65533, 7})) << type;
  for (const char* type : {"TYPE=signed_short", "TYPE=short", "Data_type=short int", "Data_type=short int;\nTYPE=mad"})
    EXPECT_EQ(counts(type, u16), (Counts64{-3, 7})) << type;
  for (const char* type : {"TYPE=long_int", "Data_type=long int", "Data_type= Long Int "})
    EXPECT_EQ(counts(type, i32), (Counts64{-70000, 70000})) << type;
  EXPECT_EQ(counts("Data_type=unsigned long int", bytes_of<std::uint32_t>({1, 4000000000})), (Counts64{1, 4000000000}));
  EXPECT_EQ(counts("Data_type=signed char", "\xff\x02"), (Counts64{-1, 2}));
  EXPECT_EQ(counts("Data_type=unsigned char", "\xff\x02"), (Counts64{255, 2}));
  EXPECT_EQ(parse_pixels(smv(two_by_one + "Data_type=float IEEE;\n", bytes_of<float>({-3.5f, 1e9f})), "x").pixels,
            (std::vector<float>{-3.5f, 1e9f}));
  const std::string big = "SIZE1=2;\nSIZE2=1;\nBYTE_ORDER=big_endian;\nTYPE=long_int;\n";
  EXPECT_EQ(parse_pixels(smv(big, std::string("\0\0\1\0\xff\xff\xff\xfd", 8)), "x").counts, (Counts64{256, -3}));
}

TEST(SmvPixels, RefusesWhatItDoesNotUnderstand) {
  const std::string u16 = bytes_of<std::uint16_t>({3, 7}), twice = u16 + u16;
  expect_refused(smv(two_by_one + "Data_type=Compressed;\n", u16), "Data_type");
  expect_refused(smv(two_by_one + "TYPE=quadruple;\n", u16), "TYPE");
  expect_refused(smv(two_by_one + "TYPE=unsigned_short;\nData_type=long int;\n", twice), "contradicts");
  expect_refused(smv(two_by_one + "COMPRESSION=CCP4;\n", u16), "COMPRESSION");
  expect_refused(smv(two_by_one + "DIM=3;\n", u16), "DIM");
  expect_refused(smv(two_by_one, twice), "4 bytes");
  expect_refused(smv(two_by_one + "IMAGE_PEDESTAL=x;\n", u16), "IMAGE_PEDESTAL");
  expect_refused(smv("SIZE1=2;\nSIZE2=1;\nBYTE_ORDER=middle_endian;\n", u16), "BYTE_ORDER");
  expect_refused(smv("SIZE1=2.5;\nSIZE2=1;\nBYTE_ORDER=little_endian;\n", u16), "SIZE1");
  expect_refused(smv("SIZE1=200000;\nSIZE2=200000;\nBYTE_ORDER=little_endian;\n", u16), "it must have");
  expect_refused(smv(two_by_one + "RAXIS_COMPRESSION_RATIO=8;\n", bytes_of<std::uint16_t>({40000, 1})), "RAXIS");
}

TEST(SmvPixels, KeysInAnyCaseAndWholeNumbers) {
  const std::string u16 = bytes_of<std::uint16_t>({3, 7}), i32 = bytes_of<std::int32_t>({-3, 70000});
  for (const char* packed : {"Compression=BS2", "compression=x"})
    expect_refused(smv(two_by_one + packed + ";\n", u16), "COMPRESSION");
  EXPECT_EQ(parse_pixels(smv("Size1=2;\nsize2=1;\nByte_Order=little_endian;\nDATA_TYPE=long int;\n", i32), "x").counts,
            (Counts64{-3, 70000}));
  expect_refused(smv(two_by_one + "IMAGE_PEDESTAL=10,5;\n", u16), "IMAGE_PEDESTAL");
  EXPECT_EQ(parse_pixels(smv(two_by_one + "IMAGE_PEDESTAL=1 ADU;\n", u16), "x").pedestal, 1);
}

TEST(SmvPixels, HeadersWithBracesAndOtherLineEnds) {
  const std::string pixels = bytes_of<std::uint16_t>({300, 7});
  const std::string keys = "HOLDERS={ X Y Z };\nNOTE={ a { b } c };\n" + two_by_one;
  EXPECT_EQ(parse_pixels(smv(keys, pixels), "x").counts, (Counts64{300, 7}));
  std::string windows;
  for (const char c : keys) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(parse_pixels(smv(windows, pixels, "\r\n"), "x").counts, (Counts64{300, 7}));
  // Older programs let the text run on beyond what they state.
  std::string overrun = "{\nHEADER_BYTES=512;\n" + two_by_one + "COMMENT=" + std::string(600, 'x') + ";\n}\f" + pixels;
  const Frame frame = parse_pixels(overrun, "x");
  EXPECT_EQ(frame.counts, (Counts64{300, 7}));
  EXPECT_EQ(frame.notes.size(), 1u);
}

TEST(SmvPixels, PedestalAndWhatIsNotUsed) {
  const std::string pixels = bytes_of<std::uint16_t>({0, 47});
  const Frame frame = parse_pixels(smv(two_by_one + "IMAGE_PEDESTAL=40;\nGAIN=1.8;\n", pixels), "x");
  EXPECT_EQ(frame.pedestal, 40);
  EXPECT_EQ(frame.states, (States{Gap, Counts})) << "0 lies below every count";
  ASSERT_EQ(frame.notes.size(), 1u);
  EXPECT_NE(frame.notes[0].find("GAIN 1.8"), std::string::npos) << frame.notes[0];
  expect_refused(smv(two_by_one + "IMAGE_PEDESTAL=40;\nADC_OFFSET=10;\n", pixels), "contradicts");
  EXPECT_EQ(parse_pixels(smv(two_by_one, pixels + "xyz"), "x").notes.size(), 1u);
}

TEST(CbfPixels, SaturationOfEitherHeader) {
  const std::string pixels = bytes_of<std::int32_t>({-1, -2, 60, 61});
  const States expected = {Gap, Bad, Counts, Overloaded};
  EXPECT_EQ(parse_pixels(cbf("# Count_cutoff 60 counts\n", "signed 32-bit integer", pixels, 4), "x").states, expected);
  const std::string loop =
      "loop_\n_array_intensities.array_id\n_array_intensities.overload\n_array_intensities.gain\nA1 60 1.5\n";
  const Frame frame = parse_pixels("###CBF\n" + loop + cbf("", "signed 32-bit integer", pixels, 4).substr(6), "x");
  EXPECT_EQ(frame.states, expected);
  EXPECT_EQ(frame.notes.size(), 1u) << "the gain";
  const Frame unknown = parse_pixels(cbf("# Count_cutoff unknown\n", "signed 32-bit integer", pixels, 4), "x");
  EXPECT_EQ(unknown.states, (States{Gap, Bad, Counts, Counts}));
  EXPECT_EQ(unknown.notes, std::vector<std::string>{"Count_cutoff is not used: it is not a number"});
}

/// The stored numbers are linear in counts, or refused; what is to be added to them is the pedestal below.
TEST(CbfPixels, LinearityOfCounts) {
  const std::string pixels = bytes_of<std::int32_t>({-1, 9, 60});
  const auto with = [&](const std::string& items) {
    return "###CBF\n" + items + cbf("", "signed 32-bit integer", pixels, 3).substr(6);
  };
  const auto frame = [&](const std::string& items) { return parse_pixels(with(items), "x"); };
  const std::string linearity = "_array_intensities.linearity ", offset = "_array_intensities.offset ";
  for (const char* word : {"sqrt_scaled", "logarithmic_scaled", "cubic"})
    expect_refused(with(linearity + word + "\n"), "linearity");
  EXPECT_EQ(frame(linearity + "offset\n" + offset + "-10\n").pedestal, 10);
  EXPECT_EQ(frame(linearity + "scaling_offset\n" + offset + "-10\n_array_intensities.scaling 2\n").pedestal, 5);
  for (const std::string& without :
       {linearity + "linear\n" + offset + "10\n", linearity + "raw\n" + offset + "10\n", offset + "10\n"}) {
    EXPECT_FALSE(frame(without).pedestal) << without;
    ASSERT_EQ(frame(without).notes.size(), 1u) << without;
  }
  EXPECT_TRUE(frame(linearity + "linear\n" + offset + "0\n").notes.empty());
  expect_refused(with("_array_intensities.overload 10,000\n"), "overload");
}

TEST(CbfPixels, ItemsStandInAnyOrder) {
  const std::string data = bytes_of<std::int32_t>({9, 11});
  const std::string whole = cbf("", "signed 32-bit integer", data, 2);
  const std::string section = "###CBF\n_array_data.data\n;\n" + whole.substr(whole.find("--CIF"));
  const std::string end = "\n--CIF-BINARY-FORMAT-SECTION----\n;\n";
  EXPECT_EQ(parse_pixels(section + end + "_array_intensities.overload 10\n", "x").states, (States{Counts, Overloaded}));
  EXPECT_EQ(parse_pixels(section + end + "_array_data.header_contents\n;\n# Count_cutoff 10 counts\n;\n", "x").states,
            (States{Counts, Overloaded}));
  // Words of a text are no items.
  EXPECT_EQ(parse_pixels("###CBF\n_x.details\n;\n_array_intensities.overload 10\n;\n" + section.substr(7), "x").states,
            (States{Counts, Counts}));
}

TEST(CbfPixels, CutoffsThatAreUnclear) {
  const auto with = [](const std::string& lines) {
    return cbf(lines, "signed 32-bit integer", bytes_of<std::int32_t>({9, 60}), 2);
  };
  expect_refused(with("# Count_cutoff 10,000 counts\n"), "comma");
  const Frame frame = parse_pixels(with("# Count_cutoff 100 counts\n# Count_cutoff 50 counts\n"), "x");
  EXPECT_EQ(frame.states, (States{Counts, Overloaded})) << "the last counts, as in DIALS";
  ASSERT_EQ(frame.notes.size(), 1u);
  EXPECT_NE(frame.notes[0].find("2 times"), std::string::npos) << frame.notes[0];
}

TEST(CbfPixels, OfOtherElements) {
  const auto offsets = [](const std::string& type, const std::string& packed, std::size_t pixels) {
    return parse_pixels(cbf("", type, packed, pixels, "Content-Type: x;\n conversions=\"x-CBF_BYTE_OFFSET\"\n"), "x");
  };
  // 7, then 4294967295: a step beyond 32 bits.
  const std::string far = "\x07\x80" + std::string("\x00\x80\x00\x00\x00\x80\xf8\xff\xff\xff\x00\x00\x00\x00", 14);
  EXPECT_EQ(offsets("unsigned 32-bit integer", far, 2).counts, (Counts64{7, 4294967295}));
  EXPECT_EQ(offsets("unsigned 32-bit integer", far, 2).states, (States{Counts, Sentinel}));
  EXPECT_EQ(offsets("unsigned 32-bit integer", "\x07\xf8", 2).counts, (Counts64{7, 4294967295}))
      << "packed with a sign";
  EXPECT_THROW(offsets("signed 32-bit integer", far, 2), Error);
  EXPECT_EQ(offsets("signed 16-bit integer", "\x07\xf8", 2).counts, (Counts64{7, -1}));
  EXPECT_THROW(offsets("signed 8-bit integer", std::string("\x07\x80\x00\x01", 4), 2), Error);
  EXPECT_THROW(offsets("signed 32-bit integer", "\x07\xf8\x01", 2), Error) << "a pixel too many";
  EXPECT_THROW(offsets("signed 32-bit real IEEE", "\x07\xf8", 2), Error);
  const std::string big = "X-Binary-Element-Byte-Order: BIG_ENDIAN\n";
  EXPECT_EQ(parse_pixels(cbf("", "signed 16-bit integer", std::string("\x01\x00\xff\xff", 4), 2, big), "x").counts,
            (Counts64{256, -1}));
  EXPECT_EQ(parse_pixels(cbf("", "signed 32-bit real IEEE", bytes_of<float>({1.5f, -2}), 2), "x").pixels,
            (std::vector<float>{1.5f, -2}));
  expect_refused(cbf("", "signed 32-bit integer", bytes_of<std::int32_t>({1, 2, 3}), 2), "X-Binary-Size");
  expect_refused(cbf("", "signed 32-bit integer", "12345678", 2, "Content-Type: x;\n conversions=\"x-CBF_PACKED\"\n"),
                 "x-cbf_packed");
}

/// Where a file of a few bytes claims gigabytes, nothing is asked of the memory.
TEST(Sizes, AreCheckedAgainstTheFile) {
  const tests::TemporaryFolder folder;
  write_tiff((folder / "x.tif").string(), {5, 4}, std::span<const std::uint16_t>(std::vector<std::uint16_t>(20, 7)));
  std::string tiff = tests::read_bytes(folder / "x.tif");
  // Entries of a little-endian directory: tag, type, count, value.
  for (const char tag : {'\x00', '\x01'}) {
    const std::size_t at =
        tiff.find(std::string({tag, '\x01', '\x04', '\x00', '\x01', '\x00', '\x00', '\x00'})) == tiff.npos
            ? tiff.find(std::string({tag, '\x01', '\x03', '\x00', '\x01', '\x00', '\x00', '\x00'}))
            : tiff.find(std::string({tag, '\x01', '\x04', '\x00', '\x01', '\x00', '\x00', '\x00'}));
    ASSERT_NE(at, tiff.npos);
    tiff[at + 2] = 4;
    const std::string edge("\x40\x9c\x00\x00", 4);
    tiff.replace(at + 8, 4, edge);
  }
  expect_refused(tiff, "40000 x 40000");
  expect_refused(cbf("", "signed 32-bit integer", "1234", 40000), "it must have");
  expect_refused("P5 40000 40000 255\n1234", "ends early");
}

}  // namespace
}  // namespace femtobragg::formats
