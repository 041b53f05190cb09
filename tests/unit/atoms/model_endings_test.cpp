// Models of which the end is missing: warned of, where the file shows it; files without END are normal.
#include <gtest/gtest.h>

#include "femtobragg/atoms/model_file.h"
#include "femtobragg/base/error.h"

namespace femtobragg::atoms {
namespace {

std::string warnings_of(const std::string& text) {
  std::string all;
  for (const std::string& warning : parse_model(text, "x").warnings) all += warning + "\n";
  return all;
}

void expect_warning(const std::string& text, const std::string& words) {
  const std::string said = warnings_of(text);
  if (words.empty())
    EXPECT_EQ(said.find("truncated"), std::string::npos) << text << said;
  else
    EXPECT_NE(said.find(words), std::string::npos) << text << said;
}

const std::string cell = "CRYST1   20.000   21.000   22.000  90.00  90.00  90.00 P 1           1\n";

std::string atom(int number, char chain = 'A', const char* residue = "ALA", const char* name = "CA") {
  char line[100];
  std::snprintf(line, sizeof line, "ATOM  %5d  %-3s %s %c%4d    %8.3f%8.3f%8.3f  1.00 20.00           %c  \n", number,
                name, residue, chain, number, 4.0 * number, 3.0, 2.0, name[0]);
  return line;
}

TEST(ModelEndings, LastLines) {
  const std::string three = cell + atom(1) + atom(2) + atom(3);
  expect_warning(three, "");
  expect_warning(three + "TER\n", "");
  expect_warning(three + "END", "");
  expect_warning(three.substr(0, three.size() - 1), "");
  // In the B factor, in z, behind B, and in the name of a record.
  const std::string last = atom(4);
  for (const std::size_t columns : {std::size_t{64}, std::size_t{52}, std::size_t{66}})
    expect_warning(three + last.substr(0, columns), "its last line has");
  expect_warning(three + "HETA", "an incomplete record");
  // Old files without elements, and lines of atoms of which some have charges.
  const auto short_lines = [](std::string line) { return line.substr(0, 66) + "\n"; };
  expect_warning(cell + short_lines(atom(1)) + short_lines(atom(2)), "");
  std::string charged = atom(2);
  charged.replace(78, 2, "1+");
  expect_warning(cell + atom(1) + charged + atom(3), "");
  // In a tensor: the tenths of U.
  const std::string tensor = "ANISOU    1  CA  ALA A   1     1200   1500   1100    100    -50     30       C  \n";
  std::string second = tensor;
  second[10] = second[25] = '2';
  expect_warning(cell + atom(1) + tensor + atom(2) + second, "");
  expect_warning(cell + atom(1) + tensor + atom(2) + second.substr(0, 69), "its last line has");
}

TEST(ModelEndings, WhatOtherRecordsCount) {
  const std::string helix = "HELIX    1   1 ALA A    1  ALA A    4  1                                   4\n";
  const std::string sequence = "SEQRES   1 A    2  ALA ALA\nSEQRES   1 B    2  ALA ALA\n";
  const std::string waters = "FORMUL   2  HOH   *2(H2 O)\n";
  const std::string two = atom(1) + atom(2);
  expect_warning(helix + cell + two, "name residues that have no atoms, A 4");
  expect_warning(helix + cell + two + atom(4), "");
  expect_warning(sequence + cell + two, "SEQRES names chains that have no atoms, B");
  expect_warning(sequence + cell + two + atom(3, 'B'), "");
  expect_warning(waters + cell + two + atom(3, 'A', "HOH", "O"), "FORMUL states 2 waters, the file has 1");
  expect_warning(waters + cell + two + atom(3, 'A', "HOH", "O") + atom(4, 'A', "HOH", "O"), "");
  // Somebody took atoms out of a whole file.
  expect_warning(helix + sequence + waters + cell + two + "END\n", "");
  const auto master = [](const char* atoms) {
    return std::string("MASTER        0    0    0    0    0    0    0    0") + atoms + "    1    0    0\nEND\n";
  };
  expect_warning(cell + two + master("    5"), "MASTER states 5 atoms, the file has 2");
  for (const char* fewer : {"    2", "    1"})
    EXPECT_EQ(warnings_of(cell + two + master(fewer)).find("MASTER"), std::string::npos);
}

/// gemmi refuses rows that are not whole.
TEST(ModelEndings, LoopsOfMmcif) {
  const std::string head =
      "data_x\n_cell.length_a 20\n_cell.length_b 21\n_cell.length_c 22\n_cell.angle_alpha 90\n_cell.angle_beta 90\n"
      "_cell.angle_gamma 90\n_symmetry.space_group_name_H-M 'P 1'\n"
      "loop_\n_entity.id\n_entity.type\n_entity.pdbx_number_of_molecules\n1 polymer 1\n2 water 2\n"
      "loop_\n_struct_asym.id\n_struct_asym.entity_id\nA 1\nB 2\n"
      "loop_\n_atom_site.id\n_atom_site.type_symbol\n_atom_site.label_atom_id\n_atom_site.label_comp_id\n"
      "_atom_site.label_asym_id\n_atom_site.label_entity_id\n_atom_site.auth_seq_id\n_atom_site.Cartn_x\n"
      "_atom_site.Cartn_y\n_atom_site.Cartn_z\n_atom_site.occupancy\n_atom_site.B_iso_or_equiv\n";
  const std::string ala = "1 C CA ALA A 1 1 4 3 2 1 20\n", first = "2 O O HOH B 2 101 8 3 2 1 20\n",
                    second = "3 O O HOH B 2 102 12 3 2 1 20\n";
  expect_warning(head + ala + first + second, "");
  expect_warning(head + ala + first, "_entity states 2 waters, the file has 1");
  // An item that stands alone is not a column of the loop.
  std::string alone = head + "2 O O HOH B 101 8 3 2 1 20\n3 O O HOH B 102 12 3 2 1 20\n1 C CA ALA A 1 4 3 2 1 20\n";
  alone.replace(alone.find("_atom_site.label_entity_id\n"), 27, "");
  expect_warning(alone + "_atom_site.label_entity_id 1\n", "");
  expect_warning(head + ala, "_struct_asym names chains without atoms, 'B'");
  expect_warning(head + ala + "#\n_exptl.method 'X-RAY DIFFRACTION'\n", "");
  EXPECT_THROW(warnings_of(head + ala + first.substr(0, 20)), Error);
}

}  // namespace
}  // namespace femtobragg::atoms
