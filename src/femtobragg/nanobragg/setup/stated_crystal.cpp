// The orientation is the geometry file's; the cell is that of -cell, else of the geometry file, else of the model or
// the reflections; the space group is that of the structure factors.
#include "femtobragg/nanobragg/setup/stated_crystal.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/assemble/crystal.h"
#include "femtobragg/atoms/space_group_names.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/model/unit_cell.h"

namespace femtobragg::nanobragg {
namespace {

using Cell = std::array<double, 6>;  // angstrom and degrees

std::string words_of(const Cell& cell) {
  std::string words;
  for (const double number : cell) words += (words.empty() ? "" : " ") + format_number(number);
  return words;
}

/// What files round away is no difference: PDB has three decimals, MTZ single precision.
std::string other_cell(const std::string& path, const Cell& stated, const Cell& rendered, const Origins& origins) {
  if (!assemble::cells_differ(stated, rendered, 3e-4, 0.02)) return {};
  const Origin* counts = origins.given("mat") ? origins.last({"mat"}) : origins.last({"cell"});
  return in_quotes(path) + " states the cell " + words_of(stated) + ", but that of " +
         (counts ? counts->words : std::string("the crystal")) + " is used: " + words_of(rendered) +
         (assemble::cells_differ(stated, rendered, 0.02, 1) ? "; check that it is the same crystal" : "");
}

}  // namespace

void require_one_orientation(const GeometryFile& file, const Origins& origins) {
  const Origin* matrix = origins.last_flag({"mat"});
  if (!matrix || !file.geometry.crystal) return;
  throw Error::usage({.what = "the crystal is oriented twice",
                      .where = matrix->words,
                      .value = "-geometry " + file.path,
                      .rule = "this geometry file contains a crystal with its orientation",
                      .remedy = "remove -mat; -misset rotates the file's crystal further, -cell replaces its cell"});
}

std::vector<std::string> remarks_on_cells(const Setup& setup, const GeometryFile* geometry,
                                          const assemble::CrystalFile* crystal_file) {
  std::vector<std::string> remarks;
  const Cell rendered = numbers_of(cell_of(setup.experiment.crystal.axes));
  const auto compare = [&](const std::string& path, const Cell& stated) {
    if (std::string text = other_cell(path, stated, rendered, setup.origins); !text.empty())
      remarks.push_back(std::move(text));
  };
  const StatedCrystal* stated = geometry && geometry->geometry.crystal ? &*geometry->geometry.crystal : nullptr;
  if (stated) compare(geometry->path, numbers_of(cell_of(stated->axes)));
  if (!crystal_file) return remarks;
  Cell own = numbers_of(crystal_file->cell);
  const auto times = static_cast<double>(crystal_file->model ? setup.options.factors.enlarge : 1);
  for (std::size_t edge = 0; edge < 3; ++edge) own[edge] *= times;
  compare(crystal_file->path, own);
  const std::string& group = crystal_file->space_group;
  if (stated && !stated->space_group.empty() && !group.empty() && !atoms::same_space_group(stated->space_group, group))
    remarks.push_back(in_quotes(geometry->path) + " states the space group " + stated->space_group +
                      ", but that of the structure factors is used: " + group + " (" + crystal_file->path + ")");
  return remarks;
}

}  // namespace femtobragg::nanobragg
