// Reflections of small-molecule programs, of XDS, SHELX and SCALEPACK.
#include <gtest/gtest.h>

#include <cmath>

#include "femtobragg/atoms/reflection_file.h"
#include "femtobragg/base/error.h"

namespace femtobragg::atoms {
namespace {

ReflectionFile read(const std::string& bytes, const std::vector<std::string>& labels = {}) {
  EXPECT_TRUE(looks_like_reflection_file(bytes));
  return parse_reflection_file(bytes, "x", labels, 0);
}

std::string refusal(const std::string& bytes, const std::vector<std::string>& labels = {}) {
  try {
    parse_reflection_file(bytes, "x", labels, 0);
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

double at(const ReflectionFile& file, std::int64_t h, std::int64_t k, std::int64_t l) {
  return file.factors.values.at(file.factors.index(h, k, l));
}

std::string all(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& one : texts) text += one + "\n";
  return text;
}

void expect_text(const std::string& text, const std::string& words) {
  EXPECT_NE(text.find(words), std::string::npos) << text;
}

const std::string small_cell =
    "data_x\n_cell_length_a 5\n_cell_length_b 6.000(1)\n_cell_length_c 7\n_cell_angle_alpha 90\n_cell_angle_beta 95\n"
    "_cell_angle_gamma 90\n";
const std::string inversion = "loop_\n_space_group_symop_operation_xyz\n'x, y, z'\n'-x, -y, -z'\n";

std::string fcf(const std::string& tags, const std::string& rows, const std::string& symmetry = inversion) {
  std::string text = "#\n# h,k,l, Fc-squared\n#\n" + small_cell + symmetry +
                     "loop_\n _refln_index_h\n _refln_index_k\n _refln_index_l\n";
  for (std::size_t begin = 0; begin < tags.size();) {
    const std::size_t end = std::min(tags.find(' ', begin), tags.size());
    text += " _refln_" + tags.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return text + rows;
}

TEST(SmallMoleculeReflections, ListsOfShelx) {
  const ReflectionFile file = read(fcf("F_squared_calc F_squared_meas F_squared_sigma observed_status",
                                       "1 0 0 98 100.0(5) 1 o\n0 1 0 50 49 1 x\n0 0 1 20 -4 1 <\n"));
  EXPECT_EQ(file.space_group.symbol, "P -1");
  EXPECT_EQ(file.cell->b_A, 6);
  EXPECT_EQ(at(file, -1, 0, 0), 10);
  EXPECT_EQ(at(file, 0, 0, 1), 0);
  EXPECT_EQ(file.reflections, 2u);
  expect_text(all(file.notes), "1 reflection of status x (unreliable) is not used");
  expect_text(all(file.notes), "1 negative intensity is treated as zero");
  EXPECT_EQ(at(read(fcf("F_squared_meas F_squared_sigma F_calc phase_calc", "1 0 0 16 1 9 180\n")), 1, 0, 0), 4);
  EXPECT_EQ(at(read(fcf("F_meas F_sigma A_calc B_calc", "1 0 0 16 1 9 180\n")), 1, 0, 0), 16);
  EXPECT_EQ(at(read(fcf("F_calc phase_calc F_squared_calc", "1 0 0 16 1 9\n")), 1, 0, 0), 16);
  EXPECT_EQ(at(read(fcf("F_squared_calc", "1 0 0 16\n")), 1, 0, 0), 4);
}

TEST(SmallMoleculeReflections, SymmetryInItsSpellings) {
  for (const char* symmetry :
       {"_symmetry_space_group_name_H-M 'P -1'\n", "_space_group_name_H-M_alt 'P -1'\n", "_space_group_IT_number 2\n",
        "_space_group_name_Hall '-P 1'\n", "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n-x,-y,-z\n"})
    EXPECT_EQ(read(fcf("F_meas", "1 0 0 16\n", symmetry)).space_group.symbol, "P -1") << symmetry;
  expect_text(refusal(fcf("F_meas", "1 0 0 16\n", inversion + "_space_group_name_H-M_alt 'P 1'\n")),
              "the symbol 'P 1' and 2 operations of P -1");
  expect_text(refusal(fcf("F_meas", "1 0 0 16\n", inversion + "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n")),
              "two lists of symmetry operations");
  expect_text(refusal(fcf("F_meas", "1 0 0 16\n", inversion + "_space_group_name_Hall 'P 2y'\n")), "contradict");
  expect_text(refusal(fcf("F_meas", "1 0 0 16\n", "")), "there is no space group");
  expect_text(refusal(fcf("F_meas", "1 0 0 16\n", "_space_group_name_H-M_alt 'P 99'\n")), "unknown space group");
  expect_text(refusal(fcf("F_meas", "1 0 0 16\n", "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n-x,y\n")), "'-x,y'");
}

std::string with_angles(std::string text, const std::string& beta, const std::string& gamma) {
  text.replace(text.find("beta 95"), 7, "beta " + beta);
  text.replace(text.find("gamma 90"), 8, "gamma " + gamma);
  return text;
}

/// As for models: the cell chooses the setting, and must have the symmetry.
TEST(SmallMoleculeReflections, CellAndSymmetryFit) {
  const auto group = [](const std::string& symmetry, const char* beta, const char* gamma) {
    return with_angles(fcf("F_meas", "1 2 3 16\n", symmetry), beta, gamma);
  };
  const ReflectionFile file = read(group("_space_group_name_H-M_alt 'P 2'\n", "90", "105"));
  EXPECT_EQ(file.space_group.symbol, "P 1 1 2");
  EXPECT_EQ(at(file, -1, -2, 3), 16);
  EXPECT_EQ(read(group("_space_group_IT_number 3\n_space_group_IT_coordinate_system_code c1\n", "90", "105"))
                .space_group.symbol,
            "P 1 1 2");
  expect_text(refusal(group("_space_group_name_H-M_alt 'P 1 2 1'\n", "90", "105")), "does not have the symmetry");
  expect_text(refusal(group("_space_group_name_H-M_alt 'P 4'\n", "90", "90")), "does not have the symmetry of P 4");
  // Two origins of one group have the same amplitudes.
  EXPECT_EQ(all(read(group("_space_group_name_H-M_alt 'P n n n'\n", "90", "90")).warnings).find("setting"),
            std::string::npos);
}

TEST(SmallMoleculeReflections, RhombohedralCells) {
  std::string text = fcf("F_meas", "1 2 3 16\n", "_symmetry_Int_Tables_number 146\n");
  for (const auto& [from, to] :
       {std::pair{"length_b 6.000(1)", "length_b 5"}, {"length_c 7", "length_c 5"}, {"alpha 90", "alpha 80"}})
    text.replace(text.find(from), std::string(from).size(), to);
  EXPECT_EQ(read(with_angles(text, "80", "80")).space_group.symbol, "R 3:R");
}

TEST(SmallMoleculeReflections, SatellitesAndScales) {
  expect_text(refusal(fcf("index_m_1 F_meas", "1 0 0 0 16\n1 0 0 1 9\n")), "satellites");
  EXPECT_EQ(at(read(fcf("index_m_1 F_meas", "1 0 0 0 16\n")), 1, 0, 0), 16);
  expect_text(refusal(fcf("F_meas scale_group_code", "1 0 0 16 1\n1 0 1 9 2\n")), "several experiments");
  std::string phases = fcf("F_meas phase", "1 0 0 16 1\n1 0 1 9 2\n");
  phases.replace(phases.find("_refln_phase"), 12, "_pd_refln_phase_id");
  expect_text(refusal(phases), "_pd_refln_phase_id 2 after 1");
}

TEST(SmallMoleculeReflections, WhatIsNoNumberAndWhatIsMixed) {
  expect_text(refusal(fcf("F_meas", "1 0 0 16\n1 0 1 abc\n")), "reflection 2, _refln_F_meas; got 'abc'");
  expect_text(refusal(fcf("F_meas wavelength_id", "1 0 0 16 1\n1 0 1 9 2\n")), "several experiments");
  expect_text(all(read(fcf("F_meas", "1 0 0 16\n1 0 0 8\n")).warnings), "listed several times");
  expect_text(all(read(fcf("F_meas", "1 0 0 16\n") + "data_y\nloop_\n_refln_index_h\n1\n").warnings), "those of 'y'");
  expect_text(refusal("data_x\nloop_\n_diffrn_refln_index_h\n1\n2\n"), "the reflections are not merged");
}

const std::string shelx =
    "   1   0   0  100.00    1.00   1\n  -1   0   0   64.00    1.00   1\n   1   0   0  300.00    1.00   2\n"
    "   0   1   0   -2.00    1.00   1\n   0   0   0    0.00    0.00   0\n";

TEST(ShelxReflections, FixedWidthAndTheEndLine) {
  const ReflectionFile file = read(shelx + "TITL x\n   0   1   0  999.00    1.00\n");
  EXPECT_FALSE(file.cell);
  EXPECT_NEAR(at(file, 1, 0, 0), std::sqrt(200), 1e-12);
  EXPECT_EQ(at(file, -1, 0, 0), 8);
  EXPECT_EQ(at(file, 0, 1, 0), 0);
  EXPECT_EQ(file.reflections, 4u);
  expect_text(all(file.notes), "HKLF 4");
  expect_text(all(file.notes), "lines after the end line are not used: 'TITL x'");
  expect_text(all(file.notes), "1 negative intensity is treated as zero");
  expect_text(all(file.warnings), "neither cell nor symmetry");
  EXPECT_NEAR(at(read(shelx, {"F"}), -1, 0, 0), 64, 1e-12);
}

TEST(ShelxReflections, NumbersThatTouch) {
  const ReflectionFile file =
      read(" -10 -11-112 1234.56   12.34\r\n  10  11-11299999.99  100.00\r\n   1   2   3    2500     100\r\n");
  EXPECT_NEAR(at(file, -10, -11, -112), std::sqrt(1234.56), 1e-12);
  EXPECT_NEAR(at(file, 10, 11, -112), std::sqrt(99999.99), 1e-9);
  EXPECT_EQ(at(file, 1, 2, 3), 5);
  expect_text(all(file.notes), "1 number without a decimal point");
  expect_text(all(file.warnings), "no end line");
}

/// Lists in columns of the same width, of four numbers or without an end line, are no SHELX files.
TEST(ShelxReflections, PlainListsAreNone) {
  EXPECT_FALSE(looks_like_reflection_file("   1   0   0  100.00\n   0   0   0    0.00\n"));
  EXPECT_FALSE(looks_like_reflection_file("   1   0   0  100.00    1.00\n   1   1   0    9.00    1.00\n"));
  EXPECT_FALSE(looks_like_reflection_file("1 0 0 100.00 1.00\n0 0 0 0 0\n"));
}

TEST(ShelxReflections, InACif) {
  const std::string text = small_cell + inversion + "_shelx_hkl_file\n;\n" + shelx + ";\n";
  EXPECT_NEAR(at(read(text), 1, 0, 0), std::sqrt(464.0 / 3), 1e-12);
  expect_text(refusal(text + "_shelx_res_file\n;\nTITL x\nHKLF 5\nEND\n;\n"), "'HKLF 5'");
  EXPECT_NEAR(at(read(text + "_shelx_res_file\n;\nTITL x\nHKLF 4\nEND\n;\n"), 1, 0, 0), std::sqrt(464.0 / 3), 1e-12);
  expect_text(refusal(small_cell + inversion + "_shelx_hkl_file\n;\nabc\n;\n"), "cannot be read");
  const auto instructed = [&](const std::string& tag, const std::string& line) {
    return refusal(text + tag + "\n;\nTITL x\n" + line + "\nEND\n;\n");
  };
  for (const char* tag : {"_shelx_res_file", "_iucr_refine_instructions_details"})
    for (const char* line : {"hklf 5", "HKLF 4 1 0 1 0 1 0 0 0 0 -1", "HKLF 4 0.5", "HKLF 2", "Hklf 3"})
      expect_text(instructed(tag, line), line);
  for (const char* line : {"hklf 4 1 1 0 0 0 1 0 0 0 1", "HKLF 4 1.0 ! comment", "HKLF -4", "REM HKLF 5"})
    EXPECT_EQ(instructed("_shelx_res_file", line), "not refused");
  std::string renamed = text;
  renamed.replace(renamed.find("_shelx_hkl_file"), 15, "_iucr_refine_reflections_details");
  EXPECT_EQ(at(read(renamed), -1, 0, 0), at(read(text), -1, 0, 0));
}

TEST(ShelxReflections, TwinsAndWavelengths) {
  const std::string end = "   0   0   0    0.00    0.00\n";
  expect_text(refusal("   1   0   0  100.00    1.00  -2\n   1   0   1  100.00    1.00   1\n" + end),
              "'x' line 1; negative batch numbers mean SHELX's HKLF 5");
  const std::string first = "   1   0   0  100.00    1.00   1  0.7000\n";
  expect_text(refusal(first + "   1   0   1  100.00    1.00   1  0.9000\n" + end), "'x' line 2; wavelengths");
  EXPECT_EQ(at(read(first + "   1   0   1   81.00    1.00   1  0.7000\n" + end), 1, 0, 1), 9);
  const std::string cosines = " 0.10000 0.20000 0.30000 0.40000 0.50000 0.60000\n";
  EXPECT_EQ(at(read("   1   0   0  100.00    1.00   1" + cosines + end), 1, 0, 0), 10);
}

std::string xds(const std::string& law,
                const std::string& items = "!ITEM_H=1\n!ITEM_K=2\n!ITEM_L=3\n!ITEM_IOBS=4\n!ITEM_SIGMA(IOBS)=5\n",
                const std::string& end = "!END_OF_DATA\n") {
  return "!FORMAT=XDS_ASCII    MERGE=FALSE    FRIEDEL'S_LAW=" + law +
         "\n!SPACE_GROUP_NUMBER=   19\n!UNIT_CELL_CONSTANTS=    10.0   12.0    15.0  90.000  90.000  90.000\n"
         "!NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD=5\n" +
         items +
         "!END_OF_HEADER\n 1 2 3 1.000E+02 1.0\n -1 -2 3 3.000E+02 1.0\n -1 -2 -3 5.000E+02 1.0\n 1 2 3 7.0E+02 "
         "-1.0\n" +
         end;
}

TEST(XdsReflections, ItemsFriedelsLawAndMisfits) {
  const ReflectionFile apart = read(xds("FALSE"));
  EXPECT_EQ(apart.space_group.symbol, "P 21 21 21");
  EXPECT_NEAR(at(apart, 1, 2, 3), std::sqrt(200), 1e-12);
  EXPECT_NEAR(at(apart, -1, -2, -3), std::sqrt(500), 1e-12);
  expect_text(all(apart.notes), "1 misfits");
  EXPECT_NEAR(at(read(xds("TRUE")), -1, 2, 3), std::sqrt(300), 1e-12);
  const ReflectionFile turned =
      read(xds("FALSE", "!ITEM_L=1\n!ITEM_K=2\n!ITEM_H=3\n!ITEM_IOBS=4\n!ITEM_SIGMA(IOBS)=5\n"));
  EXPECT_NEAR(at(turned, 3, 2, 1), std::sqrt(200), 1e-12);
}

TEST(XdsReflections, CellAndSetsOfWavelengths) {
  const auto changed = [](const std::string& from, const std::string& to) {
    std::string text = xds("FALSE");
    return text.replace(text.find(from), from.size(), to);
  };
  expect_text(refusal(changed("NUMBER=   19", "NUMBER=   75")), "does not have the symmetry of P 4");
  std::string text = changed("NUMBER=   19", "NUMBER=    4");
  text.replace(text.find("90.000\n"), 6, "95.000");
  const ReflectionFile file = read(text);
  EXPECT_EQ(file.space_group.symbol, "P 1 1 21");
  expect_text(all(file.notes), "does not have the axes of P 1 21 1");
  const auto sets = [&](const char* second) {
    const std::string cells = "! ISET=   1 UNIT_CELL_CONSTANTS= 11 12 15 90 90 90\n";
    return changed("!NUMBER_OF", cells + "! ISET=   1 X-RAY_WAVELENGTH=  0.9795 (A)\n! ISET=   2 X-RAY_WAVELENGTH=  " +
                                     second + " (A)\n!NUMBER_OF");
  };
  expect_text(all(read(sets("1.5418")).warnings), "sets of several wavelengths are averaged, 0.9795 to 1.5418 A");
  EXPECT_EQ(all(read(sets("0.9796")).warnings).find("several wavelengths"), std::string::npos);
  EXPECT_EQ(read(sets("0.9796")).cell->a_A, 10);
}

TEST(XdsReflections, WhatIsWrong) {
  expect_text(refusal(xds("MAYBE")), "it must be TRUE or FALSE");
  expect_text(refusal(xds("TRUE", "!ITEM_H=1\n")), "does not name the item K");
  expect_text(refusal(xds("TRUE", "!ITEM_H=1\n!ITEM_K=1\n")), "its own position");
  expect_text(refusal(xds("TRUE", "!ITEM_H=1\n!ITEM_K=2\n!ITEM_L=3\n!ITEM_IOBS=4\n!ITEM_SIGMA(IOBS)=5\n", "")),
              "truncated");
  expect_text(refusal(xds("TRUE", "!ITEM_H=1\n!ITEM_K=2\n!ITEM_L=3\n!ITEM_IOBS=4\n!ITEM_SIGMA(IOBS)=5\n", "1 2 3\n")),
              "'x' line 15; got '1 2 3'");
}

TEST(XdsReflections, Integrate) {
  const ReflectionFile file = read(
      "!OUTPUT_FILE=INTEGRATE.HKL    DATE=14-Apr-2011\n!SPACE_GROUP_NUMBER=    1\n"
      "!UNIT_CELL_CONSTANTS=    10.0   12.0    15.0  90.000  90.000  90.000\n!NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD=9\n"
      "!H,K,L,IOBS,SIGMA,XCAL,YCAL,\n!             ZCAL,RLP\n!Items are separated by a blank\n!END_OF_HEADER\n"
      "1 2 3 100.0 1.0 10.0 11.0 0.5 1.0\n!END_OF_DATA\n");
  EXPECT_EQ(at(file, 1, 2, 3), 10);
  expect_text(all(file.warnings), "not scaled");
}

TEST(ScalepackReflections, MergedPairs) {
  const std::string head = "    1\n -987\n    10.000    12.000    15.000    90.000    90.000    90.000 p212121\n";
  const ReflectionFile file = read(head +
                                   "   1   2   3   100.0     1.0   400.0     2.0\n   1   2   4     9.0     1.0\n   1   "
                                   "2   5     0.0    -1.0    25.0     1.0\n");
  EXPECT_EQ(file.space_group.symbol, "P 21 21 21");
  EXPECT_EQ(at(file, 1, 2, 3), 10);
  EXPECT_EQ(at(file, -1, -2, -3), 20);
  EXPECT_EQ(at(file, -1, -2, -4), 3);
  EXPECT_EQ(at(file, 1, 2, 5), 5);
  expect_text(refusal(head + "   1   2   x     9.0     1.0\n"), "'x' line 4");
  EXPECT_FALSE(looks_like_reflection_file("   8 p212121\n 1 0 0\n"));
}

}  // namespace
}  // namespace femtobragg::atoms
