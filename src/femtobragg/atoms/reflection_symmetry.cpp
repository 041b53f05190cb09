// The gemmi library knows symbols and operations.
#include "femtobragg/atoms/reflection_symmetry.h"

#include <algorithm>

#include "femtobragg/atoms/gemmi_symmetry.h"
#include "femtobragg/atoms/reflection_readers.h"
#include "femtobragg/atoms/space_group_symbol.h"
#include "femtobragg/base/text.h"

namespace femtobragg::atoms {
namespace {

std::vector<gemmi::Op> parsed(const std::vector<std::string>& texts, const std::string& where) {
  std::vector<gemmi::Op> operations;
  for (const std::string& text : texts) try {
      operations.push_back(gemmi::parse_triplet(text));
      operations.back().wrap();
    } catch (const std::exception&) {
      refuse_reflections("an unknown symmetry operation", where, in_quotes(text), "operations are as x,-y+1/2,z");
    }
  return operations;
}

void require_group(const std::vector<gemmi::Op>& operations, const std::string& where) {
  if (operations.size() > 192)
    refuse_reflections("too many symmetry operations", where, std::to_string(operations.size()), "192 at most");
  for (const gemmi::Op& a : operations)
    for (const gemmi::Op& b : operations)
      if (std::ranges::find(operations, a.combine(b).wrap()) == operations.end())
        refuse_reflections("symmetry operations that are no group", where, in_quotes(a.triplet() + "; " + b.triplet()),
                           "one after the other they make an operation of the list");
}

/// Where the symbol leaves origin or axes open the usual setting will do: amplitudes do not depend on the origin.
const gemmi::SpaceGroup* named(const SymmetryWords& words, const UnitCell& cell) {
  if (words.symbol.empty()) return nullptr;
  const gemmi::UnitCell degrees = gemmi_cell(cell);
  if (const auto* group = gemmi::find_spacegroup_by_name(words.symbol, degrees.alpha, degrees.gamma)) return group;
  const Settings settings = settings_named(words.symbol, cell);
  return settings.empty() ? nullptr : settings.front();
}

}  // namespace

SpaceGroup reflection_symmetry(const SymmetryWords& words, const UnitCell& cell, const std::string& where,
                               std::vector<std::string>& warnings) {
  const gemmi::SpaceGroup* group = named(words, cell);
  std::vector<gemmi::Op> operations = parsed(words.operations, where);
  require_group(operations, where);
  const auto number_differs = [&](int number) {
    if (words.number && *words.number != number)
      warnings.push_back("the space group's number " + std::to_string(*words.number) + " contradicts " +
                         (operations.empty() ? in_quotes(words.symbol) : "the listed operations") + ", which count");
  };
  if (!operations.empty() || !words.hall.empty()) {
    const gemmi::GroupOps all =
        operations.empty() ? gemmi::symops_from_hall(words.hall.c_str()) : gemmi::split_centering_vectors(operations);
    const gemmi::SpaceGroup* found = gemmi::find_spacegroup_by_ops(all);
    if (group && !group->operations().is_same_as(all))
      warnings.push_back("the symbol " + in_quotes(words.symbol) + " contradicts the symmetry operations" +
                         (found ? " of " + found->xhm() : std::string()) + ", which count");
    if (!group && !words.symbol.empty())
      warnings.push_back("the symbol " + in_quotes(words.symbol) + " is unknown: the symmetry operations" +
                         (found ? " of " + found->xhm() : std::string()) + " count");
    if (found) number_differs(found->number);
    if (found) return space_group_of(*found);
    SpaceGroup result{words.symbol.empty() ? "by its operations" : words.symbol, {}};
    for (const gemmi::Op& op : all) result.operations.push_back(operation_of(op));
    return result;
  }
  if (!group && words.symbol.empty() && words.number && *words.number > 0)
    group = gemmi::find_spacegroup_by_number(*words.number);
  if (!group)
    refuse_reflections(words.symbol.empty() ? "no space group" : "unknown space group", where,
                       words.symbol.empty() ? "" : in_quotes(words.symbol), "a Hermann-Mauguin symbol is needed");
  number_differs(group->number);
  return space_group_of(*group);
}

}  // namespace femtobragg::atoms
