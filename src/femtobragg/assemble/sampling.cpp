// Automatic oversampling, from the largest dimension of the crystal.
#include "femtobragg/assemble/sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"

namespace femtobragg::assemble {
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

/// Negative where the beam meets the plane behind the sample.
double distance_along_beam_m(const Panel& panel, const Vec3d& beam) {
  const double cosine = dot(beam, panel.normal);
  return dot(panel.origin_m, panel.normal) / (cosine != 0 ? cosine : std::numeric_limits<double>::min());
}

/// Of several panels, that which comes nearest to the sample: spots are narrowest there.
double reciprocal_pixel_m(const Assembled& result) {
  const double wavelength_m = *result.scene.beam.wavelength_m;
  const std::vector<Panel>& panels = result.experiment.detector.panels;
  if (panels.size() == 1) {
    const Panel& panel = panels.front();
    return wavelength_m * result.distance_m.value_or(distance_along_beam_m(panel, result.experiment.beam.direction)) /
           panel.pixel_size_m;
  }
  double least = std::numeric_limits<double>::infinity();
  for (const Panel& panel : panels) least = std::min(least, nearest_m(panel) / panel.pixel_size_m);
  return wavelength_m * least;
}

}  // namespace

void set_sampling(Assembled& result, Rules& rules) {
  Experiment& e = result.experiment;
  const Vec3d& edges = e.crystal.axes.lengths_m;
  const double lengths[] = {edges.x, edges.y, edges.z};
  for (std::size_t i = 0; i < 3; ++i)
    result.largest_dimension_m = std::max(result.largest_dimension_m, e.crystal.cells[i] * lengths[i]);
  result.reciprocal_pixel_m = reciprocal_pixel_m(result);
  const double recommended = std::ceil(3.0 * result.largest_dimension_m / result.reciprocal_pixel_m);
  result.recommended_oversample = static_cast<std::int64_t>(std::clamp(recommended, 1.0, 1e9));
  const SamplingScene& asked = result.scene.sampling;
  e.sampling.oversample = asked.oversample > 0 ? asked.oversample : result.recommended_oversample;
  if (e.sampling.oversample > 1000000)
    throw Error::usage({.what = "there is too much oversampling",
                        .where = asked.oversample > 0 ? "sampling.oversample" : "automatic sampling.oversample",
                        .value = format_number(asked.oversample > 0 ? double(asked.oversample) : recommended),
                        .rule = "at most 1000000 sub-pixels along an edge are allowed",
                        .remedy = "give a smaller sampling.oversample, or use a smaller crystal"});
  e.sampling.d_min_m = asked.d_min_m;
  e.sampling.interpolate = asked.interpolate ? *asked.interpolate : rules.interpolates(e);
}

}  // namespace femtobragg::assemble
