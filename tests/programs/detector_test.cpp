// The response of a detector by command line: simulate, detect, what files say of it, and what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
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

/// Light of phi steps belongs to seed, frame and step: whatever threads, and however often a series is taken up again.
TEST_F(DetectorResponse, GivesPhiStepsTheirOwnLight) {
  const auto series = [&](const char* name, const char* threads, const char* seed) {
    const std::string pattern = std::string(name) + "_####.npy";
    return simulate({"-osc", "1", "-phisteps", "4", "-frames", "3", "-flicker", "0.1", "-shutter_jitter", "1",
                     "-flicker_in_steps", "-flicker_seed", seed, "-threads", threads, "-o", pattern});
  };
  ASSERT_EQ(series("a", "1", "7").status, 0);
  ASSERT_EQ(series("b", "3", "7").status, 0);
  ASSERT_EQ(series("c", "2", "8").status, 0);
  std::filesystem::remove(folder_ / "b_0002.npy");
  ASSERT_EQ(series("b", "2", "7").status, 0);
  for (const char* frame : {"_0001.npy", "_0002.npy", "_0003.npy"}) {
    EXPECT_EQ(bytes(std::string("a") + frame), bytes(std::string("b") + frame));
    EXPECT_NE(bytes(std::string("a") + frame), bytes(std::string("c") + frame));
  }
  ASSERT_EQ(simulate({"-osc", "1", "-phisteps", "4", "-o", "steady.npy"}).status, 0);
  ASSERT_EQ(simulate({"-osc", "1", "-phisteps", "4", "-flicker", "0.1", "-o", "stage.npy"}).status, 0);
  EXPECT_EQ(bytes("steady.npy"), bytes("stage.npy")) << "without the flag photons are those of a steady beam";
  EXPECT_NE(bytes("steady.npy"), bytes("a_0001.npy"));
}

TEST_F(DetectorResponse, RefusesPhiStepsWithoutLightOfTheirOwn) {
  EXPECT_NE(simulate({"-flicker_in_steps", "-o", "a.npy"}).err.find("-flicker_in_steps"), std::string::npos);
  const ProgramResult much =
      simulate({"-osc", "1", "-phisteps", "100", "-flicker", "0.1", "-flicker_in_steps", "-o", "a.npy"});
  EXPECT_EQ(much.status, 2);
  EXPECT_NE(much.err.find("fewer phi steps"), std::string::npos) << much.err;
  ASSERT_EQ(simulate({"-o", "p.npy"}).status, 0);
  const ProgramResult late = detect({"p.npy", "a.tif", "-flicker", "0.1", "-flicker_in_steps"});
  EXPECT_EQ(late.status, 2);
  EXPECT_NE(late.err.find("femtobragg simulate"), std::string::npos) << late.err;
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

/// Readers take off the pedestal that a file states.
TEST_F(DetectorResponse, StandsInFilesOfTheStagesThatBringIt) {
  const ProgramResult run = simulate({"-response",   "fibre-ccd",
                                      "-saturation", "60000",
                                      "-hot_pixels", "0.01",
                                      "-o",          "p.npy",
                                      "-o",          "photons.nxs:stage=photons",
                                      "-o",          "spots.nxs:part=spots",
                                      "-o",          "spots.npy:part=spots",
                                      "-o",          "gain.nxs:stage=gain",
                                      "-o",          "pedestal.nxs:stage=pedestal",
                                      "-o",          "saturation.nxs:stage=saturation",
                                      "-o",          "bad.nxs:stage=bad_pixels"});
  ASSERT_EQ(run.status, 0) << run.err;
  const auto lives = [&](const std::string& name) {
    const formats::Frame found = frame(name);
    return std::ranges::count_if(
        found.states, [](PixelState state) { return state == PixelState::Counts || state == PixelState::Overloaded; });
  };
  EXPECT_EQ(frame("photons.nxs").pixels, frame("p.npy").pixels);
  EXPECT_EQ(frame("spots.nxs").pixels, frame("spots.npy").pixels);
  for (const char* name : {"photons.nxs", "spots.nxs", "gain.nxs"})
    EXPECT_EQ(frame(name).pedestal.value_or(0), 0) << name;
  for (const char* name : {"pedestal.nxs", "saturation.nxs", "bad.nxs"}) EXPECT_EQ(frame(name).pedestal, 40) << name;
  EXPECT_GT(frame("pedestal.nxs").most, 60000) << "that of the detector, which states one too";
  EXPECT_EQ(frame("saturation.nxs").most, 60000);
  EXPECT_EQ(lives("saturation.nxs"), lives("photons.nxs"));
  EXPECT_LT(lives("bad.nxs"), lives("photons.nxs") - 30);

  ASSERT_EQ(detect({"photons.nxs", "again.nxs:stage=photons", "drawn.nxs:stage=pedestal", "-response", "fibre-ccd",
                    "--seed", "5", "--exposure", "0.1"})
                .status,
            0)
      << "photons are photons";
  EXPECT_EQ(frame("again.nxs").pixels, frame("p.npy").pixels);
  EXPECT_EQ(frame("again.nxs").pedestal.value_or(0), 0);
  EXPECT_EQ(frame("drawn.nxs").pedestal, 40);
}

TEST_F(DetectorResponse, IsNotThatOfTheScaledImage) {
  const ProgramResult run = run_program(
      "femtobragg",
      {"simulate", "-default_F", "100",        "-cell",      "40",     "50",      "60",     "90",        "90",
       "90",       "-N",         "5",          "-detpixels", "64",     "-lambda", "1",      "-response", "rayonix",
       "-intfile", "i.img",      "-noisefile", "n.img",      "-scale", "2.5",     "-quiet", "-seed",     "1"},
      folder_.path());
  ASSERT_EQ(run.status, 0) << run.err;
  for (const char* entry : {"GAIN=2.50000e+00;", "IMAGE_PEDESTAL=40;", "ADC_OFFSET=40;"})
    EXPECT_NE(bytes("i.img").substr(0, 1024).find(entry), std::string::npos) << entry;
  for (const char* entry : {"GAIN=1;", "IMAGE_PEDESTAL=10;", "ADC_OFFSET=10;"})
    EXPECT_NE(bytes("n.img").substr(0, 1024).find(entry), std::string::npos) << entry;
}

TEST_F(DetectorResponse, OfASeriesIsInTheFileOfAllFrames) {
  const ProgramResult run =
      simulate({"-response", "fibre-ccd", "-osc", "0.1", "-frames", "2", "-o", "all.nxs", "-o", "g.nxs:part=spots"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.err.find("does not state gain"), std::string::npos) << run.err;
  EXPECT_EQ(frame("all.nxs").pedestal, 40);
  EXPECT_EQ(frame("g.nxs").pedestal.value_or(0), 0);
  const ProgramResult note = detect({"g.nxs", "x.tif"});
  EXPECT_EQ(note.status, 0) << note.err;
  EXPECT_NE(note.err.find("the first is used, and --frame selects another"), std::string::npos) << note.err;
}

TEST_F(DetectorResponse, IsDescribedWithItsOrigin) {
  const ProgramResult run = simulate({"-response", "fibre-ccd", "-pedestal", "12", "-show_config", "-o", "x.cbf"});
  ASSERT_EQ(run.status, 0) << run.err;
  const auto line = [&](const std::string& name) {
    const std::size_t at = run.out.find("\n" + name + " ");
    return at == std::string::npos ? std::string() : run.out.substr(at + 1, run.out.find('\n', at + 1) - at - 1);
  };
  EXPECT_NE(line("stages").find("point_spread, flat_field, quanta, gain"), std::string::npos) << run.out;
  EXPECT_NE(line("gain").find("1.825 ADU/photon"), std::string::npos) << line("gain");
  EXPECT_NE(line("gain").find("of fibre-ccd"), std::string::npos) << line("gain");
  EXPECT_NE(line("pedestal").find("-pedestal 12"), std::string::npos) << line("pedestal");
  EXPECT_NE(line("saturation").find("65534"), std::string::npos) << line("saturation");
  EXPECT_NE(line("readout noise").find("2.875"), std::string::npos) << line("readout noise");
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
  // Equal names, and those that mean something else, are numbered.
  folder_.write("spots", "0 10\n1 10\n");
  ASSERT_EQ(simulate({"-background", "spots:molecules=1e15", "-background", "air:thick=1", "-background", "air:thick=2",
                      "-o", "f.npy:part=spots-2", "-o", "one.npy:part=air", "-o", "two.npy:part=air-2"})
                .status,
            0);
  const formats::Frame one = frame("one.npy"), two = frame("two.npy");
  for (std::size_t i = 0; i < one.pixels.size(); ++i)
    EXPECT_NEAR(two.pixels[i], 2 * one.pixels[i], 1e-6 * static_cast<double>(two.pixels[i]));
  EXPECT_NE(frame("f.npy").pixels, frame("s.npy").pixels);
  const ProgramResult refused = simulate({"-o", "x.npy:part=ice"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("its parts are spots, background, water"), std::string::npos) << refused.err;
}

TEST_F(DetectorResponse, TakesTheExposureOfTheHeader) {
  ASSERT_EQ(simulate({"-response", "eiger", "-dead_time", "1e5", "-o", "a.tif", "-save_scene", "s.toml"}).status, 0);
  ASSERT_EQ(simulate({"-nonoise", "-o", "p.nxs", "-o", "p.npy"}).status, 0);
  const auto counts = [&](const std::string& from, const std::vector<std::string>& more) {
    std::vector<std::string> words = {from, "b.tif", "-response", "eiger", "-dead_time", "1e5", "--seed", "5"};
    words.insert(words.end(), more.begin(), more.end());
    const ProgramResult found = detect(words);
    EXPECT_EQ(found.status, 0) << found.err;
    return frame("b.tif").counts;
  };
  EXPECT_EQ(counts("p.nxs", {}), frame("a.tif").counts);
  EXPECT_NE(counts("p.nxs", {"--exposure", "1"}), frame("a.tif").counts);
  const ProgramResult unknown = detect({"p.npy", "b.tif", "-response", "eiger"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("--exposure"), std::string::npos) << unknown.err;
  EXPECT_EQ(detect({"p.npy", "b.tif", "-response", "ideal"}).status, 0) << "photons are counted in any exposure";
}

TEST_F(DetectorResponse, CountsOverloadsOfAConverterThatEnds) {
  const auto overloads = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"-response", "jungfrau", "-flux", "4e13", "-o", "a.nxs"});
    const ProgramResult found = simulate(words);
    EXPECT_EQ(found.status, 0) << found.err;
    const std::size_t at = found.err.find(" pixels of a.nxs are overloaded");
    if (at == std::string::npos) return 0;
    return std::stoi(found.err.substr(found.err.rfind(' ', at - 1) + 1));
  };
  const int shown = overloads({});
  EXPECT_GT(shown, 0);
  const formats::Frame read = frame("a.nxs");
  EXPECT_NEAR(read.most, 14500 / (0.11 * 12.398), 2);
  EXPECT_EQ(std::ranges::count(read.states, PixelState::Overloaded), shown);
  EXPECT_EQ(overloads({"-raw"}), shown);
}

TEST_F(DetectorResponse, CountsPhotonsOrNot) {
  simulate({"-nonoise", "-o", "p.npy"});
  ASSERT_EQ(detect({"p.npy", "off.tif", "-counting", "off"}).status, 0);
  ASSERT_EQ(detect({"p.npy", "on.tif", "-counting", "on"}).status, 0);
  const formats::Frame photons = frame("p.npy"), off = frame("off.tif"), on = frame("on.tif");
  for (std::size_t i = 0; i < photons.pixels.size(); ++i)
    EXPECT_EQ(off.counts[i], std::floor(photons.pixels[i] + 0.5f));
  EXPECT_NE(on.counts, off.counts);
  const ProgramResult both = simulate({"-counting", "on", "-nonoise", "-o", "x.cbf"});
  EXPECT_EQ(both.status, 2);
  EXPECT_NE(both.err.find("-nonoise"), std::string::npos) << both.err;
  EXPECT_NE(simulate({"-counting", "maybe", "-o", "x.cbf"}).err.find("off or on"), std::string::npos);
}

TEST_F(DetectorResponse, SaysWhatHasNoEffect) {
  const auto text = [&](std::vector<std::string> words) {
    words.insert(words.begin(),
                 {"simulate", "-default_F", "100",     "-cell", "40",         "50", "60",    "90", "90", "90",
                  "-N",       "5",          "-lambda", "1",     "-detpixels", "64", "-seed", "5",  "-o", "x.cbf"});
    const ProgramResult found = run_program("femtobragg", words, folder_.path());
    EXPECT_EQ(found.status, 0) << found.err;
    return found.out + found.err;
  };
  const auto says = [&](const std::vector<std::string>& words, const std::string& part) {
    const std::string found = text(words);
    EXPECT_NE(found.find(part), std::string::npos) << part << "\n" << found;
  };
  says({"-psf", "fibre"}, "without effect in this run: -psf fibre");
  says({"-dead_time_kind", "retrigger"}, "without effect in this run: -dead_time_kind retrigger");
  says({"-detector_seed", "3"}, "without effect in this run: -detector_seed 3");
  says({"-show_bad_pixels"}, "without effect in this run: -show_bad_pixels");
  says({"-quanta", "7", "-nonoise"}, "without effect in this run: -quanta 7");
  says({"-psf_fwhm", "100", "-roi", "0", "9", "0", "9"}, "spread no light into their neighbours");
  const std::string fine =
      text({"-psf", "fibre", "-psf_fwhm", "80", "-dead_time_kind", "retrigger", "-dead_time", "100", "-dead_pixels",
            "0.01", "-detector_seed", "3", "-show_bad_pixels", "-quanta", "7"});
  EXPECT_EQ(fine.find("without effect"), std::string::npos) << fine;
  EXPECT_EQ(fine.find("spread no light"), std::string::npos) << fine;
  EXPECT_EQ(text({"-nonoise", "-readout_noise", "3"}).find("-seed"), std::string::npos) << "read-out noise is drawn";
}

TEST_F(DetectorResponse, KeepsInfinityInScenes) {
  const std::vector<std::string> words = {"-saturation", "inf", "-gain_ranges", "500:2500:12:20,-17:14500:3:inf"};
  for (const char* name : {"s.toml", "s.json"}) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"-o", "a.tif", "-save_scene", name});
    ASSERT_EQ(simulate(all).status, 0);
    ASSERT_EQ(run_program("femtobragg", {"simulate", name, "-o", "b.tif", "-quiet"}, folder_.path()).status, 0);
    EXPECT_EQ(frame("a.tif").counts, frame("b.tif").counts);
  }
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
  has(refusal({"-psf", "square", "-o", "x.cbf"}), "gaussian or fibre");
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
  has(refusal({"-response", "eiger", "-o", "x.npy:stage="}), "a name is missing");
  has(refusal({"-o", "x.npy:part="}), "a name is missing");
  has(refusal({"-o", "x.npy:stage=counting:part=spots"}), "a stage and a part");
  has(refusal({"-floatfile", "a.bin:stage=counting"}), "only files of -o");
  has(refusal({"-noisefile", "n.img:part=spots"}), "only files of -o");
  has(refusal({"-response", "rayonix", "-saturation", "65535", "-o", "x.img"}), "65534");
  simulate({"-nonoise", "-o", "p.npy"});
  has(detect({"p.npy", "x.img", "-response", "pilatus", "--exposure", "0.1"}).err, "1048575");
  has(detect({"p.npy", "x.tif", "-response", "rayonix"}).err, "--pixel");
  has(detect({"p.npy", "x.tif", "--pixel", "0"}).err, "above 0");
  has(detect({"p.npy", "x.tif", "--exposure", "0"}).err, "above 0");
  EXPECT_EQ(detect({"p.npy", "x.img", "-response", "pilatus", "-saturation", "65534", "--exposure", "0.1"}).status, 0);
  has(detect({"p.npy", "x.tif", "-dead_pixels", "0.7", "-hot_pixels", "0.7"}).err, "-dead_pixels, -hot_pixels and");
  has(detect({"p.npy", "x.npy:part=spots"}).err, "only simulate");
  const ProgramResult unknown = detect({"p.npy", "x.tif", "-response", "jungfrau", "--pixel", "0.075"});
  EXPECT_EQ(unknown.status, 2);
  has(unknown.err, "--energy");
  EXPECT_EQ(detect({"p.npy", "x.tif", "-response", "jungfrau", "--energy", "12000", "--pixel", "0.075"}).status, 0);
  has(detect({"p.npy", "x.tif", "--list"}).err, "--list");
  has(detect({"p.npy", "x.img", "-response", "rayonix", "-saturation", "65535", "--pixel", "0.1"}).err, "65534");
  has(detect({"p.npy"}).err, "IN and OUT");
  has(detect({"p.npy", "p.npy:stage=counting"}).err, "p.npy");
  has(detect({"p.npy", "x.nxs"}).err, "detector position");
  has(detect({"--list"}).out, "J. M. Holton");
}

}  // namespace
}  // namespace femtobragg::tests
