// Pixels that an edge crosses are integrated along lines: what an obstacle covers of a line is known exactly.
#include "femtobragg/simulate/transmission.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "femtobragg/base/quadrature.h"
#include "femtobragg/physics/penumbra.h"
#include "femtobragg/physics/rotation.h"
#include "femtobragg/simulate/compile_plan.h"
#include "femtobragg/simulate/point_of_panel.h"
#include "femtobragg/simulate/smooth_map.h"

namespace femtobragg {
namespace {

using physics::FlatObstacle;
using physics::PlanePoint;

/// Across the beam: the fast axis of the first panel as far as it is, and what is at right angles, on the slow axis's
/// side.
struct AcrossBeam {
  Vec3d fast, slow;

  AcrossBeam(const Vec3d& along, const Panel& panel) {
    fast = unit(panel.fast_axis - dot(panel.fast_axis, along) * along);
    slow = cross(along, fast);
    if (dot(slow, panel.slow_axis) < 0) slow = -slow;
  }
};

std::vector<PlanePoint> pairs(const std::vector<double>& numbers) {
  std::vector<PlanePoint> points;
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) points.push_back({numbers[i], numbers[i + 1]});
  return points;
}

/// A strip of a width from the origin, or from far behind it.
std::vector<PlanePoint> strip(double direction_rad, double width_m, bool both_ways) {
  constexpr double far_m = 100;
  const PlanePoint along{std::cos(direction_rad), std::sin(direction_rad)};
  const double half = width_m / 2, begin = both_ways ? -far_m : 0;
  const auto at = [&](double length, double side) {
    return PlanePoint{length * along.u - side * along.v, length * along.v + side * along.u};
  };
  return {at(begin, -half), at(far_m, -half), at(far_m, half), at(begin, half)};
}

std::vector<PlanePoint> outline_of(const Obstacle& obstacle) {
  const double half = obstacle.size_m / 2;
  switch (obstacle.shape) {
    case ObstacleShape::Disc: return {};
    case ObstacleShape::Square: return {{-half, -half}, {half, -half}, {half, half}, {-half, half}};
    case ObstacleShape::Rod: return strip(obstacle.direction_rad, obstacle.size_m, true);
    case ObstacleShape::Polygon: break;
  }
  return pairs(obstacle.is_on_panel() ? obstacle.corners_px : obstacle.corners_m);
}

/// From a place to the nearest point of a straight edge.
double distance_to_edge(const PlanePoint& from, const PlanePoint& to, const PlanePoint& at) {
  const double du = to.u - from.u, dv = to.v - from.v, pu = at.u - from.u, pv = at.v - from.v;
  const double length2 = du * du + dv * dv;
  const double t = length2 > 0 ? std::clamp((pu * du + pv * dv) / length2, 0.0, 1.0) : 0;
  return std::hypot(pu - t * du, pv - t * dv);
}

double distance_to_edges(std::span<const PlanePoint> corners, const PlanePoint& at) {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0, j = corners.size() - 1; i < corners.size(); j = i++)
    least = std::min(least, distance_to_edge(corners[j], corners[i], at));
  return least;
}

double distance_to_edges(const FlatObstacle& obstacle, const PlanePoint& at) {
  const double disc = obstacle.radius_m > 0 ? std::abs(std::hypot(at.u, at.v) - obstacle.radius_m)
                                            : std::numeric_limits<double>::infinity();
  return std::min({disc, distance_to_edges(obstacle.outline, at), distance_to_edges(obstacle.arm, at)});
}

/// One edge: how far inside the obstacle a place is, and the direction that leads further in.
struct NearEdge {
  double depth;
  PlanePoint inwards;
  double radius;  ///< 0: straight
};

/// The edge around a place if there is a single one within reach, without a corner.
std::optional<NearEdge> single_edge(const FlatObstacle& obstacle, const PlanePoint& at, double reach) {
  std::optional<NearEdge> found;
  std::size_t count = 0;
  bool covered = false;  ///< by what has no edge within reach
  if (obstacle.radius_m > 0) {
    const double r = std::hypot(at.u, at.v), depth = obstacle.radius_m - r;
    if (std::abs(depth) >= reach)
      covered = depth > 0;
    else if (++count; r > 0)
      found = {depth, {-at.u / r, -at.v / r}, obstacle.radius_m};
    else
      return std::nullopt;
  }
  for (const std::span<const PlanePoint> corners : {obstacle.outline, obstacle.arm}) {
    const bool inside = physics::is_inside(corners, at);
    bool has_edge = false;
    for (std::size_t i = 0, j = corners.size() - 1; i < corners.size(); j = i++) {
      const double distance = distance_to_edge(corners[j], corners[i], at);
      if (distance >= reach) continue;
      has_edge = true;
      ++count;
      const double length = std::hypot(corners[i].u - corners[j].u, corners[i].v - corners[j].v);
      const PlanePoint across{(corners[i].v - corners[j].v) / length, (corners[j].u - corners[i].u) / length};
      const double side = (at.u - corners[j].u) * across.u + (at.v - corners[j].v) * across.v;
      // Inwards is the side of the place itself, if that is inside.
      const double sign = (side > 0) == inside ? 1 : -1;
      found = {inside ? distance : -distance, {sign * across.u, sign * across.v}, 0};
    }
    covered = covered || (!has_edge && inside);
  }
  if (count != 1) return std::nullopt;
  if (covered) found->depth = std::numeric_limits<double>::infinity();
  return found;
}

PlanePoint between(const PlanePoint& a, const PlanePoint& b, double t) {
  return {a.u + t * (b.u - a.u), a.v + t * (b.v - a.v)};
}

/// Points of the lit part of the sample, each with a height in the pixel: steps of an irrational fraction fill the cube
/// evenly (H. Niederreiter, Random Number Generation and Quasi-Monte Carlo Methods, 1992, ch. 3).
struct Line {
  double height = 0;              ///< 0 to 1, along the pixel's slow edge
  double fast_m = 0, slow_m = 0;  ///< of the point that light comes from
};

/// Of a Gaussian beam, what is further out than this many standard deviations is left out.
constexpr double gaussian_reach = 4;
constexpr double fwhm_per_deviation = 2.3548200450309493;

/// The light of a beam along a line across it, 1 in its middle.
class BeamAcross {
 public:
  explicit BeamAcross(const LitSample& lit) : lit_(lit) {}

  double edge_m() const {
    return lit_.profile == BeamProfile::Gaussian ? gaussian_reach / fwhm_per_deviation * lit_.width_m
                                                 : lit_.width_m / 2;
  }
  double operator()(double at_m) const {
    const double z = at_m / lit_.width_m * fwhm_per_deviation;
    return lit_.profile == BeamProfile::Gaussian ? std::exp(-0.5 * z * z) : 1.0;
  }

 private:
  LitSample lit_;
};

/// Half the largest width of the lit part.
double reach_of(const LitSample& lit) {
  return lit.profile == BeamProfile::Gaussian ? gaussian_reach / fwhm_per_deviation * lit.width_m
                                              : lit.width_m * std::sqrt(0.5);
}

std::vector<Line> lines_through(const LitSample& lit) {
  // An edge along the lines is half a line's share wrong at most, and without a penumbra the lines are in order.
  const std::size_t count = lit.width_m > 0 ? 1024 : 64;
  // The root of x^4 = x + 1: its powers are steps for three dimensions.
  constexpr double g = 1.2207440846057596;
  std::vector<Line> lines(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double n = static_cast<double>(i) + 0.5;
    const auto step = [&](double size) { return n * size - std::floor(n * size); };
    lines[i].height = n / static_cast<double>(count);
    if (!(lit.width_m > 0)) continue;
    const double x = step(1 / (g * g)), y = step(1 / (g * g * g));
    if (lit.profile == BeamProfile::Flat) {
      lines[i].fast_m = (x - 0.5) * lit.width_m;
      lines[i].slow_m = (y - 0.5) * lit.width_m;
    } else {
      // G. E. P. Box & M. E. Muller, Ann. Math. Stat. 29 (1958) 610, within the reach.
      const double rest = 1 - x * -std::expm1(-0.5 * gaussian_reach * gaussian_reach);
      const double radius = lit.width_m / fwhm_per_deviation * std::sqrt(-2 * std::log(rest));
      lines[i].fast_m = radius * std::cos(2 * pi * y);
      lines[i].slow_m = radius * std::sin(2 * pi * y);
    }
  }
  return lines;
}

/// The light of obstacles in the pixels of a panel.
class PixelObstacles {
 public:
  PixelObstacles(const kernel::PanelPlan& panel, std::size_t number, const Obstruction& obstruction,
                 const AcrossBeam& across, const LitSample& lit)
      : panel_(panel),
        across_(across),
        lines_(lines_through(lit)),
        width_m_(lit.width_m),
        profile_(lit.profile),
        reach_m_(reach_of(lit)) {
    for (const FlatObstacle& obstacle : obstruction.view().obstacles) all_.push_back({&obstacle, false});
    for (const Obstruction::PanelShadow& shadow : obstruction.shadows())
      if (shadow.panel == number) all_.push_back({&shadow.shadow, true});
    half_diagonal_m_ = 0.5 * panel.pixel_size_m *
                       std::max(norm(panel.fast_axis + panel.slow_axis), norm(panel.fast_axis - panel.slow_axis));
  }

  bool is_clear() const { return all_.empty(); }

  /// What each thread works with: the obstacles whose edges cross a pixel.
  struct Scratch {
    struct Edge {
      const FlatObstacle* obstacle;
      bool on_panel;
      double passed;
      PlanePoint place;     ///< of the pixel's middle
      double reach;         ///< of what it sees around that
      double share;         ///< of the way to the pixel at which the obstacle is
      PlanePoint a{}, b{};  ///< ends of a line
    };
    std::vector<Edge> edges;
    std::vector<double> at;
  };

  /// Whether any edge, or its penumbra, lies in the square or close to it.
  bool has_edges(const PixelSquare& square, Scratch&) const {
    const auto side = static_cast<double>(square.side);
    const double fast = static_cast<double>(square.fast), slow = static_cast<double>(square.slow);
    const PlanePoint corners_px[] = {
        {fast, slow}, {fast + side, slow}, {fast, slow + side}, {fast + side, slow + side}};
    const PlanePoint middle_px{fast + 0.5 * side, slow + 0.5 * side};
    return std::ranges::any_of(all_, [&](const auto& entry) {
      const auto& [obstacle, on_panel] = entry;
      if (on_panel) return distance_to_edges(*obstacle, middle_px) < side;
      const auto crossing = [&](const PlanePoint& px) {
        const Vec3d to = point_of(panel_, px.u, px.v, 0);
        return std::pair{physics::crossing(*obstacle, {}, to), to};
      };
      const auto is_behind = [](double at) { return at > 0 && at < 1; };
      const auto [at_middle, middle] = crossing(middle_px);
      const PlanePoint place = physics::place_in_plane(*obstacle, at_middle * middle);
      double reach = 0;
      for (const PlanePoint& px : corners_px) {
        const auto [at, to] = crossing(px);
        if (is_behind(at) != is_behind(at_middle)) return true;
        const PlanePoint corner = physics::place_in_plane(*obstacle, at * to);
        constexpr double margin = 1.05;
        reach = std::max(reach, margin * std::hypot(corner.u - place.u, corner.v - place.v) + (1 - at) * reach_m_);
      }
      return is_behind(at_middle) && distance_to_edges(*obstacle, place) < reach;
    });
  }

  double at(double fast_px, double slow_px, Scratch&) const {
    const Vec3d to = point_of(panel_, fast_px, slow_px, 0);
    double left = 1;
    for (const auto& [obstacle, on_panel] : all_) {
      if (!on_panel)
        left *= transmission(*obstacle, {}, to);
      else if (physics::covers(*obstacle, {fast_px, slow_px}))
        left *= physics::passed(*obstacle, 1);
    }
    return left;
  }

  /// Obstacles whose edge is beyond the pixel cover all of it, or nothing.
  double in_pixel(std::size_t fast, std::size_t slow, Scratch& s) const {
    s.edges.clear();
    double whole = 1;
    const double f = static_cast<double>(fast) + 0.5, l = static_cast<double>(slow) + 0.5;
    const Vec3d middle = point_of(panel_, f, l, 0);
    for (const auto& [obstacle, on_panel] : all_) {
      PlanePoint place{f, l};
      double reach = std::sqrt(0.5), cosine = 1, share = 1;
      if (!on_panel) {
        const double at = physics::crossing(*obstacle, {}, middle);
        if (!(at > 0 && at < 1)) continue;
        share = at;
        cosine = std::abs(dot(middle, obstacle->normal)) / norm(middle);
        place = physics::place_in_plane(*obstacle, at * middle);
        // A pixel that is tilted against the plane is seen longer there by the tangent.
        reach = at * half_diagonal_m_ * (1 + std::sqrt(1 - cosine * cosine) / cosine) + (1 - at) * reach_m_;
      }
      const double passed = physics::passed(*obstacle, cosine);
      if (distance_to_edges(*obstacle, place) < reach)
        s.edges.push_back({obstacle, on_panel, passed, place, reach, share});
      else if (physics::covers(*obstacle, place))
        whole *= passed;
    }
    if (s.edges.empty() || whole == 0) return whole;
    if (s.edges.size() == 1)
      if (const auto edge = single_edge(*s.edges[0].obstacle, s.edges[0].place, s.edges[0].reach);
          edge && is_straight(*edge, s.edges[0]))
        return whole * (1 - covered(*edge, s.edges[0], f, l) * (1 - s.edges[0].passed));
    return whole * mean_over_lines(fast, slow, s);
  }

 private:
  static bool is_straight(const NearEdge& edge, const Scratch::Edge& seen) {
    constexpr double gentle = 8;
    return edge.radius == 0 || edge.radius > gentle * seen.reach;
  }

  /// The share of a pixel's light that meets an obstacle with a single edge.
  double covered(const NearEdge& edge, const Scratch::Edge& seen, double fast_px, double slow_px) const {
    const auto place = [&](double fast, double slow) {
      if (seen.on_panel) return PlanePoint{fast, slow};
      const Vec3d to = point_of(panel_, fast, slow, 0);
      return physics::place_in_plane(*seen.obstacle, physics::crossing(*seen.obstacle, {}, to) * to);
    };
    const PlanePoint f0 = place(fast_px - 0.5, slow_px), f1 = place(fast_px + 0.5, slow_px);
    const PlanePoint s0 = place(fast_px, slow_px - 0.5), s1 = place(fast_px, slow_px + 0.5);
    // The source moves what the pixel sees of it the other way, as far as the obstacle is from the pixel.
    const double source = seen.on_panel ? 0 : (1 - seen.share) * width_m_;
    const auto blur_along = [&](const PlanePoint& d) {
      physics::EdgeBlur blur{.width = {std::abs((f1.u - f0.u) * d.u + (f1.v - f0.v) * d.v),
                                       std::abs((s1.u - s0.u) * d.u + (s1.v - s0.v) * d.v)}};
      if (profile_ == BeamProfile::Gaussian) {
        blur.deviation = source / fwhm_per_deviation;
      } else {
        blur.width[2] = source * std::abs(d.u);
        blur.width[3] = source * std::abs(d.v);
      }
      return blur;
    };
    // A curved edge falls back beside the middle by the square of the way over twice the radius.
    const double bend =
        edge.radius > 0 ? blur_along({-edge.inwards.v, edge.inwards.u}).variance() / (2 * edge.radius) : 0;
    return physics::share_below(blur_along(edge.inwards), edge.depth - bend);
  }

  double mean_over_lines(std::size_t fast, std::size_t slow, Scratch& s) const {
    double sum = 0;
    for (const Line& line : lines_) {
      const double f = static_cast<double>(fast), l = static_cast<double>(slow) + line.height;
      const Vec3d from = line.fast_m * across_.fast + line.slow_m * across_.slow;
      s.at.assign({0.0, 1.0});
      for (auto& edge : s.edges) {
        const auto place = [&](double fast_px) {
          if (edge.on_panel) return PlanePoint{fast_px, l};
          const Vec3d to = point_of(panel_, fast_px, l, 0);
          return physics::place_in_plane(*edge.obstacle,
                                         from + physics::crossing(*edge.obstacle, from, to) * (to - from));
        };
        edge.a = place(f);
        edge.b = place(f + 1);
        physics::for_each_crossing(*edge.obstacle, edge.a, {edge.b.u - edge.a.u, edge.b.v - edge.a.v},
                                   [&](double share, int) { s.at.push_back(share); });
      }
      sum += mean_of_line(s);
    }
    return sum / static_cast<double>(lines_.size());
  }

  /// Between two crossings nothing changes.
  static double mean_of_line(Scratch& s) {
    std::ranges::sort(s.at);
    double sum = 0;
    for (std::size_t i = 0; i + 1 < s.at.size(); ++i) {
      const double begin = std::clamp(s.at[i], 0.0, 1.0), end = std::clamp(s.at[i + 1], 0.0, 1.0);
      if (!(end > begin)) continue;
      double left = 1;
      for (const auto& edge : s.edges)
        if (physics::covers(*edge.obstacle, between(edge.a, edge.b, 0.5 * (begin + end)))) left *= edge.passed;
      sum += left * (end - begin);
    }
    return sum;
  }

  const kernel::PanelPlan& panel_;
  AcrossBeam across_;
  std::vector<Line> lines_;
  double width_m_;
  BeamProfile profile_;
  double reach_m_, half_diagonal_m_ = 0;
  std::vector<std::pair<const FlatObstacle*, bool>> all_;  ///< and whether it is in the panel's pixels
};

/// What layers across the beam and the sample leave.
class PanelMatter {
 public:
  PanelMatter(const kernel::PanelPlan& panel, const physics::InTheWay& way, const SampleTransmission& sample)
      : panel_(panel), way_(way), sample_(sample) {}

  struct Scratch {};

  bool is_clear() const { return way_.layers.empty() && sample_.is_clear(); }
  static bool has_edges(const PixelSquare&, Scratch&) { return false; }
  double at(double fast_px, double slow_px, Scratch&) const {
    const Vec3d to = point_of(panel_, fast_px, slow_px, 0);
    return transmission_of_layers(way_, {}, to) * sample_.towards(unit(to));
  }
  double in_pixel(std::size_t fast, std::size_t slow, Scratch& s) const {
    return at(static_cast<double>(fast) + 0.5, static_cast<double>(slow) + 0.5, s);
  }

 private:
  const kernel::PanelPlan& panel_;
  const physics::InTheWay& way_;
  const SampleTransmission& sample_;
};

class Inputs {
 public:
  void add(double x) { list_.push_back(x); }
  void add(const Vec3d& v) {
    for (const double x : {v.x, v.y, v.z}) add(x);
  }
  void add(std::span<const PlanePoint> points) {
    add(static_cast<double>(points.size()));
    for (const PlanePoint& p : points) add(p.u), add(p.v);
  }
  void add(const FlatObstacle& o) {
    for (const Vec3d& v : {o.origin_m, o.across_u, o.across_v, o.normal}) add(v);
    for (const double x : {o.radius_m, o.transmission, o.optical_thickness}) add(x);
    add(o.outline);
    add(o.arm);
  }
  void add(const kernel::PanelNumbers& p) {
    for (const Vec3d& v : {p.origin_m, p.fast_axis, p.slow_axis, p.normal, p.curved.beam}) add(v);
    for (const double x : {p.pixel_size_m, p.radius_m, p.beam_fast_m, p.beam_slow_m}) add(x);
    add(static_cast<double>(p.bending));
    for (const std::size_t n : {p.n_fast, p.n_slow, p.fast_begin, p.fast_end, p.slow_begin, p.slow_end})
      add(static_cast<double>(n));
  }
  std::vector<double> take() { return std::move(list_); }

 private:
  std::vector<double> list_;
};

/// All that the transmission of a panel depends on.
std::vector<double> inputs_of(const kernel::PanelPlan& panel, std::size_t number, const Obstruction& obstruction,
                              const SampleTransmission& sample, const LitSample& lit) {
  Inputs inputs;
  inputs.add(panel);
  inputs.add(obstruction.view().along);
  for (const FlatObstacle& obstacle : obstruction.view().obstacles) inputs.add(obstacle);
  inputs.add(-1);
  for (const Obstruction::PanelShadow& shadow : obstruction.shadows())
    if (shadow.panel == number) inputs.add(shadow.shadow);
  inputs.add(-1);
  for (const physics::MatterLayer& layer : obstruction.view().layers)
    for (const double x : {layer.from_m, layer.to_m, layer.attenuation_per_m}) inputs.add(x);
  for (const double x : sample.inputs()) inputs.add(x);
  inputs.add(lit.width_m);
  inputs.add(static_cast<double>(lit.profile));
  return inputs.take();
}

constexpr MapTolerance map_tolerance{.relative = 5e-8, .absolute = 1e-10};

/// What obstacles leave of light from a lit part of the sample; 1 in pixels that are not rendered.
std::vector<float> map_of_obstacles(const kernel::PanelPlan& panel, std::size_t number, const Experiment& experiment,
                                    const Obstruction& obstruction, const LitSample& lit) {
  const AcrossBeam across(experiment.beam.direction, experiment.detector.panels.front());
  const PixelObstacles obstacles(panel, number, obstruction, across, lit);
  std::vector<float> map(panel.n_fast * panel.n_slow, 1.0f);
  if (!obstacles.is_clear()) SmoothMap(obstacles, panel, map_tolerance, map).multiply();
  return map;
}

}  // namespace

Obstruction::Obstruction(const Experiment& experiment) : along_(experiment.beam.direction) {
  const Attenuation& attenuation = experiment.attenuation;
  const AcrossBeam across(along_, experiment.detector.panels.front());
  for (const Obstacle& obstacle : attenuation.obstacles) {
    FlatObstacle flat;
    flat.across_u = across.fast;
    flat.across_v = across.slow;
    flat.normal = along_;
    flat.origin_m =
        obstacle.distance_m * along_ + obstacle.offset_m[0] * across.fast + obstacle.offset_m[1] * across.slow;
    if (obstacle.shape == ObstacleShape::Disc) flat.radius_m = obstacle.size_m / 2;
    flat.outline = keep(outline_of(obstacle));
    if (obstacle.arm_width_m > 0) flat.arm = keep(strip(obstacle.direction_rad, obstacle.arm_width_m, false));
    if (obstacle.thickness_m > 0)
      flat.optical_thickness = obstacle.matter.attenuation_per_m.value_or(0) * obstacle.thickness_m;
    flat.transmission = obstacle.thickness_m > 0 ? 1 : obstacle.transmission;
    if (obstacle.is_on_panel())
      shadows_.push_back({static_cast<std::size_t>(obstacle.panel), flat});
    else
      obstacles_.push_back(flat);
  }
  for (const Medium& medium : attenuation.media)
    layers_.push_back({medium.begin_m(), medium.end_m(), medium.matter.attenuation_per_m.value_or(0)});
}

std::span<const PlanePoint> Obstruction::keep(std::vector<PlanePoint> corners) {
  return corners_.emplace_back(std::move(corners));
}

SampleTransmission::SampleTransmission(const Experiment& experiment)
    : form_(experiment.attenuation.sample.form),
      attenuation_per_m_(experiment.attenuation.sample.matter.attenuation_per_m.value_or(0)),
      thickness_m_(experiment.attenuation.sample.thickness_m),
      along_(experiment.beam.direction),
      lit_(experiment.attenuation.lit) {
  const SampleMatter& sample = experiment.attenuation.sample;
  const Spindle& spindle = experiment.spindle;
  optical_thickness_ = attenuation_per_m_ * thickness_m_;
  if (form_ == SampleForm::Cylinder) axis_ = unit(sample.direction.value_or(spindle.axis));
  if (form_ != SampleForm::Slab) return;
  axis_ = unit(sample.direction.value_or(along_));
  if (sample.direction)
    axis_ = physics::rotate_about_axis(axis_, spindle.axis, spindle.phi_start_rad + 0.5 * spindle.phi_range_rad);
  if (dot(axis_, along_) < 0) axis_ = -axis_;
}

double SampleTransmission::towards(const Vec3d& direction) const {
  if (is_clear()) return 1;
  return form_ == SampleForm::Slab
             ? physics::slab_transmission(optical_thickness_, dot(axis_, along_), dot(axis_, direction))
             : cylinder_towards(direction);
}

double SampleTransmission::across(const Vec3d& direction) const {
  return form_ == SampleForm::Slab ? std::exp(-optical_thickness_ / std::abs(dot(axis_, direction))) : 1;
}

double SampleTransmission::straight_on() const {
  if (form_ != SampleForm::Cylinder) return across(along_);
  static const Quadrature<24> rule;
  const double radius = thickness_m_ / 2, in = norm(along_ - dot(along_, axis_) * axis_);
  if (!(lit_.width_m > 0)) return std::exp(-attenuation_per_m_ * thickness_m_ / in);
  const BeamAcross weight(lit_);
  const double edge = weight.edge_m(), end = std::min(radius, edge);
  const auto left = [&](double y) {
    return std::exp(-2 * attenuation_per_m_ * std::sqrt(std::max(0.0, radius * radius - y * y)) / in);
  };
  const double beside = 2 * rule.integral(end, edge, weight), inside = rule.integral(-end, end, weight);
  return (rule.integral(-end, end, [&](double y) { return weight(y) * left(y); }) + beside) / (inside + beside);
}

double SampleTransmission::cylinder_towards(const Vec3d& direction) const {
  static const Quadrature<24> rule;
  const double radius = thickness_m_ / 2;
  const Vec3d forward = unit(along_ - dot(along_, axis_) * axis_), aside = cross(axis_, forward);
  const auto left_at = [&](double x, double y) {
    const Vec3d at = x * forward + y * aside;
    const double in = physics::path_to_cylinder_m(radius, axis_, at, -along_);
    return std::exp(-attenuation_per_m_ * (in + physics::path_to_cylinder_m(radius, axis_, at, direction)));
  };
  const auto half_chord = [&](double y) { return std::sqrt(std::max(0.0, radius * radius - y * y)); };
  const auto of_chord = [&](double y) {
    const double half = half_chord(y);
    return rule.integral(-half, half, [&](double x) { return left_at(x, y); });
  };
  if (!(lit_.width_m > 0)) return of_chord(0) / (2 * radius);
  const BeamAcross weight(lit_);
  const double end = std::min(radius, weight.edge_m());
  return rule.integral(-end, end, [&](double y) { return weight(y) * of_chord(y); }) /
         rule.integral(-end, end, [&](double y) { return weight(y) * 2 * half_chord(y); });
}

std::vector<double> SampleTransmission::inputs() const {
  return {static_cast<double>(form_), attenuation_per_m_, thickness_m_, axis_.x, axis_.y, axis_.z};
}

void set_transmission(kernel::PanelPlan& panel, const Experiment& experiment, std::size_t number,
                      const kernel::PanelPlan* like) {
  if (experiment.attenuation.is_empty()) return;
  const Obstruction obstruction(experiment);
  const SampleTransmission sample(experiment);
  const LitSample& lit = experiment.attenuation.lit;
  std::vector<double> inputs = inputs_of(panel, number, obstruction, sample, lit);
  if (like && like->transmission_inputs == inputs) {
    panel.transmission = like->transmission;
    panel.transmission_keeper = like->transmission_keeper;
    panel.transmission_inputs = std::move(inputs);
    return;
  }
  const physics::InTheWay way = obstruction.view();
  const PanelMatter matter(panel, way, sample);
  std::vector<float> map = map_of_obstacles(panel, number, experiment, obstruction, lit);
  if (!matter.is_clear()) SmoothMap(matter, panel, map_tolerance, map).multiply();
  panel.set_transmission(shared(std::move(map)), std::move(inputs));
}

std::vector<float> transmission_of_obstacles(const Experiment& experiment, std::size_t number) {
  const kernel::PanelPlan panel = panel_plan(experiment.detector.panels[number], experiment.beam.direction);
  return map_of_obstacles(panel, number, experiment, Obstruction(experiment), experiment.attenuation.lit);
}

}  // namespace femtobragg
