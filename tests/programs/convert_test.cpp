// Images from one format into another: what stays, what is lost and named.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/programs/image_formats.h"

namespace femtobragg::tests {
namespace {

class Convert : public ImageRuns {};

TEST_F(Convert, KeepsPixelsAndPlace) {
  write("-o n.nxs");
  const auto convert = [&](const Words& words) {
    Words all = {"convert"};
    all.insert(all.end(), words.begin(), words.end());
    return run_program("femtobragg", all, folder_.path());
  };
  const std::vector<float> counts = pixels("n.nxs");
  for (const auto& [from, to] : {std::pair{"n.nxs", "a.cbf"},
                                 {"a.cbf", "b.nxs"},
                                 {"b.nxs", "c.img"},
                                 {"c.img", "d.nxs"},
                                 {"d.nxs", "e.tif"},
                                 {"e.tif", "f.npy"},
                                 {"f.npy", "g.bin"}}) {
    const ProgramResult result = convert({from, to});
    EXPECT_EQ(result.status, 0) << from << " " << to << result.err;
    EXPECT_EQ(result.err, "") << from << " " << to;
    EXPECT_EQ(pixels(to), counts) << to;
  }
  EXPECT_EQ(convert({"g.bin", "h.cbf"}).status, 2);
  EXPECT_EQ(convert({"g.bin", "h.cbf", "--shape", "90", "70"}).status, 0);
  EXPECT_EQ(pixels("h.cbf"), counts);
  EXPECT_EQ(convert({"g.bin", "h.cbf", "--shape", "90", "71"}).status, 2);
  EXPECT_EQ(convert({"e.tif", "h.nxs"}).status, 2);
  EXPECT_EQ(convert({"n.nxs", "h.cbf", "--frame", "1"}).status, 2);
  // The geometry has come through all of them.
  EXPECT_EQ(convert({"d.nxs", "last.cbf"}).status, 0);
  const std::string first = read_bytes(folder_ / "a.cbf"), last = read_bytes(folder_ / "last.cbf");
  for (const char* key : {"# Beam_xy", "# Detector_distance", "# Wavelength", "# Start_angle", "# Angle_increment"}) {
    const auto line = [&](const std::string& file) {
      return file.substr(file.find(key), file.find('\r', file.find(key)) - file.find(key));
    };
    EXPECT_EQ(line(first), line(last));
  }
}

TEST_F(Convert, CountsWhatDoesNotFit) {
  const float values[] = {-5, 1.4f, 70000, std::nanf(""), 3e9f, 7.5f};
  folder_.write("x.bin", std::string(reinterpret_cast<const char*>(values), sizeof values));
  const ProgramResult smv =
      run_program("femtobragg", {"convert", "x.bin", "x.img", "--shape", "3", "2", "--offset", "1"}, folder_.path());
  EXPECT_EQ(smv.status, 0) << smv.err;
  EXPECT_EQ(pixels("x.img"), (std::vector<float>{0, 2, 65535, 0, 65535, 9}));
  for (const char* text : {"2 pixels of x.img", "stored as 65535", "being too small", "not being numbers"})
    EXPECT_NE(smv.err.find(text), std::string::npos) << smv.err;
  run_program("femtobragg", {"convert", "x.bin", "x.cbf", "--shape", "3", "2", "--scale", "2"}, folder_.path());
  EXPECT_EQ(pixels("x.cbf"), (std::vector<float>{-10, 3, 140000, -1, 2147483648.0f, 15})) << "-1 is no count";
}

TEST_F(Convert, PedestalsStayInSmvAndComeOffElsewhere) {
  const float values[] = {0, 1, 2, 3, 500, 7};
  folder_.write("x.bin", std::string(reinterpret_cast<const char*>(values), sizeof values));
  const auto convert = [&](const Words& words) {
    const ProgramResult result = run_program("femtobragg", words, folder_.path());
    EXPECT_EQ(result.status, 0) << result.err;
  };
  convert({"convert", "x.bin", "x.img", "--shape", "3", "2", "--offset", "40"});
  convert({"convert", "x.img", "y.img", "--scale", "2", "--offset", "3"});
  EXPECT_NE(read_bytes(folder_ / "y.img").find("ADC_OFFSET=83;"), std::string::npos);
  EXPECT_EQ(pixels("y.img"), (std::vector<float>{83, 85, 87, 89, 1083, 97}));
  for (const char* to : {"y.cbf", "y.tif", "y.npy"}) {
    convert({"convert", "x.img", to});
    EXPECT_EQ(pixels(to), std::vector<float>(std::begin(values), std::end(values))) << to;
  }
}

/// Noise below a pedestal stays noise: it becomes no mark by being taken off.
TEST_F(Convert, NoiseBelowThePedestalStaysCounts) {
  const float values[] = {37, 38, 39, 40, 41, 42};
  folder_.write("x.bin", std::string(reinterpret_cast<const char*>(values), sizeof values));
  const auto convert = [&](const Words& words) {
    const ProgramResult result = run_program("femtobragg", words, folder_.path());
    EXPECT_EQ(result.status, 0) << result.err;
    return result.err;
  };
  convert({"convert", "x.bin", "x.img", "--shape", "3", "2"});
  std::string image = read_bytes(folder_ / "x.img");
  image.replace(image.find("ADC_OFFSET=0;"), 13, "ADC_OFFSET=40");
  image.insert(image.find("ADC_OFFSET=40") + 13, ";");
  image.erase(511, 1);
  folder_.write("x.img", image);
  for (const char* to : {"y.tif", "y.npy"}) {
    EXPECT_EQ(convert({"convert", "x.img", to}), "") << to;
    const formats::Frame frame = formats::read_pixels((folder_ / to).string());
    EXPECT_EQ(frame.pixels, (std::vector<float>{-3, -2, -1, 0, 1, 2})) << to;
    EXPECT_EQ(frame.tally().excluded(), 0u) << to << frame.tally().excluded_in_words();
  }
  const std::string warned = convert({"convert", "x.img", "y.cbf"});
  EXPECT_NE(warned.find("warning: 2 pixels of y.cbf are -1 or -2"), std::string::npos) << warned;
  EXPECT_EQ(convert({"convert", "x.img", "z.cbf", "--offset", "40"}), "");
  EXPECT_EQ(formats::read_pixels((folder_ / "z.cbf").string()).tally().excluded(), 0u);
}

/// What an .nxs says of the least that counts goes with the pixels.
TEST_F(Convert, NoiseBelowThePedestalCountsInNexus) {
  write("-fluence 1e20 -adc 2 -o n.img");
  const ProgramResult result =
      run_program("femtobragg", {"convert", "n.img", "n.nxs", "--offset", "-3"}, folder_.path());
  ASSERT_EQ(result.status, 0) << result.err;
  const formats::Frame frame = formats::read_pixels((folder_ / "n.nxs").string());
  EXPECT_LT(*std::ranges::min_element(frame.pixels), -0.5f);
  EXPECT_EQ(frame.tally()[PixelState::Negative], 0u);
}

TEST_F(Convert, KeepsWhatItReads) {
  write("-o one.nxs");
  const std::string before = read_bytes(folder_ / "one.nxs");
  const ProgramResult result = run_program("femtobragg", {"geometry", "one.nxs", "one.nxs"}, folder_.path());
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.err.find("replace the input"), std::string::npos) << result.err;
  EXPECT_EQ(read_bytes(folder_ / "one.nxs"), before);
}

/// Only -1 and -2 mark pixels without a count; what lies below a pedestal is a count.
TEST_F(Convert, NegativeCountsAreCounts) {
  const float values[] = {-3, -1, -2, 0, 5, 7};
  folder_.write("x.bin", std::string(reinterpret_cast<const char*>(values), sizeof values));
  const auto convert = [&](const Words& words) {
    const ProgramResult result = run_program("femtobragg", words, folder_.path());
    EXPECT_EQ(result.status, 0) << result.err;
    return result.err;
  };
  convert({"convert", "x.bin", "x.cbf", "--shape", "3", "2"});
  for (const char* to : {"y.cbf", "y.tif"}) {
    convert({"convert", "x.cbf", to, "--offset", "40"});
    EXPECT_EQ(pixels(to), (std::vector<float>{37, -1, -2, 40, 45, 47})) << to;
  }
  convert({"convert", "x.cbf", "y.npy", "--offset", "40"});
  const std::vector<float> photons = pixels("y.npy");
  EXPECT_TRUE(std::isnan(photons[1]) && std::isnan(photons[2])) << "floats have no marks";
  EXPECT_EQ(photons[0], 37);
  convert({"convert", "x.cbf", "y.img", "--offset", "40"});
  EXPECT_EQ(pixels("y.img"), (std::vector<float>{37, 0, 0, 40, 45, 47}));
  // A pedestal that rounds to nothing has no counts above it.
  write("-fluence 1e15 -adc 0.3 -o dark.img");
  EXPECT_EQ(convert({"convert", "dark.img", "dark.npy"}).find("no count"), std::string::npos);
}

/// Outside -roi an .img holds 0, below its pedestal: that is no count.
TEST_F(Convert, PixelsWithoutCountsStayWithout) {
  write("-roi 10 80 0 69 -o r.img");
  const std::vector<float> stored = pixels("r.img");
  ASSERT_EQ(stored[0], 0);
  for (const char* to : {"r.cbf", "r.tif", "r.npy"}) {
    const ProgramResult result = run_program("femtobragg", {"convert", "r.img", to, "--scale", "2"}, folder_.path());
    EXPECT_NE(result.err.find("no count"), std::string::npos) << result.err;
    const std::vector<float> converted = pixels(to);
    for (std::size_t i = 0; i < stored.size(); ++i)
      if (stored[i] == 0 && std::string_view(to) == "r.npy")
        ASSERT_TRUE(std::isnan(converted[i])) << i;
      else
        ASSERT_EQ(converted[i], stored[i] == 0 ? -1 : 2 * (stored[i] - 40)) << to << " " << i;
  }
}

TEST_F(Convert, CompressedImagesAreReadOrNamed) {
  if (std::system("gzip --version > /dev/null 2>&1 && bzip2 --version > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "no gzip and bzip2";
  write("-o n.cbf");
  const std::vector<float> counts = pixels("n.cbf");
  for (const std::string packer : {"gzip", "bzip2"}) {
    ASSERT_EQ(std::system(("cd '" + folder_.path().string() + "' && " + packer + " -c n.cbf > packed").c_str()), 0);
    const ProgramResult result = run_program("femtobragg", {"convert", "packed", "x.nxs"}, folder_.path());
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(pixels("x.nxs"), counts) << packer;
  }
  folder_.write("n.xz",
                "\xfd"
                "7zXZ and more");
  const ProgramResult result = run_program("femtobragg", {"convert", "n.xz", "x.npy"}, folder_.path());
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("compressed by xz"), std::string::npos) << result.err;
}

TEST_F(Convert, SaturationGoesAlong) {
  const float values[] = {5, 60, 61, 70, 0, 7};
  folder_.write("x.bin", std::string(reinterpret_cast<const char*>(values), sizeof values));
  const auto convert = [&](const Words& words) {
    const ProgramResult result = run_program("femtobragg", words, folder_.path());
    EXPECT_EQ(result.status, 0) << result.err;
    return result.err;
  };
  convert({"convert", "x.bin", "plain.cbf", "--shape", "3", "2"});
  std::string cbf = read_bytes(folder_ / "plain.cbf");
  const std::string word = "# Detector: unknown\r\n";
  cbf.insert(cbf.find(word) + word.size(), "# Count_cutoff 60 counts\r\n");
  folder_.write("x.cbf", cbf);
  for (const char* to : {"y.cbf", "y.tif", "y.img"}) {
    convert({"convert", "x.cbf", to, "--scale", "2", "--offset", "1"});
    const formats::Frame frame = formats::read_pixels((folder_ / to).string());
    EXPECT_EQ(frame.tally()[PixelState::Overloaded], 2u) << to;
    EXPECT_EQ(frame.pixels[1], 121) << to;
  }
  EXPECT_NE(convert({"convert", "x.cbf", "y.npy"}).find("2 pixels of x.cbf are overloaded"), std::string::npos);
}

/// Whatever they are packed with, frames are the same.
TEST_F(Convert, FramesArePackedAsChosen) {
  std::vector<float> counts;
  for (const std::string name : {"gzip", "bslz4", "none"}) {
    const std::string file = name + ".nxs";
    write("-compression " + name + " -o " + file);
    if (counts.empty()) counts = pixels(file);
    EXPECT_EQ(pixels(file), counts) << name;
    run_program("femtobragg", {"convert", "gzip.nxs", "again.nxs", "--compression", name}, folder_.path());
    EXPECT_EQ(pixels("again.nxs"), counts) << name;
  }
  const auto size = [&](const char* file) { return std::filesystem::file_size(folder_ / file); };
  EXPECT_NE(read_bytes(folder_ / "bslz4.nxs").find("bitshuffle"), std::string::npos);
  EXPECT_LT(size("gzip.nxs"), size("none.nxs"));
  EXPECT_EQ(
      run_program("femtobragg", {"convert", "gzip.nxs", "x.cbf", "--compression", "bslz4"}, folder_.path()).status, 2);
  EXPECT_EQ(run_program("femtobragg", {"convert", "gzip.nxs", "x.nxs", "--compression", "lzf"}, folder_.path()).status,
            2);
}

/// What few bytes claim to be takes no memory.
TEST_F(Convert, HugeDataSetsOfFillValuesAreRefused) {
  if (!has_module("h5py")) GTEST_SKIP() << "no h5py for " << python;
  write("-o n.nxs");
  script(R"(
import h5py
with h5py.File('n.nxs', 'r+') as file:
    del file['entry/data/data']
    file['entry/data'].create_dataset('data', (1, 40000, 40000), 'u4', chunks=(1, 400, 400), compression='gzip')
)",
         {});
  const ProgramResult result = run_program("femtobragg", {"convert", "n.nxs", "x.npy"}, folder_.path());
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("are not in the file"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace femtobragg::tests
