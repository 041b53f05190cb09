// From orthogonal coordinates to fractions of the cell.
#include "femtobragg/atoms/macromolecule.h"

#include <algorithm>
#include <cmath>
#include <gemmi/unitcell.hpp>
#include <map>

#include "femtobragg/atoms/cif_parts.h"
#include "femtobragg/atoms/gemmi_symmetry.h"
#include "femtobragg/atoms/model_checks.h"
#include "femtobragg/atoms/neighbours.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/rotation_check.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"

namespace femtobragg::atoms {
namespace {

Mat3d matrix_of(const gemmi::Mat33& m) {
  return {{m[0][0], m[0][1], m[0][2]}, {m[1][0], m[1][1], m[1][2]}, {m[2][0], m[2][1], m[2][2]}};
}

double largest(const Mat3d& m) {
  double result = 0;
  for (const Vec3d& row : {m.row_x, m.row_y, m.row_z})
    result = std::max({result, std::abs(row.x), std::abs(row.y), std::abs(row.z)});
  return result;
}

Mat3d difference(const Mat3d& a, const Mat3d& b) { return {a.row_x - b.row_x, a.row_y - b.row_y, a.row_z - b.row_z}; }

/// What rounding to six decimals does to a length of 1 A; how far a frame may turn without a note; and how far it may
/// be from the cell.
constexpr double rounding_per_A = 1e-6, slight_turn = 1e-3, most_misfit = 2e-2;

/// The file's own frame where it has the cell's metric, else the usual one.
Motion frame_of(const Macromolecule& read, AtomicModel& model) {
  const Motion usual{matrix_of(gemmi_cell(read.cell).frac.mat), {}};
  if (!read.to_fractions) return usual;
  const Motion& stated = *read.to_fractions;
  const Mat3d axes = axes_of(read.cell);
  const double shift = norm(axes * stated.vector);
  const double turn = largest(difference(stated.matrix * axes, Mat3d::identity()));
  const double edges_A = read.cell.a_A + read.cell.b_A + read.cell.c_A;
  if (turn < rounding_per_A * edges_A && shift < 1e-3) return usual;
  const Mat3d metric = transpose(axes) * axes, own = inverse(stated.matrix);
  const bool fits = is_finite(own.row_x) && is_finite(own.row_y) && is_finite(own.row_z) &&
                    largest(difference(transpose(own) * own, metric)) < most_misfit * largest(metric);
  if (!fits) {
    model.warnings.push_back(
        "the matrix to fractional coordinates (SCALE, fract_transf_matrix) does not fit the unit cell; the cell is "
        "used");
    return usual;
  }
  if (turn > slight_turn || shift > slight_turn)
    model.notes.push_back("orthogonal coordinates are in a non-standard frame (SCALE, fract_transf_matrix)");
  return stated;
}

/// Warnings and notes about what the file lists.
void report(const Macromolecule& read, AtomicModel& model) {
  std::vector<std::string> unmoved, whole, empty, too_full;
  EquivalentChecks equivalents;
  std::map<std::string, Alternates> alternates;
  double largest_b = 0;
  for (const ListedAtom& found : read.atoms) {
    const std::string& label = found.label;
    const double occupancy = found.occupancy.value_or(1);
    if (!found.occupancy) whole.push_back(label);
    if (!found.b_A2 && !found.u_A2) unmoved.push_back(label);
    if (occupancy == 0) empty.push_back(label);
    if (occupancy > 1.001) too_full.push_back(label + " " + format_number(occupancy, 4));
    if (!found.alternate.empty())
      alternates.try_emplace(found.residue_atom, Alternates{label}).first->second.occupancy += occupancy;
    if (found.u_A2 && found.b_A2)
      equivalents.compare(label, ((*found.u_A2)[0] + (*found.u_A2)[1] + (*found.u_A2)[2]) / 3,
                          *found.b_A2 / (8 * pi * pi));
    largest_b = std::max(largest_b, found.b_A2.value_or(0));
  }
  const auto warn = [&](const std::vector<std::string>& names, const std::string& what) {
    if (!names.empty()) model.warnings.push_back(counted_atoms(names, what, 2));
  };
  warn(unmoved, "without displacements; B = 0 is used");
  warn(whole, "of unknown occupancy; 1 is used");
  warn(too_full, "with an occupancy above 1");
  equivalents.warn(model);
  std::vector<Alternates> places;
  for (const auto& [atom, sites] : alternates) places.push_back(sites);
  check_alternates(places, model);
  if (largest_b > 0 && largest_b < 0.25)
    model.warnings.push_back("B factors up to " + format_number(largest_b, 3) + " A^2; check that they are not U");
  if (!empty.empty())
    model.notes.push_back(
        counted_names(empty, "atom of occupancy 0 does not scatter", "atoms of occupancy 0 do not scatter", 2));
  if (read.models > 1)
    model.warnings.push_back("the first of " + std::to_string(read.models) + " models is used, the others are not");
  if (read.alternates > 0)
    model.notes.push_back(counted(read.alternates, "atom") + " in alternate positions, each with its occupancy");
  if (read.dummies > 0) model.notes.push_back(counted(read.dummies, "dummy atom is", "dummy atoms are") + " ignored");
  if (!read.copies.empty())
    model.notes.push_back(std::to_string(read.copies.size() + 1) + " copies by non-crystallographic symmetry");
  if (!std::ranges::all_of(read.copies, [](const Motion& motion) { return is_rotation(motion.matrix, most_misfit); }))
    model.warnings.push_back("non-crystallographic operations (MTRIX, struct_ncs_oper) are not all rotations");
  // Each symmetry copy holds whole chains, if the number is no default.
  const auto copies = static_cast<double>(model.space_group.operations.size());
  if (read.z && *read.z > 1 && std::fmod(*read.z, copies) != 0)
    model.warnings.push_back("the file states Z " + format_number(*read.z) + ", but " + model.space_group.symbol +
                             " makes " + format_number(copies) + " copies of each chain");
}

/// Where the atom is, in the file's orthogonal frame; warns where its fractions say something else.
class Positions {
 public:
  explicit Positions(const Motion& frame) : frame_(frame), back_(inverse(frame.matrix)) {}

  Vec3d of(const ListedAtom& atom) {
    if (!atom.in_fractions) return *atom.at_A;
    const Vec3d by_fractions = back_ * (*atom.in_fractions - frame_.vector);
    if (!atom.at_A) return by_fractions;
    if (norm(by_fractions - *atom.at_A) > most_A) off_.push_back(atom.label);
    return *atom.at_A;
  }
  void warn(AtomicModel& model) const {
    if (!off_.empty())
      model.warnings.push_back(
          "the fractional coordinates of " + counted(off_.size(), "atom") +
          " contradict the orthogonal ones, and the orthogonal ones are used: " + first_of(off_, 2));
  }

 private:
  static constexpr double most_A = 0.05;  ///< of rounding

  const Motion& frame_;
  Mat3d back_;
  std::vector<std::string> off_;
};

}  // namespace

AtomicModel model_of(const Macromolecule& read, const std::string& name, AtomicModel messages) {
  const std::string where = in_quotes(name);
  AtomicModel model = std::move(messages);
  model.cell = read.cell;
  if (read.atoms.empty())
    throw Error::runtime({.what = "there are no atoms",
                          .where = where,
                          .value = "",
                          .rule = "a model must have atoms",
                          .remedy = "check that this is a model"});
  model.space_group = symmetry_of(read.symmetry, model.cell, where, model);
  const Motion frame = frame_of(read, model);
  Positions positions(frame);
  std::vector<Vec3d> places;
  for (const ListedAtom& found : read.atoms) places.push_back(positions.of(found));
  positions.warn(model);
  std::vector<Motion> copies(1);
  copies.insert(copies.end(), read.copies.begin(), read.copies.end());
  for (const Motion& copy : copies)
    for (std::size_t i = 0; i < places.size(); ++i) {
      const ListedAtom& found = read.atoms[i];
      Atom atom;
      atom.label = found.label;
      atom.atomic_number = found.atomic_number;
      atom.charge = found.charge;
      atom.position = frame.matrix * (copy.matrix * places[i] + copy.vector) + frame.vector;
      atom.occupancy = found.occupancy.value_or(1);
      atom.alternate = found.alternate;
      atom.b_A2 = found.b_A2.value_or(0);
      if (found.u_A2) atom.u = transformed(frame.matrix * copy.matrix, *found.u_A2);
      check_atom(atom, model.cell, name);
      model.atoms.push_back(std::move(atom));
    }
  report(read, model);
  if (std::ranges::none_of(model.atoms, [](const Atom& atom) { return atom.atomic_number == 1; }))
    model.notes.push_back("the model has no hydrogens");
  check_displacements(model);
  check_neighbours(model);
  return model;
}

}  // namespace femtobragg::atoms
