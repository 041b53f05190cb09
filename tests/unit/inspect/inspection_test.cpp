// What files are said to be, and what of them is used.
#include "femtobragg/inspect/inspection.h"
#include "tests/run_program.h"
#include "tests/unit/refusals.h"

namespace femtobragg::inspect {
namespace {

using tests::expect_in;
using tests::in_one;
using tests::TemporaryFolder;

Inspection of(const std::string& name, const std::string& bytes) {
  const TemporaryFolder folder;
  folder.write(name, bytes);
  return inspect_file((folder / name).string());
}

TEST(Inspection, TablesAreToldByTheirColumns) {
  EXPECT_EQ(of("a.hkl", "1 0 0 10\n0 1 0 20\n").what.substr(0, 26), "list of 2 reflections in P");
  EXPECT_EQ(of("a.txt", "0.98 1\n0.99 2\n1.0 1\n").what, "spectrum of 3 wavelengths");
  EXPECT_EQ(of("a.txt", "-10 0.5 0 1 1e-10\n").what, "list of 1 source");
  EXPECT_EQ(of("a.mat", "0.02 0 0\n0 0.02 0\n0 0 0.02\n").what, "orientation matrix");
  EXPECT_EQ(of("a.rot", "1 0 0 0 1 0 0 0 1\n").what, "rotations of 1 mosaic domain");
  expect_in(of("a.rot", "1 0 0 0 1 0 0 0 2\n").wrong, {"not a rotation"});
}

TEST(Inspection, GeometriesSayWhatTheyLeaveOpen) {
  const std::string panel =
      "res = 10000\np/min_fs = 0\np/max_fs = 9\np/min_ss = 0\np/max_ss = 4\np/corner_x = -5\np/corner_y = -2\n"
      "p/fs = x\np/ss = y\np/no_such_key = 3\n";
  const Inspection open = of("a.geom", "clen = /encoder\n" + panel);
  EXPECT_EQ(open.what, "CrystFEL geometry");
  EXPECT_EQ(open.wrong, "");
  expect_in(in_one(open.doubtful), {"camera length is left to the images", "no wavelength"});
  expect_in(in_one(open.used), {"1 panel in an image of 10 x 5 pixels"});
  const Inspection wrong = of("a.geom", "clen = 0.1\nwavelength = 1 A\nphoton_energy = 5000\n" + panel);
  expect_in(wrong.wrong, {"wavelength differs"});
}

TEST(Inspection, WhatNobodyReadsIsWrong) {
  expect_in(of("a.txt", "dear diary\n").wrong, {"no command reads this text"});
  expect_in(of("a.bin", "").wrong, {"empty"});
  expect_in(inspect_file("/no/such/file").wrong, {"/no/such/file"});
  expect_in(of("a.gz", "\x1f\x8b broken").wrong, {"a.gz"});
}

TEST(Inspection, ModelsAndCells) {
  const Inspection cell = of("a.cell",
                             "CrystFEL unit cell file version 1.0\nlattice_type = cubic\na = 5 A\nb = 6 A\n"
                             "c = 5 A\nal = 90 deg\nbe = 90 deg\nga = 90 deg\n");
  expect_in(cell.wrong, {"contradicts its lattice type"});
  const Inspection model = of("a.pdb",
                              "CRYST1   20.000   20.000   20.000  90.00  90.00  90.00 P 1           1\n"
                              "ATOM      1  C   ALA A   1       1.000   2.000   3.000  1.00 10.00           C\nEND\n");
  EXPECT_EQ(model.what, "atomic model, 1 atom");
}

}  // namespace
}  // namespace femtobragg::inspect
