// What a model says twice, or what its atoms cannot do: warned of, and normal disorder is not.
#include <gtest/gtest.h>

#include "femtobragg/atoms/model_file.h"
#include "femtobragg/base/error.h"
#include "tests/unit/atoms/small_models.h"

namespace femtobragg::atoms {
namespace {

using tests::small_pdb;

/// Warnings, or the refusal.
std::string said_of(const std::string& text) try {
  std::string all;
  for (const std::string& warning : parse_model(text, "x").warnings) all += warning + "\n";
  return all;
} catch (const Error& error) {
  return error.what();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

void expect_said(const std::string& text, const std::string& words) {
  const std::string said = said_of(text);
  if (words.empty())
    EXPECT_EQ(said, "") << text;
  else
    EXPECT_NE(said.find(words), std::string::npos) << words << "\n" << said;
}

std::string cell_of(const std::string& symbol) {
  return "data_x\n_cell_length_a 10\n_cell_length_b 10\n_cell_length_c 10\n_cell_angle_alpha 90\n"
         "_cell_angle_beta 90\n_cell_angle_gamma 90\n_symmetry_space_group_name_H-M '" +
         symbol + "'\n";
}

std::string sites(const std::string& rows, const std::string& columns = "", const std::string& symbol = "P 1") {
  return cell_of(symbol) +
         "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n"
         "_atom_site_fract_z\n_atom_site_U_iso_or_equiv\n_atom_site_occupancy\n" +
         columns + rows + "\n";
}

constexpr const char* groups = "_atom_site_disorder_assembly\n_atom_site_disorder_group\n";

TEST(ModelContradictions, AtomsTooClose) {
  const struct {
    std::string text;
    const char* words;
  } cases[] = {{sites("C1 C 0 0 0 .01 1\nC2 C .08 0 0 .01 1"), "2 atoms are closer to others than any bond"},
               {sites("C1 C 0 0 0 .01 1\nC2 C .062 0 0 .01 1"), "0.62 A apart"},
               {sites("Fe1 Fe .06 0 0 .01 1", "", "P -1"), "'Fe1' and a copy of it, 1.2 A apart"},
               {sites("C1 C 0 0 0 .01 1\nN1 N .11 0 0 .01 1"), ""},
               {sites("U1 U 0 0 0 .01 1\nO1 O .176 0 0 .01 1"), ""},
               {sites("O1 O 0 0 0 .01 1\nH1 H .07 0 0 .01 1"), ""},
               {sites("H1 H 0 0 0 .01 1\nH2 H .074 0 0 .01 1"), ""},
               // Disorder.
               {sites("C1 C 0 0 0 .01 .6\nC2 C .08 0 0 .01 .4"), ""},
               {sites("C1 C .04 0 0 .01 .5", "", "P -1"), ""},
               {sites("C1 C 0 0 0 .01 .7 A 1\nC2 C .08 0 0 .01 .3 A 2\nC3 C .085 .01 0 .01 .7 B 1", groups), "2 atoms"},
               {sites("C1 C 0 0 0 .01 .7 A 1\nC2 C .5 0 0 .01 .3 A 2\nC3 C .085 .01 0 .01 .6 B 2", groups),
                "2 atoms are closer"},
               // Groups of different assemblies are there together, those of one are not.
               {sites("C1 C 0 0 0 .01 1 A 1\nC2 C .08 0 0 .01 1 B 2", groups), "2 atoms are closer"},
               {sites("C1 C 0 0 0 .01 .7 A 1\nC2 C .03 0 0 .01 .7 B 2", groups), "2 atoms share their positions"},
               {sites("C1 C 0 0 0 .01 .7 A 1\nC2 C .03 0 0 .01 .3 B 2", groups), ""},
               {sites("C1 C 0 0 0 .01 .7 A 1\nC2 C .08 0 0 .01 .3 A 2", groups), ""},
               {sites("C1 C 0 0 0 .01 .7 . 1\nC2 C .08 0 0 .01 .3 . 2", groups), ""}};
  for (const auto& [text, words] : cases) expect_said(text, words);
}

TEST(ModelContradictions, AlternatesThatAreThereTogether) {
  const struct {
    std::string rows;
    const char* words;
  } cases[] = {{"C1 C 0 0 0 .01 1 A 1\nC2 C .1 0 0 .01 1 A 2", "groups '1' and '2' with 'C1' and 'C2' to 2"},
               {"C1 C 0 0 0 .01 .6 A 1\nC2 C .1 0 0 .01 .4 A 2", ""},
               {"C1 C 0 0 0 .01 1 A 1\nC2 C .15 0 0 .01 1 B 2", ""},
               // Two disorders without assemblies: the groups' least shares add up to less than one.
               {"C1 C 0 0 0 .01 .6 . 1\nC2 C .1 0 0 .01 .4 . 2\nC3 C .2 0 0 .01 .9 . 1\nC4 C .3 0 0 .01 .1 . 2", ""},
               {"C1 C 0 0 0 .01 .5 . -1\nC2 C .1 0 0 .01 1 . 2", ""}};
  for (const auto& [rows, words] : cases) expect_said(sites(rows, groups), words);
  const auto pdb = [](const char* a, const char* b, const char* residue = "ALA") {
    return std::string("CRYST1   20.000   21.000   22.000  90.00  90.00  90.00 P 1           1\n") +
           "ATOM      1  C  AALA A   1       1.000   2.000   3.000  " + a + " 20.00           C  \n" +
           "ATOM      2  C  B" + residue + " A   1       2.500   2.000   3.000  " + b + " 20.00           C  \n";
  };
  expect_said(pdb("1.00", "1.00"), "add up to more than 1: atom 'C' of ALA 1, chain 'A' to 2");
  expect_said(pdb("0.60", "0.60", "SER"), "chain 'A' to 1.2");
  expect_said(pdb("0.60", "0.40"), "");
}

TEST(ModelContradictions, Displacements) {
  expect_said(sites("C1 C 0 0 0 -.01 1"), "1 atom with mean square displacements below zero");
  expect_said(sites("C1 C 0 0 0 .05 1\nC2 C .2 0 0 3.95 1"), "'C2' 3.95");
  expect_said(sites("C1 C 0 0 0 .05 1\nC2 C .2 0 0 .4 1"), "");
  const std::string tensor =
      "loop_\n_atom_site_aniso_label\n_atom_site_aniso_U_11\n_atom_site_aniso_U_22\n"
      "_atom_site_aniso_U_33\n_atom_site_aniso_U_12\n_atom_site_aniso_U_13\n"
      "_atom_site_aniso_U_23\n";
  expect_said(sites("C1 C 0 0 0 .02 1") + tensor + "C1 -.02 .04 .04 0 0 0\n", "below zero");
  expect_said(sites("C1 C 0 0 0 .0267 1") + tensor + "C1 -.0005 .04 .04 0 0 0\n", "");
}

TEST(ModelContradictions, CellsAndContents) {
  const std::string one = sites("Fe1 Fe 0 0 0 .01 1") + "loop_\n_atom_type_symbol\n_atom_type_number_in_cell\n";
  expect_said(one + "Fe3+ 1\n", "");
  expect_said(one + "Fe 4\n", "a number of Fe in the cell of 4");
  std::string radians = sites("Fe1 Fe 0 0 0 .01 1");
  for (int i = 0; i < 3; ++i) radians = replaced(radians, " 90", " 1.5708");
  expect_said(radians, "these may be radians");
}

TEST(ModelContradictions, PdbHeaders) {
  const auto with = [](const std::string& records) { return records + small_pdb; };
  const struct {
    std::string text;
    const char* words;
  } cases[] = {
      {replaced(small_pdb, "P 1 21 1      2", "P 1 21 1      3"), "states Z 3, but P 1 21 1 makes 2 copies"},
      {replaced(small_pdb, "P 1 21 1      2", "P 1 21 1      4"), ""},
      {replaced(small_pdb, "P 1 21 1      2", "P 1 21 1      1"), ""},
      {replaced(small_pdb, "P 1 21 1      2", "P 1 21 1       "), ""},
      {with("REMARK 290       1555   X,Y,Z\nREMARK 290       2555   -X,Y+1/2,-Z\n"), ""},
      {with("REMARK 290       1555   X,Y,Z\nREMARK 290       2555   -X,Y,-Z\n"), "lists different operations"},
      {with("REMARK 290       1555   X,Y,Z\n"),
       "REMARK 290 lists 1 operation, but CRYST1 says P 1 21 1, which is used"},
      {with("REMARK 290 SYMMETRY OPERATORS FOR SPACE GROUP: P 21 21 21\n"), "REMARK 290 says P 21 21 21"},
      {with("REMARK 290 SYMMETRY OPERATORS FOR SPACE GROUP: P 1 21 1\n"), ""},
      {with("REMARK 290   SMTRY1   1  1.000000  0.000000  0.000000        0.00000\n"), "lists 1 operation"},
      {replaced(small_pdb, "           N  \n", "          NA  \n"), "1 atom do not belong to the residue"},
      {with("MTRIX1   1 -1.000000  0.000000  0.000000        0.00000\n"
            "MTRIX2   1  0.000000 -1.000000  0.000000        9.00000\n"
            "MTRIX3   1  0.000000  0.000000 -1.000000        0.00000\n"),
       "are not all rotations"},
      {with("EXPDTA    X-RAY DIFFRACTION\n"), ""},
      {with("EXPDTA    FIBER DIFFRACTION\n"), ""},
      {with("EXPDTA    SOLUTION NMR\n"), "the model does not come from X-ray diffraction (EXPDTA 'SOLUTION NMR')"},
      {with("EXPDTA    X-RAY DIFFRACTION; NEUTRON DIFFRACTION\n"), "(EXPDTA 'NEUTRON DIFFRACTION')"}};
  for (const auto& [text, words] : cases) expect_said(text, words);
}

/// Orthogonal and fractional coordinates of one mmCIF model.
std::string residue_cif(const std::string& columns, const std::string& first, const std::string& second) {
  return "data_x\n_cell.length_a 20\n_cell.length_b 21\n_cell.length_c 22\n_cell.angle_alpha 90\n_cell.angle_beta 95\n"
         "_cell.angle_gamma 90\n_cell.Z_PDB 2\n_symmetry.space_group_name_H-M 'P 1 21 1'\nloop_\n_atom_site.id\n"
         "_atom_site.type_symbol\n_atom_site.label_atom_id\n_atom_site.label_alt_id\n_atom_site.label_comp_id\n"
         "_atom_site.label_asym_id\n_atom_site.label_seq_id\n_atom_site.occupancy\n_atom_site.pdbx_PDB_model_num\n" +
         columns + "1 N N . ALA A 1 1.0 1 " + first + "\n2 C CA . ALA A 1 1.0 1 " + second + "\n";
}

constexpr const char *orthogonal = "_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n",
                     *fractions = "_atom_site.fract_x\n_atom_site.fract_y\n_atom_site.fract_z\n",
                     *isotropic = "_atom_site.B_iso_or_equiv\n";

TEST(ModelContradictions, FractionsInMmcif) {
  const std::string in_A[] = {"1 2 3", "2.4 2 3.2"};
  const AtomicModel right =
      parse_model(residue_cif(std::string(orthogonal) + isotropic, in_A[0] + " 20", in_A[1] + " 21"), "x");
  std::string in_fractions[2];
  for (std::size_t i = 0; i < 2; ++i)
    for (const double v : {right.atoms[i].position.x, right.atoms[i].position.y, right.atoms[i].position.z})
      in_fractions[i] += std::to_string(v) + " ";
  const std::string tensor =
      "loop_\n_atom_site_anisotrop.id\n_atom_site_anisotrop.U[1][1]\n_atom_site_anisotrop.U[2][2]\n"
      "_atom_site_anisotrop.U[3][3]\n_atom_site_anisotrop.U[1][2]\n_atom_site_anisotrop.U[1][3]\n"
      "_atom_site_anisotrop.U[2][3]\n1 .25 .25 .26 .01 .02 .03\n";
  const std::string only =
      residue_cif(std::string(fractions) + isotropic, in_fractions[0] + "20", in_fractions[1] + "21");
  const AtomicModel read = parse_model(only + tensor, "x");
  EXPECT_TRUE(read.warnings.empty()) << said_of(only + tensor);
  ASSERT_EQ(read.atoms.size(), 2u);
  EXPECT_TRUE(read.atoms[0].u);
  EXPECT_NEAR(read.atoms[1].b_A2, 21, 1e-9);
  EXPECT_NEAR(read.atoms[1].position.z, right.atoms[1].position.z, 1e-6);
  const auto both = [&](const std::string& first) {
    return residue_cif(std::string(orthogonal) + fractions + isotropic, in_A[0] + " " + first + " 20",
                       in_A[1] + " " + in_fractions[1] + "21");
  };
  expect_said(both(in_fractions[0]), "");
  expect_said(both(".3 .2 .1"), "the fractional coordinates of 1 atom contradict the orthogonal ones");
  expect_said(replaced(both(in_fractions[0]), "Z_PDB 2", "Z_PDB 3"), "states Z 3");
  // Several models are those of one place.
  std::string second = only;
  second += "3 N N . ALA A 1 1.0 2 " + in_fractions[0] + "20\n";
  expect_said(second, "the first of 2 models is used");
  EXPECT_EQ(parse_model(second, "x").atoms.size(), 2u);
}

/// A frame of the file's own, by the one matrix or the other.
TEST(ModelContradictions, FramesInMmcif) {
  const std::string base = residue_cif(std::string(orthogonal) + isotropic, "1 2 3 20", "2.4 2 3.2 20");
  const std::string cubic = replaced(
      replaced(replaced(base, "length_b 21", "length_b 20"), "length_c 22", "length_c 20"), "beta 95", "beta 90");
  const auto matrix = [](const std::string& tag, const char* one) {
    std::string text;
    for (int i = 1; i <= 3; ++i)
      for (int j = 1; j <= 3; ++j)
        text += "_atom_sites." + tag + "_matrix[" + std::to_string(i) + "][" + std::to_string(j) + "] " +
                (j == i % 3 + 1 ? one : "0") + "\n";
    return text;
  };
  const AtomicModel forward = parse_model(cubic + matrix("Cartn_transf", "20"), "x");
  // x of the frame is along b.
  EXPECT_NEAR(forward.atoms[0].position.y, 0.05, 1e-9);
  EXPECT_NEAR(forward.atoms[0].position.z, 0.1, 1e-9);
  EXPECT_TRUE(forward.warnings.empty());
  EXPECT_NEAR(parse_model(cubic + matrix("fract_transf", "0.05"), "x").atoms[0].position.x, 0.1, 1e-9);
}

TEST(ModelContradictions, LongSymbolsInPdb) {
  const auto group = [](const char* tail) {
    return parse_model(std::string("CRYST1   20.000   21.000   22.000  90.00  90.00  90.00 ") + tail +
                           "\nATOM      1  N   ALA A   1       1.000   2.000   3.000  1.00 20.00           N  \n",
                       "x")
        .space_group.symbol;
  };
  EXPECT_EQ(group("P 21 21 2 (a)   4"), "P 21212(a)");
  EXPECT_EQ(group("P 21 21 2     4"), "P 21 21 2");
  EXPECT_EQ(group("P 21/n 21/m 21/a"), "P n m a");
}

TEST(ModelContradictions, OneTensorForTwoPlaces) {
  const std::string tensor =
      "loop_\n_atom_site_aniso_label\n_atom_site_aniso_U_11\n_atom_site_aniso_U_22\n"
      "_atom_site_aniso_U_33\n_atom_site_aniso_U_12\n_atom_site_aniso_U_13\n"
      "_atom_site_aniso_U_23\nM1 .02 .02 .02 0 0 0\n";
  expect_said(sites("M1 Fe 0 0 0 .02 1\nM1 Ni .5 0 0 .02 1") + tensor, "at different positions under one label");
  expect_said(sites("M1 Fe 0 0 0 .02 .5\nM1 Ni 0 0 0 .02 .5") + tensor, "");
}

TEST(ModelContradictions, DisplacementsAndAlternatesInMmcif) {
  const std::string columns = std::string(orthogonal) + isotropic + "_atom_site.U_iso_or_equiv\n";
  expect_said(residue_cif(columns, "1 2 3 20 .9", "2.4 2 3.2 20 .2533"), "two displacements of one atom");
  expect_said(residue_cif(columns, "1 2 3 20 .2533", "2.4 2 3.2 20 ."), "");
  std::string alternates = residue_cif(std::string(orthogonal) + isotropic, "1 2 3 20", "2.4 2 3.2 20");
  alternates = replaced(alternates, "N N . ALA", "N N A ALA");
  alternates = replaced(alternates, "C CA . ALA", "N N B SER");
  expect_said(alternates, "chain 'A' to 2");
}

}  // namespace
}  // namespace femtobragg::atoms
