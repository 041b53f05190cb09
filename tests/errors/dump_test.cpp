// Structure factor dumps that are cut short, corrupted or of another program, through both programs.
#include "femtobragg/formats/tables/structure_factor_dump.h"

#include <cmath>
#include <cstring>

#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

StructureFactors table() {
  StructureFactors factors = StructureFactors::table({{-2, -2, -2}, {2, 2, 2}}, 5, "a test");
  for (std::size_t i = 0; i < factors.values.size(); ++i) factors.values[i] = 10.0 + static_cast<double>(i);
  return factors;
}

Words run_with_dump(const std::string& name, const Words& more = {}) {
  Words words = {"-cell", "20", "-N", "3", "-detpixels", "8", "-pixel", "3", "-oversample", "1", "-seed", "1"};
  words.insert(words.end(), {"-distance", "40", "-noprogress", "-nopgm", "-nonoise", "-dump", name});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class Dump : public testing::Test {
 protected:
  Dump() {
    formats::write_dump((folder_ / "own.bin").string(), table());
    formats::write_legacy_dump((folder_ / "old.bin").string(), table());
  }
  std::string own() const { return read_bytes(folder_ / "own.bin"); }
  std::string old() const { return read_bytes(folder_ / "old.bin"); }
  TemporaryFolder folder_;
};

TEST_F(Dump, BothFormatsGiveTheSameImage) {
  std::vector<std::vector<float>> images;
  for (const char* name : {"own.bin", "old.bin"}) {
    // Our format brings its own amplitude for indices outside the table.
    expect_success(simulate(run_with_dump(name, {"-default_F", "5", "-direct_beam"}), folder_));
    images.push_back(read_floats(folder_ / "floatimage.bin"));
    expect_success(drop_in(run_with_dump(name, {"-default_F", "5"}), folder_));
    EXPECT_EQ(read_floats(folder_ / "floatimage.bin"), images.back()) << name;
  }
  EXPECT_EQ(images[0], images[1]);
}

/// Outside the table our format brings the amplitude that its list was read with; the command line has the last word.
TEST_F(Dump, DefaultAmplitudeOfTheCommandLineWins) {
  const auto image = [&](const std::string& name, const Words& more) {
    expect_success(simulate(run_with_dump(name, more), folder_));
    return read_floats(folder_ / "floatimage.bin");
  };
  const std::vector<float> stored = image("own.bin", {});
  EXPECT_EQ(stored, image("old.bin", {"-default_F", "5"}));
  EXPECT_EQ(image("own.bin", {"-default_F", "50"}), image("old.bin", {"-default_F", "50"}));
  EXPECT_EQ(image("own.bin", {"-default_F", "0"}), image("old.bin", {}));
  EXPECT_NE(image("own.bin", {"-default_F", "50"}), stored);
}

TEST_F(Dump, OwnFormatCutShort) {
  const std::string bytes = own();
  for (std::size_t size = 0; size < bytes.size(); size += size < 90 ? 1 : 97) {
    folder_.write("short.bin", bytes.substr(0, size));
    expect_refusal(run_with_dump("short.bin"), folder_, 1, {"'short.bin'"});
  }
}

TEST_F(Dump, OwnFormatWithAFlippedBit) {
  const std::string bytes = own();
  for (std::size_t at = 0; at < bytes.size(); at += at < 80 ? 1 : 101) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    folder_.write("flipped.bin", flipped);
    expect_refusal(run_with_dump("flipped.bin"), folder_, 1, {"'flipped.bin'"});
  }
}

TEST_F(Dump, WrongChecksumIsSaid) {
  std::string bytes = own();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  folder_.write("bad.bin", bytes);
  expect_refusal(run_with_dump("bad.bin"), folder_, 1, {"'bad.bin'", "checksum", "delete it"});
  expect_drop_in_error(run_with_dump("bad.bin"), folder_, {"'bad.bin'", "checksum"});
}

TEST_F(Dump, LegacyFormatCutShort) {
  const std::string bytes = old();
  folder_.write("short.bin", bytes.substr(0, bytes.size() / 2));
  expect_refusal(run_with_dump("short.bin"), folder_, 1, {"'short.bin'", "216 values", "h -2 to 2"});
  const ProgramResult result = expect_success(drop_in(run_with_dump("short.bin"), folder_));
  expect_texts(result.err, {"warning: 'short.bin' is too short", "structure factors are set to zero"});
}

TEST_F(Dump, LegacyHeadersThatMakeNoSense) {
  const std::string values(1000, '\0');
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"1 2 3", "six index ranges"},
      {"one two three four five six\n\f", "six index ranges"},
      {"0 1 0 1 0 1\n", "form feed"},
      {"0 1 0 1 0 1 7\n\f", "form feed"},
      {"2 -2 0 1 0 1\n\f", "impossible index ranges"},
      {"0 99999999999 0 1 0 1\n\f", "impossible index ranges"},
      {"-9223372036854775808 9223372036854775807 0 1 0 1\n\f", "impossible index ranges"},
      {"99999999999999999999 99999999999999999999 0 1 0 1\n\f", "impossible index ranges"},
      {"0 1000000000 0 1 0 1\n\f", ""},
      {"-900000000 900000000 -900000000 900000000 -900000000 900000000\n\f", ""},
      {"-3000 3000 -3000 3000 -3000 3000\n\f", "3000"}};
  const ProgramLimits limits{.memory_bytes = std::uint64_t{1} << 30, .cpu_seconds = 5};
  for (const auto& [header, text] : headers) {
    folder_.write("bad.bin", header + values);
    expect_refusal(run_with_dump("bad.bin"), folder_, 1, {"'bad.bin'", text}, limits);
    expect_drop_in_error(run_with_dump("bad.bin"), folder_, {"'bad.bin'", text}, limits);
  }
}

/// A short file must not make the program allocate what its header promises: these tables fit into memory.
TEST_F(Dump, LegacyHeaderThatPromisesTooMuch) {
  folder_.write("bad.bin", std::string("-300 300 -300 300 -300 300\n\f") + std::string(1000, '\0'));
  expect_refusal(run_with_dump("bad.bin"), folder_, 1, {"'bad.bin'"}, {.memory_bytes = std::uint64_t{1} << 30});
}

TEST_F(Dump, ValuesThatAreNoNumbers) {
  std::string bytes = old();
  const double nothing = std::nan("");
  for (std::size_t at = bytes.find('\f') + 1; at + 8 <= bytes.size(); at += 8)
    std::memcpy(bytes.data() + at, &nothing, sizeof nothing);
  folder_.write("nan.bin", bytes);
  for (const ProgramResult& result :
       {simulate(run_with_dump("nan.bin"), folder_), drop_in(run_with_dump("nan.bin"), folder_)}) {
    EXPECT_TRUE(result.status != 0 || result.err.find("warning: ") != std::string::npos) << result.status;
    EXPECT_LT(result.status, 128);
  }
}

TEST_F(Dump, MissingButNamed) {
  expect_refusal(run_with_dump("missing.bin"), folder_, 1, {"'missing.bin'", "No such file"});
  // The drop-in reads a dump where there is one, and has nothing to render otherwise.
  const ProgramResult result = drop_in(run_with_dump("missing.bin"), folder_);
  EXPECT_EQ(result.status, 9);
  expect_texts(result.out, {"usage:"});
}

/// A dump that lies about must not be picked up by simulate.
TEST_F(Dump, StaleDumpIsReadByTheDropInOnly) {
  std::filesystem::copy_file(folder_ / "old.bin", folder_ / "Fdump.bin");
  const Words words = small_run();
  EXPECT_EQ(expect_success(drop_in(words, folder_)).err.find("Q-fdump-stale") != std::string::npos, true);
  EXPECT_EQ(expect_success(simulate(words, folder_)).err, "");
}

}  // namespace
}  // namespace femtobragg::tests
