// Elements by labels, as collections of minerals write them, and by types of more than one element.
#include <gtest/gtest.h>

#include "femtobragg/atoms/atom_types.h"
#include "femtobragg/atoms/model_file.h"
#include "femtobragg/base/error.h"

namespace femtobragg::atoms {
namespace {

/// One or more sites in P 1, without types.
std::string labelled(const std::string& sites, const std::string& more = "") {
  return "data_x\n_cell_length_a 10\n_cell_length_b 10\n_cell_length_c 10\n_cell_angle_alpha 90\n_cell_angle_beta 90\n"
         "_cell_angle_gamma 90\n_symmetry_space_group_name_H-M 'P 1'\n" +
         more +
         "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
         "_atom_site_U_iso_or_equiv\n" +
         sites + "\n";
}

std::string typed(const std::string& type) {
  std::string text = labelled("'" + type + "' M1 .1 .2 .3 .01");
  return text.replace(text.find("_atom_site_label"), 16, "_atom_site_type_symbol\n_atom_site_label");
}

/// The first atom's element, and what the file makes the reader say.
std::pair<int, std::string> read(const std::string& text) try {
  const AtomicModel model = parse_model(text, "x");
  std::string said;
  for (const std::string& warning : model.warnings) said += warning + "\n";
  return {model.atoms[0].atomic_number, said};
} catch (const Error& error) {
  return {0, error.what()};
}

TEST(ModelLabels, ElementsOfMinerals) {
  const struct {
    const char* label;
    int element;
  } cases[] = {{"CaM2", 20},  {"FeM1", 26}, {"SiT", 14},   {"AlT1", 13}, {"MgM1", 12},   {"AlVI", 13},
               {"NaA", 11},   {"KA", 19},   {"HgA", 80},   {"ClX", 17},  {"CoM", 27},    {"FeOct", 26},
               {"SiT1o", 14}, {"Si1A", 14}, {"O1A", 8},    {"Oa1", 8},   {"Obr", 8},     {"OA2", 8},
               {"Hw1", 1},    {"C1'", 6},   {"Ti(1)", 22}, {"U1", 92},   {"O-H", 8},     {"Cl1", 17},
               {"N1", 7},     {"AL1", 13},  {"T1", 0},     {"M1", 0},    {"(Fe,Ni)1", 0}};
  for (const auto& [label, element] : cases) {
    const auto [found, said] = read(labelled("'" + std::string(label) + "' .1 .2 .3 .01"));
    EXPECT_EQ(found, element) << label << said;
    if (element != 0) {
      EXPECT_EQ(said, "") << label;
    }
  }
}

TEST(ModelLabels, GroupsOfAtoms) {
  for (const char* label : {"Wat", "Wat1", "WatA", "OH1", "Oh", "OW1", "Ow2", "H2O", "NH4"}) {
    const auto [element, said] = read(labelled(std::string(label) + " .1 .2 .3 .01"));
    EXPECT_EQ(element, std::string(label) == "NH4" ? 7 : 8) << label;
    EXPECT_NE(said.find("whose hydrogens are not listed as sites"), std::string::npos) << label << said;
  }
  // The hydrogens are there, or the formula misses them.
  EXPECT_EQ(read(labelled("OH1 .1 .2 .3 .01\nH1 .19 .2 .3 .01")).second, "");
  const std::string by_formula = read(labelled("OH1 .1 .2 .3 .01", "_chemical_formula_sum 'H O'\n")).second;
  EXPECT_EQ(by_formula.find("not listed as sites"), std::string::npos) << by_formula;
  EXPECT_NE(by_formula.find("the formula has 1 hydrogens"), std::string::npos) << by_formula;
}

TEST(ModelLabels, WhatALabelLeavesOpen) {
  const struct {
    const char *label, *formula;
    int element;
    bool warns;
  } cases[] = {{"CA1", "", 20, true},  {"CA1", "C", 6, false},  {"CA1", "Ca", 20, false}, {"HO1", "", 67, true},
               {"HO1", "H", 1, false}, {"Cm", "", 96, true},    {"Cm", "C", 6, false},    {"W1", "", 74, true},
               {"W1", "W", 74, false}, {"Car1", "C", 6, false}, {"Car1", "", 20, true},   {"Va", "", 23, true},
               {"Ho1", "", 67, false}, {"Ca1", "C", 6, false},  {"Th1", "", 90, false},   {"H2O1", "", 1, true}};
  for (const auto& [label, formula, element, warns] : cases) {
    const std::string more = *formula ? std::string("_chemical_formula_sum ") + formula + "\n" : "";
    const auto [found, said] = read(labelled(std::string(label) + " .1 .2 .3 .01", more));
    EXPECT_EQ(found, element) << label << formula << said;
    EXPECT_EQ(said.find("ambiguous label") != said.npos, warns) << label << formula << said;
  }
}

TEST(ModelLabels, SitesOfSeveralElements) {
  const AtomicModel model = parse_model(typed("Ni0.75Fe0.25"), "x");
  ASSERT_EQ(model.atoms.size(), 2u);
  EXPECT_EQ(model.atoms[0].atomic_number, 28);
  EXPECT_NEAR(model.atoms[0].occupancy, 0.75, 1e-12);
  EXPECT_EQ(model.atoms[1].atomic_number, 26);
  EXPECT_NEAR(model.atoms[1].occupancy, 0.25, 1e-12);
  EXPECT_NE(read(typed("(Fe0.5,Ni0.5)")).second.find("split by the fractions"), std::string::npos);
  for (const char* type : {"FeNi", "Fe/Ni", "(Fe,Ni)", "Fe0.5Ni", "Fe2Ni1", "Fe0.3Ni0.3"})
    EXPECT_NE(read(typed(type)).second.find("one site has several elements"), std::string::npos) << type;
  for (const char* label : {"FeNi1", "Fe/Ni", "AlSiT"})
    EXPECT_NE(read(labelled(std::string(label) + " .1 .2 .3 .01")).second.find("one site has several elements"),
              std::string::npos)
        << label;
}

TEST(ModelLabels, TypesOfBondedAtoms) {
  const std::pair<const char*, int> cases[] = {{"Cval", 6}, {"Siv", 14}, {"Siva", 14}, {"Hiso", 1}, {"OH", 8}};
  for (const auto& [type, element] : cases) {
    const auto [found, said] = read(typed(type));
    EXPECT_EQ(found, element) << type;
    EXPECT_NE(said.find("additional text after element and charge, which is not used"), std::string::npos)
        << type << said;
  }
}

}  // namespace
}  // namespace femtobragg::atoms
