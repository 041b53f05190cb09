// Lattice points near the Ewald sphere, as far as all spreads together can move them.
#include "femtobragg/simulate/lit_reflections.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "femtobragg/physics/lattice_factor/shapes.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/simulate/reach.h"

namespace femtobragg {
namespace {

constexpr double negligible = 5;  ///< standard deviations from a spot
/// Lattice points that are looked at.
constexpr double most_points = 300000;

/// The fractional part of a multiple of an irrational number: multiples fill the interval evenly.
double fraction(double number, double multiple) {
  const double product = number * multiple;
  return product - std::floor(product);
}

/// Positions in a box of indices: all of them, or an even choice (R. Roberts' sequence for three dimensions).
class IndexChoice {
 public:
  explicit IndexChoice(const std::array<double, 3>& most) : most_(most) {
    for (const double n : most) total_ *= 2 * n + 1;
    all_ = total_ <= most_points;
  }

  std::size_t size() const { return static_cast<std::size_t>(std::min(total_, most_points)); }

  Vec3d at(std::size_t i) const {
    if (all_) {
      double rest = static_cast<double>(i), part[3];
      for (int axis = 0; axis < 3; ++axis) {
        const double edge = 2 * most_[axis] + 1;
        part[axis] = std::fmod(rest, edge) - most_[axis];
        rest = std::floor(rest / edge);
      }
      return {part[0], part[1], part[2]};
    }
    constexpr double root = 1.2207440846057596;  // of x^4 = x + 1
    const double n = static_cast<double>(i) + 1;
    const auto index = [&](int axis, double step) {
      return std::floor(fraction(step, n) * (2 * most_[axis] + 1)) - most_[axis];
    };
    return {index(0, 1 / root), index(1, 1 / (root * root)), index(2, 1 / (root * root * root))};
  }

 private:
  std::array<double, 3> most_;
  double total_ = 1;
  bool all_ = true;
};

bool has_amplitude(const StructureFactors& factors, const Vec3d& hkl) {
  if (!factors.has_table()) return true;
  const auto h = static_cast<std::int64_t>(hkl.x), k = static_cast<std::int64_t>(hkl.y),
             l = static_cast<std::int64_t>(hkl.z);
  return (factors.box.contains(h, k, l) ? factors.values[factors.index(h, k, l)] : factors.default_amplitude) != 0;
}

double mean_wavelength_of(const std::vector<Source>& sources) {
  double total = 0, weight = 0;
  for (const Source& source : sources) total += source.weight * source.wavelength_m, weight += source.weight;
  return weight > 0 ? total / weight : sources.front().wavelength_m;
}

}  // namespace

LitReflections::LitReflections(const Experiment& experiment, const SpreadWidths& widths, std::size_t most)
    : experiment_(experiment) {
  const CrystalAxes& axes = experiment.crystal.axes;
  const double farthest = farthest_scattering_per_m(experiment);
  const double wavelength_m =
      widths.mean_wavelength_m > 0 ? widths.mean_wavelength_m : mean_wavelength_of(experiment.beam.sources);
  const Vec3d incident = unit(experiment.beam.direction) * (1 / wavelength_m);
  const Spindle& spindle = experiment.spindle;
  const double middle = spindle.phi_start_rad + 0.5 * widths.phi_rad;
  const auto indices = [&](const Vec3d& edge) { return std::floor(farthest * norm(edge)); };
  const IndexChoice choice({indices(axes.a_m), indices(axes.b_m), indices(axes.c_m)});
  const double other_angles = 0.5 * widths.divergence_rad + widths.tilt_rad;
  const auto ray_at = [&](const Vec3d& g, double phi) {
    return incident + (phi == 0 ? g : physics::rotate_about_axis(g, spindle.axis, phi));
  };
  const auto missed_by = [&](const Vec3d& ray) { return norm(ray) - 1 / wavelength_m; };
  /// How far spreads other than the rotation move a lattice point at q.
  const auto moved = [&](double q) {
    return q * (other_angles + 0.5 * widths.wavelength * std::min(1.0, 0.5 * q * wavelength_m));
  };
  std::vector<Vec3d> near;
  for (std::size_t i = 0; i < choice.size(); ++i) {
    const Vec3d hkl = choice.at(i);
    const Vec3d g = 1e10 * (hkl.x * axes.a_star_A + hkl.y * axes.b_star_A + hkl.z * axes.c_star_A);
    const double q = norm(g);
    if (q == 0 || q > farthest || !has_amplitude(*experiment.structure_factors, hkl)) continue;
    const Vec3d ray = ray_at(g, middle);
    if (std::abs(missed_by(ray)) <= moved(q) + 0.5 * q * widths.phi_rad + negligible * width_along(ray))
      near.push_back(g);
  }
  // Evenly, but in no order of the lattice, so that the first few are as good as any.
  constexpr double golden = 0.6180339887498949;
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < near.size(); ++i) order.push_back({fraction(golden, static_cast<double>(i)), i});
  std::ranges::sort(order);
  /// Where a lattice point passes through the sphere, or comes near enough, in the sweep.
  struct Passage {
    Vec3d ray;
    bool crosses;
  };
  const auto passage_of = [&](const Vec3d& g) -> std::optional<Passage> {
    constexpr int looks = 16;
    const double reach = moved(norm(g));
    double before = 0;
    std::optional<Passage> near_enough;
    for (int i = 0; i <= looks; ++i) {
      const Vec3d ray = ray_at(g, middle + widths.phi_rad * (static_cast<double>(i) / looks - 0.5));
      const double missed = missed_by(ray);
      if (before * missed < 0) return Passage{ray, true};
      if (!near_enough && std::abs(missed) <= reach + negligible * width_along(ray)) near_enough = {ray, false};
      before = missed;
    }
    return near_enough;
  };
  std::vector<Reflection> elsewhere;
  for (const auto& [place, i] : order) {
    if (reflections_.size() == most) break;
    const auto passage = passage_of(near[i]);
    if (!passage) continue;
    const Reflection reflection{near[i], width_along(passage->ray), passage->crosses};
    if (reaches_detector(passage->ray))
      reflections_.push_back(reflection);
    else if (elsewhere.size() < most)
      elsewhere.push_back(reflection);
  }
  if (reflections_.empty()) reflections_ = std::move(elsewhere);
}

bool LitReflections::reaches_detector(const Vec3d& ray) const {
  return std::ranges::any_of(experiment_.detector.panels, [&](const Panel& panel) {
    if (panel.curvature != Curvature::Flat) return true;
    const double towards = dot(ray, panel.normal), distance = dot(panel.origin_m, panel.normal);
    if (towards == 0 || distance / towards <= 0) return false;
    const Vec3d at = ray * (distance / towards) - panel.origin_m;
    const auto pixel = [&](const Vec3d& axis) { return dot(at, axis) / (dot(axis, axis) * panel.pixel_size_m); };
    const double fast = pixel(panel.fast_axis), slow = pixel(panel.slow_axis);
    const RegionOfInterest region = panel.rendered_region();
    const auto within = [](double x, std::size_t begin, std::size_t end) {
      return x >= static_cast<double>(begin) && x < static_cast<double>(end);
    };
    return within(fast, region.fast_begin, region.fast_end) && within(slow, region.slow_begin, region.slow_end);
  });
}

double LitReflections::width_along(const Vec3d& ray) const {
  const Crystal& crystal = experiment_.crystal;
  const physics::ShapeInfo& shape = physics::shape_info(crystal.shape);
  const Vec3d direction = unit(ray);
  const Vec3d* stars_A[] = {&crystal.axes.a_star_A, &crystal.axes.b_star_A, &crystal.axes.c_star_A};
  double squares = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double part = 1e10 * dot(*stars_A[axis], direction) / crystal.cells[axis];
    squares += part * part;
  }
  if (shape.has_fudge && crystal.fudge > 0) squares /= crystal.fudge;
  return shape.full_width / fwhm_of_gaussian * std::sqrt(squares);
}

std::vector<double> LitReflections::intensities(const SampledSpreads& spreads, std::size_t count) const {
  // Sources that share a direction with the one before share its cosine.
  const Vec3d& axis = experiment_.spindle.axis;
  const std::vector<Mat3d> one{Mat3d::identity()};
  const std::vector<Mat3d>& domains = spreads.domains.empty() ? one : spreads.domains;
  double total_weight = 0;
  for (const Source& source : spreads.sources) total_weight += source.weight;
  const double share =
      1 / (total_weight * static_cast<double>(spreads.phi_rad.size()) * static_cast<double>(domains.size()));
  std::vector<double> result;
  for (std::size_t i = 0; i < std::min(count, reflections_.size()); ++i) {
    const Reflection& r = reflections_[i];
    const double q2 = dot(r.scattering_per_m, r.scattering_per_m);
    const double reach = negligible * r.width_per_m, steep = -0.5 / (r.width_per_m * r.width_per_m);
    double sum = 0;
    for (const double phi : spreads.phi_rad) {
      const Vec3d turned = phi == 0 ? r.scattering_per_m : physics::rotate_about_axis(r.scattering_per_m, axis, phi);
      for (const Mat3d& domain : domains) {
        const Vec3d g = spreads.domains.empty() ? turned : domain * turned;
        const Vec3d* last = nullptr;
        double along = 0;
        for (const Source& source : spreads.sources) {
          if (!last || !(*last == source.direction)) {
            along = -2 * dot(g, source.direction);
            last = &source.direction;
          }
          const double k = 1 / source.wavelength_m;
          const double missed = std::sqrt(k * k + along * k + q2) - k;
          if (std::abs(missed) < reach) sum += source.weight * std::exp(steep * missed * missed);
        }
      }
    }
    result.push_back(sum * share);
  }
  return result;
}

double LitReflections::mean_change(const std::vector<double>& from, const std::vector<double>& to, Dark dark) const {
  if (from.empty()) return 0;
  double change = 0, total = 0, seen = 0, missed = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    change += std::abs(to[i] - from[i]), total += to[i];
    if (from[i] > 0 || to[i] > 0)
      ++seen;
    else if (dark == Dark::Missed && reflections_[i].crosses)
      ++missed;
  }
  if (!(total > 0)) return 1;
  const double of_missed = missed * total / seen;
  return (change + of_missed) / (total + of_missed);
}

}  // namespace femtobragg
