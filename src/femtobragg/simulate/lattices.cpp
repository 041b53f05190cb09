// A weight is a volume: photons of spots are proportional to that of the crystal in the beam.
#include "femtobragg/simulate/lattices.h"

#include <algorithm>
#include <string>

#include "femtobragg/base/error.h"

namespace femtobragg {

std::size_t lattice_count(const Experiment& experiment) { return std::max<std::size_t>(1, experiment.lattices.size()); }

Experiment with_one_lattice(Experiment experiment, std::size_t lattice) {
  if (experiment.lattices.empty()) return experiment;
  const Lattice& one = experiment.lattices.at(lattice);
  Crystal& crystal = experiment.crystal;
  const double volume_m3 = crystal.lit_volume_m3 > 0 ? crystal.lit_volume_m3 : block_volume_m3(crystal);
  crystal.axes = one.axes;
  if (one.weight != 1) crystal.lit_volume_m3 = one.weight * volume_m3;
  experiment.lattices.clear();
  return experiment;
}

Experiment without_backgrounds(Experiment experiment) {
  experiment.water_edge_m = 0;
  experiment.backgrounds.clear();
  return experiment;
}

void require_one_lattice(const Experiment& experiment) {
  if (experiment.lattices.empty()) return;
  throw Error::usage({.what = "several crystals are in the beam",
                      .where = "crystal.lattices",
                      .value = std::to_string(experiment.lattices.size()),
                      .rule = "images and lists of their reflections can have several crystals; traces of pixels, maps "
                              "of reflections, derivatives and fits have one",
                      .remedy = "simulate one crystal"});
}

}  // namespace femtobragg
