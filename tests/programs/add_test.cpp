// Sums of images, and counts drawn from them.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/programs/image_formats.h"

namespace femtobragg::tests {
namespace {

namespace fs = std::filesystem;

class AddAndNoise : public testing::Test {
 protected:
  ProgramResult command(const std::string& text) const {
    const Words words = words_of(text);
    return run_program("femtobragg", words, folder_.path());
  }
  ProgramResult expect_done(const std::string& text) const {
    const ProgramResult result = command(text);
    EXPECT_EQ(result.status, 0) << text << "\n" << result.err;
    return result;
  }
  void expect_refused(const std::string& text, const Words& parts) const {
    const ProgramResult result = command(text);
    EXPECT_EQ(result.status, 2) << text << "\n" << result.err;
    EXPECT_TRUE(result.err.starts_with("error: ")) << result.err;
    for (const std::string& part : parts) EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  }
  /// `more`: further flags of the crystal.
  void render(const std::string& outputs, const std::string& more = "-misset 10 20 30") const {
    expect_done(
        "simulate -default_F 100 -cell 70 80 90 -N 6 -lambda 1 -distance 80 -detpixels 60 -pixel 1 "
        "-fluence 1e27 -threads 1 " +
        more + " " + outputs);
  }
  std::vector<float> floats(const std::string& npy) const {
    expect_done("convert " + npy + " read.bin");
    return read_floats(folder_ / "read.bin");
  }
  /// 2 x 2 pixels with a Count_cutoff of 100.
  void write_cbf(const std::string& stem, const std::vector<float>& pixels) const {
    formats::ImageContents contents{.shape = {2, 2}, .saturation = 100};
    const std::vector<std::int32_t> counts(pixels.begin(), pixels.end());
    contents.pixels = std::span<const std::int32_t>(counts);
    formats::image_format_of("x.cbf").write((folder_ / (stem + ".cbf")).string(), contents);
  }
  TemporaryFolder folder_;
};

TEST_F(AddAndNoise, WeightsCount) {
  render("-o a.npy");
  render("-o b.npy", "-misset 50 60 70");
  expect_done("add a.npy b.npy:0.25 -o sum.npy");
  const auto a = floats("a.npy"), b = floats("b.npy"), sum = floats("sum.npy");
  ASSERT_EQ(sum.size(), a.size());
  bool differs = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(sum[i], static_cast<float>(static_cast<double>(a[i]) + 0.25 * static_cast<double>(b[i])));
    differs = differs || sum[i] != a[i];
  }
  EXPECT_TRUE(differs);
}

TEST_F(AddAndNoise, CountsStayCountsWithoutTheirPedestal) {
  render("-o a.img -o a.tif -seed 3");
  expect_done("add a.img a.tif:2 -o sum.tif");
  const auto one = floats("a.tif"), sum = floats("sum.tif");
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(sum[i], 3 * one[i]);
}

TEST_F(AddAndNoise, MasksAndGeometryComeAlong) {
  render("-nonoise -o a.nxs", "-roi 0 30 0 59");
  render("-nonoise -o b.nxs", "-roi 10 59 0 59");
  expect_done("add a.nxs b.nxs -o sum.nxs");
  const std::string compared = expect_done("compare --images sum.nxs b.nxs --outdir D").err;
  // Columns 10 to 30 count in both.
  EXPECT_NE(compared.find("sum.nxs: excluded: " + std::to_string(39 * 60)), std::string::npos) << compared;
  expect_done("geometry sum.nxs sum.expt");
  expect_done("geometry a.nxs a.expt");
}

TEST_F(AddAndNoise, OtherGeometriesAreRefusedByName) {
  render("-nonoise -o a.nxs -o small.npy");
  const std::string run = "simulate -default_F 100 -cell 70 80 90 -N 2 -detpixels 60 -pixel 1 -nonoise ";
  expect_done(run + "-lambda 1.1 -distance 80 -o wave.nxs");
  expect_done(run + "-lambda 1 -distance 81 -o far.nxs");
  expect_done(run + "-lambda 1 -distance 80 -detpixels 61 -o large.npy");
  expect_refused("add a.nxs wave.nxs -o no.nxs", {"'a.nxs' and 'wave.nxs'", "wavelength: 1 and 1.1 A"});
  expect_refused("add a.nxs far.nxs -o no.nxs", {"'far.nxs'", "panel 0", "1 mm away"});
  expect_refused("add a.nxs large.npy -o no.nxs", {"60 x 60 pixels and 61 x 61 pixels"});
  expect_refused("add a.nxs small.npy:-1 -o no.nxs", {"small.npy:-1", "at least 0"});
  expect_refused("add small.npy -o no.nxs", {"detector position"});
  expect_refused("add a.nxs -o no.jpg", {".jpg"});
  EXPECT_FALSE(fs::exists(folder_ / "no.nxs"));
}

TEST_F(AddAndNoise, ListsOfReflectionsAreJoined) {
  render("-nonoise -o a.nxs -truth a.h5 -truth a.csv");
  render("-nonoise -o b.nxs -truth b.h5 -truth b.csv", "-misset 50 60 70");
  expect_done("add a.nxs b.nxs:0.5 -o sum.nxs --truth a.h5 b.h5 --truth-out ab.h5");
  expect_done("add a.nxs sum.nxs -o three.nxs --truth a.h5 ab.h5 --truth-out three.csv");
  const auto rows = [&](const std::string& name) {
    std::vector<std::string> lines;
    std::istringstream text(read_bytes(folder_ / name));
    for (std::string line; std::getline(text, line);)
      if (!line.starts_with("#")) lines.push_back(line);
    return lines;
  };
  const auto a = rows("a.csv"), b = rows("b.csv"), three = rows("three.csv");
  ASSERT_EQ(three.size() - 1, 2 * (a.size() - 1) + (b.size() - 1));
  EXPECT_TRUE(three[0].ends_with(",d_A,lattice")) << three[0];
  EXPECT_TRUE(three[1].ends_with(",0"));
  EXPECT_TRUE(three[a.size()].ends_with(",1"));
  EXPECT_TRUE(three.back().ends_with(",2"));
  const auto photons = [](const std::string& row) {
    std::vector<std::string> fields;
    std::istringstream text(row);
    for (std::string field; std::getline(text, field, ',');) fields.push_back(field);
    return std::stod(fields.at(10));
  };
  EXPECT_NEAR(photons(three.back()), 0.5 * photons(b.back()), 1e-9 * photons(b.back()));
  expect_refused("add a.nxs b.nxs -o s.nxs --truth a.h5 --truth-out ab.h5", {"1 list", "2 images"});
  expect_refused("add a.nxs -o s.nxs --truth a.csv --truth-out ab.h5", {".h5"});
  expect_refused("add a.nxs -o s.nxs --truth a.h5 --truth-out ab.refl", {"lattice"});
  expect_refused("add a.nxs -o s.nxs --truth a.h5", {"--truth-out"});
}

TEST_F(AddAndNoise, OverloadedPixelsStayOverloaded) {
  // The saturation of the first is 100: of two times the pixel with 101 and once that with 3, 205 would be below 300.
  const std::vector<float> full = {101, 5, 7, 1}, other = {3, 4, 99, 2};
  write_cbf("full", full);
  write_cbf("other", other);
  for (const char* to : {"sum.cbf", "sum.img", "sum.tif"}) {
    const std::string err = expect_done(std::string("add full.cbf:2 other.cbf -o ") + to).err;
    EXPECT_EQ(err.find("lower bounds"), std::string::npos) << to << err;
    const std::string compared = expect_done(std::string("compare --images ") + to + " other.cbf --outdir D").err;
    EXPECT_NE(compared.find(std::string(to) + ": excluded: 1 overloaded"), std::string::npos) << to << compared;
  }
  EXPECT_EQ(floats("sum.tif")[0], 301);
  // A factor that rounds must not hide it, nor noise.
  expect_done("convert full.cbf small.cbf --scale 0.1");
  EXPECT_NE(expect_done("compare --images small.cbf other.cbf --outdir D").err.find("1 overloaded"), std::string::npos);
  // Of an image without a saturation the brightest valid pixel of the sum is the largest.
  expect_done("convert other.cbf other.npy");
  expect_done("add full.cbf other.npy:0.5 -o mixed.tif");
  EXPECT_NE(expect_done("compare --images mixed.tif other.cbf --outdir D").err.find("1 overloaded"), std::string::npos);
  expect_done("noise mixed.tif -o noisy.tif --seed 3");
  EXPECT_NE(expect_done("compare --images noisy.tif other.cbf --outdir D").err.find("1 overloaded"), std::string::npos);
}

TEST_F(AddAndNoise, SumsThatAreNoNumbersAreRefused) {
  render("-o a.npy -nonoise");
  expect_refused("add a.npy:1e300 -o sum.npy", {"a sum is too large", "'a.npy'", "weight"});
  expect_refused("convert a.npy sum.npy --scale 1e300", {"too large", "'sum.npy'", "--scale"});
  EXPECT_FALSE(fs::exists(folder_ / "sum.npy"));
}

TEST_F(AddAndNoise, CrystalsThatDifferAreNotStated) {
  render("-nonoise -o a.nxs -o c.nxs");
  render("-nonoise -o b.nxs", "-misset 50 60 70");
  expect_done("add a.nxs c.nxs -o same.nxs");
  EXPECT_NE(expect_done("geometry same.nxs").out.find("crystal"), std::string::npos);
  expect_done("add a.nxs c.nxs b.nxs -o several.nxs");
  EXPECT_EQ(expect_done("geometry several.nxs").out.find("crystal"), std::string::npos);
}

TEST_F(AddAndNoise, ListsOfOtherImagesAreFound) {
  render("-nonoise -o a.nxs -o a.npy -truth a.h5", "-fluence 1e26 -misset 10 20 30");
  expect_done("noise a.nxs -o counts.cbf --seed 4");
  render("-nonoise -o b.nxs -truth b.h5", "-fluence 3e26 -misset 50 60 70");
  expect_refused("add a.nxs b.nxs -o s.nxs --truth b.h5 a.h5 --truth-out s.h5",
                 {"the list of 'b.h5' is of an image with", "'a.nxs' has", "order"});
  EXPECT_FALSE(fs::exists(folder_ / "s.nxs"));
  EXPECT_EQ(expect_done("add a.npy b.nxs -o s.nxs --truth a.h5 b.h5 --truth-out s.h5").err.find("the list of"),
            std::string::npos);
  EXPECT_EQ(expect_done("add counts.cbf -o s.cbf --truth a.h5 --truth-out s.h5").err.find("the list of"),
            std::string::npos);
  EXPECT_NE(expect_done("convert a.nxs p.png --png-spots b.h5").err.find("warning: the list of 'b.h5' is of an image"),
            std::string::npos);
  EXPECT_EQ(expect_done("convert a.nxs p.png --png-spots a.h5").err.find("the list of"), std::string::npos);
  expect_done(
      "simulate -default_F 100 -cell 70 80 90 -N 2 -lambda 1 -distance 80 -detpixels 90 -pixel 1 -nonoise -o l.nxs "
      "-truth l.h5");
  expect_refused("convert a.nxs p.png --png-spots l.h5",
                 {"'l.h5'", "another detector", "outside the panels of 'a.nxs'"});
  expect_refused("add a.npy -o s.npy --truth l.h5 --truth-out s.h5", {"'l.h5'", "another detector"});
  expect_refused("convert a.nxs p.png --png-spots a.nxs", {"'a.nxs'", "-truth"});
}

TEST_F(AddAndNoise, WhatNoNoiseCanBeIsRefused) {
  render("-nonoise -o photons.npy -o photons.nxs");
  expect_refused("noise photons.npy -o n_#.tif --seed 2147483646 --repeat 3",
                 {"--seed plus --repeat must not exceed 2147483647"});
  expect_done("noise photons.npy -o last_#.tif --seed 2147483644 --repeat 3");
  expect_refused("noise photons.npy -o n.tif --seed 99999999999999999999", {"got 99999999999999999999"});
  for (const char* offset : {"-1", "65535", "0.5"})
    expect_refused(std::string("noise photons.npy -o n.img --offset ") + offset, {"--offset", "from 0 to 65534"});
  for (const char* offset : {"nan", "inf"})
    expect_refused(std::string("noise photons.npy -o n.img --offset ") + offset, {"--offset", "must be finite"});
  for (const char* to : {"n.tif", "n.cbf", "n.nxs"})
    for (const char* offset : {"-5", "0.5", "2147483647"})
      expect_refused(std::string("noise photons.nxs -o ") + to + " --offset " + offset,
                     {"--offset", "from 0 to 2147483646"});
  for (const char* to : {"n.tif", "n.img"}) {
    const std::string faint = std::string("noise photons.npy -o ") + to + " --gain 1e-30";
    EXPECT_NE(expect_done(faint).err.find("no photon is visible in the stored numbers"), std::string::npos) << to;
    const std::string usual = std::string("noise photons.npy -o ") + to;
    EXPECT_EQ(expect_done(usual).err.find("visible"), std::string::npos) << to;
  }
}

TEST_F(AddAndNoise, NoiseIsThatOfSimulate) {
  render("-seed 9 -o photons.npy -o counts.tif -o counts.img -o counts.cbf");
  for (const char* suffix : {"tif", "img"}) {
    expect_done(std::string("noise photons.npy -o drawn.") + suffix + " --seed 9");
    EXPECT_EQ(floats(std::string("drawn.") + suffix), floats(std::string("counts.") + suffix)) << suffix;
  }
}

TEST_F(AddAndNoise, RepeatedNoiseHasSeedsOneAfterTheOther) {
  render("-o photons.npy");
  expect_done("noise photons.npy -o many_##.tif --seed 4 --repeat 3");
  expect_done("noise photons.npy -o one.tif --seed 6");
  EXPECT_EQ(read_bytes(folder_ / "many_03.tif"), read_bytes(folder_ / "one.tif"));
  EXPECT_NE(read_bytes(folder_ / "many_01.tif"), read_bytes(folder_ / "many_02.tif"));
  expect_done("noise photons.npy -o n.tif --repeat 2");
  EXPECT_TRUE(fs::exists(folder_ / "n_00002.tif"));
}

TEST_F(AddAndNoise, GainAndOffsetComeAfterCounting) {
  render("-o photons.npy");
  expect_done("noise photons.npy -o plain.tif --seed 2");
  expect_done("noise photons.npy -o amplified.tif --seed 2 --gain 3 --offset 10");
  const auto plain = floats("plain.tif"), amplified = floats("amplified.tif");
  double sum = 0;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_EQ(amplified[i], 3 * plain[i] + 10);
    sum += static_cast<double>(plain[i]);
  }
  EXPECT_GT(sum, 0);
}

TEST_F(AddAndNoise, OnlyPhotonsAreCounted) {
  render("-o photons.npy -o counts.tif");
  expect_refused("noise counts.tif -o x.cbf", {"'counts.tif'", "counts already"});
  const std::vector<float> bad = {1, 2, -3, std::nanf("")};
  folder_.write("bad.bin", std::string(reinterpret_cast<const char*>(bad.data()), 16));
  expect_done("convert bad.bin bad.npy --shape 2 2");
  expect_refused("noise bad.npy -o x.tif", {"-3 at fast 0, slow 1; 2 in all", "at least 0"});
  expect_refused("noise bad.bin -o x.tif", {"shape"});
  expect_refused("noise photons.npy -o x.npy", {"'x.npy'", "does not store counts"});
  expect_refused("noise photons.npy -o x.nxs", {"detector position"});
  expect_refused("noise photons.npy -o x.tif --seed 0", {"--seed"});
  expect_refused("noise photons.npy -o x.tif --repeat 0", {"--repeat"});
  expect_refused("noise photons.npy -o x.tif --gain 0", {"--gain"});
  for (const char* name : {"x.tif", "x.cbf", "x.nxs"}) EXPECT_FALSE(fs::exists(folder_ / name)) << name;
}

TEST_F(AddAndNoise, MaskedPixelsGetNoCount) {
  render("-nonoise -o a.nxs", "-roi 10 59 0 59");
  expect_done("noise a.nxs -o n.nxs --seed 1");
  expect_done("noise a.nxs -o n.tif --seed 1");
  expect_done("convert n.tif n.bin");
  const auto counts = read_floats(folder_ / "n.bin");
  EXPECT_TRUE(std::isnan(counts[5])) << counts[5];
  EXPECT_GE(counts[15], 0);
  expect_done("geometry n.nxs n.expt");
}

}  // namespace
}  // namespace femtobragg::tests
