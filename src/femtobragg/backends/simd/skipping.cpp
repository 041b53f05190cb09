// Levels, reaches and the search for spots near the Ewald sphere.
#include "femtobragg/backends/simd/skipping.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/backends/backend.h"
#include "femtobragg/backends/simd/amplitude_tables.h"
#include "femtobragg/backends/simd/seen_panel.h"
#include "femtobragg/backends/work_items.h"
#include "femtobragg/base/units.h"
#include "femtobragg/kernel/sample.h"

namespace femtobragg::backends::simd_backend {
namespace {

using kernel::PanelPlan;
using kernel::Plan;
using kernel::Spot;

Mat3d rows_of(const kernel::Orientation& axes) { return {axes.a, axes.b, axes.c}; }

/// Distance in the metric, squared, for a scattering vector q: q^T (A^T metric A) q.
Mat3d metric_of_q(const Mat3d& metric, const kernel::Orientation& axes) {
  const Mat3d a = rows_of(axes);
  return transpose(a) * (metric * a);
}

/// The smallest eigenvalue. The trace bounds it from below where the formula loses its digits.
double softest(const Mat3d& metric) {
  const Mat3d dual = inverse(metric);
  return std::max(symmetric_eigenvalues(metric).smallest, 1.0 / (dual.row_x.x + dual.row_y.y + dual.row_z.z));
}

/// The metric in which the spots of a rounded shape are round.
Mat3d metric_of(const Plan& plan) {
  return physics::with_shape(plan.shape, [&]<class Shape>(Shape) -> Mat3d {
    if constexpr (Shape::by_axes)
      return {};
    else
      return Shape::metric(plan.domain);
  });
}

/// Interpolated amplitudes may exceed those of the table: by at most 5/4 in each direction.
double level_in_lattice_factor(const Plan& plan, double level) {
  return plan.interpolate ? level / std::pow(1.25, 6) : level;
}

/// The distance in that metric beyond which (L / N)^2 stays below the level.
double radius_above(const Plan& plan, double level) {
  return physics::with_shape(plan.shape, [&]<class Shape>(Shape) -> double {
    if constexpr (Shape::by_axes)
      return 0;
    else
      return Shape::radius(plan.domain, level_in_lattice_factor(plan, level));
  });
}

bool by_axes(const Plan& plan) { return physics::shape_info(plan.shape).by_axes; }

double square(double x) { return x * x; }

/// Distance from the sample to the nearest point of a flat panel.
double nearest_m(const PanelPlan& panel) {
  const Vec3d foot = panel.normal * panel.plane_distance_m - panel.origin_m;
  const auto beyond = [&](const Vec3d& axis, std::size_t n) {
    const double length = norm(axis), at = dot(foot, axis) / length;
    const double end = panel.pixel_size_m * length * static_cast<double>(n);
    return at < 0 ? -at : std::max(0.0, at - end);
  };
  // Axes that are not quite at right angles: each bound alone still holds.
  const double fast = beyond(panel.fast_axis, panel.n_fast), slow = beyond(panel.slow_axis, panel.n_slow);
  const bool square_on = std::abs(dot(panel.fast_axis, panel.slow_axis)) < 1e-12;
  return std::sqrt(square(panel.plane_distance_m) + (square_on ? square(fast) + square(slow) : 0));
}

}  // namespace

double largest_solid_angle(const PanelPlan& panel) {
  if (panel.bending != kernel::Bending::Flat) return panel.facing_area_m2 / square(panel.radius_m);
  const double r = nearest_m(panel), plane = std::abs(panel.plane_distance_m) + panel.layers.back().depth_m;
  return panel.facing_area_m2 > 0 ? panel.facing_area_m2 / square(r) : panel.pixel_area_m2 * plane / (r * r * r);
}

double least_obliquity(const PanelPlan& panel) {
  const double distance = std::abs(panel.plane_distance_m);
  double furthest = distance;
  for (const std::size_t fast : {std::size_t{0}, panel.n_fast})
    for (const std::size_t slow : {std::size_t{0}, panel.n_slow})
      furthest = std::max(furthest, norm(point_of_plane(panel, panel.pixel_size_m * static_cast<double>(fast),
                                                        panel.pixel_size_m * static_cast<double>(slow), 0)));
  return 0.999999 * distance / furthest;
}

bool can_leave_out(const Plan& plan, const PanelPlan& panel) {
  const bool in_front = panel.bending != kernel::Bending::Flat || panel.plane_distance_m > 0;
  return in_front && rendered_pixels(panel) > 0 && kernel::term_count(plan) > 0 &&
         (!panel.absorbs || panel.attenuation_per_m >= 0) && std::abs(plan.polarization_fraction) <= 1;
}

double most_weight(const Plan& plan, const PanelPlan& panel) {
  double weight = 0;
  for (const kernel::Ray& ray : plan.rays) weight += ray.weight;
  // The layers of a sensor share the photons; without absorption each would count them all.
  // They see the ray under slightly different angles, so that their fractions may add up to a little more than one.
  const double layers = panel.absorbs ? 1.01 : static_cast<double>(panel.layers.size());
  double light = 0;
  for (const kernel::Orientation& axes : plan.orientations) light += axes.light;
  return weight * light * static_cast<double>(plan.oversample * plan.oversample) * layers * largest_solid_angle(panel);
}

kernel::Reach reach_above(const Plan& plan, double level) {
  kernel::Reach reach;
  reach.everywhere = false;
  if (by_axes(plan)) {
    reach.by_axes = true;
    reach.cells = plan.domain.cells;
    reach.least_product = 1 / level_in_lattice_factor(plan, level);
    // N (3 x - 4 x^3) >= 2 N x
    const double most = 0.5 * std::sqrt(reach.least_product);
    reach.axis_reach = {most / reach.cells.x, most / reach.cells.y, most / reach.cells.z};
    return reach;
  }
  reach.metric = metric_of(plan);
  reach.radius = radius_above(plan, level);
  const Mat3d dual = inverse(reach.metric);
  reach.axis_reach = {reach.radius * std::sqrt(dual.row_x.x), reach.radius * std::sqrt(dual.row_y.y),
                      reach.radius * std::sqrt(dual.row_z.z)};
  return reach;
}

void leave_out_below(const Plan& plan, const PanelPlan& panel, double level, kernel::TileFacts& facts) {
  facts.reach = reach_above(plan, level);
  facts.test_tiles = true;
  facts.least_obliquity = least_obliquity(panel);
  if (facts.reach.by_axes) return;
  double shortest = plan.rays.front().wavelength_m;
  for (const kernel::Ray& ray : plan.rays) shortest = std::min(shortest, ray.wavelength_m);
  const double steepest = symmetric_eigenvalues(metric_of_q(facts.reach.metric, plan.orientations.front())).largest;
  facts.metric_stretch = 1.0001 * std::sqrt(steepest) / shortest;
}

bool SpotLists::are_possible(const PanelPlan& panel, const kernel::Reach& reach) {
  const Vec3d& r = reach.axis_reach;
  return panel.bending == kernel::Bending::Flat && r.x < 0.4 && r.y < 0.4 && r.z < 0.4;
}

/// Finds the lattice points that one chunk of terms can bring onto the panels.
class SpotSearch {
 public:
  SpotSearch(const Plan& plan, std::span<const SeenPanel> panels, double level, double largest, std::size_t begin,
             std::size_t end)
      : plan_(plan), panels_(panels), level_(level) {
    const std::size_t steps = plan.orientations.size();
    const std::size_t middle = (begin + end) / 2;
    axes_ = rows_of(plan.orientations[middle % steps]);
    star_ = transpose(inverse(axes_));
    incident_ = incident_over_wavelength(middle / steps);
    for (std::size_t ray = begin / steps; ray <= (end - 1) / steps; ++ray)
      beam_change_ = std::max(beam_change_, norm(incident_over_wavelength(ray) - incident_));
    for (std::size_t i = begin; i < std::min(end, begin + steps); ++i)
      turn_ = std::max(turn_, relative_change(plan.orientations[i % steps]));
    shortest_ = plan.rays[begin / steps].wavelength_m;
    for (std::size_t ray = begin / steps; ray <= (end - 1) / steps; ++ray)
      shortest_ = std::min(shortest_, plan.rays[ray].wavelength_m);
    largest_ = largest;
    stiffness_ = by_axes(plan) ? 0 : softest(metric_of_q(metric_of(plan), plan.orientations[middle % steps]));
    most_reach_ = reach_per_m(1.0);
    // A step takes as long as some evaluations of a term.
    std::uint64_t pixels = 0;
    for (const SeenPanel& panel : panels) pixels += rendered_pixels(panel.panel());
    most_steps_ = 10000 + 0.125 * static_cast<double>(pixels) * static_cast<double>(end - begin);
  }

  std::size_t strips() const {
    std::size_t count = 0;
    for (const SeenPanel& panel : panels_) count += panel.strips();
    return count;
  }

  /// About how many lattice points for_each_spot() looks at: rows of them in a sphere, and those of the shell.
  double expected_points() const {
    const double q_max = 2.0 / shortest_ + most_reach_, thickness = most_reach_ + turn_ * q_max + 2 * beam_change_;
    const double rows = 4 * norm(axes_.row_x) * norm(axes_.row_y) * q_max * q_max;
    const double volume = std::abs(determinant(axes_));
    return 0.25 * rows + 8 * pi * dot(incident_, incident_) * thickness * volume;
  }

  /// Calls f with each spot and the strips of a panel that it may touch, for each such panel, until it returns false.
  /// False if that happened, or if so many lattice points lie near the Ewald sphere that the search would take longer
  /// than it can save.
  template <class F>
  bool for_each_spot(F&& f) const {
    const double q_max = 2.0 / shortest_ + most_reach_;
    const double thickness = most_reach_ + turn_ * q_max + 2 * beam_change_;
    const double radius = norm(incident_), outer = square(radius + thickness),
                 inner = square(std::max(0.0, radius - thickness));
    const auto bound = [&](const Vec3d& axis) { return std::floor(norm(axis) * q_max); };
    const double h_max = bound(axes_.row_x), k_max = bound(axes_.row_y), l_max = bound(axes_.row_z);
    double left = most_steps_;
    for (double h = -h_max; h <= h_max; ++h)
      for (double k = -k_max; k <= k_max; ++k) {
        if (--left < 0) return false;
        // |start + l c*|^2 between the squares of two radii.
        const Vec3d start = incident_ + h * star_.row_x + k * star_.row_y;
        const double cc = dot(star_.row_z, star_.row_z), middle = -dot(start, star_.row_z) / cc;
        const double rest = dot(start, start) - square(middle) * cc;
        if (rest > outer) continue;
        const double far = std::sqrt((outer - rest) / cc), near = rest < inner ? std::sqrt((inner - rest) / cc) : -1;
        for (double l = std::max(-l_max, std::ceil(middle - far)); l <= std::min(l_max, middle + far); ++l) {
          if (near > 0 && std::abs(l - middle) < near) {
            l = std::ceil(middle + near) - 1;
            continue;
          }
          if (--left < 0 || !consider({h, k, l}, start + l * star_.row_z, f)) return false;
        }
      }
    return true;
  }

 private:
  Vec3d incident_over_wavelength(std::size_t ray) const {
    const kernel::Ray& r = plan_.rays[ray];
    return plan_.directions[r.direction].incident * (1.0 / r.wavelength_m);
  }

  /// Largest change of a scattering vector's lattice point, relative to its length.
  double relative_change(const kernel::Orientation& axes) const {
    const Mat3d turn = inverse(rows_of(axes)) * axes_;
    const Vec3d x = turn.row_x - Vec3d{1, 0, 0}, y = turn.row_y - Vec3d{0, 1, 0}, z = turn.row_z - Vec3d{0, 0, 1};
    return std::sqrt(dot(x, x) + dot(y, y) + dot(z, z));
  }

  /// How far around a lattice point terms stay above the level; zero if they never do.
  double reach_per_m(double relative_intensity) const {
    if (!(relative_intensity > level_)) return 0;
    const double level = level_ / relative_intensity;
    if (!by_axes(plan_)) return 1.0001 * radius_above(plan_, level) / std::sqrt(stiffness_);
    const kernel::Reach reach = reach_above(plan_, level);
    return reach.axis_reach.x * norm(star_.row_x) + reach.axis_reach.y * norm(star_.row_y) +
           reach.axis_reach.z * norm(star_.row_z);
  }

  template <class F>
  bool consider(const Vec3d& hkl, const Vec3d& u, F&& f) const {
    const double amplitude =
        plan_.interpolate ? 1.0 : physics::nearest_structure_factor(plan_.structure_factors, hkl) / largest_;
    const double reach = reach_per_m(square(amplitude));
    if (!(reach > 0)) return true;
    const double length = norm(u), q = norm(u - incident_);
    const double blur = reach + turn_ * q + 2 * beam_change_;
    if (std::abs(length - norm(incident_)) > blur) return true;
    const Vec3d direction = u * (1.0 / length);
    const double sine = blur / length, cosine = std::sqrt(std::max(0.0, 1 - square(sine)));
    for (const SeenPanel& panel : panels_)
      if (const auto strips = panel.strips_touched(direction, cosine, sine))
        if (!f(Spot{hkl, reach}, (*strips)[0], (*strips)[1])) return false;
    return true;
  }

  const Plan& plan_;
  std::span<const SeenPanel> panels_;
  double level_;
  Mat3d axes_, star_;  ///< of the chunk's middle term, by rows
  Vec3d incident_;     ///< over the wavelength, of the middle term
  double beam_change_ = 0, turn_ = 0, shortest_ = 0, largest_ = 1, stiffness_ = 0, most_reach_ = 0, most_steps_ = 0;
};

double expected_points(const Plan& plan, std::span<const PanelPlan* const> panels, double level) {
  std::vector<SeenPanel> seen;
  for (const PanelPlan* const panel : panels) seen.emplace_back(*panel, 0);
  const std::size_t terms = kernel::term_count(plan), chunk = std::min(terms, kernel::most_terms);
  const SpotSearch search(plan, seen, level, 1, 0, chunk);
  return search.expected_points() * std::ceil(static_cast<double>(terms) / static_cast<double>(kernel::most_terms));
}

SpotLists::SpotLists(const Plan& plan, std::span<const PanelPlan* const> panels, double level, double largest_amplitude,
                     int threads, const std::stop_token& stop) {
  std::vector<SeenPanel> seen;
  std::size_t strips = 0;
  for (const PanelPlan* const panel : panels) {
    seen.emplace_back(*panel, strips);
    first_strip_.push_back(strips);
    strips += seen.back().strips();
  }
  const std::size_t terms = kernel::term_count(plan);
  chunks_.resize((terms + kernel::most_terms - 1) / kernel::most_terms);
  std::atomic<std::size_t> bytes = 0;
  std::atomic<bool> complete = true;
  WorkItems items(stop);
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (std::size_t c = 0; c < chunks_.size(); ++c)
    items.run([&] {
      const std::size_t begin = c * kernel::most_terms, end = std::min(begin + kernel::most_terms, terms);
      if (!complete) return;
      const SpotSearch search(plan, seen, level, largest_amplitude, begin, end);
      if (!fill(chunks_[c], search, bytes)) complete = false;
    });
  items.finish();
  // The sum of all chunks decides, whichever came first.
  complete_ = complete;
}

bool SpotLists::fill(Chunk& chunk, const SpotSearch& search, std::atomic<std::size_t>& bytes) {
  struct Touch {
    std::uint32_t spot, from, to;
  };
  std::vector<Touch> touched;
  const bool complete = search.for_each_spot([&](const Spot& spot, std::size_t from, std::size_t to) {
    bytes += sizeof(Spot) + sizeof(Touch) + sizeof(std::uint32_t) * (to - from + 1);
    if (bytes > most_bytes) return false;
    if (chunk.spots.empty() || !(chunk.spots.back().hkl == spot.hkl)) chunk.spots.push_back(spot);
    touched.push_back({static_cast<std::uint32_t>(chunk.spots.size() - 1), static_cast<std::uint32_t>(from),
                       static_cast<std::uint32_t>(to)});
    return true;
  });
  if (!complete) return false;
  // Counting sort by strip.
  const std::size_t strips = search.strips();
  chunk.list_begin.assign(strips + 1, 0);
  for (const Touch& t : touched)
    for (std::size_t s = t.from; s <= t.to; ++s) ++chunk.list_begin[s + 1];
  for (std::size_t s = 0; s < strips; ++s) chunk.list_begin[s + 1] += chunk.list_begin[s];
  chunk.lists.resize(chunk.list_begin.back());
  std::vector<std::uint32_t> next = chunk.list_begin;
  for (const Touch& t : touched)
    for (std::size_t s = t.from; s <= t.to; ++s) chunk.lists[next[s]++] = t.spot;
  return true;
}

void SpotLists::choose(std::size_t panel, std::size_t strip, std::vector<kernel::SpotChoice>& choices) const {
  const std::size_t at = first_strip_[panel] + strip;
  choices.resize(chunks_.size());
  for (std::size_t c = 0; c < chunks_.size(); ++c) {
    const std::uint32_t begin = chunks_[c].list_begin[at], end = chunks_[c].list_begin[at + 1];
    choices[c] = {chunks_[c].spots.data(), chunks_[c].lists.data() + begin, end - begin};
  }
}

}  // namespace femtobragg::backends::simd_backend
