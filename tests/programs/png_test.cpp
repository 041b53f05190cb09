// Pictures of simulated and converted images, as the flags ask for them.
#include <gtest/gtest.h>

#include <cstdint>

#include "tests/programs/image_formats.h"

namespace femtobragg::tests {
namespace {

class PngFlags : public ImageRuns {
 protected:
  ProgramResult command(const std::string& text) const {
    return run_program("femtobragg", words_of(text), folder_.path());
  }
  void expect_done(const std::string& text) const {
    const ProgramResult result = command(text);
    EXPECT_EQ(result.status, 0) << text << "\n" << result.err;
  }
  void expect_refused(const std::string& text, const Words& parts) const {
    const ProgramResult result = command(text);
    EXPECT_EQ(result.status, 2) << text << "\n" << result.err;
    for (const std::string& part : parts) EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  }
  /// Width and height in the header of a PNG.
  std::pair<int, int> size_of(const std::string& name) const {
    const std::string bytes = read_bytes(folder_ / name);
    const auto number = [&](std::size_t at) {
      int value = 0;
      for (std::size_t i = at; i < at + 4; ++i) value = value * 256 + static_cast<unsigned char>(bytes.at(i));
      return value;
    };
    return {number(16), number(20)};
  }
};

TEST_F(PngFlags, SimulateAndConvertDrawTheSamePicture) {
  write("-nonoise -o n.nxs -o a.png -png_rings -png_spots -png_colours sea -truth t.h5 -truth_fraction 1e-5");
  expect_done("convert n.nxs b.png --png-rings --png-spots t.h5 --png-colours sea");
  EXPECT_EQ(read_bytes(folder_ / "a.png"), read_bytes(folder_ / "b.png"));
  EXPECT_EQ(size_of("a.png"), std::pair(90, 70));
  write("-nonoise -o plain.png");
  EXPECT_NE(read_bytes(folder_ / "a.png"), read_bytes(folder_ / "plain.png"));
}

TEST_F(PngFlags, EachFlagChangesThePicture) {
  write("-o plain.png");
  const std::string plain = read_bytes(folder_ / "plain.png");
  for (const char* flags : {"-png_rings", "-png_rings_at 8,4", "-png_bar", "-png_spots", "-png_colours ink",
                            "-png_layout lab", "-png_size 180", "-png_scale linear", "-png_percentile 80"}) {
    write(std::string("-o other.png ") + flags);
    if (std::string(flags) == "-png_layout lab")
      EXPECT_EQ(size_of("other.png"), std::pair(90, 70)) << "one upright panel";
    else
      EXPECT_NE(read_bytes(folder_ / "other.png"), plain) << flags;
  }
  EXPECT_EQ((write("-o large.png -png_size 180"), size_of("large.png")), std::pair(180, 140));
}

TEST_F(PngFlags, TheSizeAndTheScaleAreTold) {
  write("-nonoise -o n.nxs");
  const std::string out = command("convert n.nxs large.png --png-size 180").out;
  EXPECT_NE(out.find("wrote large.png, 180 x 140 pixels, lightest = "), std::string::npos) << out;
  EXPECT_NE(out.find(", darkest = "), std::string::npos) << out;
  const std::string light = command("convert n.nxs light.png --png-colours heat").out;
  EXPECT_NE(light.find("wrote light.png, 90 x 70 pixels, darkest = "), std::string::npos) << light;
  const ProgramResult run = command("simulate " + ImageRuns::run() + "-nonoise -o s.png -png_rings_at 0.1,30");
  EXPECT_NE(run.out.find("writing s.png, 90 x 70 pixels, lightest = "), std::string::npos) << run.out;
  EXPECT_NE(run.err.find("s.png: the ring at 0.1 A is off the detector"), std::string::npos) << run.err;
  EXPECT_EQ(run.err.find("the ring at 30 A"), std::string::npos) << run.err;
  EXPECT_NE(command("convert n.nxs s.png --png-rings-at 0.1,30").err.find("the ring at 0.1 A is off the detector"),
            std::string::npos);
}

TEST_F(PngFlags, PanelsAreDrawnAsTheyStand) {
  const std::string run =
      "simulate -default_F 100 -cell 70 80 90 -N 2 -detector cspad -distance 100 -lambda 1.3 -nonoise ";
  expect_done(run + "-o lab.png -png_size 600 -o c.nxs");
  expect_done(run + "-o data.png -png_layout data");
  expect_done("convert c.nxs lab2.png --png-size 600");
  EXPECT_EQ(read_bytes(folder_ / "lab.png"), read_bytes(folder_ / "lab2.png"));
  EXPECT_NE(size_of("lab.png"), size_of("data.png"));
  EXPECT_EQ(std::max(size_of("lab.png").first, size_of("lab.png").second), 600);
}

TEST_F(PngFlags, WhatCannotBeDrawnIsRefused) {
  write("-nonoise -o n.nxs -o n.npy");
  expect_refused("convert n.npy x.png --png-rings", {"rings of resolution need the geometry"});
  expect_refused("convert n.npy x.png --png-layout lab", {"needs the geometry"});
  expect_refused("convert n.nxs x.tif --png-rings", {"--png-rings", ".png"});
  expect_refused("convert n.nxs x.png --png-colours jet", {"grey|ink|inverse|sea|heat"});
  expect_refused("convert n.nxs x.png --png-rings-at 3,x", {"--png-rings-at", "'3,x'"});
  expect_refused("convert n.nxs x.png --png-spots t.csv", {"'t.csv'", "HDF5"});
  for (const auto& [flags, text] : {std::pair{"-png_colours jet", "grey, ink, inverse, sea, heat"},
                                    {"-png_layout round", "lab or data"},
                                    {"-png_size 3", "16 to 16384"},
                                    {"-png_rings_at 3,-1", "above zero"}})
    expect_refused("simulate -default_F 1 -cell 9 9 9 -detpixels 9 -o x.png " + std::string(flags), {text});
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x.png"));
}

}  // namespace
}  // namespace femtobragg::tests
