// Dumps of structure factors: both formats there and back, the lost blank bytes, damage of every kind.
#include "femtobragg/formats/tables/structure_factor_dump.h"

#include <gtest/gtest.h>

#include <cstring>

#include "femtobragg/base/error.h"
#include "tests/run_program.h"

namespace femtobragg::formats {
namespace {

StructureFactors table(const HklBox& box, double first, double step) {
  StructureFactors factors = StructureFactors::table(box, 3.5, "a test");
  for (std::size_t i = 0; i < factors.values.size(); ++i) factors.values[i] = first + step * static_cast<double>(i);
  return factors;
}

std::string written(void (*write)(const std::string&, const StructureFactors&), const StructureFactors& factors) {
  const tests::TemporaryFolder folder;
  write((folder / "dump").string(), factors);
  return tests::read_bytes(folder / "dump");
}

const HklBox skew_box{{-3, 0, 5}, {-1, 1, 8}};

TEST(OwnDump, ThereAndBack) {
  for (const HklBox& box : {skew_box, HklBox{{0, 0, 0}, {0, 0, 0}}, HklBox{{-1000000000, 0, 0}, {-999999999, 0, 0}}}) {
    const StructureFactors factors = table(box, -7.25, 1.0 / 3);
    const DumpReading reading = parse_dump(written(write_dump, factors), "x", {});
    EXPECT_EQ(reading.factors, factors);
    EXPECT_EQ(reading.missing_values, 0u);
  }
}

TEST(OwnDump, EveryFlippedBitIsNoticed) {
  const std::string bytes = written(write_dump, table(skew_box, 1, 1));
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      EXPECT_THROW(parse_dump(flipped, "x", {}), Error) << "byte " << at << " bit " << bit;
    }
}

TEST(OwnDump, EveryOtherLengthIsRefused) {
  const std::string bytes = written(write_dump, table(skew_box, 1, 1));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(parse_dump(bytes.substr(0, size), "x", {}), Error) << size;
  EXPECT_THROW(parse_dump(bytes + "x", "x", {}), Error);
}

TEST(LegacyDump, Layout) {
  const std::string bytes = written(write_legacy_dump, table({{-1, 0, 2}, {0, 1, 2}}, 1, 1));
  const std::string head = "-1 0 0 1 2 2\n\f";
  ASSERT_EQ(bytes.substr(0, head.size()), head);
  std::vector<double> values((bytes.size() - head.size()) / sizeof(double));
  std::memcpy(values.data(), bytes.data() + head.size(), values.size() * sizeof(double));
  // l innermost; one layer of zeros at each upper end.
  EXPECT_EQ(values, (std::vector<double>{1, 0, 2, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(LegacyDump, ThereAndBack) {
  StructureFactors factors = table(skew_box, 100, -0.125);
  const DumpReading reading = parse_dump(written(write_legacy_dump, factors), "x", {});
  factors.default_amplitude = 0;
  EXPECT_EQ(reading.factors, factors);
  EXPECT_EQ(reading.missing_values, 0u);
}

TEST(LegacyDump, ShortFiles) {
  const StructureFactors factors = table(skew_box, 1, 1);
  const std::string bytes = written(write_legacy_dump, factors);
  const std::size_t head = bytes.find('\f') + 1, stored = (bytes.size() - head) / sizeof(double);
  for (std::size_t count = 0; count < stored; ++count) {
    // Half a value counts as none.
    const std::string cut = bytes.substr(0, head + count * sizeof(double) + 4);
    EXPECT_THROW(parse_dump(cut, "x", {}), Error) << count;
    const DumpReading reading = parse_dump(cut, "x", {.accept_short_files = true});
    EXPECT_EQ(reading.missing_values, stored - count);
    for (std::size_t i = 0; i < factors.values.size(); ++i) {
      // Runs of four along l, five stored; rows of three runs, of which the last is padding.
      const std::size_t run = i / 4, place = (run / 2 * 3 + run % 2) * 5 + i % 4;
      EXPECT_EQ(reading.factors.values[i], place < count ? factors.values[i] : 0.0) << count << " " << i;
    }
  }
}

TEST(LegacyDump, BlankBytesAfterTheFormFeed) {
  // The first value's bytes in memory are 20 09 0d and then no more blanks.
  StructureFactors factors = table({{0, 0, 0}, {1, 1, 1}}, 0, 0);
  const std::uint64_t bits = 0x40590000000d0920ULL;
  std::memcpy(factors.values.data(), &bits, sizeof bits);
  const std::string bytes = written(write_legacy_dump, factors);

  const DumpReading right = parse_dump(bytes, "x", {});
  EXPECT_EQ(right.factors.values, factors.values);
  const DumpReading shifted = parse_dump(bytes, "x", {.swallow_blank_bytes = true, .accept_short_files = true});
  EXPECT_EQ(shifted.missing_values, 1u);
  double first = 0;
  std::memcpy(&first, bytes.data() + bytes.find('\f') + 4, sizeof first);
  EXPECT_EQ(shifted.factors.values[0], first);
  EXPECT_NE(first, factors.values[0]);
  // Values that do not begin with such bytes are not touched.
  const std::string plain = written(write_legacy_dump, table({{0, 0, 0}, {1, 1, 1}}, 50, 1));
  EXPECT_EQ(parse_dump(plain, "x", {.swallow_blank_bytes = true}).factors, parse_dump(plain, "x", {}).factors);
}

TEST(LegacyDump, TablesBeyondReason) {
  for (const std::string head : {"0 -1 0 0 0 0", "0 2000000000 0 0 0 0", "0 1000000000 0 1000000000 0 1000000000",
                                 "-9223372036854775808 9223372036854775807 0 0 0 0"})
    for (const bool accept : {false, true})
      EXPECT_THROW(parse_dump(head + "\n\f", "x", {.accept_short_files = accept}), Error) << head;
}

}  // namespace
}  // namespace femtobragg::formats
