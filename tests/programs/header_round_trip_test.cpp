// Our own images give their geometry back, whatever the convention that reads them.
#include <gtest/gtest.h>

#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

TEST(HeaderRoundTrip, NearPointIsReadInTheXdsConvention) {
  const TemporaryFolder folder;
  const std::vector<std::string> crystal = {"-default_F", "100", "-cell", "50", "-N", "3", "-oversample", "1"};
  const auto simulate = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "simulate");
    words.insert(words.end(), crystal.begin(), crystal.end());
    return run_program("femtobragg", words, folder.path());
  };
  ASSERT_EQ(simulate({"-Xbeam", "3", "-Ybeam", "6", "-pixel", "1", "-detpixels", "10", "-intfile", "a.img"}).status, 0);
  const ProgramResult read = simulate({"-xds", "-img", "a.img", "-show_config", "-o", "b.npy"});
  ASSERT_EQ(read.status, 0) << read.err;
  // MOSFLM's (X, Y) is (slow, fast) without half a pixel: the beam is at fast 6.5, slow 3.5 mm.
  EXPECT_NE(read.out.find("near point fast slow       6.5 3.5 mm"), std::string::npos) << read.out;
}

/// -img and -geometry read one header alike, or say where they do not.
class OneHeader : public testing::Test {
 protected:
  ProgramResult simulate(const std::vector<std::string>& words) {
    std::vector<std::string> all = {"simulate",    "-default_F", "100",     "-cell", "50", "-N",   "3",
                                    "-oversample", "1",          "-lambda", "1",     "-o", "b.npy"};
    all.insert(all.end(), words.begin(), words.end());
    return run_program("femtobragg", all, folder_.path());
  }
  void write(const std::string& entries) {
    std::string text = "{\nHEADER_BYTES=512;\nSIZE1=8;\nSIZE2=8;\nBYTE_ORDER=little_endian;\n" + entries + "}\f";
    text.resize(512 + 2 * 64, ' ');
    folder_.write("x.img", text);
  }
  TemporaryFolder folder_;
};

TEST_F(OneHeader, UnitsAreRead) {
  write("PIXEL_SIZE=1000 um;\nDISTANCE=0.2 m;\nBEAM_CENTER_X=4;\nBEAM_CENTER_Y=4;\n");
  for (const char* flag : {"-img", "-geometry"}) {
    const ProgramResult result = simulate({flag, "x.img", "-show_config"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_NE(result.out.find("200 mm"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("1 mm"), std::string::npos) << result.out;
  }
  for (const char* entry : {"DISTANCE=100,5;\n", "DISTANCE=abc;\n", "PIXEL_SIZE=1 furlong;\n"}) {
    write(std::string("BEAM_CENTER_X=4;\nBEAM_CENTER_Y=4;\nPIXEL_SIZE=1;\nDISTANCE=9;\n") + entry);
    for (const char* flag : {"-img", "-geometry"}) {
      const ProgramResult result = simulate({flag, "x.img"});
      EXPECT_EQ(result.status, 1) << flag << entry;
      EXPECT_NE(result.err.find("x.img"), std::string::npos) << result.err;
    }
  }
}

/// The corner of the first panel in a geometry file, mm.
std::string corner_of(const std::string& file, const TemporaryFolder& folder) {
  const ProgramResult told = run_program("femtobragg", {"geometry", file}, folder.path());
  EXPECT_EQ(told.status, 0) << told.err;
  const std::size_t at = told.out.find("corner at ");
  return at == std::string::npos ? told.out : told.out.substr(at, told.out.find(" mm", at) - at);
}

TEST_F(OneHeader, PutsTheBeamInOnePlace) {
  const std::string plain = "PIXEL_SIZE=1;\nDISTANCE=100;\nBEAM_CENTER_X=3;\nBEAM_CENTER_Y=4;\n";
  for (const std::string keys : {"", "DENZO_X_BEAM=3.5;\nDENZO_Y_BEAM=4.5;\n", "DENZO_X_BEAM=1;\nDENZO_Y_BEAM=2;\n",
                                 "DIALS_ORIGIN=-4.5,3.5,-100;\n"}) {
    write(plain + keys);
    for (const char* convention : {"-quiet", "-denzo"}) {
      ASSERT_EQ(simulate({"-img", "x.img", convention, "-expt", "x.expt"}).status, 0);
      EXPECT_EQ(corner_of("x.expt", folder_), corner_of("x.img", folder_)) << keys << convention;
    }
  }
  // A convention says what the one key means; flags win.
  write(plain);
  ASSERT_EQ(simulate({"-img", "x.img", "-mosflm", "-expt", "x.expt"}).status, 0);
  EXPECT_EQ(corner_of("x.expt", folder_), "corner at 100 3.5 -4.5");
  ASSERT_EQ(simulate({"-img", "x.img", "-Xbeam", "5", "-expt", "x.expt"}).status, 0);
  EXPECT_EQ(corner_of("x.expt", folder_), "corner at 100 5.5 -4");
}

TEST_F(OneHeader, OurOwnAreGeometryFiles) {
  for (const std::string convention : {"-mosflm", "-denzo", "-xds", "-adxv"}) {
    ASSERT_EQ(simulate({convention, "-Xbeam", "3.25", "-Ybeam", "6.5", "-pixel", "1", "-detpixels_x", "10",
                        "-detpixels_y", "12", "-o", "a.img", "-expt", "a.expt"})
                  .status,
              0);
    EXPECT_EQ(corner_of("a.img", folder_), corner_of("a.expt", folder_)) << convention;
  }
}

TEST_F(OneHeader, OtherGeometryFilesAreNamed) {
  ASSERT_EQ(simulate({"-detpixels", "8", "-pixel", "1", "-o", "a.nxs", "-o", "a.cbf", "-expt", "a.expt"}).status, 0);
  for (const std::string file : {"a.nxs", "a.cbf", "a.expt"}) {
    const ProgramResult result = simulate({"-img", file});
    EXPECT_EQ(result.status, 2) << file;
    EXPECT_NE(result.err.find("use -geometry " + file), std::string::npos) << result.err;
  }
}

/// A header in another unit than it says.
TEST_F(OneHeader, WarnsOfUnusualValues) {
  write("PIXEL_SIZE=75;\nDISTANCE=100;\nWAVELENGTH=12400;\nDENZO_X_BEAM=4;\nDENZO_Y_BEAM=4;\n");
  const std::string told = run_program("femtobragg", {"geometry", "x.img"}, folder_.path()).err;
  for (const char* words : {"warning: x.img: the wavelength is 12400 A, which is unusual",
                            "warning: x.img: the pixel size is 75 mm, which is unusual"})
    EXPECT_NE(told.find(words), std::string::npos) << told;
  write("PIXEL_SIZE=0.1;\nDISTANCE=100;\nWAVELENGTH=1;\nDENZO_X_BEAM=4;\nDENZO_Y_BEAM=4;\n");
  EXPECT_EQ(run_program("femtobragg", {"geometry", "x.img"}, folder_.path()).err, "");
}

/// The header cannot say how it is turned.
TEST_F(OneHeader, TurnedDetectorsAreNamed) {
  for (const std::string turn : {"-detector_rotx", "-detector_rotz"}) {
    ASSERT_EQ(simulate({turn, "20", "-detpixels", "8", "-pixel", "1", "-o", "a.img"}).status, 0);
    EXPECT_NE(simulate({"-img", "a.img"}).err.find("does not say how the detector is tilted"), std::string::npos);
    EXPECT_EQ(simulate({"-img", "a.img", turn, "20"}).err.find("does not say"), std::string::npos);
    const ProgramResult refused = simulate({"-geometry", "a.img"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_NE(refused.err.find("the detector is tilted"), std::string::npos) << refused.err;
  }
}

TEST_F(OneHeader, SaysWhatItDoesNotState) {
  write("WAVELENGTH=1;\nDISTANCE=;\n");
  const std::string warned = simulate({"-img", "x.img"}).err;
  for (const char* key : {"PIXEL_SIZE (-pixel)", "DISTANCE (-distance)", "BEAM_CENTER_X"})
    EXPECT_NE(warned.find(key), std::string::npos) << warned;
  const std::string given =
      simulate({"-img", "x.img", "-pixel", "1", "-distance", "90", "-Xbeam", "4", "-Ybeam", "4"}).err;
  EXPECT_EQ(given.find("does not state"), std::string::npos) << given;
  write(
      "PIXEL_SIZE=1;\nDISTANCE=100;\nCLOSE_DISTANCE=90;\nBEAM_CENTER_X=4;\nBEAM_CENTER_Y=4;\nDENZO_X_BEAM=1;\n"
      "DENZO_Y_BEAM=1;\n");
  const std::string differs = simulate({"-img", "x.img"}).err;
  for (const char* words : {"contradicts DENZO_X_BEAM", "CLOSE_DISTANCE is 90 mm"})
    EXPECT_NE(differs.find(words), std::string::npos) << differs;
}

TEST_F(OneHeader, OurOwnContradictNothing) {
  for (const std::string convention : {"-mosflm", "-adxv", "-xds", "-denzo", "-dials"})
    for (const std::string angle : {"0", "10"}) {
      ASSERT_EQ(simulate({convention, "-Xbeam", "3", "-Ybeam", "6", "-pixel", "1", "-detpixels", "10", "-twotheta",
                          angle, "-o", "a.img"})
                    .status,
                0);
      const ProgramResult read = simulate({convention, "-img", "a.img"});
      EXPECT_EQ(read.status, 0) << read.err;
      for (const char* words : {"contradicts", "does not state", "but D"})
        EXPECT_EQ(read.err.find(words), std::string::npos) << convention << angle << read.err;
    }
}

TEST(Pix0, BehindTheSampleIsRefused) {
  const TemporaryFolder folder;
  const ProgramResult result = run_program(
      "femtobragg", {"simulate", "-default_F", "1", "-cell", "50", "-detpixels", "4", "-pix0_vector", "-0.1", "0", "0"},
      folder.path());
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.err.find("-pix0_vector"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace femtobragg::tests
