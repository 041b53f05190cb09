// Each field of a valid model, changed once, changes what is calculated, is refused, or is named as not used.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "femtobragg/atoms/calculated_factors.h"
#include "femtobragg/atoms/model_file.h"
#include "femtobragg/base/error.h"

namespace femtobragg::atoms {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text + "\n";
  return all;
}

struct Outcome {
  bool refused = false;
  std::string said;             ///< the refusal, or warnings and notes
  std::vector<double> factors;  ///< amplitudes, and the cell
};

Outcome outcome_of(const std::string& text) try {
  const AtomicModel model = parse_model(text, "x");
  const CalculatedFactors found = calculate_factors(model, {.d_min_A = 2, .method = FactorMethod::Direct});
  Outcome outcome{false, joined(model.warnings) + joined(model.notes), found.factors.values};
  const UnitCell& c = model.cell;
  outcome.factors.insert(outcome.factors.end(), {c.a_A, c.b_A, c.c_A, c.alpha_rad, c.beta_rad, c.gamma_rad});
  return outcome;
} catch (const Error& error) {
  return {true, error.what(), {}};
}

bool differ(const Outcome& a, const Outcome& b) {
  return a.refused != b.refused || a.said != b.said ||
         !std::ranges::equal(a.factors, b.factors,
                             [](double x, double y) { return std::abs(x - y) <= 1e-9 * std::abs(x); });
}

/// Another value of the same kind: the first digit that is not zero, or the last letter, is the next one.
std::string changed(std::string value) {
  const auto is_digit = [](char c) { return c >= '1' && c <= '9'; };
  if (const auto digit = std::ranges::find_if(value, is_digit); digit != value.end())
    *digit = *digit == '9' ? '5' : static_cast<char>(*digit + 1);
  else if (const auto zero = value.find('0'); zero != value.npos)
    value[zero] = '1';
  else
    for (auto c = value.rbegin(); c != value.rend(); ++c)
      if (std::isalpha(static_cast<unsigned char>(*c))) {
        *c = *c == 'z' ? 'y' : *c == 'Z' ? 'Y' : static_cast<char>(*c + 1);
        break;
      }
  return value;
}

/// Words of a CIF with quotes, and where they stand.
struct Word {
  std::size_t at, length;
};

std::vector<Word> words_of(const std::string& text) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    if (std::isspace(static_cast<unsigned char>(text[at]))) {
      ++at;
      continue;
    }
    const char quote = text[at];
    std::size_t end = quote == '\'' || quote == '"' ? text.find(quote, at + 1) + 1 : text.find_first_of(" \n", at);
    end = std::min(end, text.size());
    words.push_back({at, end - at});
    at = end;
  }
  return words;
}

/// Items whose values only say which one: changing them changes nothing by right.
const std::vector<std::string> names = {"data_",
                                        "_atom_site.id",
                                        "_atom_site.group_PDB",
                                        "_atom_site.label_atom_id",
                                        "_atom_site.label_comp_id",
                                        "_atom_site.label_asym_id",
                                        "_atom_site.auth_seq_id",
                                        "_atom_site.auth_asym_id",
                                        "_atom_site.pdbx_PDB_model_num",
                                        "_struct_ncs_oper.id"};

void expect_all_matter(const std::string& text) {
  const Outcome right = outcome_of(text);
  ASSERT_FALSE(right.refused) << right.said;
  std::vector<std::string> tags;
  bool in_tags = false;
  std::size_t column = 0;
  for (const Word& word : words_of(text)) {
    const std::string value = text.substr(word.at, word.length);
    if (value == "loop_" || value.starts_with("data_")) {
      tags.clear();
      continue;
    }
    if (value.starts_with('_')) {
      if (!in_tags && !tags.empty() && text.substr(word.at - 6, 5) != "loop_") tags.clear();
      tags.push_back(value);
      in_tags = true, column = 0;
      continue;
    }
    in_tags = false;
    const std::string tag = tags.at(column++ % tags.size());
    if (std::ranges::find(names, tag) != names.end()) continue;
    // Named as not used: the item, or its kind.
    if (right.said.find(tag) != right.said.npos ||
        right.said.find(tag.substr(0, tag.find_first_of("_.", 1))) != right.said.npos)
      continue;
    const std::string other = std::string(text).replace(word.at, word.length, changed(value));
    EXPECT_TRUE(differ(right, outcome_of(other))) << tag << ": " << value << " or " << changed(value) << "\n"
                                                  << right.said;
  }
}

TEST(ModelFields, SmallMoleculeCif) {
  const std::string text = R"(data_x
_cell_length_a 5.0
_cell_length_b 6.0
_cell_length_c 7.0
_cell_angle_alpha 90
_cell_angle_beta 100
_cell_angle_gamma 90
_cell_volume 206.81
_cell_formula_units_Z 2
_cell_measurement_temperature 100
_symmetry_cell_setting monoclinic
_symmetry_space_group_name_H-M 'P 1 21 1'
_symmetry_Int_Tables_number 4
_space_group_name_Hall 'P 2yb'
_chemical_formula_sum 'Si O Al0.4'
_chemical_formula_weight 54.88
_exptl_crystal_F_000 54.4
_exptl_crystal_density_diffrn 0.881
_diffrn_radiation_probe x-ray
_refine_ls_R_factor_all 0.03
loop_
_symmetry_equiv_pos_as_xyz
'x,y,z'
'-x,y+1/2,-z'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_U_iso_or_equiv
_atom_site_occupancy
_atom_site_symmetry_multiplicity
_atom_site_wild
Si1 Si 0.11 0.22 0.33 0.0400 1 2 7
O1 O 0.41 0.27 0.12 0.0200 1 2 8
Al1 Al 0.71 0.57 0.62 0.0200 0.4 2 9
loop_
_atom_site_aniso_label
_atom_site_aniso_U_11
_atom_site_aniso_U_22
_atom_site_aniso_U_33
_atom_site_aniso_U_12
_atom_site_aniso_U_13
_atom_site_aniso_U_23
Si1 0.04 0.03 0.05 0.004 0.003 0.002
)";
  expect_all_matter(text);
}

TEST(ModelFields, MmCif) {
  const std::string text = R"(data_x
_cell.length_a 8.0
_cell.length_b 9.0
_cell.length_c 10.0
_cell.angle_alpha 90
_cell.angle_beta 90
_cell.angle_gamma 90
_cell.volume 720
_symmetry.space_group_name_H-M 'P 21 21 21'
_symmetry.Int_Tables_number 19
_exptl.method 'X-RAY DIFFRACTION'
_refine.ls_R_factor_obs 0.2
_atom_sites.fract_transf_matrix[1][1] 0.125
_atom_sites.fract_transf_matrix[1][2] 0
_atom_sites.fract_transf_matrix[1][3] 0
_atom_sites.fract_transf_matrix[2][1] 0
_atom_sites.fract_transf_matrix[2][2] 0.111111
_atom_sites.fract_transf_matrix[2][3] 0
_atom_sites.fract_transf_matrix[3][1] 0
_atom_sites.fract_transf_matrix[3][2] 0
_atom_sites.fract_transf_matrix[3][3] 0.1
_atom_sites.fract_transf_vector[1] 0
_atom_sites.fract_transf_vector[2] 0
_atom_sites.fract_transf_vector[3] 0
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
_atom_site.occupancy
_atom_site.B_iso_or_equiv
_atom_site.auth_seq_id
_atom_site.auth_asym_id
_atom_site.pdbx_PDB_model_num
ATOM 1 C CA GLY A 1.5 2.5 3.5 1.00 8.0 1 A 1
ATOM 2 O O GLY A 4.5 6.5 3.0 0.80 6.0 1 A 1
loop_
_atom_site_anisotrop.id
_atom_site_anisotrop.U[1][1]
_atom_site_anisotrop.U[2][2]
_atom_site_anisotrop.U[3][3]
_atom_site_anisotrop.U[1][2]
_atom_site_anisotrop.U[1][3]
_atom_site_anisotrop.U[2][3]
1 0.1 0.1 0.1 0.01 0.02 0.03
)";
  expect_all_matter(text);
}

TEST(ModelFields, Pdb) {
  const std::string text =
      "CRYST1    8.000    9.000   10.000  90.00  90.00  90.00 P 21 21 21    4          \n"
      "SCALE1      0.125000  0.000000  0.000000        0.00000                         \n"
      "SCALE2      0.000000  0.111111  0.000000        0.00000                         \n"
      "SCALE3      0.000000  0.000000  0.100000        0.00000                         \n"
      "MTRIX1   1  1.000000  0.000000  0.000000        0.10000                         \n"
      "MTRIX2   1  0.000000  1.000000  0.000000        0.20000                         \n"
      "MTRIX3   1  0.000000  0.000000  1.000000        3.00000                         \n"
      "ATOM      1  CA  GLY A   1       1.500   2.500   3.500  1.00  8.00           C  \n"
      "ANISOU    1  CA  GLY A   1     1000   1000   1000    100    200    300       C  \n"
      "HETATM    2 FE   HEM A   2       4.500   6.500   3.000  0.80  6.00          FE2+\n";
  const Outcome right = outcome_of(text);
  ASSERT_FALSE(right.refused) << right.said;
  /// Fields by their first and last columns. Names and numbers of atoms, residues and chains change nothing.
  const struct {
    const char* record;
    std::vector<std::pair<std::size_t, std::size_t>> fields;
  } records[] = {{"CRYST1", {{7, 15}, {16, 24}, {25, 33}, {34, 40}, {41, 47}, {48, 54}, {56, 66}}},
                 {"SCALE", {{11, 20}, {21, 30}, {31, 40}, {46, 55}}},
                 {"MTRIX", {{11, 20}, {21, 30}, {31, 40}, {46, 55}}},
                 {"ATOM", {{1, 6}, {31, 38}, {39, 46}, {47, 54}, {55, 60}, {61, 66}, {77, 78}}},
                 {"HETATM", {{1, 6}, {31, 38}, {39, 46}, {47, 54}, {55, 60}, {61, 66}, {77, 78}, {79, 80}}},
                 {"ANISOU", {{1, 6}, {7, 11}, {29, 35}, {36, 42}, {43, 49}, {50, 56}, {57, 63}, {64, 70}}}};
  std::size_t tried = 0;
  for (std::size_t begin = 0; begin < text.size(); begin += 81)
    for (const auto& [record, fields] : records) {
      if (!text.substr(begin).starts_with(record)) continue;
      for (const auto& [first, last] : fields) {
        const std::size_t at = begin + first - 1, length = last - first + 1;
        const std::string other = std::string(text).replace(at, length, changed(text.substr(at, length)));
        EXPECT_TRUE(differ(right, outcome_of(other))) << other.substr(begin, 80);
        ++tried;
      }
    }
  EXPECT_GT(tried, 50u);
}

}  // namespace
}  // namespace femtobragg::atoms
