// Tables become pieces of cubics, paths become points.
#include "femtobragg/simulate/compile_backgrounds.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "femtobragg/base/error.h"
#include "femtobragg/base/plane.h"
#include "femtobragg/base/quadrature.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/units.h"
#include "femtobragg/physics/water.h"
#include "femtobragg/simulate/compile_crystallites.h"

namespace femtobragg {
namespace {

/// Steps in 1/m, if all are equal to rounding; otherwise 0.
double steps_per_unit(const std::vector<double>& points) {
  constexpr double rounding = 1e-9;
  const double step = (points.back() - points.front()) / static_cast<double>(points.size() - 1);
  for (std::size_t i = 0; i < points.size(); ++i)
    if (std::abs(points[i] - (points.front() + step * static_cast<double>(i))) > rounding * step) return 0;
  return 1 / step;
}

/// Between the points, and a constant one for what lies beyond them.
std::vector<physics::CubicPiece> pieces_of(const Background& b) {
  std::vector<physics::CubicPiece> pieces;
  pieces.reserve(b.stol_per_m.size());
  for (std::size_t i = 0; i + 1 < b.stol_per_m.size(); ++i) {
    const double width = b.stol_per_m[i + 1] - b.stol_per_m[i], from = b.intensity_e2[i], to = b.intensity_e2[i + 1];
    if (b.slope_e2_m.empty())
      pieces.push_back({from, (to - from) / width, 0, 0});
    else
      pieces.push_back(physics::cubic_between(width, from, to, b.slope_e2_m[2 * i], b.slope_e2_m[2 * i + 1]));
  }
  pieces.push_back({b.intensity_e2.back(), 0, 0, 0});
  return pieces;
}

/// How far the intensity runs along a parabola: sqrt(intensity / second derivative), where that is least. Corners
/// between straight lines count as bends over one step.
double smooth_over(const std::vector<double>& points, const std::vector<physics::CubicPiece>& pieces) {
  double most = 0, least = std::numeric_limits<double>::infinity();
  for (const physics::CubicPiece& piece : pieces) most = std::max(most, piece.a);
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const physics::CubicPiece& p = pieces[i];
    const double width = points[i + 1] - points[i];
    const double corner = std::abs(pieces[i + 1].b - p.slope_at(width)) / width;
    const double bend = std::max({std::abs(2 * p.c), std::abs(2 * p.c + 6 * p.d * width), corner});
    const double level = std::max({p.a, pieces[i + 1].a, 1e-6 * most});
    if (bend > 0) least = std::min(least, std::sqrt(level / bend));
  }
  return least;
}

/// Whether pieces meet at an angle up to this value: no polynomial follows that.
bool has_corners(const std::vector<double>& points, const std::vector<physics::CubicPiece>& pieces, double most) {
  constexpr double rounding = 1e-9;
  for (std::size_t i = 0; i + 1 < points.size() && points[i + 1] < most; ++i) {
    const double width = points[i + 1] - points[i], turn = pieces[i + 1].b - pieces[i].slope_at(width);
    if (std::abs(turn) * width > rounding * std::max(pieces[i].a, pieces[i + 1].a)) return true;
  }
  return pieces.front().b != 0 && points.front() > 0;
}

/// Nodes and weights of Gauss and Legendre's quadrature on 0 to 1, in equal pieces where they are many.
struct PathQuadrature {
  std::vector<double> place, weight;

  explicit PathQuadrature(std::size_t fewest) {
    constexpr std::size_t most_of_piece = 64;
    const std::size_t pieces = (fewest + most_of_piece - 1) / most_of_piece, count = (fewest + pieces - 1) / pieces;
    const double width = 1 / static_cast<double>(pieces);
    for (std::size_t piece = 0; piece < pieces; ++piece)
      for (std::size_t i = 0; i < count; ++i) {
        const LegendreNode node = legendre_node(i, count);
        place.push_back(width * (static_cast<double>(piece) + 0.5 * (1 - node.at)));
        weight.push_back(width * 0.5 * node.weight);
      }
  }
};

double shortest_wavelength_m(const kernel::Plan& plan) {
  return std::ranges::min(plan.rays, {}, &kernel::Ray::wavelength_m).wavelength_m;
}

/// Largest changes between the ends of a path, among pixels of all panels.
struct Swing {
  double angle_rad = 0, stol_per_m = 0;
};

Swing swing_of(const kernel::Plan& plan, const Background& b) {
  Swing most;
  const double shortest_m = shortest_wavelength_m(plan);
  constexpr int looks = 8;
  const Vec3d incident = plan.directions.front().incident;
  for (const kernel::PanelPlan& panel : plan.panels)
    for (int i = 0; i <= looks; ++i)
      for (int j = 0; j <= looks; ++j) {
        const auto along = [&](std::size_t n, int k) {
          return panel.pixel_size_m * static_cast<double>(n) * k / static_cast<double>(looks);
        };
        const Vec3d at = point_of_plane(panel, along(panel.n_fast, i), along(panel.n_slow, j), 0.0);
        const auto angle_from = [&](double z) {
          const Vec3d away = at - z * incident;
          return std::atan2(norm(cross(away, incident)), dot(away, incident));
        };
        const double first = angle_from(b.from_m), last = angle_from(b.to_m);
        most.angle_rad = std::max(most.angle_rad, std::abs(last - first));
        most.stol_per_m =
            std::max(most.stol_per_m, std::abs(std::sin(0.5 * last) - std::sin(0.5 * first)) / shortest_m);
      }
  return most;
}

/// Enough for errors below 1e-7: what limits the quadrature is how far the direction turns between the ends of the
/// path, and how often the profile bends in between; pieces of it bend once at most, however sharp the corners between
/// them are. The factors were found by trying. Throws Error(Usage) for more than anybody waits for.
std::size_t node_count(const Swing& swing, double smooth_over_per_m, const Background& b) {
  constexpr double fewest = 6, per_radian = 9, per_bend = 2, most = 4096;
  const double bends = std::min(swing.stol_per_m / smooth_over_per_m, 2 * static_cast<double>(b.stol_per_m.size()));
  const double count = std::ceil(fewest + per_radian * swing.angle_rad + per_bend * bends);
  if (count <= most) return static_cast<std::size_t>(count);
  throw Error::usage({.what = "the rings of a background are too sharp for so long a path",
                      .where = in_quotes(b.name),
                      .value = format_number(1e3 * (b.to_m - b.from_m)) + " mm",
                      .rule = "each pixel would need " + format_number(count, 3) + " points of the path; " +
                              format_number(most) + " are the limit",
                      .remedy = "give smaller crystallites (size) or a shorter path"});
}

/// Paths have a way each; what the whole beam lights at the sample has one, unless the crystal is lit by all of it too.
std::size_t way_of(const kernel::Plan& plan, const Background& b, const Attenuation& attenuation) {
  const std::size_t last =
      plan.backgrounds.empty() ? 0 : std::ranges::max(plan.backgrounds, {}, &physics::Background::way).way;
  if (b.has_path()) return last + 1;
  if (attenuation.is_empty() || attenuation.lit == attenuation.lit_background) return 0;
  const auto same = [](const physics::Background& other) { return other.way > 0 && !other.has_path(); };
  const auto found = std::ranges::find_if(plan.backgrounds, same);
  return found == plan.backgrounds.end() ? last + 1 : found->way;
}

physics::Background compiled(kernel::Plan& plan, const Experiment& experiment, const Background& b) {
  physics::Background numbers{.scale = b.scale * b.molecules, .way = way_of(plan, b, experiment.attenuation)};
  std::vector<physics::CubicPiece> pieces = pieces_of(b);
  const double smooth_over_per_m = smooth_over(b.stol_per_m, pieces);
  numbers.smooth_over_per_m =
      has_corners(b.stol_per_m, pieces, 1 / shortest_wavelength_m(plan)) ? 0 : smooth_over_per_m;
  numbers.profile = {plan.keep(b.stol_per_m), plan.keep(std::move(pieces)), b.stol_per_m.size(),
                     steps_per_unit(b.stol_per_m)};
  if (b.crystallites.count > 0) {
    numbers.rings = compiled_rings(plan, experiment, b.crystallites);
    numbers.smooth_over_per_m = 0;
  }
  if (!b.has_path()) return numbers;
  PathQuadrature nodes(node_count(swing_of(plan, b), smooth_over_per_m, b));
  const std::size_t count = nodes.place.size();
  numbers.path = {b.from_m, b.to_m, plan.keep(std::move(nodes.place)), plan.keep(std::move(nodes.weight)), count};
  return numbers;
}

}  // namespace

void compile_backgrounds(kernel::Plan& plan, const Experiment& experiment) {
  const bool elsewhere = experiment.sampling.compatibility.background_in_sum;
  plan.backgrounds.push_back({.scale = elsewhere ? 0 : physics::water_intensity(experiment.water_edge_m),
                              .way = way_of(plan, {}, experiment.attenuation),
                              .smooth_over_per_m = std::numeric_limits<double>::infinity()});
  for (const Background& background : experiment.backgrounds)
    plan.backgrounds.push_back(compiled(plan, experiment, background));
}

}  // namespace femtobragg
