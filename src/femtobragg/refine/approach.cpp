// Peaks against the lattice of the start.
#include "femtobragg/refine/approach.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/refine/orientation_search.h"
#include "femtobragg/refine/schedule.h"

namespace femtobragg::refine {
namespace {

constexpr std::size_t most_peaks = 200, fewest_peaks = 6;

/// Of numbers that are evenly spread over one unit.
const double even_sigma = 1 / std::sqrt(12.0);

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// Standard deviation of a spot at q, 1/angstrom: by the size of domains, their tilts, the wavelengths, and a pixel.
double spot_sigma_per_A(const Experiment& e, double q_A, double pixel_per_A) {
  double spread = 0;
  if (!e.beam.sources.empty()) {
    const auto [shortest, longest] = std::ranges::minmax(e.beam.sources, {}, &Source::wavelength_m);
    spread = (longest.wavelength_m - shortest.wavelength_m) / e.beam.wavelength_m;
  }
  return std::sqrt(std::pow(size_sigma_per_A(e.crystal), 2) + std::pow(0.5 * e.crystal.mosaic_spread_rad * q_A, 2) +
                   std::pow(even_sigma * spread * q_A, 2) + std::pow(even_sigma * pixel_per_A, 2));
}

/// The lattice point nearest to a peak, and how far the peak is from it.
struct NearestPoint {
  Eigen::Vector3d hkl, off_hkl, off_A;
  double q_A = 0;
};

std::vector<NearestPoint> nearest_points(const std::vector<Peak>& peaks, const CrystalAxes& axes) {
  std::vector<NearestPoint> points;
  for (const Peak& peak : peaks) {
    NearestPoint point;
    const Vec3d real_m[] = {axes.a_m, axes.b_m, axes.c_m};
    for (Eigen::Index i = 0; i < 3; ++i) {
      const double index = dot(angstrom_from_metres(real_m[i]), peak.q_A);
      point.hkl[i] = std::round(index);
      point.off_hkl[i] = index - point.hkl[i];
    }
    const Vec3d off =
        point.off_hkl[0] * axes.a_star_A + point.off_hkl[1] * axes.b_star_A + point.off_hkl[2] * axes.c_star_A;
    point.off_A = {off.x, off.y, off.z};
    point.q_A = norm(peak.q_A);
    points.push_back(point);
  }
  return points;
}

/// The change of the reciprocal axes that brings the lattice closest to the peaks.
Eigen::Matrix3d correction(const std::vector<NearestPoint>& points) {
  // Miller indices: peaks further off belong to another reflection, or to none.
  constexpr double near = 0.25;
  Eigen::Matrix3d matrix = Eigen::Matrix3d::Zero(), right = Eigen::Matrix3d::Zero();
  for (const NearestPoint& point : points) {
    const double weight = std::exp(-0.5 * point.off_hkl.squaredNorm() / (near * near));
    matrix += weight * point.hkl * point.hkl.transpose();
    right += weight * point.hkl * point.off_A.transpose();
  }
  return matrix.completeOrthogonalDecomposition().solve(right).transpose();
}

}  // namespace

WayToGo way_to_go(const Experiment& start, const Target& image) {
  const std::vector<NearestPoint> points = nearest_points(find_peaks(image, start, most_peaks), start.crystal.axes);
  if (points.empty()) return {};
  const Panel& panel = start.detector.panels.front();
  const double pixel_per_A =
      panel.pixel_size_m / std::abs(dot(panel.origin_m, panel.normal)) / angstrom_from_metres(start.beam.wavelength_m);
  const Eigen::Matrix3d change = correction(points);
  std::vector<double> pixels, widths, indices;
  for (const NearestPoint& point : points) {
    const double way_A = (change * point.hkl).norm();
    pixels.push_back(way_A / pixel_per_A);
    widths.push_back(way_A / spot_sigma_per_A(start, point.q_A, pixel_per_A));
    indices.push_back(point.off_hkl.norm());
  }
  return {points.size(), median_of(pixels), median_of(widths), median_of(indices)};
}

Approach approach_for(std::span<const WayToGo> images) {
  constexpr double chance = 0.35;
  const WayToGo& far = *std::ranges::max_element(images, {}, &WayToGo::widths);
  for (const WayToGo& image : images)
    if (image.peaks < fewest_peaks)
      return {.why = "an image has " + std::to_string(image.peaks) + " peaks, too few to tell how far the start is"};
  for (const WayToGo& image : images)
    if (image.indices > chance)
      return {.why = "the peaks are as far from the start's reflections as by chance (" +
                     format_number(image.indices, 2) + " Miller indices)"};
  Approach approach{.levels = levels_for(far.widths)};
  if (approach.levels == 0) approach.pixels = PixelSet::Peaks;
  approach.why = "judged by " + std::to_string(far.peaks) + " peaks, the reflections of the start are off by " +
                 format_number(far.pixels, 2) + " pixels, or " + format_number(far.widths, 2) + " spot widths";
  return approach;
}

}  // namespace femtobragg::refine
