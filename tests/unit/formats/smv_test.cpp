// SMV images: how keys are found, what is refused, byte order, and how a header grows.
#include "femtobragg/formats/image/smv.h"

#include <gtest/gtest.h>

#include "femtobragg/base/error.h"
#include "tests/run_program.h"

namespace femtobragg::formats {
namespace {

using enum KeyMatch;

const std::string header =
    "{\nHEADER_BYTES=512;\nDIM=2;\nDISTANCE=100;\nXDS_ORGX=12.5;\nCLOSE_DISTANCE= 95.5 ;\nPHI=1;OSC_PHI=7;\n"
    "NAME= a b ;\nLAST=3\n}\f";

TEST(SmvKeys, WholeKeysOnly) {
  EXPECT_EQ(smv_number(header, "DISTANCE", Whole), 100);
  EXPECT_EQ(smv_number(header, "CLOSE_DISTANCE", Whole), 95.5);
  EXPECT_EQ(smv_number(header, "ORGX", Whole), std::nullopt);
  EXPECT_EQ(smv_number(header, "PHI", Whole), 1);
  EXPECT_EQ(smv_number(header, "OSC_PHI", Whole), 7);
  EXPECT_EQ(smv_number(header, "HEADER_BYTES", Whole), 512);
  EXPECT_EQ(smv_number(header, "LAST", Whole), 3);
  EXPECT_EQ(smv_number(header, "NAME", Whole), std::nullopt);
  EXPECT_EQ(smv_text(header, "NAME", Whole), "a b");
  EXPECT_EQ(smv_text(header, "MISSING", Whole), std::nullopt);
}

TEST(SmvKeys, LastOccurrenceEvenInsideLongerKeys) {
  EXPECT_EQ(smv_number(header, "DISTANCE", LastOccurrence), 95.5);
  EXPECT_EQ(smv_number(header, "ORGX", LastOccurrence), 12.5);
  EXPECT_EQ(smv_number(header, "PHI", LastOccurrence), 7);
  EXPECT_EQ(smv_number(header, "DIM", LastOccurrence), 2);
  EXPECT_EQ(smv_number(header, "MISSING", LastOccurrence), std::nullopt);
}

TEST(SmvKeys, RepeatedKeysTakeTheLast) {
  const std::string twice = "{\nPHI=1;\nPHI=2;\n}";
  EXPECT_EQ(smv_number(twice, "PHI", Whole), 2);
  EXPECT_EQ(smv_number(twice, "PHI", LastOccurrence), 2);
}

TEST(SmvKeys, OtherSpellings) {
  EXPECT_EQ(smv_number("{\r\nPHI = 4;\r\n}", "PHI", Whole), 4);
  EXPECT_EQ(smv_number("{PHI=4;}", "PHI", Whole), 4);
  EXPECT_EQ(smv_number("PHI", "PHI", Whole), std::nullopt);
  EXPECT_EQ(smv_number("PHI", "PHI", LastOccurrence), std::nullopt);
  EXPECT_EQ(smv_number("", "PHI", LastOccurrence), std::nullopt);
  EXPECT_EQ(smv_number("PHI=", "PHI", LastOccurrence), std::nullopt);
}

/// An image of 3 x 2 pixels 0x0102, 0x0304 ...
std::string image_bytes(const std::string& entries) {
  std::string bytes = "{\nHEADER_BYTES=256;\n" + entries + "}\f";
  bytes.resize(256, ' ');
  for (char c = 1; c <= 12; ++c) bytes += c;
  return bytes;
}

SmvImage parsed(const std::string& entries, bool swap = true, KeyMatch match = Whole) {
  return parse_smv(image_bytes(entries), "x.img", match, swap);
}

std::string refusal(const std::string& bytes, KeyMatch match = Whole) {
  try {
    parse_smv(bytes, "x.img", match, true);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::Runtime);
    return error.what();
  }
  return "not refused";
}

TEST(SmvReader, ByteOrder) {
  const SmvImage little = parsed("SIZE1=3;\nSIZE2=2;\nBYTE_ORDER=little_endian;\n");
  EXPECT_EQ(little.n_fast, 3u);
  EXPECT_EQ(little.n_slow, 2u);
  EXPECT_EQ(little.pixels, (std::vector<std::uint16_t>{0x0201, 0x0403, 0x0605, 0x0807, 0x0a09, 0x0c0b}));
  const SmvImage big = parsed("SIZE1=3;\nSIZE2=2;\nBYTE_ORDER=big_endian;\n");
  EXPECT_EQ(big.pixels, (std::vector<std::uint16_t>{0x0102, 0x0304, 0x0506, 0x0708, 0x090a, 0x0b0c}));
  const SmvImage unswapped = parsed("SIZE1=3;\nSIZE2=2;\nBYTE_ORDER=big_endian;\n", false);
  EXPECT_EQ(unswapped.pixels, little.pixels);
  EXPECT_FALSE(little.byte_order_matters);
  EXPECT_TRUE(big.byte_order_matters);
  EXPECT_TRUE(unswapped.byte_order_matters);
}

/// Pixels of two equal bytes read the same in both orders.
TEST(SmvReader, ByteOrderOfPixelsThatDoNotShowIt) {
  std::string bytes = image_bytes("SIZE1=1;\nSIZE2=2;\nBYTE_ORDER=big_endian;\n");
  bytes.replace(256, 4, std::string("\5\5\0\0", 4));
  EXPECT_FALSE(parse_smv(bytes, "x.img", Whole, true).byte_order_matters);
}

TEST(SmvReader, DetectorDimensionsWhereSizeIsZero) {
  std::string bytes = image_bytes("SIZE1=0;\nSIZE2=0;\nDETECTOR_DIMENSIONS=2;\nBYTE_ORDER=little_endian;\n");
  const SmvImage image = parse_smv(bytes, "x.img", Whole, true);
  EXPECT_EQ(image.n_fast, 2u);
  EXPECT_EQ(image.n_slow, 2u);
  EXPECT_EQ(image.pixels.size(), 4u);
}

/// What follows the pixels is of no interest.
TEST(SmvReader, LongerFiles) {
  const std::string bytes = image_bytes("SIZE1=1;\nSIZE2=2;\nBYTE_ORDER=little_endian;\n");
  EXPECT_EQ(parse_smv(bytes, "x.img", Whole, true).pixels.size(), 2u);
}

TEST(SmvReader, RefusalsNameTheKey) {
  const std::string order = "BYTE_ORDER=little_endian;\n", size = "SIZE1=3;\nSIZE2=2;\n";
  const auto expect_text = [](const std::string& message, const std::string& text) {
    EXPECT_NE(message.find(text), std::string::npos) << message;
    EXPECT_NE(message.find("'x.img'"), std::string::npos) << message;
  };
  expect_text(refusal(""), "HEADER_BYTES");
  expect_text(refusal("{\nDIM=2;\nHEADER_BYTES=512;\n}"), "HEADER_BYTES");
  expect_text(refusal(std::string("{\nHEADER_BYTES;\n}") + std::string(999, ' ')), "HEADER_BYTES");
  expect_text(refusal(image_bytes(size)), "BYTE_ORDER");
  expect_text(refusal(image_bytes(order + "SIZE2=2;\n")), "SIZE1");
  expect_text(refusal(image_bytes(order + "SIZE1=3;\n")), "SIZE2");
  expect_text(refusal(image_bytes(order + "SIZE1=0;\nSIZE2=0;\n")), "DETECTOR_DIMENSIONS");
  expect_text(refusal(image_bytes(order + "SIZE1=-3;\nSIZE2=2;\n")), "SIZE1");
  expect_text(refusal(image_bytes(order + "SIZE1=nan;\nSIZE2=2;\n")), "SIZE1");
  expect_text(refusal(image_bytes(order + "SIZE1=1e300;\nSIZE2=2;\n")), "SIZE1");
  expect_text(refusal(image_bytes(order + "SIZE1=1e12;\nSIZE2=1e12;\n")), "16-bit pixels");
  expect_text(refusal(image_bytes(order + "SIZE1=7;\nSIZE2=1;\n")), "12 bytes");
  expect_text(refusal(image_bytes(order + size + "TYPE=float;\n")), "TYPE");
}

TEST(SmvReader, HeadersBeyondTheFileAreRefused) {
  const std::string rest = ";\nBYTE_ORDER=little_endian;\nSIZE1=3;\nSIZE2=2;\n}\f" + std::string(400, ' ');
  for (const std::string& length :
       {"2" + std::string(50, '5'), std::string("2.5e51"), std::string("1e19"), std::string("600")})
    EXPECT_THROW(parse_smv_pixels("{\nHEADER_BYTES=" + length + rest, "x.img"), Error) << length;
}

/// TYPE inside a longer key says nothing about the pixels, however keys are matched.
TEST(SmvReader, TypeIsAWholeKey) {
  const std::string entries =
      "SIZE1=3;\nSIZE2=2;\nBYTE_ORDER=little_endian;\nTYPE=unsigned_short;\nDETECTOR_TYPE=ccd;\n";
  EXPECT_EQ(refusal(image_bytes(entries)), "not refused");
  EXPECT_EQ(refusal(image_bytes(entries), LastOccurrence), "not refused");
  EXPECT_NE(refusal(image_bytes(entries + "TYPE=float;\n"), LastOccurrence), "not refused");
}

TEST(SmvWriter, HeaderIsPaddedTo512Bytes) {
  const std::string text = smv_header({{"DIM", "2"}, {"ORIGIN", "1,2", false}}, false);
  EXPECT_EQ(text.size(), 512u);
  EXPECT_TRUE(text.starts_with("{\nHEADER_BYTES=512;\nDIM=2;\nORIGIN=1,2\n}\f "));
  EXPECT_EQ(text.back(), ' ');
  EXPECT_EQ(smv_header({{"DIM", "2"}, {"ORIGIN", "1,2", false}}, true), text);
}

/// A header whose text, from brace to form feed, has that many bytes.
std::string header_of(std::size_t bytes, bool overrun) {
  const std::size_t rest = std::string("{\nHEADER_BYTES=512;\nX=;\n}\f").size();
  return smv_header({{"X", std::string(bytes - rest, 'x')}}, overrun);
}

TEST(SmvWriter, LongHeadersGrowByBlocksOrOverrun) {
  EXPECT_EQ(header_of(512, false).size(), 512u);
  EXPECT_EQ(header_of(512, true).size(), 512u);
  EXPECT_EQ(header_of(513, false).size(), 1024u);
  EXPECT_EQ(smv_number(header_of(513, false), "HEADER_BYTES", Whole), 1024);
  EXPECT_EQ(header_of(513, true).size(), 513u);
  EXPECT_EQ(smv_number(header_of(513, true), "HEADER_BYTES", Whole), 512);
  // "1024" is one digit longer than "512".
  EXPECT_EQ(header_of(1023, false).size(), 1024u);
  EXPECT_EQ(header_of(1024, false).size(), 1536u);
  EXPECT_EQ(smv_number(header_of(1024, false), "HEADER_BYTES", Whole), 1536);
}

TEST(SmvWriter, ThereAndBack) {
  const tests::TemporaryFolder folder;
  const std::string path = (folder / "x.img").string();
  const std::string text = smv_header(
      {{"BYTE_ORDER", "little_endian"}, {"SIZE1", "3"}, {"SIZE2", "2"}, {"X", std::string(600, 'x')}}, false);
  write_smv(path, text, 3, 2, [](std::size_t slow, std::span<std::uint16_t> row) {
    for (std::size_t fast = 0; fast < row.size(); ++fast)
      row[fast] = static_cast<std::uint16_t>(65535 - 3 * slow - fast);
  });
  const SmvImage image = parse_smv(tests::read_bytes(path), path, Whole, true);
  EXPECT_EQ(image.header, text.substr(0, text.rfind('}')));
  EXPECT_EQ(image.pixels, (std::vector<std::uint16_t>{65535, 65534, 65533, 65532, 65531, 65530}));
  EXPECT_EQ(std::filesystem::file_size(path), 1024u + 12);
}

}  // namespace
}  // namespace femtobragg::formats
