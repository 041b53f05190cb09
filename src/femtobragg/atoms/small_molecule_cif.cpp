// Sites of the core dictionary.
#include "femtobragg/atoms/small_molecule_cif.h"

#include <algorithm>
#include <cmath>
#include <gemmi/elem.hpp>
#include <gemmi/smcif.hpp>
#include <map>

#include "femtobragg/atoms/atom_types.h"
#include "femtobragg/atoms/cif_parts.h"
#include "femtobragg/atoms/neighbours.h"
#include "femtobragg/atoms/refuse.h"
#include "femtobragg/atoms/symmetry_operations.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

/// Sites closer to a symmetry element are on it, but for those of disorder; and by how much they may be off because
/// of rounding.
constexpr double on_element_A = 0.4, rounding_A = 0.05;
/// Alternates of each other are not farther apart.
constexpr double alternates_A = 2;
/// No atom of a small cell moves so far: its U is a B.
constexpr double largest_u_A2 = 1;

class SmallMoleculeReader {
 public:
  SmallMoleculeReader(const CifItems& items, std::string block, std::string name)
      : items_(items), block_(std::move(block)), name_(std::move(name)), tensors_(tensors_in(items, false)) {
    formula_ = formula_of(items.text({"chemical_formula_sum"}).value_or(""));
  }

  AtomicModel model() {
    model_.cell = cell_in(items_);
    model_.space_group = symmetry_of(symmetry_in(items_), model_.cell, items_.where(), model_);
    find_columns();
    for (std::size_t row = 0; row < labels_->size(); ++row) take_site(row);
    if (model_.atoms.empty())
      refuse("there are no atoms", items_.where(), "", "a model must have atoms", "check that this is a model");
    report();
    check_displacements(model_);
    check_neighbours(model_);
    check_disorder();
    check_contents(model_, contents_in(items_));
    check_probe(items_, model_);
    note_unused(items_, model_);
    return std::move(model_);
  }

 private:
  using Column = CifItems::Column;

  const Column* column(CifItems::Names names) {
    const Column* found = items_.find(names);
    if (found && found->size() != labels_->size())
      refuse("columns differ in length", items_.where(), found->tag, "all columns of the atoms must be in one loop");
    return found;
  }

  void find_columns() {
    labels_ = items_.find({"atom_site_label"});
    if (!labels_) labels_ = items_.find({"atom_site_type_symbol"});
    if (!labels_)
      refuse("there are no atoms", items_.where(), "", "_atom_site_label must name them", "check that this is a model");
    types_ = column({"atom_site_type_symbol"});
    const char* names[] = {"atom_site_fract_x", "atom_site_fract_y", "atom_site_fract_z"};
    for (std::size_t i = 0; i < 3; ++i)
      if (!(fractions_[i] = column({names[i]})))
        refuse("there are no positions", items_.where(), std::string("there is no _") + names[i],
               "atoms must have fractional coordinates");
    u_iso_ = column({"atom_site_u_iso_or_equiv"});
    b_iso_ = column({"atom_site_b_iso_or_equiv"});
    occupancies_ = column({"atom_site_occupancy"});
    multiplicities_ = column(
        {"atom_site_site_symmetry_multiplicity", "atom_site_symmetry_multiplicity", "atom_site_site_symmetry_order"});
    flags_ = column({"atom_site_calc_flag"});
    groups_ = column({"atom_site_disorder_group"});
    assemblies_ = column({"atom_site_disorder_assembly"});
    adp_types_ = column({"atom_site_adp_type", "atom_site_thermal_displace_type"});
    attached_ = column({"atom_site_attached_hydrogens"});
  }

  void take_site(std::size_t row) {
    const std::string& label = labels_->values[row];
    const bool nowhere = std::ranges::none_of(fractions_, [&](const Column* c) { return c->has(row); });
    if ((flags_ && flags_->values[row] == "dum") || nowhere) {
      absent_.push_back(in_quotes(label));
      tensors_.rows.erase(label);
      return;
    }
    Atom atom;
    atom.label = "block " + in_quotes(block_) + ", atom " + in_quotes(label);
    const std::vector<std::pair<int, double>> shares = take_element(row, atom);
    double at[3];
    for (std::size_t i = 0; i < 3; ++i) {
      const auto value = items_.number(*fractions_[i], row);
      if (!value)
        refuse("a position is impossible", in_quotes(name_) + " " + atom.label, "a coordinate is missing",
               "coordinates must be three numbers");
      at[i] = *value;
    }
    atom.position = {at[0], at[1], at[2]};
    take_occupancy(row, atom);
    take_displacement(row, atom);
    check_atom(atom, model_.cell, name_);
    if (groups_ && groups_->has(row)) {
      atom.alternate = groups_->values[row];
      if (assemblies_) atom.assembly = assemblies_->values[row];
      disordered_.push_back({row, model_.atoms.size(), atom.occupancy});
    }
    place(row, atom);
    if (attached_ && attached_->has(row) && items_.number(*attached_, row).value_or(0) > 0)
      with_hydrogens_.push_back(in_quotes(label));
    for (const auto& [element, share] : shares) {
      model_.atoms.push_back(atom);
      model_.atoms.back().atomic_number = element;
      model_.atoms.back().occupancy *= share;
    }
  }

  /// The elements of the site and their shares: mostly one.
  std::vector<std::pair<int, double>> take_element(std::size_t row, Atom& atom) {
    const bool typed = types_ && types_->has(row);
    const std::string& text = typed ? types_->values[row] : labels_->values[row];
    const std::string where = in_quotes(name_) + " " + atom.label;
    AtomType type;
    LabelElement by_label;
    if (typed)
      type = atom_type_of(text);
    else
      type.atomic_number = (by_label = element_of_label(text, formula_)).atomic_number;
    if (!typed || type.atomic_number == 0 || !type.rest.empty()) {
      const auto sharing = elements_sharing(text);
      double sum = 0;
      for (const auto& [element, share] : sharing) sum += share;
      const bool known = std::ranges::all_of(sharing, [](const auto& part) { return part.second > 0; });
      if (!sharing.empty() && known && std::abs(sum - 1) < 0.02) {
        split_.push_back(in_quotes(labels_->values[row]) + " " + text);
        return sharing;
      }
      const bool group = typed && type.atomic_number != 0 && std::isalpha(static_cast<unsigned char>(type.rest[0]));
      if (by_label.several || (typed && !group && !sharing.empty()))
        refuse("one site has several elements", where, in_quotes(text), "fractions must be stated as in Fe0.5Ni0.5",
               "write a row for each element, with its occupancy");
    }
    if (type.atomic_number == 0)
      refuse("unknown element", where, in_quotes(text), "scattering factors exist for H to Cf",
             typed ? "correct the file" : "state _atom_site_type_symbol");
    if (!type.rest.empty()) odd_types_.push_back(in_quotes(text));
    if (by_label.hydrogens) groups_of_atoms_.push_back(in_quotes(text));
    if (by_label.doubtful)
      doubtful_.push_back(in_quotes(text) + " as " + std::string(gemmi::Element(type.atomic_number).name()));
    atom.charge = type.charge;
    return {{type.atomic_number, 1}};
  }

  void take_occupancy(std::size_t row, Atom& atom) {
    if (!occupancies_) return;
    if (const auto value = items_.number(*occupancies_, row))
      atom.occupancy = *value;
    else if (occupancies_->unknown[row])
      unknown_occupancy_.push_back(in_quotes(labels_->values[row]));
    if (atom.occupancy > 1.001)
      too_full_.push_back(in_quotes(labels_->values[row]) + " " + format_number(atom.occupancy, 4));
    if (atom.occupancy == 0) empty_.push_back(in_quotes(labels_->values[row]));
  }

  void take_displacement(std::size_t row, Atom& atom) {
    const std::string& label = labels_->values[row];
    const auto value = [&](const Column* c) { return c ? items_.number(*c, row) : std::nullopt; };
    std::optional<double> u = value(u_iso_);
    const std::optional<double> b = value(b_iso_);
    require_one_displacement(u, b, in_quotes(name_) + " " + atom.label);
    if (!u && b) u = *b / gemmi::u_to_b();
    if (u) atom.b_A2 = *u * gemmi::u_to_b();
    const auto tensor = tensors_.rows.find(label);
    const std::string kind = adp_types_ ? adp_types_->values[row] : "";
    if (tensor == tensors_.rows.end()) {
      if (!u) unmoved_.push_back(in_quotes(label));
      if (kind == "Uani" || kind == "Bani") isotropic_.push_back(in_quotes(label));
      if (u && *u > 0) largest_u_ = std::max(largest_u_, *u), smallest_u_ = std::min(smallest_u_, *u);
      if (u && *u > largest_u_A2) large_.push_back(in_quotes(label) + " " + format_number(*u, 3));
      return;
    }
    tensor->second.used = true;
    const auto [first, added] = tensor_places_.try_emplace(label, atom.position);
    if (!added && norm(axes_of(model_.cell) * to_nearest_cell(atom.position - first->second)) > rounding_A)
      shared_tensors_.push_back(in_quotes(label));
    if (kind == "Uiso" || kind == "Biso") anisotropic_.push_back(in_quotes(label));
    const Mat3d metric = reciprocal_metric(model_.cell);
    const double stars[] = {std::sqrt(metric.row_x.x), std::sqrt(metric.row_y.y), std::sqrt(metric.row_z.z)};
    const Mat3d edges{{stars[0], 0, 0}, {0, stars[1], 0}, {0, 0, stars[2]}};
    const auto& values = tensor->second.values;
    switch (tensor->second.kind) {
      // U is given along reciprocal axes of unit length, and beta is 2 pi^2 <u u> in fractions of the edges.
      case Tensors::Kind::U: atom.u = transformed(edges, values); break;
      case Tensors::Kind::B: atom.u = scaled(transformed(edges, values), 1 / (8 * pi * pi)); break;
      case Tensors::Kind::Beta: atom.u = scaled(transformed(Mat3d::identity(), values), 1 / (2 * pi * pi)); break;
    }
    const Mat3d cartesian = axes_of(model_.cell) * *atom.u * transpose(axes_of(model_.cell));
    const double mean = (cartesian.row_x.x + cartesian.row_y.y + cartesian.row_z.z) / 3;
    if (u) equivalents_.compare(in_quotes(label), mean, *u);
    if (mean > largest_u_A2) large_.push_back(in_quotes(label) + " " + format_number(mean, 3));
  }

  static Mat3d scaled(const Mat3d& m, double factor) { return {factor * m.row_x, factor * m.row_y, factor * m.row_z}; }

  /// The share of one symmetry copy, and the exact place.
  void place(std::size_t row, Atom& atom) {
    const std::string label = in_quotes(labels_->values[row]);
    SiteSymmetry site = site_symmetry(atom, model_.space_group, model_.cell, on_element_A);
    const auto order = static_cast<double>(model_.space_group.operations.size());
    std::optional<double> stated;
    if (multiplicities_) stated = items_.number(*multiplicities_, row);
    // Some programs write the order of the site's symmetry there.
    const auto agrees = [&] { return stated && (*stated * site.copies == order || *stated == site.copies); };
    if (site.copies > 1 && site.off_A > rounding_A) {
      const SiteSymmetry exact = site_symmetry(atom, model_.space_group, model_.cell, 2 * rounding_A);
      const bool part = groups_ && groups_->values[row].starts_with('-');
      const std::string at = label + " (" + format_number(site.off_A, 2) + " A)";
      if (!agrees() && (stated || part || atom.occupancy * site.copies < 1.02 * exact.copies)) {
        beside_.push_back(at);
        site = exact;
      } else {
        moved_.push_back(at);
      }
    }
    if (stated && !agrees())
      multiplicity_.push_back(label + " has " + format_number(*stated) + ", found " +
                              format_number(order / site.copies));
    if (atom.u && site.u) {
      const Mat3d axes = axes_of(model_.cell);
      const auto range = symmetric_eigenvalues(axes * *atom.u * transpose(axes));
      const Mat3d d{site.u->row_x - atom.u->row_x, site.u->row_y - atom.u->row_y, site.u->row_z - atom.u->row_z};
      const auto change = symmetric_eigenvalues(axes * d * transpose(axes));
      if (std::max(std::abs(change.smallest), std::abs(change.largest)) > 0.1 * range.largest + 1e-3)
        lopsided_.push_back(label);
      atom.u = site.u;
    }
    atom.position = site.exact;
    atom.occupancy /= site.copies;
  }

  /// Groups of one assembly are alternates of each other. Files that name no assemblies have several in one, each with
  /// occupancies of its own, so that only the least ones of a group say what its share is.
  void check_disorder() {
    static const std::string none;
    const auto assembly = [&](const Disordered& site) -> const std::string& {
      return assemblies_ ? assemblies_->values[site.row] : none;
    };
    const auto group = [&](const Disordered& site) -> const std::string& { return groups_->values[site.row]; };
    std::map<std::pair<std::string, std::string>, double> least;
    for (const Disordered& site : disordered_) {
      const auto [at, added] = least.try_emplace({assembly(site), group(site)}, site.occupancy);
      if (!added) at->second = std::min(at->second, site.occupancy);
    }
    const Mat3d axes = axes_of(model_.cell);
    std::map<std::string, Alternates> found;
    for (const Disordered& a : disordered_)
      for (const Disordered& b : disordered_) {
        const Vec3d d = model_.atoms[a.atom].position - model_.atoms[b.atom].position;
        if (norm(axes * to_nearest_cell(d)) > alternates_A) continue;
        if (assembly(a) != assembly(b) || group(a) >= group(b) || group(a).starts_with('-')) continue;
        const std::string names = "groups " + in_quotes(group(a)) + " and " + in_quotes(group(b)) + " with " +
                                  in_quotes(labels_->values[a.row]) + " and " + in_quotes(labels_->values[b.row]);
        found.try_emplace(assembly(a) + " " + group(a) + " " + group(b),
                          Alternates{names, least[{assembly(a), group(a)}] + least[{assembly(b), group(b)}]});
      }
    std::vector<Alternates> alternates;
    for (const auto& [key, sites] : found) alternates.push_back(sites);
    check_alternates(alternates, model_);
  }

  void report() {
    std::vector<std::string> orphans;
    for (const auto& [label, tensor] : tensors_.rows)
      if (!tensor.used) orphans.push_back(in_quotes(label));
    const auto warn = [&](const std::vector<std::string>& names, const std::string& what) {
      if (!names.empty()) model_.warnings.push_back(counted_atoms(names, what));
    };
    warn(unmoved_, "without displacements; U = 0 is used");
    warn(orphans, "of the anisotropic displacements have no site, and are not used");
    warn(shared_tensors_, "at different positions under one label; both get its anisotropic displacement");
    warn(isotropic_, "marked as anisotropic without a tensor; the equivalent U is used");
    warn(anisotropic_, "marked as isotropic, but with a tensor, which is used");
    warn(unknown_occupancy_, "of unknown occupancy; 1 is used");
    warn(too_full_, "with an occupancy above 1");
    warn(multiplicity_, "with a number of copies that differs from the file; that of the symmetry is used");
    warn(moved_, "moved onto symmetry elements nearby");
    warn(beside_, "close to symmetry elements, treated as disorder about them");
    warn(lopsided_, "with displacements that do not have the symmetry of their site; their symmetric mean is used");
    warn(with_hydrogens_, "with attached hydrogens that are not listed as sites; these do not scatter");
    warn(odd_types_, "whose type has additional text after element and charge, which is not used");
    warn(split_, "of several elements, split by the fractions in its type");
    warn(doubtful_, "without a type and with an ambiguous label; these elements are used");
    const bool hydrogens = std::ranges::any_of(model_.atoms, [](const Atom& a) { return a.atomic_number == 1; });
    if (!hydrogens && !formula_.contains(1))
      warn(groups_of_atoms_, "with the label of a group whose hydrogens are not listed as sites; these do not scatter");
    equivalents_.warn(model_);
    if (!absent_.empty())
      model_.notes.push_back(counted_names(absent_, "site without coordinates, or a dummy, is ignored",
                                           "sites without coordinates, or dummies, are ignored"));
    if (!empty_.empty())
      model_.notes.push_back(
          counted_names(empty_, "atom of occupancy 0 does not scatter", "atoms of occupancy 0 do not scatter"));
    if (largest_u_ > 0 && smallest_u_ > 0.2)
      model_.warnings.push_back("isotropic U from " + format_number(smallest_u_, 3) + " to " +
                                format_number(largest_u_, 3) + " A^2; check that they are not B");
    else if (!large_.empty())
      warn(large_, "with a U above 1 A^2 that may be a B");
    else if (b_iso_ && !u_iso_ && largest_u_ > 0 && largest_u_ * 8 * pi * pi < 0.15)
      model_.warnings.push_back("isotropic B up to " + format_number(largest_u_ * 8 * pi * pi, 3) +
                                " A^2; check that they are not U");
  }

  struct Disordered {
    std::size_t row, atom;
    double occupancy;  ///< of the site
  };

  const CifItems& items_;
  std::string block_, name_;
  Tensors tensors_;
  AtomicModel model_;
  const Column* labels_ = nullptr;
  const Column *types_ = nullptr, *u_iso_ = nullptr, *b_iso_ = nullptr, *occupancies_ = nullptr,
               *multiplicities_ = nullptr, *flags_ = nullptr, *groups_ = nullptr, *adp_types_ = nullptr,
               *assemblies_ = nullptr, *attached_ = nullptr;
  std::array<const Column*, 3> fractions_{};
  /// Atoms to report, by what is odd about them.
  std::vector<std::string> absent_, unmoved_, isotropic_, anisotropic_, unknown_occupancy_, too_full_, empty_,
      multiplicity_, moved_, beside_, lopsided_, with_hydrogens_, odd_types_, split_, doubtful_, groups_of_atoms_,
      large_, shared_tensors_;
  std::map<std::string, Vec3d> tensor_places_;  ///< of the first atom with each label
  std::vector<Disordered> disordered_;
  Formula formula_;
  EquivalentChecks equivalents_;
  double largest_u_ = 0, smallest_u_ = 1e300;
};

}  // namespace

AtomicModel small_molecule_model(const CifItems& items, const std::string& block, const std::string& name) {
  return SmallMoleculeReader(items, block, name).model();
}

}  // namespace femtobragg::atoms
