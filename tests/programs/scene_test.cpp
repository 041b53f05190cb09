// Scenes and flags together: a flag replaces what the scene says, or is refused; nothing is passed over.
#include <gtest/gtest.h>

#include <regex>

#include "test_paths.h"
#include "tests/run_program.h"

namespace femtobragg::tests {
namespace {

using Words = std::vector<std::string>;

const Words small = {"-default_F", "100", "-cell", "70", "80", "90", "-detpixels", "24", "-pixel", "1"};

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class Scenes : public testing::Test {
 protected:
  ProgramResult simulate(const Words& words) const {
    return run_program("femtobragg", joined({"simulate"}, words), folder_.path());
  }

  std::string image(const Words& words) const {
    const ProgramResult result = simulate(joined(words, {"-o", "x.npy"}));
    EXPECT_EQ(result.status, 0) << result.err;
    return read_bytes(folder_ / "x.npy");
  }

  /// Saves what these flags describe.
  void save(const Words& flags) const { image(joined(flags, {"-save_scene", "scene.toml"})); }

  std::string refusal(const Words& words) const {
    const ProgramResult result = simulate(joined(words, {"-o", "x.npy"}));
    EXPECT_NE(result.status, 0);
    return result.err;
  }

  TemporaryFolder folder_;
};

struct Replaced {
  std::string name;
  Words scene, flags, same_as;  ///< the scene with the flags is that run
};

TEST_F(Scenes, FlagsReplaceWhatTheySay) {
  folder_.write("list.hkl", "1 2 3 500\n-1 2 0 700\n2 2 2 90\n");
  folder_.write("A.mat", "0.012 0.002 0.001\n-0.003 0.011 0.002\n0.001 -0.002 0.010\n");
  const Words plain = joined(small, {"-N", "3"});
  const Replaced rows[] = {
      {"number over size", joined(small, {"-samplesize", "0.0001"}), {"-N", "3"}, plain},
      {"size over number", plain, {"-samplesize", "0.00005"}, joined(small, {"-samplesize", "0.00005"})},
      {"fluence over flux",
       joined(plain, {"-flux", "1e12"}),
       {"-fluence", "1e25"},
       joined(plain, {"-fluence", "1e25"})},
      {"list over model",
       {"-model", "benzene.pdb", "-N", "3", "-detpixels", "24", "-pixel", "1"},
       {"-hkl", "list.hkl", "-cell", "70", "80", "90"},
       {"-hkl", "list.hkl", "-cell", "70", "80", "90", "-N", "3", "-detpixels", "24", "-pixel", "1"}},
      {"matrix over cell",
       plain,
       {"-mat", "A.mat"},
       {"-default_F", "100", "-mat", "A.mat", "-N", "3", "-detpixels", "24", "-pixel", "1"}},
      {"band over pulse",
       joined(plain, {"-sase", "bandwidth:0.3"}),
       {"-bandwidth", "0.5"},
       joined(plain, {"-bandwidth", "0.5"})},
      {"dispersion over band",
       joined(plain, {"-bandwidth", "0.5"}),
       {"-dispersion", "1"},
       joined(plain, {"-dispersion", "1"})},
      {"sensor over thickness",
       joined(plain, {"-detector_thick", "450", "-detector_abs", "200", "-detector_thicksteps", "3"}),
       {"-sensor", "Si", "320um"},
       joined(plain, {"-sensor", "Si", "320um"})},
      {"thickness over surface",
       joined(plain, {"-detector_abs", "inf"}),
       {"-detector_thick", "450", "-detector_abs", "200"},
       joined(plain, {"-detector_thick", "450", "-detector_abs", "200"})},
      {"step over number",
       joined(plain, {"-osc", "1", "-phisteps", "4"}),
       {"-phistep", "0.5"},
       joined(plain, {"-osc", "1", "-phistep", "0.5"})},
      {"wavelength", plain, {"-lambda", "1.5"}, joined(plain, {"-lambda", "1.5"})},
      {"shape", joined(plain, {"-gauss_xtal"}), {"-square_xtal"}, plain},
  };
  folder_.take(FEMTOBRAGG_SOURCE "/examples/models/benzene.pdb");
  for (const Replaced& row : rows) {
    save(row.scene);
    const std::string other = image(joined({"scene.toml"}, row.flags));
    EXPECT_TRUE(other == image(row.same_as)) << row.name;
  }
}

TEST_F(Scenes, NumbersPlaceTheDetector) {
  folder_.write(
      "scene.toml",
      "[detector]\ndistance_mm = 200\npixels = [24, 24]\npixel_size_mm = 1\n[crystal]\ncell_edges_A = [70, 80, "
      "90]\ncells = [3, 3, 3]\n[structure_factors]\ndefault_F_e = 100\n");
  const Words flags = {"-default_F", "100",    "-cell", "70",     "80",   "90",     "-N",
                       "3",          "-pixel", "1",     "-Xbeam", "11.5", "-Ybeam", "11.5"};
  const std::string placed = image({"scene.toml", "-distance", "80"});
  EXPECT_TRUE(placed == image(joined(flags, {"-detpixels", "24", "-distance", "80"})));
  EXPECT_FALSE(placed == image({"scene.toml"}));
}

TEST_F(Scenes, WhatCannotBothHoldIsRefused) {
  folder_.write("list.txt", "-10 0 0 1 1e-10\n-10 0.1 0 2 1e-10\n");
  save(joined(small, {"-N", "3"}));
  EXPECT_NE(refusal({"scene.toml", "-detpixels", "10"}).find("detector.panel"), std::string::npos);
  EXPECT_NE(refusal({"scene.toml", "-distance", "10"}).find("detector.panel"), std::string::npos);
  EXPECT_NE(refusal({"scene.toml", "-detector", "pilatus-100k"}).find("-detector"), std::string::npos);
  EXPECT_NE(refusal({"scene.toml", "-geometry", "x.geom"}).find("-geometry"), std::string::npos);
  EXPECT_NE(refusal({"scene.toml", "-quirks", "all"}).find("-quirks"), std::string::npos);
  EXPECT_NE(refusal({"scene.toml", "-Xbeam", "10"}).find("-Xbeam"), std::string::npos);
  save(joined(small, {"-N", "3", "-sourcefile", "list.txt", "-quirks", "Q-source-weights"}));
  EXPECT_NE(read_bytes(folder_ / "scene.toml").find("[[beam.source]]"), std::string::npos);
  EXPECT_NE(refusal({"scene.toml", "-lambda", "2"}).find("-lambda"), std::string::npos);
  EXPECT_NE(refusal({"scene.toml", "-divergence", "2"}).find("-divergence"), std::string::npos);
}

/// Commands that describe a run by the same words take a scene, and save one.
TEST_F(Scenes, OtherCommandsTakeThem) {
  save(joined(small, {"-N", "3"}));
  const auto gradient = [&](const Words& words) {
    const ProgramResult result =
        run_program("femtobragg", joined({"gradient", "--wrt", "cell_a", "--out", "d", "--"}, words), folder_.path());
    return result.out + result.err;
  };
  EXPECT_EQ(gradient({"scene.toml"}), gradient(joined(small, {"-N", "3"})));
  gradient({"scene.toml", "-save_scene", "again.toml"});
  EXPECT_EQ(read_bytes(folder_ / "again.toml"), read_bytes(folder_ / "scene.toml"));
}

TEST_F(Scenes, WarnOfAWavelengthThatNoSourceHas) {
  const auto warnings = [&](const std::string& wavelength) {
    folder_.write("sources.toml", "[beam]\nwavelength_A = " + wavelength +
                                      "\n[[beam.source]]\ndirection = [-1, 0, 0]\nwavelength_A = 1.2\n[crystal]\n"
                                      "cell_edges_A = [70, 80, 90]\n[structure_factors]\ndefault_F_e = 100\n");
    const ProgramResult result = run_program("femtobragg", {"scene", "check", "sources.toml"}, folder_.path());
    EXPECT_EQ(result.status, 0) << result.err;
    return result.err;
  };
  EXPECT_NE(warnings("1").find("beam.wavelength is outside the range of beam.source"), std::string::npos);
  EXPECT_EQ(warnings("1.2").find("beam.wavelength"), std::string::npos);
}

TEST_F(Scenes, HoldTheFramesOfASeries) {
  const Words flags = joined(small, {"-N", "3", "-phi", "10", "-osc", "1", "-frames", "3", "-noprogress"});
  const ProgramResult saved = simulate(joined(flags, {"-o", "x_#.npy", "-save_scene", "scene.toml"}));
  ASSERT_EQ(saved.status, 0) << saved.err;
  const ProgramResult again = simulate({"scene.toml", "-o", "y_#.npy"});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_NE(read_bytes(folder_ / "x_1.npy"), read_bytes(folder_ / "x_3.npy"));
  for (const std::string frame : {"1", "2", "3"})
    EXPECT_TRUE(read_bytes(folder_ / ("y_" + frame + ".npy")) == read_bytes(folder_ / ("x_" + frame + ".npy")))
        << "frame " << frame;
  // Flags replace it.
  ASSERT_EQ(simulate({"scene.toml", "-frames", "1", "-o", "one.npy"}).status, 0);
  EXPECT_TRUE(read_bytes(folder_ / "one.npy") == read_bytes(folder_ / "x_1.npy"));
}

/// Each file of -save_scene's run is a scene itself: a still, a frame of a series, the whole series.
TEST_F(Scenes, AreCarriedByImagesAndExperimentLists) {
  folder_.write("list.hkl", "1 2 3 500\n-1 2 0 700\n2 2 2 90\n0 1 0 400\n0 0 1 300\n");
  const Words flags = joined(small, {"-hkl", "list.hkl", "-N", "3", "-phi", "10", "-osc", "1", "-noprogress"});
  const ProgramResult run = simulate(joined(flags, {"-o", "x_#.npy", "-o", "x_#.nxs", "-o", "all.nxs", "-expt",
                                                    "x.expt", "-frames", "2", "-save_scene", "scene.toml"}));
  ASSERT_EQ(run.status, 0) << run.err;
  const std::string first = read_bytes(folder_ / "x_1.npy"), second = read_bytes(folder_ / "x_2.npy");
  ASSERT_NE(first, second);
  EXPECT_TRUE(image({"x_1.nxs"}) == first);
  EXPECT_TRUE(image({"x_2.nxs"}) == second);
  for (const std::string whole : {"all.nxs", "x.expt"}) {
    const ProgramResult again = simulate({whole, "-o", "again_#.npy"});
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_TRUE(read_bytes(folder_ / "again_2.npy") == second) << whole;
    const ProgramResult shown = run_program("femtobragg", {"scene", "show", whole}, folder_.path());
    EXPECT_NE(shown.out.find("frames = 2"), std::string::npos) << shown.out << shown.err;
    std::filesystem::remove(folder_ / "again.series");
  }
}

/// What one key says, no other key of its section may say otherwise.
TEST_F(Scenes, KeysThatContradictEachOtherAreRefused) {
  folder_.write("list.txt", "-10 0 0 1 1e-10\n");
  const std::string crystal =
      "[crystal]\ncell_edges_A = [70, 80, 90]\n[structure_factors]\ndefault_F_e = 100\n[beam]\n";
  const auto says = [&](const std::string& beam, const std::string& words) {
    folder_.write("wrong.toml", crystal + beam);
    const std::string message = refusal({"wrong.toml"});
    EXPECT_NE(message.find(words), std::string::npos) << message;
  };
  says("flux_per_s = 1e12\nfluence_per_m2 = 1e24\n", "flux says otherwise");
  says("source_file = \"list.txt\"\nhorizontal_divergence_mrad = 1\n", "horizontal_divergence says otherwise");
  says("source_file = \"list.txt\"\ndispersion_percent = 1\n", "dispersion says otherwise");
  says("wavelength_A = 1\nenergy_eV = 12000\n", "energy says otherwise");
  // Limits are in the unit of the key.
  says("bandwidth_percent = 70\n", "from 0 to 60");
  says("wavelength_A = nan\n", "got nan");
}

/// The spectrum gives the wavelength: nothing is assumed.
TEST_F(Scenes, DoNotMissAWavelengthThatTheSpectrumHas) {
  folder_.write("spectrum.txt", "12000 1\n12010 2\n12020 1\n");
  folder_.write("scene.toml",
                "[detector]\npixels = [24, 24]\npixel_size_mm = 1\n[crystal]\ncell_edges_A = [70, 80, 90]\n"
                "[structure_factors]\ndefault_F_e = 100\n[beam]\nspectrum_file = \"spectrum.txt\"\n");
  const ProgramResult run = simulate({"scene.toml", "-o", "x.npy"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.err.find("does not state a wavelength"), std::string::npos) << run.err;
}

/// Who writes a scene reads its fields in messages, not flags.
TEST_F(Scenes, MessagesNameTheirFields) {
  const auto says = [&](const std::string& text, const std::string& words) {
    folder_.write("wrong.toml", text);
    const std::string message = refusal({"wrong.toml"});
    EXPECT_NE(message.find(words), std::string::npos) << message;
    EXPECT_FALSE(std::regex_search(message, std::regex(" -[a-z]"))) << message;
  };
  const std::string cell = "[crystal]\ncell_edges_A = [70, 80, 90]\n",
                    factor = "[structure_factors]\ndefault_F_e = 100\n";
  says("[crystal]\ncell = [70, 80, 90]\n" + factor, "crystal.cell in line 2");
  says(cell + factor + "[detector]\ndistance = 200\n", "detector.distance in line 6");
  says(cell + factor + "[beam]\npolarization = 7\n", "beam.polarization");
  says("[structure_factors]\ndefault_F_e = 100\n", "crystal.cell_edges");
  says(cell + factor + "[beam]\ndirection = [0, 0, 0]\n", "beam.direction");
  says(cell + factor + "[series]\nframes = 3\n", "rotation.range");
  folder_.write("coarse.toml", "[detector]\npixels = [24, 24]\npixel_size_mm = 1\n" + cell +
                                   "cells = [5, 5, 5]\nmosaic_spread_deg = 3\nmosaic_domains = 10\n" + factor);
  const std::string coarse = simulate({"coarse.toml", "-o", "x.npy"}).err;
  EXPECT_NE(coarse.find("; crystal.mosaic_domains "), std::string::npos) << coarse;
  // Readers do not know who asks.
  folder_.write("box.hkl", "# h k l F\n1 0 0 5\n");
  const std::string columns = cell + "[structure_factors]\nfile = \"box.hkl\"\ncolumns = [\"FP\"]\n";
  says(columns, "set structure_factors.columns to one of them");
  const ProgramResult flags = simulate({"-cell", "70", "-hkl", "box.hkl", "-labels", "FP", "-o", "x.bin"});
  EXPECT_NE(flags.err.find("set -labels to one of them"), std::string::npos) << flags.err;
  folder_.write("columns.toml", columns);
  const ProgramResult gradient =
      run_program("femtobragg", {"gradient", "--wrt", "cell_a", "--out", "d", "--", "columns.toml"}, folder_.path());
  const ProgramResult check = run_program("femtobragg", {"scene", "check", "columns.toml"}, folder_.path());
  EXPECT_NE(check.err.find("set structure_factors.columns"), std::string::npos) << check.err;
  EXPECT_NE(gradient.err.find("set structure_factors.columns"), std::string::npos) << gradient.err;
}

/// The same judgement as of flags.
TEST_F(Scenes, DoubtfulNumbersAreNamed) {
  const std::string crystal = "[crystal]\ncell_edges_A = [70, 80, 90]\n[structure_factors]\ndefault_F_e = 100\n";
  const auto run = [&](const std::string& text, const Words& flags = {}) {
    folder_.write("odd.toml", crystal + text);
    return simulate(joined(joined({"odd.toml"}, flags), {"-detpixels", "8", "-o", "x.npy"}));
  };
  const auto warns = [&](const std::string& text, const std::string& words) {
    const ProgramResult result = run(text);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_NE(result.err.find(words), std::string::npos) << result.err;
  };
  const auto refuses = [&](const std::string& text, const std::string& words) {
    const ProgramResult result = run(text);
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_NE(result.err.find(words), std::string::npos) << result.err;
  };
  warns("[beam]\nsize_mm = 20\n", "beam.size: 20 mm is unusual (0.0001 to 1.5 mm)");
  warns("[beam]\nbandwidth_fraction = 1e-6\n", "beam.bandwidth: 0.0001 % is unusual");
  warns("[rotation]\nrange_deg = 100\n", "rotation.range: 100 deg is unusual");
  warns("[beam]\nwavelength_A = 0.01\n", "the wavelength is 0.01 A, which is unusual");
  refuses("[beam]\nfluence_per_m2 = 10\n", "impossible value; beam.fluence; got 10 photons/m^2");
  refuses("[beam]\ndirection = [0, 0, 1]\n", "the beam misses the detector; beam.direction; got 0 0 1");
  refuses("[detector.sensor]\nlayers = 3\n", "sensor layers without a thickness; detector.sensor.layers");
  // A flag replaces the field, doubts and all.
  const ProgramResult replaced = run("[beam]\nsize_mm = 20\n", {"-beamsize", "0.1"});
  EXPECT_EQ(replaced.err.find("unusual"), std::string::npos) << replaced.err;
}

TEST_F(Scenes, FilesThatCarryNoneAreRefused) {
  const ProgramResult run = simulate(joined(small, {"-N", "3", "-o", "x.nxs", "-expt", "x.expt"}));
  ASSERT_EQ(run.status, 0) << run.err;
  folder_.write("y.expt", "[1, 2");
  folder_.write("y.nxs", "no HDF5");
  EXPECT_NE(refusal({"x.nxs"}).find("carries no scene"), std::string::npos);
  EXPECT_NE(refusal({"x.expt"}).find("carries no scene"), std::string::npos);
  EXPECT_NE(refusal({"y.expt"}).find("y.expt"), std::string::npos);
  EXPECT_NE(refusal({"y.nxs"}).find("y.nxs"), std::string::npos);
}

}  // namespace
}  // namespace femtobragg::tests
