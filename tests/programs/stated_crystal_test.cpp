// A geometry file with a crystal, beside structure factors and cells from elsewhere: the orientation stays.
#include <cmath>

#include "tests/errors/mistake.h"

namespace femtobragg::tests {
namespace {

constexpr const char* model = R"(CRYST1   20.000   24.000   28.000  90.00 105.00  90.00 P 1 21 1
HETATM    1  C1  BNZ A   1       7.395   6.000   6.000  1.00  5.00           C
HETATM    2  N1  BNZ A   1       6.697   7.208   9.500  1.00  5.00           N
HETATM    3  O1  BNZ A   1       3.303   1.208  16.000  1.00  5.00           O
HETATM    4  S1  BNZ A   1       1.605  11.000   2.000  1.00  5.00           S
)";

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size() || a.empty()) return 0;
  double sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
  const auto n = static_cast<double>(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i], y = b[i];
    sum_a += x, sum_b += y, aa += x * x, bb += y * y, ab += x * y;
  }
  return (ab - sum_a * sum_b / n) / std::sqrt((aa - sum_a * sum_a / n) * (bb - sum_b * sum_b / n));
}

/// Each format that carries a crystal.
class StatedCrystal : public testing::TestWithParam<std::string> {
 protected:
  StatedCrystal() : geometry_("x" + GetParam()) {
    folder_.write("m.pdb", model);
    original_ = image({"-model", "m.pdb", "-misset", "12", "25", "37", "-distance", "60", "-detpixels", "80", "-pixel",
                       "0.9", "-expt", geometry_});
    expect_success(run_program("femtobragg", {"fcalc", "m.pdb", "--dmin", "1", "--out", "f.mtz"}, folder_.path()));
    expect_success(run_program("femtobragg", {"fcalc", "m.pdb", "--dmin", "1", "--out", "f.hkl"}, folder_.path()));
  }

  ProgramResult run(Words words) const {
    words.insert(words.end(), {"-N", "8", "-lambda", "1.1", "-roi", "0", "79", "45", "79", "-o", "image.bin"});
    return simulate(words, folder_);
  }
  std::vector<float> image(const Words& words) {
    const ProgramResult result = expect_success(run(words));
    said_ = result.err;
    return read_floats(folder_ / "image.bin");
  }
  Words beside(const Words& more) const {
    Words words = {"-geometry", geometry_};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  TemporaryFolder folder_;
  std::string geometry_, said_;
  std::vector<float> original_;
};

TEST_P(StatedCrystal, KeepsItsOrientation) {
  const Words cell = {"-cell", "20", "24", "28", "90", "105", "90"};
  for (const Words& more :
       {Words{"-model", "m.pdb"}, Words{"-hkl", "f.mtz"}, Words{"-hkl", "f.hkl"}, after("-model", after("m.pdb", cell)),
        after("-hkl", after("f.mtz", cell)), after("-hkl", after("f.hkl", cell))}) {
    EXPECT_GT(correlation(original_, image(beside(more))), 0.999) << more[1] << " " << more.size();
    EXPECT_EQ(said_.find("cell"), std::string::npos) << said_;
  }
  // What the test would see without it.
  EXPECT_LT(correlation(original_, image(beside({"-model", "m.pdb", "-misset", "20", "0", "0"}))), 0.5);
}

TEST_P(StatedCrystal, MissetTurnsItFurther) {
  const std::vector<float> alone = image(beside({"-default_F", "100", "-misset", "3", "0", "0"}));
  const std::vector<float> with_cell =
      image(beside({"-default_F", "100", "-misset", "3", "0", "0", "-cell", "20", "24", "28", "90", "105", "90"}));
  EXPECT_GT(correlation(alone, with_cell), 0.999);
  EXPECT_LT(correlation(alone, image(beside({"-default_F", "100"}))), 0.9);
}

TEST_P(StatedCrystal, SaysWhichCellCounts) {
  std::string other = model;
  other.replace(other.find("20.000"), 6, "20.300");
  other.replace(other.find("P 1 21 1"), 8, "P 1 2 1 ");
  folder_.write("other.pdb", other);
  image(beside({"-model", "other.pdb"}));
  expect_texts(
      said_,
      {"'other.pdb' states the cell 20.3 24 28 90 105 90", "that of '" + geometry_ + "' is used: 20 24 28 90 105 90",
       "'" + geometry_ + "' states the space group P 1 21 1", "that of the structure factors is used: P 1 2 1"});
  EXPECT_EQ(said_.find("same crystal"), std::string::npos) << said_;
  image(beside({"-model", "m.pdb", "-cell", "21", "24", "28", "90", "105", "90"}));
  expect_texts(said_, {"'" + geometry_ + "' states the cell 20 24 28", "that of -cell is used: 21 24 28",
                       "'m.pdb' states the cell 20 24 28", "same crystal"});
}

TEST_P(StatedCrystal, ScenesSayTheSame) {
  const std::string detector = "[detector]\nfile = \"" + geometry_ + "\"\n";
  folder_.write("s.toml", detector + "[crystal]\ncell_edges_A = [21, 24, 28]\ncell_angles_deg = [90, 105, 90]\n" +
                              "[structure_factors]\nmodel = \"m.pdb\"\n");
  image({"s.toml"});
  expect_texts(said_, {"'" + geometry_ + "' states the cell 20 24 28", "that of crystal.cell_edges is used: 21 24 28",
                       "'m.pdb' states the cell 20 24 28", "same crystal"});
  folder_.write("a.mat", "0.05 0 0\n0 0.04 0\n0 0 0.03\n");
  folder_.write("s.toml", detector + "[crystal]\nmatrix_file = \"a.mat\"\n[structure_factors]\ndefault_F_e = 1\n");
  expect_one_error(run({"s.toml"}), 2, {"oriented twice", "crystal.matrix_file a.mat", geometry_, "crystal.misset"});
}

TEST_P(StatedCrystal, RefusesASecondOrientation) {
  folder_.write("a.mat", "0.05 0 0\n0 0.04 0\n0 0 0.03\n");
  const ProgramResult result = run(beside({"-model", "m.pdb", "-mat", "a.mat"}));
  expect_one_error(result, 2, {"oriented twice", "-mat a.mat", geometry_, "-misset"});
}

INSTANTIATE_TEST_SUITE_P(Formats, StatedCrystal, testing::Values(".expt", ".json", ".nxs", ".h5"),
                         [](const auto& format) { return format.param.substr(1); });

}  // namespace
}  // namespace femtobragg::tests
