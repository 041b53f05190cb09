// Files of other programs in whole runs: experiments of lists, changing crystals, cells, mosaic
// rotations.
#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

Words run_of(const Words& more) {
  Words words = {"-default_F", "100", "-N", "5", "-oversample", "2", "-seed", "1", "-noprogress"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::string image(const Words& more, const TemporaryFolder& folder, const std::string& name = "a.npy") {
  Words words = run_of(more);
  words.insert(words.end(), {"-o", name});
  const ProgramResult run = simulate(words, folder);
  EXPECT_EQ(run.status, 0) << run.err;
  return read_bytes(folder / name);
}

std::string axes(double a) {
  return "\"real_space_a\": [" + std::to_string(a) +
         ", 0, 0], \"real_space_b\": [0, 60, 0], \"real_space_c\": [0, 0, 70], \"space_group_hall_symbol\": \" P 1\"";
}

/// Two crystals; the second changes during its scan of two images, 1 degree each.
std::string list() {
  const std::string points =
      ", \"A_at_scan_points\": [[0.02, 0, 0, 0, 0.01667, 0, 0, 0, 0.01429], [0.02, 0.001, 0, 0, 0.01667, 0, 0, 0, "
      "0.01429], [0.02, 0.002, 0, 0, 0.01667, 0, 0, 0, 0.01429]]";
  return "{\"experiment\": [{\"beam\": 0, \"detector\": 0, \"crystal\": 0}, {\"beam\": 0, \"detector\": 0, "
         "\"crystal\": "
         "1, \"goniometer\": 0, \"scan\": 0}], \"beam\": [{\"direction\": [0, 0, 1], \"wavelength\": 1.0}], "
         "\"detector\": [{\"panels\": [{\"name\": \"p\", \"fast_axis\": [1, 0, 0], \"slow_axis\": [0, -1, 0], "
         "\"origin\": [-16, 16, -100], \"image_size\": [32, 32], \"pixel_size\": [1, 1]}]}], \"goniometer\": "
         "[{\"rotation_axis\": [1, 0, 0]}], \"scan\": [{\"image_range\": [1, 2], \"oscillation\": [0, 1.0]}], "
         "\"crystal\": [{" +
         axes(40) + "}, {" + axes(50) + points + "}]}";
}

TEST(FieldFiles, OneExperimentOfAListIsChosenAndNamed) {
  const TemporaryFolder folder;
  folder.write("a.expt", list());
  const ProgramResult first = run_program("femtobragg", {"geometry", "a.expt"}, folder.path()),
                      second = run_program("femtobragg", {"geometry", "a.expt", "--experiment", "1"}, folder.path()),
                      none = run_program("femtobragg", {"geometry", "a.expt", "--experiment", "2"}, folder.path());
  expect_texts(first.err, {"experiment 0 of 2 is used; -experiment chooses another"});
  expect_texts(second.out, {"oscillation from 0 deg, 2 frames of 1 deg"});
  EXPECT_NE(none.status, 0);
  expect_texts(none.err, {"no such experiment", "the list has 2"});
  const std::string one = image({"-geometry", "a.expt"}, folder);
  EXPECT_EQ(image({"-geometry", "a.expt", "-experiment", "0"}, folder), one);
  EXPECT_NE(image({"-geometry", "a.expt", "-experiment", "1"}, folder), one);
  folder.write("s.toml",
               "[detector]\nfile = \"a.expt\"\nexperiment = 1\n[structure_factors]\ndefault_F_e = 100\n"
               "[crystal]\ncells = [5, 5, 5]\n[sampling]\noversample = 2\n");
  const ProgramResult scene = simulate({"s.toml", "-seed", "1", "-o", "s.npy"}, folder);
  EXPECT_EQ(scene.status, 0) << scene.err;
  EXPECT_EQ(read_bytes(folder / "s.npy"), image({"-geometry", "a.expt", "-experiment", "1"}, folder));
}

TEST(FieldFiles, EachFrameHasItsOwnScanPoint) {
  const TemporaryFolder folder;
  folder.write("a.expt", list());
  // A series chooses the number of steps by its first frame, an image by itself.
  const auto frame_of = [](const char* file, const char* phi) {
    return Words{"-geometry", file, "-experiment", "1", "-phisteps", "3", "-phi", phi};
  };
  Words series = run_of(frame_of("a.expt", "0"));
  series.insert(series.end(), {"-frames", "2", "-o", "x_#.npy"});
  const ProgramResult run = simulate(series, folder);
  ASSERT_EQ(run.status, 0) << run.err;
  expect_texts(run.err, {"the crystal changes during the scan"});
  EXPECT_EQ(read_bytes(folder / "x_1.npy"), image(frame_of("a.expt", "0"), folder));
  EXPECT_EQ(read_bytes(folder / "x_2.npy"), image(frame_of("a.expt", "1"), folder));
  std::string fixed = list();
  fixed.replace(fixed.find(", 0.001, 0"), 10, ", 0.000, 0");
  folder.write("b.expt", fixed);
  EXPECT_NE(read_bytes(folder / "x_2.npy"), image(frame_of("b.expt", "1"), folder));
  const ProgramResult beyond =
      simulate(run_of({"-geometry", "a.expt", "-experiment", "1", "-phi", "90", "-o", "b.npy"}), folder);
  expect_texts(beyond.err, {"outside the scan", "nearest scan point"});
}

TEST(FieldFiles, ARotationBeyondTheScanIsNamed) {
  const TemporaryFolder folder;
  folder.write("a.expt", list());
  char name = 'a';  // of a series
  const auto warned = [&](const Words& more) {
    Words words = {"-geometry", "a.expt", "-experiment", "1", "-o", std::string(1, name++) + "_#.npy"};
    words.insert(words.end(), more.begin(), more.end());
    const ProgramResult run = simulate(run_of(words), folder);
    EXPECT_EQ(run.status, 0) << run.err;
    return run.err.find("outside the scan") != std::string::npos;
  };
  EXPECT_FALSE(warned({"-frames", "2"})) << "the scan has two frames";
  EXPECT_TRUE(warned({"-frames", "3"})) << "the last frame has no scan point";
  EXPECT_TRUE(warned({"-frames", "2", "-phi", "1"})) << "it ends one frame after the scan";
  EXPECT_TRUE(warned({"-frames", "2", "-phi", "2"})) << "it begins where the scan ends";
}

TEST(FieldFiles, ImpossibleScanPointsAreRefused) {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& from, const std::string& to) {
    std::string text = list();
    folder.write("a.expt", text.replace(text.find(from), from.size(), to));
    return run_program("femtobragg", {"geometry", "a.expt", "--experiment", "1"}, folder.path()).err;
  };
  expect_texts(refusal("[0.02, 0.001, 0, 0, 0.01667, 0, 0, 0, 0.01429]", "[0, 0, 0, 0, 0, 0, 0, 0, 0]"),
               {"the crystal's axes span no volume", "A_at_scan_points 1", "must have an inverse"});
  expect_texts(refusal("\"image_range\": [1, 2]", "\"image_range\": [1, 1]"),
               {"another number of scan points", "1 image has 2, but the list has 3"});
}

TEST(FieldFiles, CellsOfCrystFEL) {
  const TemporaryFolder folder;
  folder.write("x.cell",
               "CrystFEL unit cell file version 1.0\nlattice_type = tetragonal\nunique_axis = c\ncentering = "
               "P\na = 79 A\nb = 79 A\nc = 38 A\nal = 90 deg\nbe = 90 deg\nga = 90 deg\n");
  const Words small = {"-detpixels", "32", "-pixel", "1"};
  const auto with = [&](Words words) {
    words.insert(words.end(), small.begin(), small.end());
    return image(words, folder);
  };
  EXPECT_EQ(with({"-cell", "x.cell"}), with({"-cell", "79", "79", "38", "90", "90", "90"}));
  folder.write("s.toml",
               "[crystal]\ncell = \"x.cell\"\ncells = [5, 5, 5]\n[detector]\npixels = [32, 32]\npixel_size_mm = 1\n"
               "[structure_factors]\ndefault_F_e = 100\n[sampling]\noversample = 2\n");
  const ProgramResult scene = simulate({"s.toml", "-o", "s.npy"}, folder);
  EXPECT_EQ(scene.status, 0) << scene.err;
  const ProgramResult missing = simulate(run_of({"-cell", "y.cell", "-o", "b.npy"}), folder);
  EXPECT_NE(missing.status, 0);
  expect_texts(missing.err, {"y.cell"});
}

TEST(FieldFiles, MosaicRotationsGoOutAndIn) {
  const TemporaryFolder folder;
  const Words small = {"-cell", "50", "60", "70", "90", "90", "90", "-detpixels", "32", "-pixel", "1"};
  const auto with = [&](Words words) {
    words.insert(words.end(), small.begin(), small.end());
    return image(words, folder);
  };
  const std::string drawn = with({"-mosaic", "2", "-mosaic_domains", "5", "-mosaic_rotations_out", "r.txt"});
  EXPECT_EQ(with({"-mosaic", "2", "-mosaic_domains", "5", "-mosaic_rotations_out", "r.npy"}), drawn);
  EXPECT_EQ(with({"-mosaic_rotations", "r.txt"}), drawn);
  EXPECT_EQ(with({"-mosaic_rotations", "r.npy"}), drawn);
  EXPECT_EQ(with({"-mosaic_rotations", "r.npy", "-save_scene", "s.toml"}), drawn);
  const ProgramResult scene = simulate({"s.toml", "-o", "s.npy"}, folder);
  EXPECT_EQ(scene.status, 0) << scene.err;
  EXPECT_EQ(read_bytes(folder / "s.npy"), drawn);
  const ProgramResult both =
      simulate(run_of({"-cell", "50", "-mosaic_rotations", "r.txt", "-mosaic", "1", "-o", "b.npy"}), folder);
  EXPECT_NE(both.status, 0);
  expect_texts(both.err, {"described twice", "-mosaic"});
  folder.write("bad.txt", "1 0 0 0 1 0 0 0 2\n");
  const ProgramResult bad = simulate(run_of({"-cell", "50", "-mosaic_rotations", "bad.txt", "-o", "b.npy"}), folder);
  EXPECT_NE(bad.status, 0);
  expect_texts(bad.err, {"not a rotation", "line 1"});
}

}  // namespace
}  // namespace femtobragg::tests
