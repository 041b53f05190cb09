// Leaves out what is no part.
#include "femtobragg/simulate/parts.h"

#include <algorithm>
#include <memory>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/simulate/lattices.h"

namespace femtobragg {
namespace {

constexpr std::string_view all_spots = "spots", all_background = "background", cube_of_water = "water";

/// Without amplitudes there are no spots; one orientation shows that soonest.
Experiment without_crystal(Experiment experiment) {
  experiment.structure_factors = std::make_shared<const StructureFactors>();
  experiment.lattices.clear();
  experiment.crystal.mosaic_rotations.clear();
  experiment.spindle.phi_steps = 1;
  return experiment;
}

}  // namespace

std::vector<std::string> parts_of(const Experiment& experiment) {
  std::vector<std::string> names{std::string(all_spots)};
  const bool has_water = experiment.water_edge_m > 0;
  if (has_water || !experiment.backgrounds.empty()) names.emplace_back(all_background);
  if (has_water) names.emplace_back(cube_of_water);
  for (const Background& one : experiment.backgrounds)
    if (!one.name.empty() && std::ranges::find(names, one.name) == names.end()) names.push_back(one.name);
  return names;
}

Experiment with_only(Experiment experiment, std::string_view part) {
  const std::vector<std::string> names = parts_of(experiment);
  if (std::ranges::find(names, part) == names.end()) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    throw Error::usage({.what = "the image has no such part",
                        .where = "part",
                        .value = in_quotes(std::string(part)),
                        .rule = "its parts are " + list});
  }
  if (part == all_spots) return without_backgrounds(std::move(experiment));
  experiment = without_crystal(std::move(experiment));
  if (part == all_background) return experiment;
  if (part != cube_of_water) experiment.water_edge_m = 0;
  std::erase_if(experiment.backgrounds, [&](const Background& one) { return one.name != part; });
  return experiment;
}

}  // namespace femtobragg
