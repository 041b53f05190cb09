// Items of CIF dictionaries and what they mean.
#include "femtobragg/atoms/cif_parts.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/atoms/atom_types.h"
#include "femtobragg/atoms/refuse.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

/// In one spelling and order, to be compared.
std::vector<std::string> plain(std::vector<std::string> texts) {
  for (std::string& text : texts) {
    text = in_lower_case(text);
    std::erase(text, ' ');
  }
  std::ranges::sort(texts);
  return texts;
}

std::vector<std::string> column_texts(const CifItems& items, CifItems::Names names) {
  const CifItems::Column* column = items.find(names);
  if (!column) return {};
  std::vector<std::string> result;
  for (const std::string& value : column->values)
    if (!value.empty()) result.push_back(value);
  return result;
}

}  // namespace

UnitCell checked_cell(const UnitCell& cell, const std::string& where) {
  try {
    // What files say that hold no crystal.
    if (cell.a_A == 1 && cell.b_A == 1 && cell.c_A == 1)
      throw Error::usage({.what = "", .value = "1 1 1", .rule = "such a cell means that there is none", .remedy = ""});
    const double largest = degrees_from_radians(std::max({cell.alpha_rad, cell.beta_rad, cell.gamma_rad}));
    if (largest > 0.5 && largest <= pi)
      throw Error::usage({.what = "",
                          .value = "angles up to " + format_number(largest),
                          .rule = "angles are in degrees, and these may be radians",
                          .remedy = ""});
    reciprocal_metric(cell);
  } catch (const Error& error) {
    refuse("there is no unit cell", where, error.parts().value, error.parts().rule, "give the cell of a crystal");
  }
  return cell;
}

UnitCell cell_in(const CifItems& items) {
  const auto value = [&](const char* name) {
    const auto found = items.number({name});
    if (!found)
      refuse("there is no unit cell", items.where(), std::string("there is no _") + name,
             "a cell must have six numbers", "give all of them");
    return *found;
  };
  const auto angle = [&](const char* name) { return radians_from_degrees(value(name)); };
  return checked_cell({value("cell_length_a"), value("cell_length_b"), value("cell_length_c"),
                       angle("cell_angle_alpha"), angle("cell_angle_beta"), angle("cell_angle_gamma")},
                      items.where());
}

StatedSymmetry symmetry_in(const CifItems& items) {
  for (const char* name : {"cell_modulation_dimension", "space_group_symop_ssg_operation_algebraic"})
    if (items.has(name))
      refuse("a modulated structure", items.where(), std::string("_") + name,
             "structure factors must have three dimensions", "use its average structure");
  if (const auto* centring = items.peek("space_group_symop_magn_centering_xyz"); centring && centring->size() > 1)
    refuse("centring translations are listed separately from the operations", items.where(), centring->tag,
           "all operations of the space group must be listed together", "list them, or give the symbol alone");
  StatedSymmetry stated;
  stated.operations = column_texts(items, {"space_group_symop_operation_xyz", "symmetry_equiv_pos_as_xyz",
                                           "space_group_symop_operations_xyz", "symmetry_equiv_as_xyz"});
  // Both spellings of one list: the second one has to say the same.
  const auto others = column_texts(items, {"symmetry_equiv_pos_as_xyz"});
  if (!others.empty() && plain(others) != plain(stated.operations))
    refuse("two lists of symmetry operations", items.where(), "they differ", "there must be only one space group",
           "remove one of them");
  for (const char* name : {"space_group_name_hall", "symmetry_space_group_name_hall"})
    if (const auto hall = items.text({name})) {
      if (!stated.hall.empty() && plain({*hall}) != plain({stated.hall}))
        refuse("two Hall symbols", items.where(), in_quotes(stated.hall) + " and " + in_quotes(*hall),
               "there must be only one space group", "remove one of them");
      stated.hall = *hall;
    }
  for (const char* name :
       {"space_group_name_h-m_alt", "symmetry_space_group_name_h-m", "space_group_name_h-m_full",
        "symmetry_pdbx_full_space_group_name_h-m", "space_group_name_h-m", "symmetry_space_group_name_h-m_alt"})
    if (const auto symbol = items.text({name})) stated.symbols.push_back(*symbol);
  stated.reference_symbol = items.text({"space_group_name_h-m_ref"});
  stated.code = items.text({"space_group_it_coordinate_system_code"}).value_or("");
  if (const auto number = items.number({"space_group_it_number", "symmetry_int_tables_number"}))
    stated.number = static_cast<int>(std::clamp(*number, -1e6, 1e6));
  if (const auto other = items.number({"symmetry_int_tables_number"}); other && *other != stated.number)
    refuse("two numbers of a space group", items.where(),
           format_number(*stated.number) + " and " + format_number(*other), "there must be only one space group");
  stated.crystal_system =
      items.text({"space_group_crystal_system", "symmetry_cell_setting", "space_group_cell_setting"}).value_or("");
  stated.how_to_state_setting = "give _space_group_IT_coordinate_system_code, or list the operations, for another";
  for (const char* name : {"space_group_transform_pp_abc", "space_group_transform_qq_xyz"})
    if (const auto change = items.text({name}); change && stated.operations.empty()) {
      std::string plain = in_lower_case(*change);
      std::erase(plain, ' ');
      if (plain != "a,b,c;0,0,0" && plain != "a,b,c" && plain != "x,y,z")
        refuse("a change of axes", items.where(), in_quotes(*change), "it cannot be read",
               "list the symmetry operations");
    }
  // Which row or entry it is.
  items.pass_over({"space_group_symop_id", "symmetry_equiv_pos_site_id", "symmetry_entry_id", "space_group_id",
                   "cell_entry_id", "space_group_symop_sg_id"});
  return stated;
}

StatedContents contents_in(const CifItems& items) {
  StatedContents stated{.formula = items.text({"chemical_formula_sum"}).value_or(""),
                        .units = items.number({"cell_formula_units_z"}),
                        .weight = items.number({"chemical_formula_weight"}),
                        .electrons = items.number({"exptl_crystal_f_000"}),
                        .density = items.number({"exptl_crystal_density_diffrn"}),
                        .measured_density = items.number({"exptl_crystal_density_meas"}),
                        .volume_A3 = items.number({"cell_volume"})};
  const CifItems::Column* numbers = items.find({"atom_type_number_in_cell"});
  const CifItems::Column* types = items.find({"atom_type_symbol"});
  // Several ions may be of one element.
  for (std::size_t row = 0; numbers && types && row < std::min(numbers->size(), types->size()); ++row)
    if (const auto number = items.number(*numbers, row); number && *number > 0)
      if (const AtomType type = atom_type_of(types->values[row]); type.atomic_number != 0)
        stated.atoms[type.atomic_number] += *number;
  return stated;
}

Tensors tensors_in(const CifItems& items, bool own_loop) {
  using Kind = Tensors::Kind;
  static constexpr const char* indices[] = {"11", "22", "33", "12", "13", "23"};
  const std::string prefix = own_loop ? "atom_site_anisotrop_" : "atom_site_aniso_";
  Tensors result;
  const CifItems::Column* labels =
      items.find({own_loop ? "atom_site_anisotrop_id" : "atom_site_aniso_label", "atom_site_id"});
  for (const auto& [kind, letter] : {std::pair(Kind::U, "u"), std::pair(Kind::B, "b"), std::pair(Kind::Beta, "beta")}) {
    std::array<const CifItems::Column*, 6> columns{};
    for (std::size_t i = 0; i < 6; ++i) {
      const std::string old = prefix + letter + "_" + indices[i],
                        matrix = prefix + letter + "[" + indices[i][0] + "][" + indices[i][1] + "]";
      columns[i] = items.find({old.c_str(), matrix.c_str()});
    }
    const auto present = std::ranges::count_if(columns, [](const auto* column) { return column != nullptr; });
    if (present == 0) continue;
    if (present < 6 || !labels)
      refuse("anisotropic displacements are incomplete", items.where(), std::to_string(present) + " columns of 6",
             "a tensor must have six numbers and the name of its atom");
    for (std::size_t row = 0; row < labels->size(); ++row) {
      std::array<double, 6> values{};
      int known = 0;
      for (std::size_t i = 0; i < 6; ++i) {
        if (columns[i]->size() != labels->size())
          refuse("columns differ in length", items.where(), columns[i]->tag, "a loop must have a value for each row");
        const auto value = items.number(*columns[i], row);
        if (value) values[i] = *value, ++known;
      }
      if (known == 0) continue;
      if (known < 6)
        refuse("an anisotropic displacement is incomplete", items.where(), in_quotes(labels->values[row]),
               "a tensor must have six numbers");
      if (!result.rows.emplace(labels->values[row], Tensors::Row{kind, values}).second)
        refuse("two anisotropic displacements of one atom", items.where(), in_quotes(labels->values[row]),
               "each atom must have only one");
    }
  }
  return result;
}

void require_one_displacement(std::optional<double> u_A2, std::optional<double> b_A2, const std::string& where) {
  // U is often rounded to two decimals.
  constexpr double rounding = 8 * pi * pi * 0.005;
  if (u_A2 && b_A2 && std::abs(*u_A2 * 8 * pi * pi - *b_A2) > 0.02 * std::abs(*b_A2) + rounding)
    refuse("two displacements of one atom", where, "U " + format_number(*u_A2) + " and B " + format_number(*b_A2),
           "B must be 8 pi^2 U");
}

Mat3d transformed(const Mat3d& m, const std::array<double, 6>& v) {
  return m * Mat3d{{v[0], v[3], v[4]}, {v[3], v[1], v[5]}, {v[4], v[5], v[2]}} * transpose(m);
}

void EquivalentChecks::compare(const std::string& label, double of_tensor, double isotropic) {
  // Rounding of both, and three ways to define the mean.
  if (std::abs(of_tensor - isotropic) <= 0.05 * std::max(of_tensor, isotropic) + 0.001) return;
  if (off.empty()) first_tensor = of_tensor, first_isotropic = isotropic;
  off.push_back(label);
}

void EquivalentChecks::warn(AtomicModel& model) const {
  if (off.empty()) return;
  model.warnings.push_back("the anisotropic displacements of " + counted(off.size(), "atom do", "atoms do") +
                           " not agree with the isotropic ones, and are used: " + first_of(off) + ", mean square " +
                           format_number(first_tensor, 3) + " and " + format_number(first_isotropic, 3) + " A^2");
}

void check_method(const std::string& tag, const std::string& method, AtomicModel& model) {
  static constexpr std::string_view x_rays[] = {
      "x-ray", "gamma", "x-ray diffraction", "x-ray crystallography", "powder diffraction", "fiber diffraction"};
  // Old files say more behind a comma.
  const std::string text = in_lower_case(method.substr(0, method.find(',')));
  if (std::ranges::find(x_rays, text) == std::end(x_rays))
    model.warnings.push_back("the model does not come from X-ray diffraction (" + tag + " " + in_quotes(method) +
                             "); form factors for X-rays are used");
}

void check_probe(const CifItems& items, AtomicModel& model) {
  for (const char* name : {"diffrn_radiation_probe", "exptl_method", "diffrn_radiation_pdbx_scattering_type"})
    if (const CifItems::Column* column = items.find({name}))
      for (const std::string& value : column->values)
        if (!value.empty()) check_method(column->tag, value, model);
  // Free text.
  for (const char* name : {"diffrn_radiation_type", "diffrn_radiation_source", "diffrn_source", "diffrn_source_source"})
    if (const CifItems::Column* column = items.peek(name))
      for (const std::string& value : column->values)
        for (const char* word : {"neutron", "electron micro", "electron diff", "nuclear reactor", "spallation"})
          if (in_lower_case(value).find(word) != std::string::npos || in_lower_case(value) == "electron") {
            check_method(column->tag, value, model);
            break;
          }
}

void note_unused(const CifItems& items, AtomicModel& model) {
  const std::vector<std::string> near =
      items.unused({"atom_site", "cell_", "space_group_", "symmetry_", "atom_type_", "struct_ncs_"});
  if (!near.empty()) model.notes.push_back("not used: " + first_of(near, 40));
  const std::vector<std::string> kinds =
      items.unused_kinds({"atom_site", "cell_", "space_group_", "symmetry_", "atom_type_", "struct_ncs_"});
  if (!kinds.empty()) model.notes.push_back("not used: items of " + first_of(kinds, 40));
}

}  // namespace femtobragg::atoms
