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

/// The names of what all backgrounds are called, then one for each of the experiment's list.
std::vector<std::string> names_of(const Experiment& experiment) {
  std::vector<std::string> names{std::string(all_spots), std::string(all_background), std::string(cube_of_water)};
  if (!(experiment.water_edge_m > 0)) names.pop_back();
  for (const Background& one : experiment.backgrounds) {
    const std::string plain = one.name.empty() ? "material" : one.name;
    std::string name = plain;
    for (int number = 2; std::ranges::find(names, name) != names.end(); ++number)
      name = plain + "-" + std::to_string(number);
    names.push_back(name);
  }
  return names;
}

}  // namespace

std::vector<std::string> parts_of(const Experiment& experiment) {
  std::vector<std::string> names = names_of(experiment);
  if (!(experiment.water_edge_m > 0) && experiment.backgrounds.empty()) names.resize(1);
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
  const auto at = static_cast<std::size_t>(std::ranges::find(names, part) - names.begin());
  const std::size_t first = names.size() - experiment.backgrounds.size();
  if (at < first) {
    experiment.backgrounds.clear();  // the cube of water
    return experiment;
  }
  experiment.water_edge_m = 0;
  experiment.backgrounds = {experiment.backgrounds[at - first]};
  return experiment;
}

}  // namespace femtobragg
