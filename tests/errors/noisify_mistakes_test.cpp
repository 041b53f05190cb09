// Mistakes that users of noisify make, and what the C program does not survive.
#include "test_paths.h"
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

class NoisifyMistake : public testing::Test {
 protected:
  NoisifyMistake() {
    folder_.take(std::filesystem::path(FEMTOBRAGG_GOLDEN) / "noisify/inputs");
    inputs_ = files_in(folder_);
  }
  ProgramResult noisify(const Words& words) { return run_program("noisify", words, folder_.path()); }
  /// One line, exit status 9, and no file.
  void refuse(const Words& more, const Words& texts) {
    Words words = {"-bin", "photons.bin", "-detpixels_x", "36", "-detpixels_y", "28", "-seed", "1"};
    words.insert(words.end(), more.begin(), more.end());
    const ProgramResult result = noisify(words);
    EXPECT_EQ(result.status, 9);
    expect_texts(result.err, texts);
    EXPECT_TRUE(result.err.starts_with("error: ")) << result.err;
    EXPECT_EQ(files_in(folder_), inputs_);
  }
  void write(const std::string& name, const std::vector<float>& values) {
    folder_.write(name, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
    inputs_.insert(name);
  }

  TemporaryFolder folder_;
  std::set<std::string> inputs_;
};

TEST_F(NoisifyMistake, WithoutInputTheUsageIsPrinted) {
  for (const Words& words : {Words{}, Words{"-seed", "1"}, Words{"-bin", "missing.bin"}}) {
    const ProgramResult result = noisify(words);
    EXPECT_EQ(result.status, 9);
    expect_texts(result.out, {"usage: noisify"});
  }
  expect_texts(noisify({"-bin", "missing.bin"}).err, {"error: ", "'missing.bin'"});
  EXPECT_EQ(files_in(folder_), inputs_);
}

TEST_F(NoisifyMistake, InputsThatDoNotFit) {
  folder_.write("empty.bin", "");
  folder_.write("three.bin", "abc");
  inputs_.insert({"empty.bin", "three.bin"});
  refuse({"-bin", "empty.bin"}, {"'empty.bin'", "0 bytes", "at least one number"});
  refuse({"-bin", "three.bin"}, {"'three.bin'", "3 bytes"});
  refuse({"-detpixels", "100"}, {"1008 numbers for 100 x 100 pixels", "a quarter"});
  refuse({"-detpixels", "2000000000"}, {"2000000000 x 2000000000 pixels"});
  refuse({"-detpixels_x", "5000", "-detpixels_y", "0"}, {"5000 x 0 pixels"});
}

TEST_F(NoisifyMistake, ValuesThatCannotBe) {
  refuse({"-psf"}, {"-psf", "nothing after it", "gauss or fiber"});
  refuse({"-bits", "8"}, {"-bits", "8", "16 or 32"});
  refuse({"-seed", "3000000000"}, {"-seed", "'3000000000'", "to 2147483647"});
  refuse({"-psf", "gauss", "-psf_radius", "-2"}, {"-psf_radius", "-2"});
  refuse({"-pixel", "0"}, {"-pixel"});
  for (const char* flag : {"-scale", "-fluence", "-gain", "-adc", "-flicker", "-calibration", "-readout", "-lambda"})
    for (const char* value : {"nan", "inf"}) refuse({flag, value}, {flag, std::string("'") + value + "'", "finite"});
}

TEST_F(NoisifyMistake, FilesThatWouldBeLost) {
  refuse({"-noisefile", "photons.bin"}, {"photons.bin"});
  refuse({"-header", "h512.img", "-intfile", "h512.img"}, {"h512.img"});
  refuse({"-noisefile", "same.img", "-intfile", "same.img"}, {"same.img"});
  const ProgramResult sum = run_program("float_add", {"photons.bin", "photons.bin", "photons.bin"}, folder_.path());
  EXPECT_EQ(sum.status, 9);
  expect_texts(sum.err, {"photons.bin"});
}

TEST_F(NoisifyMistake, HeadersThatCannotBeCopied) {
  const std::string good = read_bytes(folder_ / "h512.img");
  const auto without = [&](const std::string& key) {
    std::string bytes = good;
    bytes.replace(bytes.find(key), 2, "xx");
    folder_.write("wrong.img", bytes);
    inputs_.insert("wrong.img");
  };
  refuse({"-header", "missing.img"}, {"'missing.img'"});
  refuse({"-header", "photons.bin"}, {"'photons.bin'", "HEADER_BYTES"});
  without("BYTE_ORDER");
  refuse({"-header", "wrong.img"}, {"'wrong.img'", "BYTE_ORDER"});
  without("SIZE1");
  refuse({"-header", "wrong.img"}, {"'wrong.img'", "SIZE1"});
  folder_.write("wrong.img", good.substr(0, 100));
  refuse({"-header", "wrong.img"}, {"'wrong.img'", "HEADER_BYTES"});
}

TEST_F(NoisifyMistake, OutputsThatCannotBeOpened) {
  for (const std::string flag : {"-intfile", "-pgmfile", "-noisefile"})
    refuse({flag, "/nowhere/x.img"}, {"/nowhere/x.img"});
}

/// A Gaussian knows no radius for less than a hundredth of a photon; other runs of the same image work.
TEST_F(NoisifyMistake, FaintPixels) {
  write("faint.bin", {5, 0.009f, 0, 7});
  const Words faint = {"-bin", "faint.bin", "-detpixels_x", "2", "-detpixels_y", "2", "-nonoise"};
  Words words = faint;
  words.insert(words.end(), {"-psf", "gauss"});
  refuse(words, {"pixel 1", "0.009 photons", "-psf_radius"});
  words.insert(words.end(), {"-psf_radius", "1"});
  EXPECT_EQ(noisify(words).status, 0);
  words = faint;
  words.insert(words.end(), {"-psf", "fiber"});
  EXPECT_EQ(noisify(words).status, 0);
}

TEST_F(NoisifyMistake, NumbersThatAreNone) {
  write("nan.bin", {5, std::numeric_limits<float>::quiet_NaN(), 0, 7});
  const ProgramResult result = noisify({"-bin", "nan.bin", "-detpixels", "2", "-nonoise", "-nopgm"});
  EXPECT_EQ(result.status, 0);
  expect_texts(result.err, {"warning: 1 pixel is not a number; stored as 0"});
  EXPECT_EQ(read_bytes(folder_ / "intimage.img").substr(512), std::string("\x2d\0\0\0\x28\0\x2f\0", 8));
}

}  // namespace
}  // namespace femtobragg::tests
