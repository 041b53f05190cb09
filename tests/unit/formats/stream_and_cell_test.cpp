// CrystFEL's streams and cells: which geometry a crystal has, what the chunk fills in, and what contradicts itself.
#include "femtobragg/formats/geometry/geometry_file.h"
#include "femtobragg/formats/geometry/stream_file.h"
#include "femtobragg/formats/tables/cell_file.h"
#include "femtobragg/model/unit_cell.h"
#include "tests/unit/refusals.h"

namespace femtobragg::formats {
namespace {

using tests::expect_in;
using tests::in_one;
using tests::message_of;

std::string section(const std::string& clen) {
  return "----- Begin geometry file -----\nclen = " + clen +
         "\nphoton_energy = /energy\nres = 10000\np/min_fs = 0\np/max_fs = 9\np/min_ss = 0\np/max_ss = 4\n"
         "p/corner_x = -5\np/corner_y = -2\np/fs = x\np/ss = y\np/coffset = 0.001\n----- End geometry file -----\n";
}
std::string crystal(const std::string& a, const std::string& stated = "5.0 6.0 7.0") {
  return "--- Begin crystal\nCell parameters " + stated + " nm, 90.0 90.0 90.0 deg\nastar = +" + a +
         " +0.0 +0.0 nm^-1\nbstar = +0.0 +0.16666667 +0.0 nm^-1\ncstar = +0.0 +0.0 +0.14285714 nm^-1\n"
         "lattice_type = orthorhombic\ncentering = P\npredict_refine/det_shift x = 0.010 y = 0.000 mm\n"
         "--- End crystal\n";
}
std::string chunk(const std::string& image, const std::string& crystals) {
  return "----- Begin chunk -----\nImage filename: " + image +
         "\nEvent: //3\nphoton_energy_eV = 9000\naverage_camera_length = 0.101 m\n" + crystals +
         "----- End chunk -----\n";
}
const std::string heading = "CrystFEL stream format 2.3\n";
const std::string stream = heading + section("/clen") + chunk("a.h5", crystal("0.2")) + chunk("b.h5", "") +
                           section("0.2") + chunk("c.h5", crystal("0.2") + crystal("0.2"));

Geometry read(const std::string& text, std::optional<std::size_t> experiment = {}) {
  return parse_stream(text, "x.stream", {.experiment = experiment});
}

TEST(Streams, ACrystalHasTheLastGeometryBeforeIt) {
  const Geometry first = read(stream), third = read(stream, 2);
  EXPECT_NEAR(first.detector.panels.front().origin_m.x, 0.101, 1e-12) << "clen + coffset of the chunk";
  EXPECT_NEAR(third.detector.panels.front().origin_m.x, 0.201, 1e-12) << "of the second geometry";
  EXPECT_NEAR(*first.wavelength_m, 12398.42e-10 / 9000, 1e-15);
  // CrystFEL's x points to the left, along our -z.
  EXPECT_LT(norm(first.crystal->axes.a_m - Vec3d{0, 0, -50e-10}), 1e-15);
  expect_in(in_one(first.notes), {"crystal 0 of 3 is used, of 'a.h5' event '//3'; detector.experiment chooses another",
                                  "own shift of the detector is not used: x = 0.010", "average camera length"});
  expect_in(in_one(third.notes), {"crystal 2 of 3 is used, of 'c.h5'"});
  expect_in(message_of([] { read(stream, 3); }), {"no such crystal", "3", "counted from 0"});
}

TEST(Streams, WhatContradictsItselfIsRefused) {
  const auto refusal = [](const std::string& text) { return message_of([&] { read(heading + text); }); };
  expect_in(refusal(section("0.1") + chunk("a", crystal("0.25"))),
            {"axes contradict its cell", "50 60 70", "40 60 70"});
  expect_in(refusal(chunk("a", crystal("0.2"))), {"no geometry"});
  expect_in(refusal(section("0.1") + "----- Begin chunk -----\n--- Begin crystal\n"), {"does not end", "line 17"});
  expect_in(refusal(section("0.1") + chunk("a", "--- Begin crystal\n--- End crystal\n")), {"without axes"});
  expect_in(refusal("----- Begin geometry file -----\np/fs = x\n"), {"geometry does not end"});
  std::string millimetres = chunk("a", crystal("0.2"));
  millimetres.replace(millimetres.find("0.101 m"), 7, "101.0 mm");
  expect_in(refusal(section("/clen") + millimetres), {"unknown unit of the camera length", "101.0 mm", "line 20"});
  std::string typo = section("0.1");
  typo.replace(typo.find("corner_x = -5"), 13, "corner_x = -q");
  expect_in(refusal(typo + chunk("a", crystal("0.2"))), {"line 10", "corner_x"});
}

TEST(Streams, WithoutACrystalTheGeometryStays) {
  const Geometry g = read(heading + section("0.1") + chunk("a", ""));
  EXPECT_FALSE(g.crystal.has_value());
  expect_in(in_one(g.notes), {"no crystal"});
}

std::string cell_text(const std::string& more, const std::string& b = "79.1 A") {
  return "CrystFEL unit cell file version 1.0\n\n" + more + "\na = 79.1 A\nb = " + b +
         " ; edge\nc = 3.84 nm\nal = 90 deg\nbe = 90.0 deg\nga = 1.5707963267948966 rad\n";
}
CellFile cell(const std::string& text) { return parse_cell_file(text, "x.cell"); }

TEST(CellFiles, HaveUnitsAndALatticeType) {
  const CellFile file = cell(cell_text("lattice_type = tetragonal\ncentering = P\nunique_axis = c"));
  EXPECT_NEAR(file.cell[1], 79.1, 1e-9);
  EXPECT_NEAR(file.cell[2], 38.4, 1e-9);
  EXPECT_NEAR(file.cell[5], 90, 1e-9);
  EXPECT_EQ(file.lattice, "tetragonal");
  EXPECT_TRUE(file.notes.empty());
}

TEST(CellFiles, SayThatTheirCenteringIsNotUsed) {
  for (const char* centering : {"A", "B", "C", "I", "F", "R", "H"})
    expect_in(in_one(cell(cell_text("lattice_type = triclinic\ncentering = " + std::string(centering))).notes),
              {(std::string("centering ") + centering + " is not used").c_str()});
  expect_in(message_of([] { cell(cell_text("centering = Q")); }), {"unknown centering", "'Q'", "P, A, B", "line 3"});
}

TEST(CellFiles, ContradictionsAreRefused) {
  const auto refusal = [](const std::string& text) { return message_of([&] { cell(text); }); };
  expect_in(refusal(cell_text("lattice_type = tetragonal\nunique_axis = c", "81 A")),
            {"contradicts its lattice type", "'tetragonal'", "line 3"});
  EXPECT_EQ(refusal(cell_text("lattice_type = orthorhombic", "81 A")), "nothing was refused");
  expect_in(refusal(cell_text("lattice_type = tetragonal\nunique_axis = a")), {"contradicts its lattice type"});
  expect_in(refusal(cell_text("lattice_type = cubic")), {"contradicts"});
  expect_in(refusal(cell_text("lattice_type = hexagonal")), {"contradicts"});
  expect_in(refusal(cell_text("lattice_type = square")), {"unknown lattice type"});
  expect_in(refusal(cell_text("", "79.1 furlongs")), {"unknown unit of b", "line 5"});
  expect_in(refusal(cell_text("a = 79.1 A")), {"a is given twice"});
  expect_in(refusal("CrystFEL unit cell file version 1.0\na = 5 A\n"), {"no b"});
  expect_in(refusal("79 79 38"), {"not a unit cell of CrystFEL"});
}

}  // namespace
}  // namespace femtobragg::formats
