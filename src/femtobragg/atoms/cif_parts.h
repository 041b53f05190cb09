// Parts that all CIF models share: cell, symmetry, contents, displacements.
#pragma once

#include <map>
#include <string>

#include "femtobragg/atoms/cif_items.h"
#include "femtobragg/atoms/model_checks.h"
#include "femtobragg/atoms/stated_symmetry.h"

namespace femtobragg::atoms {

/// Throws Error(Runtime) if the values are not a crystal's cell.
UnitCell checked_cell(const UnitCell& cell, const std::string& where);
UnitCell cell_in(const CifItems& items);
StatedSymmetry symmetry_in(const CifItems& items);
StatedContents contents_in(const CifItems& items);

/// Displacement tensors by the names of their atoms.
struct Tensors {
  enum class Kind { U, B, Beta };
  struct Row {
    Kind kind;
    std::array<double, 6> values;  ///< 11 22 33 12 13 23
    bool used = false;
  };
  std::map<std::string, Row> rows;
};
/// Reads atom_site_anisotrop, a loop specific to mmCIF, or else atom_site_aniso, as in small-molecule files.
Tensors tensors_in(const CifItems& items, bool own_loop);

/// Throws Error(Runtime) if U and B of one atom contradict each other.
void require_one_displacement(std::optional<double> u_A2, std::optional<double> b_A2, const std::string& where);

/// The symmetric matrix of six numbers, rotated: m v m^T.
Mat3d transformed(const Mat3d& m, const std::array<double, 6>& v);

/// Warns if isotropic and anisotropic displacements do not agree. Both are mean squares, A^2.
struct EquivalentChecks {
  std::vector<std::string> off{};
  double first_tensor = 0, first_isotropic = 0;

  void compare(const std::string& label, double of_tensor, double isotropic);
  void warn(AtomicModel& model) const;
};

/// Warns if the experiment was not X-ray diffraction.
void check_method(const std::string& tag, const std::string& method, AtomicModel& model);
/// Warns if the file was refined against another radiation.
void check_probe(const CifItems& items, AtomicModel& model);
/// Reports items that were not used.
void note_unused(const CifItems& items, AtomicModel& model);

}  // namespace femtobragg::atoms
