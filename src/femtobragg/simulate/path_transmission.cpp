// Edges in an obstacle's plane are straight lines or a circle, and so is the line along which the ways from all points
// of the path cross it: their crossings are known exactly.
#include "femtobragg/simulate/path_transmission.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "femtobragg/base/quadrature.h"
#include "femtobragg/physics/beam_path.h"
#include "femtobragg/physics/scattering_vector.h"
#include "femtobragg/physics/sensor_absorption.h"
#include "femtobragg/physics/solid_angle.h"
#include "femtobragg/simulate/point_of_panel.h"
#include "femtobragg/simulate/smooth_map.h"

namespace femtobragg {
namespace {

using physics::FlatObstacle;
using physics::PlanePoint;

/// Where the way from a point of the beam to a pixel crosses an obstacle's plane: at the share r of the pixel's place
/// across the beam.
struct CrossingLine {
  PlanePoint axis;    ///< where the beam crosses the plane
  PlanePoint across;  ///< the pixel's place across the beam
  double plane_m, pixel_m;

  CrossingLine(const FlatObstacle& obstacle, const Vec3d& along, const Vec3d& pixel_at_m)
      : plane_m(dot(obstacle.origin_m, along)), pixel_m(dot(pixel_at_m, along)) {
    axis = physics::place_in_plane(obstacle, plane_m * along);
    const Vec3d off = pixel_at_m - pixel_m * along;
    across = {dot(off, obstacle.across_u), dot(off, obstacle.across_v)};
  }

  bool crosses(double place_m) const { return place_m < plane_m && plane_m < pixel_m; }
  double share(double place_m) const { return (plane_m - place_m) / (pixel_m - place_m); }
  double place_m(double share) const { return (plane_m - share * pixel_m) / (1 - share); }
  PlanePoint at(double share) const { return {axis.u + share * across.u, axis.v + share * across.v}; }
};

/// Calls f(share, edge) for each edge that the line crosses up to a share.
template <class F>
void for_each_edge(const FlatObstacle& obstacle, const CrossingLine& line, double most_share, F&& f) {
  physics::for_each_crossing(obstacle, line.axis, line.across, [&](double share, int edge) {
    if (share > 0 && share < most_share) f(share, edge);
  });
}

}  // namespace

PathTransmission::PathTransmission(const Experiment& experiment, const kernel::Plan& plan,
                                   const kernel::PanelPlan& panel, const physics::Background& background)
    : panel_(panel),
      background_(background),
      obstruction_(experiment),
      sample_(experiment),
      way_(obstruction_.view()),
      along_(experiment.beam.direction),
      wavelength_m_(experiment.beam.wavelength_m),
      polarizes_(plan.apply_polarization),
      polarization_fraction_(plan.polarization_fraction),
      frame_(plan.directions.front().polarization),
      behind_sample_(sample_.straight_on()),
      obstacles_are_thick_(std::ranges::any_of(
          way_.obstacles, [](const FlatObstacle& obstacle) { return obstacle.optical_thickness > 0; })),
      places_(background.path.place, background.path.place + background.path.count),
      weights_(background.path.weight, background.path.weight + background.path.count) {
  // Paths that end in front of the detector need all of their nodes.
  constexpr std::size_t many = 20, few = 8;
  if (places_.size() > many || places_.size() <= few) return;
  static const Quadrature<few> rule;
  places_.clear(), weights_.clear();
  for (std::size_t k = 0; k < few; ++k) {
    places_.push_back(0.5 + 0.5 * rule.at[k]);
    weights_.push_back(0.5 * rule.weight[k]);
  }
}

double PathTransmission::weight(const Vec3d& pixel_m, double place_m) const {
  const Vec3d away = pixel_m - place_m * along_;
  const double distance_m = norm(away);
  const Vec3d diffracted = away / distance_m;
  const double obliquity = dot(diffracted, panel_.normal);
  const double solid_angle_sr =
      panel_.facing_area_m2 > 0
          ? physics::facing_pixel_solid_angle(panel_.facing_area_m2, distance_m)
          : physics::flat_pixel_solid_angle(panel_.pixel_area_m2, distance_m, obliquity * distance_m);
  const double captured =
      panel_.absorbs ? physics::captured_fraction(panel_.layers.front().front_m, panel_.layers.back().back_m,
                                                  panel_.attenuation_per_m, panel_.normal_incidence ? 1.0 : obliquity)
                     : 1.0;
  const double polarization =
      polarizes_ ? physics::polarization_factor(along_, diffracted, frame_, polarization_fraction_) : 1.0;
  const double stol_per_m =
      physics::sin_theta_over_lambda(physics::scattering_vector(diffracted, along_, wavelength_m_));
  return solid_angle_sr * captured * polarization * physics::background_intensity(background_, stol_per_m);
}

double PathTransmission::passes_obstacles(const Vec3d& pixel_m, double place_m) const {
  const Vec3d from = place_m * along_;
  double left = 1;
  for (const FlatObstacle& obstacle : way_.obstacles) {
    left *= transmission(obstacle, from, pixel_m);
    if (place_m > 0) left *= transmission(obstacle, {}, from);
  }
  return left;
}

double PathTransmission::passes_matter(const Vec3d& pixel_m, double place_m) const {
  const Vec3d from = place_m * along_;
  const double of_way = transmission_of_layers(way_, from, pixel_m), of_beam = transmission_of_layers(way_, {}, from);
  if (place_m > 0) return of_beam * behind_sample_ * of_way;
  const double across = sample_.is_clear() ? 1 : sample_.across(unit(pixel_m - from));
  return of_way * across / of_beam;
}

void PathTransmission::find_breaks(const Vec3d& pixel_m, Scratch& s) const {
  const double from_m = background_.path.from_m, to_m = background_.path.to_m;
  s.breaks.assign({from_m, to_m});
  const auto add = [&](double place_m) {
    if (place_m > from_m && place_m < to_m) s.breaks.push_back(place_m);
  };
  if (!sample_.is_clear()) add(0);
  for (const physics::MatterLayer& layer : way_.layers) add(layer.from_m), add(layer.to_m);
  for (const FlatObstacle& obstacle : way_.obstacles) {
    const CrossingLine line(obstacle, along_, pixel_m);
    add(line.plane_m);
    if (!line.crosses(from_m)) continue;
    for_each_edge(obstacle, line, line.share(from_m), [&](double share, int) { add(line.place_m(share)); });
  }
  std::ranges::sort(s.breaks);
}

template <class F>
double PathTransmission::stretch(const Vec3d& pixel_m, double begin_m, double end_m, std::span<const double> places,
                                 std::span<const double> weights, F&& left) const {
  const double from_begin_m = norm(pixel_m - begin_m * along_), from_end_m = norm(pixel_m - end_m * along_);
  double sum = 0;
  for (std::size_t k = 0; k < places.size(); ++k) {
    const auto node = physics::path_point(begin_m, end_m, from_begin_m, from_end_m, places[k]);
    sum += weights[k] * node.density * weight(pixel_m, node.place_m) * left(node.place_m);
  }
  return (end_m - begin_m) * sum;
}

double PathTransmission::at(const Vec3d& pixel_m, Scratch& s) const {
  find_breaks(pixel_m, s);
  const physics::PathNodes& path = background_.path;
  double arriving = 0;
  for (std::size_t i = 0; i + 1 < s.breaks.size(); ++i) {
    const double begin_m = s.breaks[i], end_m = s.breaks[i + 1];
    if (!(end_m > begin_m)) continue;
    const double in_middle = passes_obstacles(pixel_m, 0.5 * (begin_m + end_m));
    if (in_middle == 0) continue;
    arriving += stretch(pixel_m, begin_m, end_m, places_, weights_, [&](double z) {
      return passes_matter(pixel_m, z) * (obstacles_are_thick_ ? passes_obstacles(pixel_m, z) : in_middle);
    });
  }
  if (arriving == 0) return 0;
  return arriving / stretch(pixel_m, path.from_m, path.to_m, {path.place, path.count}, {path.weight, path.count},
                            [](double) { return 1.0; });
}

void PathTransmission::add_edges(const Vec3d& pixel_m, Edges& edges) const {
  const double from_m = background_.path.from_m, to_m = background_.path.to_m;
  for (const FlatObstacle& obstacle : way_.obstacles) {
    const CrossingLine line(obstacle, along_, pixel_m);
    edges.push_back(-1);
    if (!line.crosses(from_m)) continue;
    for_each_edge(obstacle, line, line.share(from_m),
                  [&](double share, int edge) { edges.push_back(2 * edge + (line.place_m(share) < to_m ? 1 : 0)); });
  }
}

/// All crossings with an obstacle's plane lie between those of the corners, in a sector around the beam. A straight
/// edge that goes through it without an end there crosses the lines of corners too.
bool PathTransmission::may_hide_edges(const Vec3d (&corners_m)[4]) const {
  for (const FlatObstacle& obstacle : way_.obstacles) {
    PlanePoint middle, corner[4];
    double reach = 0;
    PlanePoint axis;
    for (int i = 0; i < 4; ++i) {
      const CrossingLine line(obstacle, along_, corners_m[i]);
      axis = line.axis;
      const double share = line.crosses(background_.path.from_m) ? line.share(background_.path.from_m) : 0;
      corner[i] = {share * line.across.u, share * line.across.v};
      middle = {middle.u + 0.25 * corner[i].u, middle.v + 0.25 * corner[i].v};
      reach = std::max(reach, std::hypot(corner[i].u, corner[i].v));
    }
    if (reach == 0) continue;
    double tangent = 0;
    for (const PlanePoint& c : corner) {
      const double forward = c.u * middle.u + c.v * middle.v;
      if (!(forward > 0)) return true;
      tangent = std::max(tangent, std::abs(c.u * middle.v - c.v * middle.u) / forward);
    }
    const auto is_in_sector = [&](const PlanePoint& p) {
      constexpr double margin = 1.01;
      const double u = p.u - axis.u, v = p.v - axis.v, forward = u * middle.u + v * middle.v;
      return forward >= 0 && std::abs(u * middle.v - v * middle.u) <= margin * tangent * forward &&
             std::hypot(u, v) <= margin * reach;
    };
    if (std::ranges::any_of(obstacle.outline, is_in_sector) || std::ranges::any_of(obstacle.arm, is_in_sector))
      return true;
    const bool is_around_axis = axis.u * axis.u + axis.v * axis.v < obstacle.radius_m * obstacle.radius_m;
    if (obstacle.radius_m > 0 && !is_around_axis && is_in_sector({0, 0})) return true;
  }
  return false;
}

namespace {

/// The fractions of a path's light in the pixels of a panel.
class PixelPath {
 public:
  PixelPath(const PathTransmission& path, const kernel::PanelPlan& panel) : path_(path), panel_(panel) {}

  using Scratch = PathTransmission::Scratch;

  bool has_edges(const PixelSquare& square, Scratch& s) const {
    const auto side = static_cast<double>(square.side);
    const double fast = static_cast<double>(square.fast), slow = static_cast<double>(square.slow);
    const Vec3d corners_m[4] = {point_m(fast, slow), point_m(fast + side, slow), point_m(fast, slow + side),
                                point_m(fast + side, slow + side)};
    if (path_.may_hide_edges(corners_m)) return true;
    s.first_edges.clear();
    path_.add_edges(corners_m[0], s.first_edges);
    return std::ranges::any_of(corners_m, [&](const Vec3d& corner_m) {
      s.edges.clear();
      path_.add_edges(corner_m, s.edges);
      return s.edges != s.first_edges;
    });
  }

  double at(double fast_px, double slow_px, Scratch& s) const { return path_.at(point_m(fast_px, slow_px), s); }

  double in_pixel(std::size_t fast, std::size_t slow, Scratch& s) const {
    return at(static_cast<double>(fast) + 0.5, static_cast<double>(slow) + 0.5, s);
  }

 private:
  Vec3d point_m(double fast_px, double slow_px) const { return point_of(panel_, fast_px, slow_px, 0); }

  const PathTransmission& path_;
  const kernel::PanelPlan& panel_;
};

/// All that the fractions of a panel depend on, besides what those of its sample's light do.
std::vector<double> inputs_of(const kernel::Plan& plan, const kernel::PanelPlan& panel, const Experiment& experiment) {
  std::vector<double> inputs = panel.transmission_inputs;
  const auto add = [&](double x) { inputs.push_back(x); };
  const physics::PolarizationFrame<double>& frame = plan.directions.front().polarization;
  for (const Vec3d& v : {frame.e, frame.b}) add(v.x), add(v.y), add(v.z);
  add(plan.apply_polarization ? plan.polarization_fraction : 2);
  add(experiment.beam.wavelength_m);
  for (const double x : {panel.facing_area_m2, panel.attenuation_per_m, panel.absorbs ? 1.0 : 0.0,
                         panel.normal_incidence ? 1.0 : 0.0, panel.layers.back().back_m})
    add(x);
  const LitSample& lit = experiment.attenuation.lit_background;
  add(lit.width_m), add(static_cast<double>(lit.profile));
  for (const physics::Background& background : plan.backgrounds) add(static_cast<double>(background.way));
  for (const Background& background : experiment.backgrounds) {
    if (!background.has_path()) continue;
    add(background.from_m), add(background.to_m);
    for (const auto* list : {&background.stol_per_m, &background.intensity_e2, &background.slope_e2_m})
      inputs.insert(inputs.end(), list->begin(), list->end());
  }
  return inputs;
}

/// The transmission of a panel in another experiment.
Shared<float> map_of(const kernel::PanelPlan& panel, const Experiment& experiment, std::size_t number) {
  kernel::PanelPlan copy = panel;
  set_transmission(copy, experiment, number, nullptr);
  return std::static_pointer_cast<const std::vector<float>>(copy.transmission_keeper);
}

/// What shadows on the panel leave, which shade it wherever light comes from.
void apply_panel_shadows(const kernel::PanelPlan& panel, const Experiment& experiment, std::size_t number,
                         std::span<float> map) {
  Experiment only = experiment;
  only.attenuation = {};
  for (const Obstacle& obstacle : experiment.attenuation.obstacles)
    if (obstacle.is_on_panel() && static_cast<std::size_t>(obstacle.panel) == number)
      only.attenuation.obstacles.push_back(obstacle);
  if (only.attenuation.obstacles.empty()) return;
  const Shared<float> shadows = map_of(panel, only, number);
  std::ranges::transform(map, *shadows, map.begin(), std::multiplies<>());
}

/// The map of each way, in their order.
std::vector<float> maps_of(const kernel::Plan& plan, std::size_t number, const Experiment& experiment,
                           std::size_t ways) {
  constexpr MapTolerance tolerance{.relative = 1e-6, .absolute = 1e-7};
  const kernel::PanelPlan& panel = plan.panels[number];
  const std::size_t pixels = panel.n_fast * panel.n_slow;
  std::vector<float> maps(ways * pixels, 1.0f);
  std::size_t done = 0;
  for (const physics::Background& background : plan.backgrounds) {
    if (background.way <= done) continue;
    done = background.way;
    const std::span<float> map = std::span(maps).subspan((background.way - 1) * pixels, pixels);
    if (background.has_path()) {
      const PathTransmission path(experiment, plan, panel, background);
      SmoothMap(PixelPath(path, panel), panel, tolerance, map).multiply();
      apply_panel_shadows(panel, experiment, number, map);
    } else {
      std::ranges::copy(*map_of(panel, experiment, number), map.begin());
    }
  }
  return maps;
}

}  // namespace

void set_path_transmission(kernel::Plan& plan, const Experiment& experiment, const kernel::Plan* like) {
  const std::size_t ways = std::ranges::max(plan.backgrounds, {}, &physics::Background::way).way;
  if (ways == 0 || experiment.attenuation.is_empty()) return;
  Experiment of_backgrounds = experiment;
  of_backgrounds.attenuation.lit = experiment.attenuation.lit_background;
  for (std::size_t i = 0; i < plan.panels.size(); ++i) {
    kernel::PanelPlan& panel = plan.panels[i];
    std::vector<double> inputs = inputs_of(plan, panel, experiment);
    const kernel::PanelPlan* const before = like && i < like->panels.size() ? &like->panels[i] : nullptr;
    if (before && before->path_transmission_inputs == inputs) {
      panel.share_path_transmission(*before);
      continue;
    }
    panel.set_path_transmission(shared(maps_of(plan, i, of_backgrounds, ways)), std::move(inputs));
  }
}

}  // namespace femtobragg
