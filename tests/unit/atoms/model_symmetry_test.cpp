// What files say about symmetry: operations, Hall and Hermann-Mauguin symbols, settings, and where these contradict.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "femtobragg/atoms/calculated_factors.h"
#include "femtobragg/atoms/model_file.h"
#include "femtobragg/base/error.h"

namespace femtobragg::atoms {
namespace {

const std::string cubic = "5 5 5 90 90 90", hexagonal = "5 5 6 90 90 120", monoclinic = "8 9 10 90 100 90",
                  orthorhombic = "5 6 7 90 90 90", rhombohedral = "5 5 5 70 70 70";

std::string cif(const std::string& cell, const std::string& symmetry,
                const std::string& sites = "Si1 Si .11 .22 .33 .01") {
  std::string text = "data_x\n";
  std::istringstream values(cell);
  for (const char* name : {"length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"}) {
    std::string value;
    values >> value;
    text += std::string("_cell_") + name + " " + value + "\n";
  }
  return text + symmetry +
         "\nloop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n"
         "_atom_site_fract_z\n_atom_site_U_iso_or_equiv\n" +
         sites + "\n";
}

std::string symbol(const std::string& name) { return "_symmetry_space_group_name_H-M '" + name + "'\n"; }

std::string operations(const std::string& list, const std::string& tag = "_space_group_symop_operation_xyz") {
  std::string text = "loop_\n" + tag + "\n";
  std::istringstream words(list);
  for (std::string word; words >> word;) text += "'" + word + "'\n";
  return text;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text + "\n";
  return all;
}

std::string message_of(const std::string& text) {
  try {
    parse_model(text, "x.cif");
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

double amplitude(const std::string& text, const Hkl& hkl) {
  const CalculatedFactors found =
      calculate_factors(parse_model(text, "x.cif"), {.d_min_A = 1.2, .method = FactorMethod::Direct});
  return found.factors.values[found.factors.index(hkl[0], hkl[1], hkl[2])];
}

/// The values are those of cctbx.
TEST(ModelSymmetry, ListedOperationsWithAnotherOrigin) {
  const std::string text = cif(
      hexagonal, symbol("P 31 2 1") + operations("x,y,z -y,x-y,z+1/3 y-x,-x,z+2/3 y,x,1/3-z -x,y-x,2/3-z x-y,-y,-z"),
      "Si1 Si 0.45 0 0 0.01\nO1 O 0.41 0.27 0.12 0.01");
  EXPECT_NEAR(amplitude(text, {0, 0, 0}), 89.99, 0.01);
  EXPECT_NEAR(amplitude(text, {1, 0, 0}), 15.06, 0.01);
  EXPECT_NEAR(amplitude(text, {1, 0, 1}), 33.69, 0.01);
  EXPECT_NE(joined(parse_model(text, "x").notes).find("the origin is at 0 0 0.3333 of P 31 2 1"), std::string::npos);
  // In the symbol's own setting the site is another one.
  EXPECT_GT(amplitude(cif(hexagonal, symbol("P 31 2 1"), "Si1 Si 0.45 0 0 0.01\nO1 O 0.41 0.27 0.12 0.01"), {0, 0, 0}),
            130);
}

TEST(ModelSymmetry, SpellingsOfOperations) {
  const double right = amplitude(cif(monoclinic, symbol("P 1 21/c 1")), {1, 2, 3});
  ASSERT_GT(right, 5);
  for (const char* list :
       {"x,y,z -x,-y,-z -x,y+1/2,-z+1/2 x,-y+1/2,z+1/2", "X,Y,Z -X,-Y,-Z -X,1/2+Y,1/2-Z X,1/2-Y,1/2+Z",
        "+x,+y,+z -x,-y,-z -x,0.5+y,.5-z x,0.50-y,z+.5", "1*x,y,z -1x,-y,-z -x,y+3/2,-z-1/2 x,-y+12/24,z+1/2"})
    for (const char* tag :
         {"_symmetry_equiv_pos_as_xyz", "_space_group_symop_operation_xyz", "_Space_Group_Symop.Operation_XYZ"})
      EXPECT_DOUBLE_EQ(amplitude(cif(monoclinic, operations(list, tag)), {1, 2, 3}), right) << list << tag;
  EXPECT_NEAR(amplitude(cif(hexagonal, operations("x,y,z -y,x-y,z+0.333 y-x,-x,z+.667")), {1, 0, 1}),
              amplitude(cif(hexagonal, symbol("P 31")), {1, 0, 1}), 1e-9);
}

TEST(ModelSymmetry, OperationsThatAreNone) {
  const struct {
    const char *list, *words;
  } cases[] = {{"x,y,z -x,-y,-z -x,y+1/2,-z+1/2", "which is not among them"},
               {"-x,-y,-z", "x,y,z is missing"},
               {"x,y,z -x,-y,-q", "'-x,-y,-q'"},
               {"x,y,z -x,-y", "three parts"},
               {"x,y,z x,y,0.2+z", "multiples of 1/24"},
               {"x,y,z x,y,1/5+z", "multiples of 1/24"},
               {"x,y,z x,x,z", "must preserve volumes"},
               {"x,y,z x,y+x,z", "not among them"},
               {"x,y,z x/2,y,z", "cannot be read"},
               {"x,y,z ,y,z", "x, y or z"}};
  for (const auto& [list, words] : cases) {
    const std::string message = message_of(cif(cubic, operations(list)));
    EXPECT_NE(message.find(words), std::string::npos) << list << ": " << message;
  }
  const AtomicModel twice = parse_model(cif(orthorhombic, operations("x,y,z -x,-y,-z x,y,z")), "x");
  EXPECT_EQ(twice.space_group.operations.size(), 2u);
  EXPECT_NE(joined(twice.warnings).find("listed twice"), std::string::npos);
}

TEST(ModelSymmetry, OriginChoice) {
  const std::string silicon = "Si1 Si 0.125 0.125 0.125 0.006";
  const std::string cell = "5.431 5.431 5.431 90 90 90";
  const std::string two = cif(cell, symbol("F d -3 m") + "_space_group_IT_coordinate_system_code 2\n", silicon);
  EXPECT_NEAR(amplitude(two, {0, 0, 0}), 111.98, 0.01);
  EXPECT_NEAR(amplitude(two, {1, 1, 1}), 58.89, 0.01);
  EXPECT_TRUE(parse_model(two, "x").warnings.empty());
  for (const char* name : {"F d -3 m :2", "F d -3 m:2", "F d -3 m Z", "Fd-3m:2", "F d 3 m Z", "F 41/d -3 2/m :2"})
    EXPECT_NEAR(amplitude(cif(cell, symbol(name), silicon), {1, 1, 1}), 58.89, 0.01) << name;
  EXPECT_NEAR(amplitude(cif(cell, "_symmetry_space_group_name_Hall '-F 4vw 2vw 3'\n", silicon), {1, 1, 1}), 58.89,
              0.01);
  EXPECT_NEAR(amplitude(cif(cell, symbol("F d -3 m") + "_space_group_name_Hall '-F 4vw 2vw 3'\n", silicon), {1, 1, 1}),
              58.89, 0.01);
  for (const char* name : {"F d -3 m", "F d -3 m S", "F d -3 m :1"})
    EXPECT_NEAR(amplitude(cif(cell, symbol(name), silicon), {0, 0, 0}), 223.96, 0.01) << name;
  const std::string open = joined(parse_model(cif(cell, symbol("F d -3 m"), silicon), "x").warnings);
  EXPECT_NE(open.find("does not determine the setting: it is read as F d -3 m:1, not F d -3 m:2"), std::string::npos)
      << open;
  EXPECT_NE(open.find("_space_group_IT_coordinate_system_code"), std::string::npos) << open;
  EXPECT_TRUE(parse_model(cif(cell, symbol("F d -3 m S"), silicon), "x").warnings.empty());
}

TEST(ModelSymmetry, SymbolsInUse) {
  const struct {
    std::string cell;
    const char *symbol, *group;
  } cases[] = {{monoclinic, "P2(1)/c", "P 1 21/c 1"},
               {monoclinic, "P 21/c", "P 1 21/c 1"},
               {monoclinic, "P21/C", "P 1 21/c 1"},
               {monoclinic, "p 1 21/c 1", "P 1 21/c 1"},
               {monoclinic, "P2_1/n", "P 1 21/n 1"},
               {monoclinic, "P 2<sub>1</sub>/c", "P 1 21/c 1"},
               {monoclinic, "C2/c", "C 1 2/c 1"},
               {"8 9 10 90 90 100", "P 21/b", "P 1 1 21/b"},
               {"8 9 10 90 90 100", "P 2", "P 1 1 2"},
               {orthorhombic, "P2(1)2(1)2(1)", "P 21 21 21"},
               {orthorhombic, "PNMA", "P n m a"},
               {orthorhombic, "P 21/n 21/m 21/a", "P n m a"},
               {orthorhombic, "P 2/m 2/m 2/m", "P m m m"},
               {orthorhombic, "C m c e", "C m c a"},
               {"5 5 6 90 90 90", "P 4/m 2/m 2/m", "P 4/m m m"},
               {"5 5 6 90 90 90", "P4(2)/mnm", "P 42/m n m"},
               {"5 5 6 90 90 90", "I 41/a m d Z", "I 41/a m d:2"},
               {cubic, "F m 3 m", "F m -3 m"},
               {cubic, "Fm3m", "F m -3 m"},
               {cubic, "I a 3 d", "I a -3 d"},
               {cubic, "P a 3", "P a -3"},
               {cubic, "F 4/m -3 2/m", "F m -3 m"},
               {cubic, "P 2 3", "P 2 3"},
               {cubic, "P -4 3 m", "P -4 3 m"},
               {cubic, "P 4(1) 3 2", "P 41 3 2"},
               {hexagonal, "R -3 c", "R -3 c:H"},
               {hexagonal, "R -3 c H", "R -3 c:H"},
               {hexagonal, "R -3 2/c", "R -3 c:H"},
               {hexagonal, "R3 2 :h", "R 3 2:H"},
               {hexagonal, "H 3", "R 3:H"},
               {hexagonal, "P 63/mmc", "P 63/m m c"},
               {hexagonal, "P -3 2/m 1", "P -3 m 1"},
               {rhombohedral, "R -3 m", "R -3 m:R"},
               {rhombohedral, "R -3 m :R", "R -3 m:R"},
               {rhombohedral, "R -3 m R", "R -3 m:R"},
               {hexagonal, "R -3 m h", "R -3 m:H"},
               {hexagonal, "R-3mH", "R -3 m:H"},
               {hexagonal, "R -3 m (hexagonal axes)", "R -3 m:H"},
               {hexagonal, "R -3 m (obverse)", "R -3 m:H"},
               {hexagonal, "P 63/m m c (194)", "P 63/m m c"},
               {"5 5 6 90 90 90", "P4/nmmS", "P 4/n m m:1"},
               {"5 5 6 90 90 90", "P4/nmmZ", "P 4/n m m:2"},
               {cubic, "FD-3MS", "F d -3 m:1"},
               {cubic, "FD-3MZ", "F d -3 m:2"},
               {cubic, "Fd-3mZ", "F d -3 m:2"},
               {cubic, "F_d_-3_m_Z", "F d -3 m:2"},
               {cubic, "Fd-3m O2", "F d -3 m:2"},
               {cubic, "F d -3 m 2", "F d -3 m:2"},
               {cubic, "F d -3 m origin 1", "F d -3 m:1"},
               {cubic, "F 41/d -3 2/m (origin choice 2)", "F d -3 m:2"},
               {cubic, "F 4_1/d -3 2/m (origin choice 1)", "F d -3 m:1"},
               {cubic, "F m -3 m (No. 225)", "F m -3 m"},
               {cubic, "Fm\\bar{3}m", "F m -3 m"},
               {cubic, "225", "F m -3 m"},
               {cubic, "227:2", "F d -3 m:2"},
               {monoclinic, "P 1 2_1/n 1 (#14)", "P 1 21/n 1"}};
  for (const auto& [cell, name, group] : cases) {
    const AtomicModel model = parse_model(cif(cell, symbol(name), "Si1 Si 0 0 0 .01"), "x");
    EXPECT_EQ(model.space_group.symbol, group) << name;
    EXPECT_TRUE(model.warnings.empty()) << joined(model.warnings);
  }
}

TEST(ModelSymmetry, HallSymbols) {
  const double right = amplitude(cif(monoclinic, symbol("P 1 21/c 1")), {1, 0, 0});
  EXPECT_NEAR(right, 40.33, 0.01);
  for (const char* hall : {"-P 2ybc", "-p 2YBC", "-P_2ybc", " -P  2ybc"})
    EXPECT_DOUBLE_EQ(
        amplitude(cif(monoclinic, std::string("_symmetry_space_group_name_Hall '") + hall + "'\n"), {1, 0, 0}), right)
        << hall;
  // With another origin: the Hall symbol of the operations of the first test.
  const AtomicModel moved = parse_model(cif(hexagonal, "_space_group_name_Hall 'P 31 2\" (x,y,z+1/3)'\n"), "x");
  EXPECT_EQ(moved.space_group.symbol, "P 31 2 1");
  EXPECT_NE(joined(moved.notes).find("the origin is at"), std::string::npos) << joined(moved.notes);
  // A change of axes with thirds and quarters at once.
  EXPECT_EQ(parse_model(cif("6 6 6 70 70 70", "_space_group_name_Hall 'R 3 -2\" (x+z-1/4,-x+y+z-1/3,-y+z)'\n"), "x")
                .space_group.operations.size(),
            6u);
  EXPECT_NE(message_of(cif(monoclinic, "_space_group_name_Hall '-P 9q'\n")).find("Hall symbol cannot be read"),
            std::string::npos);
}

TEST(ModelSymmetry, Contradictions) {
  const std::string number = "_symmetry_Int_Tables_number ";
  const struct {
    std::string cell, text;
    const char* words;
  } cases[] = {
      {cubic, symbol("F m -3 m") + operations("x,y,z"), "1 operation of P 1"},
      {cubic, number + "225\n" + operations("x,y,z"), "the number 225"},
      {cubic, symbol("F m -3 m") + number + "227\n", "is number 225"},
      {cubic, symbol("F m -3 m") + "_space_group_name_Hall 'P 1'\n", "the Hall symbol 'P 1'"},
      {cubic, operations("x,y,z") + "_space_group_name_Hall '-P 1'\n", "the Hall symbol '-P 1'"},
      {cubic, symbol("F m -3 m") + "_space_group_name_H-M_alt 'P m -3 m'\n", "different space groups"},
      {monoclinic, symbol("P 21/c") + "_space_group_name_H-M_alt 'P 21/n'\n", "different settings of one space group"},
      {orthorhombic, symbol("P n m a") + "_space_group_name_H-M_alt 'P b n m'\n",
       "different settings of one space group"},
      {cubic, symbol("F d -3 m (no. 225)"), "unknown space group"},
      {hexagonal, symbol("P 31 2 1") + operations("x,y,z -y,x-y,z y-x,-x,z y,x,-z -x,y-x,-z x-y,-y,-z"), "of P 3 2 1"},
      {orthorhombic, symbol("P n m a") + "_space_group_IT_coordinate_system_code cab\n",
       "not the symbol of that setting"},
      {orthorhombic, symbol("F m -3 m"), "does not have the symmetry of F m -3 m"},
      {cubic, symbol("R 3 :H"), "does not have the symmetry of R 3:H"},
      {hexagonal, symbol("R 3 :R"), "does not have the symmetry of R 3:R"},
      {cubic, number + "231\n", "number of a space group is impossible"},
      {cubic, operations("x,y,z") + operations("x,y,z -x,-y,-z", "_symmetry_equiv_pos_as_xyz"), "two lists"},
      {cubic, "_space_group.transform_Pp_abc 'a-b,a+b,c;0,0,0'\n" + symbol("P 4"), "change of axes"},
      {cubic, symbol("P 1") + "_cell_modulation_dimension 1\n", "modulated"}};
  for (const auto& [cell, text, words] : cases) {
    const std::string message = message_of(cif(cell, text));
    EXPECT_NE(message.find(words), std::string::npos) << text << message;
  }
}

TEST(ModelSymmetry, WhatOnlyDiffersInSettingIsWarnedOf) {
  const struct {
    std::string cell, text;
    const char* words;
  } cases[] = {
      {"5 5 5.02 90 90 90", symbol("F m -3 m"), "within 0.8 % only"},
      {cubic, "_symmetry_Int_Tables_number 227\n", "2 settings; it is read as F d -3 m:1"},
      {cubic, symbol("F m -3 m") + "_space_group_crystal_system tetragonal\n", "F m -3 m is cubic"},
      {cubic, symbol("F m -3 m") + "_space_group_IT_coordinate_system_code 2\n", "has no such setting"},
      {orthorhombic, operations("x,y,z -x,-y,z -x,y,-z x,-y,-z") + "_space_group_name_Hall 'P 2 2 (0 0 3)'\n",
       "a different origin or axes"},
      {monoclinic, symbol("P 21/n") + "_space_group_name_Hall '-P 2ybc'\n", "a different origin or axes from 'P 21/n'"},
      {monoclinic, symbol("P 1 21/c 1") + operations("x,y,z -x,-y,-z -x+1/2,y+1/2,-z+1/2 x+1/2,-y+1/2,z+1/2"),
       "the symbol 'P 1 21/c 1' is in a different setting from the 4 operations of P 1 21/n 1"},
      {orthorhombic, symbol("P 1 21 1") + operations("x,y,z x+1/2,-y,-z"), "in a different setting"},
      {orthorhombic,
       symbol("P n n n :1") + operations("x,y,z 1/2-x,1/2-y,z 1/2-x,y,1/2-z x,1/2-y,1/2-z -x,-y,-z "
                                         "x+1/2,y+1/2,-z x+1/2,-y,z+1/2 -x,y+1/2,z+1/2"),
       "in a different setting"},
      {monoclinic,
       symbol("P 21/c") + "_space_group_name_H-M_alt 'P 21/n'\n" +
           operations("x,y,z -x,-y,-z -x,y+1/2,1/2-z x,1/2-y,z+1/2"),
       "the symbols 'P 21/n' and 'P 21/c' are of different settings; the listed operations are used"}};
  for (const auto& [cell, text, words] : cases) {
    const std::string all = joined(parse_model(cif(cell, text), "x").warnings);
    EXPECT_NE(all.find(words), std::string::npos) << text << all;
  }
  const AtomicModel other = parse_model(
      cif(monoclinic, symbol("P 1 21/c 1") + operations("x,y,z -x,-y,-z -x+1/2,y+1/2,-z+1/2 x+1/2,-y+1/2,z+1/2")), "x");
  EXPECT_EQ(other.space_group.symbol, "P 1 21/n 1");
}

/// Symbols say nothing about most origins, and short ones of monoclinic groups do not name the unique axis.
TEST(ModelSymmetry, OperationsThatTheSymbolLeavesOpen) {
  const struct {
    std::string cell, text;
  } cases[] = {{orthorhombic, symbol("P 21 21 21") + operations("x,y,z x+1/2,-y,-z -x,y+1/2,1/2-z -x+1/2,1/2-y,z+1/2")},
               {orthorhombic, symbol("P 21/b") + operations("x,y,z -x,1/2-y,z+1/2 -x,-y,-z x,1/2+y,1/2-z")},
               {"5 6 7 90 90 100", symbol("P 21") + operations("x,y,z -x,-y,z+1/2")},
               {orthorhombic, symbol("P 21") + operations("x,y,z x+1/2,-y,-z")}};
  for (const auto& [cell, text] : cases) EXPECT_EQ(joined(parse_model(cif(cell, text), "x").warnings), "") << text;
}

/// A lattice that no symbol of the table has, by operations.
TEST(ModelSymmetry, SettingsWithoutASymbol) {
  const AtomicModel model =
      parse_model(cif("5 6 14 90 90 90", operations("x,y,z x,y,z+1/2 -x,-y,-z -x,-y,1/2-z")), "x");
  EXPECT_EQ(model.space_group.symbol, "");
  EXPECT_EQ(model.space_group.operations.size(), 4u);
  EXPECT_NE(joined(model.notes).find("has no symbol"), std::string::npos);
}

}  // namespace
}  // namespace femtobragg::atoms
