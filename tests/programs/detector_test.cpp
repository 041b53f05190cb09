// The response of a detector by command line: simulate, detect, what files say of it, and what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "femtobragg/formats/image/image_file.h"
#include "femtobragg/formats/image/smv.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

class DetectorResponse : public testing::Test {
 protected:
  ProgramResult simulate(std::vector<std::string> more) {
    std::vector<std::string> words = {
        "simulate", "-default_F", "100", "-cell",     "40",        "50",           "60",   "90",
        "90",       "90",         "-N",  "5",         "-detector", "pilatus-100k", "-roi", "0",
        "99",       "0",          "79",  "-lambda",   "1",         "-water",       "200",  "-flux",
        "1e14",     "-exposure",  "0.1", "-beamsize", "0.1",       "-seed",        "5",    "-quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return run_program("femtobragg", words, folder_.path());
  }
  ProgramResult detect(std::vector<std::string> words) {
    words.insert(words.begin(), "detect");
    return run_program("femtobragg", words, folder_.path());
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  formats::Frame frame(const std::string& name) const { return formats::read_pixels(path(name)); }
  std::string bytes(const std::string& name) const { return read_bytes(folder_ / name); }

  TemporaryFolder folder_;
};

TEST_F(DetectorResponse, IsTheSameBySimulateByDetectAndByAScene) {
  ASSERT_EQ(
      simulate({"-response", "fibre-ccd", "-o", "a.tif", "-o", "p.npy", "-save_scene", "s.toml"}).err.find("error"),
      std::string::npos);
  ASSERT_EQ(simulate({"-nonoise", "-o", "p.nxs"}).status, 0);
  const ProgramResult found = detect({"p.nxs", "b.tif", "-response", "fibre-ccd", "--seed", "5", "--exposure", "0.1"});
  ASSERT_EQ(found.status, 0) << found.err;
  EXPECT_EQ(frame("a.tif").counts, frame("b.tif").counts);
  ASSERT_EQ(run_program("femtobragg", {"simulate", "s.toml", "-o", "c.tif", "-quiet"}, folder_.path()).status, 0);
  EXPECT_EQ(frame("a.tif").counts, frame("c.tif").counts);
  const formats::Frame photons = frame("p.npy");
  EXPECT_EQ(photons.pixels, frame("p.nxs").pixels) << "files of photons have no response";
}

TEST_F(DetectorResponse, DoesNotDependOnThreads) {
  for (const char* threads : {"1", "2", "5"})
    ASSERT_EQ(simulate({"-response", "rayonix", "-threads", threads, "-o", std::string(threads) + ".tif"}).status, 0);
  EXPECT_EQ(bytes("1.tif"), bytes("2.tif"));
  EXPECT_EQ(bytes("1.tif"), bytes("5.tif"));
}

TEST_F(DetectorResponse, StandsInHeaders) {
  ASSERT_EQ(
      simulate({"-response", "fibre-ccd", "-saturation", "60000", "-hot_pixels", "0.01", "-o", "a.nxs", "-o", "a.cbf"})
          .status,
      0);
  for (const char* name : {"a.nxs", "a.cbf"}) {
    const formats::Frame found = frame(name);
    EXPECT_EQ(found.pedestal, 40) << name;
    EXPECT_EQ(found.most, 60000) << name;
    const auto bad = std::ranges::count_if(found.states, [](PixelState state) { return state != PixelState::Counts; });
    EXPECT_GT(bad, 487 * 195 - 100 * 80 + 30) << name << ": hot pixels are marked";
  }
  EXPECT_NE(bytes("a.cbf").find("_array_intensities.gain 1.825"), std::string::npos);
  ASSERT_EQ(detect({"a.nxs", "b.cbf"}).status, 2) << "counts are no photons";
}

TEST_F(DetectorResponse, StandsInTheHeaderOfSmv) {
  ASSERT_EQ(
      run_program("femtobragg", {"simulate", "-default_F", "100",       "-cell",     "40",          "50",         "60",
                                 "90",       "90",         "90",        "-N",        "5",           "-detpixels", "64",
                                 "-lambda",  "1",          "-response", "fibre-ccd", "-saturation", "60000",      "-o",
                                 "a.img",    "-quiet",     "-seed",     "1"},
                  folder_.path())
          .status,
      0);
  const std::string header = bytes("a.img").substr(0, 1024);
  for (const char* entry : {"GAIN=1.825;", "IMAGE_PEDESTAL=40;", "ADC_OFFSET=40;", "CCD_IMAGE_SATURATION=60001;"})
    EXPECT_NE(header.find(entry), std::string::npos) << entry;
  EXPECT_EQ(frame("a.img").pedestal, 40);
}

TEST_F(DetectorResponse, WritesTheValuesAfterAStage) {
  ASSERT_EQ(simulate({"-response", "fibre-ccd", "-o", "p.npy", "-o", "photons.npy:stage=photons", "-o",
                      "counted.npy:stage=counting", "-o", "gained.npy:stage=gain"})
                .status,
            0);
  EXPECT_EQ(frame("p.npy").pixels, frame("photons.npy").pixels);
  const formats::Frame counted = frame("counted.npy");
  for (const float photons : counted.pixels) EXPECT_EQ(photons, std::floor(photons));
  const auto sum = [](const formats::Frame& f) { return std::accumulate(f.pixels.begin(), f.pixels.end(), 0.0); };
  EXPECT_NEAR(sum(frame("gained.npy")) / sum(counted), 1.825, 0.1);
  const ProgramResult series =
      simulate({"-response", "ideal", "-osc", "0.1", "-frames", "2", "-o", "x_##.npy:stage=counting"});
  ASSERT_EQ(series.status, 0) << series.err;
  EXPECT_NE(frame("x_01.npy").pixels, frame("x_02.npy").pixels);
}

TEST_F(DetectorResponse, WritesPartsThatAddUp) {
  ASSERT_EQ(simulate({"-background", "kapton:thick=0.1", "-dtype", "float64", "-o", "all.npy", "-o", "s.npy:part=spots",
                      "-o", "b.npy:part=background", "-o", "w.npy:part=water", "-o", "k.npy:part=kapton"})
                .status,
            0);
  const formats::Frame all = frame("all.npy"), spots = frame("s.npy"), background = frame("b.npy"),
                       water = frame("w.npy"), kapton = frame("k.npy");
  for (std::size_t i = 0; i < all.pixels.size(); ++i) {
    const double sum = static_cast<double>(spots.pixels[i]) + static_cast<double>(background.pixels[i]);
    EXPECT_NEAR(static_cast<double>(all.pixels[i]), sum, 1e-6 * sum);
    EXPECT_NEAR(static_cast<double>(water.pixels[i] + kapton.pixels[i]), static_cast<double>(background.pixels[i]),
                1e-6 * sum);
  }
  EXPECT_GT(*std::ranges::max_element(kapton.pixels), 0);
  EXPECT_GT(*std::ranges::max_element(spots.pixels), 0);
  const ProgramResult refused = simulate({"-o", "x.npy:part=ice"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("its parts are spots, background, water"), std::string::npos) << refused.err;
}

TEST_F(DetectorResponse, RefusesWhatCannotBe) {
  const auto refusal = [&](const std::vector<std::string>& words) {
    const ProgramResult found = simulate(words);
    EXPECT_EQ(found.status, 2) << words.front();
    return found.err;
  };
  const auto has = [](const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  has(refusal({"-response", "eigerr", "-o", "x.cbf"}), "known are ideal, pilatus, eiger");
  has(refusal({"-flicker", "-0.1", "-o", "x.cbf"}), "-flicker");
  has(refusal({"-psf", "square", "-o", "x.cbf"}), "gauss or fibre");
  has(refusal({"-gain", "0", "-o", "x.cbf"}), "above zero");
  has(refusal({"-dead_pixels", "2", "-o", "x.cbf"}), "0 to 1");
  has(refusal({"-dead_pixels", "0.7", "-hot_pixels", "0.7", "-o", "x.cbf"}), "together");
  has(refusal({"-gain_ranges", "1:2:3", "-o", "x.cbf"}), "GAIN:PEDESTAL:NOISE:MOST");
  has(refusal({"-gain_ranges", "1:2:3:9,1:2:3:4", "-o", "x.cbf"}), "more photons");
  has(refusal({"-raw", "-o", "x.cbf"}), "jungfrau");
  has(refusal({"-response", "jungfrau", "-raw", "-gain", "3", "-o", "x.cbf"}), "-raw");
  has(refusal({"-response", "eiger", "-o", "x.cbf:stage=counting"}), "fractions");
  has(refusal({"-response", "eiger", "-o", "x.npy:stage=gain"}), "this response has photons");
  has(refusal({"-response", "eiger", "-o", "x.npy:stage=colour"}), "no such stage");
  has(refusal({"-response", "pilatus", "-adc", "3", "-o", "x.cbf"}), "-pedestal instead of -adc");
  simulate({"-nonoise", "-o", "p.npy"});
  has(detect({"p.npy", "x.img", "-response", "pilatus", "--pixel", "0.172"}).err, "1048575");
  has(detect({"p.npy", "x.tif", "-response", "pilatus"}).err, "--pixel");
  has(detect({"p.npy", "x.tif", "--pixel", "0"}).err, "above 0");
  EXPECT_EQ(detect({"p.npy", "x.img", "-response", "pilatus", "-saturation", "65534", "--pixel", "0.172"}).status, 0);
  has(detect({"p.npy", "x.npy:part=spots"}).err, "only simulate");
  const ProgramResult unknown = detect({"p.npy", "x.tif", "-response", "jungfrau"});
  EXPECT_EQ(unknown.status, 2);
  has(unknown.err, "--energy");
  EXPECT_EQ(detect({"p.npy", "x.tif", "-response", "jungfrau", "--energy", "12000"}).status, 0);
  has(detect({"p.npy"}).err, "IN and OUT");
  has(detect({"p.npy", "p.npy:stage=counting"}).err, "p.npy");
  has(detect({"p.npy", "x.nxs"}).err, "detector position");
  has(detect({"--list"}).out, "J. M. Holton");
}

}  // namespace
}  // namespace femtobragg::tests
