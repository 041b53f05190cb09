// One row for each unique reflection.
#include "femtobragg/atoms/reflection_output.h"

#include <cmath>
// Older versions of the library compile their writers where they are used.
#define GEMMI_WRITE_IMPLEMENTATION
#include <gemmi/mtz.hpp>

#include "femtobragg/atoms/gemmi_symmetry.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::atoms {
namespace {

/// P 1 for operations that have no symbol.
const gemmi::SpaceGroup& group_of(const std::string& symbol) {
  if (symbol.empty()) return gemmi::get_spacegroup_p1();
  if (const gemmi::SpaceGroup* group = gemmi::find_spacegroup_by_name(symbol)) return *group;
  throw Error::runtime({.what = "unknown space group",
                        .value = in_quotes(symbol),
                        .rule = "a Hermann-Mauguin symbol is needed",
                        .remedy = "write a list without symmetry"});
}

double amplitude(const AmplitudeList& list, const Hkl& hkl, int sign) {
  const StructureFactors& f = *list.factors;
  return f.values[f.index(sign * hkl[0], sign * hkl[1], sign * hkl[2])];
}

}  // namespace

std::vector<Hkl> listed_indices(const AmplitudeList& list, bool unique) {
  const gemmi::SpaceGroup& group = group_of(list.space_group);
  const gemmi::ReciprocalAsu asu(&group);
  const SpaceGroup symmetry = space_group_of(group);
  const Mat3d metric = reciprocal_metric(list.cell);
  const double furthest = 1 / (list.d_min_A * list.d_min_A) * (1 + 1e-9);
  const HklBox& box = list.factors->box;
  std::vector<Hkl> result;
  Hkl hkl{};
  for (hkl[0] = int(box.min[0]); hkl[0] <= box.max[0]; ++hkl[0])
    for (hkl[1] = int(box.min[1]); hkl[1] <= box.max[1]; ++hkl[1])
      for (hkl[2] = int(box.min[2]); hkl[2] <= box.max[2]; ++hkl[2])
        if (form(metric, hkl) <= furthest && (!unique || (asu.is_in(hkl) && !symmetry.absent(hkl))))
          result.push_back(hkl);
  return result;
}

std::string mtz_bytes(const AmplitudeList& list) {
  gemmi::Mtz mtz(true);
  mtz.title = list.title;
  mtz.spacegroup = &group_of(list.space_group);
  mtz.spacegroup_number = mtz.spacegroup->ccp4;
  mtz.spacegroup_name = mtz.spacegroup->hm;
  mtz.set_cell_for_all(gemmi_cell(list.cell));
  mtz.datasets.push_back({1, "femtobragg", "model", "calculated", mtz.cell, 0.0});
  const auto add = [&](const char* label, char type) { mtz.add_column(label, type, 1, -1, false); };
  if (list.friedel_pairs) {
    add("F(+)", 'G');
    add("F(-)", 'G');
  } else {
    add("F", 'F');
  }
  for (const Hkl& hkl : listed_indices(list, true)) {
    for (const int index : hkl) mtz.data.push_back(static_cast<float>(index));
    mtz.data.push_back(static_cast<float>(amplitude(list, hkl, 1)));
    if (list.friedel_pairs) mtz.data.push_back(static_cast<float>(amplitude(list, hkl, -1)));
    ++mtz.nreflections;
  }
  mtz.update_reso();
  std::string bytes;
  mtz.write_to_string(bytes);
  return bytes;
}

std::string sf_cif_text(const AmplitudeList& list) {
  const auto deg = [](double rad) { return format_number(degrees_from_radians(rad), 10); };
  const auto num = [](double value) { return format_number(value, 10); };
  const UnitCell& c = list.cell;
  std::string text = "data_femtobragg\n#\n_cell.length_a " + num(c.a_A) + "\n_cell.length_b " + num(c.b_A) +
                     "\n_cell.length_c " + num(c.c_A) + "\n_cell.angle_alpha " + deg(c.alpha_rad) +
                     "\n_cell.angle_beta " + deg(c.beta_rad) + "\n_cell.angle_gamma " + deg(c.gamma_rad) +
                     "\n#\n_symmetry.space_group_name_H-M '" + group_of(list.space_group).xhm() +
                     "'\n#\nloop_\n_refln.index_h\n_refln.index_k\n_refln.index_l\n";
  text += list.friedel_pairs ? "_refln.pdbx_F_plus\n_refln.pdbx_F_minus\n" : "_refln.F_calc\n";
  for (const Hkl& hkl : listed_indices(list, true)) {
    for (const int index : hkl) text += std::to_string(index) + " ";
    text += format_number(amplitude(list, hkl, 1), 9);
    if (list.friedel_pairs) text += " " + format_number(amplitude(list, hkl, -1), 9);
    text += "\n";
  }
  return text;
}

}  // namespace femtobragg::atoms
