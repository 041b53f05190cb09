// Files that leave something open or contradict themselves, in a run: flags fill in, warnings name, errors refuse.
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

const std::string panel =
    "res = 10000\nphoton_energy = 9000\np/min_fs = 0\np/max_fs = 7\np/min_ss = 0\np/max_ss = 7\np/corner_x = -4\n"
    "p/corner_y = -4\np/fs = x\np/ss = y\n";

Words run_with(const Words& more) {
  Words words = {"-default_F", "100", "-cell", "50", "60", "70", "90", "90", "90", "-N", "3", "-oversample", "1"};
  words.insert(words.end(), {"-noprogress", "-o", "a.npy"});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(GeometryFlags, DistanceIsClenAndCoffset) {
  const TemporaryFolder folder;
  folder.write("a.geom", "clen = /LCLS/encoder\ncoffset = 0.573\n" + panel);
  const ProgramResult run = simulate(run_with({"-geometry", "a.geom", "-distance", "100", "-expt", "a.expt"}), folder);
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ((run.out + run.err).find("no effect"), std::string::npos) << run.err;
  const ProgramResult told = run_program("femtobragg", {"geometry", "a.expt"}, folder.path());
  expect_texts(told.out, {"corner at 100 "});
  const ProgramResult by_encoder = run_program("femtobragg", {"geometry", "a.geom", "--clen", "-0.4"}, folder.path());
  expect_texts(by_encoder.out, {"corner at 173 "});
}

TEST(GeometryFlags, PixelsOfPoniFiles) {
  const TemporaryFolder folder;
  folder.write("a.poni",
               "PixelSize1: 1e-4\nPixelSize2: 1e-4\nDistance: 0.2\nPoni1: 0.0004\nPoni2: 0.0006\n"
               "Rot1: 0\nRot2: 0\nRot3: 0\nWavelength: 1e-10\n");
  const ProgramResult run =
      simulate(run_with({"-geometry", "a.poni", "-detpixels_x", "12", "-detpixels_y", "8"}), folder);
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_NE(simulate(run_with({"-geometry", "a.poni"}), folder).status, 0);
  const ProgramResult told = run_program("femtobragg", {"geometry", "a.poni", "--detpixels", "12", "8"}, folder.path());
  expect_texts(told.out, {"12 x 8"});
}

TEST(GeometryFlags, MatricesAreCheckedAgainstTheirCell) {
  const TemporaryFolder folder;
  folder.write("a.mat",
               " 0.01239241 0 0\r 0 0.01239241 0\r 0 0 0.02576316\r 0 0 0\r 1 0 0\r 0 1 0\r 0 0 1\r"
               " 79.0 79.0 38.0 90 90 90\r 0 0 0\r");
  const Words words = {"-default_F", "100", "-mat",        "a.mat", "-N",          "3",  "-detpixels", "8",
                       "-pixel",     "1",   "-oversample", "1",     "-noprogress", "-o", "a.npy",      "-lambda"};
  const auto run_at = [&](const std::string& lambda) {
    Words all = words;
    all.push_back(lambda);
    return simulate(all, folder);
  };
  const ProgramResult at_another = run_at("1");
  EXPECT_EQ(at_another.status, 0) << at_another.err;
  expect_texts(at_another.out + at_another.err, {"did you mean -lambda 0.979?"});
  const ProgramResult at_its_own = run_at("0.979");
  EXPECT_EQ((at_its_own.out + at_its_own.err).find("did you mean"), std::string::npos) << at_its_own.err;
  folder.write("a.mat", " XPARM.XDS    VERSION Jan 10, 2022\n 1 0 0.1 1 0 0\n");
  expect_texts(run_at("1").err, {"XDS"});
}

TEST(GeometryFlags, SpectraOfSpreadsheets) {
  const TemporaryFolder folder;
  const auto run_of = [&](const std::string& bytes) {
    folder.write("a.txt", bytes);
    return simulate(run_with({"-spectrum", "a.txt", "-detpixels", "8", "-pixel", "1", "-expt", "a.expt"}), folder);
  };
  const auto wavelength_of = [&](const std::string& bytes) {
    EXPECT_EQ(run_of(bytes).status, 0);
    const std::string told = run_program("femtobragg", {"geometry", "a.expt"}, folder.path()).out;
    return told.substr(told.find("wavelength"), 24);
  };
  const std::string plain = wavelength_of("12380 5\n12390 4\n12400 1\n");
  EXPECT_EQ(wavelength_of("\xef\xbb\xbf"
                          "12380 5\n12390 4\n12400 1\n"),
            plain);
  EXPECT_EQ(wavelength_of("12380,0;5,0\r12390,0;4,0\r12400,0;1,0\r"), plain);
  expect_texts(run_of("12380,5 5\n").err, {"line 1", "commas"});
}

/// Pixels of 0.1 mm along fast and 0.2 mm along slow: 12 x 8, with the beam at pixel 6, 2.
const std::string oblong =
    "PixelSize1: 2e-4\nPixelSize2: 1e-4\nDistance: 0.2\nPoni1: 0.0004\nPoni2: 0.0006\nRot1: 0\nRot2: 0\nRot3: 0\n"
    "Wavelength: 1e-10\nDetector_config: {\"max_shape\": [8, 12]}\nponi_version: 2\n";

TEST(GeometryFlags, OblongPixelsHaveTwoEdges) {
  const TemporaryFolder folder;
  folder.write("a.poni", oblong);
  const ProgramResult run = simulate(run_with({"-geometry", "a.poni", "-show_config", "-o", "a.cbf"}), folder);
  EXPECT_EQ(run.status, 0) << run.err;
  expect_texts(run.out, {"0.1 x 0.2 mm", "1.2 x 1.6 mm"});
  // The first row is the lowest: its near point is 6 and 2 pixels from the corner.
  expect_texts(run.out, {"6.5 2.5 px"});
  expect_texts(read_bytes(folder / "a.cbf"), {"Pixel_size 0.0001 m x 0.0002 m"});
  expect_texts(run_program("femtobragg", {"geometry", "a.poni"}, folder.path()).out, {"pixel 0.1 x 0.2 mm"});
  expect_texts(run_program("femtobragg", {"inspect", "a.poni"}, folder.path()).out, {"pixels of 0.1 x 0.2 mm"});
  const ProgramResult smv = simulate(run_with({"-geometry", "a.poni", "-o", "a.img"}), folder);
  EXPECT_NE(smv.status, 0);
  expect_texts(smv.err, {"an SMV image needs square pixels", "0.1 x 0.2 mm", ".nxs or .cbf"});
  const ProgramResult converted = run_program("femtobragg", {"convert", "a.cbf", "b.img"}, folder.path());
  EXPECT_NE(converted.status, 0);
  expect_texts(converted.err, {"an SMV image needs square pixels"});
}

TEST(GeometryFlags, MasksWithoutAGeometryBelongToAnyDetector) {
  const TemporaryFolder folder;
  folder.write("a.geom",
               "clen = 0.1\n" + panel + "bad0/min_fs = 0\nbad0/max_fs = 0\nbad0/min_ss = 0\nbad0/max_ss = 7\n");
  const auto masked = [&](const std::string& mask) {
    return simulate(run_with({"-geometry", "a.geom", "-mask", mask, "-expt", "a.expt"}), folder);
  };
  const auto npy = [](std::size_t n) {
    std::string header = "{'descr': '|b1', 'fortran_order': False, 'shape': (8, " + std::to_string(n) + "), }";
    header.resize(117, ' ');
    std::string bytes = std::string("\x93NUMPY\x01\x00", 8) + std::string("\x76\x00", 2) + header + "\n";
    for (std::size_t i = 0; i < 8 * n; ++i) bytes += i < 2 * n ? '\0' : '\1';
    return bytes;
  };
  folder.write("m.npy", npy(8));
  const ProgramResult run = masked("m.npy");
  EXPECT_EQ(run.status, 0) << run.err;
  expect_texts(run_program("femtobragg", {"geometry", "a.expt"}, folder.path()).out, {", 22 pixels masked"});
  folder.write("n.npy", npy(9));
  expect_texts(masked("n.npy").err, {"the mask does not fit the detector", "9 x 8", "8 x 8"});
  const ProgramResult smv = simulate(run_with({"-geometry", "a.geom", "-o", "s.img"}), folder);
  EXPECT_EQ(smv.status, 0) << smv.err;
  expect_texts(masked("s.img").err, {"the detector position is given twice", "-mask s.img"});
}

TEST(GeometryFlags, ASecondFileIsNamed) {
  const TemporaryFolder folder;
  folder.write("a.geom", "clen = 0.1\n" + panel);
  folder.write("b.geom", "clen = 0.2\n" + panel);
  expect_texts(simulate(run_with({"-geometry", "a.geom", "-geometry", "b.geom"}), folder).err,
               {"warning: -geometry is given twice: 'b.geom' is used, 'a.geom' is not"});
  const ProgramResult same = simulate(run_with({"-geometry", "a.geom", "-geometry", "a.geom"}), folder);
  EXPECT_EQ(same.err.find("given twice"), std::string::npos) << same.err;
}

}  // namespace
}  // namespace femtobragg::tests
