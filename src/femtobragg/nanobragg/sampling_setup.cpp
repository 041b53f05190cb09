// Automatic oversampling, from the largest dimension of the crystal.
#include "femtobragg/nanobragg/sampling_setup.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::nanobragg {
namespace {

/// From the sample to the panel, whose axes are taken to be at right angles.
double nearest_m(const Panel& panel) {
  Vec3d nearest = panel.origin_m;
  for (const auto& [axis, pixels] :
       {std::pair(panel.fast_axis, panel.n_fast), std::pair(panel.slow_axis, panel.n_slow)}) {
    const double length_m = panel.pixel_size_m * static_cast<double>(pixels);
    nearest = nearest + std::clamp(-dot(panel.origin_m, axis) / dot(axis, axis), 0.0, length_m) * axis;
  }
  return norm(nearest);
}

/// Of several panels, that which comes nearest to the sample: spots are narrowest there.
double reciprocal_pixel_m(const Scene& scene) {
  const DetectorGeometry& g = scene.geometry;
  const double wavelength_m = scene.options.beam.wavelength_m;
  const std::vector<Panel>& panels = scene.experiment.detector.panels;
  if (panels.size() == 1) return wavelength_m * g.distance_m / g.pixel_m;
  double least = std::numeric_limits<double>::infinity();
  for (const Panel& panel : panels) least = std::min(least, nearest_m(panel) / panel.pixel_size_m);
  return wavelength_m * least;
}

void set_interpolation(Scene& scene, QuirkLog& quirks) {
  const CrystalOptions& options = scene.options.crystal;
  Experiment& e = scene.experiment;
  const auto automatic = [](const auto& cells) { return std::ranges::any_of(cells, [](auto n) { return n <= 2; }); };
  const bool by_flags = automatic(options.cells), by_crystal = automatic(e.crystal.cells);
  quirks.changes(Quirk::XtalsizeInterp,
                 !options.interpolate && by_flags != by_crystal && e.structure_factors->has_table());
  e.sampling.interpolate = options.interpolate.value_or(quirks.on(Quirk::XtalsizeInterp) ? by_flags : by_crystal);
}

}  // namespace

void set_sampling(Scene& scene, QuirkLog& quirks, bool strict) {
  Experiment& e = scene.experiment;
  const Vec3d& edges = e.crystal.axes.lengths_m;
  const double lengths[] = {edges.x, edges.y, edges.z};
  for (std::size_t i = 0; i < 3; ++i)
    scene.largest_dimension_m = std::max(scene.largest_dimension_m, e.crystal.cells[i] * lengths[i]);
  scene.reciprocal_pixel_m = reciprocal_pixel_m(scene);
  const double recommended = std::ceil(3.0 * scene.largest_dimension_m / scene.reciprocal_pixel_m);
  scene.recommended_oversample = static_cast<std::int64_t>(std::clamp(recommended, 1.0, 1e9));
  const std::int64_t typed = scene.options.sampling.oversample;
  e.sampling.oversample = typed > 0 ? typed : scene.recommended_oversample;
  if (e.sampling.oversample > 1000000)
    throw Error::usage({.what = "too much oversampling",
                        .where = "automatic -oversample",
                        .value = format_number(recommended),
                        .rule = "at most 1000000 sub-pixels along an edge",
                        .remedy = "give -oversample, or use a smaller crystal"});
  if (!strict && e.sampling.oversample < scene.recommended_oversample)
    scene.warnings.push_back("the intensity varies across a pixel: -oversample " +
                             std::to_string(scene.recommended_oversample) + " is recommended");
  set_interpolation(scene, quirks);
}

}  // namespace femtobragg::nanobragg
