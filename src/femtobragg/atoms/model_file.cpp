// The gemmi library reads the formats; what it lets pass is checked here.
#include "femtobragg/atoms/model_file.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <gemmi/cif.hpp>
#include <gemmi/it92.hpp>
#include <gemmi/mmcif.hpp>
#include <gemmi/pdb.hpp>
#include <gemmi/smcif.hpp>

#include "femtobragg/atoms/gemmi_symmetry.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& where, const std::string& value,
                         const std::string& rule, const std::string& remedy = "correct the file") {
  throw Error::runtime({.what = what, .where = where, .value = value, .rule = rule, .remedy = remedy});
}

/// The next line of a text, without its end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// gemmi takes what is no number for zero.
void require_number(std::string_view line, std::size_t column, std::size_t width, const char* what, bool may_be_blank,
                    const std::string& where) {
  const std::string_view field = column < line.size() ? trimmed(line.substr(column, width)) : std::string_view();
  if (field.empty() && may_be_blank) return;
  const auto value = parse_number(field);
  if (value && std::isfinite(*value)) return;
  refuse(std::string("the ") + what + " is no number", where, in_quotes(field),
         "columns " + std::to_string(column + 1) + " to " + std::to_string(column + width) + " hold it");
}

/// The records of a PDB file that make a crystal, each checked.
std::string crystal_records(std::string_view text, const std::string& name) {
  static constexpr std::string_view kept[] = {"CRYST1", "SCALE1", "SCALE2", "SCALE3", "MTRIX1", "MTRIX2",
                                              "MTRIX3", "ATOM  ", "HETATM", "ANISOU", "MODEL ", "ENDMDL"};
  std::string records;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    const auto begins = [&](std::string_view record) { return line.substr(0, 6) == record.substr(0, line.size()); };
    if (line.size() < 5 || std::ranges::none_of(kept, begins)) continue;
    const std::string where = in_quotes(name) + " line " + std::to_string(number);
    if (std::ranges::any_of(line, [](char c) { return c < ' ' || c > '~'; }))
      refuse("a line of the model is no text", where, in_quotes(line.substr(0, 20)), "PDB files are plain text");
    if (line.starts_with("ATOM") || line.starts_with("HETATM")) {
      for (const std::size_t column : {30u, 38u, 46u}) require_number(line, column, 8, "coordinate", false, where);
      require_number(line, 54, 6, "occupancy", true, where);
      require_number(line, 60, 6, "B factor", true, where);
    }
    if (line.starts_with("CRYST1"))
      for (const std::size_t column : {6u, 15u, 24u, 33u, 40u, 47u})
        require_number(line, column, column < 30 ? 9 : 7, "cell", false, where);
    if (line.starts_with("ANISOU"))
      for (std::size_t column = 28; column < 70; column += 7)
        require_number(line, column, 7, "anisotropic displacement", false, where);
    // The reader looks at columns of lines however short they are.
    records += std::string(line.substr(0, 80)) + std::string(line.size() < 80 ? 80 - line.size() : 0, ' ') + "\n";
  }
  return records;
}

bool element_known(const gemmi::Element& element) {
  return element != gemmi::El::X && gemmi::IT92<double>::has(element.elem);
}

/// Mean squares of displacements that a model may have, A^2. Refined tensors dip a little below zero; 100 is a B of
/// 7900, of which nothing is left in any reflection.
constexpr double least_displacement_A2 = -0.1, most_displacement_A2 = 100;

/// Throws for an atom that no crystal can have.
void check_atom(const Atom& atom, const gemmi::Element& element, const UnitCell& cell, const std::string& name) {
  const std::string where = in_quotes(name) + " " + atom.label;
  if (!element_known(element))
    refuse("unknown element", where, element == gemmi::El::X ? "none" : element.name(),
           "scattering factors are known from H to Cf");
  if (!is_finite(atom.position) || std::abs(atom.position.x) > 1e6 || std::abs(atom.position.y) > 1e6 ||
      std::abs(atom.position.z) > 1e6)
    refuse("an impossible position", where, "", "coordinates are numbers not far from the cell");
  if (!(atom.occupancy >= 0) || !(atom.occupancy <= 1e6))
    refuse("an impossible occupancy", where, format_number(atom.occupancy), "it is not negative");
  const double isotropic = atom.b_A2 / (8 * pi * pi);
  EigenvalueRange u{isotropic, isotropic};
  if (atom.u) u = symmetric_eigenvalues(axes_of(cell) * *atom.u * transpose(axes_of(cell)));
  if (!(u.smallest >= least_displacement_A2 && u.largest <= most_displacement_A2))
    refuse("an impossible displacement", where,
           "mean squares of " + format_number(u.smallest) + " to " + format_number(u.largest) + " A^2",
           "they are from " + format_number(least_displacement_A2) + " to " + format_number(most_displacement_A2) +
               " A^2 (B = 8 pi^2 <u^2>)");
}

/// gemmi takes what is no number for zero here too.
void require_numbers(const gemmi::cif::Block& block, const std::string& where) {
  static constexpr const char* tags[] = {
      "_atom_site_fract_x",           "_atom_site_fract_y",           "_atom_site_fract_z",
      "_atom_site_occupancy",         "_atom_site_U_iso_or_equiv",    "_atom_site_B_iso_or_equiv",
      "_atom_site_aniso_U_11",        "_atom_site_aniso_U_22",        "_atom_site_aniso_U_33",
      "_atom_site_aniso_U_12",        "_atom_site_aniso_U_13",        "_atom_site_aniso_U_23",
      "_atom_site.Cartn_x",           "_atom_site.Cartn_y",           "_atom_site.Cartn_z",
      "_atom_site.occupancy",         "_atom_site.B_iso_or_equiv",    "_atom_site_anisotrop.U[1][1]",
      "_atom_site_anisotrop.U[2][2]", "_atom_site_anisotrop.U[3][3]", "_atom_site_anisotrop.U[1][2]",
      "_atom_site_anisotrop.U[1][3]", "_atom_site_anisotrop.U[2][3]"};
  for (const char* tag : tags)
    for (const std::string& text : const_cast<gemmi::cif::Block&>(block).find_values(tag))
      if (!gemmi::cif::is_null(text) && !std::isfinite(gemmi::cif::as_number(text)))
        refuse("a value of the model is no number", where + ", " + tag, in_quotes(text),
               "numbers, '.' or '?' stand there");
}

/// m v m^T with the symmetric matrix of six numbers.
Mat3d transformed(const Mat3d& m, double u11, double u22, double u33, double u12, double u13, double u23) {
  return m * Mat3d{{u11, u12, u13}, {u12, u22, u23}, {u13, u23, u33}} * transpose(m);
}

Mat3d matrix_of(const gemmi::Mat33& m) {
  return {{m[0][0], m[0][1], m[0][2]}, {m[1][0], m[1][1], m[1][2]}, {m[2][0], m[2][1], m[2][2]}};
}

UnitCell checked_cell(const gemmi::UnitCell& cell, const std::string& where) {
  const UnitCell result = cell_of(cell);
  try {
    // What files say that hold no crystal.
    if (cell.a == 1 && cell.b == 1 && cell.c == 1)
      throw Error::usage({.what = "", .value = "1 1 1", .rule = "such a cell stands for none", .remedy = ""});
    reciprocal_metric(result);
  } catch (const Error& error) {
    refuse("no unit cell", where, error.parts().value, error.parts().rule, "use a model of a crystal");
  }
  return result;
}

[[noreturn]] void refuse_group(const std::string& symbol, const std::string& where) {
  refuse(symbol.empty() ? "no space group" : "unknown space group", where, symbol.empty() ? "" : in_quotes(symbol),
         "a Hermann-Mauguin symbol is needed, as P 21 21 21");
}

/// Tells of atoms that symmetry puts on themselves though they are counted whole.
void warn_of_doubled_atoms(AtomicModel& model, gemmi::UnitCell cell, const gemmi::SpaceGroup& group) {
  cell.set_cell_images_from_spacegroup(&group);
  std::size_t doubled = 0;
  std::string first;
  for (const Atom& atom : model.atoms) {
    const gemmi::Fractional at(atom.position.x, atom.position.y, atom.position.z);
    const int copies = cell.is_special_position(at, 0.2) + 1;
    if (copies == 1 || atom.occupancy * copies < 1.01) continue;
    if (doubled++ == 0) first = atom.label;
  }
  if (doubled > 0)
    model.warnings.push_back(
        std::to_string(doubled) + " atoms on special positions are counted several times: " + first +
        (doubled > 1 ? ", ..." : "") + "; occupancies of PDB and mmCIF files are shares of one symmetry copy");
}

AtomicModel model_of(gemmi::Structure& structure, const std::string& name) {
  const std::string where = in_quotes(name);
  if (structure.models.empty()) refuse("no atoms", where, "", "a model holds atoms", "check that this is a model");
  AtomicModel model;
  model.cell = checked_cell(structure.cell, where);
  const gemmi::SpaceGroup* group = structure.find_spacegroup();
  if (!group) refuse_group(structure.spacegroup_hm, where);
  model.space_group = space_group_of(*group);
  std::vector<gemmi::Transform> copies(1);
  for (const gemmi::NcsOp& ncs : structure.ncs)
    if (!ncs.given) copies.push_back(ncs.tr);
  const Mat3d to_fractions = matrix_of(structure.cell.frac.mat);
  for (const gemmi::Transform& copy : copies)
    for (const gemmi::Chain& chain : structure.models.front().chains)
      for (const gemmi::Residue& residue : chain.residues)
        for (const gemmi::Atom& found : residue.atoms) {
          Atom atom;
          atom.label = "atom " + in_quotes(found.name) + " of " + residue.name + " " + residue.seqid.str() +
                       ", chain " + in_quotes(chain.name);
          atom.atomic_number = found.element.atomic_number();
          atom.charge = found.charge;
          const gemmi::Fractional at = structure.cell.fractionalize(gemmi::Position(copy.apply(found.pos)));
          atom.position = {at.x, at.y, at.z};
          atom.occupancy = found.occ;
          atom.b_A2 = found.b_iso;
          const auto& u = found.aniso;
          if (u.nonzero())
            atom.u = transformed(to_fractions * matrix_of(copy.mat), u.u11, u.u22, u.u33, u.u12, u.u13, u.u23);
          check_atom(atom, found.element, model.cell, name);
          model.atoms.push_back(std::move(atom));
        }
  if (model.atoms.empty()) refuse("no atoms", where, "", "a model holds atoms", "check that this is a model");
  if (structure.models.size() > 1)
    model.notes.push_back("the first of " + std::to_string(structure.models.size()) + " models");
  if (copies.size() > 1)
    model.notes.push_back(std::to_string(copies.size()) + " copies by non-crystallographic symmetry");
  warn_of_doubled_atoms(model, structure.cell, *group);
  return model;
}

/// By the operations where the file lists them: symbols of old files may leave the origin open.
const gemmi::SpaceGroup* small_group(const gemmi::cif::Block& block, const gemmi::SmallStructure& small) {
  for (const char* tag : {"_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"}) {
    std::vector<gemmi::Op> operations;
    for (const std::string& text : const_cast<gemmi::cif::Block&>(block).find_values(tag))
      operations.push_back(gemmi::parse_triplet(gemmi::cif::as_string(text)));
    if (!operations.empty() && operations.size() <= 192)
      if (const auto* group = gemmi::find_spacegroup_by_ops(gemmi::split_centering_vectors(operations))) return group;
  }
  return small.find_spacegroup();
}

AtomicModel small_model(const gemmi::cif::Block& block, const std::string& name) {
  gemmi::SmallStructure small = gemmi::make_small_structure_from_block(block);
  const std::string where = in_quotes(name) + " block " + in_quotes(block.name);
  if (small.sites.empty()) refuse("no atoms", where, "", "a model holds atoms", "check that this is a model");
  AtomicModel model;
  model.cell = checked_cell(small.cell, where);
  const gemmi::SpaceGroup* group = small_group(block, small);
  if (!group) refuse_group(small.spacegroup_hm, where);
  model.space_group = space_group_of(*group);
  small.cell.set_cell_images_from_spacegroup(group);
  const Mat3d edges{{small.cell.ar, 0, 0}, {0, small.cell.br, 0}, {0, 0, small.cell.cr}};
  for (const gemmi::SmallStructure::Site& site : small.sites) {
    // Sites for drawing only, as of hydrogens that nobody has seen.
    if (!std::isfinite(site.fract.x) && !std::isfinite(site.fract.y) && !std::isfinite(site.fract.z)) continue;
    Atom atom;
    atom.label = "block " + in_quotes(block.name) + ", atom " + in_quotes(site.label);
    atom.atomic_number = site.element.atomic_number();
    atom.charge = site.charge;
    atom.position = {site.fract.x, site.fract.y, site.fract.z};
    atom.occupancy = site.occ;
    atom.b_A2 = site.u_iso * gemmi::u_to_b();
    const auto& u = site.aniso;
    if (u.nonzero()) atom.u = transformed(edges, u.u11, u.u22, u.u33, u.u12, u.u13, u.u23);
    check_atom(atom, site.element, model.cell, name);
    atom.occupancy /= small.cell.is_special_position(site.fract, 0.4) + 1;
    model.atoms.push_back(std::move(atom));
  }
  if (model.atoms.empty()) refuse("no atoms", where, "", "a model holds atoms", "check that this is a model");
  return model;
}

AtomicModel cif_model(std::string_view bytes, const std::string& name) {
  const gemmi::cif::Document document = gemmi::cif::read_memory(bytes.data(), bytes.size(), name.c_str());
  for (const gemmi::cif::Block& block : document.blocks) {
    auto& found = const_cast<gemmi::cif::Block&>(block);
    require_numbers(block, in_quotes(name) + " block " + in_quotes(block.name));
    if (found.find_values("_atom_site.Cartn_x").length() > 0) {
      gemmi::Structure structure = gemmi::make_structure_from_block(block);
      return model_of(structure, name);
    }
    if (found.find_values("_atom_site_label").length() > 0) return small_model(block, name);
  }
  refuse("no atoms", in_quotes(name), std::to_string(document.blocks.size()) + " data blocks",
         "one has a list _atom_site.Cartn_x or _atom_site_label", "check that this is a model");
}

AtomicModel pdb_model(std::string_view bytes, const std::string& name) {
  const std::string records = crystal_records(bytes, name);
  if (records.empty())
    refuse("no atoms", in_quotes(name), "", "a model is a PDB, mmCIF or CIF file", "check that this is a model");
  gemmi::Structure structure = gemmi::read_pdb_from_memory(records.data(), records.size(), name);
  return model_of(structure, name);
}

}  // namespace

bool looks_like_cif(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view line = trimmed(take_line(bytes));
    if (line.empty() || line.starts_with('#')) continue;
    const std::string_view key = line.substr(0, 5);
    return std::ranges::equal(key, std::string_view("data_"), [](char a, char b) { return (a | 0x20) == (b | 0x20); });
  }
  return false;
}

AtomicModel parse_model(std::string_view bytes, const std::string& name) try {
  if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos)
    refuse("an empty model", in_quotes(name), "", "a model holds atoms", "check the name");
  return looks_like_cif(bytes) ? cif_model(bytes, name) : pdb_model(bytes, name);
} catch (const Error&) {
  throw;
} catch (const std::bad_alloc&) {
  throw;
} catch (const std::exception& error) {
  throw Error::runtime({.what = "cannot read the model",
                        .where = in_quotes(name),
                        .rule = error.what(),
                        .remedy = "check that this is a PDB, mmCIF or CIF file"});
}

}  // namespace femtobragg::atoms
