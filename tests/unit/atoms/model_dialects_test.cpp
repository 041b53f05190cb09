// Displacements, occupancies and contents as files state them, and dialects of the PDB format.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "femtobragg/atoms/calculated_factors.h"
#include "femtobragg/atoms/model_file.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "tests/unit/atoms/small_models.h"

namespace femtobragg::atoms {
namespace {

using tests::small_cif, tests::small_pdb;

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text + "\n";
  return all;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// Warnings and notes, or the refusal.
std::string said_of(const std::string& text) {
  try {
    const AtomicModel model = parse_model(text, "x");
    return joined(model.warnings) + joined(model.notes);
  } catch (const Error& error) {
    return error.what();
  }
}

double amplitude(const std::string& text, const Hkl& hkl) {
  const CalculatedFactors found =
      calculate_factors(parse_model(text, "x"), {.d_min_A = 0.9, .method = FactorMethod::Direct});
  return found.factors.values[found.factors.index(hkl[0], hkl[1], hkl[2])];
}

/// Silicon and oxygen in P 1, with columns of the atoms and further loops.
std::string two_atoms(const std::string& tags, const std::string& silicon, const std::string& oxygen,
                      const std::string& more = "") {
  std::string text =
      "data_x\n_cell_length_a 5\n_cell_length_b 6\n_cell_length_c 7\n_cell_angle_alpha 80\n_cell_angle_beta 95\n"
      "_cell_angle_gamma 105\n_symmetry_space_group_name_H-M 'P 1'\n" +
      more +
      "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n";
  std::string tag;
  for (const char c : tags + " ")
    if (c != ' ')
      tag += c;
    else if (!tag.empty())
      text += "_atom_site_" + tag + "\n", tag.clear();
  return text + "Si1 Si 0.11 0.22 0.33 " + silicon + "\nO1 O 0.41 0.27 0.12 " + oxygen + "\n";
}

std::string tensors(const std::string& kind, const std::string& rows) {
  std::string text = "loop_\n_atom_site_aniso_label\n";
  for (const char* index : {"11", "22", "33", "12", "13", "23"})
    text += "_atom_site_aniso_" + kind + "_" + index + "\n";
  return text + rows;
}

/// The values are those of cctbx, in a right-angled cell.
TEST(ModelDialects, BetaOfARightAngledCell) {
  std::string text = two_atoms("", "", "", tensors("beta", "Si1 .02 .015 .02 0 0 .001\nO1 .02 .015 .02 0 0 .001\n"));
  for (const char* angle : {"80", "95", "105"}) text = replaced(text, angle, "90");
  EXPECT_NEAR(amplitude(text, {0, 0, 7}), 1.489, 0.001);
  EXPECT_NEAR(amplitude(text, {5, 0, 0}), 2.367, 0.001);
}

/// One tensor in three forms: U, B = 8 pi^2 U, beta_ij = 2 pi^2 U_ij a*_i a*_j.
TEST(ModelDialects, FormsOfOneTensor) {
  const double u[] = {0.02, 0.03, 0.025, 0.004, -0.003, 0.006};
  const AtomicModel plain = parse_model(two_atoms("U_iso_or_equiv", ".02", ".02"), "x");
  const Mat3d metric = reciprocal_metric(plain.cell);
  const double stars[] = {std::sqrt(metric.row_x.x), std::sqrt(metric.row_y.y), std::sqrt(metric.row_z.z)};
  constexpr int first[] = {0, 1, 2, 0, 0, 1}, second[] = {0, 1, 2, 1, 2, 2};
  std::string rows[3];
  for (int i = 0; i < 6; ++i) {
    const auto add = [&](std::string& row, double value) { row += " " + std::to_string(value); };
    add(rows[0], u[i]);
    add(rows[1], 8 * pi * pi * u[i]);
    add(rows[2], 2 * pi * pi * u[i] * stars[first[i]] * stars[second[i]]);
  }
  const auto with = [&](const char* kind, const std::string& row) {
    return amplitude(two_atoms("U_iso_or_equiv", ".025", ".02", tensors(kind, "Si1" + row + "\n")), {2, -3, 1});
  };
  const double by_u = with("U", rows[0]);
  EXPECT_GT(std::abs(by_u - amplitude(two_atoms("U_iso_or_equiv", ".025", ".02"), {2, -3, 1})), 0.05);
  EXPECT_NEAR(with("B", rows[1]), by_u, 1e-4 * by_u);
  // Six decimals.
  EXPECT_NEAR(with("beta", rows[2]), by_u, 1e-3 * by_u);
  const std::string whole = two_atoms("B_iso_or_equiv", "2.0", "1.5");
  EXPECT_NEAR(parse_model(whole, "x").atoms[0].b_A2, 2, 1e-12);
}

TEST(ModelDialects, DisplacementsThatAreDoubtful) {
  const std::string row = " .02 .03 .025 .004 -.003 .006\n";
  const struct {
    std::string text;
    const char* words;
  } cases[] = {
      {two_atoms("", "", ""), "2 atoms without displacements; U = 0 is used: 'Si1', 'O1'"},
      {two_atoms("U_iso_or_equiv", ".02", "?"), "1 atom without displacements"},
      {two_atoms("U_iso_or_equiv", ".02", ".02", tensors("U", "Si9" + row)), "have no site"},
      {two_atoms("U_iso_or_equiv adp_type", ".02 Uani", ".02 Uiso"), "anisotropic without a tensor"},
      {two_atoms("U_iso_or_equiv adp_type", ".025 Uiso", ".02 Uiso", tensors("U", "Si1" + row)),
       "isotropic, but with a tensor"},
      {two_atoms("U_iso_or_equiv", ".25", ".02", tensors("U", "Si1" + row)), "do not agree with the isotropic ones"},
      {two_atoms("U_iso_or_equiv", "1.2", "2.5"), "check that they are not B"},
      {two_atoms("B_iso_or_equiv", ".02", ".03"), "check that they are not U"},
      {two_atoms("U_iso_or_equiv", ".02", ".02", tensors("U", "Si1 .02 .03 .025 .004 ? .006\n")),
       "an anisotropic displacement is incomplete"},
      {two_atoms("U_iso_or_equiv", ".02", ".02", tensors("U", "Si1" + row + "Si1" + row)), "two anisotropic"},
      {two_atoms("U_iso_or_equiv", ".02", ".02",
                 "loop_\n_atom_site_aniso_label\n_atom_site_aniso_U_11\n_atom_site_aniso_U_22\nSi1 .1 .1\n"),
       "2 columns of 6"},
      {two_atoms("U_iso_or_equiv B_iso_or_equiv", ".02 3.0", ".02 1.58"), "two displacements of one atom"}};
  for (const auto& [text, words] : cases)
    EXPECT_NE(said_of(text).find(words), std::string::npos) << words << "\n" << said_of(text);
  // All unknown is none.
  EXPECT_EQ(said_of(two_atoms("U_iso_or_equiv", ".02", ".02", tensors("U", "Si1 . . . . . .\n"))).find("warn"),
            std::string::npos);
}

TEST(ModelDialects, SitesAndOccupancies) {
  const struct {
    std::string text;
    const char* words;
  } cases[] = {
      {two_atoms("U_iso_or_equiv occupancy", ".02 ?", ".02 1"), "1 atom of unknown occupancy"},
      {two_atoms("U_iso_or_equiv occupancy", ".02 1.4", ".02 1"), "with an occupancy above 1: 'Si1' 1.4"},
      {two_atoms("U_iso_or_equiv occupancy", ".02 0", ".02 1"), "1 atom of occupancy 0 does not scatter"},
      {two_atoms("U_iso_or_equiv calc_flag", ".02 dum", ".02 d"), "a dummy, is ignored: 'Si1'"},
      {two_atoms("U_iso_or_equiv attached_hydrogens", ".02 0", ".02 2"), "attached hydrogens"},
      {two_atoms("U_iso_or_equiv symmetry_multiplicity", ".02 4", ".02 1"), "'Si1' has 4, found 1"},
      {two_atoms("U_iso_or_equiv", ".02", ".02\nO2 O .43 .27 .12 .02"), "atoms share their positions"},
      {two_atoms("U_iso_or_equiv", ".02", ".02\nO1 O .41 .27 .12 .02"), "atoms share their positions"},
      {two_atoms("U_iso_or_equiv", ".02", ".02\nQ1 Xx .5 .5 .5 .02"), "unknown element"},
      {two_atoms("U_iso_or_equiv", ".02", ".02\nW1 OH .5 .5 .5 .02"), "not used: 'OH'"},
      {two_atoms("U_iso_or_equiv", ".02", ".02\nW1 SiT .5 .5 .5 .02"), "unknown element"},
      {two_atoms("U_iso_or_equiv", ".02", ".02\nM1 Fe3+x .5 .5 .5 .02"), "additional text after element and charge"},
      {two_atoms("U_iso_or_equiv wild", ".02 7", ".02 8"), "not used: _atom_site_wild"},
      {two_atoms("U_iso_or_equiv", ".02", ".02", "_diffrn_radiation_probe neutron\n"),
       "(_diffrn_radiation_probe 'neutron')"},
      {two_atoms("U_iso_or_equiv", ".02", ".02", "_diffrn_radiation_probe electron\n"),
       "form factors for X-rays are used"},
      {two_atoms("U_iso_or_equiv", ".02", ".02") + two_atoms("U_iso_or_equiv", ".02", ".02").replace(5, 1, "y"),
       "the block 'x' is used; other models are not: 'y'"}};
  for (const auto& [text, words] : cases)
    EXPECT_NE(said_of(text).find(words), std::string::npos) << words << "\n" << said_of(text);
  const std::string mixed = two_atoms("U_iso_or_equiv occupancy", ".02 .4", ".02 1\nAl1 Al .11 .22 .33 .02 .6");
  EXPECT_EQ(said_of(mixed), "");
  EXPECT_NEAR(amplitude(mixed, {0, 0, 0}), 0.4 * 14 + 8 + 0.6 * 13, 0.02);
}

TEST(ModelDialects, TypesAndLabels) {
  const auto first = [](const std::string& type) {
    return parse_model(replaced(two_atoms("U_iso_or_equiv", ".02", ".02"), "Si1 Si ", "Si1 " + type + " "), "x")
        .atoms[0];
  };
  const struct {
    const char* type;
    int element, charge;
  } cases[] = {{"Fe3+", 26, 3}, {"Fe+3", 26, 3}, {"O2-", 8, -2}, {"Na+", 11, 1}, {"Cl1-", 17, -1},
               {"D", 1, 0},     {"SI", 14, 0},   {"si", 14, 0},  {"C", 6, 0},    {"Si0+", 14, 0}};
  for (const auto& [type, element, charge] : cases) {
    EXPECT_EQ(first(type).atomic_number, element) << type;
    EXPECT_EQ(first(type).charge, charge) << type;
  }
}

/// What a site of 3-fold symmetry makes of a place with four digits, and of a tensor without that symmetry.
TEST(ModelDialects, SpecialPositions) {
  const std::string rounded = replaced(small_cif, "0.33333333333 0.66666666667", "0.3333 0.6667");
  const AtomicModel model = parse_model(rounded, "x");
  EXPECT_TRUE(model.warnings.empty()) << joined(model.warnings);
  EXPECT_NEAR(model.atoms[1].position.x, 1.0 / 3, 1e-12);
  EXPECT_NEAR(model.atoms[1].occupancy, 1.0 / 6, 1e-12);
  EXPECT_NE(said_of(replaced(small_cif, "0.00525(18)", "-0.00525(18)")).find("do not have the symmetry"),
            std::string::npos);
  // Disorder about a mirror plane: half an atom on each side.
  const std::string beside =
      replaced(replaced(small_cif, "0 0 0 0.0142(9) 1 Mg", "0 0 0.02 0.0142(9) 0.5 Mg"), "0.0142(9)", "0.0142");
  EXPECT_NE(said_of(beside).find("treated as disorder"), std::string::npos) << said_of(beside);
}

TEST(ModelDialects, ContentsThatContradict) {
  const std::string silicon =
      "data_x\n_cell_length_a 5.431\n_cell_length_b 5.431\n_cell_length_c 5.431\n_cell_angle_alpha 90\n"
      "_cell_angle_beta 90\n_cell_angle_gamma 90\n_symmetry_space_group_name_H-M 'F d -3 m :2'\n"
      "_cell_formula_units_Z 8\n_chemical_formula_sum Si\n_chemical_formula_weight 28.09\n_exptl_crystal_F_000 112\n"
      "_exptl_crystal_density_diffrn 2.329\n_cell_volume 160.19\n"
      "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
      "_atom_site_U_iso_or_equiv\nSi1 Si .125 .125 .125 .006\n";
  EXPECT_EQ(said_of(silicon), "");
  const struct {
    const char *from, *to, *words;
  } cases[] = {{":2", ":1", "8 units of Si: Si 16 instead of 8"},
               {":2", ":1", "F(000) 112, its cell, symmetry and atoms give 224"},
               {":2", ":1", "density (g/cm^3) of 2.329, its cell, symmetry and atoms give 4.65"},
               {"Z 8", "Z 4", "4 units of Si: Si 8 instead of 4"},
               {"sum Si", "sum 'Si O2'", "O 0 instead of 16"},
               {"sum Si", "sum 'Si H4'", "4 hydrogens, the model has none"},
               {"28.09", "82.09", "a weight of 82.09, its formula gives 28.0"},
               {"F_000 112", "F_000 121", "F(000) 121"},
               {"160.19", "106.19", "a volume of 106.19"},
               {"2.329", "3.239", "density (g/cm^3) of 3.239"},
               {"sum Si", "sum 'Si?'", "cannot be read"}};
  for (const auto& [from, to, words] : cases) {
    const std::string said = said_of(replaced(silicon, from, to));
    EXPECT_NE(said.find(words), std::string::npos) << words << "\n" << said;
  }
}

TEST(ModelDialects, PdbBefore1996) {
  const std::string old =
      "CRYST1   20.000   21.000   22.000  90.00  90.00  90.00 P 1           1      9XYZ 101\n"
      "ATOM      1  N   MET     1       1.000   2.000   3.000  1.00 10.00      9XYZ 102\n"
      "ATOM      2  CA  MET     1       2.000   2.000   3.000  1.00 10.00      9XYZ 109\n";
  EXPECT_NEAR(amplitude(old, {0, 0, 0}), 13.0, 0.01);
  EXPECT_NE(said_of(old).find("columns 77 to 80 of 2 atoms have no element"), std::string::npos);
  const auto element = [&](const std::string& name, const std::string& residue) {
    const std::string text = replaced(replaced(old, " N   MET", name + " " + residue), "9XYZ 102", "        ");
    return parse_model(text, "x").atoms[0].atomic_number;
  };
  const struct {
    const char *name, *residue;
    int atomic_number;
  } cases[] = {{" CA ", "ALA", 6},  {"CA  ", "ALA", 6},  {"CA  ", " CA", 20}, {"HG11", "VAL", 1}, {"1HB ", "ALA", 1},
               {"FE  ", "HEM", 26}, {" FE ", "HEM", 9},  {"SE  ", "MSE", 34}, {" C1'", " DA", 6}, {"NA  ", " NA", 11},
               {" O  ", "HOH", 8},  {"ZN  ", " ZN", 30}, {"C210", "LIG", 6}};
  for (const auto& [name, residue, atomic_number] : cases)
    EXPECT_EQ(element(name, residue), atomic_number) << name << residue;
}

TEST(ModelDialects, PdbRecords) {
  const auto scale = [](double factor, double shift) {
    std::string text;
    char line[100];
    const double rows[3][3] = {{1 / 9.643, 0, 0.2 / 9.643}, {0, 1 / 9.609, 0}, {0, 0, 1 / (19.029 * 0.98088)}};
    for (int i = 0; i < 3; ++i) {
      std::snprintf(line, sizeof line, "SCALE%d    %10.6f%10.6f%10.6f     %10.5f\n", i + 1, factor * rows[i][0],
                    factor * rows[i][1], factor * (i == 0 ? 0.198420 / 9.643 : rows[i][2]), shift);
      text += line;
    }
    return text;
  };
  const auto with = [&](const std::string& records) {
    return replaced(small_pdb, "ATOM      1", records + "ATOM      1");
  };
  const std::string ncs =
      "MTRIX1   1  1.000000  0.000000  0.000000        0.00000    1\n"
      "MTRIX2   1  0.000000  1.000000  0.000000        0.00000    1\n"
      "MTRIX3   1  0.000000  0.000000  1.000000        2.00000    1\n";
  const struct {
    std::string text;
    const char* words;
  } cases[] = {
      {with(scale(1, 0)), ""},
      {with(scale(1, 0.25)), "a non-standard frame"},
      {with(scale(1.05, 0)), "does not fit the unit cell; the cell is used"},
      {with(scale(1, 0).substr(0, scale(1, 0).find("SCALE3"))), "SCALE records are incomplete"},
      {with(ncs), "1 non-crystallographic operation is not applied"},
      {with("MODEL        1\n") + "ENDMDL\nMODEL        2\n" + small_pdb.substr(small_pdb.find("ATOM")),
       "the first of 2 models"},
      {small_pdb + small_pdb.substr(small_pdb.find("ATOM")), "the first of 2 models"},
      {with("CRYST1    9.643    9.609   20.029  90.00 101.22  90.00 P 1 21 1      2\n"), "there are two unit cells"},
      {with("EXPDTA    NEUTRON DIFFRACTION\n"), "(EXPDTA 'NEUTRON DIFFRACTION')"},
      {with("REMARK   3  ATOM RECORD CONTAINS RESIDUAL B FACTORS ONLY\n"), "do not include the displacements of TLS"},
      {replaced(small_pdb, "  1.00 12.00", "       12.00"), "1 atom of unknown occupancy; 1 is used"},
      {replaced(small_pdb, "  1.00 12.00", "  1.00      "), "1 atom without displacements"},
      {replaced(small_pdb, "  1.00 12.00", "  1.30 12.00"), "with an occupancy above 1"},
      {replaced(small_pdb, "           C  \nANISOU    2", "           C  \nANISOU    1"), "has no atom"},
      {replaced(small_pdb, "0.75  9.50", "0.75 59.50"), "do not agree with the isotropic ones"},
      {replaced(small_pdb, "           N  \n", "           N3x\n"), "the charge cannot be read"},
      {with("LINK     x\n"), "not used: records LINK, REMARK"},
      {replaced(small_pdb, "N   GLY", "N  AGLY"), "1 atom in alternate positions"}};
  for (const auto& [text, words] : cases)
    EXPECT_NE(said_of(text).find(words), std::string::npos) << words << "\n" << said_of(text);
  EXPECT_EQ(said_of(with(scale(1, 0))).find("frame"), std::string::npos) << said_of(with(scale(1, 0)));
  // Line ends of other systems.
  std::string mac = small_pdb;
  std::ranges::replace(mac, '\n', '\r');
  EXPECT_EQ(parse_model(mac, "x").atoms.size(), 3u);
  EXPECT_EQ(parse_model("\xEF\xBB\xBF" + small_cif, "x").atoms.size(), 2u);
}

}  // namespace
}  // namespace femtobragg::atoms
