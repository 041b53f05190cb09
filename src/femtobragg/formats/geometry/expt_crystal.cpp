// Real axes, or matrices with reciprocal axes in their columns.
#include "femtobragg/formats/geometry/expt_crystal.h"

#include <gemmi/symmetry.hpp>

#include "femtobragg/base/counts.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/formats/geometry/geometry_parts.h"

namespace femtobragg::formats {
namespace {

std::string hall_symbol(const JsonPlace& hall, std::vector<std::string>& notes) {
  try {
    if (const gemmi::SpaceGroup* group = gemmi::find_spacegroup_by_ops(gemmi::symops_from_hall(hall.text().c_str())))
      return group->xhm();
  } catch (const std::exception&) {
  }
  notes.push_back("the space group " + in_quotes(hall.text().substr(0, 60)) + " is not known");
  return {};
}

/// A matrix A in 1/A, row by row.
CrystalAxes axes_of_matrix(const JsonPlace& json, const Mat3d& ours) {
  const Mat3d reciprocal = json.matrix();
  if (determinant(reciprocal) == 0) json.refuse("the crystal's axes span no volume", "the matrix must have an inverse");
  const Mat3d real = inverse(reciprocal);
  const auto axis_m = [&](const Vec3d& row_A) { return ours * metres_from_angstrom(row_A); };
  return axes_of_real(axis_m(real.row_x), axis_m(real.row_y), axis_m(real.row_z), json.path());
}

}  // namespace

StatedCrystal expt_crystal(const JsonPlace& json, const Mat3d& ours, std::size_t frames,
                           std::vector<std::string>& notes) {
  const auto axis_m = [&](const char* key) { return ours * metres_from_angstrom(json.at(key).vector()); };
  StatedCrystal crystal;
  crystal.axes = axes_of_real(axis_m("real_space_a"), axis_m("real_space_b"), axis_m("real_space_c"), json.path());
  if (json.has("space_group_hall_symbol")) crystal.space_group = hall_symbol(json.at("space_group_hall_symbol"), notes);
  if (json.has("A_at_scan_points") && json.at("A_at_scan_points").size() > 0) {
    const JsonPlace points = json.at("A_at_scan_points");
    if (frames == 0)
      notes.push_back("changes of the crystal during the scan are not used, because no scan rotates it");
    else if (points.size() != frames + 1)
      points.refuse("another number of scan points than the scan has",
                    counted(frames, "image has", "images have") + " " + std::to_string(frames + 1) +
                        ", but the list has " + std::to_string(points.size()));
    else {
      for (std::size_t i = 0; i < points.size(); ++i)
        crystal.at_scan_points.push_back(axes_of_matrix(points.item(i), ours));
      crystal.axes = crystal.at_scan_points.front();
      notes.push_back(
          "the crystal changes during the scan: each frame is rendered with the axes at the scan point where it "
          "begins; "
          "files that state one crystal state that of the first frame");
    }
  }
  for (const char* key : {"mosaicity", "ML_half_mosaicity_deg", "mosaicity_at_scan_points"})
    if (json.has(key)) {
      notes.push_back("the crystal's mosaicity is not used");
      break;
    }
  return crystal;
}

}  // namespace femtobragg::formats
