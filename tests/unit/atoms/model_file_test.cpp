// Models in three formats, and what is wrong with those that are none.
#include "femtobragg/atoms/model_file.h"

#include <gtest/gtest.h>

#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "tests/unit/atoms/small_models.h"

namespace femtobragg::atoms {
namespace {

using tests::small_cif, tests::small_pdb;

std::string refusal_of(const std::string& text) {
  try {
    parse_model(text, "x.pdb");
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(ModelFile, Pdb) {
  const AtomicModel model = parse_model(small_pdb, "x.pdb");
  EXPECT_DOUBLE_EQ(model.cell.c_A, 19.029);
  EXPECT_NEAR(model.cell.beta_rad, radians_from_degrees(101.22), 1e-12);
  EXPECT_EQ(model.space_group.symbol, "P 1 21 1");
  EXPECT_EQ(model.space_group.operations.size(), 2u);
  ASSERT_EQ(model.atoms.size(), 3u);
  EXPECT_EQ(model.atoms[0].atomic_number, 7);
  EXPECT_EQ(model.atoms[1].occupancy, 0.75);
  EXPECT_TRUE(model.atoms[1].u.has_value());
  EXPECT_EQ(model.atoms[2].atomic_number, 34);
  EXPECT_EQ(model.atoms[2].b_A2, 15.5);
  // b is at right angles to the others: y along it.
  EXPECT_NEAR(model.atoms[0].position.y, 2.25 / 9.609, 1e-12);
  EXPECT_NEAR(model.atoms[1].u->row_y.y, 0.15 / (9.609 * 9.609), 1e-9);
}

TEST(ModelFile, SmallMoleculeCif) {
  const AtomicModel model = parse_model("# comment\n\n" + small_cif, "x.cif");
  EXPECT_EQ(model.space_group.symbol, "P -3 m 1");
  EXPECT_EQ(model.space_group.operations.size(), 12u);
  ASSERT_EQ(model.atoms.size(), 2u);
  // Multiplicities of the sites: 1 and 2 of 12.
  EXPECT_NEAR(model.atoms[0].occupancy, 1.0 / 12, 1e-12);
  EXPECT_NEAR(model.atoms[1].occupancy, 1.0 / 6, 1e-12);
  EXPECT_NEAR(model.atoms[0].b_A2, 8 * pi * pi * 0.0142, 1e-9);
  EXPECT_FALSE(model.atoms[0].u.has_value());
  // U is given along reciprocal axes of unit length.
  EXPECT_NEAR(model.atoms[1].u->row_z.z, 0.0150 / (6.862 * 6.862), 1e-12);
}

TEST(ModelFile, ChargesAndOperationsOfACif) {
  std::string text = replaced(small_cif, "1 Mg\n", "1 Mg2+\n");
  text = replaced(text, "_symmetry_space_group_name_H-M 'P -3 m 1'\n",
                  "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n-x,-y,-z\n");
  const AtomicModel model = parse_model(text, "x.cif");
  EXPECT_EQ(model.atoms[0].charge, 2);
  EXPECT_EQ(model.space_group.symbol, "P -1");
}

TEST(ModelFile, MmCif) {
  const std::string text =
      "data_test\n_cell.length_a 30\n_cell.length_b 40\n_cell.length_c 50\n_cell.angle_alpha 90\n"
      "_cell.angle_beta 90\n_cell.angle_gamma 90\n_symmetry.space_group_name_H-M 'P 21 21 21'\nloop_\n"
      "_atom_site.group_PDB\n_atom_site.id\n_atom_site.type_symbol\n_atom_site.label_atom_id\n"
      "_atom_site.label_alt_id\n_atom_site.label_comp_id\n_atom_site.label_asym_id\n_atom_site.label_entity_id\n"
      "_atom_site.label_seq_id\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n"
      "_atom_site.occupancy\n_atom_site.B_iso_or_equiv\n_atom_site.auth_seq_id\n_atom_site.auth_asym_id\n"
      "_atom_site.pdbx_PDB_model_num\n"
      "ATOM 1 C CA . GLY A 1 1 3.0 4.0 5.0 1.00 20.0 1 A 1\n";
  const AtomicModel model = parse_model(text, "x.cif");
  EXPECT_EQ(model.space_group.operations.size(), 4u);
  ASSERT_EQ(model.atoms.size(), 1u);
  EXPECT_NEAR(model.atoms[0].position.z, 0.1, 1e-12);
}

TEST(ModelFile, CopiesThatTheFileLeavesOut) {
  const std::string copies =
      "MTRIX1   1  1.000000  0.000000  0.000000        0.00000                         \n"
      "MTRIX2   1  0.000000  1.000000  0.000000        0.00000                         \n"
      "MTRIX3   1  0.000000  0.000000  1.000000        2.00000                         \n";
  EXPECT_EQ(parse_model(replaced(small_pdb, "ATOM      1", copies + "ATOM      1"), "x.pdb").atoms.size(), 6u);
}

TEST(ModelFile, WarnsOfAtomsThatSymmetryDoubles) {
  const std::string text = replaced(small_pdb, "P 1 21 1 ", "P 1 2 1  ");
  const std::string on_axis = replaced(text, "1.500   2.250   3.750", "0.000   2.250   0.000");
  const AtomicModel model = parse_model(on_axis, "x.pdb");
  ASSERT_EQ(model.warnings.size(), 1u);
  EXPECT_NE(model.warnings[0].find("'N' of GLY 1"), std::string::npos) << model.warnings[0];
  EXPECT_TRUE(parse_model(replaced(on_axis, "0.000  1.00", "0.000  0.50"), "x.pdb").warnings.empty());
}

/// Each message names what is wrong and where.
TEST(ModelFile, WhatIsNoModel) {
  const struct {
    std::string text;
    std::vector<std::string> words;
  } cases[] = {
      {"", {"empty", "x.pdb"}},
      {" \n\n", {"empty"}},
      {"hello\nworld\n", {"no atoms"}},
      {small_pdb.substr(0, small_pdb.find("ATOM")), {"no atoms"}},
      {replaced(small_pdb, "P 1 21 1", "P 9 21 1"), {"unknown space group", "'P 9 21 1'"}},
      {replaced(small_pdb, "P 1 21 1", "        "), {"there is no space group"}},
      {replaced(small_pdb, "    9.643    9.609   19.029", "    0.000    0.000    0.000"), {"there is no unit cell"}},
      {replaced(small_pdb, "CRYST1", "CRYST9"), {"there is no unit cell"}},
      {replaced(small_pdb, "0.75  9.50", "-.75  9.50"), {"occupancy", "-0.75", "'CA' of GLY 1"}},
      {replaced(small_pdb, "           N  \n", "           Xx \n"), {"unknown element", "'N' of GLY 1"}},
      {replaced(small_pdb, "   2.100", "   2.x00"), {"coordinate is not a number", "line 4", "'2.x00'"}},
      {replaced(small_pdb, " 12.00 ", " 1..00 "), {"B factor is not a number", "line 3"}},
      {replaced(small_pdb, "GLY A   1", "GL\x01 A   1"), {"is not text", "line 3"}},
      {small_cif.substr(0, small_cif.find("loop_")), {"no atoms"}},
      {replaced(small_cif, "'P -3 m 1'", "'P -3 m 7'"), {"unknown space group", "block 'MgI2'"}},
      {replaced(small_cif, "1 Mg\n", "1 Qq\n"), {"unknown element", "'Mg1'"}},
      {replaced(small_cif, "0.0142(9) 1", "0.0142(9) -1"), {"occupancy", "'Mg1'"}},
      {replaced(small_cif, "120.00", "240.00"), {"there is no unit cell"}},
      {replaced(small_cif, "0.0142(9)", "0.0.142"), {"is not a number", "_atom_site_U_iso_or_equiv", "'0.0.142'"}},
      {replaced(small_cif, "0.0150(5)", "0.0151.50"), {"is not a number", "block 'MgI2'", "_atom_site_aniso_U_33"}},
      {replaced(small_cif, "0.00525(18)", "525"), {"displacement", "'I1'", "-1049.98 to 350"}},
      {replaced(small_cif, "0.0142(9)", "525"), {"displacement", "'Mg1'", "525 A^2"}},
      {replaced(small_pdb, " 12.00 ", "-99.00 "), {"displacement", "'N' of GLY 1"}},
      {replaced(small_cif, "1 Mg\n", "1\n"), {"cannot read the model", "x.pdb"}},
      {"data_x\nloop_\n_atom_site_label\n", {"x.pdb"}},
  };
  for (const auto& [text, words] : cases) {
    const std::string message = refusal_of(text);
    for (const std::string& word : words) EXPECT_NE(message.find(word), std::string::npos) << word << "\n" << message;
  }
}

TEST(ModelFile, CutAnywhere) {
  for (const std::string& text : {small_pdb, small_cif})
    for (std::size_t size = 0; size < text.size(); ++size) {
      try {
        parse_model(std::string_view(text).substr(0, size), "x.pdb");
      } catch (const Error&) {
      }
    }
}

}  // namespace
}  // namespace femtobragg::atoms
