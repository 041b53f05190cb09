// Models of the PDBx/mmCIF dictionary.
#include <algorithm>
#include <cmath>

#include "femtobragg/atoms/atom_types.h"
#include "femtobragg/atoms/cif_parts.h"
#include "femtobragg/atoms/macromolecule.h"
#include "femtobragg/atoms/refuse.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

using Column = CifItems::Column;

/// matrix[1][1] ... and vector[1] ... in a row of a table.
std::optional<Motion> motion_in(const CifItems& items, const std::string& matrix, const std::string& vector,
                                std::size_t row) {
  double m[3][3], v[3];
  int known = 0, shifts = 0;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 4; ++j) {
      const std::string at = "[" + std::to_string(i + 1) + "]";
      const std::string name = j < 3 ? matrix + at + "[" + std::to_string(j + 1) + "]" : vector + at;
      const Column* column = items.find({name.c_str()});
      const auto value = column && row < column->size() ? items.number(*column, row) : std::nullopt;
      if (value) ++(j < 3 ? known : shifts);
      (j < 3 ? m[i][j] : v[i]) = value.value_or(0);
    }
  if (known == 0 && shifts == 0) return {};
  // A matrix alone leaves the origin where it is.
  if (known < 9 || (shifts != 0 && shifts < 3))
    refuse("a matrix is incomplete", items.where(), "_" + matrix, "it must have nine numbers, and three of its vector");
  return Motion{{{m[0][0], m[0][1], m[0][2]}, {m[1][0], m[1][1], m[1][2]}, {m[2][0], m[2][1], m[2][2]}},
                {v[0], v[1], v[2]}};
}

class MmcifReader {
 public:
  MmcifReader(const CifItems& items, const std::string& name) : items_(items), name_(name) {
    const bool of_own_loop = items.has("atom_site_anisotrop_id");
    tensors_ = tensors_in(items, of_own_loop);
  }

  AtomicModel model() {
    read_.cell = cell_in(items_);
    read_.symmetry = symmetry_in(items_);
    read_.symmetry.how_to_state_setting = "give it after the symbol, as in R 3 :R";
    read_.to_fractions = motion_in(items_, "atom_sites_fract_transf_matrix", "atom_sites_fract_transf_vector", 0);
    // The matrix back, where the file has only that.
    if (const auto back = motion_in(items_, "atom_sites_cartn_transf_matrix", "atom_sites_cartn_transf_vector", 0);
        back && !read_.to_fractions) {
      const Mat3d matrix = inverse(back->matrix);
      read_.to_fractions = Motion{matrix, -1.0 * (matrix * back->vector)};
    }
    read_copies();
    read_.z = items_.number({"cell_z_pdb"});
    x_ = items_.find({"atom_site_cartn_x"});
    if (!x_) x_ = items_.find({"atom_site_fract_x"});
    if (!x_)
      refuse("there are no positions", items_.where(), "there is no _atom_site.Cartn_x", "atoms must have coordinates");
    for (std::size_t row = 0; row < x_->size(); ++row) take_atom(row);
    for (const auto& [id, tensor] : tensors_.rows)
      if (!tensor.used && !other_models_.contains(id)) orphans_.push_back(in_quotes(id));
    AtomicModel messages;
    if (!orphans_.empty())
      messages.warnings.push_back(
          counted_names(orphans_, "anisotropic displacement is not used, because no atom has its id",
                        "anisotropic displacements are not used, because no atom has their id"));
    check_probe(items_, messages);
    check_ending(messages);
    check_contents_of(messages);
    AtomicModel model = model_of(read_, name_, std::move(messages));
    // Who an atom is changes nothing.
    items_.pass_over({"atom_site_group_pdb", "atom_site_label_", "atom_site_auth_", "atom_site_pdbx_pdb_ins_code",
                      "atom_site_id", "atom_site_pdbx_auth_", "atom_site_pdbx_label_", "atom_site_pdbx_sifts",
                      "atom_site_anisotrop_type_symbol", "atom_site_anisotrop_pdbx_", "atom_sites_entry_id",
                      "atom_site_pdbx_tls_group_id", "struct_ncs_oper_id", "struct_ncs_oper_details"});
    note_unused(items_, model);
    return model;
  }

 private:
  const std::string& text(CifItems::Names names, std::size_t row) {
    static const std::string none;
    const Column* column = items_.find(names);
    if (column && column->size() != x_->size())
      refuse("columns differ in length", items_.where(), column->tag, "all columns of the atoms must be in one loop");
    return column ? column->values[row] : none;
  }

  std::optional<double> number(const char* name, std::size_t row) {
    text({name}, row);
    const Column* column = items_.find({name});
    return column ? items_.number(*column, row) : std::nullopt;
  }

  /// Three numbers, or none.
  std::optional<Vec3d> position(const std::string& prefix, std::size_t row, const std::string& label) {
    const auto x = number((prefix + "x").c_str(), row), y = number((prefix + "y").c_str(), row),
               z = number((prefix + "z").c_str(), row);
    if (!x && !y && !z) return {};
    if (!x || !y || !z)
      refuse("a position is impossible", in_quotes(name_) + " " + label, "", "coordinates must be three numbers");
    return Vec3d{*x, *y, *z};
  }

  const std::string& either(const char* first, const char* second, std::size_t row) {
    const std::string& value = text({first}, row);
    return value.empty() ? text({second}, row) : value;
  }

  std::string label_of(std::size_t row) {
    return "atom " + in_quotes(either("atom_site_auth_atom_id", "atom_site_label_atom_id", row)) + " of " +
           either("atom_site_auth_comp_id", "atom_site_label_comp_id", row) + " " +
           either("atom_site_auth_seq_id", "atom_site_label_seq_id", row) + ", chain " +
           in_quotes(either("atom_site_auth_asym_id", "atom_site_label_asym_id", row));
  }

  /// The same for all alternates, of whatever residues.
  std::string site_of(std::size_t row) {
    return either("atom_site_auth_asym_id", "atom_site_label_asym_id", row) + " " +
           either("atom_site_auth_seq_id", "atom_site_label_seq_id", row) + " " +
           text({"atom_site_pdbx_pdb_ins_code"}, row) + " " +
           either("atom_site_auth_atom_id", "atom_site_label_atom_id", row);
  }

  void read_copies() {
    const Column* codes = items_.find({"struct_ncs_oper_code"});
    const Column* first = items_.find({"struct_ncs_oper_matrix[1][1]"});
    for (std::size_t row = 0; first && row < first->size(); ++row) {
      const auto motion = motion_in(items_, "struct_ncs_oper_matrix", "struct_ncs_oper_vector", row);
      const bool given = codes && codes->values[row] == "given";
      if (motion && !given && !(motion->matrix == Mat3d::identity() && motion->vector == Vec3d{}))
        read_.copies.push_back(*motion);
    }
  }

  void take_atom(std::size_t row) {
    const std::string& id = text({"atom_site_id"}, row);
    const std::string& model_number = text({"atom_site_pdbx_pdb_model_num"}, row);
    if (models_.insert(model_number).second) read_.models = models_.size();
    if (row == 0) first_model_ = model_number;
    if (model_number != first_model_) {
      other_models_.insert(id);
      return;
    }
    if (text({"atom_site_calc_flag"}, row) == "dum") {
      ++read_.dummies;
      return;
    }
    ListedAtom atom;
    atom.label = label_of(row);
    const std::string& symbol = text({"atom_site_type_symbol"}, row);
    const AtomType type = atom_type_of(symbol);
    if (type.atomic_number == 0 || !type.rest.empty())
      refuse("unknown element", in_quotes(name_) + " " + atom.label, symbol.empty() ? "none" : in_quotes(symbol),
             "scattering factors exist for H to Cf");
    atom.atomic_number = type.atomic_number;
    const auto charge = number("atom_site_pdbx_formal_charge", row);
    atom.charge = static_cast<int>(std::lround(std::clamp(charge.value_or(type.charge), -9.0, 9.0)));
    atom.at_A = position("atom_site_cartn_", row, atom.label);
    atom.in_fractions = position("atom_site_fract_", row, atom.label);
    if (!atom.at_A && !atom.in_fractions)
      refuse("a position is impossible", in_quotes(name_) + " " + atom.label, "", "coordinates must be three numbers");
    atom.occupancy = number("atom_site_occupancy", row);
    atom.b_A2 = number("atom_site_b_iso_or_equiv", row);
    const auto u = number("atom_site_u_iso_or_equiv", row);
    require_one_displacement(u, atom.b_A2, in_quotes(name_) + " " + atom.label);
    if (u && !atom.b_A2) atom.b_A2 = *u * 8 * pi * pi;
    atom.alternate = text({"atom_site_label_alt_id"}, row);
    if (!atom.alternate.empty()) {
      ++read_.alternates;
      atom.residue_atom = site_of(row);
    }
    if (const auto tensor = tensors_.rows.find(id); tensor != tensors_.rows.end()) {
      tensor->second.used = true;
      atom.u_A2 = tensor->second.values;
      if (tensor->second.kind == Tensors::Kind::Beta)
        refuse("an atom with orthogonal coordinates has beta", in_quotes(name_) + " " + atom.label, "",
               "it must have U or B");
      if (tensor->second.kind == Tensors::Kind::B)
        for (double& value : *atom.u_A2) value /= 8 * pi * pi;
    }
    read_.atoms.push_back(std::move(atom));
  }

  /// A loop of atoms at the end of the file may be cut off between two rows.
  void check_ending(AtomicModel& messages) {
    if (!items_.last().starts_with("atom_site_") || items_.last().starts_with("atom_site_anisotrop")) return;
    const Column* chains = items_.peek("struct_asym_id");
    const Column* of_atoms = items_.peek("atom_site_label_asym_id");
    std::vector<std::string> empty;
    for (std::size_t i = 0; chains && of_atoms && i < chains->size(); ++i)
      if (std::ranges::find(of_atoms->values, chains->values[i]) == of_atoms->values.end())
        empty.push_back(in_quotes(chains->values[i]));
    if (!empty.empty())
      messages.warnings.push_back(
          "the file seems to be truncated in its last loop: _struct_asym names chains without atoms, " +
          first_of(empty));
    const Column* kinds = items_.peek("entity_type");
    const Column* numbers = items_.peek("entity_pdbx_number_of_molecules");
    const Column* entities = items_.peek("atom_site_label_entity_id");
    const Column* ids = items_.peek("entity_id");
    if (!empty.empty() || !kinds || !numbers || !entities || !ids || entities->size() != x_->size()) return;
    for (std::size_t i = 0; i < std::min({kinds->size(), numbers->size(), ids->size()}); ++i) {
      if (in_lower_case(kinds->values[i]) != "water") continue;
      std::set<std::string> found;
      for (std::size_t row = 0; row < x_->size(); ++row)
        if (entities->values[row] == ids->values[i])
          found.insert(either("atom_site_auth_asym_id", "atom_site_label_asym_id", row) + " " +
                       text({"atom_site_auth_seq_id"}, row) + text({"atom_site_pdbx_pdb_ins_code"}, row));
      const double promised = items_.number(*numbers, i).value_or(0);
      if (promised > static_cast<double>(found.size()))
        messages.warnings.push_back("the file seems to be truncated in its last loop: _entity states " +
                                    format_number(promised) + " waters, the file has " + std::to_string(found.size()));
    }
  }

  void check_contents_of(AtomicModel& messages) {
    StatedContents stated;
    stated.volume_A3 = items_.number({"cell_volume"});
    messages.cell = read_.cell;
    check_contents(messages, stated);
    const auto tls = items_.text({"refine_pdbx_tls_residual_adp_flag"});
    if (tls && tls->find("RESIDUAL") != tls->npos)
      messages.warnings.push_back(
          "displacements do not include those of TLS groups (_refine.pdbx_TLS_residual_ADP_flag)");
  }

  const CifItems& items_;
  const std::string& name_;
  Tensors tensors_;
  Macromolecule read_;
  const Column* x_ = nullptr;
  std::set<std::string> models_, other_models_;
  std::string first_model_;
  std::vector<std::string> orphans_;
};

}  // namespace

AtomicModel mmcif_model(const CifItems& items, const std::string& name) { return MmcifReader(items, name).model(); }

}  // namespace femtobragg::atoms
