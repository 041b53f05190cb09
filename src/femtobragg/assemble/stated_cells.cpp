// Each file's cell against the one that is rendered.
#include "femtobragg/assemble/stated_cells.h"

#include <array>

#include "femtobragg/assemble/crystal.h"
#include "femtobragg/atoms/space_group_names.h"
#include "femtobragg/base/text.h"
#include "femtobragg/model/unit_cell.h"

namespace femtobragg::assemble {
namespace {

using Cell = std::array<double, 6>;  // angstrom and degrees

std::string words_of(const Cell& cell) {
  std::string words;
  for (const double number : cell) words += (words.empty() ? "" : " ") + format_number(number);
  return words;
}

/// Where the rendered cell comes from.
std::string origin_of_cell(const Assembled& a) {
  const CrystalScene& c = a.scene.crystal;
  if (a.cell_of_file) return in_quotes(a.crystal_file->path);
  if (c.cell_given) return "crystal.cell_edges";
  if (!c.matrix_file.empty()) return "crystal.matrix_file " + c.matrix_file;
  return a.geometry_crystal ? in_quotes(a.geometry_crystal->path) : "the crystal";
}

/// What files round away is no difference: PDB has three decimals, MTZ single precision.
std::string other_cell(const std::string& path, const Cell& stated, const Cell& rendered, const std::string& origin) {
  if (!cells_differ(stated, rendered, 3e-4, 0.02)) return {};
  return in_quotes(path) + " states the cell " + words_of(stated) + ", but that of " + origin +
         " is used: " + words_of(rendered) +
         (cells_differ(stated, rendered, 0.02, 1) ? "; check that it is the same crystal" : "");
}

}  // namespace

std::vector<std::string> remarks_on_cells(const Assembled& a) {
  std::vector<std::string> remarks;
  const Cell rendered = numbers_of(cell_of(a.experiment.crystal.axes));
  const auto compare = [&](const std::string& path, const Cell& stated) {
    if (std::string text = other_cell(path, stated, rendered, origin_of_cell(a)); !text.empty())
      remarks.push_back(std::move(text));
  };
  if (a.geometry_crystal)
    compare(a.geometry_crystal->path,
            numbers_of(cell_of(a.geometry_crystal->crystal.axes_at(a.experiment.spindle.phi_start_rad))));
  if (!a.crystal_file) return remarks;
  Cell own = numbers_of(a.crystal_file->cell);
  const auto times = static_cast<double>(a.crystal_file->model ? a.scene.structure_factors.enlarge : 1);
  for (std::size_t edge = 0; edge < 3; ++edge) own[edge] *= times;
  compare(a.crystal_file->path, own);
  const std::string& group = a.crystal_file->space_group;
  if (!a.geometry_crystal || group.empty()) return remarks;
  const std::string& stated = a.geometry_crystal->crystal.space_group;
  if (!stated.empty() && !atoms::same_space_group(stated, group))
    remarks.push_back(in_quotes(a.geometry_crystal->path) + " states the space group " + stated +
                      ", but that of the structure factors is used: " + group + " (" + a.crystal_file->path + ")");
  return remarks;
}

}  // namespace femtobragg::assemble
