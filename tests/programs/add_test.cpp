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
