// Truth that cannot be had, or not be written: refused before anything is rendered.
#include <sys/stat.h>

#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

class TruthRefusals : public testing::Test {
 protected:
  TruthRefusals() { folder_.write("p.hkl", "0 0 0 50\n1 0 0 20\n-1 0 0 20\n0 1 1 30\n"); }

  /// By the run and by its explanation, in the same words; nothing is left behind.
  void expect_refused(const Words& more, int status, const Words& texts) {
    const Words words = small_run(more);
    expect_refusal(words, folder_, status, texts);
    Words explain = {"explain", "--calibration", "0", "--"};
    explain.insert(explain.end(), words.begin(), words.end());
    expect_one_error(run_program("femtobragg", explain, folder_.path()), status, texts);
  }
  void make_pipe(const std::string& name) const { ASSERT_EQ(mkfifo((folder_ / name).c_str(), 0600), 0); }

  TemporaryFolder folder_;
};

TEST_F(TruthRefusals, InterpolatedAmplitudes) {
  expect_refused({"-hkl", "p.hkl", "-interpolate", "-o", "a.npy", "-truth", "t.csv"}, 2, {"-nointerpolate"});
  expect_success(simulate(small_run({"-hkl", "p.hkl", "-nointerpolate", "-o", "a.npy", "-truth", "t.csv"}), folder_));
}

TEST_F(TruthRefusals, InterpolatedAmplitudesOfASeries) {
  expect_refused({"-hkl", "p.hkl", "-interpolate", "-osc", "1", "-frames", "2", "-o", "a.cbf", "-truth", "t.csv"}, 2,
                 {"-nointerpolate"});
}

/// Which quirks are announced, and then one error.
TEST_F(TruthRefusals, QuirksThatChangePhysics) {
  for (const std::string quirks : {"Q-first-subpixel", "Q-solid-angle,Q-phi-edges,Q-phi0-carry"}) {
    const Words words = small_run({"-quirks", quirks, "-osc", "1", "-phisteps", "2", "-o", "a.npy", "-truth", "t.csv"});
    const std::set<std::string> before = files_in(folder_);
    const ProgramResult result = simulate(words, folder_);
    expect_one_error(result, 2, {"derivatives", "quirks off"});
    EXPECT_EQ(result.out, "") << "nothing is rendered";
    EXPECT_EQ(files_in(folder_), before);
  }
  expect_success(simulate(small_run({"-quirks", "Q-water", "-o", "a.npy", "-truth", "t.csv"}), folder_));
}

TEST_F(TruthRefusals, OfTheDropIn) {
  expect_drop_in_error(small_run({"-truth", "t.csv"}), folder_, {"derivatives"});
  expect_drop_in_error(small_run({"-quirks", "none", "-truth", "missing/t.csv"}), folder_, {"'missing/t.csv'"});
  expect_drop_in_error(small_run({"-truth_hkl_map", "m.txt"}), folder_, {".npy"});
  expect_success(drop_in(small_run({"-quirks", "none", "-truth", "t.csv"}), folder_));
}

TEST_F(TruthRefusals, MapOfAnUnknownSuffix) {
  expect_refused({"-o", "a.npy", "-truth_hkl_map", "m.txt"}, 2, {"-truth_hkl_map", "'m.txt'", ".npy"});
  expect_refused({"-o", "a.npy", "-truth_hkl_map", "m"}, 2, {"-truth_hkl_map", "'m'", ".npy"});
}

TEST_F(TruthRefusals, FolderMissing) {
  for (const std::string flag : {"-truth", "-truth_hkl_map"})
    expect_refused({"-o", "a.npy", flag, flag == "-truth" ? "missing/t.h5" : "missing/t.npy"}, 1,
                   {"cannot write", "folder exists"});
}

/// HDF5 goes back in its files, which pipes do not allow.
TEST_F(TruthRefusals, PipesInsteadOfFilesOnADisk) {
  for (const std::string name : {"t.h5", "x.nxs", "e.nxs"}) make_pipe(name);
  expect_refused({"-o", "a.npy", "-truth", "t.h5"}, 1, {"'t.h5'", "file on a disk"});
  expect_refused({"-o", "x.nxs"}, 1, {"'x.nxs'", "file on a disk"});
  expect_refused({"-o", "a.npy", "-expt", "e.nxs"}, 1, {"'e.nxs'", "file on a disk"});
  expect_drop_in_error(small_run({"-quirks", "none", "-truth", "t.h5"}), folder_, {"file on a disk"});
}

}  // namespace
}  // namespace femtobragg::tests
