// Broad spots, and images to compare them with.
#include "femtobragg/refine/schedule.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/model/panel_windows.h"
#include "femtobragg/physics/lattice_factor/shapes.h"

namespace femtobragg::refine {
namespace {

/// Standard deviation in Miller indices of a Gaussian crystal's spot, times its number of cells: the square of
/// exp(-(N D)^2 / decay).
const double spot_sigma = std::sqrt(physics::Gaussian::decay) / 2;

/// Smooths along one axis of a panel: `step` between neighbours, `lines` of `length` pixels, `next` from line to line.
void smooth_lines(std::vector<double>& values, std::size_t first, std::size_t length, std::size_t step,
                  std::size_t lines, std::size_t next, const std::vector<double>& kernel) {
  std::vector<double> line(length);
  for (std::size_t l = 0; l < lines; ++l) {
    double* const start = values.data() + first + l * next;
    for (std::size_t i = 0; i < length; ++i) line[i] = start[i * step];
    for (std::size_t i = 0; i < length; ++i) {
      double sum = kernel[0] * line[i];
      for (std::size_t d = 1; d < kernel.size(); ++d) {
        if (d <= i) sum += kernel[d] * line[i - d];
        if (i + d < length) sum += kernel[d] * line[i + d];
      }
      start[i * step] = sum;
    }
  }
}

void smooth(std::vector<double>& values, const Detector& detector, const std::vector<double>& kernel) {
  const std::size_t width = detector.image_shape().n_fast;
  for (const Panel& panel : detector.panels) {
    const std::size_t first = panel.data_slow * width + panel.data_fast;
    smooth_lines(values, first, panel.n_fast, 1, panel.n_slow, width, kernel);
    smooth_lines(values, first, panel.n_slow, width, panel.n_fast, 1, kernel);
  }
}

}  // namespace

std::vector<Level> schedule(int levels) {
  std::vector<Level> result;
  for (int level = levels; level > 0; --level) result.push_back({std::exp2(level), true});
  if (levels > 0) result.push_back({1, true});
  result.push_back({});
  return result;
}

int levels_for(double widths) {
  // The slope of a Gaussian spot is steepest at one standard deviation.
  constexpr double reach = 1;
  constexpr int most = 5;
  return widths <= reach ? 0 : std::min(most, static_cast<int>(std::ceil(std::log2(widths / reach))));
}

double size_sigma_per_A(const Crystal& crystal) {
  double width_A = 0;
  const Vec3d axes[] = {crystal.axes.a_star_A, crystal.axes.b_star_A, crystal.axes.c_star_A};
  for (std::size_t i = 0; i < 3; ++i) width_A += norm(axes[i]) * spot_sigma / crystal.cells[i] / 3;
  return width_A;
}

Experiment with_broad_spots(const Experiment& experiment, double broadening) {
  Experiment result = experiment;
  if (broadening == 1) return result;
  result.crystal.shape = CrystalShape::Gaussian;
  result.crystal.fudge = 1 / (broadening * broadening);
  result.crystal.spot_width = SpotWidth::MillerIndices;
  return result;
}

double added_width_pixels(const Experiment& experiment, double broadening) {
  const Panel& panel = experiment.detector.panels.front();
  const double width_A = size_sigma_per_A(experiment.crystal);
  const double distance_m = std::abs(dot(panel.origin_m, panel.normal));
  const double pixels = width_A * angstrom_from_metres(experiment.beam.wavelength_m) * distance_m / panel.pixel_size_m;
  return pixels * std::sqrt(broadening * broadening - 1);
}

Target smoothed(const Target& target, const Detector& detector, double sigma_pixels) {
  if (!(sigma_pixels > 0.1)) return target;
  std::vector<double> kernel;
  constexpr double reach = 4;
  // Broader than any detector is of no use.
  sigma_pixels = std::min(sigma_pixels, 1000.0);
  for (double d = 0; d <= reach * sigma_pixels; ++d)
    kernel.push_back(std::exp(-0.5 * d * d / (sigma_pixels * sigma_pixels)));
  Target result = target;
  result.variance.clear();
  std::vector<double> weights(target.usable.begin(), target.usable.end());
  smooth(weights, detector, kernel);
  for (std::vector<double>* image : {&result.photons, &result.background}) {
    if (image->empty()) continue;
    for (std::size_t i = 0; i < weights.size(); ++i)
      if (!target.usable[i]) (*image)[i] = 0;
    smooth(*image, detector, kernel);
    for (std::size_t i = 0; i < weights.size(); ++i) (*image)[i] = target.usable[i] ? (*image)[i] / weights[i] : 0;
  }
  return result;
}

Loss coarse_loss(const Target& smoothed) {
  // Spots count down to a tenth of what the brighter ones have; fringes and tails, which broad spots lack, do not.
  constexpr double brighter = 0.98, tenth = 0.1;
  std::vector<double> values;
  for (std::size_t i = 0; i < smoothed.photons.size(); ++i)
    if (smoothed.usable[i]) values.push_back(smoothed.photons[i]);
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(brighter * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, place);
  return {.kind = LossKind::Logarithm, .floor = std::max(1.0, tenth * *place)};
}

std::vector<std::uint8_t> without_direct_beam(const Experiment& experiment, std::span<const std::uint8_t> pixels) {
  const CrystalAxes& axes = experiment.crystal.axes;
  const double wavelength_A = angstrom_from_metres(experiment.beam.wavelength_m);
  // In units of unit vectors' differences. The nearest reflection is one reciprocal axis away.
  const double radius = 0.5 * wavelength_A * std::min({norm(axes.a_star_A), norm(axes.b_star_A), norm(axes.c_star_A)});
  std::vector<std::uint8_t> result(pixels.begin(), pixels.end());
  const ImageShape shape = experiment.detector.image_shape();
  for (const Panel& panel : experiment.detector.panels)
    for_each_place(panel, shape, [&](std::size_t fast, std::size_t slow, std::size_t i) {
      const Vec3d place = panel.point_m(static_cast<double>(fast) + 0.5, static_cast<double>(slow) + 0.5);
      if (norm(unit(place) - experiment.beam.direction) < radius) result[i] = 0;
    });
  return result;
}

}  // namespace femtobragg::refine
