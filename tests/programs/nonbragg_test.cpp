// nonBragg against images of the reference program: bit for bit, with its side files and the lines that scripts read.
#include <gtest/gtest.h>

#include <bit>
#include <sstream>

#include "tests/programs/golden.h"

namespace femtobragg::tests {
namespace {

using Words = std::vector<std::string>;

Words words_in(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

class NonBragg : public testing::Test {
 protected:
  NonBragg() { folder_.take(std::filesystem::path(FEMTOBRAGG_GOLDEN) / "nonbragg/inputs"); }

  ProgramResult run(const Words& words) const { return run_program("nonBragg", words, folder_.path()); }
  /// A run that must succeed, and its image.
  std::vector<float> image_of(const std::string& words) const {
    const ProgramResult result = run(words_in(words + " -nonoise"));
    EXPECT_EQ(result.status, 0) << result.err;
    return read_floats(folder_ / "floatimage.bin");
  }
  Words announced(const std::string& words) const {
    Words ids;
    std::istringstream lines(run(words_in(words)).err);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("quirk ")) ids.push_back(line.substr(6, line.find(':') - 6));
    return ids;
  }
  bool announces(const std::string& words, const std::string& id) const {
    return std::ranges::count(announced(words), id) == 1;
  }

  TemporaryFolder folder_;
  const std::string panel_ = "-lambda 1 -distance 100 -pixel 2 -detpixels_x 52 -detpixels_y 44 ";
};

class GoldenNonBragg : public NonBragg, public testing::WithParamInterface<GoldenCase> {};

bool same_bits(float a, float b) {
  return std::isnan(a) ? std::isnan(b) : std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// Columns 1, 2, 3 and 6 of a table: median and median deviation are stray memory in the reference.
std::string compared_columns(const std::string& table) {
  std::istringstream lines(table);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const Words columns = words_in(line);
    EXPECT_EQ(columns.size(), 6u) << line;
    text += columns[0] + " " + columns[1] + " " + columns[2] + " " + columns[5] + "\n";
  }
  return text;
}

TEST_P(GoldenNonBragg, EqualsReference) {
  const GoldenCase& golden = GetParam();
  Words words = golden.json["args"];
  words.insert(words.end(), {"-floatfile", "golden.bin"});
  const ProgramResult result = run(words);
  ASSERT_EQ(result.status, 0) << result.err;

  const std::vector<float> image = read_floats(folder_ / "golden.bin"), expected = read_floats(golden.expected(".f32"));
  ASSERT_EQ(image.size(), expected.size());
  for (std::size_t i = 0; i < image.size(); ++i) ASSERT_TRUE(same_bits(image[i], expected[i])) << "pixel " << i;
  for (const std::string file : golden.json["files"]) {
    std::string bytes = read_bytes(folder_ / file);
    if (file == "s.txt") bytes = compared_columns(bytes);
    EXPECT_EQ(bytes, read_bytes(golden.expected("." + file))) << file;
  }
  for (const std::string line : golden.json["lines"])
    EXPECT_NE(("\n" + result.out).find("\n" + line + "\n"), std::string::npos) << line << "\n" << result.out;
}

INSTANTIATE_TEST_SUITE_P(nonbragg, GoldenNonBragg, testing::ValuesIn(cases_of("nonbragg")), name_of_case);

TEST_F(NonBragg, WritesAllFilesByTheirUsualNames) {
  EXPECT_EQ(run(words_in("-stol liquid.stol -seed 1 " + panel_)).status, 0);
  for (const char* file : {"floatimage.bin", "intimage.img", "image.pgm", "noiseimage.img"})
    EXPECT_TRUE(std::filesystem::exists(folder_ / file)) << file;
}

/// Rows of pixels may be computed side by side: only those of unsorted tables depend on each other.
TEST_F(NonBragg, ThreadsDoNotChangeBits) {
  for (const char* table : {"liquid.stol", "unsorted.stol"}) {
    const std::string words = "-stol " + std::string(table) + " -lambda 1 -distance 60 -pixel 0.3 -detpixels 300";
    const std::vector<float> many = image_of(words);
    ASSERT_EQ(setenv("OMP_NUM_THREADS", "1", 1), 0);
    EXPECT_EQ(image_of(words), many) << table;
    unsetenv("OMP_NUM_THREADS");
  }
}

/// A table that is 2.57 everywhere is water.
TEST_F(NonBragg, EqualsWaterOfSimulate) {
  folder_.write("flat.stol", "0 2.57\n1 2.57\n");
  const std::vector<float> ours = image_of("-stol flat.stol -Xbeam 52 -Ybeam 44 " + panel_);
  const ProgramResult result = run_program("femtobragg",
                                           words_in("simulate -default_F 0.001 -cell 30 30 30 90 90 90 -N 1 -water 100 "
                                                    "-xds -ORGX 26.5 -ORGY 22.5 -polar 0 -oversample 1 "
                                                    "-device reference -noprogress -o water.bin " +
                                                    panel_),
                                           folder_.path());
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(read_floats(folder_ / "water.bin"), ours);
}

TEST_F(NonBragg, CommentsMakeTheMiddleNaN) {
  folder_.write("nanoice.stol", "# s F\n# ice\n0.02 3\n0.05 4\n0.1 5\n0.2 4\n0.3 3\n");
  const std::vector<float> image = image_of("-stol nanoice.stol -lambda 1 -distance 100 -pixel 0.1 -detpixels 40");
  EXPECT_GT(std::ranges::count_if(image, [](float x) { return std::isnan(x); }), 0);
  EXPECT_TRUE(announces("-stol nanoice.stol -nonoise " + panel_, "QB-comment-rows"));
}

TEST_F(NonBragg, AnnouncesQuirksThatChangeTheRun) {
  const std::string run = "-stol liquid.stol -nonoise " + panel_;
  EXPECT_EQ(announced(run), (Words{"QB-centre", "QB-stats"}));
  for (const auto& [words, id] :
       std::vector<std::pair<std::string, std::string>>{{"-detpixels_f 42 -pixel 0.1 -distance 4", "QB-pixel-count"},
                                                        {"-ORGX 20", "QB-org"},
                                                        {"-twotheta 5", "QB-twotheta-axis"},
                                                        {"-twotheta 5", "QB-twotheta-report"},
                                                        {"-twotheta_axis 3 0 1", "QB-twotheta-axis-flag"},
                                                        {"-twotheta_axis 0 0 2 -twotheta 3", "QB-axis-length"},
                                                        {"-oversample_thick 2", "QB-oversample-prefix"},
                                                        {"-thicksteps 2", "QB-thick-prefix"},
                                                        {"-curved_det", "QB-curved-last"},
                                                        {"-curved_det -nopolar", "QB-curved"},
                                                        {"-point_pixel", "QB-point-pixel"},
                                                        {"-nopgm", "QB-nopgm"},
                                                        {"-stol short.stol", "QB-extrapolate"},
                                                        {"-stol unsorted.stol", "QB-unsorted"},
                                                        {"-stol gaps.stol", "QB-missing-F"},
                                                        {"-stol negative.stol", "QB-negative-F"},
                                                        {"-stol negative.stol", "QB-pgm-negative"},
                                                        {"-sourcefile src.txt", "QB-source-weights"},
                                                        {"-oversample 2", "QB-solid-angle"},
                                                        {"-Fmap -oversample 2", "QB-last-sample"},
                                                        {"-noisefile n.img -gain 2", "QB-gain"},
                                                        {"-noisefile n.img", "QB-seed"},
                                                        {"-molecules 1e12 -beamsize 0.01", "QB-molecules-clip"},
                                                        {"-img nb_header.img", "QB-img-centre"},
                                                        {"-img nb_header.img", "QB-header-distance"},
                                                        {"-img nb_header.img", "QB-header-twotheta"},
                                                        {"-img measured.img", "QB-inverse-root"},
                                                        {"-img measured.img", "QB-reject"},
                                                        {"-img measured.img -oversample 2", "QB-inverse-steps"}}) {
    EXPECT_TRUE(announces(run + words, id)) << words;
    EXPECT_TRUE(id == "QB-stats" || !announces(run, id)) << id;
  }
}

TEST_F(NonBragg, QuirksAreListed) {
  const std::string list = run_program("femtobragg", {"quirks"}, folder_.path()).out;
  for (const char* id : {"Q-water", "QB-unsorted", "QB-pgm-length"})
    EXPECT_NE(list.find("\n" + std::string(id) + "\n"), std::string::npos) << id;
}

TEST_F(NonBragg, NamesWordsThatAreNoFlags) {
  const ProgramResult result = run(words_in("-stol liquid.stol -nonoise -mosflm word -gain " + panel_));
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.err.find("warning: unknown flag '-mosflm' ignored\n"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("warning: unexpected word 'word' ignored\n"), std::string::npos) << result.err;
  const ProgramResult cut = run(words_in("-stol liquid.stol -nonoise -distance"));
  EXPECT_NE(cut.err.find("warning: -distance needs MM; ignored\n"), std::string::npos) << cut.err;
}

TEST_F(NonBragg, PrintsPixels) {
  const std::string words = "-stol liquid.stol -nonoise -printout -printout_pixel 30 10 " + panel_;
  EXPECT_NE(run(words_in(words))
                .out.find("\npixel 30 10: s 0.1268414231 1/A, F 6.685463898, polarization 0.9683402023, "
                          "solid angle 0.0003626161509, photons 5.250693485e+14\n"),
            std::string::npos);
}

TEST_F(NonBragg, Helps) {
  const ProgramResult help = run({"--help"}), nothing = run({});
  EXPECT_EQ(help.status, 0);
  EXPECT_EQ(nothing.status, 9);
  EXPECT_EQ(help.out, nothing.out);
  EXPECT_NE(help.out.find("-sample_thick"), std::string::npos);
}

}  // namespace
}  // namespace femtobragg::tests
